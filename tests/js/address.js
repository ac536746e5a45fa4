// The state in the fragment.
const state = (patch) => ({ ...patch });
test("an empty fragment is the default view", ({ address }, network) => {
  equal(address.parseAddress("", network), { state: address.defaultState(network), notes: [] });
  equal(address.formatAddress(address.defaultState(network), network), "#");
});
test("every state comes back as it was written", ({ address, changes }, network) => {
  const views = [
    { text: "" },
    { text: "a b&c=d#e%+,~" },
    { text: "🎉</script>א\u0007" },
    { layer: 2, neuron: 3 },
    { neuron: 6 },
    { signal: "hidden" },
    { step: 0 },
    { step: 4 },
    {
      changes: ["1.2.cell=-0.5@3", "2.1.cell+3counts@0", "1.1.input_gate=1@2", "1.1.cell+-2.5@7"].map((each) =>
        changes.parseChange(each, network),
      ),
    },
    { write: { temperature: 0, seed: 1 } },
    { write: { temperature: 0.7, seed: 42 } },
    { find: { from: 2, to: 4, threshold: 0.35 } },
    { sort: "number" },
    { filter: "b’s & co" },
    { letters: false },
  ];
  for (const view of views) {
    const wanted = { ...address.defaultState(network), ...state(view) };
    equal(address.parseAddress(address.formatAddress(wanted, network), network), { state: wanted, notes: [] });
  }
});
test("what cannot be read gives the default and a note for each", ({ address }, network) => {
  const mangled =
    "#layer=9&neuron=0&signal=toString&step=-1&do=1.99.cell=0@1&write=hot&find=5-3~2" +
    "&sort=up&letters=maybe&nonsense=1&text=%E0%A4%A&constructor=1";
  const { state: found, notes } = address.parseAddress(mangled, network);
  equal(found, address.defaultState(network));
  equal(notes.length, 12);
});
test("a mangled key does not spoil the others", ({ address }, network) => {
  const { state: found, notes } = address.parseAddress("#text=aXb&layer=9&&=&neuron", network);
  equal(found.text, "aXb");
  equal(notes.length, 3);
});
test("each part of the state is written under a key of its own", ({ address, changes }, network) => {
  const usual = address.defaultState(network);
  equal(usual, {
    text: "aaaXbbb",
    layer: 1,
    signal: "cell",
    neuron: 4,
    step: null,
    changes: [],
    write: null,
    find: null,
    sort: "role",
    filter: "",
    letters: true,
  });
  const written = [
    [{ text: "a b" }, "#text=a%20b"],
    [{ layer: 2 }, "#layer=2&neuron=4"],
    [{ neuron: 1 }, "#neuron=1"],
    [{ layer: 2, neuron: 1 }, "#layer=2&neuron=1"],
    [{ signal: "output_gate" }, "#signal=output_gate"],
    [{ step: 0 }, "#step=0"],
    [{ write: { temperature: 0, seed: 1 } }, "#write=greedy"],
    [{ write: { temperature: 0.5, seed: 12 } }, "#write=0.5~12"],
    [{ find: { from: 2, to: 10, threshold: 0.25 } }, "#find=2-10~0.25"],
    [{ find: { from: 3, to: 3, threshold: 0.5 } }, "#find=3-3~0.5"],
    [{ sort: "number" }, "#sort=number"],
    [{ filter: "b" }, "#filter=b"],
    [{ letters: false }, "#letters=off"],
    [
      { changes: ["1.2.cell=-0.5@3", "2.1.cell+-2@0"].map((each) => changes.parseChange(each, network)) },
      "#do=1.2.cell%3D-0.5%403%2C2.1.cell%2B-2%400",
    ],
  ];
  for (const [view, fragment] of written) {
    equal(address.formatAddress({ ...usual, ...view }, network), fragment);
    equal(address.parseAddress(fragment, network).state, { ...usual, ...view });
  }
});
test("what lies at a bound is read, what lies beyond it is not", ({ address }, network) => {
  const bounds = {
    // key: what is read, then what is not; of 2 layers of 6 units and 2,000 characters
    layer: [
      ["1", "2"],
      ["0", "3", "1.0", "-1", "", "1e0"],
    ],
    neuron: [
      ["1", "6"],
      ["0", "7", "x"],
    ],
    step: [
      ["0", "2000"],
      ["-1", "2001"],
    ],
    find: [
      ["0-0~0.5", "3-5~.01", "0-2000~0.99"],
      ["5-3~0.5", "0-2001~0.5", "3-5~0", "3-5~0.0", "3-5~1", "3-5", "3~0.5", "-1-3~0.5"],
    ],
    write: [
      ["greedy", "0.1~1", "5~1", "5.0~999999999"],
      ["0.09~1", "0~1", "5.01~1", "1~", "1~1234567890", "1", "Greedy"],
    ],
    sort: [
      ["role", "number"],
      ["Role", ""],
    ],
    letters: [
      ["on", "off"],
      ["", "true"],
    ],
    signal: [
      ["cell", "forget_gate"],
      ["reset_gate", "", "constructor"],
    ],
  };
  for (const [key, [read, refused]] of Object.entries(bounds)) {
    for (const value of read) equal([value, address.parseAddress(`#${key}=${value}`, network).notes], [value, []]);
    for (const value of refused)
      equal([key, value, address.parseAddress(`#${key}=${value}`, network).notes.length], [key, value, 1]);
  }
});
test("a note says what is left out and why", ({ address }, network) => {
  const noteOf = (fragment) => address.parseAddress(fragment, network).notes.join();
  equal(noteOf("#layer=3"), "“layer” in the address is ignored: layer must be 1 to 2.");
  equal(noteOf("#text=%E0%A4%A"), "“text” in the address is ignored: invalid encoding.");
  equal(noteOf("#nonsense"), "“nonsense” in the address is ignored: unknown key.");
  equal(noteOf("#signal=x"), "“signal” in the address is ignored: no signal “x”.");
});
test("a filter is cut, and half a character is not written", ({ address }, network) => {
  equal(address.parseAddress(`#filter=${"b".repeat(101)}`, network).state.filter, "b".repeat(100));
  equal(address.formatAddress({ ...address.defaultState(network), text: "a\ud83c" }, network), "#text=a%EF%BF%BD");
});
test("line breaks in an address become those of a text box", ({ address }, network) => {
  equal(address.parseAddress("#text=a%0D%0Ab%0Dc%0Ad", network).state.text, "a\nb\nc\nd");
});
