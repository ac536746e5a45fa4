// One step of the GRU in the browser, written from the equations.
import { addProduct, CELLS, round, sigmoid } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

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

CELLS.gru = gruStep;
