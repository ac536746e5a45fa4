// The list of neurons that a search found: over the text at once, over the held-out sequences in slices of time.
import { make } from "./dom.js";
import { glyph, number, percent } from "./print.js";
import { Reading } from "./reading.js";
import { countHeldOut, findNeurons } from "./search.js";

const SLICE = 12; // ms of work between two chances for the page to answer

export class Finder {
  /**
   * @param {{list: HTMLElement, verdict: HTMLElement}} places
   * @param {any} network
   * @param {(neuron: number) => void} onNeuron
   */
  constructor({ list, verdict }, network, onNeuron) {
    Object.assign(this, { list, verdict, network, onNeuron });
    /** @type {any[]} */
    this.readings = [];
    this.turn = 0;
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.onNeuron(Number(button.value));
    });
  }

  clear() {
    this.turn += 1;
    this.shown = "";
    this.list.replaceChildren();
    this.verdict.textContent = "";
  }

  /** Search the text, then the held-out sequences. */
  find(reading, layer, signal, pattern) {
    const shown = JSON.stringify([reading.tokens, layer, signal, pattern]);
    if (shown === this.shown) return;
    this.clear();
    this.shown = shown;
    const last = reading.steps.length - 1;
    const { from } = pattern;
    if (from > last) {
      this.verdict.textContent = `The text has no step ${from}: it ends at step ${last}.`;
      return;
    }
    const span = { ...pattern, to: Math.min(pattern.to, last) };
    const matches = findNeurons(reading, layer, signal, span);
    const name = this.network.signal[signal].name.toLowerCase();
    const tokens = reading.tokens.slice(span.from, span.to + 1).map((token) => glyph(this.network.vocabulary[token])).join("");
    const where = `on while it reads ${tokens}, and off just before and after`;
    const count = matches.length === 1 ? "One neuron has" : `${matches.length || "No"} neurons have`;
    this.verdict.textContent = `${count} the ${name} ${where}.`;
    this._list(layer, matches, null);
    if (matches.length && this.network.held_out.length) this._heldOut(reading.tokens.slice(), layer, signal, span, matches);
  }

  _list(layer, matches, heldOut) {
    const isGate = (signal) => this.network.signal[signal].palette === "gate";
    const signal = JSON.parse(this.shown)[2];
    const words = isGate(signal) ? { 1: "open", "-1": "shut" } : { 1: "high", "-1": "low" };
    const share = ({ neuron, sign }) => (heldOut?.occasions ? (heldOut.shown.get(`${neuron},${sign}`) ?? 0) / heldOut.occasions : 0);
    const ranked = heldOut ? [...matches].sort((one, other) => share(other) - share(one) || other.margin - one.margin) : matches;
    const rows = ranked.map((match) => {
      const { role } = this.network.place[`${layer}.${match.neuron}`];
      const button = make("button", { type: "button", value: String(match.neuron) }, `Neuron ${match.neuron}`);
      const row = make("tr", {}, make("th", { scope: "row" }, button), make("td", {}, words[match.sign]),
        make("td", { class: "tabular" }, number(match.margin, 2)), make("td", { class: "tabular" }, heldOut ? percent(share(match)) : "…"), make("td", {}, role));
      return row;
    });
    if (!rows.length) return this.list.replaceChildren();
    const heads = ["Neuron", "is", "apart by", "does so", "its role"].map((head) => make("th", { scope: "col" }, head));
    const table = make("table", { class: "signals found" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    return this.list.replaceChildren(table);
  }

  /** Read the held-out sequences once, then count; both in slices, and given up when another search begins. */
  async _heldOut(tokens, layer, signal, pattern, matches) {
    const { turn, network } = this;
    const breathe = () => new Promise((resolve) => { setTimeout(resolve); });
    let until = performance.now() + SLICE;
    const pause = async () => {
      if (performance.now() < until) return;
      await breathe();
      until = performance.now() + SLICE;
    };
    while (this.readings.length < network.held_out.length) {
      const reading = new Reading(network);
      reading.read([...network.held_out[this.readings.length]].map((token) => network.index.get(token)));
      this.readings.push(reading);
      await pause();
      if (turn !== this.turn) return;
    }
    const counting = countHeldOut(this.readings, tokens, layer, signal, pattern);
    let next = counting.next();
    while (!next.done) {
      await pause();
      if (turn !== this.turn) return;
      next = counting.next();
    }
    const { occasions } = next.value;
    this._list(layer, matches, next.value);
    this.verdict.textContent += occasions
      ? ` The last share: of ${occasions.toLocaleString("en")} places like it in ${network.measured_on}.`
      : ` There is no place like it in ${network.measured_on}.`;
  }
}
