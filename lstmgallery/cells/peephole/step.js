// One step of the LSTM with peepholes in the browser, written from the equations.
import { addProduct, CELLS, round, sigmoid } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

/**
 * Return the six signals of one step of an LSTM with peepholes. Gates i f g o; o sees the new cell, changed or not.
 * @param {Float32Array} x kernel applied to the input, (4 · units)
 * @param {Signals} previous
 * @param {Weights} weights
 * @param {Change} change
 * @returns {Signals}
 */
function peepholeStep(x, previous, weights, change) {
  const units = previous.hidden.length;
  const u = new Float32Array(x.length);
  addProduct(u, previous.hidden, weights.recurrent_kernel);
  const sum = (/** @type {number} */ place) => round(round(x[place] + u[place]) + weights.bias[place]);
  const gate = (
    /** @type {number} */ at,
    /** @type {Float32Array} */ peephole,
    /** @type {Float32Array} */ cell,
  ) => cell.map((seen, unit) => sigmoid(round(sum(at * units + unit) + round(peephole[unit] * seen))));
  const i = gate(0, weights.input_peephole, previous.cell);
  const f = gate(1, weights.forget_peephole, previous.cell);
  const g = i.map((_, unit) => Math.tanh(sum(2 * units + unit)));
  change("input_gate", i);
  change("forget_gate", f);
  change("candidate", g);
  const c = previous.cell.map((earlier, unit) => round(f[unit] * earlier) + round(i[unit] * g[unit]));
  change("cell", c);
  const o = gate(3, weights.output_peephole, c);
  change("output_gate", o);
  const h = o.map((open, unit) => open * round(Math.tanh(c[unit])));
  change("hidden", h);
  return { cell: c, hidden: h, candidate: g, input_gate: i, forget_gate: f, output_gate: o };
}

CELLS.peephole = peepholeStep;
