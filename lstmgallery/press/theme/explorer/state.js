// The state: the view of the page, as stored in its address. The session: the state, and everything else the page
// remembers until it is left. Nothing else is mutable, except each part's record of its own drawing.
import { newRun, NOTHING_READ } from "./runs.js";

/**
 * @import { ChangeOfNeuron } from "./changes.js"
 * @import { Network } from "./network.js"
 * @import { ReadText, Runs } from "./runs.js"
 * @import { Pattern } from "./search.js"
 * @import { Sampling } from "./writing.js"
 */

/**
 * @typedef {object} State
 * @property {string} text the network reads
 * @property {number} layer shown, from 1
 * @property {string} signal shown in the overview
 * @property {number} neuron shown, from 1
 * @property {number | null} step spelled out
 * @property {ChangeOfNeuron[]} changes made to the network
 * @property {Sampling | null} write how the network writes on; null: it does not
 * @property {Pattern | null} find the pattern searched for
 * @property {"role" | "number"} sort order of the list of neurons
 * @property {string} filter text that the number or the role of a listed neuron must contain
 * @property {boolean} letters whether the overview shows characters
 *
 * @typedef {object} Session
 * @property {State} state
 * @property {Runs} runs of the network, along the text
 * @property {ReadText} read the result of the last reading of the text
 * @property {string[]} notes on requests that cannot be fulfilled
 * @property {number | null} pointed the step under the pointer
 * @property {number | null} anchor the step where a selection with Shift began
 * @property {number | null} dragged the step where a selection by dragging began
 * @property {boolean} isStepTyped whether the step of the next change was typed; else it follows the view
 * @property {boolean} isStripInSight
 */

/**
 * Return the state of a page without a fragment.
 * @param {Network} network
 * @returns {State}
 */
export function defaultState(network) {
  const [layer, neuron] = network.best;
  return {
    text: network.longest_shown,
    layer,
    signal: network.memory,
    neuron,
    step: null,
    changes: [],
    write: null,
    find: null,
    sort: "role",
    filter: "",
    letters: true,
  };
}

/**
 * Return the session of a page that has shown nothing yet.
 * @param {Network} network
 * @returns {Session}
 */
export function newSession(network) {
  return {
    state: defaultState(network),
    runs: { usual: newRun(network), changed: newRun(network) },
    read: NOTHING_READ,
    notes: [],
    pointed: null,
    anchor: null,
    dragged: null,
    isStepTyped: false,
    isStripInSight: true,
  };
}

/**
 * Return the initial neuron of a layer: the best one, or the one with the most informative role.
 * @param {Network} network
 * @param {number} layer
 */
export function bestOf(network, layer) {
  const [bestLayer, best] = network.best;
  if (layer === bestLayer) return best;
  return network.neurons.find((each) => each.layer === layer)?.neuron ?? 1;
}

/**
 * Return the neurons of the current layer that pass the filter, in order.
 * @param {State} state
 * @param {Network} network
 */
export function listedNeurons({ layer, sort, filter }, network) {
  const wanted = filter.trim().toLowerCase();
  const isNumber = /^\d+$/.test(wanted);
  const neurons = network.neurons
    .filter((each) => each.layer === layer)
    .filter(({ neuron, role }) => (isNumber ? String(neuron) === wanted : role.toLowerCase().includes(wanted)))
    .map(({ neuron }) => neuron);
  return sort === "number" ? neurons.sort((one, other) => one - other) : neurons;
}

/**
 * Return the default step of the next change: the current one, that of the latest change, or the delimiter's.
 * @param {Session} session
 * @param {Network} network
 */
export function offeredStep({ state, runs }, network) {
  const delimiter = network.rule && network.index.get(network.rule.delimiter);
  const delimiterAt = runs.usual.reading.tokens.findIndex((token) => token === delimiter);
  return state.step ?? state.changes.at(-1)?.step ?? Math.max(1, delimiterAt);
}
