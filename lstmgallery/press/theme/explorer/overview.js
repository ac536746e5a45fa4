// The overview: one row for each neuron of a layer, one column for each character. The rows' names are radio buttons;
// the cells are drawn on tiles, canvases of a few columns each. Only those in sight are there, so a text may be long and
// a layer large, and a new character is drawn on the last tile alone.
import { make, whenQuiet } from "./dom.js";
import { largestAt } from "./network.js";
import { brief, glyph, shade } from "./print.js";
import { PITCH } from "./strip.js";

const [ROW, HEAD] = [24, 50]; // px; above the neurons stand what is read and what the network expects next
const TILE = 8; // columns of a tile
const WIDTH = TILE * PITCH; // px
const GROUP = 16; // rows that the browser leaves out together while they are out of sight
const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export class Overview {
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
    this.cells = make("div", { class: "cells", "aria-hidden": "true" });
    this.sheet = make("div", { class: "sheet" }, this.names, this.cells);
    box.replaceChildren(this.sheet);
    this.shown = [];
    this.listed = "";
    this.step = null;
    this.from = 0; // the first column that is not on its tile as it is in the run
    /** @type {Map<number, {canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, look: string}>} */
    this.tiles = new Map();
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
      const { role } = this.network.place[`${layer}.${neuron}`];
      const radio = make("input", { type: "radio", name: "neuron", value: String(neuron), "aria-label": `Neuron ${neuron}: ${role}` });
      return make("label", { class: "row" }, radio, make("b", {}, String(neuron)), make("span", { class: "role" }, role));
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
   * @param {{isFollowed?: boolean}} [how] whether to bring the last column into sight
   */
  show(run, { signal, neuron, letters }, from, { isFollowed = false } = {}) {
    Object.assign(this, { run, signal, neuron, letters, from: Math.min(this.from, from) });
    const columns = run.columns.length * PITCH + 2;
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
    this.isFollowing ||= isFollowed;
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

  /** Bring the last column into sight if that is still to be done. Everything else should be in its place by then. */
  follow() {
    if (!this.isFollowing) return;
    this.isFollowing = false;
    this.box.scrollLeft = this.box.scrollWidth;
  }

  /** Draw in the next frame. */
  drawSoon() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
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
    if (!this.colours) {
      this.colours = this._palette();
      this.tiles.clear();
    }
    const { box, run, neurons } = this;
    const { across, down, names } = this.sizes;
    Object.assign(this, { left: box.scrollLeft, top: box.scrollTop });
    const height = Math.max(1, Math.min(down, HEAD + neurons.length * ROW + 2));
    if (this.height !== height) {
      this.height = height;
      this.cells.style.height = `${height}px`;
    }
    const marked = this.step === null ? -1 : run.columns.findIndex(({ step }) => step === this.step);
    const first = Math.floor(this.left / WIDTH);
    const end = Math.ceil(Math.min(this.columns, this.left + across - names) / WIDTH);
    for (const number of this.tiles.keys()) if (number < first || number >= end) this.tiles.delete(number);
    for (let number = first; number < end; number += 1) this._drawTile(number, marked);
    const wanted = [...this.tiles.values()].map(({ canvas }) => canvas);
    for (const canvas of [...this.cells.children]) if (!wanted.includes(canvas)) canvas.remove();
    for (const canvas of wanted) if (!canvas.isConnected) this.cells.append(canvas);
    this.from = Infinity;
  }

  /** Draw a tile, one that looks as before only from the first column on that has changed. */
  _drawTile(number, marked) {
    const { height, run, network, layer, signal, neurons, colours } = this;
    const ratio = window.devicePixelRatio || 1;
    const top = Math.round(this.top);
    const start = number * TILE;
    const column = marked >= start && marked < start + TILE ? marked : -1;
    const look = JSON.stringify([height, ratio, top, this.listed, signal, this.neuron, this.letters, column]);
    let tile = this.tiles.get(number);
    if (!tile) {
      const canvas = make("canvas");
      canvas.style.left = `${number * WIDTH}px`;
      tile = { canvas, context: canvas.getContext("2d", { alpha: false }), look: "" };
      this.tiles.set(number, tile);
    }
    const { canvas, context } = tile;
    const first = tile.look === look ? Math.max(start, this.from) : start;
    if (first >= start + TILE) return;
    tile.look = look;
    const [pixelsAcross, pixelsDown] = [Math.round(WIDTH * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixelsAcross || canvas.height !== pixelsDown) {
      Object.assign(canvas, { width: pixelsAcross, height: pixelsDown });
      Object.assign(canvas.style, { width: `${WIDTH}px`, height: `${height}px` });
    }
    const last = Math.min(run.columns.length, start + TILE);
    const xOf = (at) => (at - start) * PITCH + 1;
    const page = colours.get("page");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    context.beginPath();
    context.rect(xOf(first) - 1, 0, WIDTH, height);
    context.clip();
    context.fillStyle = page.paper;
    context.fillRect(0, 0, WIDTH, height);
    context.textAlign = "center";
    context.textBaseline = "middle";
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
        if (step === null) {
          this._hatch(context, xOf(at), y + 1, page.rule);
          continue;
        }
        const { paper, ink } = colours.get(shade(palette, run.reading.steps[step].layers[layer - 1][signal][unit], from, to));
        context.fillStyle = paper;
        context.fillRect(xOf(at), y + 1, 33, ROW - 2);
        if (!this.letters) continue;
        context.fillStyle = ink;
        context.fillText(glyph, xOf(at) + 16.5, y + ROW / 2 + 0.5, 31);
      }
    }
    context.fillStyle = page.paper;
    context.fillRect(0, 0, WIDTH, HEAD);
    for (let at = first; at < last; at += 1) {
      const { glyph, isWritten, step } = run.columns[at];
      context.fillStyle = page.ink;
      context.font = `${isWritten ? "italic " : ""}600 14px ${MONO}`;
      context.fillText(glyph, xOf(at) + 16.5, 12, 33);
      if (step !== null) this._drawChoice(context, step, xOf(at), 25);
    }
    context.strokeStyle = page.ink;
    context.lineWidth = 2;
    const rowTop = HEAD + neurons.indexOf(this.neuron) * ROW - top;
    if (neurons.includes(this.neuron) && rowTop >= HEAD - ROW) context.strokeRect(-4, rowTop + 1, WIDTH + 8, ROW - 2);
    if (column >= 0) context.strokeRect(xOf(column), HEAD, 33, neurons.length * ROW - top);
    context.restore();
  }

  /** Draw what the network expects behind a step, crossed out where the language settles otherwise. */
  _drawChoice(context, step, x, y) {
    const { run, network, colours } = this;
    const { probabilities } = run.reading.steps[step];
    const choice = largestAt(probabilities);
    const { paper, ink } = colours.get(shade("gate", probabilities[choice], 0, 1));
    context.fillStyle = paper;
    context.fillRect(x, y, 33, ROW - 2);
    context.fillStyle = ink;
    context.font = `600 14px ${MONO}`;
    context.fillText(glyph(network.vocabulary[choice]), x + 16.5, y + 11.5, 31);
    const answer = run.answers[step];
    if (answer === null || answer === network.vocabulary[choice]) return;
    context.fillRect(x + 6, y + 10, 21, 2);
    context.strokeStyle = colours.get("page").wrong;
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, 31, ROW - 4);
  }

  /** Draw the cell of a character that is not read. */
  _hatch(context, x, y, colour) {
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
    const left = run.columns.findIndex((each) => each.step === step) * PITCH;
    const across = box.clientWidth - this.names.offsetWidth;
    if (isFollowed && step !== null && (left < box.scrollLeft || left + PITCH > box.scrollLeft + across)) {
      box.scrollLeft = left - across / 2;
    }
    this.drawSoon();
  }

  /** Say in each row, for who cannot see it, where the signal ranges. */
  _summarise() {
    const { run, layer, signal, network } = this;
    for (const radio of this.names.querySelectorAll("input")) {
      const neuron = Number(radio.value);
      let [low, high] = [Infinity, -Infinity];
      for (const { layers } of run.reading.steps) {
        const value = layers[layer - 1][signal][neuron - 1];
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      const { role } = network.place[`${layer}.${neuron}`];
      radio.setAttribute("aria-label", `Neuron ${neuron}: ${role} ${network.signal[signal].name} from ${brief(low)} to ${brief(high)}.`);
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
    const placeOf = (event) => {
      const { left, top } = this.cells.getBoundingClientRect();
      const down = event.clientY - top;
      return {
        step: this.run.columns[Math.floor((event.clientX - left) / PITCH)]?.step ?? null,
        neuron: down > HEAD ? this.neurons[Math.floor((down - HEAD + this.box.scrollTop) / ROW)] : undefined,
      };
    };
    this.cells.addEventListener("pointermove", (event) => {
      const { step } = placeOf(event);
      if (step !== null) this.on.onStep(step, false);
    });
    this.cells.addEventListener("click", (event) => {
      const { step, neuron } = placeOf(event);
      if (neuron !== undefined) this.on.onNeuron(neuron);
      if (step !== null) this.on.onStep(step, true);
    });
  }
}
