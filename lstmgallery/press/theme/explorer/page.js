// The page: its elements by purpose, and the parts that show the session in them.
import { find, findAll, make } from "./dom.js";

/**
 * @import { Finder } from "./finder.js"
 * @import { Recorder } from "./history.js"
 * @import { Network } from "./network.js"
 * @import { Overview } from "./overview.js"
 * @import { ReadText } from "./runs.js"
 * @import { Session } from "./state.js"
 * @import { Strip } from "./strip.js"
 * @import { AfterFrame, Debounce } from "./timing.js"
 */

/**
 * @typedef {object} Page
 * @property {Network} network
 * @property {Form} form of the texts it reads
 * @property {Elements} elements
 * @property {Session} session the only one of these whose fields are reassigned
 * @property {Recorder} recorder
 * @property {{usual: Strip, changed: Strip}} strips of the two runs
 * @property {Overview} overview
 * @property {Finder} finder
 * @property {{soon: AfterFrame, later: Debounce, announcement: Debounce}} due strips, announcements
 *
 * @typedef {object} Form what the explorer does differently for short sequences and for real text
 * @property {(page: Page) => ReadText} read the text of the state, with both runs
 * @property {(page: Page, from: {usual: number, changed: number}, isRead: boolean) => void} show the state, in what
 *     only this form has; `from`: the first changed column of each run, `isRead`: whether the text was read anew
 * @property {(page: Page, step: number | null) => void} showStep that is pointed at or chosen
 * @property {(isFollowed: boolean) => void} follow the end of the text, if that is due; called after all other layout
 * @property {(page: Page) => void} listen to the reader's actions
 *
 * @typedef {ReturnType<typeof findElements>} Elements
 *
 * @typedef {object} Equation an update of the cell, followed by the numbers of a step
 * @property {HTMLElement} general
 * @property {HTMLElement} numbers
 */

/**
 * Return the elements of the page. The template has all of them, except the layer's if there is only one layer.
 */
export function findElements() {
  const hint = find("p.hint");
  return {
    text: find("textarea#text"),
    tries: findAll("button.try"),
    notes: find("div#notes"),

    write: find("select#write"),
    sampling: [...findAll("label.sampling"), ...findAll("button.sampling")],
    temperature: find("input#temperature"),
    seed: find("input#seed"),
    again: find("button#again"),

    layer: findAll("select#layer").at(0),
    signal: find("select#signal"),
    sort: find("select#sort"),
    filter: find("input#filter"),
    letters: find("input#letters"),
    overview: find("div#overview"),

    neuron: find("h2#neuron-heading"),
    role: find("span#role"),
    neuronPage: find("a#neuron-page"),

    changing: find("form#changing"),
    change: find("select#change"),
    amount: find("input#amount"),
    when: find("span#when"),
    changeStep: find("input#change-step"),
    changes: find("ul#changes"),

    strips: find("figure#strips"),
    numbers: find("input#numbers"),
    usual: find("div#without"),
    changed: find("div#with"),
    hint,
    invitation: hint.textContent ?? "",
    equations: findAll("p.equation").map(splitEquation),
    score: find("span#score"),

    finding: find("form#finding"),
    from: find("input#from"),
    to: find("input#to"),
    threshold: find("input#threshold"),
    forget: find("button#forget"),
    verdict: find("p#verdict"),
    found: find("div#found"),

    announcer: find("p#announcer"),
  };
}

/**
 * Add an element for numbers after an equation.
 * @param {HTMLElement} line
 * @returns {Equation}
 */
function splitEquation(line) {
  const [general, numbers] = [make("span"), make("span")];
  general.append(...line.childNodes);
  line.append(general, numbers);
  return { general, numbers };
}
