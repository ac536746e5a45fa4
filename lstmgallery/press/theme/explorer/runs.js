// The runs of the network along the text: unchanged, and with the reader's changes. Each is recomputed only from the
// first difference, and reports the first column to redraw.
import { rightAnswers } from "./language.js";
import { START_TOKEN } from "./network.js";
import { glyph, tokenName } from "./print.js";
import { Reading, splitText } from "./reading.js";
import { writeOn } from "./writing.js";

/**
 * @import { ChangeOfNeuron } from "./changes.js"
 * @import { Network } from "./network.js"
 * @import { Character } from "./reading.js"
 * @import { State } from "./state.js"
 * @import { Sampling } from "./writing.js"
 */

/**
 * @typedef {object} Column the content at the head of one column: a character of the text, or a written token
 * @property {string} glyph
 * @property {string} name as it is spoken
 * @property {number | null} step that reads it; null for an unread character
 * @property {boolean} isWritten by the network
 *
 * @typedef {object} Run
 * @property {Reading} reading
 * @property {Column[]} columns
 * @property {(string | null)[]} answers by step, the token that must come next
 * @property {number[]} written the tokens written by the network
 * @property {boolean} ended whether it then wrote the end
 *
 * @typedef {object} Runs
 * @property {Run} usual of the unchanged network
 * @property {Run} changed of the network with the changes; out of date while there are none
 *
 * @typedef {object} ReadText the result of reading a text
 * @property {string | null} text null: none yet
 * @property {{usual: number, changed: number}} from the first changed column of each run
 * @property {boolean} cut whether the text was too long
 * @property {string[]} unseen the unknown characters
 * @property {boolean} [isPending] whether only a part has been read so far
 */

/**
 * Return a run that has read nothing.
 * @param {Network} network
 * @returns {Run}
 */
export function newRun(network) {
  return { reading: new Reading(network), columns: [], answers: [], written: [], ended: false };
}

/**
 * The result of reading nothing.
 * @type {ReadText}
 */
export const NOTHING_READ = { text: null, from: { usual: 0, changed: 0 }, cut: false, unseen: [] };

/**
 * Make the runs read the text of a state; the changed run only if there are changes.
 * @param {Runs} runs read in place
 * @param {Pick<State, "text" | "changes" | "write">} state
 * @param {Network} network
 * @returns {ReadText}
 */
export function readText({ usual, changed }, { text, changes, write }, network) {
  const { columns, cut, unseen } = splitText(text, network);
  const from = {
    usual: readRun(usual, columns, [], write),
    changed: changes.length ? readRun(changed, columns, changes, write) : 0,
  };
  return { text, from, cut, unseen };
}

/**
 * Read characters, and let the network write on; return the first changed column.
 * @param {Run} run read in place
 * @param {Character[]} characters
 * @param {ChangeOfNeuron[]} changes
 * @param {Sampling | null} write
 */
function readRun(run, characters, changes, write) {
  const { reading, columns: before } = run;
  const typed = characters.flatMap(({ token }) => (token === undefined ? [] : [token]));
  const computed = reading.read(typed, changes);
  const { written, ended } = write ? writeOn(reading, write) : { written: [], ended: false };
  const first = written.length ? Math.min(computed, typed.length + 1) : computed;
  const tokens = reading.tokens.map((token) => reading.network.vocabulary[token]);
  const answers = rightAnswers(reading.network.rule, tokens, run.answers.slice(0, first));
  const columns = columnsOf(characters, written, reading.network);
  Object.assign(run, { columns, answers, written, ended });
  const differing = columns.findIndex((column, at) => !isAsBefore(column, before[at], first));
  return differing < 0 ? columns.length : differing;
}

/**
 * Return the columns of the characters read, the start token first, and of the tokens then written.
 * @param {Character[]} characters
 * @param {number[]} written
 * @param {Network} network
 * @returns {Column[]}
 */
export function columnsOf(characters, written, { vocabulary }) {
  const read = [{ character: vocabulary[START_TOKEN], token: START_TOKEN }, ...characters];
  const all = [...read, ...written.map((token) => ({ character: vocabulary[token], token }))];
  let step = 0;
  return all.map(({ character, token }, at) => ({
    glyph: glyph(character),
    name: tokenName(character),
    step: token === undefined ? null : step++,
    isWritten: at >= read.length,
  }));
}

/**
 * Return whether a column is unchanged.
 * @param {Column} column
 * @param {Column | undefined} before
 * @param {number} first recomputed step
 */
export function isAsBefore({ glyph: sign, step, isWritten }, before, first) {
  if (before?.glyph !== sign || before.step !== step || before.isWritten !== isWritten) return false;
  return step === null || step < first;
}

/**
 * Return the visible runs; the changed run only if there are changes.
 * @param {Runs} runs
 * @param {State} state
 */
export function shownRuns({ usual, changed }, { changes }) {
  return changes.length ? [usual, changed] : [usual];
}
