// A network reading a text. The signals of every step are kept, so an edit recomputes only from the first changed step.
import { changesAt, formatChange } from "./changes.js";
import { largestAt, START_TOKEN } from "./network.js";

/**
 * @import { ChangeOfNeuron } from "./changes.js"
 * @import { Network, Step } from "./network.js"
 */

/** @typedef {{character: string, token: number | undefined}} Character of a text; no token if it is not read */

/**
 * Return the characters of a text, whether it was cut, and each unknown character.
 * @param {string} text
 * @param {Network} network
 * @returns {{columns: Character[], cut: boolean, unseen: string[]}}
 */
export function splitText(text, network) {
  const most = network.most_characters;
  const characters = [...text.slice(0, 2 * most)]; // a character takes up to two code units in a JavaScript string
  const kept = characters.slice(0, most);
  const columns = kept.map((character) => ({ character, token: network.tokenOf(character) }));
  const unseen = [...new Set(kept)].filter((character) => !network.index.has(character));
  return { columns, cut: text.length > 2 * most || characters.length > most, unseen };
}

/** One run of a network: the tokens it read, and every signal and prediction of every step. */
export class Reading {
  /** @param {Network} network */
  constructor(network) {
    this.network = network;
    /** @type {number[]} */
    this.tokens = [];
    /** @type {Step[]} */
    this.steps = [];
    /** @type {ChangeOfNeuron[]} */
    this.changes = [];
  }

  /**
   * Read the start token and then `tokens`, keeping unchanged steps.
   * @param {number[]} tokens
   * @param {ChangeOfNeuron[]} [changes]
   * @returns {number} the first recomputed step
   */
  read(tokens, changes) {
    const missing = this.rewind(tokens, changes);
    for (const token of missing) this.extend(token);
    return this.steps.length - missing.length;
  }

  /**
   * Return to the last step that stays when the start token and then `tokens` are read.
   * @param {number[]} tokens
   * @param {ChangeOfNeuron[]} [changes]
   * @returns {number[]} the tokens then missing
   */
  rewind(tokens, changes = this.changes) {
    const wanted = [START_TOKEN, ...tokens];
    let kept = 0;
    while (kept < wanted.length && kept < this.tokens.length && wanted[kept] === this.tokens[kept]) kept += 1;
    kept = Math.min(kept, this._firstDifference(changes));
    this.changes = changes;
    this.tokens.length = kept;
    this.steps.length = kept;
    return wanted.slice(kept);
  }

  /** Read one more token. */
  extend(/** @type {number} */ token) {
    const step = this.steps.length;
    const previous = step ? this.steps[step - 1].layers : this.network.beginning;
    const change = changesAt(this.changes, this.network, step);
    this.steps.push(this.network.step(token, previous, change));
    this.tokens.push(token);
  }

  /**
   * Return the value of a signal; 0 before the first step. Layers and neurons count from 1.
   * @param {string} signal
   * @param {number} step
   * @param {number} layer
   * @param {number} neuron
   */
  value(signal, step, layer, neuron) {
    return step < 0 ? 0 : this.steps[step].layers[layer - 1][signal][neuron - 1];
  }

  /** Return the first choice for the token after a step. */
  choice(/** @type {number} */ step) {
    return largestAt(this.steps[step].probabilities);
  }

  /** Return the first step affected by a new list of changes; 0 if those kept are in another order. */
  _firstDifference(/** @type {ChangeOfNeuron[]} */ changes) {
    const [old, wanted] = [this.changes, changes].map((each) => each.map(formatChange));
    const stays = (/** @type {string} */ text) => timesIn(old, text) === timesIn(wanted, text);
    if (old.filter(stays).join() !== wanted.filter(stays).join()) return 0;
    const differing = [...this.changes, ...changes].filter((each) => !stays(formatChange(each)));
    return Math.min(Infinity, ...differing.map((each) => each.step));
  }
}

/**
 * Return the number of times a text is in a list.
 * @param {string[]} list
 * @param {string} text
 */
function timesIn(list, text) {
  return list.filter((each) => each === text).length;
}
