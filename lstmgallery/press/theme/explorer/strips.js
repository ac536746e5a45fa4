// The two strips of the page, of the usual run and of the changed one. What is typed is shown in the overview in one
// frame and drawn in the strips in the one after it: neither takes long then. Strips out of sight wait until typing
// rests. They are drawn then all the same: a screen reader is not told what is in sight.
import { runsAt } from "./arithmetic.js";
import { put } from "./dom.js";

/**
 * @import { Page } from "./page.js"
 * @import { Session } from "./state.js"
 * @import { Network } from "./network.js"
 */

/**
 * Have the strips show the runs, with their next drawing.
 * @param {Page} page
 * @param {{usual: number, changed: number}} from the first column of each run that is not as it was
 * @param {{isFollowed?: boolean}} [how] whether to bring the last column into sight
 */
export function showStrips({ elements, session: { state, runs }, strips }, from, how = {}) {
  const isCompared = state.changes.length > 0;
  elements.strips.classList.toggle("is-compared", isCompared);
  put(elements.changed, "hidden", !isCompared);
  strips.usual.show(runs.usual, state, from.usual, how);
  if (isCompared) strips.changed.show(runs.changed, state, from.changed, how);
}

/**
 * Draw what the strips show: at once, but not while the reader is typing.
 * @param {Page} page
 * @param {boolean} isTyped
 */
export function drawInTime(page, isTyped) {
  const { due, session } = page;
  if (!isTyped) drawStrips(page);
  else if (session.isStripInSight) due.soon.ask();
  else due.later.ask();
}

/** Draw what the strips show, and what else depends on it. */
function drawStrips(/** @type {Page} */ page) {
  const { network, elements, session, strips } = page;
  const drawn = [strips.usual, strips.changed].filter((strip) => strip.draw());
  if (!drawn.length) return;
  selectSpan(page);
  markStrips(page);
  put(elements.score, "textContent", scoreOf(session, network));
}

/** Draw what had to wait. */
export function drawWaiting(/** @type {Page} */ page) {
  drawStrips(page);
  page.strips.usual.follow();
  page.strips.changed.follow();
}

/** Know from now on whether the strips are in sight, and draw what waits when they come there. */
export function watchStrips(/** @type {Page} */ page) {
  new IntersectionObserver((entries) => {
    page.session.isStripInSight = entries[entries.length - 1].isIntersecting;
    if (page.session.isStripInSight) drawWaiting(page);
  }).observe(page.elements.strips);
}

/**
 * Mark the step that is pointed at or chosen in the strips that have it.
 * @param {Page} page
 * @param {{isFollowed?: boolean}} [how] whether to bring it into sight
 */
export function markStrips(page, how = {}) {
  const { session, strips } = page;
  const { usual, changed } = session.runs;
  const step = session.pointed ?? session.state.step;
  const runs = runsAt(page, step);
  strips.usual.mark(runs.includes(usual) ? step : null, how);
  strips.changed.mark(runs.includes(changed) ? step : null, how);
}

/** Show in the usual strip which steps are searched for. */
export function selectSpan(/** @type {Page} */ { session, strips }) {
  strips.usual.select(session.state.find);
}

/**
 * Return how often the network is right where the language settles what follows, in a sentence.
 * @param {Session} session
 * @param {Network} network
 */
function scoreOf({ runs: { usual } }, { vocabulary }) {
  const settled = usual.answers.flatMap((answer, step) => (answer === null ? [] : { answer, step }));
  if (!settled.length) return "";
  const right = settled.filter(({ answer, step }) => vocabulary[usual.reading.choice(step)] === answer).length;
  const steps = settled.length === 1 ? "one step" : `${settled.length} of these steps`;
  const many = right < settled.length ? right : right === 1 ? "it" : "all of them";
  return `The language settles what follows ${steps}; the network is right at ${many}.`;
}
