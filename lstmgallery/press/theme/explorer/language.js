// The token that must come next, if the language determines it. The task provides the language's rule as data: the form
// of prompts, the delimiter, and the part of the answer for each letter of a prompt.
import { END } from "./network.js";

/**
 * @typedef {object} Rule
 * @property {string} prompt regular expression for any text allowed before the delimiter
 * @property {string} delimiter
 * @property {Record<string, string>} writes by letter of the prompt, its part of the answer; nothing for others
 */

/**
 * Return the whole answer to a prompt; null if the language has no such prompt.
 * @param {string} prompt
 * @param {Rule} rule
 */
function answerTo(prompt, { prompt: pattern, writes }) {
  if (!new RegExp(`^(?:${pattern})$`, "u").test(prompt)) return null;
  return [...prompt].map((letter) => writes[letter] ?? "").join("");
}

/**
 * Return the token that must follow a text; null if there is a choice or the rule is broken.
 * @param {string} text
 * @param {Rule} rule
 */
function nextToken(text, rule) {
  const at = text.indexOf(rule.delimiter);
  if (at < 0) return null;
  const answer = answerTo(text.slice(0, at), rule);
  const written = text.slice(at + rule.delimiter.length);
  return answer?.startsWith(written) ? (answer[written.length] ?? END) : null;
}

/**
 * Return, for each step, the token that must come next, or null. Step k has read k characters.
 * @param {Rule | null} rule null for a task without one
 * @param {string[]} tokens read, the start token first
 * @param {(string | null)[]} [known] the answers of the first steps, if known
 * @returns {(string | null)[]}
 */
export function rightAnswers(rule, tokens, known = []) {
  if (!rule) return tokens.map(() => null);
  const answers = known.slice(0, tokens.length);
  let text = tokens.slice(1, answers.length).join("");
  for (let step = answers.length; step < tokens.length; step += 1) {
    if (step > 0) text += tokens[step];
    answers.push(nextToken(text, rule));
  }
  return answers;
}
