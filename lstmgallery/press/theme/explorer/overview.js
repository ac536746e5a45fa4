// The overview: one row for each neuron of a layer, one column for each character. The rows' names are radio buttons;
// the cells are drawn on a canvas that covers only what is in sight, so a text may be long and a layer large.
(() => {
  "use strict";
  const parts = (window.lstmgallery ??= {});
  const { make, whenQuiet } = parts.dom;
  const { brief, shade } = parts.print;
  const [ROW, HEAD] = [24, 50]; // px; above the neurons stand what is read and what the network expects next
  const GROUP = 16; // rows that the browser leaves out together while they are out of sight
  const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

  class Overview {
    /**
     * @param {HTMLElement} box that scrolls
     * @param {any} network
     * @param {{onNeuron: (neuron: number) => void, onStep: (step: number, isChosen: boolean) => void}} on
     */
    constructor(box, network, on) {
      this.box = box;
      this.network = network;
      this.on = on;
      this.names = make("div", { class: "names", role: "radiogroup", "aria-label": "Neuron shown below" });
      this.canvas = make("canvas", { "aria-hidden": "true" });
      this.context = this.canvas.getContext("2d", { alpha: false });
      this.sheet = make("div", { class: "sheet" }, this.names, this.canvas);
      box.replaceChildren(this.sheet);
      this.shown = [];
      this.listed = "";
      this.step = null;
      this.from = 0; // the first column that is not on the canvas as it is in the run
      /** @type {{look: string, left: number} | null} */
      this.drawn = null;
      const later = () => this.drawSoon();
      box.addEventListener("scroll", () => {
        if (box.scrollLeft !== this.left || box.scrollTop !== this.top) later(); // else it is drawn so already
      }, { passive: true });
      new ResizeObserver(() => {
        this.sizes = null;
        this.drawSoon();
      }).observe(box);
      for (const query of ["(prefers-color-scheme: dark)", "print"]) {
        matchMedia(query).addEventListener("change", () => { this.colours = null; this.draw(); });
      }
      this.summarise = whenQuiet(400, () => this._summarise());
      this._listen();
    }

    /**
     * List neurons in order; `matches` says for each neuron found by the search what to write behind it.
     * @param {number} layer
     * @param {number[]} neurons
     */
    list(layer, neurons) {
      const listed = `${layer}: ${neurons}`;
      if (listed === this.listed) return;
      Object.assign(this, { layer, neurons, listed });
      const isFocused = this.names.contains(document.activeElement);
      const rows = neurons.map((neuron) => {
        const radio = make("input", { type: "radio", name: "neuron", value: String(neuron) });
        const { role } = this.network.place[`${layer}.${neuron}`];
        const words = make("span", { class: "role" }, role);
        return make("label", { class: "row" }, radio, make("b", {}, make("span", { class: "unseen" }, "Neuron "), String(neuron)), words,
          make("span", { class: "unseen summary" }));
      });
      const head = make("div", { class: "reads", "aria-hidden": "true" }, make("span", {}, "reads"), make("span", {}, "first choice"));
      const groups = [];
      for (let at = 0; at < rows.length; at += GROUP) {
        const group = make("div", { class: "rows" }, ...rows.slice(at, at + GROUP));
        group.style.height = `${group.childElementCount * ROW}px`;
        groups.push(group);
      }
      this.names.replaceChildren(head, ...groups);
      this.sizes = null;
      if (!neurons.length) this.names.append(make("p", { class: "none" }, "no neuron"));
      if (isFocused) this.names.querySelector("input:checked")?.focus();
    }

    /**
     * @param {any} run
     * @param {{signal: string, neuron: number, letters: boolean}} view
     * @param {number} from the first column that is not as it was
     */
    show(run, { signal, neuron, letters }, from) {
      Object.assign(this, { run, signal, neuron, letters, from: Math.min(this.from, from) });
      const columns = run.columns.length * parts.PITCH + 2;
      if (this.columns !== columns) {
        this.columns = columns;
        this.sheet.style.width = `calc(var(--names) + ${columns}px)`;
      }
      if (this.chosen !== `${this.listed} ${neuron}`) {
        this.chosen = `${this.listed} ${neuron}`;
        for (const radio of this.names.querySelectorAll("input")) {
          radio.checked = Number(radio.value) === neuron;
          radio.parentElement.classList.toggle("is-shown", radio.checked);
        }
        const top = this.neurons.indexOf(neuron) * ROW;
        const down = this.box.clientHeight - HEAD - ROW;
        if (top >= 0 && (top < this.box.scrollTop || top > this.box.scrollTop + down)) this.box.scrollTop = top - down / 2;
      }
      this.range = Math.max(...this.network.largest[this.layer - 1]);
      this.drawSoon();
      this.summarise();
    }

    /** Return the colours of every shade, as the stylesheet has them in this moment. */
    _palette() {
      const probe = make("i", { class: "unseen" });
      this.box.append(probe);
      const style = getComputedStyle(probe);
      const palette = new Map();
      for (const [letter, last] of [["m", 40], ["g", 20]]) {
        for (let level = 0; level <= last; level += 1) {
          probe.className = `unseen ${letter}${level}`;
          palette.set(`${letter}${level}`, { paper: style.backgroundColor, ink: style.color });
        }
      }
      probe.remove();
      const page = getComputedStyle(document.body);
      palette.set("page", { paper: page.backgroundColor, ink: page.color, rule: getComputedStyle(this.box).borderBottomColor,
        wrong: page.getPropertyValue("--wrong").trim() });
      return palette;
    }

    /** Draw in the next frame. */
    drawSoon() {
      if (this.isWaiting) return;
      this.isWaiting = true;
      requestAnimationFrame(() => {
        this.isWaiting = false;
        if (this.isFollowing) this.box.scrollLeft = this.box.scrollWidth;
        this.isFollowing = false;
        this.draw();
      });
    }

    /** Draw what is in sight. */
    draw() {
      if (!this.run) return;
      this.sizes ??= { across: this.box.clientWidth, down: this.box.clientHeight, names: this.names.offsetWidth };
      if (!this.sizes.across) {
        this.sizes = null;
        return;
      }
      const { box, canvas, context, run, network, layer, signal, neurons } = this;
      if (!this.colours) {
        this.colours = this._palette();
        this.drawn = null;
      }
      const colours = this.colours;
      const ratio = window.devicePixelRatio || 1;
      const { across, down, names } = this.sizes;
      const width = Math.max(1, Math.min(across - names, this.columns));
      const height = Math.max(1, Math.min(down, HEAD + neurons.length * ROW + 2));
      const [pixelsAcross, pixelsDown] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== pixelsAcross || canvas.height !== pixelsDown) {
        Object.assign(canvas, { width: pixelsAcross, height: pixelsDown });
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
      Object.assign(this, { left: box.scrollLeft, top: box.scrollTop });
      const [left, top] = [Math.round(this.left), Math.round(this.top)];
      const page = colours.get("page");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const look = JSON.stringify([width, height, ratio, top, this.listed, signal, this.neuron, this.letters]);
      const fresh = this._keep(look, left, width, ratio);
      const edge = Math.max(0, fresh * parts.PITCH - left);
      context.fillStyle = page.paper;
      context.fillRect(edge, 0, width - edge, height);
      context.textAlign = "center";
      context.textBaseline = "middle";
      const first = Math.max(fresh, Math.floor(left / parts.PITCH));
      const last = Math.min(run.columns.length, Math.ceil((left + width) / parts.PITCH));
      const { palette, low } = network.signal[signal];
      const [from, to] = low === null ? [-this.range, this.range] : network.scaleOf(signal, layer, 1);
      context.font = `500 12px ${MONO}`;
      const firstRow = Math.max(0, Math.floor(top / ROW));
      const lastRow = Math.min(neurons.length, Math.ceil((top + height - HEAD) / ROW));
      for (let row = firstRow; row < lastRow; row += 1) {
        const unit = neurons[row] - 1;
        const y = HEAD + row * ROW - top;
        for (let at = first; at < last; at += 1) {
          const { step, glyph } = run.columns[at];
          const x = at * parts.PITCH - left + 1;
          if (step === null) {
            this._hatch(x, y + 1, page.rule);
            continue;
          }
          const { paper, ink } = colours.get(shade(palette, run.reading.steps[step].layers[layer - 1][signal][unit], from, to));
          context.fillStyle = paper;
          context.fillRect(x, y + 1, 33, ROW - 2);
          if (!this.letters) continue;
          context.fillStyle = ink;
          context.fillText(glyph, x + 16.5, y + ROW / 2 + 0.5, 31);
        }
      }
      context.fillStyle = page.paper;
      context.fillRect(edge, 0, width - edge, HEAD);
      for (let at = first; at < last; at += 1) {
        const { glyph, isWritten } = run.columns[at];
        context.fillStyle = page.ink;
        context.font = `${isWritten ? "italic " : ""}600 14px ${MONO}`;
        context.fillText(glyph, at * parts.PITCH - left + 17.5, 12, 33);
      }
      for (let at = first; at < last; at += 1) {
        const { step } = run.columns[at];
        if (step !== null) this._drawChoice(step, at * parts.PITCH - left + 1, 25);
      }
      context.strokeStyle = page.ink;
      context.lineWidth = 2;
      const chosen = neurons.indexOf(this.neuron);
      const rowTop = HEAD + chosen * ROW - top;
      if (chosen >= 0 && rowTop >= HEAD - ROW) context.strokeRect(-4, rowTop + 1, width + 8, ROW - 2);
      const column = run.columns.findIndex(({ step }) => step !== null && step === this.step);
      if (this.step !== null && column >= 0) {
        context.strokeRect(column * parts.PITCH - left + 1, HEAD, 33, neurons.length * ROW - top);
      }
      context.lineWidth = 1;
      this.drawn = this.step === null ? { look, left } : null;
      this.from = Infinity;
    }

    /** Move what is on the canvas and stays as it is to its new place; return the first column that has to be drawn. */
    _keep(look, left, width, ratio) {
      const { canvas, context, drawn } = this;
      const shift = left - (drawn?.left ?? 0);
      const isKept = drawn?.look === look && this.step === null && Number.isInteger(ratio) && shift >= 0 && shift < width;
      if (!isKept) return 0;
      if (shift) {
        context.globalCompositeOperation = "copy";
        context.drawImage(canvas, 0, 0, canvas.width, canvas.height, -shift, 0, canvas.width / ratio, canvas.height / ratio);
        context.globalCompositeOperation = "source-over";
      }
      return Math.min(this.from, Math.floor((drawn.left + width) / parts.PITCH)); // the last one may have been cut
    }

    /** Draw what the network expects behind a step, crossed out where the language settles otherwise. */
    _drawChoice(step, x, y) {
      const { context, run, network, colours } = this;
      const { probabilities } = run.reading.steps[step];
      const choice = parts.largestAt(probabilities);
      const { paper, ink } = colours.get(shade("gate", probabilities[choice], 0, 1));
      context.fillStyle = paper;
      context.fillRect(x, y, 33, ROW - 2);
      context.fillStyle = ink;
      context.font = `600 14px ${MONO}`;
      context.fillText(parts.print.glyph(network.vocabulary[choice]), x + 16.5, y + 11.5, 31);
      const answer = run.answers[step];
      if (answer === null || answer === network.vocabulary[choice]) return;
      context.fillRect(x + 6, y + 10, 21, 2);
      context.strokeStyle = colours.get("page").wrong;
      context.lineWidth = 2;
      context.strokeRect(x + 1, y + 1, 31, ROW - 4);
    }

    /** Draw the cell of a character that is not read. */
    _hatch(x, y, colour) {
      const { context } = this;
      context.strokeStyle = colour;
      context.beginPath();
      for (let offset = 4; offset < 33; offset += 7) {
        context.moveTo(x + offset, y);
        context.lineTo(x + Math.max(0, offset - ROW + 2), y + Math.min(ROW - 2, offset));
      }
      context.stroke();
    }

    /** Mark a step, or none. */
    mark(step, { isFollowed = false } = {}) {
      if (this.step === step) return;
      this.step = step;
      const { box, run } = this;
      const left = run.columns.findIndex((each) => each.step === step) * parts.PITCH;
      const across = box.clientWidth - this.names.offsetWidth;
      if (isFollowed && step !== null && (left < box.scrollLeft || left + parts.PITCH > box.scrollLeft + across)) {
        box.scrollLeft = left - across / 2;
      }
      this.drawSoon();
    }

    /** Bring the last column into sight with the next drawing. */
    follow() {
      this.isFollowing = true;
    }

    /** Say in each row, for who cannot see it, where the signal ranges. */
    _summarise() {
      const { run, layer, signal, network } = this;
      for (const row of this.names.querySelectorAll(".row")) {
        const unit = Number(row.querySelector("input").value) - 1;
        let [low, high] = [Infinity, -Infinity];
        for (const { layers } of run.reading.steps) {
          const value = layers[layer - 1][signal][unit];
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
        row.querySelector(".summary").textContent = `, ${network.signal[signal].name.toLowerCase()} from ${brief(low)} to ${brief(high)}`;
      }
    }

    _listen() {
      this.names.addEventListener("change", (event) => this.on.onNeuron(Number(event.target.value)));
      this.names.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return; // up and down go through the neurons
        event.preventDefault();
        const last = this.run.reading.steps.length - 1;
        const at = this.step ?? (event.key === "ArrowLeft" ? last + 1 : -1);
        this.on.onStep(Math.min(Math.max(at + (event.key === "ArrowLeft" ? -1 : 1), 0), last), true);
      });
      const column = (event) => {
        const at = Math.floor((event.offsetX + this.box.scrollLeft) / parts.PITCH);
        return this.run.columns[at]?.step ?? null;
      };
      this.canvas.addEventListener("pointermove", (event) => {
        const step = column(event);
        if (step !== null) this.on.onStep(step, false);
      });
      this.canvas.addEventListener("click", (event) => {
        const step = column(event);
        const row = Math.floor((event.offsetY - HEAD + this.box.scrollTop) / ROW);
        if (event.offsetY > HEAD && this.neurons[row]) this.on.onNeuron(this.neurons[row]);
        if (step !== null) this.on.onStep(step, true);
      });
    }
  }

  parts.Overview = Overview;
})();
