// The strip of one neuron in one run: a column for each character, a row for what is predicted and for each signal.
// A new character appends one column; an edit redraws from the first changed column on. Of a long text only the columns
// in sight stand in the table, and some on either side; scrolling and the arrow keys bring in the others.
import { closestTo, make, put } from "./dom.js";
import { PITCH } from "./layout.js";
import { Line } from "./line.js";
import { rowsOf } from "./rows.js";

/**
 * @import { Place } from "./line.js"
 * @import { Network } from "./network.js"
 * @import { Column, Run } from "./runs.js"
 */

/**
 * @typedef {{first: number, end: number}} Span of columns
 * @typedef {{target: EventTarget | null, clientX: number}} Pointed what is pointed at, and where
 * @typedef {(step: number | null, isChosen: boolean, event: MouseEvent | KeyboardEvent) => void} OnStep
 */

const BESIDE = 3; // columns drawn on either side of those in sight
const MOST_MORE = 24; // columns that may stay at the left of them
const SHORT = 60; // columns of a text that is drawn whole

export class Strip {
  /**
   * @param {HTMLElement} region that scrolls
   * @param {Network} network
   * @param {OnStep} onStep
   */
  constructor(region, network, onStep) {
    this.region = region;
    this.onStep = onStep;
    /** @type {Run | null} */
    this.run = null;
    /** @type {Place} */
    this.place = { layer: 0, neuron: 0 }; // none yet
    /** @type {Span} */
    this.span = { first: 0, end: 0 }; // the columns that are drawn
    this.from = 0; // the first of them that is not as it is in the run
    this.left = 0; // px, how far the region is scrolled
    this.across = 0; // columns that the region can show; 0: not measured
    this.isWaiting = false; // to be drawn
    this.isFollowing = false; // until the last column has been brought into sight
    /** @type {number | null} */
    this.current = null; // the step that is marked
    /** @type {Element[]} */
    this.marked = []; // its elements
    /** @type {{from: number, to: number} | null} */
    this.selected = null; // the steps that are searched for
    this.line = new Line(network);
    this.drawing = make("td");
    this.rows = rowsOf(network, this.drawing);
    this.reads = make("tr", { class: "reads" }, make("th", { scope: "row" }, make("span", { class: "name" }, "reads")));
    // The rows with a cell in each column.
    this.drawn = [this.reads, ...this.rows.filter(({ cellOf }) => cellOf).map(({ element }) => element)];
    this.caption = make("caption", { class: "unseen" });
    const body = make("tbody", {}, ...this.rows.map(({ element }) => element));
    const table = make("table", { class: "strip", "data-live": "" }, this.caption, make("thead", {}, this.reads), body);
    region.replaceChildren(table);
    this._listen();
  }

  /**
   * Show a run, with the next drawing.
   * @param {Run} run
   * @param {Place} place
   * @param {number} from the first column that is not as it was
   * @param {{isFollowed?: boolean}} [how] whether to bring the last column into sight
   */
  show(run, { layer, neuron }, from, { isFollowed = false } = {}) {
    const isOther = this.place.layer !== layer || this.place.neuron !== neuron;
    this.run = run;
    this.place = { layer, neuron };
    this.isWaiting = true;
    this.from = isOther ? 0 : Math.min(this.from, from);
    this.isFollowing ||= isFollowed;
    if (isOther) for (const row of this.rows) row.label?.(this.place);
  }

  /** Draw what was shown since the last drawing; return whether there was anything. */
  draw() {
    if (!this.isWaiting || !this.run) return false;
    this._draw(this.run);
    return true;
  }

  /** Return how many columns the region can show. */
  _measure() {
    const width = this.region.clientWidth - this.reads.cells[0].offsetWidth;
    this.across ||= Math.max(1, Math.ceil(width / PITCH));
    return this.across;
  }

  /**
   * Return the columns that should be drawn: those in sight and some beside them. A column that is taken out at the
   * left costs a layout of all others, so some may stay.
   * @param {number} length columns that there are
   * @returns {Span}
   */
  _wanted(length) {
    const across = this._measure();
    if (length <= SHORT) return { first: 0, end: length };
    const inSight = Math.min(Math.floor(this.left / PITCH), Math.max(0, length - across));
    const first = Math.max(0, inSight - BESIDE);
    const isNear = this.span.first <= first && first - this.span.first <= MOST_MORE;
    return { first: isNear ? this.span.first : first, end: Math.min(length, inSight + across + BESIDE) };
  }

