// Let the network write on: greedily, or sampled at a temperature with a seed.
import { END_TOKEN, largestAt, softmax, START_TOKEN } from "./network.js";

/** @import { Reading } from "./reading.js" */

/**
 * @typedef {{temperature: number, seed: number}} Sampling how a token is chosen; temperature 0: always the likeliest
 * @typedef {{written: number[], ended: boolean}} Written the tokens, and whether the end came after them
 */

export const MOST_WRITTEN = 120;

/**
 * Return a generator of numbers from 0 to 1, determined by a seed (mulberry32, by Tommy Ettinger).
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Return a token sampled from probabilities sharpened (temperature below 1) or flattened (above 1).
 * @param {Float64Array} probabilities
 * @param {number} temperature above 0
 * @param {number} chance from 0 to 1
 */
export function draw(probabilities, temperature, chance) {
  const tempered = softmax(probabilities.map((each) => Math.log(Math.max(each, 1e-300)) / temperature));
  let total = 0;
  for (let token = 0; token < tempered.length; token += 1) {
    total += tempered[token];
    if (chance < total) return token;
  }
  return largestAt(tempered);
}

/**
 * Return the next token that a network writes; never the start token.
 * @param {Reading} reading
 * @param {Sampling} how
 * @param {() => number} random
 */
export function chooseToken({ steps }, { temperature }, random) {
  const probabilities = steps[steps.length - 1].probabilities.slice();
  probabilities[START_TOKEN] = 0;
  return temperature > 0 ? draw(probabilities, temperature, random()) : largestAt(probabilities);
}

/**
 * Let a reading write on after the tokens read, until the end token or the bound.
 * @param {Reading} reading continued in place
 * @param {Sampling} how
 * @param {number} [atMost]
 * @returns {Written}
 */
export function writeOn(reading, how, atMost = MOST_WRITTEN) {
  const random = randomFrom(how.seed);
  /** @type {number[]} */
  const written = [];
  while (written.length < atMost) {
    const token = chooseToken(reading, how, random);
    if (token === END_TOKEN) return { written, ended: true };
    reading.extend(token);
    written.push(token);
  }
  return { written, ended: false };
}
