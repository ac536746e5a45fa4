// One step of the LSTM with coupled gates in the browser, written from the equations.
import { addProduct, CELLS, round, sigmoid } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

/**
 * Return the six signals of one step of an LSTM with f = 1 - i. Gates i g o; f follows a changed i.
 * @param {Float32Array} x kernel applied to the input, (3 · units)
 * @param {Signals} previous
 * @param {Weights} weights
 * @param {Change} change
 * @returns {Signals}
 */
function coupledStep(x, previous, weights, change) {
  const units = previous.hidden.length;
  const u = new Float32Array(x.length);
  addProduct(u, previous.hidden, weights.recurrent_kernel);
  const sums = x.map((sum, place) => round(sum + u[place]) + weights.bias[place]);
  const i = sums.subarray(0, units).map(sigmoid);
  change("input_gate", i);
  const f = i.map((written) => 1 - written);
  const g = sums.subarray(units, 2 * units).map(Math.tanh);
  const o = sums.subarray(2 * units).map(sigmoid);
  change("forget_gate", f);
  change("candidate", g);
  change("output_gate", o);
  const c = previous.cell.map((earlier, unit) => round(f[unit] * earlier) + round(i[unit] * g[unit]));
  change("cell", c);
  const h = o.map((open, unit) => open * round(Math.tanh(c[unit])));
  change("hidden", h);
  return { cell: c, hidden: h, candidate: g, input_gate: i, forget_gate: f, output_gate: o };
}

CELLS.coupled = coupledStep;
