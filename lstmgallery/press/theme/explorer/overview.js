// The overview: one row per neuron of a layer, one column per character. The rows' names are radio buttons; the cells
// are drawn on tiles. Only tiles in view exist, so texts may be long and layers large, and a new character is drawn
// only on the last tile.
import { closestTo, make } from "./dom.js";
import { PITCH } from "./layout.js";
import { brief } from "./print.js";
import { targetOf } from "./strip.js";
import { coloursIn, drawTile, HEAD, newTile, ROW, WIDTH } from "./tiles.js";
import { Debounce } from "./timing.js";

/**
 * @import { Network } from "./network.js"
 * @import { Run } from "./runs.js"
 * @import { Colours, Picture, Tile } from "./tiles.js"
 */

/**
 * @typedef {{signal: string, neuron: number, letters: boolean}} View the shown part of a run
 * @typedef {{across: number, down: number, names: number}} Sizes px: of the box, and the width of the names
 *
 * @typedef {object} On handlers of the reader's choices
 * @property {(neuron: number) => void} onNeuron
 * @property {(step: number, isChosen: boolean) => void} onStep
 */

const GROUP = 16; // rows that the browser skips together while they are out of view

export class Overview {
  /**
   * @param {HTMLElement} box that scrolls
   * @param {Network} network
   * @param {On} on
   */
  constructor(box, network, on) {
    this.box = box;
    this.network = network;
    this.on = on;
    this.names = make("div", { class: "names", role: "radiogroup", "aria-label": "Neuron shown below" });
    this.cells = make("div", { class: "cells", "aria-hidden": "true" });
    this.sheet = make("div", { class: "sheet" }, this.names, this.cells);
    box.replaceChildren(this.sheet);
    /** @type {Run | null} */
    this.run = null;
    /** @type {View} */
    this.view = { signal: network.memory, neuron: 0, letters: true };
    this.layer = 0;
    /** @type {number[]} */
    this.neurons = []; // listed
    this.listed = ""; // the layer and neurons of the names
    this.chosen = ""; // `listed`, and the neuron chosen
    /** @type {number | null} */
    this.step = null; // the marked step
    this.from = 0; // the first column whose tile is out of date
    this.width = 0; // px, all columns
    this.height = 0; // px, the cells in view
    this.left = 0; // px, the scroll position of the box when it was drawn
    this.top = 0;
    /** @type {Sizes | null} */
    this.sizes = null; // not measured yet
    /** @type {Colours | null} */
    this.colours = null; // not known yet
    /** @type {Map<number, Tile>} */
    this.tiles = new Map();
    this.isWaiting = false; // whether a drawing is due
    this.isFollowing = false; // until the last column has been scrolled into view
    this.summary = new Debounce(400, () => this._summarise());
    this._watch();
    this._listen();
  }

  /**
   * List neurons in order.
   * @param {number} layer
   * @param {number[]} neurons
   */
  list(layer, neurons) {
    const listed = `${layer}: ${neurons}`;
    if (listed === this.listed) return;
    Object.assign(this, { layer, neurons, listed });
    const isFocused = this.names.contains(document.activeElement);
    const rows = neurons.map((neuron) => this._name(neuron));
    const head = make("div", { class: "reads", "aria-hidden": "true" });
    head.append(make("span", {}, "reads"), make("span", {}, "first choice"));
    this.names.replaceChildren(head, ...grouped(rows));
    this.sizes = null;
    if (!neurons.length) this.names.append(make("p", { class: "none" }, "no neuron"));
    if (isFocused) this._radios().find((radio) => radio.checked)?.focus();
  }

  /** Return the name of a neuron's row, with the button that chooses it. */
  _name(/** @type {number} */ neuron) {
    const { role } = this.network.place[`${this.layer}.${neuron}`];
    const label = `Neuron ${neuron}: ${role}`;
    const radio = make("input", { type: "radio", name: "neuron", value: String(neuron), "aria-label": label });
    const words = [make("b", {}, String(neuron)), make("span", { class: "role" }, role)];
    return make("label", { class: "row" }, radio, ...words);
  }

