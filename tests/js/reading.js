// Reading, editing, writing on.
const plain = (reading) => reading.steps.map(({ layers, probabilities }) => [layers.map((signals) => Object.values(signals).map((values) => [...values])), [...probabilities]]);
test("an edit computes only from the first changed step on", ({ Reading }, network) => {
  const reading = new Reading(network);
  equal(reading.read([2, 3, 4]), 0);
  const kept = reading.steps[2];
  equal(reading.read([2, 3, 3, 2]), 3);
  equal(reading.steps[2] === kept, true);
  equal(reading.read([2, 3, 3, 2]), 5);
  equal(reading.read([2]), 2);
  equal(reading.steps.length, 2);
});
test("an edited reading is the same as a fresh one", ({ Reading, changes }, network) => {
  const [edited, fresh] = [new Reading(network), new Reading(network)];
  const change = changes.parseChange("1.2.cell=0.5@2", network);
  for (const [tokens, active] of [[[2, 2, 4], []], [[2, 2, 4, 3], [change]], [[2, 4, 4], [change]], [[2, 4, 4, 3], []]]) edited.read(tokens, active);
  fresh.read([2, 4, 4, 3], []);
  equal(plain(edited), plain(fresh));
});
test("probabilities add up to one", ({ Reading }, network) => {
  const reading = new Reading(network);
  reading.read([2, 3, 4]);
  for (const { probabilities } of reading.steps) equal(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-12, true);
});
test("a text is cut, and what was never seen has no token", ({ splitText }, network) => {
  const { columns, cut, unseen } = splitText("a🎉b🎉é" + "a".repeat(5000), network);
  equal([columns.length, cut, unseen], [2000, true, ["🎉", "é"]]);
  equal(columns.slice(0, 3).map(({ token }) => token), [2, undefined, 3]);
  equal(splitText("🎉".repeat(2000), network).cut, false);
});
test("what is drawn by chance depends on the seed alone", ({ Reading, writeOn }, network) => {
  const write = (seed, temperature = 1) => {
    const reading = new Reading(network);
    reading.read([2, 2]);
    return writeOn(reading, { temperature, seed }, 40).written;
  };
  equal(write(5), write(5));
  equal(new Set([1, 2, 3, 4, 5].map((seed) => write(seed).join())).size > 1, true);
});
test("a low temperature takes the first choice, draws follow the probabilities", ({ draw, randomFrom }) => {
  const random = randomFrom(7);
  const counts = [0, 0, 0];
  const probabilities = Float64Array.of(0.2, 0.5, 0.3);
  for (let at = 0; at < 20000; at += 1) counts[draw(probabilities, 1, random())] += 1;
  equal(counts.map((count) => Math.round(count / 2000)), [2, 5, 3]);
  equal(draw(probabilities, 0.01, 0.999), 1);
});
