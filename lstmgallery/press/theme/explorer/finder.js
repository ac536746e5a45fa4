// The list of neurons found by a search: over the text at once, over the held-out sequences in time slices.
import { closestTo, make } from "./dom.js";
import { glyph, number, percent } from "./print.js";
import { Reading } from "./reading.js";
import { countHeldOut, findNeurons } from "./search.js";

/**
 * @import { Network } from "./network.js"
 * @import { Count, Match, Pattern } from "./search.js"
 */

/**
 * @typedef {object} Search
 * @property {number[]} tokens of the text
 * @property {number} layer
 * @property {string} signal
 * @property {Pattern} pattern
 */

const SLICE = 12; // ms of work before yielding to the page
const HEADS = ["Neuron", "is", "margin", "share", "role"];
const WORDS = { gate: { 1: "open", "-1": "shut" }, memory: { 1: "high", "-1": "low" } }; // by palette and sign

export class Finder {
  /**
   * @param {{list: HTMLElement, verdict: HTMLElement}} places
   * @param {Network} network
   * @param {(neuron: number) => void} onNeuron
   */
  constructor({ list, verdict }, network, onNeuron) {
    this.list = list;
    this.verdict = verdict;
    this.network = network;
    /** @type {Reading[]} */
    this.readings = []; // of the held-out sequences read so far
    this.turn = 0; // increases with every search, so that older ones notice they are superseded
    this.shown = ""; // the search whose neurons are listed
    list.addEventListener("click", (event) => {
      const button = closestTo(event, "button");
      if (button) onNeuron(Number(button.value));
    });
  }

  clear() {
    this.turn += 1;
    this.shown = "";
    this.list.replaceChildren();
    this.verdict.textContent = "";
  }

  /**
   * Search the text, then the held-out sequences.
   * @param {Reading} reading
   * @param {number} layer
   * @param {string} signal
   * @param {Pattern} pattern
   */
  find(reading, layer, signal, pattern) {
    const shown = JSON.stringify([reading.tokens, layer, signal, pattern]);
    if (shown === this.shown) return;
    this.clear();
    this.shown = shown;
    const last = reading.steps.length - 1;
    if (pattern.from > last) {
      this.verdict.textContent = `The text has no step ${pattern.from}: it ends at step ${last}.`;
      return;
    }
    const tokens = reading.tokens.slice();
    const search = { tokens, layer, signal, pattern: { ...pattern, to: Math.min(pattern.to, last) } };
    const matches = findNeurons(reading, layer, signal, search.pattern);
    this.verdict.textContent = this._verdict(search, matches.length);
    this._show(search, matches, null);
    if (matches.length && this.network.held_out.length) this._searchHeldOut(search, matches);
  }

  /**
   * Return a sentence with the number of neurons found.
   * @param {Search} search
   * @param {number} many
   */
  _verdict({ tokens, signal, pattern: { from, to } }, many) {
    const { vocabulary } = this.network;
    const name = this.network.signal[signal].name.toLowerCase();
    const read = tokens.slice(from, to + 1).map((token) => glyph(vocabulary[token])).join("");
    const count = many === 1 ? "One neuron has" : `${many || "No"} neurons have`;
    return `${count} the ${name} on while it reads ${read}, and off just before and after.`;
  }

  /**
   * List the neurons found, sorted by their frequency in the held-out sequences once that is known.
   * @param {Search} search
   * @param {Match[]} matches clearest first
   * @param {Count | null} heldOut
   */
  _show(search, matches, heldOut) {
    const share = (/** @type {Match} */ { neuron, sign }) =>
      heldOut?.occasions ? (heldOut.shown.get(`${neuron},${sign}`) ?? 0) / heldOut.occasions : 0;
    const ranked = [...matches];
    if (heldOut) ranked.sort((one, other) => share(other) - share(one) || other.margin - one.margin);
    const rows = ranked.map((match) => this._row(search, match, heldOut ? percent(share(match)) : "…"));
    if (!rows.length) {
      this.list.replaceChildren();
      return;
    }
    const heads = HEADS.map((head) => make("th", { scope: "col" }, head));
    const thead = make("thead", {}, make("tr", {}, ...heads));
    this.list.replaceChildren(make("table", { class: "signals found" }, thead, make("tbody", {}, ...rows)));
  }

  /**
   * Return the row of a neuron found.
   * @param {Search} search
   * @param {Match} match
   * @param {string} share
   */
  _row({ layer, signal }, { neuron, sign, margin }, share) {
    const button = make("button", { type: "button", value: String(neuron) }, `Neuron ${neuron}`);
    return make("tr", {},
      make("th", { scope: "row" }, button),
      make("td", {}, WORDS[this.network.signal[signal].palette][sign]),
      make("td", { class: "tabular" }, number(margin, 2)),
      make("td", { class: "tabular" }, share),
      make("td", {}, this.network.place[`${layer}.${neuron}`].role));
  }

  /**
   * Read the held-out sequences once, then count; both in slices, and cancelled when another search begins.
   * @param {Search} search
   * @param {Match[]} matches
   */
  async _searchHeldOut(search, matches) {
    const { turn, network } = this;
    const clock = new Slices();
    while (this.readings.length < network.held_out.length) {
      this.readings.push(readWhole(network, network.held_out[this.readings.length]));
      await clock.pause();
      if (turn !== this.turn) return;
    }
    const counting = countHeldOut(this.readings, search.tokens, search.layer, search.signal, search.pattern);
    let next = counting.next();
    while (!next.done) {
      await clock.pause();
      if (turn !== this.turn) return;
      next = counting.next();
    }
    const { occasions } = next.value;
    this._show(search, matches, next.value);
    this.verdict.textContent += occasions
      ? ` Shares are of ${occasions.toLocaleString("en")} similar places in ${network.measured_on}.`
      : ` No similar place in ${network.measured_on}.`;
  }
}

/**
 * Return a reading of a sequence of the network's own language.
 * @param {Network} network
 * @param {string} sequence
 */
function readWhole(network, sequence) {
  const reading = new Reading(network);
  reading.read([...sequence].flatMap((character) => network.tokenOf(character) ?? []));
  return reading;
}

/** Work in time slices, yielding to the page between them. */
class Slices {
  constructor() {
    this.until = performance.now() + SLICE;
  }

  /** Yield to the page if the slice is over. */
  async pause() {
    if (performance.now() < this.until) return;
    await new Promise((resolve) => { setTimeout(resolve); });
    this.until = performance.now() + SLICE;
  }
}
