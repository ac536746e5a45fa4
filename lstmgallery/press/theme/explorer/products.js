// Functions shared by the steps of all cells: sums of products, squashed, in the precision of the weights. A cell's own
// step is `cells/<kind>/step.js`.

/**
 * @typedef {Record<string, Float32Array>} Signals of one layer at one step: by key, a value per unit
 * @typedef {(signal: string, values: Float32Array) => void} Change changes values in place
 * @typedef {Record<string, Float32Array>} Weights of one layer, by name, row by row
 * @typedef {(x: Float32Array, previous: Signals, weights: Weights, change: Change) => Signals} CellStep
 */

/**
 * One step of each kind of cell.
 * @type {Record<string, CellStep>}
 */
export const CELLS = {};

export const round = Math.fround;
export const sigmoid = (/** @type {number} */ z) => {
  const power = round(Math.exp(Math.min(z, 80)));
  return power / round(1 + power);
};

/**
 * Add `vector` times `matrix`, row by row, to `sum`. Four rows are added at once: each sum is read and written once for
 * all four, which halves the time, and is still rounded after each of them.
 * @param {Float32Array} sum
 * @param {Float32Array} vector
 * @param {Float32Array} matrix
 */
export function addProduct(sum, vector, matrix) {
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
