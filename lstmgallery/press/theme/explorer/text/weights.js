// The weights of a large network are in a file of their own, which is loaded once the page has been painted: a script,
// because pages opened from disk can fetch nothing else.
import { make } from "../dom.js";
import { decodeFloats } from "../network.js";

/** @import { Network } from "../network.js" */

/**
 * @typedef {object} File the content of the file, written by `press/pages/explorer.py`
 * @property {boolean} isHalf whether the values are float16, which hold them exactly; else float32
 * @property {Record<string, string>} values little-endian in base64, by stored name
 */

const LATE = 20_000; // ms after which the page says that the weights have not arrived
const FAILED = "The network’s weights could not be loaded, so it reads nothing here. Reload the page to try again.";

/** Return the float16 numbers in a base64 text, little-endian, as float32: every value is kept exactly. */
export function decodeHalves(/** @type {string} */ base64) {
  const bytes = atob(base64);
  const values = new Float32Array(bytes.length / 2);
  for (let at = 0; at < values.length; at += 1) {
    const [low, high] = [bytes.charCodeAt(2 * at), bytes.charCodeAt(2 * at + 1)];
    const [exponent, fraction] = [(high >> 2) & 31, ((high & 3) << 8) | low];
    const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
    values[at] = high & 128 ? -size : size;
  }
  return values;
}

/**
 * Load the weights of a network after the next frame, and tell the reader how it goes.
 * @param {string} address of the file
 * @param {Network} network takes the weights
 * @param {HTMLElement} status
 * @param {() => File | undefined} loaded returns the content of the file once its script has run
 * @param {() => void} then
 */
export function loadWeights(address, network, status, loaded, then) {
  const script = make("script", { src: address });
  const fail = () => { status.textContent = FAILED; };
  const late = setTimeout(() => {
    status.textContent = "The network’s weights have not arrived yet. It will read the text as soon as they do.";
  }, LATE);
  script.addEventListener("error", () => {
    clearTimeout(late);
    fail();
  });
  script.addEventListener("load", () => {
    clearTimeout(late);
    const file = loaded();
    if (!file) {
      fail();
      return;
    }
    const decode = file.isHalf ? decodeHalves : decodeFloats;
    network.load(Object.keys(file.values), (name) => decode(file.values[name]));
    status.textContent = "";
    then();
  });
  status.textContent = "The network’s weights are loading.";
  requestAnimationFrame(() => setTimeout(() => document.head.append(script)));
}
