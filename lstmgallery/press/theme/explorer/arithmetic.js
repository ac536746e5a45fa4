// The arithmetic of one step: the cell's updates with the step's numbers.
import { spellUpdate } from "./changes.js";
import { make, put } from "./dom.js";
import { glyph, number } from "./print.js";
import { shownRuns } from "./runs.js";

/**
 * @import { Page } from "./page.js"
 * @import { Run } from "./runs.js"
 */

/**
 * Return the visible runs that have a step.
 * @param {Page} page
 * @param {number | null} step
 */
export function runsAt({ session }, step) {
  if (step === null) return [];
  return shownRuns(session.runs, session.state).filter(({ reading }) => step < reading.steps.length);
}

/**
 * Spell out a step, or prompt the reader to choose one.
 * @param {Page} page
 * @param {number | null} step
 */
export function showArithmetic(page, step) {
  const { network, elements } = page;
  const runs = runsAt(page, step);
  const last = runs.at(-1);
  if (step === null || !last) {
    put(elements.hint, "textContent", elements.invitation);
    for (const { numbers } of elements.equations) numbers.replaceChildren();
    return;
  }
  put(elements.hint, "textContent", `Step ${step} reads ${glyph(network.vocabulary[last.reading.tokens[step]])}`);
  for (const { general, numbers } of elements.equations) {
    const [first, ...others] = runs.map((run) => withNumbers(page, general, run, step));
    const compared = others.flatMap((line) => [make("br"), make("span", { class: "small" }, "with the change:"), line]);
    numbers.replaceChildren(first, ...compared);
  }
}

/**
 * Return the numbers of one step for an equation: everything right of the equals sign, then the result.
 * @param {Page} page
 * @param {HTMLElement} general
 * @param {Run} run
 * @param {number} step
 */
function withNumbers({ network, session: { state, runs } }, general, { reading }, step) {
  const { layer, neuron } = state;
  const valueOf = (/** @type {HTMLElement} */ { dataset }) =>
    number(reading.value(dataset.signal ?? "", step - ("earlier" in dataset ? 1 : 0), layer, neuron));
  const [first, ...nodes] = general.childNodes;
  const result = /** @type {HTMLElement} */ (first);
  let update = "";
  for (const node of nodes) {
    update += node instanceof HTMLElement ? bracketed(valueOf(node), update) : node.textContent;
  }
  const at = { layer, neuron, signal: result.dataset.signal ?? "", step };
  const changes = reading === runs.changed.reading ? state.changes : [];
  return spellUpdate(update, valueOf(result), changes, network, at);
}

/**
 * Return a value to follow other text: a negative one in brackets, unless the text ends with an opening bracket.
 * @param {string} value
 * @param {string} before
 */
function bracketed(value, before) {
  return value.startsWith("\u2212") && !before.endsWith("(") ? `(${value})` : value;
}
