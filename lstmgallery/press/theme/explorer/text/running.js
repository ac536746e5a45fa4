// The running text of one run: what it reads and writes, in lines, each character on the shade of the neuron's signal.
// Only lines that have changed are made anew, and the browser skips those out of view.
import { closestTo, make, put } from "../dom.js";
import { shade } from "../print.js";
import { targetOf } from "../strip.js";

/**
 * @import { Network } from "../network.js"
 * @import { Column, Run } from "../runs.js"
 * @import { State } from "../state.js"
 * @import { OnStep } from "../strip.js"
 */

/**
 * @typedef {object} Span a line of columns, or the words before the written ones
 * @property {number} first column
 * @property {number} end
 * @property {boolean} isLabel
 *
 * @typedef {object} Line a span that is drawn
 * @property {Span} span
 * @property {string} look what it was drawn from, except values of the signal
 * @property {boolean} isUnread whether nothing in it has been read
 * @property {HTMLElement} element
 */

const FEWEST = 12; // characters in a line
const LATIN = "\u024f"; // its last letter; what comes after it may be written from the right
const LONG = 14; // lines that fit the box

export class Running {
  /**
   * @param {HTMLElement} box
   * @param {Network} network
   * @param {OnStep} onStep
   */
  constructor(box, network, onStep) {
    this.box = box;
    this.network = network;
    this.onStep = onStep;
    /** @type {Run | null} */
    this.run = null;
    this.view = ""; // layer, neuron and signal
    /** @type {Pick<State, "layer" | "neuron" | "signal">} */
    this.place = { layer: 1, neuron: 1, signal: network.memory };
    this.label = ""; // words before what the network has written
    /** @type {Line[]} */
    this.lines = [];
    /** @type {number | null} */
    this.step = null; // marked
    /** @type {Element | null} */
    this.marked = null;
    this.across = 0; // characters that fit a line; 0: not measured yet
    this._listen();
  }

  /**
   * Show a run.
   * @param {Run} run
   * @param {Pick<State, "layer" | "neuron" | "signal">} place
   * @param {number} from the first changed column
   * @param {string} label words before what the network has written
   */
  show(run, { layer, neuron, signal }, from, label) {
    const view = `${layer}.${neuron}.${signal}`;
    const first = view === this.view ? from : 0;
    Object.assign(this, { run, view, label, place: { layer, neuron, signal } });
    this._draw(run, first);
  }

  /**
   * Draw the lines that have changed.
   * @param {Run} run
   * @param {number} from the first changed column
   */
  _draw(run, from) {
    const spans = wrap(run.columns, this._measure());
    spans.forEach((span, at) => {
      const before = this.lines[at];
      const columns = run.columns.slice(span.first, span.end);
      const look = span.isLabel ? this.label : lookOfLine(columns, span.first);
      if (before?.look === look && (before.isUnread || from >= span.end)) return;
      const isUnread = columns.every(({ step }) => step === null);
      const isLonger = before && !before.isUnread && !before.span.isLabel && look.startsWith(before.look);
      if (isLonger && from >= before.span.end) {
        before.element.append(...this._cells(run, columns.slice(before.span.end - before.span.first)));
        Object.assign(before, { span, look });
        return;
      }
      const element = span.isLabel ? this._label() : this._line(run, columns, isUnread);
      if (before) before.element.replaceWith(element);
      else this.box.append(element);
      this.lines[at] = { span, look, isUnread, element };
    });
    for (const { element } of this.lines.splice(spans.length)) element.remove();
    const { step } = this;
    this.step = null;
    this.mark(step);
  }

  /** Return the number of characters that fit a line. */
  _measure() {
    if (this.across) return this.across;
    const probe = make("i", {}, "0".repeat(100));
    this.box.append(probe);
    const fitting = Math.floor((100 * this.box.clientWidth) / probe.getBoundingClientRect().width);
    probe.remove();
    if (!Number.isFinite(fitting) || fitting <= 0) return FEWEST;
    this.across = Math.max(FEWEST, fitting - 1);
    return this.across;
  }

  /** Return the words before what the network has written. */
  _label() {
    return make("p", { class: "by-network" }, this.label);
  }

  /**
   * Return a line of characters.
   * @param {Run} run
   * @param {Column[]} columns
   * @param {boolean} isUnread
   */
  _line(run, columns, isUnread) {
    const line = make("div", { class: "text-line" });
    if (isUnread) {
      line.append(columns.map(({ glyph }) => shown(glyph)).join(""));
      return line;
    }
    line.append(...this._cells(run, columns));
    return line;
  }

