// The strip of one neuron in one run: a column for each character, a row for what is predicted and for each signal.
// A new character appends one column; an edit redraws from the first changed column on. Of a long text only the columns
// in sight stand in the table, and some on either side; scrolling and the arrow keys bring in the others.
import { make, makeDrawn, setText, ticksBetween } from "./dom.js";
import { largestAt } from "./network.js";
import { brief, glyph, number, percent, plain, shade, tokenName } from "./print.js";

export const PITCH = 35; // px from one column to the next; the stylesheet sets the same width
const [HEIGHT, MARGIN] = [96, 12]; // px, of the line
const BESIDE = 3; // columns drawn on either side of those in sight
const MOST_MORE = 24; // columns that may stay at the left of them
const SHORT = 60; // columns of a text that is drawn whole
const MOST_TOKENS = 12; // of a vocabulary whose every token gets a row of probabilities
const RANKS = ["2nd choice", "3rd choice", "4th choice"];

/**
 * @typedef {{glyph: string, name: string, step: number | null, isWritten: boolean}} Column
 * @typedef {{reading: any, columns: Column[], answers: (string | null)[]}} Run
 */

export class Strip {
  /**
   * @param {HTMLElement} region that scrolls
   * @param {any} network
   * @param {(step: number, isChosen: boolean) => void} onStep
   */
  constructor(region, network, onStep) {
    this.region = region;
    this.network = network;
    this.onStep = onStep;
    [this.first, this.end] = [0, 0]; // the columns that are drawn
    this.from = 0; // the first of them that is not as it is in the run
    this.left = 0; // px, how far the region is scrolled
    this.values = []; // of the memory, by column, so far as they are known
    this.marked = [];
    this.current = null;
    this.table = make("table", { class: "strip", "data-live": "" });
    this.caption = make("caption", { class: "unseen" });
    this.reads = make("tr", { class: "reads" }, make("th", { scope: "row" }, make("span", { class: "name" }, "reads")));
    this.body = make("tbody");
    this.rows = this._rows();
    this.cellRows = this.rows.filter(({ kind }) => kind !== "line");
    this.drawn = [this.reads, ...this.cellRows.map(({ element }) => element)]; // the rows with a cell in each column
    this.body.append(...this.rows.map((row) => row.element));
    this.table.append(this.caption, make("thead", {}, this.reads), this.body);
    region.replaceChildren(this.table);
    this._listen();
  }

  _rows() {
    const { network } = this;
    const row = (kind, key, head, classes = "") => {
      const element = make("tr", classes ? { class: classes } : {}, make("th", { scope: "row" }, ...head));
      if (kind === "signal") element.dataset.signal = key;
      return { kind, key, element };
    };
    const name = (text) => make("span", { class: "name" }, text);
    const rows = [row("choice", "", [name("first choice")], "choice")];
    if (network.rule) rows.push(row("answer", "", [name("right answer")], "answer"));
    for (const { key, symbol, name: words } of network.signals) {
      const range = make("span", { class: "range" });
      rows.push(row("signal", key, [make("span", { class: "symbol" }, symbol), " ", name(words), " ", range]));
    }
    const memory = network.signal[network.memory];
    this.line = make("td");
    const drawn = row("line", "", [make("span", { class: "symbol" }, memory.symbol), " ", name("as a line")], "drawn");
    drawn.element.append(this.line);
    rows.push(drawn);
    if (network.vocabulary.length <= MOST_TOKENS) {
      network.vocabulary.forEach((token, at) => {
        if (at === 0) return; // nothing predicts the start
        const sign = make("span", { class: "token", "aria-hidden": "true" }, glyph(token));
        rows.push(row("probability", at, [sign, " ", name(`${tokenName(token)} comes next`)], "low"));
      });
    } else {
      RANKS.forEach((words, at) => rows.push(row("rank", at + 1, [name(words)], "low")));
    }
    return rows;
  }

