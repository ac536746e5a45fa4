// The strip of one neuron in one run: a column for each character, a row for what is predicted and for each signal.
// A new character appends one column; an edit redraws from the first changed column on. Of a long text only the columns
// in sight stand in the table, and some on either side; scrolling and the arrow keys bring in the others.
(() => {
  "use strict";
  const parts = (window.lstmgallery ??= {});
  const { make, makeDrawn, setText, ticksBetween } = parts.dom;
  const { number, brief, plain, percent, shade, glyph, tokenName } = parts.print;
  const PITCH = 35; // px from one column to the next; the stylesheet sets the same width
  const [HEIGHT, MARGIN, LABEL] = [96, 12, 34]; // px, of the line
  const BESIDE = 3; // columns drawn on either side of those in sight
  const SHORT = 60; // columns of a text that is drawn whole
  const MOST_MORE = 24; // columns that may be added to them before the first ones are left out
  const MOST_TOKENS = 12; // of a vocabulary whose every token gets a row of probabilities
  const RANKS = ["2nd choice", "3rd choice", "4th choice"];

  /**
   * @typedef {{glyph: string, name: string, step: number | null, isWritten: boolean}} Column
   * @typedef {{reading: any, columns: Column[], answers: (string | null)[]}} Run
   */

  class Strip {
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
      this.left = 0; // px, how far the region is scrolled
      this.marked = [];
      this.current = null;
      this.table = make("table", { class: "strip", "data-live": "" });
      this.caption = make("caption", { class: "unseen" });
      this.reads = make("tr", { class: "reads" }, make("th", { scope: "row" }, make("span", { class: "name" }, "reads")));
      this.body = make("tbody");
      this.rows = this._rows();
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
      if (parts.language.hasRule(network.task)) rows.push(row("answer", "", [name("right answer")], "answer"));
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
     * Show a run from column `from` on; what stands before it is as it was.
     * @param {Run} run
     * @param {{layer: number, neuron: number}} place
     * @param {number} from
     */
    show(run, { layer, neuron }, from) {
      const isOther = this.layer !== layer || this.neuron !== neuron;
      const wasWhole = this.end >= (this.length ?? 0); // the last column is drawn, so a new one is drawn behind it
      Object.assign(this, { run, layer, neuron, length: run.columns.length });
      if (isOther) this._label();
      const [first, end] = this._wanted();
      const isShort = this.length > this.first && this.length - this.first <= end - first + MOST_MORE;
      const isAppended = wasWhole && from >= this.first && isShort;
      if (isAppended) this._draw(this.first, this.length, isOther ? this.first : from);
      else this._draw(first, end, isOther || first !== this.first ? first : from);
    }

    /** Return the columns that should be drawn: those in sight and some beside them. */
    _wanted() {
      this.across ??= Math.max(1, Math.ceil((this.region.clientWidth - this.reads.cells[0].offsetWidth) / PITCH));
      if (this.length <= SHORT) return [0, this.length];
      const inSight = Math.min(Math.floor(this.left / PITCH), Math.max(0, this.length - this.across));
      return [Math.max(0, inSight - BESIDE), Math.min(this.length, inSight + this.across + BESIDE)];
    }

    /** Draw other columns if those in sight are about to be missing. */
    _scrolled() {
      this.left = this.region.scrollLeft;
      if (!this.run) return;
      const at = Math.floor(this.left / PITCH);
      const isMissing = (at < this.first + 2 && this.first > 0) || (at + this.across > this.end - 2 && this.end < this.length);
      if (!isMissing) return;
      const { current } = this;
      const [first, end] = this._wanted();
      this._draw(first, end, first);
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

    /** Draw the columns from `first` to `end`, anew from column `from` on. */
    _draw(first, end, from) {
      const { run } = this;
      this.mark(null);
      const rows = [this.reads, ...this.rows.filter(({ kind }) => kind !== "line").map(({ element }) => element)];
      const keep = first === this.first ? Math.min(Math.max(0, from - first), this.end - first, end - first) : 0;
      for (const row of rows) {
        const gap = row.cells[1]?.className === "gap" ? 1 : 0;
        while (row.cells.length > 1 + gap + keep) row.lastChild.remove();
        if (!keep && gap) row.lastChild.remove();
      }
      Object.assign(this, { first, end });
      const fragments = rows.map(() => document.createDocumentFragment());
      if (!keep && first) fragments.forEach((fragment) => fragment.append(this._gap(first)));
      for (let at = first + keep; at < end; at += 1) {
        const column = run.columns[at];
        let place = 0;
        fragments[place++].append(this._head(column));
        for (const row of this.rows) {
          if (row.kind === "line") continue;
          fragments[place++].append(column.step === null ? make("td", { class: "unread" }) : this._cell(row, column));
        }
      }
      if (end < this.length) fragments.forEach((fragment) => fragment.append(this._gap(this.length - end)));
      rows.forEach((row, number) => row.append(fragments[number]));
      this._drawLine();
      setText(this.caption, `One column per step, one row per prediction and signal of neuron ${this.neuron}, each cell with its value where numbers are shown.`);
    }

    /** Return a cell as wide as so many columns that are not drawn. */
    _gap(columns) {
      const gap = make("td", { class: "gap" });
      gap.style.width = `${columns * PITCH - 2}px`;
      return gap;
    }

    /** Return the place of a column's cell in a row. */
    _placeOf(column) {
      return column - this.first + (this.first ? 2 : 1);
    }

    _head({ glyph: sign, name, step, isWritten }) {
      const head = make("th", { scope: "col" });
      const words = step === null ? `${name}, not read` : `step ${step}, ${name}${isWritten ? ", written by the network" : ""}`;
      if (isWritten) head.className = "written";
      if (step === null) head.className = "unread";
      if (sign.length > 2) head.classList.add("code");
      if (this._isSelected(step)) head.classList.add("is-selected");
      head.append(make("span", { class: "unseen" }, words), make("span", { "aria-hidden": "true" }, sign));
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
        const choice = parts.largestAt(probabilities);
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

    /** Draw the memory over all columns, with a dot in each that is drawn: what stays where it was is left alone. */
    _drawLine() {
      const { network, run, layer, neuron } = this;
      const { columns } = run;
      const values = columns.map(({ step }) => (step === null ? null : run.reading.value(network.memory, step, layer, neuron)));
      const known = values.filter((value) => value !== null);
      const low = Math.min(0, ...known);
      let high = Math.max(0, ...known);
      if (high === low) high = low + 1;
      const yOf = (value) => Number((HEIGHT - MARGIN - ((value - low) * (HEIGHT - 2 * MARGIN)) / (high - low)).toFixed(1));
      const right = PITCH * columns.length;
      this._spanLine();
      this.svg ??= makeDrawn("svg", { class: "line", role: "img", height: HEIGHT });
      if (!this.svg.isConnected) this.line.append(this.svg);
      this.svg.setAttribute("width", String(right + LABEL));
      this.svg.setAttribute("viewBox", `0 0 ${right + LABEL} ${HEIGHT}`);
      const memory = network.signal[network.memory];
      const words = known.length ? `${memory.name} from ${brief(known[0])} to ${brief(known.at(-1))}, lowest ${brief(Math.min(...known))}, highest ${brief(Math.max(...known))}` : "";
      this.svg.setAttribute("aria-label", words);
      const isSameScale = this.low === low && this.high === high;
      if (!isSameScale || !this.path) {
        this.grid = ticksBetween(low, high, 4).map((tick) => {
          const line = makeDrawn("line", { class: tick === 0 ? "zero" : "grid", x1: 0, y1: yOf(tick), y2: yOf(tick) });
          const text = makeDrawn("text", { y: yOf(tick) + 4 });
          text.textContent = plain(tick);
          return { line, text };
        });
        this.path = makeDrawn("polyline");
        this.dots = [];
        this.svg.replaceChildren(...this.grid.flatMap(({ line, text }) => [line, text]), this.path);
      }
      Object.assign(this, { low, high });
      for (const { line, text } of this.grid) {
        line.setAttribute("x2", String(right));
        text.setAttribute("x", String(right + 6));
      }
      const points = values.flatMap((value, at) => (value === null ? [] : `${PITCH * (at + 0.5)},${yOf(value)}`));
      while (this.dots.length > this.end - this.first) this.dots.pop().remove();
      for (let at = this.first; at < this.end; at += 1) {
        const dot = (this.dots[at - this.first] ??= this.svg.appendChild(makeDrawn("circle", { r: 3 })));
        const value = values[at];
        const place = { cx: String(PITCH * (at + 0.5)), cy: value === null ? "-10" : String(yOf(value)) };
        for (const [name, wanted] of Object.entries(place)) if (dot.getAttribute(name) !== wanted) dot.setAttribute(name, wanted);
      }
      this.path.setAttribute("points", points.join(" "));
    }

    _spanLine() {
      this.line.colSpan = Math.max(1, this.end - this.first + (this.first ? 1 : 0) + (this.end < this.length ? 1 : 0));
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
      const cells = [this.reads, ...this.rows.filter(({ kind }) => kind !== "line").map(({ element }) => element)];
      this.marked = [...cells.map((row) => row.cells[place]), this.dots[column - this.first]].filter(Boolean);
      for (const element of this.marked) element.classList.add("is-step");
      if (isFollowed) this.reads.cells[place].scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    /** Show which steps are selected for the search. */
    select(from, to) {
      if (from === null && !this.span) return;
      this.span = from === null ? null : [from, to];
      for (let column = this.first; column < this.end; column += 1) {
        this.reads.cells[this._placeOf(column)].classList.toggle("is-selected", this._isSelected(this.run.columns[column].step));
      }
    }

    _isSelected(step) {
      return Boolean(this.span) && step !== null && step >= this.span[0] && step <= this.span[1];
    }

    /** Bring the last column into sight, in the next frame. */
    follow() {
      requestAnimationFrame(() => { this.region.scrollLeft = this.region.scrollWidth; });
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

  Object.assign(parts, { Strip, PITCH });
})();
