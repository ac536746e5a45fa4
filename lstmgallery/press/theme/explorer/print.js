// The forms of numbers, tokens and shades: the same as on pages, `press/marks/text.py` and `press/marks/palette.py`.
/** @type {Record<string, string>} */
const GLYPHS = { "<start>": "⊳", "<end>": "⊲", " ": "␣", "\n": "↵", "\t": "⇥", "\u00a0": "⍽" };
/** @type {Record<string, string>} */
const NAMES = {
  "<start>": "start", "<end>": "end", " ": "space", "\n": "newline", "\t": "tab", "\u00a0": "no-break space",
};
export const LAST_SHADE = { memory: 40, gate: 20 };

/** Return a visible sign for a token: itself, a symbol for white space, a code for invisible characters. */
export function glyph(/** @type {string} */ token) {
  if (token > " " && token <= "~") return token.startsWith("<") && token in GLYPHS ? GLYPHS[token] : token;
  if (token in GLYPHS) return GLYPHS[token];
  if (!/^[\p{C}\p{Z}\p{M}]+$/u.test(token)) return token;
  return [...token].map(codeOf).join(" ");
}

/** Return the code of a character, as `U+00AD`. */
function codeOf(/** @type {string} */ character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Return a token as it is spoken. */
export const tokenName = (/** @type {string} */ token) => NAMES[token] ?? glyph(token);

/**
 * Return `value` with a fixed number of digits. Ties round to even, as in Python; toFixed rounds them away from zero.
 * @param {number} value
 * @param {number} digits
 */
function fixed(value, digits) {
  if (Math.abs((value * 10 ** digits) % 1) !== 0.5) return value.toFixed(digits);
  // The product may be rounded.
  const [, kept = "", rest = ""] = /^(.*?)\.?(\d{30})$/.exec(value.toFixed(digits + 30)) ?? [];
  return /^50*$/.test(rest) && Number(kept.at(-1)) % 2 === 0 ? kept : value.toFixed(digits);
}

/**
 * Return `value` with a fixed number of digits and a real minus sign; never a minus zero.
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 3) {
  const text = fixed(value, digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "\u2212");
}

/** Return `value` with about three significant digits, for labels of scales and ranges. */
export function brief(/** @type {number} */ value) {
  const size = Math.abs(value);
  return number(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Return a value as typed: as few digits as possible, with a real minus sign. */
export const plain = (/** @type {number} */ value) => String(value).replace("-", "\u2212");

/**
 * Return the class of the shade of `value` on a scale from `low` to `high`, clamping values outside it.
 * @param {"memory" | "gate"} palette
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function shade(palette, value, low, high) {
  const position = high > low ? (value - low) / (high - low) : 0.5;
  return palette[0] + fixed(Math.min(Math.max(position, 0), 1) * LAST_SHADE[palette], 0);
}

/** Return a share as a percentage, with 100 only for exactly all and 0 only for exactly none. */
export function percent(/** @type {number} */ share) {
  const rounded = Number(fixed(100 * share, 1));
  if (share < 1 && rounded === 100) return ">\u00a099.9\u00a0%";
  if (share > 0 && rounded === 0) return "<\u00a00.1\u00a0%";
  return `${rounded}\u00a0%`;
}

/**
 * Return words as a list in a sentence: "a", "a and b", "a, b and 3 more".
 * @param {string[]} words
 * @param {number} [most]
 */
export function listed(words, most = 6) {
  const shown = words.length > most ? [...words.slice(0, most - 1), `${words.length - most + 1} more`] : words;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
