// Notes of the page on the text and on requests, above all on those it could not fulfil.
import { make } from "./dom.js";
import { glyph, listed } from "./print.js";

/**
 * @import { Network } from "./network.js"
 * @import { Page } from "./page.js"
 */

const MOST_UNSEEN = 8; // characters named
const MOST_KNOWN = 40;

/**
 * Show the notes; unchanged ones are left alone.
 * @param {Page} page
 * @param {{cut: boolean, unseen: string[]}} read
 */
export function showNotes({ network, elements, session }, { cut, unseen }) {
  const notes = session.notes.map((text) => make("p", {}, text));
  const most = network.most_characters.toLocaleString("en");
  if (cut) notes.push(make("p", {}, `Longer than ${most} characters: the rest was cut off.`));
  if (unseen.length) notes.push(noteUnseen(network, unseen));
  const words = notes.map((note) => note.textContent).join("");
  if (words !== elements.notes.textContent) elements.notes.replaceChildren(...notes);
}

/**
 * Return the note on characters that the network does not know.
 * @param {Network} network
 * @param {string[]} unseen
 */
function noteUnseen({ vocabulary, unknown }, unseen) {
  const named = unseen.slice(0, MOST_UNSEEN).flatMap((character) => [make("bdi", {}, glyph(character)), " "]);
  const more = unseen.length - MOST_UNSEEN;
  const known = vocabulary.slice(2).filter((_, at) => at + 2 !== unknown).map(glyph);
  const them = unseen.length === 1 ? "it" : "them";
  const verdict = unknown === undefined
    ? `and does not read ${them}: the columns are hatched, and its memory stays as it is`
    : `and reads ${them} as ${vocabulary[unknown]}`;
  const knows = known.length > MOST_KNOWN ? `${known.length} characters` : listed(known, MOST_KNOWN);
  return make("p", {},
    "The network has never seen ",
    ...named,
    ...(more > 0 ? [`and ${more.toLocaleString("en")} more `] : []),
    `${verdict}. It knows ${knows}.`);
}
