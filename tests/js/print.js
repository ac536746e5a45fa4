// Numbers, tokens and shades as in print; the numbers themselves are held against Python's in test_explorer_parts.py.
test("white space and what cannot be seen get a sign", ({ print }) => {
  equal(["<start>", "<end>", " ", "\n", "\u0007", "a", "🎉", "א"].map(print.glyph), [
    "⊳",
    "⊲",
    "␣",
    "↵",
    "U+0007",
    "a",
    "🎉",
    "א",
  ]);
});
test("a minus zero is a zero", ({ print }) => equal(print.number(-0.0001), "0.000"));
test("a list is shortened", ({ print }) => {
  equal(print.listed(["a"]), "a");
  equal(print.listed(["a", "b", "c"]), "a, b and c");
  equal(print.listed(["a", "b", "c", "d"], 3), "a, b and 2 more");
});
test("shades take the ends beyond the scale", ({ print }) => {
  equal(
    [-9, -1, 0, 1, 9].map((value) => print.shade("memory", value, -1, 1)),
    ["m0", "m0", "m20", "m40", "m40"],
  );
});
