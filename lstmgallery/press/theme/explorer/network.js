// The network: its published weights, and one step of it. Written from the equations and computed in single precision,
// as in training: there a memory that counts to a hundred is accurate only to a few millionths, and rounding as Keras
// does keeps the two together. Sums of products are rounded after each product, in order (a Float32Array does so).
/** @import { Rule } from "./language.js" */
/** @import { Change, Signals, Weights } from "./products.js" */
import { addProduct, CELLS } from "./products.js";

/**
 * @typedef {object} SignalKind one of a cell's signals, in printed form
 * @property {string} key
 * @property {string} symbol
 * @property {string} name
 * @property {number | null} low the ends of its range, null if unbounded
 * @property {number | null} high
 * @property {"memory" | "gate"} palette
 *
 * @typedef {object} Entry the page's data on one neuron
 * @property {number} layer from 1
 * @property {number} neuron from 1
 * @property {string} role in a sentence
 *
 * @typedef {object} Description the page's data on its network, written by `press/pages/explorer.py`
 * @property {string} cell
 * @property {number} layers
 * @property {number} units of each layer
 * @property {SignalKind[]} signals
 * @property {string[]} state keys of the signals passed from one step to the next
 * @property {string} memory key of the signal that carries the memory between steps
 * @property {string[]} vocabulary the start token first, the end token second
 * @property {Rule | null} rule of its language, if it has one
 * @property {Record<string, string> | null} weights float32 in base64, by stored name; null: in a file of their own
 * @property {number} most_characters of a text
 * @property {number[][]} largest absolute memory, by layer and neuron
 * @property {number[][] | null} counts size of one count in its memory, by layer and neuron; null: it does not count
 * @property {[number, number]} best layer and neuron
 * @property {Entry[]} neurons most informative roles first
 * @property {string} pages address of a neuron's page, relative to the explorer's, with {layer} and {neuron} for them
 * @property {string} longest_shown
 * @property {string[]} held_out sequences
 * @property {string} measured_on a description of them in words
 * @property {TextDescription} [text] if it reads real text
 *
 * @typedef {object} TextDescription the page's data on a network of real text
 * @property {string} title of the network
 * @property {number} most_written tokens
 * @property {string | null} weights address of their file, relative to the explorer's; null: they are not apart
 *
 * @typedef {{layers: Signals[], probabilities: Float64Array}} Step the results of one step
 */

export const END = "<end>";
const UNKNOWN = "<unknown>"; // where a vocabulary has it, it is read for every character that is not in it
export const START_TOKEN = 0; // of every vocabulary
export const END_TOKEN = 1;

/** Return the float32 numbers in a base64 text, little-endian. */
export function decodeFloats(/** @type {string} */ base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}

/** @type {Change} */
const keep = () => {};

/**
 * An object with every field of its description.
 * @type {new (data: Description) => Description}
 */
const Described = /** @type {any} */ (class {
  constructor(/** @type {Description} */ data) {
    Object.assign(this, data);
  }
});

/** A network from its page's description, with its weights decoded. */
export class Network extends Described {
  /** @param {Description} data */
  constructor(data) {
    super(data);
    /** @type {Map<string, number>} */
    this.index = new Map(this.vocabulary.map((token, at) => [token, at]));
    this.signal = Object.fromEntries(this.signals.map((signal) => [signal.key, signal]));
    this.place = Object.fromEntries(this.neurons.map((each) => [`${each.layer}.${each.neuron}`, each]));
    this.unknown = this.index.get(UNKNOWN);
    /** @type {Weights[]} */
    this.parameters = []; // of each layer
    /** @type {{kernel: Float32Array, bias: Float32Array}} */
    this.readout = { kernel: new Float32Array(), bias: new Float32Array() };
    /** @type {Signals[]} */
    this.beginning = [];
    const { weights } = data;
    if (weights) this.load(Object.keys(weights), (name) => decodeFloats(weights[name]));
  }

  /**
   * Take the weights; without them the network cannot read.
   * @param {string[]} names as stored
   * @param {(name: string) => Float32Array} weights by name
   */
  load(names, weights) {
    const zero = Object.fromEntries(this.state.map((key) => [key, new Float32Array(this.units)]));
    for (let layer = 1; layer <= this.layers; layer += 1) {
      const own = names.filter((name) => name.startsWith(`layer_${layer}/`));
      this.parameters.push(Object.fromEntries(own.map((name) => [name.slice(name.indexOf("/") + 1), weights(name)])));
      this.beginning.push(zero);
    }
    this.readout = { kernel: weights("readout/kernel"), bias: weights("readout/bias") };
  }

  /** Return the token that is read for a character; undefined if none is. */
  tokenOf(/** @type {string} */ character) {
    return this.index.get(character) ?? this.unknown;
  }

  /**
   * Read one token.
   * @param {number} token
   * @param {Signals[]} previous of each layer
   * @param {(layer: number) => Change} [changeOf] by layer, from 1
   * @returns {Step}
   */
  step(token, previous, changeOf = () => keep) {
    /** @type {Signals[]} */
    const layers = [];
    for (const [at, weights] of this.parameters.entries()) {
      const width = weights.recurrent_kernel.length / this.units;
      let x;
      if (at === 0) {
        x = weights.kernel.slice(token * width, (token + 1) * width); // one-hot: a row of the kernel
      } else {
        x = new Float32Array(width);
        addProduct(x, layers[at - 1].hidden, weights.kernel);
      }
      layers.push(CELLS[this.cell](x, previous[at], weights, changeOf(at + 1)));
    }
    const logits = new Float32Array(this.readout.bias.length);
    addProduct(logits, layers[layers.length - 1].hidden, this.readout.kernel);
    return { layers, probabilities: softmax(logits.map((logit, at) => logit + this.readout.bias[at])) };
  }

  /**
   * Return the ends of a signal's colour scale for one neuron; an unbounded one takes ± its largest absolute value.
   * @param {string} key
   * @param {number} layer
   * @param {number} neuron
   * @returns {[number, number]}
   */
  scaleOf(key, layer, neuron) {
    const { low, high } = this.signal[key];
    const largest = this.largest[layer - 1][neuron - 1];
    return low === null || high === null ? [-largest, largest] : [low, high];
  }
}

/** Return probabilities from logits. */
export function softmax(/** @type {Float32Array | Float64Array} */ logits) {
  const highest = Math.max(...logits);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Return the index of the largest value, the first of ties. */
export function largestAt(/** @type {Float64Array} */ values) {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if (values[at] > values[best]) best = at;
  return best;
}
