// The rows of a strip: the token the network expects next, the right token, every signal, the memory as a line, and the
// probability of each token. A row makes its own cells.
import { make } from "./dom.js";
import { largestAt, START_TOKEN } from "./network.js";
import { brief, glyph, number, percent, plain, shade, tokenName } from "./print.js";

/**
 * @import { Place } from "./line.js"
 * @import { Network, SignalKind, Step } from "./network.js"
 * @import { Run } from "./runs.js"
 */

/**
 * @typedef {object} Reads the column of a cell, for a character read by a step
 * @property {Run} run
 * @property {number} step
 * @property {string} glyph of the character
 *
 * @typedef {(reads: Reads, place: Place) => HTMLTableCellElement} MakeCell
 *
 * @typedef {object} Row
 * @property {HTMLTableRowElement} element
 * @property {MakeCell} [cellOf] missing if all columns are one drawing
 * @property {(place: Place) => void} [label] updates the part of the row's name that depends on the neuron
 */

const MOST_TOKENS = 12; // largest vocabulary in which every token gets a row of probabilities
const RANKS = ["2nd choice", "3rd choice", "4th choice"];

/**
 * Return the rows of a strip from the top.
 * @param {Network} network
 * @param {HTMLTableCellElement} drawing the cell of the memory as a line
 * @returns {Row[]}
 */
export function rowsOf(network, drawing) {
  const likelihoods = network.vocabulary.length <= MOST_TOKENS
    ? network.vocabulary.flatMap((_, token) => (token === START_TOKEN ? [] : tokenRow(network, token)))
    : RANKS.map((words, at) => rankRow(network, words, at + 1));
  return [
    choiceRow(network),
    ...(network.rule ? [answerRow()] : []),
    ...network.signals.map((signal) => signalRow(network, signal)),
    lineRow(network, drawing),
    ...likelihoods,
  ];
}

/**
 * Return the name of a row.
 * @param {string} text
 */
function named(text) {
  return make("span", { class: "name" }, text);
}

/**
 * Return an empty row.
 * @param {(string | Node)[]} head
 * @param {Record<string, string>} [attributes]
 */
function rowElement(head, attributes = {}) {
  return make("tr", attributes, make("th", { scope: "row" }, ...head));
}

/**
 * Return a cell with a sign on a shade, and with a value shown in place of the sign if numbers are on.
 * @param {string} style
 * @param {string} sign
 * @param {string} value
 */
function shadedCell(style, sign, value) {
  const cell = document.createElement("td");
  cell.className = sign.length > 2 ? `${style} code` : style;
  const printed = document.createElement("b");
  printed.textContent = value;
  cell.append(sign, printed);
  return cell;
}

/**
 * Return a cell with a token on the shade of its probability.
 * @param {Network} network
 * @param {Step} step
 * @param {number} token
 * @param {string} [mark] class
 */
function likelyCell(network, { probabilities }, token, mark = "") {
  const style = shade("gate", probabilities[token], 0, 1) + mark;
  return shadedCell(style, glyph(network.vocabulary[token]), percent(probabilities[token]));
}

/**
 * Return the row of the tokens the network expects next, with wrong ones marked.
 * @param {Network} network
 * @returns {Row}
 */
function choiceRow(network) {
  /** @type {MakeCell} */
  const cellOf = ({ run, step }) => {
    const choice = largestAt(run.reading.steps[step].probabilities);
    const answer = run.answers[step];
    const isWrong = answer !== null && answer !== network.vocabulary[choice];
    const cell = likelyCell(network, run.reading.steps[step], choice, isWrong ? " wrong" : "");
    if (isWrong) cell.append(make("span", { class: "unseen" }, " wrong"));
    return cell;
  };
  return { element: rowElement([named("first choice")], { class: "choice" }), cellOf };
}

/**
 * Return the row of the tokens that must come next.
 * @returns {Row}
 */
function answerRow() {
  /** @type {MakeCell} */
  const cellOf = ({ run, step }) => {
    const answer = run.answers[step];
    return make("td", {}, ...(answer === null ? [] : [glyph(answer)]));
  };
  return { element: rowElement([named("right answer")], { class: "answer" }), cellOf };
}

/**
 * Return the row of a signal.
 * @param {Network} network
 * @param {SignalKind} signal
 * @returns {Row}
 */
function signalRow(network, { key, symbol, name, palette }) {
  const range = make("span", { class: "range" });
  const element = rowElement([make("span", { class: "symbol" }, symbol), " ", named(name), " ", range]);
  element.dataset.signal = key;
  /** @type {MakeCell} */
  const cellOf = ({ run, step, glyph: sign }, { layer, neuron }) => {
    const value = run.reading.value(key, step, layer, neuron);
    return shadedCell(shade(palette, value, ...network.scaleOf(key, layer, neuron)), sign, number(value));
  };
  const label = (/** @type {Place} */ { layer, neuron }) => {
    const [low, high] = network.scaleOf(key, layer, neuron);
    range.textContent = low === -high && high !== 1 ? `±${brief(high)}` : `${plain(low)} … ${plain(high)}`;
  };
  return { element, cellOf, label };
}

/**
 * Return the row of the memory as a line.
 * @param {Network} network
 * @param {HTMLTableCellElement} drawing
 * @returns {Row}
 */
function lineRow(network, drawing) {
  const { symbol } = network.signal[network.memory];
  const element = rowElement([make("span", { class: "symbol" }, symbol), " ", named("as a line")], { class: "drawn" });
  element.append(drawing);
  return { element };
}

/**
 * Return the row of one token's probability, marked where it is the right answer.
 * @param {Network} network
 * @param {number} token
 * @returns {Row}
 */
function tokenRow(network, token) {
  const text = network.vocabulary[token];
  const sign = make("span", { class: "token", "aria-hidden": "true" }, glyph(text));
  /** @type {MakeCell} */
  const cellOf = ({ run, step }) => {
    const probability = run.reading.steps[step].probabilities[token];
    const mark = run.answers[step] === text ? " right" : "";
    return shadedCell(shade("gate", probability, 0, 1) + mark, "", percent(probability));
  };
  const element = rowElement([sign, " ", named(`${tokenName(text)} comes next`)], { class: "low" });
  return { element, cellOf };
}

/**
 * Return the row of the token at a rank after the first choice.
 * @param {Network} network
 * @param {string} words
 * @param {number} rank from 1, the second choice
 * @returns {Row}
 */
function rankRow(network, words, rank) {
  /** @type {MakeCell} */
  const cellOf = ({ run, step }) => {
    const { probabilities } = run.reading.steps[step];
    const ranked = [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
    return likelyCell(network, run.reading.steps[step], ranked[rank]);
  };
  return { element: rowElement([named(words)], { class: "low" }), cellOf };
}
