// The network: its published weights, and one step of it. Written from the equations and computed in single precision,
// as it was trained: a memory that counts to a hundred is only known to a few millionths there, and rounding it as
// Keras does keeps the two together. Sums of products are rounded once a product, in order (a Float32Array does so).
/** @import { Rule } from "./language.js" */

/**
 * @typedef {object} SignalKind one of a cell's signals, as it is printed
 * @property {string} key
 * @property {string} symbol
 * @property {string} name
 * @property {number | null} low the ends of its range, null where it has none
 * @property {number | null} high
 * @property {"memory" | "gate"} palette
 *
 * @typedef {object} Entry what a page says of one neuron
 * @property {number} layer from 1
 * @property {number} neuron from 1
 * @property {string} role in a sentence
 * @property {string} page address of its page, seen from the explorer's
 *
 * @typedef {object} Description all that a page knows of its network, as `press/explorer.py` wrote it
 * @property {string} cell
 * @property {number} layers
 * @property {number} units of each layer
 * @property {SignalKind[]} signals
 * @property {string} memory key of the signal that goes from step to step
 * @property {string[]} vocabulary the start token first, the end token second
 * @property {Rule | null} rule of its language, where it has one
 * @property {Record<string, string>} weights float32 in base64, under the names they are stored by
 * @property {number} most_characters of a text
 * @property {number[][]} largest size of its memory, by layer and neuron
 * @property {number[][] | null} counts what one count adds to its memory, by layer and neuron; null: none are kept
 * @property {[number, number]} best layer and neuron
 * @property {Entry[]} neurons those with the most telling roles first
 * @property {string} longest_figure
 * @property {string[]} held_out sequences
 * @property {string} measured_on what they are, in words
 *
 * @typedef {Record<string, Float32Array>} Signals of one layer at one step: by key, a value for every unit
 * @typedef {(signal: string, values: Float32Array) => void} Change changes values in place
 * @typedef {{kernel: Float32Array, recurrent_kernel: Float32Array, bias: Float32Array}} Weights row by row
 * @typedef {(x: Float32Array, previous: Signals, weights: Weights, change: Change) => Signals} CellStep
 * @typedef {{layers: Signals[], probabilities: Float64Array}} Step what a network computes at one step
 */

export const END = "<end>";
export const START_TOKEN = 0; // of every vocabulary
export const END_TOKEN = 1;

/** Return float32 numbers, little-endian and in base64. */
export function decodeFloats(/** @type {string} */ base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}

const round = Math.fround;
const sigmoid = (/** @type {number} */ z) => {
  const power = round(Math.exp(Math.min(z, 80)));
  return power / round(1 + power);
};
/** @type {Change} */
const keep = () => {};

/**
 * Add `vector` times `matrix`, row by row, to `sum`. Four rows are added in one go: each sum is read and written once
 * for all of them, which takes half the time, and rounded behind every one of them as before.
 * @param {Float32Array} sum
 * @param {Float32Array} vector
 * @param {Float32Array} matrix
 */
function addProduct(sum, vector, matrix) {
  const width = sum.length;
  const many = vector.length - (vector.length % 4);
  for (let row = 0; row < many; row += 4) {
    const [one, two, three, four] = vector.subarray(row, row + 4);
    for (let column = 0, at = row * width; column < width; column += 1, at += 1) {
      let total = round(sum[column] + one * matrix[at]);
      total = round(total + two * matrix[at + width]);
      total = round(total + three * matrix[at + 2 * width]);
      sum[column] = total + four * matrix[at + 3 * width];
    }
  }
  for (let row = many; row < vector.length; row += 1) {
    for (let column = 0, at = row * width; column < width; column += 1, at += 1) {
      sum[column] += vector[row] * matrix[at];
    }
  }
}

/**
 * Return the six signals of one LSTM step, each changed by `change` before anything else reads it. Gates i f g o.
 * @param {Float32Array} x kernel applied to the input, (4 · units)
 * @param {Signals} previous
 * @param {Weights} weights
 * @param {Change} change
 * @returns {Signals}
 */
