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
  equal(spans(4, 4), [
    { from: 1, to: 2 },
    { from: 4, to: 4 },
  ]);
  equal(spans(3, 4), [{ from: 3, to: 4 }]);
  equal(spans(2, 2), [
    { from: 1, to: 1 },
    { from: 2, to: 2 },
    { from: 4, to: 4 },
  ]);
  equal(spans(1, 1), [
    { from: 1, to: 1 },
    { from: 2, to: 2 },
    { from: 4, to: 4 },
  ]);
});

/** A reading of given values: a row for each of the first neurons, a column for each step; others stay at 0.5. */
const readingOf = (network, tokens, rows) => ({
  network,
  tokens,
  steps: tokens,
  value: (signal, step, layer, neuron) =>
    (layer === 2 && rows[neuron - 1]?.[step]) || (layer === 2 && neuron > rows.length ? 0.5 : 0),
});
test("a memory is on far above zero or far below it, in units of its neuron's largest size", ({ search }, network) => {
  const rows = [
    // of largest size 2, 4, 1, 1, 1, 1
    [0, 0.5, 1.5, 1.25, 0.25],
    [0, 0.5, -4, -3.5, -1],
    [0, 0.5, 1, 1, 0], // as far as the threshold just before
    [0, 0.25, 1, 0.375, 0], // not on at the second step
    [0, 0.125, 0.5, 0.5, 0], // no further than the threshold
    [0, 0.25, 1, 1, 0],
  ];
  equal(search.findNeurons(readingOf(network, [0, 2, 4, 4, 3], rows), 2, "cell", { from: 2, to: 3, threshold: 0.5 }), [
    { neuron: 6, sign: 1, margin: 0.75 },
    { neuron: 2, sign: -1, margin: 0.625 },
    { neuron: 1, sign: 1, margin: 0.375 },
    { neuron: 5, sign: 1, margin: 0.375 },
  ]);
});
test("a gate is on far open or far shut", ({ search }, network) => {
  const rows = [
    [0, 0.25, 0.75, 0.625, 0.125],
    [1, 0.75, 0.125, 0.25, 0.875],
  ];
  equal(
    search.findNeurons(readingOf(network, [0, 2, 4, 4, 3], rows), 2, "forget_gate", { from: 2, to: 3, threshold: 0.5 }),
    [
      { neuron: 2, sign: -1, margin: 0.5 },
      { neuron: 1, sign: 1, margin: 0.375 },
    ],
  );
});
test("beyond the ends of a text nothing has to be off", ({ search }) => {
  const at = (step) => [0.75, 0.75, 0.25][step];
  equal(search.marginOf(at, { from: 0, to: 1, threshold: 0.5 }, 3), 0.5);
  equal(search.marginOf(at, { from: 0, to: 1, threshold: 0.5 }, 2), 0.25); // less the threshold
});
test("off means below the threshold, on means from it on", ({ search }) => {
  const margin = (levels) => search.marginOf((step) => levels[step], { from: 1, to: 1, threshold: 0.5 }, 3);
  equal(
    [
      [0.25, 0.5, 0.25],
      [0.25, 0.375, 0.25],
      [0.5, 1, 0.25],
      [0.25, 1, 0.5],
      [0.25, 1, 0.375],
    ].map(margin),
    [0.25, null, null, null, 0.625],
  );
});
test("held-out places are counted, and how often each neuron is on there", ({ search }, network) => {
  const selected = [0, 2, 2, 4, 3, 3];
  const readings = [
    // Neurons 1 and 6 are high at the X, 2 is low before it, 3 a little high.
    readingOf(network, [0, 2, 4, 3], [[0, 0, 2, 0], [0, -4, 0, 0], [0, 0, 0.25, 0], [], [], [0, 0, 1, 0]]),
    readingOf(
      network,
      [0, 4, 4, 3, 4],
      [
        [0, 2, 2, 0, 2],
        [0, -4, -4, 0, 4],
      ],
    ), // two runs of X; neuron 2 low at one, high at the other
    readingOf(
      network,
      [0, 2, 3],
      [
        [0, 2, 0],
        [0, 0, 0],
      ],
    ), // no X
  ];
  const counting = search.countHeldOut(readings, selected, 2, "cell", { from: 3, to: 3, threshold: 0.5 });
  equal(
    [counting.next(), counting.next(), counting.next()].map(({ value }) => value),
    [1, 2, 3],
  );
  const { done, value } = counting.next();
  equal(
    [done, value.occasions, Object.fromEntries(value.shown)],
    [true, 3, { "1,1": 3, "6,1": 1, "2,-1": 1, "2,1": 1 }],
  );
});
