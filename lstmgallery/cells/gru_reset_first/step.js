// One step of the GRU with the reset gate before the matrix product in the browser, written from the equations.
import { addProduct, CELLS, round, sigmoid } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

/**
 * Return the four signals of one step. Gates z r g; the product for g reads the state that the reset gate lets through.
 * @param {Float32Array} x kernel applied to the input, (3 · units)
 * @param {Signals} previous
 * @param {Weights} weights
 * @param {Change} change
 * @returns {Signals}
 */
function gruResetFirstStep(x, previous, weights, change) {
  const units = previous.hidden.length;
  const product = (/** @type {Float32Array} */ state) => {
    const u = new Float32Array(3 * units);
    addProduct(u, state, weights.recurrent_kernel);
    return u;
  };
  const sums = x.map((sum, place) => sum + weights.bias[place]);
  const u = product(previous.hidden);
  const gates = sums.map((sum, place) => sigmoid(round(sum + u[place])));
  const [z, r] = [gates.slice(0, units), gates.slice(units, 2 * units)];
  change("update_gate", z);
  change("reset_gate", r);
  const seen = product(r.map((reset, unit) => reset * previous.hidden[unit])).subarray(2 * units);
  const g = sums.subarray(2 * units).map((sum, unit) => Math.tanh(round(sum + seen[unit])));
  change("candidate", g);
  const h = z.map((kept, unit) => round(kept * previous.hidden[unit]) + round(round(1 - kept) * g[unit]));
  change("hidden", h);
  return { hidden: h, candidate: g, update_gate: z, reset_gate: r };
}

CELLS.gru_reset_first = gruResetFirstStep;
