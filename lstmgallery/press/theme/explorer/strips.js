// The two strips of the page, of the usual run and of the changed one. Typed text is drawn in the overview in one frame
// and in the strips in the next, so neither frame takes long. Strips out of view wait until typing pauses. They are
// still drawn then, because screen readers read them wherever the page is scrolled.
import { runsAt } from "./arithmetic.js";
import { put } from "./dom.js";

/**
 * @import { Page } from "./page.js"
 * @import { Session } from "./state.js"
 * @import { Network } from "./network.js"
 */

/**
 * Show the runs in the strips at their next drawing.
 * @param {Page} page
 * @param {{usual: number, changed: number}} from the first changed column of each run
 * @param {{isFollowed?: boolean}} [how] whether to scroll the last column into view
 */
export function showStrips({ elements, session: { state, runs }, strips }, from, how = {}) {
  const isCompared = state.changes.length > 0;
  elements.strips.classList.toggle("is-compared", isCompared);
  put(elements.changed, "hidden", !isCompared);
  strips.usual.show(runs.usual, state, from.usual, how);
  if (isCompared) strips.changed.show(runs.changed, state, from.changed, how);
}

/**
 * Draw the strips: at once, unless the reader is typing.
 * @param {Page} page
 * @param {boolean} isTyped
 */
export function drawInTime(page, isTyped) {
  const { due, session } = page;
  if (!isTyped) drawStrips(page);
  else if (session.isStripInSight) due.soon.ask();
  else due.later.ask();
}

/** Draw the strips, and everything that depends on them. */
function drawStrips(/** @type {Page} */ page) {
  const { network, elements, session, strips } = page;
  const drawn = [strips.usual, strips.changed].filter((strip) => strip.draw());
  if (!drawn.length) return;
  selectSpan(page);
  markStrips(page);
  put(elements.score, "textContent", scoreOf(session, network));
}

/** Draw strips that had to wait. */
export function drawWaiting(/** @type {Page} */ page) {
  drawStrips(page);
  page.strips.usual.follow();
  page.strips.changed.follow();
}

/** Track whether the strips are in view, and draw waiting ones when they come into view. */
export function watchStrips(/** @type {Page} */ page) {
  new IntersectionObserver((entries) => {
    page.session.isStripInSight = entries[entries.length - 1].isIntersecting;
    if (page.session.isStripInSight) drawWaiting(page);
  }).observe(page.elements.strips);
}

/**
 * Mark the pointed-at or chosen step in the strips that have it.
 * @param {Page} page
 * @param {{isFollowed?: boolean}} [how] whether to scroll it into view
 */
export function markStrips(page, how = {}) {
  const { session, strips } = page;
  const { usual, changed } = session.runs;
  const step = session.pointed ?? session.state.step;
  const runs = runsAt(page, step);
  strips.usual.mark(runs.includes(usual) ? step : null, how);
  strips.changed.mark(runs.includes(changed) ? step : null, how);
}

/** Mark the steps of the search in the usual strip. */
export function selectSpan(/** @type {Page} */ { session, strips }) {
  strips.usual.select(session.state.find);
}

/**
 * Return a sentence on how often the network is right where the language determines the next token.
 * @param {Session} session
 * @param {Network} network
 */
function scoreOf({ runs: { usual } }, { vocabulary }) {
  const settled = usual.answers.flatMap((answer, step) => (answer === null ? [] : { answer, step }));
  if (!settled.length) return "";
  const right = settled.filter(({ answer, step }) => vocabulary[usual.reading.choice(step)] === answer).length;
  const steps = settled.length === 1 ? "one step" : `${settled.length} of these steps`;
  const many = right < settled.length ? right : right === 1 ? "it" : "all of them";
  return `The language determines the token after ${steps}; the network gets ${many} right.`;
}
