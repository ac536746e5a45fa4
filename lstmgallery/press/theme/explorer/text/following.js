// The tokens that the network expects after a step, likeliest first, each with its probability.
import { make, put } from "../dom.js";
import { glyph, percent, tokenName } from "../print.js";

/**
 * @import { Network } from "../network.js"
 * @import { Run } from "../runs.js"
 */

/**
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {HTMLElement} sign
 * @property {HTMLElement} bar
 * @property {HTMLElement} share
 */

const SHOWN = 8; // tokens
const BEFORE = 16; // characters read before, in the heading

export class Following {
  /**
   * @param {HTMLElement} box
   * @param {Network} network
   */
  constructor(box, network) {
    this.box = box;
    this.network = network;
    this.heading = make("h3", { class: "run-name" });
    this.rows = Array.from({ length: Math.min(SHOWN, network.vocabulary.length) }, newRow);
    const heads = ["next", "as a bar", "probability"].map((words) => make("th", { scope: "col" }, words));
    const [thead, tbody] = [make("thead", { class: "unseen" }, make("tr", {}, ...heads)), make("tbody")];
    tbody.append(...this.rows.map(({ element }) => element));
    box.replaceChildren(this.heading, make("table", { class: "following" }, thead, tbody));
  }

  /**
   * Show the probabilities after a step of a run; nothing if it has not been read.
   * @param {Run} run
   * @param {number} step
   */
  show({ reading }, step) {
    const isRead = step >= 0 && step < reading.steps.length;
    put(this.box, "hidden", !isRead);
    if (!isRead) return;
    const { vocabulary } = this.network;
    const read = reading.tokens.slice(Math.max(0, step - BEFORE + 1), step + 1);
    put(this.heading, "textContent", `After ${read.map((token) => glyph(vocabulary[token])).join("")}`);
    const { probabilities } = reading.steps[step];
    const next = reading.tokens[step + 1];
    likeliest(probabilities, this.rows.length).forEach((token, at) => {
      const { element, sign, bar, share } = this.rows[at];
      put(sign, "textContent", glyph(vocabulary[token]));
      put(sign, "title", tokenName(vocabulary[token]));
      put(share, "textContent", percent(probabilities[token]));
      bar.style.width = `${(100 * probabilities[token]).toFixed(1)}%`;
      element.classList.toggle("is-next", token === next);
    });
  }
}

/** @returns {Row} */
function newRow() {
  const [sign, bar, share] = [make("th", { scope: "row" }), make("span", { class: "bar" }), make("td")];
  const drawn = make("td", { class: "bars", "aria-hidden": "true" }, bar);
  return { element: make("tr", {}, sign, drawn, share), sign, bar, share };
}

/**
 * Return the tokens of the largest probabilities, largest first; of ties the first.
 * @param {Float64Array} probabilities
 * @param {number} many
 */
export function likeliest(probabilities, many) {
  /** @type {number[]} */
  const best = [];
  for (let token = 0; token < probabilities.length; token += 1) {
    let place = best.length;
    while (place > 0 && probabilities[best[place - 1]] < probabilities[token]) place -= 1;
    if (place >= many) continue;
    best.splice(place, 0, token);
    best.length = Math.min(best.length, many);
  }
  return best;
}
