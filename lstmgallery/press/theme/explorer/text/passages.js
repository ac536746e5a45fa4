// Real text: read in slices, shown as running text on the shades of one neuron, and written on by the network. What the
// network has written is marked wherever it is shown, and when it is copied.
import { nameOf } from "../changes.js";
import { find, put } from "../dom.js";
import { show } from "../drawing.js";
import { brief, number, tokenName } from "../print.js";
import { bestOf } from "../state.js";
import { change, takeStep } from "../steering.js";
import { AfterFrame } from "../timing.js";
import { Following } from "./following.js";
import { Running } from "./running.js";
import { SlicedReader } from "./slices.js";

/**
 * @import { Network, TextDescription } from "../network.js"
 * @import { Form, Page } from "../page.js"
 * @import { Run } from "../runs.js"
 * @import { Sampling } from "../writing.js"
 */

/**
 * @typedef {object} Part of the page, for one run
 * @property {"usual" | "changed"} key
 * @property {Running} running
 * @property {Following} following
 */

const [SLICE_AT_ONCE, SLICE_ALONE] = [2, 4]; // ms of reading: in the frame of a keystroke, and in one of its own
const NONE = { usual: Infinity, changed: Infinity }; // no changed column

/**
 * Return the form of real text.
 * @param {Network} network
 * @param {TextDescription} text
 * @returns {Form}
 */
export function passages(network, text) {
  const reader = new SlicedReader(network, text.most_written);
  /** @type {Part[]} */
  const parts = [];
  let waiting = NONE; // the first changed column of each run that only the running text shows so far
  /** @type {AfterFrame} */
  let more; // slices
  /** @type {AfterFrame} */
  let details;
  /** @type {number | null} */
  let shownStep = null;

  /** Read a slice; everything but the running text is drawn when all has been read. */
  const readOn = (/** @type {Page} */ { session: { runs, state } }, /** @type {number} */ milliseconds) => {
    const result = reader.read(runs, state, milliseconds);
    waiting = earlier(waiting, result.from);
    if (result.isPending && network.parameters.length) more.ask();
    return result;
  };

  const showRunning = (/** @type {Page} */ page, /** @type {typeof NONE} */ from) => {
    const { state, runs } = page.session;
    for (const { key, running } of parts) {
      if (isShown(page, key)) running.show(runs[key], state, from[key], labelOf(text, state.write));
    }
  };

  const goOn = (/** @type {Page} */ page) => {
    if (!page.session.read.isPending) {
      show(page, ["text"], { isTyped: true });
      return;
    }
    const result = readOn(page, SLICE_ALONE);
    page.session.read = result;
    showRunning(page, result.from);
    more.ask();
  };

  const showDetails = (/** @type {Page} */ page) => {
    const { runs, read } = page.session;
    if (read.isPending && network.parameters.length) return; // they are asked for again once all has been read
    const at = shownStep ?? runs.usual.reading.steps.length - 1;
    for (const { key, following } of parts) following.show(runs[key], isShown(page, key) ? at : -1);
    put(find("p#value"), "textContent", valueOf(page, at));
  };

  return {
    read: (page) => {
      const result = readOn(page, SLICE_AT_ONCE);
      const from = result.isPending ? NONE : waiting;
      showRunning(page, result.from);
      if (!result.isPending) waiting = NONE;
      return { ...result, from };
    },
    show: (page, _, isRead) => {
      const isChanged = page.session.state.changes.length > 0;
      put(find("div#passage-changed"), "hidden", !isChanged);
      find("div#passages").classList.toggle("is-compared", isChanged);
      if (!isRead) showRunning(page, NONE);
      put(find("span#scale"), "textContent", scaleOf(page));
      const input = find("input#neuron");
      const isTypedIn = input === document.activeElement;
      if (!isTypedIn) put(input, "value", String(page.session.state.neuron));
      put(find("p#written"), "textContent", outcomeOf(page));
      for (const { key, running } of parts) {
        running.name(`Text on the shades of the ${signalOf(page)}${key === "changed" ? ", with the change" : ""}`);
      }
    },
    showStep: (page, step) => {
      shownStep = step;
      for (const { key, running } of parts) if (running.step !== step) running.mark(isShown(page, key) ? step : null);
      details.ask();
    },
    follow: (isFollowed) => { if (isFollowed) for (const { running } of parts) running.follow(); },
    listen: (page) => {
      more = new AfterFrame(() => goOn(page));
      details = new AfterFrame(() => showDetails(page));
      for (const key of /** @type {const} */ (["usual", "changed"])) {
        const box = find(`div#passage-${key}`);
        const running = new Running(find("div.running", box), network, (step, isChosen) => {
          takeStep(page, step, isChosen);
        });
        parts.push({ key, running, following: new Following(find("div.next", box), network) });
      }
      const input = find("input#neuron");
      input.addEventListener("change", () => {
        const neuron = Number(input.value);
        const isNeuron = Number.isInteger(neuron) && neuron >= 1 && neuron <= network.units;
        change(page, { neuron: isNeuron ? neuron : bestOf(network, page.session.state.layer) });
        put(input, "value", String(page.session.state.neuron));
      });
      document.addEventListener("copy", (event) => copy(page, parts, text, event));
    },
  };
}

