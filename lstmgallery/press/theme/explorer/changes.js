// Interventions: a signal held at a value from a step on, or something added to a memory at one step. The grammar of
// one change is `<layer>.<neuron>.<signal>=<value>@<step>` or `...+<amount>[counts]@<step>`.
import { plain } from "./print.js";

const GRAMMAR = /^(\d+)\.(\d+)\.([a-z_]+)([=+])(-?\d+(?:\.\d+)?(?:e-?\d+)?)(counts)?@(\d+)$/;
const LARGEST = 1e6; // of a value: beyond it nothing new happens

/**
 * @typedef {{layer: number, neuron: number, signal: string, kind: "hold" | "add", amount: number,
 *   inCounts: boolean, step: number}} ChangeOfNeuron
 */

/**
 * Return a change from its text. Throws an Error that says what is wrong.
 * @param {string} text
 * @param {any} network
 * @returns {ChangeOfNeuron}
 */
export function parseChange(text, network) {
  const found = GRAMMAR.exec(text);
  if (!found) throw new Error(`“${text}” is no change`);
  const [layer, neuron, signal, kind] = [Number(found[1]), Number(found[2]), found[3], found[4]];
  const change = { layer, neuron, signal, kind: kind === "=" ? "hold" : "add", amount: Number(found[5]),
    inCounts: Boolean(found[6]), step: Number(found[7]) };
  if (!network.place[`${layer}.${neuron}`]) throw new Error(`there is no neuron ${neuron} in layer ${layer}`);
  if (!network.signal[signal]) throw new Error(`there is no signal “${signal}”`);
  if (Math.abs(change.amount) > LARGEST) throw new Error(`${change.amount} is too large`);
  if (change.kind === "add" && signal !== network.memory) {
    throw new Error(`something can be added to ${network.memory} only`);
  }
  if (change.inCounts && (change.kind === "hold" || !network.counts)) throw new Error("there are no counts here");
  if (change.step >= network.most_characters) throw new Error(`step ${change.step} is too far`);
  return change;
}

/** Return a change as text, such that `parseChange` reads it back. */
export function formatChange(/** @type {ChangeOfNeuron} */ change) {
  const { layer, neuron, signal, kind, amount, inCounts, step } = change;
  return `${layer}.${neuron}.${signal}${kind === "hold" ? "=" : "+"}${amount}${inCounts ? "counts" : ""}@${step}`;
}

/** Return a change in words. */
export function describeChange(/** @type {ChangeOfNeuron} */ change, network) {
  const who = network.layers > 1 ? `Neuron ${change.neuron} of layer ${change.layer}` : `Neuron ${change.neuron}`;
  const name = network.signal[change.signal].name.toLowerCase();
  if (change.kind === "hold") return `${who}: ${name} held at ${plain(change.amount)} from step ${change.step} on`;
  const size = Math.abs(change.amount);
  const what = change.inCounts ? `${plain(size)} ${size === 1 ? "count" : "counts"}` : plain(size);
  const verb = change.amount < 0 ? "taken from" : "added to";
  return `${who}: ${what} ${verb} the ${name} at step ${change.step}`;
}

/**
 * Return what changes do at one step: for a layer, a function that changes a signal's values in place.
 * @param {ChangeOfNeuron[]} changes
 * @param {any} network
 * @param {number} step
 */
export function changesAt(changes, network, step) {
  const active = changes.filter((each) => each.step === step || (each.kind === "hold" && each.step < step));
  if (!active.length) return undefined;
  return (layer) => (signal, values) => {
    for (const each of active) {
      if (each.layer !== layer || each.signal !== signal) continue;
      const unit = each.neuron - 1;
      if (each.kind === "hold") values[unit] = each.amount;
      else values[unit] += each.amount * (each.inCounts ? network.counts[layer - 1][unit] : 1);
    }
  };
}
