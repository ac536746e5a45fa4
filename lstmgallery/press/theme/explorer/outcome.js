// The outcome: the tokens each run reads and then writes by itself, line by line, and in a sentence.
import { make } from "./dom.js";
import { END, END_TOKEN } from "./network.js";
import { glyph, percent, shade, tokenName } from "./print.js";

/**
 * @import { Network } from "./network.js"
 * @import { Column, Run } from "./runs.js"
 * @import { Written } from "./writing.js"
 */

const CAPTION = "Text read and written by each run";

/**
 * Return the text written by a run, in words.
 * @param {Network} network
 * @param {Written} run
 */
export function describeWritten(network, { written, ended }) {
  const text = written.map((token) => glyph(network.vocabulary[token])).join("");
  const isSame = written.length > 1 && new Set(written).size === 1;
  const words = isSame ? `${written.length} ${text[0]}’s` : text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `${words || "nothing"}${ended ? " and ends" : " without ending"}`;
}

/**
 * Show the runs, each with its name.
 * @param {HTMLElement} box
 * @param {{name: string, run: Run}[]} runs
 */
export function showOutcome(box, runs) {
  const caption = make("caption", { class: "unseen" }, CAPTION);
  const rows = runs.map(({ name, run }) => {
    const head = make("th", { scope: "row" }, make("span", { class: "name" }, name));
    return make("tr", {}, head, ...run.columns.map((column) => cellOf(run, column)), endOf(run));
  });
  box.replaceChildren(make("table", { class: "strip outcome" }, caption, make("tbody", {}, ...rows)));
}

/**
 * Return the cell of a column; a written token is shaded by its probability.
 * @param {Run} run
 * @param {Column} column
 */
function cellOf({ reading }, { glyph: sign, step, isWritten }) {
  const cell = make("td", { class: isWritten ? "" : "typed" }, sign);
  if (sign.length > 2) cell.classList.add("code");
  if (isWritten && step !== null) {
    const chance = reading.steps[step - 1].probabilities[reading.tokens[step]];
    cell.className = shade("gate", chance, 0, 1);
    cell.append(make("b", {}, percent(chance)));
  }
  return cell;
}

/** Return the last cell of a run: the probability of the end, or that it has not come yet. */
function endOf(/** @type {Run} */ { reading, ended }) {
  if (!ended) return make("td", { class: "typed" }, "…");
  const chance = reading.steps[reading.steps.length - 1].probabilities[END_TOKEN];
  return make("td", { class: shade("gate", chance, 0, 1) },
    make("span", { "aria-hidden": "true" }, glyph(END)),
    make("span", { class: "unseen" }, tokenName(END)),
    make("b", {}, percent(chance)));
}
