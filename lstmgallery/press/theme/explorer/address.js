// The state of the page in the fragment of its address: `#text=aaX&neuron=1&do=1.1.cell%2B3counts%403`. The keys are
// described in `press/addresses.py`.
import { formatChange, parseChange } from "./changes.js";
import { defaultState } from "./state.js";

/**
 * @import { Network } from "./network.js"
 * @import { State } from "./state.js"
 */

/**
 * Return a whole number from its digits. Throws an Error if it is out of range.
 * @param {string} text
 * @param {number} low
 * @param {number} high
 * @param {string} what
 */
function whole(text, low, high, what) {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= low && value <= high)) throw new Error(`${what} must be ${low} to ${high}`);
  return value;
}

/**
 * The parsers of the fragment's keys; each returns a patch of the state. Each throws an Error with a message.
 * @type {Record<string, (state: State, value: string, network: Network) => void>}
 */
const READ = {
  text: (state, value) => { state.text = value.replace(/\r\n?/g, "\n"); }, // as a text box has it
  layer: (state, value, network) => { state.layer = whole(value, 1, network.layers, "layer"); },
  signal: (state, value, network) => {
    if (!Object.hasOwn(network.signal, value)) throw new Error(`no signal “${value}”`);
    state.signal = value;
  },
  neuron: (state, value, network) => { state.neuron = whole(value, 1, network.units, "neuron"); },
  step: (state, value, network) => { state.step = whole(value, 0, network.most_characters, "step"); },
  do: (state, value, network) => {
    state.changes = value.split(",").map((each) => parseChange(each, network));
  },
  write: (state, value) => {
    const [, digits, seed] = /^(\d+(?:\.\d+)?)~(\d{1,9})$/.exec(value) ?? [];
    const temperature = Number(digits);
    if (value !== "greedy" && !(temperature >= 0.1 && temperature <= 5)) {
      throw new Error("expected “greedy” or a temperature from 0.1 to 5, “~”, seed");
    }
    state.write = value === "greedy" ? { temperature: 0, seed: 1 } : { temperature, seed: Number(seed) };
  },
  find: (state, value, network) => {
    const [from, to, threshold] = (/^(\d+)-(\d+)~(0?\.\d+)$/.exec(value) ?? []).slice(1).map(Number);
    const isSpan = from <= to && to <= network.most_characters;
    if (!isSpan || !(threshold > 0 && threshold < 1)) {
      throw new Error("expected two steps, “~”, threshold between 0 and 1: 3-5~0.5");
    }
    state.find = { from, to, threshold };
  },
  sort: (state, value) => {
    if (value !== "role" && value !== "number") throw new Error("use “role” or “number”");
    state.sort = value;
  },
  filter: (state, value) => { state.filter = value.slice(0, 100); },
  letters: (state, value) => {
    if (value !== "off" && value !== "on") throw new Error("use “on” or “off”");
    state.letters = value === "on";
  },
};

/**
 * Return the state described by a fragment, and notes on unreadable parts.
 * @param {string} fragment with or without its #
 * @param {Network} network
 * @returns {{state: State, notes: string[]}}
 */
export function parseAddress(fragment, network) {
  const state = defaultState(network);
  /** @type {string[]} */
  const notes = [];
  for (const pair of fragment.replace(/^#/, "").split("&").filter(Boolean)) {
    const [, key = "", written = ""] = /^([^=]*)=?(.*)$/su.exec(pair) ?? [];
    try {
      if (!Object.hasOwn(READ, key)) throw new Error("unknown key");
      READ[key](state, decodeURIComponent(written), network);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const reason = error instanceof URIError ? "invalid encoding" : message;
      notes.push(`“${key.slice(0, 40)}” in the address is ignored: ${reason.slice(0, 160)}.`);
    }
  }
  return { state, notes };
}

/**
 * Return the fragment, with its #, that `parseAddress` reads back; defaults are left out.
 * @param {State} state
 * @param {Network} network
 */
export function formatAddress(state, network) {
  const usual = defaultState(network);
  const { layer, neuron, changes, write, find } = state;
  const unusual = (/** @type {keyof State} */ key) => (state[key] === usual[key] ? null : state[key]);
  const pairs = {
    text: unusual("text"),
    layer: unusual("layer"),
    signal: unusual("signal"),
    neuron: layer === usual.layer ? unusual("neuron") : neuron,
    step: state.step,
    do: changes.length ? changes.map(formatChange).join(",") : null,
    write: write && (write.temperature > 0 ? `${write.temperature}~${write.seed}` : "greedy"),
    find: find && `${find.from}-${find.to}~${find.threshold}`,
    sort: unusual("sort"),
    filter: state.filter || null,
    letters: state.letters ? null : "off",
  };
  const written = Object.entries(pairs).filter(([, value]) => value !== null);
  return `#${written.map(([key, value]) => key + "=" + encode(String(value))).join("&")}`;
}

/** Return a value encoded for an address; half a surrogate pair becomes a replacement character. */
function encode(/** @type {string} */ value) {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\ufffd"));
}
