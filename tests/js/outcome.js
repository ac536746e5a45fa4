// What comes out: what each run reads, writes, and how sure it is.
/** A reading of given probabilities: after each step, those of every token; and its tokens, the start token first. */
const readingOf = (tokens, probabilities) => ({
  tokens,
  steps: probabilities.map((each) => ({ probabilities: each })),
});
const cellsOf = (box) =>
  [...box.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell) => [cell.className, cell.textContent.replace("\u00a0", "")]),
  );
test("a written token is shown with the probability that the previous step gave it", ({ showOutcome }) => {
  const box = document.createElement("div");
  const reading = readingOf(
    [0, 2, 4, 3],
    [
      [0, 0, 0.5, 0.25, 0.25],
      [0, 0, 0.125, 0.125, 0.75],
      [0, 0.125, 0.25, 0.6, 0.025],
      [0, 0.9, 0, 0.1, 0],
    ],
  );
  const columns = [
    { glyph: "⊳", step: 0 },
    { glyph: "a", step: 1 },
    { glyph: "X", step: 2, isWritten: true },
    { glyph: "b", step: 3, isWritten: true },
  ];
  showOutcome(box, [
    { name: "as it is", run: { reading, columns, ended: true } },
    { name: "changed", run: { reading, columns: columns.slice(0, 3), ended: false } },
  ]);
  equal(cellsOf(box), [
    [
      ["", "as it is"],
      ["typed", "⊳"],
      ["typed", "a"],
      ["g15", "X75%"],
      ["g12", "b60%"],
      ["g18", "⊲end90%"],
    ],
    [
      ["", "changed"],
      ["typed", "⊳"],
      ["typed", "a"],
      ["g15", "X75%"],
      ["typed", "…"],
    ],
  ]);
});
test("what was written is put into words", ({ describeWritten }, network) => {
  const words = (text, ended) =>
    describeWritten(network, { written: [...text].map((token) => network.index.get(token)), ended });
  equal(words("bbb", true), "3 b’s and ends");
  equal(words("b", true), "b and ends");
  equal(words("", true), "nothing and ends");
  equal(words("ab", false), "ab without ending");
  equal(words("ab".repeat(20), true), `${"ab".repeat(20)} and ends`);
  equal(words("ab".repeat(21), true), `${"ab".repeat(20)}… and ends`);
});