  /** Draw other columns if those in sight are about to be missing. */
  _scrolled() {
    this.left = this.region.scrollLeft;
    if (!this.run) return;
    const at = Math.floor(this.left / PITCH);
    const { first, end } = this.span;
    const isMissingAhead = at < first + 2 && first > 0;
    const isMissingBehind = this.across > 0 && at + this.across > end - 2 && end < this.run.columns.length;
    if (!isMissingAhead && !isMissingBehind) return;
    const { current } = this;
    this._draw(this.run);
    this.mark(current);
  }

  /** Draw the columns that are wanted; those that stand there already, as they are in the run, are left alone. */
  _draw(/** @type {Run} */ run) {
    const { from, span: before } = this;
    const { length } = run.columns;
    this.mark(null);
    this.line.forget(from);
    const wanted = this._wanted(length);
    const kept = keptOf(before, wanted, from);
    for (const row of this.drawn) trim(row, before, wanted, kept);
    this.span = wanted;
    this._fill(run, kept);
    // The first row is as good as all: it sets the widths of the columns.
    const { first, end } = wanted;
    if (first) this.reads.cells[1].style.width = `${first * PITCH - 2}px`;
    if (end < length) this.reads.cells[this.reads.cells.length - 1].style.width = `${(length - end) * PITCH - 2}px`;
    if (!this.line.svg.isConnected) this.drawing.append(this.line.svg);
    this.line.draw(run, this.place, first, end);
    this.from = Infinity;
    this.isWaiting = false;
    const rows = `one row per prediction and signal of neuron ${this.place.neuron}`;
    const words = `One column per step, ${rows}, each cell with its value where numbers are shown.`;
    put(this.caption, "textContent", words);
  }

  /**
   * Put the columns that are missing before and behind those that were kept.
   * @param {Run} run
   * @param {Span} kept
   */
  _fill(run, kept) {
    const { first, end } = this.span;
    const [ahead, behind] = [this._columns(run, first, kept.first), this._columns(run, kept.end, end)];
    this.drawn.forEach((row, at) => {
      row.cells[first ? 1 : 0].after(ahead[at]);
      row.append(behind[at]);
      if (end < run.columns.length) row.append(make("td", { class: "gap" }));
    });
  }

  /**
   * Return, for each row, its cells of the columns from `first` to `end`.
   * @param {Run} run
   * @param {number} first
   * @param {number} end
   */
  _columns(run, first, end) {
    const fragments = this.drawn.map(() => document.createDocumentFragment());
    const makers = this.rows.flatMap(({ cellOf }) => cellOf ?? []);
    for (const column of run.columns.slice(first, end)) {
      const { step, glyph } = column;
      fragments[0].append(this._head(column));
      makers.forEach((cellOf, at) => {
        const cell = step === null ? make("td", { class: "unread" }) : cellOf({ run, step, glyph }, this.place);
        fragments[at + 1].append(cell);
      });
    }
    return fragments;
  }

  /** Return the cell of a column in the first row. */
  _head(/** @type {Column} */ { glyph: sign, name, step, isWritten }) {
    const words = step === null
      ? `${name}, not read`
      : `step ${step}, ${name}${isWritten ? ", written by the network" : ""}`;
    const head = make("th", { scope: "col", "aria-label": words }, sign);
    if (isWritten) head.className = "written";
    if (step === null) head.className = "unread";
    if (sign.length > 2) head.classList.add("code");
    if (this._isSelected(step)) head.classList.add("is-selected");
    return head;
  }

  /** Return the place of a column's cell in a row. */
  _placeOf(/** @type {number} */ column) {
    return column - this.span.first + (this.span.first ? 2 : 1);
  }

  /** Bring the last column into sight if that is still to be done. Everything else should be in its place by then. */
  follow() {
    if (!this.isFollowing || this.isWaiting) return;
    this.isFollowing = false;
    this.region.scrollLeft = this.region.scrollWidth;
  }

