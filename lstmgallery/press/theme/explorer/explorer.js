// The page: one state, shown in every part of it and mirrored in the address; what the reader does changes the state.
import { defaultState, formatAddress, parseAddress } from "./address.js";
import { changesAt, describeChange, formatChange, parseChange } from "./changes.js";
import { afterNextFrame, make, setHidden, setText, ticksBetween, whenQuiet } from "./dom.js";
import { Finder } from "./finder.js";
import { rightAnswers } from "./language.js";
import { decodeFloats, Network } from "./network.js";
import { describeWritten, showOutcome } from "./outcome.js";
import { Overview } from "./overview.js";
import { brief, glyph, listed, number, percent, plain, shade, tokenName } from "./print.js";
import { Reading, splitText } from "./reading.js";
import { countHeldOut, findNeurons, likeSpans, marginOf } from "./search.js";
import { Strip } from "./strip.js";
import { draw, MOST_WRITTEN, randomFrom, writeOn } from "./writing.js";

/**
 * Read a text with a network and return everything it computes, as plain arrays. Characters that it never saw are
 * not read; `changes` are written as in the address.
 * @param {any} network
 * @param {string} text
 * @param {string[]} [changes]
 * @returns {{tokens: string[], signals: Record<string, number[][][]>, probabilities: number[][], unseen: string[]}}
 */
function readAll(network, text, changes = []) {
  const characters = [...text];
  const reading = new Reading(network);
  reading.read(
    characters.map((character) => network.index.get(character)).filter((token) => token !== undefined),
    changes.map((each) => parseChange(each, network)),
  );
  const arrays = (key, layer) => reading.steps.map(({ layers }) => Array.from(layers[layer][key]));
  return {
    tokens: reading.tokens.map((token) => network.vocabulary[token]),
    signals: Object.fromEntries(network.signals.map(({ key }) => [key, network.beginning.map((_, layer) => arrays(key, layer))])),
    probabilities: reading.steps.map(({ probabilities }) => Array.from(probabilities)),
    unseen: [...new Set(characters.filter((character) => !network.index.has(character)))],
  };
}

