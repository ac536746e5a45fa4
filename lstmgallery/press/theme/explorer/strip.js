// The strip of one neuron in one run: a column per character, rows for the prediction and for each signal. A new
// character appends one column; an edit redraws from the first changed column on. For a long text the table holds only
// the columns in view and some on either side; scrolling and the arrow keys bring in the others.
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
 * @typedef {{target: EventTarget | null, clientX: number}} Pointed the target and position of a pointer
 * @typedef {(step: number | null, isChosen: boolean, event: MouseEvent | KeyboardEvent) => void} OnStep
 */

const BESIDE = 3; // columns drawn on either side of those in view
const MOST_MORE = 24; // further columns that may stay at their left
const SHORT = 60; // longest text, in columns, that is drawn whole

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
    this.span = { first: 0, end: 0 }; // the drawn columns
    this.from = 0; // the first outdated one
    this.left = 0; // px, the scroll position of the region
    this.across = 0; // number of columns that fit the region; 0: not measured yet
    this.isWaiting = false; // whether a drawing is due
    this.isFollowing = false; // until the last column has been scrolled into view
    /** @type {number | null} */
    this.current = null; // the marked step
    /** @type {Element[]} */
    this.marked = []; // its elements
    /** @type {{from: number, to: number} | null} */
    this.selected = null; // the steps of the search
    this.line = new Line(network);
    this.drawing = make("td");
    this.rows = rowsOf(network, this.drawing);
    this.reads = make("tr", { class: "reads" }, make("th", { scope: "row" }, make("span", { class: "name" }, "reads")));
    // The rows that have a cell in each column.
    this.drawn = [this.reads, ...this.rows.filter(({ cellOf }) => cellOf).map(({ element }) => element)];
    this.caption = make("caption", { class: "unseen" });
    const body = make("tbody", {}, ...this.rows.map(({ element }) => element));
    const table = make("table", { class: "strip", "data-live": "" }, this.caption, make("thead", {}, this.reads), body);
    region.replaceChildren(table);
    this._listen();
  }

  /**
   * Show a run at the next drawing.
   * @param {Run} run
   * @param {Place} place
   * @param {number} from the first changed column
   * @param {{isFollowed?: boolean}} [how] whether to scroll the last column into view
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

  /** Draw everything shown since the last drawing; return whether there was anything. */
  draw() {
    if (!this.isWaiting || !this.run) return false;
    this._draw(this.run);
    return true;
  }

  /** Return the number of columns that fit the region. */
  _measure() {
    const width = this.region.clientWidth - this.reads.cells[0].offsetWidth;
    this.across ||= Math.max(1, Math.ceil(width / PITCH));
    return this.across;
  }

  /**
   * Return the columns to draw: those in view and some beside them. Removing a column at the left costs a layout of all
   * others, so some may stay.
   * @param {number} length total number of columns
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

  /** Draw more columns before the undrawn ones come into view. */
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

  /** Draw the wanted columns; those already up to date are left alone. */
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
    // The first row suffices: it sets the widths of the columns.
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
   * Insert the missing columns before and after the kept ones.
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

  /** Return the index of a column's cell in a row. */
  _placeOf(/** @type {number} */ column) {
    return column - this.span.first + (this.span.first ? 2 : 1);
  }

  /** Scroll the last column into view if that is due. Call it after all other layout. */
  follow() {
    if (!this.isFollowing || this.isWaiting) return;
    this.isFollowing = false;
    this.region.scrollLeft = this.region.scrollWidth;
  }

  /**
   * Mark the column of a step, or none.
   * @param {number | null} step
   * @param {{isFollowed?: boolean}} [how] whether to scroll it into view
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

  /** Mark the steps selected for the search, or none. */
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
   * Return the step of the column under the pointer, if it has one.
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
 * Return the step a key moves to from the current one; null for other keys.
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
 * Return the columns that can be left alone: those drawn before and wanted now, up to the first changed one.
 * @param {Span} before
 * @param {Span} wanted
 * @param {number} from
 * @returns {Span} if there are none, empty at the beginning of `wanted`
 */
function keptOf(before, wanted, from) {
  const kept = { first: Math.max(wanted.first, before.first), end: Math.min(wanted.end, before.end, from) };
  return kept.first < kept.end ? kept : { first: wanted.first, end: wanted.first };
}

/**
 * Remove the cells of all columns that are not kept from a row, and put a gap in place of omitted ones at the left.
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
