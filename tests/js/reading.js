// Reading, editing, writing on.
const plain = (reading) =>
  reading.steps.map(({ layers, probabilities }) => [
    layers.map((signals) => Object.values(signals).map((values) => [...values])),
    [...probabilities],
  ]);
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
  for (const [tokens, active] of [
    [[2, 2, 4], []],
    [[2, 2, 4, 3], [change]],
    [[2, 4, 4], [change]],
    [[2, 4, 4, 3], []],
  ])
    edited.read(tokens, active);
  fresh.read([2, 4, 4, 3], []);
  equal(plain(edited), plain(fresh));
});
test("probabilities add up to one", ({ Reading }, network) => {
  const reading = new Reading(network);
  reading.read([2, 3, 4]);
  for (const { probabilities } of reading.steps)
    equal(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-12, true);
});
test("a text is cut, and what was never seen has no token", ({ splitText }, network) => {
  const { columns, cut, unseen } = splitText("a🎉b🎉é" + "a".repeat(5000), network);
  equal([columns.length, cut, unseen], [2000, true, ["🎉", "é"]]);
  equal(
    columns.slice(0, 3).map(({ token }) => token),
    [2, undefined, 3],
  );
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
  equal(
    counts.map((count) => Math.round(count / 2000)),
    [2, 5, 3],
  );
  equal(draw(probabilities, 0.01, 0.999), 1);
});
/** A reading that is as sure of a token at every step as `tokenAt` says; it remembers what it was given to read. */
const sureReading = (tokenAt) => {
  const steps = [];
  const add = () =>
    steps.push({
      probabilities: Float64Array.from({ length: 5 }, (_, token) => (token === tokenAt(steps.length) ? 0.9 : 0.025)),
    });
  add();
  return {
    steps,
    given: [],
    extend(token) {
      this.given.push(token);
      add();
    },
  };
};
test("writing on ends with the end token or with its limit", ({ writeOn, MOST_WRITTEN }) => {
  const greedy = { temperature: 0, seed: 1 };
  equal(MOST_WRITTEN, 120);
  const endless = sureReading(() => 3);
  const { written, ended } = writeOn(endless, greedy);
  equal([written.length, ended, endless.given.length], [120, false, 120]);
  equal(
    writeOn(
      sureReading(() => 3),
      greedy,
      4,
    ),
    { written: [3, 3, 3, 3], ended: false },
  );
  const threeThenEnd = (step) => (step < 3 ? 2 + step : 1);
  equal(writeOn(sureReading(threeThenEnd), greedy, 4), { written: [2, 3, 4], ended: true });
  // The end lies beyond the limit.
  equal(writeOn(sureReading(threeThenEnd), greedy, 3), { written: [2, 3, 4], ended: false });
  equal(
    writeOn(
      sureReading(() => 1),
      greedy,
    ),
    { written: [], ended: true },
  );
});
test("a temperature flattens probabilities, and a number from 0 to 1 picks by their sums", ({ draw }) => {
  const probabilities = Float64Array.of(0.04, 0.64, 0.32); // to the power of 1/2: 0.2, 0.8 and 0.566 of 1.566
  const at = (temperature) =>
    [0, 0.03, 0.05, 0.12, 0.13, 0.63, 0.64, 0.67, 0.69, 0.999].map((chance) =>
      draw(probabilities, temperature, chance),
    );
  equal(at(1), [0, 0, 1, 1, 1, 1, 1, 1, 2, 2]);
  equal(at(2), [0, 0, 0, 0, 1, 1, 2, 2, 2, 2]);
  equal(
    [0.49, 0.5].map((chance) => draw(Float64Array.of(0.5, 0.5), 1, chance)),
    [0, 1],
  );
});
test("a value before the first step is zero, the first choice is the likeliest", ({ Reading }, network) => {
  const reading = new Reading(network);
  reading.read([2, 4]);
  equal(reading.value("cell", -1, 1, 1), 0);
  equal(reading.value("cell", 0, 1, 2), reading.steps[0].layers[0].cell[1]);
  equal(reading.value("cell", 2, 2, 3), reading.steps[2].layers[1].cell[2]);
  reading.steps[1].probabilities = Float64Array.of(0.1, 0.2, 0.3, 0.3, 0.1);
  equal(reading.choice(1), 2);
});
test("changes in another order are computed anew from the start", ({ Reading, changes }, network) => {
  const [one, other] = ["1.2.cell=0.5@1", "1.2.cell=0.25@1"].map((text) => changes.parseChange(text, network));
  const reading = new Reading(network);
  reading.read([2, 2, 4], [one, other]);
  equal(reading.value("cell", 2, 1, 2), 0.25);
  equal(reading.read([2, 2, 4], [other, one]), 0);
  equal(reading.value("cell", 2, 1, 2), 0.5);
  equal(reading.read([2, 2, 4], [other]), 1);
});
test("a change that is made twice counts twice, and once when one is taken back", ({ Reading, changes }, network) => {
  const change = changes.parseChange("1.2.cell+0.5@2", network);
  const [edited, fresh] = [new Reading(network), new Reading(network)];
  fresh.read([2, 2, 4], [change, change]);
  edited.read([2, 2, 4], [change]);
  const once = plain(edited);
  edited.read([2, 2, 4], [change, change]);
  equal(plain(edited), plain(fresh));
  equal(edited.read([2, 2, 4], [change]), 2);
  equal(plain(edited), once);
});
test("a text of as many characters as can be read is whole", ({ splitText }, network) => {
  equal(
    [2000, 2001, 4001].map((size) => [
      splitText("a".repeat(size), network).columns.length,
      splitText("a".repeat(size), network).cut,
    ]),
    [
      [2000, false],
      [2000, true],
      [2000, true],
    ],
  );
});
