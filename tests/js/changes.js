// The grammar of interventions.
test("a change comes back as it was written", ({ changes }, network) => {
  for (const text of [
    "1.2.cell=0@3",
    "1.2.hidden=-0.25@0",
    "2.6.forget_gate=1@11",
    "1.1.cell+3@4",
    "1.1.cell+-3counts@4",
  ]) {
    equal(changes.formatChange(changes.parseChange(text, network)), text);
  }
});
test("what is no change says why", ({ changes }, network) => {
  for (const text of [
    "",
    "1.2.cell",
    "1.9.cell=0@1",
    "3.1.cell=0@1",
    "1.1.reset_gate=0@1",
    "1.1.hidden+1@1",
    "1.1.cell=3counts@1",
    "1.1.cell=1e9@1",
    "1.1.cell=0@99999",
    "1.1.cell=NaN@1",
  ]) {
    throws(() => changes.parseChange(text, network));
  }
});
test("a change is put into words", ({ changes }, network) => {
  equal(
    changes.describeChange(changes.parseChange("1.2.cell+-1counts@5", network), network),
    "Neuron 2 of layer 1: 1 count taken from the cell state at step 5",
  );
  equal(
    changes.describeChange(changes.parseChange("1.2.input_gate=0@5", network), network),
    "Neuron 2 of layer 1: input gate held at 0 from step 5 on",
  );
});
test("a change is read into its parts", ({ changes }, network) => {
  const usual = { layer: 1, neuron: 2, signal: "cell", kind: "hold", amount: 0, inCounts: false, step: 3 };
  const read = {
    "1.2.cell=0@3": {},
    "2.6.forget_gate=1@11": { layer: 2, neuron: 6, signal: "forget_gate", amount: 1, step: 11 },
    "1.2.cell=-0.25@0": { amount: -0.25, step: 0 },
    "1.2.cell+-3counts@4": { kind: "add", amount: -3, inCounts: true, step: 4 },
    "1.2.cell+2.5@4": { kind: "add", amount: 2.5, step: 4 },
    "1.2.cell=1e-3@4": { amount: 0.001, step: 4 },
  };
  for (const [text, parts] of Object.entries(read)) equal(changes.parseChange(text, network), { ...usual, ...parts });
});
test("a change at a bound is read, one beyond it is not", ({ changes }, network) => {
  for (const text of ["1.1.cell=1000000@1", "1.1.cell=-1000000@1", "1.1.cell=0@1999", "1.1.cell=0@0", "2.6.cell=0@1"])
    changes.parseChange(text, network);
  for (const text of [
    "1.1.cell=1000001@1",
    "1.1.cell=-1000001@1",
    "1.1.cell=0@2000",
    "1.1.cell=0@-1",
    "2.7.cell=0@1",
    "0.1.cell=0@1",
    "1.0.cell=0@1",
  ]) {
    throws(() => changes.parseChange(text, network));
  }
});
test("where nothing is counted nothing is added in counts", ({ changes }, network) => {
  network.counts = null;
  throws(() => changes.parseChange("1.1.cell+3counts@4", network));
  changes.parseChange("1.1.cell+3@4", network);
});
test("every change has its words", ({ changes }, network) => {
  const words = {
    "1.2.cell=-0.5@5": "Neuron 2 of layer 1: cell state held at −0.5 from step 5 on",
    "2.3.cell+2counts@0": "Neuron 3 of layer 2: 2 counts added to the cell state at step 0",
    "1.2.cell+1counts@5": "Neuron 2 of layer 1: 1 count added to the cell state at step 5",
    "1.2.cell+-0.5counts@5": "Neuron 2 of layer 1: 0.5 counts taken from the cell state at step 5",
    "1.2.cell+-1.5@5": "Neuron 2 of layer 1: 1.5 taken from the cell state at step 5",
    "1.2.cell+1@5": "Neuron 2 of layer 1: 1 added to the cell state at step 5",
  };
  for (const [text, expected] of Object.entries(words))
    equal(changes.describeChange(changes.parseChange(text, network), network), expected);
  network.layers = 1;
  equal(
    changes.describeChange(changes.parseChange("1.2.cell=0@1", network), network),
    "Neuron 2: cell state held at 0 from step 1 on",
  );
});
test("a hold lasts from its step on, what is added is added once, to its layer and signal alone", ({
  changes,
}, network) => {
  const asked = [
    "1.2.cell=-0.5@2",
    "1.3.cell+-2counts@1",
    "2.1.cell+0.5@1",
    "2.2.cell+1counts@1",
    "1.4.forget_gate=1@3",
  ].map((each) => changes.parseChange(each, network));
  const after = (step, layer, signal) => {
    const values = [1, 1, 1, 1, 1, 1];
    changes.changesAt(asked, network, step)?.(layer)(signal, values);
    return values;
  };
  const untouched = [1, 1, 1, 1, 1, 1];
  equal(after(0, 1, "cell"), untouched);
  equal(after(1, 1, "cell"), [1, 1, -0.5, 1, 1, 1]); // a count of neuron 3 is 0.75
  equal(after(1, 2, "cell"), [1.5, 2, 1, 1, 1, 1]); // and one of neuron 2 of layer 2 is 1
  equal(after(2, 1, "cell"), [1, -0.5, 1, 1, 1, 1]);
  equal(after(2, 2, "cell"), untouched);
  equal(after(9, 1, "cell"), [1, -0.5, 1, 1, 1, 1]);
  equal(after(2, 1, "forget_gate"), untouched);
  equal(after(9, 1, "forget_gate"), [1, 1, 1, 1, 1, 1].with(3, 1));
  equal(after(9, 1, "hidden"), untouched);
  equal(changes.changesAt(asked, network, 0), undefined);
});
