// The right answers, where a language leaves no choice.
test("the counter settles every token behind its delimiter", ({ language }) => {
  equal(language.rightAnswers("counting", ["<start>", ..."aaXbb"]), [null, null, null, "b", "b", "<end>"]);
});
test("a prefix that breaks the rule has no right answer", ({ language }) => {
  for (const text of ["X", "aXbb", "abX", "aXba", "bX"]) equal(language.rightAnswers("counting", ["<start>", ...text]).at(-1), null);
});
test("X's do not count in the selective counter", ({ language }) => {
  equal(language.rightAnswers("selective-counting", ["<start>", ..."XaXaYbb"]).slice(5), ["b", "b", "<end>"]);
  equal(language.rightAnswers("selective-counting", ["<start>", ..."XXY"]).at(-1), null);
});
test("the state memorizer writes its first letter in lowercase, then ends", ({ language }) => {
  equal(language.rightAnswers("state-memory", ["<start>", ..."BxxYb"]), [null, null, null, null, "b", "<end>"]);
  equal(language.rightAnswers("state-memory", ["<start>", ..."AxYb"]).at(-1), null);
});
test("the copy machine repeats its letters", ({ language }) => {
  equal(language.rightAnswers("copying", ["<start>", ..."cabXca"]), [null, null, null, null, "c", "a", "b"]);
});
test("a task without a rule has no right answers", ({ language }) => {
  equal(language.rightAnswers("text", ["<start>", "a"]), [null, null]);
  equal(language.hasRule("text"), false);
});
test("answers that are known already are kept", ({ language }) => {
  const tokens = ["<start>", ..."aaXbb"];
  equal(language.rightAnswers("counting", tokens, language.rightAnswers("counting", tokens).slice(0, 4)), language.rightAnswers("counting", tokens));
});
test("a start alone has no right answer, and the answers are as many as the tokens", ({ language }) => {
  equal(language.rightAnswers("counting", ["<start>"]), [null]);
  equal(language.rightAnswers("counting", ["<start>", ..."aX"], [null, null, "b", "b"]), [null, null, "b"]);
});
