// Steering: turn the reader's actions, or an address, into a new state, show it and record it.
import { parseAddress } from "./address.js";
import { show, showStep } from "./drawing.js";

/**
 * @import { Key } from "./drawing.js"
 * @import { Entering } from "./history.js"
 * @import { Page } from "./page.js"
 * @import { State } from "./state.js"
 */

/**
 * Change the state, show it and record it.
 * @param {Page} page
 * @param {Partial<State>} patch
 * @param {Entering} [how] it enters the history
 */
export function change(page, patch, how = "push") {
  const { session, recorder } = page;
  session.state = { ...session.state, ...patch };
  session.notes = [];
  session.pointed = null;
  const keys = /** @type {Key[]} */ (Object.keys(patch));
  show(page, keys, { isTyped: how === "typing" });
  recorder.remember(how);
}

/** Show the state in the address. */
export function openAddress(/** @type {Page} */ page) {
  const { network, session, recorder } = page;
  recorder.resume();
  const { state, notes } = parseAddress(location.hash, network);
  session.state = state;
  session.notes = notes;
  session.pointed = null;
  show(page);
}

/**
 * Show the step pointed at or chosen, or none (null).
 * @param {Page} page
 * @param {number | null} step
 * @param {boolean} isChosen
 */
export function takeStep(page, step, isChosen) {
  const { session } = page;
  session.anchor = null;
  if (isChosen) {
    session.isStepTyped = false;
    change(page, { step }, "replace");
  } else if (step !== session.pointed) {
    session.pointed = step;
    showStep(page);
  }
}

/**
 * Select the steps from the first one chosen with Shift to another.
 * @param {Page} page
 * @param {number} step
 */
export function selectTo(page, step) {
  const { session } = page;
  session.anchor ??= session.state.step ?? step;
  change(page, { step, find: spanBetween(page, session.anchor, step) }, "replace");
}

/**
 * Return the search for a span between two steps.
 * @param {Page} page
 * @param {number} one
 * @param {number} other
 */
export function spanBetween({ elements, session }, one, other) {
  const threshold = session.state.find?.threshold ?? Number(elements.threshold.value);
  return { from: Math.min(one, other), to: Math.max(one, other), threshold };
}