  /**
   * Mark the column of a step, or none.
   * @param {number | null} step
   * @param {{isFollowed?: boolean}} [how] whether to bring it into sight
   */
  mark(step, { isFollowed = false } = {}) {
    for (const element of this.marked) element.classList.remove("is-step");
    this.marked = [];
    this.current = step;
    if (step === null || !this.run) return;
    const column = this.run.columns.findIndex((each) => each.step === step);
    if (column < 0) return;
    if (!this._isDrawn(column)) {
      if (!isFollowed) return;
      this.region.scrollLeft = column * PITCH - this.region.clientWidth / 2;
      this._scrolled();
      this.current = step;
      if (!this._isDrawn(column)) return;
    }
    const place = this._placeOf(column);
    const dot = this.line.dots.get(column);
    this.marked = [...this.drawn.map((row) => row.cells[place]), ...(dot ? [dot] : [])].filter(Boolean);
    for (const element of this.marked) element.classList.add("is-step");
    if (isFollowed) this.reads.cells[place].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  _isDrawn(/** @type {number} */ column) {
    return column >= this.span.first && column < this.span.end;
  }

  /** Show which steps are selected for the search, or that none are. */
  select(/** @type {{from: number, to: number} | null} */ selected) {
    if (!selected && !this.selected) return;
    this.selected = selected;
    for (let column = this.span.first; column < this.span.end; column += 1) {
      const step = this.run?.columns[column]?.step ?? null;
      this.reads.cells[this._placeOf(column)].classList.toggle("is-selected", this._isSelected(step));
    }
  }

  _isSelected(/** @type {number | null} */ step) {
    return this.selected !== null && step !== null && step >= this.selected.from && step <= this.selected.to;
  }

  /**
   * Return the step of the column that is pointed at, if it has one.
   * @param {Pointed} pointed
   * @returns {number | null}
   */
  stepAt(pointed) {
    const cell = closestTo(pointed, "td", "th");
    if (!cell || cell.scope === "row" || cell.className === "gap") return null;
    const column = cell === this.drawing
      ? Math.floor((pointed.clientX - this.drawing.getBoundingClientRect().left) / PITCH)
      : cell.cellIndex - (this.span.first ? 2 : 1) + this.span.first;
    return this.run?.columns[column]?.step ?? null;
  }

  _listen() {
    const { region } = this;
    region.addEventListener("scroll", () => this._scrolled(), { passive: true });
    new ResizeObserver(() => this._resized()).observe(region);
    region.addEventListener("pointermove", (event) => this._point(event, false));
    region.addEventListener("click", (event) => this._point(event, true));
    region.addEventListener("keydown", (event) => this._press(event));
  }

  _resized() {
    this.across = 0;
    if (!this.run || !this.region.clientWidth) return;
    this._measure();
    this._scrolled();
  }

  /**
   * @param {MouseEvent} event
   * @param {boolean} isChosen whether the step was clicked
   */
  _point(event, isChosen) {
    const step = this.stepAt(event);
    if (step !== null) this.onStep(step, isChosen, event);
  }

  _press(/** @type {KeyboardEvent} */ event) {
    if (!this.run) return;
    if (event.key === "Escape") this.onStep(null, true, event);
    const last = this.run.reading.steps.length - 1;
    const target = targetOf(event.key, this.current, last);
    if (target === null) return;
    event.preventDefault();
    this.onStep(target, true, event);
  }
}

/**
 * Return the step that a key leads to from the current one; null for a key that leads nowhere.
 * @param {string} key
 * @param {number | null} current
 * @param {number} last
 */
export function targetOf(key, current, last) {
  /** @type {Record<string, number>} */
  const targets = { ArrowRight: (current ?? -1) + 1, ArrowLeft: (current ?? last + 1) - 1, Home: 0, End: last };
  return Object.hasOwn(targets, key) ? Math.min(Math.max(targets[key], 0), last) : null;
}

/**
 * Return the columns that can be left alone: those drawn before and wanted now, up to the first that has changed.
 * @param {Span} before
 * @param {Span} wanted
 * @param {number} from
 * @returns {Span} empty, where `wanted` begins, if there are none
 */
function keptOf(before, wanted, from) {
  const kept = { first: Math.max(wanted.first, before.first), end: Math.min(wanted.end, before.end, from) };
  return kept.first < kept.end ? kept : { first: wanted.first, end: wanted.first };
}

/**
 * Take out of a row the cells of all columns that are not kept, and put a gap before them where some are left out.
 * @param {HTMLTableRowElement} row
 * @param {Span} before
 * @param {Span} wanted
 * @param {Span} kept
 */
function trim(row, before, wanted, kept) {
  const lead = before.first ? 2 : 1; // the name of the row, and the gap before the columns
  const isKept = kept.end > kept.first;
  while (row.cells.length > lead + (isKept ? kept.end - before.first : 0)) row.lastElementChild?.remove();
  if (isKept) for (let at = before.first; at < kept.first; at += 1) row.cells[lead].remove();
  if (before.first && !wanted.first) row.cells[1].remove();
  if (wanted.first && !before.first) row.cells[0].after(make("td", { class: "gap" }));
}