  _radios() {
    return [...this.names.querySelectorAll("input")];
  }

  /**
   * @param {Run} run
   * @param {View} view
   * @param {number} from the first changed column
   * @param {{isFollowed?: boolean}} [how] whether to scroll the last column into view
   */
  show(run, { signal, neuron, letters }, from, { isFollowed = false } = {}) {
    this.run = run;
    this.view = { signal, neuron, letters };
    this.from = Math.min(this.from, from);
    const width = run.columns.length * PITCH + 2;
    if (this.width !== width) {
      this.width = width;
      this.sheet.style.width = `calc(var(--names) + ${width}px)`;
    }
    this._choose(neuron);
    this.isFollowing ||= isFollowed;
    this.drawSoon();
    this.summary.ask();
  }

  /** Mark the chosen neuron and scroll it into view, unless it is marked already. */
  _choose(/** @type {number} */ neuron) {
    const chosen = `${this.listed} ${neuron}`;
    if (this.chosen === chosen) return;
    this.chosen = chosen;
    for (const radio of this._radios()) {
      radio.checked = Number(radio.value) === neuron;
      radio.parentElement?.classList.toggle("is-shown", radio.checked);
    }
    const { box } = this;
    const top = this.neurons.indexOf(neuron) * ROW;
    const down = box.clientHeight - HEAD - ROW;
    if (top >= 0 && (top < box.scrollTop || top > box.scrollTop + down)) box.scrollTop = top - down / 2;
  }

  /** Scroll the last column into view if that is due. Call it after all other layout. */
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

  /** Draw the part in view. */
  draw() {
    if (!this.run) return;
    this.sizes ??= { across: this.box.clientWidth, down: this.box.clientHeight, names: this.names.offsetWidth };
    if (!this.sizes.across) {
      this.sizes = null;
      return;
    }
    if (!this.colours) {
      this.colours = coloursIn(this.box);
      this.tiles.clear();
    }
    [this.left, this.top] = [this.box.scrollLeft, this.box.scrollTop];
    const height = Math.max(1, Math.min(this.sizes.down, HEAD + this.neurons.length * ROW + 2));
    if (this.height !== height) {
      this.height = height;
      this.cells.style.height = `${height}px`;
    }
    const { first, end } = this._tilesInSight(this.sizes);
    const picture = this._picture(this.run, this.colours);
    for (const number of this.tiles.keys()) if (number < first || number >= end) this.tiles.delete(number);
    for (let number = first; number < end; number += 1) {
      const tile = this.tiles.get(number) ?? newTile(number);
      this.tiles.set(number, tile);
      drawTile(tile, number, picture, this.from);
    }
    this._place();
    this.from = Infinity;
  }

  /**
   * Return the tiles in view.
   * @param {Sizes} sizes
   */
  _tilesInSight({ across, names }) {
    const right = Math.min(this.width, this.left + across - names);
    return { first: Math.floor(this.left / WIDTH), end: Math.ceil(right / WIDTH) };
  }

  /**
   * Return the content of the tiles: the settings, and everything that follows from them.
   * @param {Run} run
   * @param {Colours} colours
   * @returns {Picture}
   */
  _picture(run, colours) {
    const { network, layer, view } = this;
    const range = Math.max(...network.largest[layer - 1]);
    const isBounded = network.signal[view.signal].low !== null;
    return {
      ...this,
      ...view,
      run,
      colours,
      marked: this.step === null ? -1 : run.columns.findIndex(({ step }) => step === this.step),
      scale: isBounded ? network.scaleOf(view.signal, layer, 1) : [-range, range],
      top: Math.round(this.top),
      ratio: window.devicePixelRatio || 1,
    };
  }