function lstmStep(x, previous, weights, change) {
  const units = previous.hidden.length;
  const u = new Float32Array(x.length);
  addProduct(u, previous.hidden, weights.recurrent_kernel);
  const gate = (/** @type {number} */ at, /** @type {(z: number) => number} */ squash) => {
    const values = new Float32Array(units);
    for (let unit = 0, place = at * units; unit < units; unit += 1, place += 1) {
      values[unit] = squash(round(round(x[place] + u[place]) + weights.bias[place]));
    }
    return values;
  };
  const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
  change("input_gate", i);
  change("forget_gate", f);
  change("candidate", g);
  change("output_gate", o);
  const c = previous.cell.map((earlier, unit) => round(f[unit] * earlier) + round(i[unit] * g[unit]));
  change("cell", c);
  const h = o.map((open, unit) => open * round(Math.tanh(c[unit])));
  change("hidden", h);
  return { cell: c, hidden: h, candidate: g, input_gate: i, forget_gate: f, output_gate: o };
}

/**
 * Return the four signals of one GRU step. Gates z r g; the reset gate after the matrix product, as in Keras.
 * @param {Float32Array} x kernel applied to the input, (3 · units)
 * @param {Signals} previous
 * @param {Weights} weights bias: (2, 3 · units), for input and for state
 * @param {Change} change
 * @returns {Signals}
 */
function gruStep(x, previous, weights, change) {
  const units = previous.hidden.length;
  const u = new Float32Array(3 * units);
  addProduct(u, previous.hidden, weights.recurrent_kernel);
  for (let place = 0; place < 3 * units; place += 1) {
    x[place] += weights.bias[place];
    u[place] += weights.bias[3 * units + place];
  }
  const gate = (/** @type {number} */ at) => {
    const values = new Float32Array(units);
    for (let unit = 0, place = at * units; unit < units; unit += 1, place += 1) {
      values[unit] = sigmoid(round(x[place] + u[place]));
    }
    return values;
  };
  const [z, r] = [gate(0), gate(1)];
  change("update_gate", z);
  change("reset_gate", r);
  const g = r.map((reset, unit) => Math.tanh(round(x[2 * units + unit] + round(reset * u[2 * units + unit]))));
  change("candidate", g);
  const h = z.map((kept, unit) => round(kept * previous.hidden[unit]) + round(round(1 - kept) * g[unit]));
  change("hidden", h);
  return { hidden: h, candidate: g, update_gate: z, reset_gate: r };
}

/** @type {Record<string, {step: CellStep, state: string[]}>} */
const CELLS = { lstm: { step: lstmStep, state: ["hidden", "cell"] }, gru: { step: gruStep, state: ["hidden"] } };

/**
 * Something described, with every field of its description.
 * @type {new (data: Description) => Description}
 */
const Described = /** @type {any} */ (class {
  constructor(/** @type {Description} */ data) {
    Object.assign(this, data);
  }
});

/** A network as its page describes it, with its weights ready to use. */
export class Network extends Described {
  /** @param {Description} data */
  constructor(data) {
    super(data);
    /** @type {Map<string, number>} */
    this.index = new Map(this.vocabulary.map((token, at) => [token, at]));
    this.signal = Object.fromEntries(this.signals.map((signal) => [signal.key, signal]));
    this.place = Object.fromEntries(this.neurons.map((each) => [`${each.layer}.${each.neuron}`, each]));
    const weights = (/** @type {string} */ name) => decodeFloats(data.weights[name]);
    this.parameters = Array.from({ length: this.layers }, (_, at) => ({
      kernel: weights(`layer_${at + 1}/kernel`),
      recurrent_kernel: weights(`layer_${at + 1}/recurrent_kernel`),
      bias: weights(`layer_${at + 1}/bias`),
    }));
    this.readout = { kernel: weights("readout/kernel"), bias: weights("readout/bias") };
    const zero = Object.fromEntries(CELLS[this.cell].state.map((key) => [key, new Float32Array(this.units)]));
    this.beginning = this.parameters.map(() => zero);
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
      layers.push(CELLS[this.cell].step(x, previous[at], weights, changeOf(at + 1)));
    }
    const logits = new Float32Array(this.readout.bias.length);
    addProduct(logits, layers[layers.length - 1].hidden, this.readout.kernel);
    return { layers, probabilities: softmax(logits.map((logit, at) => logit + this.readout.bias[at])) };
  }

  /**
   * Return the ends of a signal's colour scale for one neuron; an unbounded one takes ± its largest known size.
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

/** Return the place of the largest value, the first of equals. */
export function largestAt(/** @type {Float64Array} */ values) {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if (values[at] > values[best]) best = at;
  return best;
}
