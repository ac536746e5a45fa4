// The game: a reader picks one of two texts, and learns at once which one the network wrote. All answers are in the
// page already, so without this script they can be read at its end.
"use strict";

(() => {
  /**
   * @param {HTMLFieldSetElement} pair
   * @returns {boolean | null} whether the pick is right, null if there is none
   */
  function judge(pair) {
    const picked = pair.querySelector("input:checked");
    return picked instanceof HTMLInputElement ? picked.value === pair.dataset.answer : null;
  }

  /** @param {HTMLFieldSetElement} pair */
  function reveal(pair) {
    const isRight = judge(pair);
    pair.classList.toggle("is-right", isRight === true);
    pair.classList.toggle("is-missed", isRight === false);
    for (const input of pair.querySelectorAll("input")) {
      const label = input.closest("label");
      label?.classList.toggle("is-machine", input.value === pair.dataset.answer);
      for (const by of label?.querySelectorAll("[hidden]") ?? []) by.removeAttribute("hidden");
      if (!input.checked) input.disabled = true;
    }
  }

  for (const game of document.querySelectorAll("[data-game]")) {
    const score = game.querySelector(".score");
    const pairs = [...game.querySelectorAll("fieldset")];
    game.addEventListener("change", ({ target }) => {
      const pair = target instanceof HTMLInputElement ? target.closest("fieldset") : null;
      if (!pair || !score) return;
      reveal(pair);
      const judged = pairs.map(judge).filter((each) => each !== null);
      const right = judged.filter((each) => each).length;
      const verdict = judge(pair) ? "Right." : `The network wrote ${pair.dataset.answer}.`;
      const left = pairs.length - judged.length;
      score.textContent = `${verdict} ${right} of ${judged.length} right${left ? `, ${left} to go` : ""}.`;
    });
  }
})();
