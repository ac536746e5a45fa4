// Drawing: update the parts of the page whose state has changed, and nothing else.
import { runsAt, showArithmetic } from "./arithmetic.js";
import { describeChange, nameOf } from "./changes.js";
import { showControls, showText } from "./controls.js";
import { make } from "./dom.js";
import { showNotes } from "./notes.js";
import { tokenName } from "./print.js";
import { listedNeurons } from "./state.js";
import { drawInTime, markStrips, selectSpan, showStrips } from "./strips.js";

/**
 * @import { Page } from "./page.js"
 * @import { State } from "./state.js"
 */

/** @typedef {keyof State} Key */

const AS_BEFORE = { usual: Infinity, changed: Infinity }; // the first changed column of each run

/**
 * Show the state.
 * @param {Page} page
 * @param {Key[] | null} [keys] of the state that have changed; null: all of them
 * @param {{isTyped?: boolean}} [how] whether the reader is typing
 */
export function show(page, keys = null, { isTyped = false } = {}) {
  const { network, session, overview, strips } = page;
  const touches = (/** @type {Key[]} */ ...some) => !keys || some.some((key) => keys.includes(key));
  const isRead = touches("text", "changes", "write");
  const isFollowed = isRead && read(page);
  const { state, runs } = session;
  const from = isRead ? session.read.from : AS_BEFORE;
  showNotes(page, session.read);
  if (isRead || touches("neuron", "layer")) showStrips(page, from, { isFollowed });
  overview.list(state.layer, listedNeurons(state, network));
  overview.show(runs.usual, state, from.usual, { isFollowed });
  if (!session.read.isPending) drawInTime(page, isTyped);
  page.form.show(page, from, isRead);
  if (touches("neuron", "layer")) showNeuron(page);
  if (touches("changes")) showChanges(page);
  if (touches("find", "layer", "signal") || (isRead && state.find && !session.read.isPending)) search(page);
  showControls(page);
  showStep(page, { isFollowed: touches("step") });
  // Last, and not in a frame of its own: one layout is enough.
  for (const part of [strips.usual, strips.changed, overview]) part.follow();
  page.form.follow(isFollowed);
}

/**
 * Read the text; return whether columns were appended at the end, so that the end has to be scrolled into view.
 * @param {Page} page
 */
function read(page) {
  const { session, due, form } = page;
  const { state, runs, read: { text: before } } = session;
  session.read = form.read(page);
  showText(page);
  due.announcement.ask();
  const isAtEnd = state.step === null;
  const last = session.read.isPending ? Infinity : runs.usual.reading.steps.length - 1;
  if (state.step !== null && state.step > last && !state.changes.length) state.step = null;
  return isAtEnd && before !== null && before !== state.text && state.text.startsWith(before);
}

/** Show the name of the neuron shown. */
function showNeuron(/** @type {Page} */ { network, elements, session }) {
  const { layer, neuron } = session.state;
  const page = network.pages.replace("{layer}", String(layer)).replace("{neuron}", String(neuron));
  elements.neuron.textContent = nameOf(session.state, network);
  elements.role.textContent = network.place[`${layer}.${neuron}`].role;
  elements.neuronPage.setAttribute("href", page);
}

/** List the changes, each with a button to undo it. */
function showChanges(/** @type {Page} */ { network, elements, session }) {
  const items = session.state.changes.map((change, number) => {
    const words = describeChange(change, network);
    const label = `Remove: ${words}`;
    const remove = make("button", { type: "button", value: String(number), "aria-label": label }, "remove");
    return make("li", {}, words, remove);
  });
  elements.changes.replaceChildren(...items);
}

/**
 * Show the pointed-at or chosen step, if any, in every part of the page.
 * @param {Page} page
 * @param {{isFollowed?: boolean}} [how] whether to scroll it into view
 */
export function showStep(page, how = {}) {
  const { session, overview } = page;
  const step = session.pointed ?? session.state.step;
  markStrips(page, how);
  overview.mark(runsAt(page, step).includes(session.runs.usual) ? step : null, how);
  showArithmetic(page, step);
  page.form.showStep(page, step);
}

/** Show the steps of the search, and the neurons found. */
function search(/** @type {Page} */ page) {
  const { session: { state, runs }, finder } = page;
  selectSpan(page);
  if (state.find) finder.find(runs.usual.reading, state.layer, state.signal, state.find);
  else finder.clear();
}

/** Announce to screen readers how far the network has read. */
export function announce(/** @type {Page} */ { network, elements, session }) {
  const { reading } = session.runs.usual;
  const last = reading.steps.length - 1;
  if (last < 0) return;
  const choice = network.vocabulary[reading.choice(last)];
  const read = `${last} ${last === 1 ? "character" : "characters"}`;
  elements.announcer.textContent = `Read ${read}. It expects next: ${tokenName(choice)}.`;
}
