// The tiles of the overview: a tile is a canvas of a few columns, with a cell for each neuron and character. A tile
// with an unchanged look is redrawn only from the first changed column on.
import { make } from "./dom.js";
import { PITCH } from "./layout.js";
import { largestAt } from "./network.js";
import { glyph, LAST_SHADE, shade } from "./print.js";

/**
 * @import { Network } from "./network.js"
 * @import { Run } from "./runs.js"
 */

/**
 * @typedef {{paper: string, ink: string}} Pair of colours
 * @typedef {Pair & {rule: string, wrong: string, shades: Record<string, Pair>}} Colours of the page and of every shade
 *
 * @typedef {object} Picture the visible content of the overview; every tile draws its part
 * @property {Network} network
 * @property {Run} run
 * @property {number} layer
 * @property {string} signal
 * @property {number[]} neurons in the order of their rows
 * @property {string} listed the layer and the neurons as one text
 * @property {number} neuron whose row is framed
 * @property {number} marked column that is framed; -1: none
 * @property {boolean} letters
 * @property {[number, number]} scale of the colours
 * @property {number} top px, the scroll position of the rows
 * @property {number} height px
 * @property {number} ratio device pixels per px
 * @property {Colours} colours
 *
 * @typedef {object} Tile
 * @property {HTMLCanvasElement} canvas
 * @property {CanvasRenderingContext2D} context
 * @property {string} look the settings it was drawn with
 */

export const ROW = 24; // px
export const HEAD = 50; // px; above the neurons are the tokens read and those the network expects next
const TILE = 8; // columns of a tile
export const WIDTH = TILE * PITCH; // px
const [CELL, MIDDLE] = [PITCH - 2, (PITCH - 2) / 2]; // px, the width of a cell and the middle of it
const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/**
 * Return the current colours of every shade in the stylesheet.
 * @param {HTMLElement} box of the overview
 * @returns {Colours}
 */
export function coloursIn(box) {
  const probe = make("i", { class: "unseen" });
  box.append(probe);
  const style = getComputedStyle(probe);
  /** @type {Colours["shades"]} */
  const shades = {};
  for (const [palette, last] of Object.entries(LAST_SHADE)) {
    for (let level = 0; level <= last; level += 1) {
      const name = palette[0] + level;
      probe.className = `unseen ${name}`;
      shades[name] = { paper: style.backgroundColor, ink: style.color };
    }
  }
  probe.remove();
  const page = getComputedStyle(document.body);
  return {
    paper: page.backgroundColor,
    ink: page.color,
    rule: getComputedStyle(box).borderBottomColor,
    wrong: page.getPropertyValue("--wrong").trim(),
    shades,
  };
}

/**
 * Return an empty tile.
 * @param {number} number its index among the tiles
 * @returns {Tile}
 */