  /**
   * Show a run, with the next drawing.
   * @param {Run} run
   * @param {{layer: number, neuron: number}} place
   * @param {number} from the first column that is not as it was
   * @param {{isFollowed?: boolean}} [how] whether to bring the last column into sight
   */
  show(run, { layer, neuron }, from, { isFollowed = false } = {}) {
    const isOther = this.layer !== layer || this.neuron !== neuron;
    Object.assign(this, { run, layer, neuron, isWaiting: true, length: run.columns.length });
    this.from = isOther ? 0 : Math.min(this.from, from);
    this.isFollowing ||= isFollowed;
    if (isOther) this._label();
  }

  /** Draw what was shown since the last drawing; return whether there was anything. */
  draw() {
    if (!this.isWaiting) return false;
    this._draw();
    return true;
  }

  /**
   * Return the columns that should be drawn: those in sight and some beside them. A column that is taken out at the
   * left costs a layout of all others, so some may stay.
   */
  _wanted() {
    this.across ??= Math.max(1, Math.ceil((this.region.clientWidth - this.reads.cells[0].offsetWidth) / PITCH));
    if (this.length <= SHORT) return [0, this.length];
    const inSight = Math.min(Math.floor(this.left / PITCH), Math.max(0, this.length - this.across));
    const first = Math.max(0, inSight - BESIDE);
    const isNear = this.first <= first && first - this.first <= MOST_MORE;
    return [isNear ? this.first : first, Math.min(this.length, inSight + this.across + BESIDE)];
  }

  /** Draw other columns if those in sight are about to be missing. */
  _scrolled() {
    this.left = this.region.scrollLeft;
    if (!this.run) return;
    const at = Math.floor(this.left / PITCH);
    const isMissing = (at < this.first + 2 && this.first > 0) || (at + this.across > this.end - 2 && this.end < this.length);
    if (!isMissing) return;
    const { current } = this;
    this._draw();
    this.mark(current);
  }

  _label() {
    const { network, layer, neuron } = this;
    for (const { kind, key, element } of this.rows) {
      if (kind !== "signal") continue;
      const [low, high] = network.scaleOf(key, layer, neuron);
      element.querySelector(".range").textContent = low === -high && high !== 1 ? `±${brief(high)}` : `${plain(low)} … ${plain(high)}`;
    }
  }

  /** Draw the columns that are wanted; those that stand there already, as they are in the run, are left alone. */
  _draw() {
    const { from } = this;
    this.mark(null);
    this.values.length = Math.min(from, this.values.length);
    const before = { first: this.first, end: this.end };
    const [first, end] = this._wanted();
    let [keepFrom, keepTo] = [Math.max(first, before.first), Math.min(end, before.end, from)];
    if (keepFrom >= keepTo) [keepFrom, keepTo] = [first, first];
    const isKept = keepTo > keepFrom;
    for (const row of this.drawn) {
      const lead = before.first ? 2 : 1; // the name of the row, and the gap before the columns
      while (row.cells.length > lead + (isKept ? keepTo - before.first : 0)) row.lastChild.remove();
      if (isKept) for (let at = before.first; at < keepFrom; at += 1) row.cells[lead].remove();
      if (before.first && !first) row.cells[1].remove();
      if (first && !before.first) row.cells[0].after(make("td", { class: "gap" }));
    }
    Object.assign(this, { first, end });
    const [ahead, behind] = [this._columns(first, keepFrom), this._columns(keepTo, end)];
    this.drawn.forEach((row, number) => {
      row.cells[first ? 1 : 0].after(ahead[number]);
      row.append(behind[number]);
      if (end < this.length) row.append(make("td", { class: "gap" }));
    });
    // The first row is as good as all: it sets the widths of the columns.
    if (first) this.reads.cells[1].style.width = `${first * PITCH - 2}px`;
    if (end < this.length) this.reads.lastChild.style.width = `${(this.length - end) * PITCH - 2}px`;
    this._drawLine();
    Object.assign(this, { from: Infinity, isWaiting: false });
    setText(this.caption, `One column per step, one row per prediction and signal of neuron ${this.neuron}, each cell with its value where numbers are shown.`);
  }

  /** Return, for each row, its cells of the columns from `first` to `end`. */
  _columns(first, end) {
    const fragments = this.drawn.map(() => document.createDocumentFragment());
    for (const column of this.run.columns.slice(first, end)) {
      fragments[0].append(this._head(column));
      this.cellRows.forEach((row, number) => fragments[number + 1].append(column.step === null ? make("td", { class: "unread" }) : this._cell(row, column)));
    }
    return fragments;
  }

