// The list of neurons that a search found.
const finderOf = ({ Finder }, network) => {
  const [list, verdict] = [document.createElement("div"), document.createElement("p")];
  const chosen = [];
  const finder = new Finder({ list, verdict }, network, (neuron) => chosen.push(neuron));
  const rows = () =>
    [...list.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent.replace("\u00a0", "")),
    );
  return { finder, list, verdict, chosen, rows };
};
/** A reading whose hidden state in layer 2 is given by neuron, and zero for every other. */
const readingOf = (network, tokens, rows) => ({
  network,
  tokens,
  steps: tokens,
  value: (signal, step, layer, neuron) => (layer === 2 && rows[neuron]?.[step]) || 0,
});
test("neurons that were found are listed with their sign, their margin and their role", (parts, network) => {
  const { finder, verdict, chosen, list, rows } = finderOf(parts, network);
  const reading = readingOf(network, [0, 2, 4, 3], { 5: [0, 0, 0.75, 0.25], 2: [0, 0, -1, 0] });
  finder.find(reading, 2, "hidden", { from: 2, to: 2, threshold: 0.5 });
  equal(verdict.textContent, "2 neurons have the hidden state on while it reads X, and off just before and after.");
  equal(rows(), [
    ["Neuron 2", "low", "1.00", "…", "role 2.2"],
    ["Neuron 5", "high", "0.50", "…", "role 2.5"],
  ]);
  list.querySelectorAll("button")[1].click();
  equal(chosen, [5]);
  finder.clear();
  equal([list.childElementCount, verdict.textContent], [0, ""]);
});
test("one neuron and none are counted in words, a gate is open or shut", (parts, network) => {
  const { finder, verdict, rows } = finderOf(parts, network);
  const gate = { 3: [0, 0, 0.75, 0] };
  for (const neuron of [1, 2, 4, 5, 6]) gate[neuron] = [0.5, 0.5, 0.5, 0.5];
  finder.find(readingOf(network, [0, 2, 4, 3], gate), 2, "input_gate", { from: 2, to: 2, threshold: 0.625 });
  equal(verdict.textContent, "One neuron has the input gate on while it reads X, and off just before and after.");
  equal(
    rows().map((row) => row.slice(0, 2)),
    [["Neuron 3", "open"]],
  );
  finder.find(readingOf(network, [0, 2, 4, 3], {}), 2, "hidden", { from: 1, to: 2, threshold: 0.5 });
  equal(verdict.textContent, "No neurons have the hidden state on while it reads aX, and off just before and after.");
  equal(rows(), []);
});
test("a span that reaches beyond the text ends with it, one that begins there is none", (parts, network) => {
  const { finder, verdict, rows } = finderOf(parts, network);
  const reading = readingOf(network, [0, 2, 4, 3], { 1: [0, 0, 1, 1] });
  finder.find(reading, 2, "hidden", { from: 2, to: 9, threshold: 0.5 });
  equal(verdict.textContent, "One neuron has the hidden state on while it reads Xb, and off just before and after.");
  finder.find(reading, 2, "hidden", { from: 4, to: 9, threshold: 0.5 });
  equal([verdict.textContent, rows()], ["The text has no step 4: it ends at step 3.", []]);
  finder.find(reading, 2, "hidden", { from: 3, to: 3, threshold: 0.5 });
  equal(verdict.textContent.startsWith("No neurons have"), true); // step 2 is on too
});
test("over the held-out sequences the neurons are ordered by how often they do so", async (parts, network) => {
  network.held_out = ["aX", "aaX", "Xb", "ab"];
  const { finder, verdict, rows } = finderOf(parts, network);
  const reading = readingOf(network, [0, 2, 4, 3], {
    1: [0, 0, 0.75, 0],
    2: [0, 0, 1, 0],
    4: [0, 0, -1, 0],
    6: [0, 0, 0.875, 0],
  });
  // Neuron 1 is on at every X of the three sequences with one, neuron 2 at one of them, neurons 4 and 6 nowhere.
  finder.readings = [
    readingOf(network, [0, 2, 4], { 1: [0, 0, 1], 2: [0, 0, 1] }),
    readingOf(network, [0, 2, 2, 4], { 1: [0, 0, 0, 1], 2: [0, 0, 1, 1] }),
    readingOf(network, [0, 4, 3], { 1: [0, 1, 0], 2: [0, -1, 0] }),
    readingOf(network, [0, 2, 3], { 4: [0, -1, 0] }),
  ];
  finder.find(reading, 2, "hidden", { from: 2, to: 2, threshold: 0.5 });
  equal(
    rows().map((row) => row[0]),
    ["Neuron 2", "Neuron 4", "Neuron 6", "Neuron 1"],
  );
  for (let turn = 0; turn < 100 && !verdict.textContent.includes("Shares"); turn += 1)
    await new Promise((done) => {
      setTimeout(done);
    });
  equal(rows(), [
    ["Neuron 1", "high", "0.75", "100%", "role 2.1"],
    ["Neuron 2", "high", "1.00", "33.3%", "role 2.2"],
    ["Neuron 4", "low", "1.00", "0%", "role 2.4"],
    ["Neuron 6", "high", "0.88", "0%", "role 2.6"],
  ]);
  equal(verdict.textContent.endsWith(" Shares are of 3 similar places in 3 sequences."), true);
});
test("where no held-out sequence has such a place, that is said", async (parts, network) => {
  network.held_out = ["ab"];
  const { finder, verdict, rows } = finderOf(parts, network);
  finder.find(readingOf(network, [0, 2, 4, 3], { 1: [0, 0, 0.75, 0] }), 2, "hidden", {
    from: 2,
    to: 2,
    threshold: 0.5,
  });
  for (let turn = 0; turn < 100 && !verdict.textContent.includes("No similar"); turn += 1)
    await new Promise((done) => {
      setTimeout(done);
    });
  equal(verdict.textContent.endsWith(" No similar place in 3 sequences."), true);
  equal(
    rows().map((row) => row[3]),
    ["0%"],
  );
  equal(
    finder.readings.map(({ tokens }) => [...tokens]),
    [[0, 2, 3]],
  );
});
test("a search says nothing more once another has begun", async (parts, network) => {
  network.held_out = ["aX"];
  const { finder, list, verdict } = finderOf(parts, network);
  finder.readings = [readingOf(network, [0, 2, 4], { 1: [0, 0, 1] })];
  finder.find(readingOf(network, [0, 2, 4, 3], { 1: [0, 0, 0.75, 0] }), 2, "hidden", {
    from: 2,
    to: 2,
    threshold: 0.5,
  });
  finder.find(readingOf(network, [0, 2, 4, 3], {}), 2, "hidden", { from: 1, to: 1, threshold: 0.5 });
  for (let turn = 0; turn < 5; turn += 1)
    await new Promise((done) => {
      setTimeout(done);
    });
  equal(
    [list.childElementCount, verdict.textContent],
    [0, "No neurons have the hidden state on while it reads a, and off just before and after."],
  );
});