export function newTile(number) {
  const canvas = make("canvas");
  canvas.style.left = `${number * WIDTH}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  return { canvas, context, look: "" };
}

/**
 * Draw a tile; with an unchanged look only from the first changed column on.
 * @param {Tile} tile
 * @param {number} number its index among the tiles
 * @param {Picture} picture
 * @param {number} from the first changed column
 */
export function drawTile(tile, number, picture, from) {
  const start = number * TILE;
  const { run, marked, colours, height } = picture;
  const column = marked >= start && marked < start + TILE ? marked : -1;
  const look = lookOf(picture, column);
  const first = tile.look === look ? Math.max(start, from) : start;
  if (first >= start + TILE) return;
  tile.look = look;
  fit(tile, picture);
  const { context } = tile;
  const columns = { first, last: Math.min(run.columns.length, start + TILE), start };
  context.save();
  context.beginPath();
  context.rect(xOf(first, start) - 1, 0, WIDTH, height);
  context.clip();
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, WIDTH, height);
  context.textAlign = "center";
  context.textBaseline = "middle";
  drawCells(context, picture, columns);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, WIDTH, HEAD);
  drawHeads(context, picture, columns);
  drawFrames(context, picture, column < 0 ? null : xOf(column, start));
  context.restore();
}

/**
 * Return the settings a tile is drawn with, except the run: while they are equal, columns before a change stay valid.
 * @param {Picture} picture
 * @param {number} column of the tile that is framed; -1: none
 */
function lookOf({ height, ratio, top, listed, signal, neuron, letters }, column) {
  return JSON.stringify([height, ratio, top, listed, signal, neuron, letters, column]);
}

/**
 * Give a tile the size of the picture. Resizing clears a canvas, so it is done only for another size.
 * @param {Tile} tile
 * @param {Picture} picture
 */
function fit({ canvas, context }, { height, ratio }) {
  const [pixelsAcross, pixelsDown] = [Math.round(WIDTH * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelsAcross || canvas.height !== pixelsDown) {
    Object.assign(canvas, { width: pixelsAcross, height: pixelsDown });
    Object.assign(canvas.style, { width: `${WIDTH}px`, height: `${height}px` });
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/**
 * Return the position of a column on its tile, in px.
 * @param {number} column
 * @param {number} start first column of the tile
 */
function xOf(column, start) {
  return (column - start) * PITCH + 1;
}

/** @typedef {{first: number, last: number, start: number}} Columns of a tile: `first` included, `last` not */

/**
 * Draw the cells of the neurons in view.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Columns} columns
 */
function drawCells(context, picture, { first, last, start }) {
  const { run, network, layer, signal, neurons, letters, scale, top, height, colours } = picture;
  const { palette } = network.signal[signal];
  context.font = `500 12px ${MONO}`;
  const firstRow = Math.max(0, Math.floor(top / ROW));
  const lastRow = Math.min(neurons.length, Math.ceil((top + height - HEAD) / ROW));
  for (let row = firstRow; row < lastRow; row += 1) {
    const y = HEAD + row * ROW - top;
    for (let at = first; at < last; at += 1) {
      const { step, glyph: sign } = run.columns[at];
      if (step === null) {
        hatch(context, xOf(at, start), y + 1, colours.rule);
        continue;
      }
      const value = run.reading.steps[step].layers[layer - 1][signal][neurons[row] - 1];
      drawCell(context, xOf(at, start), y + 1, colours.shades[shade(palette, value, ...scale)]);
      if (letters) context.fillText(sign, xOf(at, start) + MIDDLE, y + ROW / 2 + 0.5, CELL - 2);
    }
  }
}

/**
 * Draw an empty cell, and set the ink for its text.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {Pair} pair
 */
function drawCell(context, x, y, { paper, ink }) {
  context.fillStyle = paper;
  context.fillRect(x, y, CELL, ROW - 2);
  context.fillStyle = ink;
}

/**
 * Draw the tokens read, and those the network expects next, above the neurons.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Columns} columns
 */
function drawHeads(context, picture, { first, last, start }) {
  for (let at = first; at < last; at += 1) {
    const { glyph: sign, isWritten, step } = picture.run.columns[at];
    context.fillStyle = picture.colours.ink;
    context.font = `${isWritten ? "italic " : ""}600 14px ${MONO}`;
    context.fillText(sign, xOf(at, start) + MIDDLE, 12, CELL);
    if (step !== null) drawChoice(context, picture, step, xOf(at, start), 25);
  }
}

/**
 * Draw the token the network expects after a step, crossed out if the language determines another.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {number} step
 * @param {number} x
 * @param {number} y
 */
function drawChoice(context, { run, network, colours }, step, x, y) {
  const { probabilities } = run.reading.steps[step];
  const choice = largestAt(probabilities);
  drawCell(context, x, y, colours.shades[shade("gate", probabilities[choice], 0, 1)]);
  context.font = `600 14px ${MONO}`;
  context.fillText(glyph(network.vocabulary[choice]), x + MIDDLE, y + 11.5, CELL - 2);
  const answer = run.answers[step];
  if (answer === null || answer === network.vocabulary[choice]) return;
  context.fillRect(x + 6, y + 10, 21, 2);
  context.strokeStyle = colours.wrong;
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 1, CELL - 2, ROW - 4);
}

/**
 * Frame the row of the current neuron and the marked column.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {number | null} x of the column, if it is on this tile
 */
function drawFrames(context, { neurons, neuron, top, colours }, x) {
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  const rowTop = HEAD + neurons.indexOf(neuron) * ROW - top;
  if (neurons.includes(neuron) && rowTop >= HEAD - ROW) context.strokeRect(-4, rowTop + 1, WIDTH + 8, ROW - 2);
  if (x !== null) context.strokeRect(x, HEAD, CELL, neurons.length * ROW - top);
}

/**
 * Draw the cell of an unread character.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function hatch(context, x, y, colour) {
  context.strokeStyle = colour;
  context.beginPath();
  for (let offset = 4; offset < CELL; offset += 7) {
    context.moveTo(x + offset, y);
    context.lineTo(x + Math.max(0, offset - ROW + 2), y + Math.min(ROW - 2, offset));
  }
  context.stroke();
}
