// Finds neurons in the table of a network's page: rows with all words that the reader types stay.
"use strict";
{
  const line = /** @type {HTMLElement} */ (document.getElementById("find-neurons"));
  const field = /** @type {HTMLInputElement} */ (line.querySelector("input"));
  const shown = /** @type {HTMLOutputElement} */ (line.querySelector("output"));
  const rows = [.../** @type {HTMLTableElement} */ (document.getElementById("ranking")).tBodies[0].rows];
  const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());

  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      found += row.hidden ? 0 : 1;
    });
    shown.value = words.length ? `${found.toLocaleString("en")} of ${rows.length.toLocaleString("en")} neurons` : "";
  });
  line.hidden = false;
}
