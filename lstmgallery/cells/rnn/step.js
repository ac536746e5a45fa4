// One step of the plain RNN in the browser, written from the equations.
import { addProduct, CELLS, round } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

/**
 * Return the hidden state after one step of a plain RNN.
 * @param {Float32Array} x kernel applied to the input, (units)
 * @param {Signals} previous
 * @param {Weights} weights
 * @param {Change} change
 * @returns {Signals}
 */
function rnnStep(x, previous, weights, change) {
  const u = new Float32Array(x.length);
  addProduct(u, previous.hidden, weights.recurrent_kernel);
  const h = x.map((sum, unit) => Math.tanh(round(round(sum + u[unit]) + weights.bias[unit])));
  change("hidden", h);
  return { hidden: h };
}

CELLS.rnn = rnnStep;
