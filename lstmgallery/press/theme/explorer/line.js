// The memory of one neuron as a line, with a dot in each drawn column.
import { makeDrawn, ticksBetween } from "./dom.js";
import { PITCH } from "./layout.js";
import { brief, plain } from "./print.js";

/**
 * @import { Network } from "./network.js"
 * @import { Run } from "./runs.js"
 */

/**
 * @typedef {{layer: number, neuron: number}} Place of a neuron, both from 1
 * @typedef {{low: number, high: number}} Scale
 */

const [HEIGHT, MARGIN] = [96, 12]; // px
const LEVEL = 0.05; // share of their size that values have to range over to get a scale without zero

export class Line {
  /** @param {Network} network */
  constructor(network) {
    this.network = network;
    // Drawn beyond its own narrow box of fixed size: browsers give a growing drawing a new layer.
    this.svg = makeDrawn("svg", { class: "line", role: "img", width: PITCH, height: HEIGHT });
    this.path = makeDrawn("polyline");
    /** @type {{line: SVGLineElement, text: SVGTextElement}[]} */
    this.grid = [];
    /** @type {Map<number, SVGCircleElement>} by column */
    this.dots = new Map();
    /** @type {(number | null)[]} known values of the memory, by column; null where nothing is read */
    this.values = [];
    /** @type {Scale | null} */
    this.scale = null;
  }

  /** Forget the values from a column on. */
  forget(/** @type {number} */ from) {
    this.values.length = Math.min(from, this.values.length);
  }

  /**
   * Draw the line and, in the columns from `first` to `end`, its dots; unchanged parts are left alone.
   * @param {Run} run
   * @param {Place} place
   * @param {number} first
   * @param {number} end
   */
  draw(run, place, first, end) {
    const changed = this.values.length;
    this._read(run, place);
    const known = this.values.filter((value) => value !== null);
    const [lowest, highest] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 0];
    this._describe(known, lowest, highest);
    this._fit(scaleFrom(lowest, highest), run.columns.length);
    this._drawDots(first, end, changed);
    this._drawPath(first, end);
  }

  /**
   * Read the unknown values of the memory.
   * @param {Run} run
   * @param {Place} place
   */
  _read({ reading, columns }, { layer, neuron }) {
    for (const { step } of columns.slice(this.values.length)) {
      this.values.push(step === null ? null : reading.value(this.network.memory, step, layer, neuron));
    }
  }

  /**
   * Describe the course of the memory in words.
   * @param {number[]} known
   * @param {number} lowest
   * @param {number} highest
   */
  _describe(known, lowest, highest) {
    const { name } = this.network.signal[this.network.memory];
    const [from, to] = [known[0], known[known.length - 1]];
    const words = known.length
      ? `${name} from ${brief(from)} to ${brief(to)}, lowest ${brief(lowest)}, highest ${brief(highest)}`
      : `${name}, nothing read`;
    this.svg.setAttribute("aria-label", words);
  }

  /**
   * Fit the drawing to a scale and a number of columns. A new scale redraws everything.
   * @param {Scale} scale
   * @param {number} columns
   */
  _fit(scale, columns) {
    if (this.scale?.low !== scale.low || this.scale.high !== scale.high) {
      this.scale = scale;
      this.grid = ticksBetween(scale.low, scale.high, 4).map((tick) => gridLine(tick, scale));
      this.path = makeDrawn("polyline");
      this.dots = new Map();
      this.svg.replaceChildren(...this.grid.flatMap(({ line, text }) => [line, text]), this.path);
    }
    for (const { line, text } of this.grid) {
      line.setAttribute("x2", String(PITCH * columns));
      text.setAttribute("x", String(PITCH * columns + 6));
    }
  }

  /**
   * Remove the dots that are out of view or have changed, and draw the missing ones.
   * @param {number} first
   * @param {number} end
   * @param {number} changed the first changed column
   */
  _drawDots(first, end, changed) {
    for (const [at, dot] of this.dots) {
      if (at >= first && at < Math.min(end, changed)) continue;
      dot.remove();
      this.dots.delete(at);
    }
    for (let at = first; at < end; at += 1) {
      const value = this.values[at];
      if (value === null || this.dots.has(at)) continue;
      const dot = makeDrawn("circle", { r: 3, cx: PITCH * (at + 0.5), cy: this._yOf(value) });
      this.dots.set(at, this.svg.appendChild(dot));
    }
  }

  /**
   * Draw the line itself, extended one column beyond either end, out of view.
   * @param {number} first
   * @param {number} end
   */
  _drawPath(first, end) {
    const start = Math.max(0, first - 1);
    const points = this.values.slice(start, end + 1).flatMap((value, at) =>
      value === null ? [] : `${PITCH * (start + at + 0.5)},${this._yOf(value)}`);
    this.path.setAttribute("points", points.join(" "));
  }

  _yOf(/** @type {number} */ value) {
    return this.scale ? yOn(this.scale, value) : 0;
  }
}

/**
 * Return the scale of a memory between two values. It is never empty, and includes zero unless that would take more
 * than half of it, as in `press/marks/strips.py`.
 * @param {number} lowest
 * @param {number} highest
 * @returns {Scale}
 */
function scaleFrom(lowest, highest) {
  const [size, span] = [Math.max(Math.abs(lowest), Math.abs(highest)), highest - lowest];
  const isFar = lowest * highest > 0 && Math.min(Math.abs(lowest), Math.abs(highest)) > span;
  if (isFar && span > LEVEL * size) return { low: lowest, high: highest };
  const [low, high] = [Math.min(0, lowest), Math.max(0, highest)];
  return { low, high: high === low ? low + 1 : high };
}

/**
 * Return the distance of a value from the top of the drawing, in px.
 * @param {Scale} scale
 * @param {number} value
 */
function yOn({ low, high }, value) {
  return Number((HEIGHT - MARGIN - ((value - low) * (HEIGHT - 2 * MARGIN)) / (high - low)).toFixed(1));
}

/**
 * Return the line of a tick, and its number.
 * @param {number} tick
 * @param {Scale} scale
 */
function gridLine(tick, scale) {
  const y = yOn(scale, tick);
  const line = makeDrawn("line", { class: tick === 0 ? "zero" : "grid", x1: 0, y1: y, y2: y });
  const text = makeDrawn("text", { y: y + 4 });
  text.textContent = plain(tick);
  return { line, text };
}
