// Short sequences: read whole at once, and shown with what the network writes as one column per token.
import { find, put } from "./dom.js";
import { describeWritten, showOutcome } from "./outcome.js";
import { readText } from "./runs.js";
import { change } from "./steering.js";

/**
 * @import { Form, Page } from "./page.js"
 */

/**
 * Return the form of short sequences.
 * @returns {Form}
 */
export function sequences() {
  return {
    read: ({ network, session: { state, runs } }) => readText(runs, state, network),
    show: (page, _from, isRead) => { if (isRead) showWritten(page); },
    showStep: () => {},
    follow: () => {},
    listen: (page) => find("button#keep").addEventListener("click", () => takeWritten(page)),
  };
}

/** Show the network's continuations, without the changes and with them. */
function showWritten(/** @type {Page} */ { network, session }) {
  const { state, runs: { usual, changed } } = session;
  const isChanged = state.changes.length > 0;
  put(find("button#keep"), "hidden", !usual.written.length || isChanged);
  const outcome = find("div#outcome");
  put(outcome, "hidden", !state.write);
  if (!state.write) return;
  const [box, verdict] = [find("div.scroll", outcome), find("p#written")];
  const words = describeWritten(network, usual);
  if (isChanged) {
    showOutcome(box, [{ name: "without", run: usual }, { name: "with the change", run: changed }]);
    const others = describeWritten(network, changed);
    verdict.textContent = `Without the change it writes ${words}; with it, ${others}.`;
  } else {
    showOutcome(box, [{ name: "writes", run: usual }]);
    verdict.textContent = `It writes ${words}.`;
  }
}

/** Insert the network's continuation into the text. */
function takeWritten(/** @type {Page} */ page) {
  const { network, session: { state, runs } } = page;
  const written = runs.usual.written.map((token) => network.vocabulary[token]).filter((token) => token.length <= 2);
  change(page, { text: state.text + written.join(""), write: null });
}