/**
 * Return the earlier column of each run.
 * @param {typeof NONE} one
 * @param {typeof NONE} other
 */
function earlier(one, other) {
  return { usual: Math.min(one.usual, other.usual), changed: Math.min(one.changed, other.changed) };
}

/**
 * Return whether a run is shown; the changed one only if there are changes.
 * @param {Page} page
 * @param {"usual" | "changed"} key
 */
function isShown({ session: { state } }, key) {
  return key === "usual" || state.changes.length > 0;
}

/** Return the name of the signal shown, of its neuron. */
function signalOf(/** @type {Page} */ { network, session: { state } }) {
  return `${network.signal[state.signal].name.toLowerCase()} of ${nameOf(state, network).toLowerCase()}`;
}

/** Return the range of the shades in words. */
function scaleOf(/** @type {Page} */ page) {
  const { network, session: { state } } = page;
  const [low, high] = network.scaleOf(state.signal, state.layer, state.neuron);
  return `Shades: ${signalOf(page)}, from ${brief(low)} to ${brief(high)}.`;
}

/**
 * Return the value of the signal after a step in words.
 * @param {Page} page
 * @param {number} step
 */
function valueOf(page, step) {
  const { network, session: { state, runs } } = page;
  const shown = [runs.usual, ...(state.changes.length ? [runs.changed] : [])];
  const known = shown.filter(({ reading }) => step >= 0 && step < reading.steps.length);
  if (!known.length) return "";
  const { signal, layer, neuron } = state;
  const [value, other] = known.map(({ reading }) => number(reading.value(signal, step, layer, neuron)));
  const read = tokenName(network.vocabulary[known[0].reading.tokens[step]]);
  const compared = other === undefined ? "" : ` and, with the change, ${other}`;
  return `At step ${step}, reading “${read}”, the ${signalOf(page)} is ${value}${compared}.`;
}

/**
 * Return the words that mark what a network has written.
 * @param {TextDescription} text
 * @param {Sampling | null} write
 */
function labelOf({ title }, write) {
  const how = write && write.temperature > 0
    ? `at temperature ${write.temperature}, seed ${write.seed}`
    : "always taking the likeliest character";
  return `Written by the neural network “${title}” ${how}, not by a person:`;
}

/** Return in words what came of writing on. */
function outcomeOf(/** @type {Page} */ { network, session: { state, runs: { usual, changed }, read } }) {
  if (!state.write || !network.parameters.length) return "";
  if (read.isPending) return "It is writing.";
  const words = lengthOf(usual);
  if (!state.changes.length) return `It wrote ${words}`;
  const apart = usual.written.findIndex((token, at) => token !== changed.written[at]);
  const first = apart < 0 ? usual.written.length : apart;
  if (first === usual.written.length && first === changed.written.length) {
    return `It wrote ${words} With the change it wrote the same.`;
  }
  const where = first ? `character ${first + 1}` : "the first character";
  return `They differ from ${where} on. Without the change: ${words} With it: ${lengthOf(changed)}`;
}

/** Return in words how much a run has written. */
function lengthOf(/** @type {Run} */ { written: { length }, ended }) {
  return `${length} ${length === 1 ? "character" : "characters"} ${ended ? "and ended" : "without ending"}.`;
}

/**
 * Mark what the network has written where it is copied; of text in the boxes, copy the characters themselves.
 * @param {Page} page
 * @param {Part[]} parts
 * @param {TextDescription} text
 * @param {ClipboardEvent} event
 */
function copy({ network, session: { state, runs } }, parts, text, event) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData) return;
  const isField = document.activeElement instanceof HTMLTextAreaElement
    || document.activeElement instanceof HTMLInputElement;
  const selected = isField ? [] : parts.map(({ key, running }) => ({ ...runs[key], at: running.selected(selection) }));
  const isWritten = selected.some(({ columns, at }) => at.some((column) => columns[column].isWritten));
  const inside = parts.findIndex(({ running: { box } }) => box.contains(selection.anchorNode)
    && box.contains(selection.focusNode));
  if (isField || (!isWritten && inside < 0)) return;
  const typed = [...state.text];
  const { at, columns, written } = selected[inside] ?? { at: [], columns: [], written: [] };
  const ahead = columns.length - written.length; // the start token, and the characters typed
  const characters = at.map((column) =>
    column >= ahead ? network.vocabulary[written[column - ahead]] : column > 0 ? typed[column - 1] : "");
  const words = inside < 0 ? selection.toString().replaceAll("\u00a0", " ") : characters.join("");
  const mark = isWritten ? `\n\n[${labelOf(text, state.write).slice(0, -1)}. ${location.href}]` : "";
  event.clipboardData.setData("text/plain", words + mark);
  event.preventDefault();
}
