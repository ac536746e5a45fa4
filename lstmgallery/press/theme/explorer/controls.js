// The controls show the state: each displays the value it sets.
import { put } from "./dom.js";
import { offeredStep } from "./state.js";

/**
 * @import { Elements, Page } from "./page.js"
 * @import { State } from "./state.js"
 */

const LETTER = 13.5; // px across, in the text box

/** Show the state in every control except the text box. */
export function showControls(/** @type {Page} */ { network, elements, session }) {
  const { state } = session;
  if (elements.layer) put(elements.layer, "value", String(state.layer));
  put(elements.signal, "value", state.signal);
  put(elements.sort, "value", state.sort);
  put(elements.filter, "value", state.filter);
  if (!session.isStepTyped) put(elements.changeStep, "value", String(offeredStep(session, network)));
  elements.letters.checked = state.letters;
  showWriting(elements, state);
  if (!state.find) return;
  put(elements.from, "value", String(state.find.from));
  put(elements.to, "value", String(state.find.to));
  put(elements.threshold, "value", String(state.find.threshold));
}

/**
 * Show the settings for writing on.
 * @param {Elements} elements
 * @param {State} state
 */
function showWriting(elements, { write }) {
  const isSampled = write !== null && write.temperature > 0;
  put(elements.write, "value", !write ? "" : isSampled ? "sampled" : "greedy");
  if (isSampled) {
    put(elements.temperature, "value", String(write.temperature));
    put(elements.seed, "value", String(write.seed));
  }
  for (const control of elements.sampling) put(control, "hidden", !isSampled);
}

/** Show the text in a box with as many rows as it needs, up to four. */
export function showText(/** @type {Page} */ { elements: { text: box }, session: { state } }) {
  put(box, "value", state.text);
  const across = Math.max(20, Math.floor(box.clientWidth / LETTER)); // letters
  const rows = String(Math.min(4, Math.max(1, Math.ceil(state.text.length / across))));
  if (box.getAttribute("rows") !== rows) box.setAttribute("rows", rows);
}

/** Show whether a change applies at a step or from that step on. */
export function showWhen(/** @type {Page} */ { elements }) {
  elements.when.textContent = elements.change.value.startsWith("hold") ? "from step" : "at step";
}