  /**
   * Return the characters of columns, each on its shade.
   * @param {Run} run
   * @param {Column[]} columns
   */
  _cells(run, columns) {
    const { layer, neuron, signal } = this.place;
    const { palette } = this.network.signal[signal];
    const [low, high] = this.network.scaleOf(signal, layer, neuron);
    return columns.map(({ glyph, step, isWritten }) => {
      const cell = document.createElement("i");
      cell.textContent = shown(glyph);
      if (step !== null) cell.className = shade(palette, run.reading.value(signal, step, layer, neuron), low, high);
      if (isWritten) cell.classList.add("written");
      if (glyph.length > 2) cell.classList.add("code");
      if (shown(glyph) > LATIN) cell.classList.add("apart");
      return cell;
    });
  }

  /** Mark the character of a step, or none. */
  mark(/** @type {number | null} */ step) {
    this.marked?.classList.remove("is-step");
    this.step = step;
    const column = step === null || !this.run ? -1 : this.run.columns.findIndex((each) => each.step === step);
    const line = this.lines.find(({ span }) => column >= span.first && column < span.end);
    this.marked = (line && line.element.children[column - line.span.first]) ?? null;
    this.marked?.classList.add("is-step");
  }

  /** Scroll the end into view. Call it after all other layout. */
  follow() {
    if (this.lines.length > LONG) this.box.scrollTop = this.box.scrollHeight;
  }

  /**
   * Return the columns of the characters in a selection.
   * @param {Selection} selection
   * @returns {number[]}
   */
  selected(selection) {
    return this.lines.flatMap(({ span, element, isUnread }) => {
      if (span.isLabel || isUnread || !selection.containsNode(element, true)) return [];
      return [...element.children].flatMap((cell, at) => (selection.containsNode(cell, true) ? span.first + at : []));
    });
  }

  /** Return the step of the character under the pointer; null if there is none. */
  _stepAt(/** @type {MouseEvent} */ event) {
    const cell = closestTo(event, "i");
    const line = this.lines.find(({ element }) => element === cell?.parentElement);
    if (!cell || !line || !this.run) return null;
    return this.run.columns[line.span.first + [...line.element.children].indexOf(cell)]?.step ?? null;
  }

  _listen() {
    const { box } = this;
    new ResizeObserver(() => {
      const before = this.across;
      this.across = 0;
      if (this.run && this._measure() !== before) this._draw(this.run, 0);
    }).observe(box);
    box.addEventListener("pointermove", (event) => {
      const step = this._stepAt(event);
      if (step !== null && !event.buttons) this.onStep(step, false, event); // a button: the reader selects text
    });
    box.addEventListener("click", (event) => {
      const step = this._stepAt(event);
      if (step !== null && getSelection()?.isCollapsed !== false) this.onStep(step, true, event);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.onStep(null, true, event);
      if (!this.run || event.ctrlKey || event.metaKey) return;
      const target = targetOf(event.key, this.step, this.run.reading.steps.length - 1);
      if (target === null || target < 0) return;
      event.preventDefault();
      this.onStep(target, true, event);
    });
  }

  /** Name the box for screen readers. */
  name(/** @type {string} */ words) {
    put(this.box, "ariaLabel", words);
  }
}

/** Return the sign of a character in running text, where a space is one. */
function shown(/** @type {string} */ glyph) {
  return glyph === "␣" ? "\u00a0" : glyph;
}

/**
 * Return everything a line shows except the values of the signal.
 * @param {Column[]} columns
 * @param {number} first
 */
function lookOfLine(columns, first) {
  const marks = columns.map(({ glyph, step, isWritten }) => `${glyph}${step === null ? 0 : 1}${isWritten ? 1 : 0},`);
  return `${first} ${marks.join("")}`;
}

/** Return the width of a sign, in characters of the font. */
function widthOf(/** @type {string} */ glyph) {
  if (glyph.length > 2) return 0.6 * glyph.length;
  return glyph > "\u1100" && !"⊳⊲␣↵⇥⍽".includes(glyph) ? 2 : 1;
}

/**
 * Return columns in lines, broken after spaces where that is possible, and after line breaks.
 * @param {Column[]} columns
 * @param {number} across characters that fit a line
 * @returns {Span[]}
 */
export function wrap(columns, across) {
  /** @type {Span[]} */
  const spans = [];
  const written = columns.findIndex(({ isWritten }) => isWritten);
  let first = 0;
  while (first < columns.length) {
    if (first === written) spans.push({ first, end: first, isLabel: true });
    const end = lineEnd(columns, first, across, first < written ? written : columns.length);
    spans.push({ first, end, isLabel: false });
    first = end;
  }
  return spans;
}

/**
 * Return the end of the line that begins at a column.
 * @param {Column[]} columns
 * @param {number} first
 * @param {number} across
 * @param {number} last the column where it has to end
 */
function lineEnd(columns, first, across, last) {
  let [width, afterSpace] = [0, 0];
  for (let at = first; at < last; at += 1) {
    const { glyph } = columns[at];
    width += widthOf(glyph);
    if (width > across && at > first) return afterSpace || at;
    if (glyph === "↵") return at + 1;
    if (glyph === "␣") afterSpace = at + 1;
  }
  return last;
}