  /** Return the place of a column's cell in a row. */
  _placeOf(column) {
    return column - this.first + (this.first ? 2 : 1);
  }

  _head({ glyph: sign, name, step, isWritten }) {
    const words = step === null ? `${name}, not read` : `step ${step}, ${name}${isWritten ? ", written by the network" : ""}`;
    const head = make("th", { scope: "col", "aria-label": words }, sign);
    if (isWritten) head.className = "written";
    if (step === null) head.className = "unread";
    if (sign.length > 2) head.classList.add("code");
    if (this._isSelected(step)) head.classList.add("is-selected");
    return head;
  }

  _cell({ kind, key }, column) {
    const { network, run, layer, neuron } = this;
    const { step } = column;
    const { probabilities } = run.reading.steps[step];
    const cell = document.createElement("td");
    const put = (style, sign, value) => {
      cell.className = sign.length > 2 ? `${style} code` : style;
      const printed = document.createElement("b");
      printed.textContent = value;
      cell.append(sign, printed);
    };
    if (kind === "signal") {
      const value = run.reading.value(key, step, layer, neuron);
      put(shade(network.signal[key].palette, value, ...network.scaleOf(key, layer, neuron)), column.glyph, number(value));
    } else if (kind === "choice") {
      const choice = largestAt(probabilities);
      const answer = run.answers[step];
      const isWrong = answer !== null && answer !== network.vocabulary[choice];
      put(shade("gate", probabilities[choice], 0, 1) + (isWrong ? " wrong" : ""), glyph(network.vocabulary[choice]), percent(probabilities[choice]));
      if (isWrong) cell.append(make("span", { class: "unseen" }, " wrong"));
    } else if (kind === "answer") {
      const answer = run.answers[step];
      if (answer !== null) cell.append(glyph(answer));
    } else if (kind === "probability") {
      const answer = run.answers[step];
      const isRight = answer === network.vocabulary[key];
      put(shade("gate", probabilities[key], 0, 1) + (isRight ? " right" : ""), "", percent(probabilities[key]));
    } else if (kind === "rank") {
      const ranked = [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
      const token = ranked[key];
      put(shade("gate", probabilities[token], 0, 1), glyph(network.vocabulary[token]), percent(probabilities[token]));
    }
    return cell;
  }

  /** Draw the memory as a line with a dot in each column that is drawn; what has not changed is left alone. */
  _drawLine() {
    const { network, run, layer, neuron, values } = this;
    const { columns } = run;
    const changed = values.length;
    for (let at = changed; at < columns.length; at += 1) {
      const { step } = columns[at];
      values.push(step === null ? null : run.reading.value(network.memory, step, layer, neuron));
    }
    const known = values.filter((value) => value !== null);
    const [lowest, highest] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 0];
    const low = Math.min(0, lowest);
    const high = Math.max(0, highest) === low ? low + 1 : Math.max(0, highest);
    const yOf = (value) => Number((HEIGHT - MARGIN - ((value - low) * (HEIGHT - 2 * MARGIN)) / (high - low)).toFixed(1));
    const right = PITCH * columns.length;
    // Drawn beyond its own narrow box, which stays as it is: a drawing that grows is a new layer to the browser.
    this.svg ??= makeDrawn("svg", { class: "line", role: "img", width: PITCH, height: HEIGHT });
    if (!this.svg.isConnected) this.line.append(this.svg);
    const memory = network.signal[network.memory];
    const words = known.length ? `${memory.name} from ${brief(known[0])} to ${brief(known.at(-1))}, lowest ${brief(lowest)}, highest ${brief(highest)}` : "";
    this.svg.setAttribute("aria-label", words);
    const isSameScale = this.low === low && this.high === high && this.path;
    if (!isSameScale) {
      this.grid = ticksBetween(low, high, 4).map((tick) => {
        const line = makeDrawn("line", { class: tick === 0 ? "zero" : "grid", x1: 0, y1: yOf(tick), y2: yOf(tick) });
        const text = makeDrawn("text", { y: yOf(tick) + 4 });
        text.textContent = plain(tick);
        return { line, text };
      });
      this.path = makeDrawn("polyline");
      this.dots = new Map();
      this.svg.replaceChildren(...this.grid.flatMap(({ line, text }) => [line, text]), this.path);
    }
    for (const { line, text } of this.grid) {
      line.setAttribute("x2", String(right));
      text.setAttribute("x", String(right + 6));
    }
    for (const [at, dot] of this.dots) {
      if (at >= this.first && at < Math.min(this.end, changed)) continue;
      dot.remove();
      this.dots.delete(at);
    }
    for (let at = this.first; at < this.end; at += 1) {
      if (values[at] === null || this.dots.has(at)) continue;
      const dot = makeDrawn("circle", { r: 3, cx: PITCH * (at + 0.5), cy: yOf(values[at]) });
      this.dots.set(at, this.svg.appendChild(dot));
    }
    Object.assign(this, { low, high });
    const start = Math.max(0, this.first - 1); // one beyond either end, to which the line leads out of sight
    const shown = values.slice(start, this.end + 1);
    const points = shown.flatMap((value, at) => (value === null ? [] : `${PITCH * (start + at + 0.5)},${yOf(value)}`));
    this.path.setAttribute("points", points.join(" "));
  }

