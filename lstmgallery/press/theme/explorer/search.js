// Search by pattern (after LSTMVis, Strobelt et al. 2018): neurons that are on at every step of a span and off just
// before and after it. On means beyond a share of the signal's range: a memory far above zero, or far below it; a gate
// far open, or far shut.

/** @import { Reading } from "./reading.js" */

/**
 * @typedef {{from: number, to: number, threshold: number}} Pattern steps, the last one included; a share of the range
 * @typedef {{neuron: number, sign: 1 | -1, margin: number}} Match margin: distance between on and off, in ranges
 * @typedef {{occasions: number, shown: Map<string, number>}} Count shown by `neuron,sign`
 */

/** @type {(1 | -1)[]} */
const SIGNS = [1, -1]; // on means high, or low

/**
 * Return a neuron's signal along a reading on a scale where 1 is fully on: a memory in units of its largest absolute
 * value, a gate from shut to open; mirrored for sign -1.
 * @param {Reading} reading
 * @param {number} layer
 * @param {string} signal
 * @param {number} neuron
 * @param {1 | -1} sign
 * @returns {(step: number) => number}
 */
function levelsOf(reading, layer, signal, neuron, sign) {
  const { network } = reading;
  const valueAt = (/** @type {number} */ step) => reading.value(signal, step, layer, neuron);
  if (network.signal[signal].palette === "gate") return (step) => (sign > 0 ? valueAt(step) : 1 - valueAt(step));
  const [, high] = network.scaleOf(signal, layer, neuron);
  return (step) => (sign * valueAt(step)) / high;
}

/**
 * Return the margin of a neuron for the pattern: the smallest level inside minus the largest just outside; null if it
 * is not on inside or not off outside.
 * @param {(step: number) => number} levelAt
 * @param {Pattern} pattern
 * @param {number} steps
 */
export function marginOf(levelAt, { from, to, threshold }, steps) {
  let least = Infinity;
  for (let step = from; step <= to; step += 1) least = Math.min(least, levelAt(step));
  const outside = Math.max(from > 0 ? levelAt(from - 1) : -Infinity, to + 1 < steps ? levelAt(to + 1) : -Infinity);
  if (least < threshold || outside >= threshold) return null;
  return least - (outside === -Infinity ? threshold : outside);
}

/**
 * Return the neurons of a layer that show the pattern along a reading, by number.
 * @param {Reading} reading
 * @param {number} layer
 * @param {string} signal
 * @param {Pattern} pattern
 * @returns {Match[]}
 */
function matchesIn(reading, layer, signal, pattern) {
  /** @type {Match[]} */
  const matches = [];
  for (let neuron = 1; neuron <= reading.network.units; neuron += 1) {
    for (const sign of SIGNS) {
      const margin = marginOf(levelsOf(reading, layer, signal, neuron, sign), pattern, reading.steps.length);
      if (margin !== null) matches.push({ neuron, sign, margin });
    }
  }
  return matches;
}

/**
 * Return the neurons of a layer that show the pattern along a reading, clearest first.
 * @param {Reading} reading
 * @param {number} layer
 * @param {string} signal
 * @param {Pattern} pattern
 * @returns {Match[]}
 */
export function findNeurons(reading, layer, signal, pattern) {
  const matches = matchesIn(reading, layer, signal, pattern);
  return matches.sort((one, other) => other.margin - one.margin || one.neuron - other.neuron);
}

/**
 * Return the spans of a sequence that are like the selected one: if that is a whole run of one token, every whole run
 * of it; else every occurrence of the same tokens.
 * @param {number[]} tokens of the sequence
 * @param {number[]} selected all tokens of the text
 * @param {Pattern} pattern
 * @returns {{from: number, to: number}[]}
 */
export function likeSpans(tokens, selected, { from, to }) {
  const first = selected[from];
  const isRun = selected.slice(from, to + 1).every((token) => token === first)
    && selected[from - 1] !== first && selected[to + 1] !== first;
  const spans = [];
  if (isRun) {
    for (let at = 0; at < tokens.length; at += 1) {
      if (tokens[at] !== first) continue;
      const begun = at;
      while (tokens[at + 1] === first) at += 1;
      spans.push({ from: begun, to: at });
    }
    return spans;
  }
  const length = to - from + 1;
  for (let at = 0; at + length <= tokens.length; at += 1) {
    if (selected.slice(from, to + 1).every((token, offset) => tokens[at + offset] === token)) {
      spans.push({ from: at, to: at + length - 1 });
    }
  }
  return spans;
}

/**
 * Count over more sequences how often the neurons of a layer show the pattern at the same tokens. A generator: it
 * yields the number of sequences done after each, so that the page can respond.
 * @param {Reading[]} readings
 * @param {number[]} selected all tokens of the text
 * @param {number} layer
 * @param {string} signal
 * @param {Pattern} pattern
 * @returns {Generator<number, Count>}
 */
export function* countHeldOut(readings, selected, layer, signal, pattern) {
  /** @type {Count["shown"]} */
  const shown = new Map();
  let [occasions, done] = [0, 0];
  for (const reading of readings) {
    for (const span of likeSpans(reading.tokens, selected, pattern)) {
      occasions += 1;
      for (const { neuron, sign } of matchesIn(reading, layer, signal, { ...pattern, ...span })) {
        shown.set(`${neuron},${sign}`, (shown.get(`${neuron},${sign}`) ?? 0) + 1);
      }
    }
    done += 1;
    yield done;
  }
  return { occasions, shown };
}
