// Opening: one state, changed by the reader's actions and shown in every part of the page and in its address.
import { formatAddress } from "./address.js";
import { parseChange } from "./changes.js";
import { showWhen } from "./controls.js";
import { find } from "./dom.js";
import { announce } from "./drawing.js";
import { Finder } from "./finder.js";
import { Recorder } from "./history.js";
import { listen } from "./listening.js";
import { Overview } from "./overview.js";
import { findElements } from "./page.js";
import { Reading } from "./reading.js";
import { newSession } from "./state.js";
import { change, openAddress, selectTo, takeStep } from "./steering.js";
import { Strip } from "./strip.js";
import { drawWaiting, watchStrips } from "./strips.js";
import { AfterFrame, Debounce } from "./timing.js";

/**
 * @import { Description, Network } from "./network.js"
 * @import { Form, Page } from "./page.js"
 * @import { OnStep } from "./strip.js"
 * @import { File as WeightsFile } from "./text/weights.js"
 */

/**
 * @typedef {object} Everything that a network computes along a text
 * @property {string[]} tokens
 * @property {Record<string, number[][][]>} signals by key: [layer][step][unit]
 * @property {number[][]} probabilities [step][token]
 * @property {string[]} unseen characters that are not in its vocabulary
 *
 * @typedef {object} Gallery the contents of `window.lstmgallery`
 * @property {Description} [data] of the page's network
 * @property {Network} [network]
 * @property {(text: string, changes?: string[]) => Everything} [read]
 * @property {WeightsFile} [weights] of a large network, once they have been loaded
 */

/** @type {Window & {lstmgallery?: Gallery}} */
const shared = window;
export const gallery = (shared.lstmgallery ??= {});

/**
 * Read a text with a network and return everything it computes, as plain arrays.
 * @param {Network} network
 * @param {string} text
 * @param {string[]} [changes] written as in the address
 * @returns {Everything}
 */
export function readAll(network, text, changes = []) {
  const characters = [...text];
  const reading = new Reading(network);
  reading.read(
    characters.flatMap((character) => network.tokenOf(character) ?? []),
    changes.map((each) => parseChange(each, network)),
  );
  const stepsOf = (/** @type {string} */ key, /** @type {number} */ layer) =>
    reading.steps.map(({ layers }) => Array.from(layers[layer][key]));
  const layersOf = (/** @type {string} */ key) => network.beginning.map((_, layer) => stepsOf(key, layer));
  return {
    tokens: reading.tokens.map((token) => network.vocabulary[token]),
    signals: Object.fromEntries(network.signals.map(({ key }) => [key, layersOf(key)])),
    probabilities: reading.steps.map(({ probabilities }) => Array.from(probabilities)),
    unseen: [...new Set(characters.filter((character) => !network.index.has(character)))],
  };
}

/** Let other scripts read with a network. */
export function readWith(/** @type {Network} */ network) {
  gallery.network = network;
  gallery.read = (text, changes) => readAll(network, text, changes);
}

/**
 * Bring the page to life.
 * @param {Network} network
 * @param {Form} form
 * @returns {Page}
 */
export function begin(network, form) {
  document.documentElement.classList.add("has-script");
  const elements = findElements();
  const session = newSession(network);
  /** @type {OnStep} */
  const onStep = (step, isChosen, event) => {
    if (event.shiftKey && isChosen && step !== null) selectTo(page, step);
    else takeStep(page, step, isChosen);
  };
  const onNeuron = (/** @type {number} */ neuron) => change(page, { neuron });
  /** @type {Page} */
  const page = {
    network,
    form,
    elements,
    session,
    recorder: new Recorder(() => formatAddress(session.state, network)),
    strips: {
      usual: new Strip(find("div.scroll", elements.usual), network, onStep),
      changed: new Strip(find("div.scroll", elements.changed), network, onStep),
    },
    overview: new Overview(elements.overview, network, {
      onNeuron,
      onStep: (step, isChosen) => takeStep(page, step, isChosen),
    }),
    finder: new Finder({ list: elements.found, verdict: elements.verdict }, network, onNeuron),
    due: {
      soon: new AfterFrame(() => drawWaiting(page)),
      later: new Debounce(400, () => drawWaiting(page)),
      announcement: new Debounce(900, () => announce(page)),
    },
  };
  watchStrips(page);
  listen(page);
  showWhen(page);
  openAddress(page);
  return page;
}
