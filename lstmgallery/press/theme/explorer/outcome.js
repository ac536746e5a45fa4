// What comes out: what each run reads and then writes by itself, one line under the other, and in a sentence.
import { make } from "./dom.js";
import { glyph, percent, shade, tokenName } from "./print.js";

/** Return what a run wrote, in words. */
export function describeWritten(network, { written, ended }) {
  const text = written.map((token) => glyph(network.vocabulary[token])).join("");
  const isLong = text.length > 40;
  const same = new Set(written).size === 1 && written.length > 1 ? `${written.length} ${text[0]}’s` : isLong ? `${text.slice(0, 40)}…` : text;
  return `${written.length ? same : "nothing"}${ended ? " and ends" : `, and would go on`}`;
}

/**
 * Show the runs, each with its name.
 * @param {HTMLElement} box
 * @param {any} network
 * @param {{name: string, run: any}[]} runs
 */
export function showOutcome(box, network, runs) {
  const table = make("table", { class: "strip outcome" }, make("caption", { class: "unseen" }, "What each run reads, and what it writes then"));
  const body = make("tbody");
  for (const { name, run } of runs) {
    const row = make("tr", {}, make("th", { scope: "row" }, make("span", { class: "name" }, name)));
    const { reading } = run;
    for (const { glyph: sign, step, isWritten } of run.columns) {
      const cell = make("td", { class: isWritten ? "" : "typed" }, sign);
      if (sign.length > 2) cell.classList.add("code");
      if (isWritten) {
        const chance = reading.steps[step - 1].probabilities[reading.tokens[step]];
        cell.className = shade("gate", chance, 0, 1);
        cell.append(make("b", {}, percent(chance)));
      }
      row.append(cell);
    }
    if (run.ended) {
      const chance = reading.steps.at(-1).probabilities[1];
      row.append(make("td", { class: shade("gate", chance, 0, 1) }, make("span", { "aria-hidden": "true" }, glyph("<end>")), make("span", { class: "unseen" }, tokenName("<end>")), make("b", {}, percent(chance))));
    } else {
      row.append(make("td", { class: "typed" }, "…"));
    }
    body.append(row);
  }
  table.append(body);
  box.replaceChildren(table);
}
