// The neuron on the front page: the reader gives its network another text or changes the neuron, the network reads the
// text and writes on, unchanged and changed, and the strips of the neuron's memory and the answers follow. It is the
// explorer's network, run by the explorer's modules. Without this script the page shows the same as still strips.
import { formatChange } from "../explorer/changes.js";
import { find, make, put } from "../explorer/dom.js";
import { END, Network } from "../explorer/network.js";
import { describeWritten } from "../explorer/outcome.js";
import { glyph, number, shade } from "../explorer/print.js";
import { newRun, readText } from "../explorer/runs.js";

/**
 * @import { ChangeOfNeuron } from "../explorer/changes.js"
 * @import { Place } from "../explorer/line.js"
 * @import { Description } from "../explorer/network.js"
 * @import { Run } from "../explorer/runs.js"
 */

/**
 * @typedef {object} Play the page's data on the neuron it shows, written by `press/pages/front.py`
 * @property {Place} place of the neuron
 * @property {Omit<ChangeOfNeuron, "step">[]} changes that the button makes: counts added, or the memory held
 * @property {string} counted the token that the network counts; empty if it does not
 * @property {string} delimiter after the reader's text; empty if there is none
 * @property {boolean} writes whether the network writes an answer
 * @property {string} explorer address of the explorer's page
 */

const WRITE = { temperature: 0, seed: 1 };
const LONG = 22; // columns from which on the cells are smaller

class Exhibit {
  /**
   * @param {Network} network
   * @param {Play} play
   */
  constructor(network, play) {
    this.network = network;
    this.play = play;
    this.runs = { usual: newRun(network), changed: newRun(network) };
    this.input = find("input.prompt");
    this.button = find("button.change");
    this.strips = { usual: find("div.run-usual"), changed: find("div.run-changed") };
  }

  /** Return the changes to make at the text as it is; none while the button is not pressed. */
  changes() {
    if (this.button.getAttribute("aria-pressed") !== "true") return [];
    const end = [...this.text()].filter((character) => this.network.index.has(character)).length;
    return this.play.changes.map((each) => ({ ...each, step: each.kind === "add" ? end : 1 }));
  }

  text() {
    return this.input.value + this.play.delimiter;
  }

  /** Read the text, and show what came of it. */
  draw() {
    const changes = this.changes();
    const write = this.play.writes ? WRITE : null;
    readText(this.runs, { text: this.text(), changes, write }, this.network);
    this._show(this.strips.usual, this.runs.usual, []);
    this.strips.changed.classList.toggle("is-off", !changes.length);
    if (changes.length) this._show(this.strips.changed, this.runs.changed, changes);
    const { layer, neuron } = this.play.place;
    const made = changes.map(formatChange).join();
    const state = { text: this.text(), layer, neuron, do: made, write: write ? "greedy" : "" };
    const pairs = Object.entries(state).filter(([, value]) => value !== "");
    const link = find("a.onward-explorer");
    const fragment = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
    link.href = `${this.play.explorer}#${fragment}`;
  }

  /**
   * Show one run in its strip.
   * @param {HTMLElement} strip
   * @param {Run} run
   * @param {ChangeOfNeuron[]} changes
   */
  _show(strip, run, changes) {
    const { network, play: { place: { layer, neuron } } } = this;
    const scale = network.scaleOf(network.memory, layer, neuron);
    /** @type {string[]} */
    const course = [];
    const cells = run.columns.map(({ step, name, glyph: sign }) => {
      if (step === null) return make("i", { class: "unread", title: "not read" }, sign);
      const value = run.reading.value(network.memory, step, layer, neuron);
      course.push(`${name} ${number(value)}`);
      const isChanged = changes.some((each) => (each.kind === "add" ? each.step === step : each.step <= step));
      const style = shade("memory", value, ...scale) + (isChanged ? " is-changed" : "");
      return make("i", { class: style, title: number(value) }, sign);
    });
    if (run.ended) cells.push(make("i", { class: "ended" }, glyph(END)));
    strip.classList.toggle("is-long", cells.length > LONG);
    const drawn = find("span.cells", strip);
    drawn.replaceChildren(...cells);
    drawn.setAttribute("aria-label", `${find("p.run-name", strip).textContent} at each step: ${course.join(", ")}`);
    if (!this.play.writes) return;
    const answer = find("output.answer", strip);
    const isWrong = !changes.length && isMistaken(run, network);
    const words = describeWritten(network, run).replace(/ and ends$/, "");
    answer.classList.toggle("is-wrong", isWrong);
    put(answer, "textContent", isWrong ? `${words}: wrong` : words);
  }
}

/**
 * Return whether a run wrote something other than its language determines.
 * @param {Run} run
 * @param {Network} network
 */
function isMistaken({ written, answers, ended }, { vocabulary }) {
  const first = answers.length - written.length - 1;
  const tokens = [...written.map((token) => vocabulary[token]), ...(ended ? [END] : [])];
  return tokens.some((token, at) => answers[first + at] !== null && answers[first + at] !== token)
    || (!ended && answers[first] !== null);
}

/**
 * Let the reader play.
 * @param {Exhibit} exhibit
 */
function listen(exhibit) {
  const { input, button, play: { counted } } = exhibit;
  input.addEventListener("input", () => exhibit.draw());
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    exhibit.draw();
  });
  if (!counted) return;
  find("button.fewer").addEventListener("click", () => {
    const at = input.value.lastIndexOf(counted);
    if (at >= 0) input.value = input.value.slice(0, at) + input.value.slice(at + counted.length);
    exhibit.draw();
  });
  find("button.more").addEventListener("click", () => {
    if (input.value.length < input.maxLength) input.value += counted;
    exhibit.draw();
  });
}

/** @type {Window & {lstmgallery?: {data?: Description, play?: Play}}} */
const shared = window;
if (shared.lstmgallery?.data && shared.lstmgallery.play) {
  const exhibit = new Exhibit(new Network(shared.lstmgallery.data), shared.lstmgallery.play);
  document.documentElement.classList.add("has-script");
  listen(exhibit);
  exhibit.draw();
}
