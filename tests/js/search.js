// The search by pattern.
test("a neuron must be on at every step of the span and off just outside", ({ search }) => {
  const levels = [0.1, 0.2, 0.9, 0.8, 0.3, 0.9];
  const at = (step) => levels[step];
  equal(search.marginOf(at, { from: 2, to: 3, threshold: 0.5 }, 6), 0.5);
  equal(search.marginOf(at, { from: 2, to: 2, threshold: 0.5 }, 6), null);
  equal(search.marginOf(at, { from: 1, to: 3, threshold: 0.5 }, 6), null);
  equal(Math.abs(search.marginOf(at, { from: 5, to: 5, threshold: 0.5 }, 6) - 0.6) < 1e-9, true);
});
test("a whole run is like every whole run of its token, anything else like the same tokens", ({ search }) => {
  const tokens = [0, 2, 2, 4, 2, 3, 3, 3];
  const spans = (from, to) => search.likeSpans(tokens, tokens, { from, to, threshold: 0.5 });
  equal(spans(5, 7), [{ from: 5, to: 7 }]);
  equal(spans(4, 4), [{ from: 1, to: 2 }, { from: 4, to: 4 }]);
  equal(spans(3, 4), [{ from: 3, to: 4 }]);
  equal(spans(1, 1), [{ from: 1, to: 1 }, { from: 2, to: 2 }, { from: 4, to: 4 }]);
});
