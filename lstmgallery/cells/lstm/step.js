// One step of the LSTM in the browser, written from the equations.
import { addProduct, CELLS, round, sigmoid } from "../../press/theme/explorer/products.js";
/** @import { Change, Signals, Weights } from "../../press/theme/explorer/products.js" */

/**
 * Return the six signals of one LSTM step, each passed through `change` before anything else reads it. Gates i f g o.
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

CELLS.lstm = lstmStep;
