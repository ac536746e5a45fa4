// Listening: the reader's actions on each control change the state.
import { formatChange, parseChange } from "./changes.js";
import { showWhen } from "./controls.js";
import { closestTo } from "./dom.js";
import { showNotes } from "./notes.js";
import { splitText } from "./reading.js";
import { bestOf } from "./state.js";
import { change, openAddress, spanBetween } from "./steering.js";

/**
 * @import { ChangeOfNeuron } from "./changes.js"
 * @import { Page } from "./page.js"
 * @import { Sampling } from "./writing.js"
 */

/** Listen to all of the reader's actions except those handled by the overview, the strips and the finder. */
export function listen(/** @type {Page} */ page) {
  listenToText(page);
  listenToWriting(page);
  listenToViewing(page);
  listenToChanging(page);
  listenToFinding(page);
  listenToDragging(page);
  page.form.listen(page);
  addEventListener("popstate", () => openAddress(page));
  addEventListener("pagehide", () => page.recorder.leave());
}

function listenToText(/** @type {Page} */ page) {
  const { text, tries } = page.elements;
  text.addEventListener("input", () => takeText(page));
  text.addEventListener("paste", (event) => takePasted(page, event));
  for (const button of tries) {
    button.addEventListener("click", () => change(page, { text: button.value, step: null }));
  }
}

/** Take the text in the text box, cut if it is too long. */
function takeText(/** @type {Page} */ page) {
  const { network, elements: { text: box }, session } = page;
  const { columns, cut } = box.value.length > network.most_characters
    ? splitText(box.value, network)
    : { columns: [], cut: false };
  if (cut) box.value = columns.map(({ character }) => character).join("");
  change(page, { text: box.value }, "typing");
  if (cut) showNotes(page, { ...session.read, cut });
}

/**
 * Paste only the allowed length of a long text, before the browser lays out a megabyte; it pastes short ones itself.
 * @param {Page} page
 * @param {ClipboardEvent} event
 */
function takePasted(page, event) {
  const { network, elements: { text: box } } = page;
  const pasted = event.clipboardData?.getData("text/plain") ?? "";
  if (pasted.length <= network.most_characters) return;
  event.preventDefault();
  box.setRangeText(pasted.slice(0, 2 * network.most_characters + 1), box.selectionStart, box.selectionEnd, "end");
  takeText(page);
}

function listenToWriting(/** @type {Page} */ page) {
  const { write, temperature, seed, again } = page.elements;
  const sample = () => change(page, { write: samplingOf(page) });
  write.addEventListener("change", () => {
    if (write.value === "sampled") sample();
    else change(page, { write: write.value === "greedy" ? { temperature: 0, seed: 1 } : null });
  });
  temperature.addEventListener("change", sample);
  seed.addEventListener("change", sample);
  again.addEventListener("click", () => {
    seed.value = String((samplingOf(page).seed + 1) % 1000000000);
    sample();
  });
}

/**
 * Return the temperature and the seed in their boxes, clamped to their bounds.
 * @param {Page} page
 * @returns {Sampling}
 */
function samplingOf({ elements }) {
  const [temperature, seed] = [Number(elements.temperature.value), Number(elements.seed.value)];
  return {
    temperature: Math.min(5, Math.max(0.1, temperature || 1)),
    seed: Math.min(999999999, Math.max(0, Math.floor(seed) || 0)),
  };
}

function listenToViewing(/** @type {Page} */ page) {
  const { layer, signal, sort, filter, letters, numbers, strips } = page.elements;
  layer?.addEventListener("change", () => {
    const number = Number(layer.value);
    change(page, { layer: number, neuron: bestOf(page.network, number) });
  });
  signal.addEventListener("change", () => change(page, { signal: signal.value }));
  sort.addEventListener("change", () => change(page, { sort: sort.value === "number" ? "number" : "role" }));
  filter.addEventListener("input", () => change(page, { filter: filter.value.slice(0, 100) }, "typing"));
  letters.addEventListener("change", () => change(page, { letters: letters.checked }));
  numbers.addEventListener("change", () => strips.classList.toggle("shows-values", numbers.checked));
}

function listenToChanging(/** @type {Page} */ page) {
  const { elements, session } = page;
  elements.change.addEventListener("change", () => showWhen(page));
  elements.changeStep.addEventListener("input", () => { session.isStepTyped = true; });
  elements.changing.addEventListener("submit", (event) => {
    event.preventDefault();
    makeChange(page);
  });
  elements.changes.addEventListener("click", (event) => {
    const button = closestTo(event, "button");
    if (button) undoChange(page, Number(button.value));
  });
}

/** Make the requested change, or say why it cannot be made. */
function makeChange(/** @type {Page} */ page) {
  const { network, session } = page;
  try {
    const checked = parseChange(formatChange(askedChange(page)), network);
    change(page, { changes: [...session.state.changes, checked] });
  } catch (error) {
    session.notes = [`Invalid change: ${/** @type {Error} */ (error).message}.`];
    showNotes(page, session.read);
  }
}

/**
 * Return the requested change.
 * @param {Page} page
 * @returns {ChangeOfNeuron}
 */
function askedChange({ elements, session: { state: { layer, neuron } } }) {
  const [what, signal] = elements.change.value.split(" ");
  const [amount, step] = [Number(elements.amount.value), Number(elements.changeStep.value)];
  return { layer, neuron, signal, kind: what === "hold" ? "hold" : "add", amount, inCounts: what === "counts", step };
}

/**
 * Undo a change; the keyboard focus moves to the next.
 * @param {Page} page
 * @param {number} taken its index among the changes
 */
function undoChange(page, taken) {
  const { elements, session } = page;
  change(page, { changes: session.state.changes.filter((_, number) => number !== taken) });
  (elements.changes.querySelector("button") ?? elements.change).focus();
}

function listenToFinding(/** @type {Page} */ page) {
  const { finding, from, to, threshold, forget } = page.elements;
  finding.addEventListener("submit", (event) => {
    event.preventDefault();
    const [one, other] = [Number(from.value), Number(to.value)];
    const find = { from: Math.min(one, other), to: Math.max(one, other), threshold: Number(threshold.value) };
    change(page, { find });
  });
  forget.addEventListener("click", () => change(page, { find: null }));
}

/** Select steps by dragging along the row of the tokens read. */
function listenToDragging(/** @type {Page} */ page) {
  const { session, strips: { usual: strip } } = page;
  strip.region.addEventListener("pointerdown", (event) => {
    const head = closestTo(event, "th");
    if (head && strip.reads.contains(head) && event.button === 0) session.dragged = strip.stepAt(event);
  });
  strip.region.addEventListener("pointermove", (event) => {
    if (session.dragged !== null && event.buttons) dragTo(page, session.dragged, event.clientX);
  });
  addEventListener("pointerup", () => { session.dragged = null; });
}

/**
 * Select the steps from one to the column at a position, whatever the pointer is over.
 * @param {Page} page
 * @param {number} begun
 * @param {number} clientX
 */
function dragTo(page, begun, clientX) {
  const { session: { state }, strips: { usual: strip } } = page;
  const head = document.elementFromPoint(clientX, strip.reads.getBoundingClientRect().top + 5);
  const step = strip.stepAt({ target: head ?? strip.region, clientX });
  if (step === null || (step === begun && !state.find)) return;
  const find = spanBetween(page, begun, step);
  if (find.from !== state.find?.from || find.to !== state.find?.to) change(page, { find }, "replace");
}
