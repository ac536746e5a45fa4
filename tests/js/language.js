// The right answers, where a language leaves no choice; the rules of the tasks are held against them in
// test_explorer_parts.py, and these are rules of their own.
const COUNTING = { prompt: "a+", delimiter: "X", writes: { a: "b" } };
const answers = ({ language }, rule, text, known) => language.rightAnswers(rule, ["<start>", ...text], known);
test("each letter of the prompt is answered, then comes the end", (parts) => {
  equal(answers(parts, COUNTING, "aaXbb"), [null, null, null, "b", "b", "<end>"]);
});
test("a text that breaks the rule has no right answer", (parts) => {
  for (const text of ["X", "aXbb", "abX", "aXba", "bX", "aXX", "aXbX"])
    equal(answers(parts, COUNTING, text).at(-1), null);
});
test("letters that write nothing are passed over", (parts) => {
  const rule = { prompt: "X*a[aX]*", delimiter: "Y", writes: { a: "b" } };
  equal(answers(parts, rule, "XaXaYbb").slice(5), ["b", "b", "<end>"]);
  equal(answers(parts, rule, "XXY").at(-1), null);
});
test("each letter has an answer of its own", (parts) => {
  const rule = { prompt: "[AB]x+", delimiter: "Y", writes: { A: "a", B: "b" } };
  equal(answers(parts, rule, "BxxYb"), [null, null, null, null, "b", "<end>"]);
  equal(answers(parts, rule, "AxYb").at(-1), null);
});
test("letters are answered in their order", (parts) => {
  const rule = { prompt: "[abc]{3}", delimiter: "X", writes: { a: "a", b: "b", c: "c" } };
  equal(answers(parts, rule, "cabXca"), [null, null, null, null, "c", "a", "b"]);
  equal(answers(parts, rule, "caXc").at(-1), null);
  equal(answers(parts, rule, "cabaXc").at(-1), null);
});
test("a pattern with a choice is one pattern, and a letter may write more than one", (parts) => {
  const rule = { prompt: "a|bb", delimiter: "=", writes: { a: "cd", b: "e" } };
  equal(answers(parts, rule, "a=cd"), [null, null, "c", "d", "<end>"]);
  equal(answers(parts, rule, "bb=").at(-1), "e");
  for (const text of ["ab=", "b=", "abb="]) equal(answers(parts, rule, text).at(-1), null);
});
test("a task without a rule has no right answers", (parts) => {
  equal(answers(parts, null, "a"), [null, null]);
});
test("answers that are known already are kept", (parts) => {
  equal(
    answers(parts, COUNTING, "aaXbb", answers(parts, COUNTING, "aaXbb").slice(0, 4)),
    answers(parts, COUNTING, "aaXbb"),
  );
  equal(answers(parts, COUNTING, "aX", [null, null, "b", "b"]), [null, null, "b"]);
});
test("a start alone has no right answer", (parts) => {
  equal(answers(parts, COUNTING, ""), [null]);
});