  /** Put the existing tiles on the page, and no others. */
  _place() {
    /** @type {Element[]} */
    const wanted = [...this.tiles.values()].map(({ canvas }) => canvas);
    for (const canvas of [...this.cells.children]) if (!wanted.includes(canvas)) canvas.remove();
    for (const canvas of wanted) if (!canvas.isConnected) this.cells.append(canvas);
  }

  /**
   * Mark a step, or none.
   * @param {number | null} step
   * @param {{isFollowed?: boolean}} [how] whether to scroll it into view
   */
  mark(step, { isFollowed = false } = {}) {
    if (this.step === step || !this.run) return;
    this.step = step;
    const { box } = this;
    const left = this.run.columns.findIndex((each) => each.step === step) * PITCH;
    const across = box.clientWidth - this.names.offsetWidth;
    if (isFollowed && step !== null && (left < box.scrollLeft || left + PITCH > box.scrollLeft + across)) {
      box.scrollLeft = left - across / 2;
    }
    this.drawSoon();
  }

  /** Describe in each row, for screen readers, the range of the signal. */
  _summarise() {
    const { run, layer, network } = this;
    if (!run) return;
    const { name, key } = network.signal[this.view.signal];
    for (const radio of this._radios()) {
      const neuron = Number(radio.value);
      let [low, high] = [Infinity, -Infinity];
      for (const { layers } of run.reading.steps) {
        const value = layers[layer - 1][key][neuron - 1];
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      const { role } = network.place[`${layer}.${neuron}`];
      const words = `Neuron ${neuron}: ${role} ${name} from ${brief(low)} to ${brief(high)}.`;
      radio.setAttribute("aria-label", words);
    }
  }

  /** Redraw the parts affected by changes of the box or its colours. */
  _watch() {
    const { box } = this;
    box.addEventListener("scroll", () => {
      if (box.scrollLeft !== this.left || box.scrollTop !== this.top) this.drawSoon(); // else the drawing is current
    }, { passive: true });
    new ResizeObserver(() => {
      this.sizes = null;
      this.drawSoon();
    }).observe(box);
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", () => {
        this.colours = null;
        this.draw();
      });
    }
  }

  _listen() {
    this.names.addEventListener("change", (event) => {
      const radio = closestTo(event, "input");
      if (radio) this.on.onNeuron(Number(radio.value));
    });
    this.names.addEventListener("keydown", (event) => this._press(event));
    this.cells.addEventListener("pointermove", (event) => {
      const { step } = this._placeOf(event);
      if (step !== null) this.on.onStep(step, false);
    });
    this.cells.addEventListener("click", (event) => {
      const { step, neuron } = this._placeOf(event);
      if (neuron !== undefined) this.on.onNeuron(neuron);
      if (step !== null) this.on.onStep(step, true);
    });
  }

  /** Move to another step; the browser itself moves up and down through the neurons. */
  _press(/** @type {KeyboardEvent} */ event) {
    if (!this.run || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    const target = targetOf(event.key, this.step, this.run.reading.steps.length - 1);
    if (target !== null) this.on.onStep(target, true);
  }

  /**
   * Return the step and the neuron under the pointer.
   * @param {MouseEvent} event
   * @returns {{step: number | null, neuron: number | undefined}}
   */
  _placeOf({ clientX, clientY }) {
    const { left, top } = this.cells.getBoundingClientRect();
    const down = clientY - top;
    return {
      step: this.run?.columns[Math.floor((clientX - left) / PITCH)]?.step ?? null,
      neuron: down > HEAD ? this.neurons[Math.floor((down - HEAD + this.box.scrollTop) / ROW)] : undefined,
    };
  }
}

/**
 * Return rows in groups with explicit heights, whether their rows are drawn or not.
 * @param {HTMLElement[]} rows
 */
function grouped(rows) {
  const groups = [];
  for (let at = 0; at < rows.length; at += GROUP) {
    const group = make("div", { class: "rows" }, ...rows.slice(at, at + GROUP));
    group.style.height = `${group.childElementCount * ROW}px`;
    groups.push(group);
  }
  return groups;
}
