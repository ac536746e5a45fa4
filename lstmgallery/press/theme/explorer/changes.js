// Interventions: a signal held at a value from a step on, or an amount added to a memory at one step. The grammar of
// one change is `<layer>.<neuron>.<signal>=<value>@<step>` or `...+<amount>[counts]@<step>`.
import { number, plain } from "./print.js";

/** @import { Network } from "./network.js" */
/** @import { Change } from "./products.js" */

/**
 * @typedef {object} ChangeOfNeuron
 * @property {number} layer from 1
 * @property {number} neuron from 1
 * @property {string} signal
 * @property {"hold" | "add"} kind
 * @property {number} amount the value the signal is held at, or the amount added to it
 * @property {boolean} inCounts whether the amount is in counts
 * @property {number} step of the addition, or the first step of the hold
 *
 * @typedef {object} KindOfChange
 * @property {string} sign in the grammar
 * @property {boolean} isOfMemory whether it applies to the memory only, so that its amount may be in counts
 * @property {(change: ChangeOfNeuron, step: number) => boolean} isActive
 * @property {(value: number, amount: number) => number} apply
 * @property {(change: ChangeOfNeuron, name: string) => string} describe after the neuron's name; `name`: the signal's
 * @property {(update: string, amount: number, result: string) => string} spell the update of a step with the change
 */

const GRAMMAR = /^(\d+)\.(\d+)\.([a-z_]+)([=+])(-?\d+(?:\.\d+)?(?:e-?\d+)?)(counts)?@(\d+)$/;
const LARGEST = 1e6; // of a value: beyond it nothing more changes

/** @type {Record<ChangeOfNeuron["kind"], KindOfChange>} */
const KINDS = {
  hold: {
    sign: "=",
    isOfMemory: false,
    isActive: (change, step) => change.step <= step,
    apply: (_value, amount) => amount,
    describe: ({ amount, step }, name) => `${name} held at ${plain(amount)} from step ${step} on`,
    spell: (_update, _amount, result) => ` =\u00a0${result}, held`,
  },
  add: {
    sign: "+",
    isOfMemory: true,
    isActive: (change, step) => change.step === step,
    apply: (value, amount) => value + amount,
    describe: ({ amount, inCounts, step }, name) => {
      const size = Math.abs(amount);
      const what = inCounts ? `${plain(size)} ${size === 1 ? "count" : "counts"}` : plain(size);
      return `${what} ${amount < 0 ? "taken from" : "added to"} the ${name} at step ${step}`;
    },
    spell: (update, amount, result) =>
      `${update} ${amount < 0 ? "−" : "+"} ${number(Math.abs(amount))}, the change, =\u00a0${result}`,
  },
};

/**
 * Return a change from its text. Throws an Error with a message.
 * @param {string} text
 * @param {Network} network
 * @returns {ChangeOfNeuron}
 */
export function parseChange(text, network) {
  const found = GRAMMAR.exec(text);
  if (!found) throw new Error(`“${text}” is not a change`);
  const [layer, neuron, amount, step] = [found[1], found[2], found[5], found[7]].map(Number);
  const [signal, inCounts] = [found[3], Boolean(found[6])];
  const kind = found[4] === KINDS.hold.sign ? "hold" : "add";
  const { isOfMemory } = KINDS[kind];
  if (!network.place[`${layer}.${neuron}`]) throw new Error(`no neuron ${neuron} in layer ${layer}`);
  if (!network.signal[signal]) throw new Error(`no signal “${signal}”`);
  if (Math.abs(amount) > LARGEST) throw new Error(`${amount} is too large`);
  if (isOfMemory && signal !== network.memory) throw new Error(`only ${network.memory} can be added to`);
  if (inCounts && !(isOfMemory && network.counts)) throw new Error("nothing to count here");
  if (step >= network.most_characters) throw new Error(`step ${step} is too far`);
  return { layer, neuron, signal, kind, amount, inCounts, step };
}

/** Return a change as text that `parseChange` reads back. */
export function formatChange(/** @type {ChangeOfNeuron} */ change) {
  const { layer, neuron, signal, kind, amount, inCounts, step } = change;
  return `${layer}.${neuron}.${signal}${KINDS[kind].sign}${amount}${inCounts ? "counts" : ""}@${step}`;
}

/**
 * Return a neuron's name, without the layer if there is only one.
 * @param {{layer: number, neuron: number}} place
 * @param {Network} network
 */
export function nameOf({ layer, neuron }, network) {
  return `Neuron ${neuron}${network.layers > 1 ? ` of layer ${layer}` : ""}`;
}

/**
 * Return a change in words.
 * @param {ChangeOfNeuron} change
 * @param {Network} network
 */
export function describeChange(change, network) {
  const what = KINDS[change.kind].describe(change, network.signal[change.signal].name.toLowerCase());
  return `${nameOf(change, network)}: ${what}`;
}

/**
 * Return the amount of a change in units of the signal.
 * @param {ChangeOfNeuron} change
 * @param {Network} network
 */
function amountOf({ layer, neuron, amount, inCounts }, network) {
  return amount * (inCounts && network.counts ? network.counts[layer - 1][neuron - 1] : 1);
}

/**
 * Return the effect of changes at one step: for a layer, a function that modifies a signal's values in place.
 * @param {ChangeOfNeuron[]} changes
 * @param {Network} network
 * @param {number} step
 * @returns {((layer: number) => Change) | undefined} undefined if they have none
 */
export function changesAt(changes, network, step) {
  const active = changes.filter((each) => KINDS[each.kind].isActive(each, step));
  if (!active.length) return undefined;
  return (layer) => (signal, values) => {
    for (const each of active) {
      if (each.layer !== layer || each.signal !== signal) continue;
      const unit = each.neuron - 1;
      values[unit] = KINDS[each.kind].apply(values[unit], amountOf(each, network));
    }
  };
}

/**
 * Return the update of a signal at one step, spelled out, including any change of that signal there.
 * @param {string} update everything right of the equals sign
 * @param {string} result
 * @param {ChangeOfNeuron[]} changes
 * @param {Network} network
 * @param {{layer: number, neuron: number, signal: string, step: number}} at
 */
export function spellUpdate(update, result, changes, network, at) {
  const change = changes.find((each) => each.layer === at.layer && each.neuron === at.neuron
    && each.signal === at.signal && KINDS[each.kind].isActive(each, at.step));
  if (!change) return `${update} =\u00a0${result}`;
  return KINDS[change.kind].spell(update, amountOf(change, network), result);
}