  /** Bring the last column into sight if that is still to be done. Everything else should be in its place by then. */
  follow() {
    if (!this.isFollowing || this.isWaiting) return;
    this.isFollowing = false;
    this.region.scrollLeft = this.region.scrollWidth;
  }

  /** Mark the column of a step, or none. */
  mark(step, { isFollowed = false } = {}) {
    for (const element of this.marked) element.classList.remove("is-step");
    this.marked = [];
    this.current = step;
    if (step === null || !this.run) return;
    const column = this.run.columns.findIndex((each) => each.step === step);
    if (column < 0) return;
    if (column < this.first || column >= this.end) {
      if (!isFollowed) return;
      this.region.scrollLeft = column * PITCH - this.region.clientWidth / 2;
      this._scrolled();
      this.current = step;
      if (column < this.first || column >= this.end) return;
    }
    const place = this._placeOf(column);
    this.marked = [...this.drawn.map((row) => row.cells[place]), this.dots.get(column)].filter(Boolean);
    for (const element of this.marked) element.classList.add("is-step");
    if (isFollowed) this.reads.cells[place].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Show which steps are selected for the search. */
  select(from, to) {
    if (from === null && !this.span) return;
    this.span = from === null ? null : [from, to];
    for (let column = this.first; column < this.end; column += 1) {
      this.reads.cells[this._placeOf(column)].classList.toggle("is-selected", this._isSelected(this.run.columns[column]?.step ?? null));
    }
  }

  _isSelected(step) {
    return Boolean(this.span) && step !== null && step >= this.span[0] && step <= this.span[1];
  }

  stepAt(event) {
    const cell = event.target.closest?.("td, th[scope=col]");
    if (!cell) return null;
    const column = cell === this.line
      ? Math.floor((event.clientX - this.line.getBoundingClientRect().left) / PITCH)
      : cell.cellIndex - (this.first ? 2 : 1) + this.first;
    return cell.className === "gap" ? null : (this.run.columns[column]?.step ?? null);
  }

  _listen() {
    const { region } = this;
    region.addEventListener("scroll", () => this._scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.across = undefined;
      if (this.run && region.clientWidth) {
        this._wanted();
        this._scrolled();
      }
    }).observe(region);
    const point = (isChosen) => (event) => {
      const step = this.stepAt(event);
      if (step !== null) this.onStep(step, isChosen, event);
    };
    region.addEventListener("pointermove", point(false));
    region.addEventListener("click", point(true));
    region.addEventListener("keydown", (event) => {
      const last = this.run.reading.steps.length - 1;
      const at = this.current ?? (event.key === "ArrowLeft" ? last + 1 : -1);
      const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
      if (target === undefined) {
        if (event.key === "Escape") this.onStep(null, true, event);
        return;
      }
      event.preventDefault();
      this.onStep(Math.min(Math.max(target, 0), last), true, event);
    });
  }
}
