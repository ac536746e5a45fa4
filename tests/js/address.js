// The state in the fragment.
const state = (patch) => ({ ...patch });
test("an empty fragment is the default view", ({ address }, network) => {
  equal(address.parseAddress("", network), { state: address.defaultState(network), notes: [] });
  equal(address.formatAddress(address.defaultState(network), network), "#");
});
test("every state comes back as it was written", ({ address, changes }, network) => {
  const views = [
    { text: "" }, { text: "a b&c=d#e%+,~" }, { text: "🎉</script>א\u0007" }, { layer: 2, neuron: 3 }, { neuron: 6 }, { signal: "hidden" }, { step: 0 }, { step: 4 },
    { changes: ["1.2.cell=-0.5@3", "2.1.cell+3counts@0", "1.1.input_gate=1@2", "1.1.cell+-2.5@7"].map((each) => changes.parseChange(each, network)) },
    { write: { temperature: 0, seed: 1 } }, { write: { temperature: 0.7, seed: 42 } }, { find: { from: 2, to: 4, threshold: 0.35 } },
    { sort: "number" }, { filter: "b’s & co" }, { letters: false },
  ];
  for (const view of views) {
    const wanted = { ...address.defaultState(network), ...state(view) };
    equal(address.parseAddress(address.formatAddress(wanted, network), network), { state: wanted, notes: [] });
  }
});
test("what cannot be read gives the default and a note for each", ({ address }, network) => {
  const mangled = "#layer=9&neuron=0&signal=toString&step=-1&do=1.99.cell=0@1&write=hot&find=5-3~2&sort=up&letters=maybe&nonsense=1&text=%E0%A4%A&constructor=1";
  const { state: found, notes } = address.parseAddress(mangled, network);
  equal(found, address.defaultState(network));
  equal(notes.length, 12);
});
test("a mangled key does not spoil the others", ({ address }, network) => {
  const { state: found, notes } = address.parseAddress("#text=aXb&layer=9&&=&neuron", network);
  equal(found.text, "aXb");
  equal(notes.length, 3);
});
