// The grammar of interventions.
test("a change comes back as it was written", ({ changes }, network) => {
  for (const text of ["1.2.cell=0@3", "1.2.hidden=-0.25@0", "2.6.forget_gate=1@11", "1.1.cell+3@4", "1.1.cell+-3counts@4"]) {
    equal(changes.formatChange(changes.parseChange(text, network)), text);
  }
});
test("what is no change says why", ({ changes }, network) => {
  for (const text of ["", "1.2.cell", "1.9.cell=0@1", "3.1.cell=0@1", "1.1.reset_gate=0@1", "1.1.hidden+1@1", "1.1.cell=3counts@1", "1.1.cell=1e9@1", "1.1.cell=0@99999", "1.1.cell=NaN@1"]) {
    throws(() => changes.parseChange(text, network));
  }
});
test("a change is put into words", ({ changes }, network) => {
  equal(changes.describeChange(changes.parseChange("1.2.cell+-1counts@5", network), network), "Neuron 2 of layer 1: 1 count taken from the cell state at step 5");
  equal(changes.describeChange(changes.parseChange("1.2.input_gate=0@5", network), network), "Neuron 2 of layer 1: input gate held at 0 from step 5 on");
});