function begin(/** @type {HTMLElement} */ page) {
  const network = new Network(gallery.data);
  gallery.read = (text, changes) => readAll(network, text, changes);
  const at = (id) => document.getElementById(id);
  document.documentElement.classList.add("has-script");

  const runs = [new Reading(network), new Reading(network)].map((reading) => ({ reading, columns: [], answers: [], written: [], ended: false }));
  const [usual, changed] = runs;
  let state = parseAddress(location.hash, network).state;
  let addressNotes = [];
  let pointed = null; // the step under the pointer
  let anchor = null; // where a selection of steps began
  let shownText = null;
  let isStepTyped = false; // of the next change; else it is the chosen step, or where the delimiter is read

  const strips = ["without", "with"].map((id) => new Strip(page.querySelector(`#${id} .scroll`), network, (step, isChosen, event) => onStep(step, isChosen, event)));
  const overview = new Overview(at("overview"), network, {
    onNeuron: (neuron) => set({ neuron }),
    onStep: (step, isChosen) => onStep(step, isChosen),
  });
  const finder = new Finder({ list: at("found"), verdict: at("verdict") }, network, (neuron) => set({ neuron }));
  const hint = page.querySelector(".hint");
  const invitation = hint.textContent;
  const sampled = [...page.querySelectorAll(".sampling")];
  const equations = [...page.querySelectorAll("[data-equation]")].map((line) => {
    const [general, numbers] = [make("span"), make("span")];
    general.append(...line.childNodes);
    line.append(general, numbers);
    return { general, numbers };
  });

  /** Change the state and show it. `how` it enters the history: a new place, the same, or not at all. */
  function set(patch, how = "push") {
    state = { ...state, ...patch };
    addressNotes = [];
    pointed = null;
    show(Object.keys(patch), { isTyped: how === "typing" });
    if (how === "typing") rememberTyping();
    else remember(how);
  }

  let wasTyping = false;
  function remember(how) {
    rememberTyping.cancel();
    const fragment = formatAddress(state, network);
    if (fragment === location.hash || (fragment === "#" && !location.hash)) return;
    if (how === "push") history.pushState(null, "", fragment);
    else history.replaceState(null, "", fragment);
    wasTyping = false;
  }
  // Typing enters the history once it rests: the first time as a new place, then as the same one.
  const rememberTyping = (() => {
    let timer = 0;
    const write = () => {
      timer = 0;
      remember(wasTyping ? "replace" : "push");
      wasTyping = true;
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(write, 400); };
    later.cancel = () => { clearTimeout(timer); timer = 0; };
    later.flush = () => { if (timer) { clearTimeout(timer); write(); } };
    return later;
  })();

  function fromAddress() {
    rememberTyping.cancel();
    const { state: wanted, notes } = parseAddress(location.hash, network);
    state = wanted;
    addressNotes = notes;
    pointed = null;
    wasTyping = false;
    show();
  }

  /** Read the text in both runs, in the changed one if anything is changed; return for each the first column that is not as it was. */
  function read() {
    const { columns, cut, unseen } = splitText(state.text, network);
    const typed = columns.filter(({ token }) => token !== undefined).map(({ token }) => token);
    const from = runs.map((run) => {
      if (run === changed && !state.changes.length) return 0; // stays as it is until it is shown again
      const before = run.columns;
      let first = run.reading.read(typed, run === changed ? state.changes : []);
      const outcome = state.write ? writeOn(run.reading, state.write) : { written: [], ended: false };
      if (outcome.written.length) first = Math.min(first, typed.length + 1);
      let step = 0;
      run.columns = [{ character: "<start>", token: 0 }, ...columns].map(({ character, token }) => ({
        glyph: glyph(character), name: tokenName(character), step: token === undefined ? null : step++, isWritten: false,
      }));
      for (const token of outcome.written) {
        const character = network.vocabulary[token];
        run.columns.push({ glyph: glyph(character), name: tokenName(character), step: step++, isWritten: true });
      }
      Object.assign(run, outcome);
      const tokens = run.reading.tokens.map((token) => network.vocabulary[token]);
      run.answers = rightAnswers(network.rule, tokens, run.answers.slice(0, first));
      const isAsBefore = (column, place) => before[place] && ["glyph", "step", "isWritten"].every((key) => before[place][key] === column[key]) && !(column.step >= first);
      const differing = run.columns.findIndex((column, place) => !isAsBefore(column, place));
      return differing < 0 ? run.columns.length : differing;
    });
    return { from, cut, unseen };
  }

  let lastRead = null;
  /** Show the state; `keys` are those of it that have changed, all of them if not given. */
  function show(keys = null, { isTyped = false } = {}) {
    const touches = (...wanted) => !keys || wanted.some((key) => keys.includes(key));
    if (touches("text", "changes", "write") || !lastRead) {
      const wasAtEnd = state.step === null;
      lastRead = read();
      if (at("text").value !== state.text) at("text").value = state.text;
      fitText();
      showNotes(lastRead);
      if (state.step !== null && state.step >= usual.reading.steps.length && !state.changes.length) state.step = null;
      const isAppended = wasAtEnd && shownText !== null && state.text.startsWith(shownText) && state.text !== shownText;
      showStrips(lastRead.from, { isFollowed: isAppended });
      if (!keys) listNeurons();
      overview.show(usual, state, lastRead.from[0], { isFollowed: isAppended });
      shownText = state.text;
      showWritten();
      announce();
      if (state.find) search();
    } else {
      showNotes(lastRead);
      if (touches("layer", "sort", "filter")) listNeurons();
      overview.show(usual, state, Infinity);
      const everything = runs.map((run) => run.columns.length);
      if (touches("neuron", "layer")) showStrips(everything);
    }
    if (!isTyped) drawStrips();
    else if (isStripInSight) drawWaitingSoon();
    else drawWaitingLater();
    if (touches("neuron", "layer")) showNeuron();
    if (touches("changes")) showChanges();
    if (touches("find", "layer", "signal")) search();
    showControls();
    showStep(pointed ?? state.step, { isFollowed: !keys || touches("step") });
    for (const part of [...strips, overview]) part.follow(); // last, and not in a frame of its own: one layout is enough
  }

  // What is typed is read and shown in the overview in one frame, in the strips in the one after it: neither takes long then.
  // Strips out of sight wait until typing rests. They are drawn then all the same: a screen reader is not told what is in sight.
  let isStripInSight = true;
  const drawWaiting = () => {
    drawStrips();
    for (const strip of strips) strip.follow();
  };
  const drawWaitingSoon = afterNextFrame(drawWaiting);
  const drawWaitingLater = whenQuiet(400, drawWaiting);
  new IntersectionObserver((entries) => {
    isStripInSight = entries.at(-1).isIntersecting;
    if (isStripInSight) drawWaiting();
  }).observe(at("strips"));

  function showStrips(from, { isFollowed = false } = {}) {
    const isCompared = state.changes.length > 0;
    at("strips").classList.toggle("is-compared", isCompared);
    setHidden(at("with"), !isCompared);
    strips[0].show(usual, state, from[0], { isFollowed });
    if (isCompared) strips[1].show(changed, state, from[1], { isFollowed });
  }

  function drawStrips() {
    if (!strips.filter((strip) => strip.draw()).length) return;
    selectSpan();
    markStrips();
    const settled = usual.answers.map((answer, step) => ({ answer, step })).filter(({ answer }) => answer !== null);
    const right = settled.filter(({ answer, step }) => network.vocabulary[usual.reading.choice(step)] === answer).length;
    setText(at("score"), settled.length ? `The language settles what follows ${settled.length === 1 ? "one step" : `${settled.length} of these steps`}; the network is right at ${right === settled.length ? (right === 1 ? "it" : "all of them") : right}.` : "");
  }

  function showNeuron() {
    const { layer, neuron } = state;
    const entry = network.place[`${layer}.${neuron}`];
    at("neuron-heading").textContent = network.layers > 1 ? `Neuron ${neuron} of layer ${layer}` : `Neuron ${neuron}`;
    at("role").textContent = entry.role;
    at("neuron-page").setAttribute("href", entry.page);
  }

  function showControls() {
    const put = (id, value) => { if (at(id) && at(id).value !== String(value)) at(id).value = String(value); };
    put("layer", state.layer);
    put("signal", state.signal);
    put("sort", state.sort);
    put("filter", state.filter);
    const delimiterAt = usual.reading.tokens.indexOf(network.index.get(network.rule?.delimiter));
    if (!isStepTyped) put("change-step", state.step ?? state.changes.at(-1)?.step ?? Math.max(1, delimiterAt));
    at("letters").checked = state.letters;
    put("write", !state.write ? "" : state.write.temperature > 0 ? "sampled" : "greedy");
    if (state.write?.temperature > 0) {
      put("temperature", state.write.temperature);
      put("seed", state.write.seed);
    }
    for (const control of sampled) setHidden(control, !(state.write?.temperature > 0));
    setHidden(at("keep"), !usual.written.length || state.changes.length > 0);
    if (state.find) {
      put("from", state.find.from);
      put("to", state.find.to);
      put("threshold", state.find.threshold);
    }
  }

  function listNeurons() {
    const wanted = state.filter.trim().toLowerCase();
    const isShown = ({ neuron, role }) => (/^\d+$/.test(wanted) ? String(neuron) === wanted : role.toLowerCase().includes(wanted));
    const neurons = network.neurons.filter((each) => each.layer === state.layer && isShown(each)).map(({ neuron }) => neuron);
    if (state.sort === "number") neurons.sort((one, other) => one - other);
    overview.list(state.layer, neurons);
  }

  function showNotes({ cut, unseen }) {
    const notes = addressNotes.map((text) => make("p", {}, text));
    if (cut) notes.push(make("p", {}, `Longer than ${network.most_characters.toLocaleString("en")} characters: the rest was cut off.`));
    if (unseen.length) {
      const shown = unseen.slice(0, 8).flatMap((character) => [make("bdi", {}, glyph(character)), " "]);
      if (unseen.length > 8) shown.push(`and ${(unseen.length - 8).toLocaleString("en")} more `);
      const known = network.vocabulary.slice(2);
      notes.push(make("p", {}, "The network has never seen ", ...shown, `and does not read ${unseen.length === 1 ? "it" : "them"}: the columns are hatched, and its memory stays as it is. It knows ${known.length > 40 ? `${known.length} characters` : listed(known.map(glyph), 40)}.`));
    }
    const words = notes.map((note) => note.textContent).join("");
    if (words !== at("notes").textContent) at("notes").replaceChildren(...notes);
  }

  function showWritten() {
    setHidden(at("outcome"), !state.write);
    if (!state.write) return;
    const isCompared = state.changes.length > 0;
    const named = isCompared ? [{ name: "without", run: usual }, { name: "with the change", run: changed }] : [{ name: "writes", run: usual }];
    showOutcome(page.querySelector("#outcome .scroll"), network, named);
    const words = describeWritten;
    at("written").textContent = isCompared
      ? `Without the change it writes ${words(network, usual)}; with it, ${words(network, changed)}.`
      : `It writes ${words(network, usual)}.`;
  }

  function showChanges() {
    const items = state.changes.map((change, number) => {
      const words = describeChange(change, network);
      const remove = make("button", { type: "button", value: String(number), "aria-label": `Take back: ${words}` }, "take back");
      return make("li", {}, words, remove);
    });
    at("changes").replaceChildren(...items);
  }

  /** Write the numbers of one step behind an equation: everything right of the equals sign, then the result. */
  function withNumbers(general, run, step) {
    const value = (node) => number(run.reading.value(node.dataset.signal, step - ("earlier" in node.dataset ? 1 : 0), state.layer, state.neuron));
    const [result, ...rest] = general.childNodes;
    let right = "";
    for (const node of rest) {
      if (!(node instanceof HTMLElement)) right += node.textContent;
      else right += value(node).startsWith("\u2212") && !right.endsWith("(") ? `(${value(node)})` : value(node);
    }
    const moved = run === changed ? state.changes.find((each) => each.layer === state.layer && each.neuron === state.neuron && each.signal === result.dataset.signal
      && (each.step === step || (each.kind === "hold" && each.step < step))) : null;
    if (moved?.kind === "hold") return ` =\u00a0${value(result)}, held`;
    const amount = moved ? moved.amount * (moved.inCounts ? network.counts[state.layer - 1][state.neuron - 1] : 1) : 0;
    return `${right}${moved ? ` ${amount < 0 ? "−" : "+"} ${number(Math.abs(amount))}, the change,` : ""} =\u00a0${value(result)}`;
  }

  /** Return the runs that are shown and have a step. */
  function runsAt(step) {
    return step === null ? [] : (state.changes.length ? runs : [usual]).filter((run) => step < run.reading.steps.length);
  }

  function markStrips({ isFollowed = false } = {}) {
    const step = pointed ?? state.step;
    strips.forEach((strip, place) => strip.mark(runsAt(step).includes(runs[place]) ? step : null, { isFollowed }));
  }

  function showStep(step, { isFollowed = false } = {}) {
    const shown = runsAt(step);
    markStrips({ isFollowed });
    overview.mark(shown.includes(usual) ? step : null, { isFollowed });
    const reads = shown.length && glyph(network.vocabulary[shown.at(-1).reading.tokens[step]]);
    setText(hint, shown.length ? `Step ${step} reads ${reads}` : invitation);
    for (const { general, numbers } of equations) {
      const lines = shown.map((run) => withNumbers(general, run, step));
      numbers.replaceChildren(...lines.flatMap((line, place) => (place ? [make("br"), make("span", { class: "small" }, "with the change:"), line] : [line])));
    }
  }

  function onStep(step, isChosen, event) {
    if (event?.shiftKey && isChosen && step !== null) {
      anchor ??= state.step ?? step;
      const [from, to] = [Math.min(anchor, step), Math.max(anchor, step)];
      set({ step, find: { from, to, threshold: state.find?.threshold ?? Number(at("threshold").value) } }, "replace");
      return;
    }
    anchor = null;
    if (isChosen) {
      isStepTyped = false;
      set({ step }, "replace");
    } else if (step !== pointed) {
      pointed = step;
      showStep(step);
    }
  }

  function selectSpan() {
    const { from, to } = state.find ?? { from: null, to: null };
    strips[0].select(from, to);
  }

  function search() {
    selectSpan();
    if (!state.find) return finder.clear();
    return finder.find(usual.reading, state.layer, state.signal, state.find);
  }

  const announce = whenQuiet(900, () => {
    const last = usual.reading.steps.length - 1;
    const choice = network.vocabulary[usual.reading.choice(last)];
    at("announcer").textContent = `Read ${last} ${last === 1 ? "character" : "characters"}. It expects next: ${tokenName(choice)}.`;
  });

  function fitText() {
    const box = at("text");
    const rows = String(Math.min(4, Math.max(1, Math.ceil(state.text.length / Math.max(20, Math.floor(box.clientWidth / 13.5))))));
    if (box.getAttribute("rows") !== rows) box.setAttribute("rows", rows);
  }

  /** Take what stands in the text box, cut where it is too long. */
  function takeText() {
    const box = at("text");
    const most = network.most_characters;
    if (box.value.length > most) {
      const { columns, cut } = splitText(box.value, network);
      if (cut) {
        box.value = columns.map(({ character }) => character).join("");
        set({ text: box.value }, "typing");
        showNotes({ ...lastRead, cut: true });
        return;
      }
    }
    set({ text: box.value }, "typing");
  }

  at("text").addEventListener("input", takeText);
  at("text").addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length <= network.most_characters) return; // the browser can do it
    event.preventDefault(); // before it lays out a megabyte
    const box = at("text");
    box.setRangeText(pasted.slice(0, 2 * network.most_characters + 1), box.selectionStart, box.selectionEnd, "end");
    takeText();
  });
  for (const button of page.querySelectorAll(".try")) button.addEventListener("click", () => set({ text: button.value, step: null }));

  const sampling = () => {
    const [temperature, seed] = [Number(at("temperature").value), Number(at("seed").value)];
    return { temperature: Math.min(5, Math.max(0.1, temperature || 1)), seed: Math.min(999999999, Math.max(0, Math.floor(seed) || 0)) };
  };
  at("write").addEventListener("change", ({ target }) => {
    set({ write: target.value === "greedy" ? { temperature: 0, seed: 1 } : target.value ? sampling() : null });
  });
  for (const id of ["temperature", "seed"]) at(id).addEventListener("change", () => set({ write: sampling() }));
  at("again").addEventListener("click", () => {
    at("seed").value = String((sampling().seed + 1) % 1000000000);
    set({ write: sampling() });
  });
  at("keep").addEventListener("click", () => {
    const written = usual.written.map((token) => network.vocabulary[token]).filter((token) => token.length <= 2);
    set({ text: state.text + written.join(""), write: null });
  });

  at("layer")?.addEventListener("change", ({ target }) => set({ layer: Number(target.value), neuron: bestOf(Number(target.value)) }));
  at("signal").addEventListener("change", ({ target }) => set({ signal: target.value }));
  at("sort").addEventListener("change", ({ target }) => set({ sort: target.value }));
  at("filter").addEventListener("input", ({ target }) => set({ filter: target.value.slice(0, 100) }, "typing"));
  at("numbers").addEventListener("change", ({ target }) => at("strips").classList.toggle("shows-values", target.checked));
  at("letters").addEventListener("change", ({ target }) => set({ letters: target.checked }));
  const bestOf = (layer) => (network.best[0] === layer ? network.best[1] : network.neurons.find((each) => each.layer === layer).neuron);

  const showWhen = () => { at("when").textContent = at("change").value.startsWith("hold") ? "from step" : "at step"; };
  at("change").addEventListener("change", showWhen);
  at("change-step").addEventListener("input", () => { isStepTyped = true; });
  at("changing").addEventListener("submit", (event) => {
    event.preventDefault();
    const [what, signal] = at("change").value.split(" ");
    const change = { layer: state.layer, neuron: state.neuron, signal, kind: what === "hold" ? "hold" : "add",
      amount: Number(at("amount").value), inCounts: what === "counts", step: Number(at("change-step").value) };
    try {
      const checked = parseChange(formatChange(change), network);
      set({ changes: [...state.changes, checked] });
    } catch (error) {
      addressNotes = [`This change cannot be made: ${error.message}.`];
      showNotes(lastRead);
    }
  });
  at("changes").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    set({ changes: state.changes.filter((_, number) => number !== Number(button.value)) });
    (at("changes").querySelector("button") ?? at("change")).focus();
  });

  at("finding").addEventListener("submit", (event) => {
    event.preventDefault();
    const [one, other] = [Number(at("from").value), Number(at("to").value)];
    set({ find: { from: Math.min(one, other), to: Math.max(one, other), threshold: Number(at("threshold").value) } });
  });
  at("forget").addEventListener("click", () => set({ find: null }));
  dragSpan();

  /** Select steps by dragging along the row of what is read. */
  function dragSpan() {
    const { region, reads } = strips[0];
    let begun = null;
    region.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("th[scope=col]") || !reads.contains(event.target) || event.button !== 0) return;
      begun = strips[0].stepAt(event);
    });
    region.addEventListener("pointermove", (event) => {
      if (begun === null || !event.buttons) return;
      const head = document.elementFromPoint(event.clientX, reads.getBoundingClientRect().top + 5);
      const step = strips[0].stepAt({ target: head ?? region, clientX: event.clientX });
      if (step === null || (step === begun && !state.find)) return;
      const threshold = state.find?.threshold ?? Number(at("threshold").value);
      const find = { from: Math.min(begun, step), to: Math.max(begun, step), threshold };
      if (find.from !== state.find?.from || find.to !== state.find?.to) set({ find }, "replace");
    });
    addEventListener("pointerup", () => { begun = null; });
  }

  addEventListener("popstate", fromAddress);
  addEventListener("pagehide", () => rememberTyping.flush());
  showWhen();
  fromAddress();
}

const gallery = (window.lstmgallery ??= {});
// For scripts: `read`. For tests, too: the parts that can be taken by themselves.
Object.assign(gallery, {
  address: { defaultState, formatAddress, parseAddress },
  changes: { changesAt, describeChange, formatChange, parseChange },
  dom: { ticksBetween },
  language: { rightAnswers },
  print: { brief, glyph, listed, number, percent, shade },
  search: { countHeldOut, findNeurons, likeSpans, marginOf },
  ...{ Finder, MOST_WRITTEN, Network, Reading },
  ...{ decodeFloats, describeWritten, draw, randomFrom, readAll, showOutcome, splitText, writeOn },
});
const page = document.getElementById("explorer");
if (page && gallery.data) begin(page);
