// Reading in slices: a text is read, and the network writes on, for a few milliseconds in each frame, so that the page
// answers while a long text is read. What was read stays, and the next slice goes on from there.
import { randomFrom, chooseToken } from "../writing.js";
import { columnsOf, isAsBefore } from "../runs.js";
import { splitText } from "../reading.js";
import { END_TOKEN } from "../network.js";

/**
 * @import { ChangeOfNeuron } from "../changes.js"
 * @import { Network } from "../network.js"
 * @import { Character } from "../reading.js"
 * @import { ReadText, Run, Runs } from "../runs.js"
 * @import { State } from "../state.js"
 * @import { Sampling } from "../writing.js"
 */

/**
 * @typedef {object} Progress of a run
 * @property {string} plan the tokens to read, the changes, and how the network writes on
 * @property {() => number} random the numbers that choose its tokens
 * @property {boolean} isDone
 *
 * @typedef {object} Plan
 * @property {Character[]} characters
 * @property {ChangeOfNeuron[]} changes
 * @property {Sampling | null} write
 */


export class SlicedReader {
  /**
   * @param {Network} network
   * @param {number} mostWritten tokens
   */
  constructor(network, mostWritten) {
    this.network = network;
    this.mostWritten = mostWritten;
    /** @type {Map<Run, Progress>} */
    this.progress = new Map();
  }

  /**
   * Make the runs read on along the text of a state; the changed run only if there are changes.
   * @param {Runs} runs read in place
   * @param {Pick<State, "text" | "changes" | "write">} state
   * @param {number} milliseconds
   * @returns {ReadText}
   */
  read({ usual, changed }, { text, changes, write }, milliseconds) {
    const { columns: characters, cut, unseen } = splitText(text, this.network);
    const until = performance.now() + milliseconds;
    const from = {
      usual: this._readOn(usual, { characters, changes: [], write }, until),
      changed: changes.length ? this._readOn(changed, { characters, changes, write }, until) : 0,
    };
    const isPending = !this._isDone(usual) || (changes.length > 0 && !this._isDone(changed));
    return { text, from, cut, unseen, isPending };
  }

  _isDone(/** @type {Run} */ run) {
    return this.progress.get(run)?.isDone ?? false;
  }

  /**
   * Read on in one run; return the first changed column.
   * @param {Run} run
   * @param {Plan} plan
   * @param {number} until in ms; at least one step is read
   */
  _readOn(run, { characters, changes, write }, until) {
    const { network } = this;
    const { reading, columns: before } = run;
    const typed = characters.flatMap(({ token }) => (token === undefined ? [] : [token]));
    const progress = this._progressOf(run, JSON.stringify([typed, changes, write]), write);
    const missing = reading.rewind([...typed, ...run.written], changes);
    const kept = reading.steps.length;
    if (network.parameters.length) {
      for (const token of missing) {
        reading.extend(token);
        if (performance.now() >= until) break;
      }
      const isRead = reading.steps.length === kept + missing.length;
      if (isRead && write) this._writeOn(run, write, progress.random, until);
      const isWritten = !write || run.ended || run.written.length >= this.mostWritten;
      progress.isDone = isRead && isWritten;
    }
    const { length } = reading.steps;
    run.columns = columnsOf(characters, run.written, network);
    for (const column of run.columns) if (column.step !== null && column.step >= length) column.step = null;
    run.answers = reading.tokens.map(() => null);
    const differing = run.columns.findIndex((column, at) => !isAsBefore(column, before[at], kept));
    return differing < 0 ? run.columns.length : differing;
  }

  /**
   * Return the progress of a run; another plan begins anew.
   * @param {Run} run
   * @param {string} plan
   * @param {Sampling | null} write
   * @returns {Progress}
   */
  _progressOf(run, plan, write) {
    const known = this.progress.get(run);
    if (known?.plan === plan) return known;
    Object.assign(run, { written: [], ended: false });
    const begun = { plan, random: randomFrom(write?.seed ?? 0), isDone: false };
    this.progress.set(run, begun);
    return begun;
  }

  /**
   * Let the network write on, by at least one token.
   * @param {Run} run
   * @param {Sampling} write
   * @param {() => number} random
   * @param {number} until in ms
   */
  _writeOn(run, write, random, until) {
    while (!run.ended && run.written.length < this.mostWritten) {
      const token = chooseToken(run.reading, write, random);
      if (token === END_TOKEN) {
        run.ended = true;
      } else {
        run.reading.extend(token);
        run.written.push(token);
      }
      if (performance.now() >= until) return;
    }
  }
}
