// Strips come alive: point at a step, tap it or move to it with the arrow keys, and the arithmetic of that step is
// spelled out below. All values are read from the table itself, so there is nothing here that the page does not say.
"use strict";

(() => {
  /**
   * Return the value printed in a strip's cell, or "0" before the first step.
   * @param {HTMLTableElement} strip
   * @param {string} signal
   * @param {number} step
   * @returns {string}
   */
  function valueAt(strip, signal, step) {
    if (step < 0) return "0";
    const cell = strip.querySelector(`tr[data-signal="${signal}"]`).cells[step + 1];
    return cell.querySelector("b").textContent;
  }

  /**
   * Return a value as it stands behind other text: a negative number in brackets, unless it opens some itself.
   * @param {string} value
   * @param {string} before
   * @returns {string}
   */
  function inPlace(value, before) {
    return value.startsWith("\u2212") && !before.endsWith("(") ? `(${value})` : value;
  }

  /**
   * Write the numbers of one step behind an equation: everything right of the equals sign, then the result.
   * @param {HTMLElement} equation
   * @param {HTMLTableElement} strip
   * @param {number} step
   * @returns {string}
   */
  function withNumbers(equation, strip, step) {
    const [result, ...rest] = equation.childNodes;
    let right = "";
    for (const node of rest) {
      if (node instanceof HTMLElement) {
        const at = step - ("earlier" in node.dataset ? 1 : 0);
        right += inPlace(valueAt(strip, node.dataset.signal, at), right);
      } else {
        right += node.textContent;
      }
    }
    return `${right} =\u00a0${valueAt(strip, result.dataset.signal, step)}`;
  }

  /**
   * Make one figure of strips answer to pointer, touch and keyboard.
   * @param {HTMLElement} figure
   */
  function enliven(figure) {
    const panel = figure.querySelector(".arithmetic");
    const hint = panel.querySelector(".hint");
    const equations = [...panel.querySelectorAll("[data-equation]")].map((line) => {
      const numbers = document.createElement("span");
      const general = document.createElement("span");
      general.append(...line.childNodes);
      line.append(general, numbers);
      return { general, numbers };
    });
    const invitation = hint.textContent;
    let marked = [];

    /** @param {HTMLTableElement} strip @param {number} step */
    function show(strip, step) {
      for (const element of marked) element.classList.remove("is-step");
      const column = [...strip.rows].filter((row) => row.cells.length > 2).map((row) => row.cells[step + 1]);
      marked = [...column, ...[strip.querySelectorAll("circle")[step]].filter(Boolean)];
      for (const element of marked) element.classList.add("is-step");
      const token = strip.tHead.rows[0].cells[step + 1].querySelector("[aria-hidden]").textContent;
      const values = [...strip.tBodies[0].querySelectorAll("tr[data-signal]")].map(
        (row) => `${row.querySelector(".symbol").textContent} = ${valueAt(strip, row.dataset.signal, step)}`);
      hint.textContent = `Step ${step} reads ${token}` + (equations.length ? "" : `:  ${values.join(",  ")}`);
      for (const { general, numbers } of equations) numbers.textContent = withNumbers(general, strip, step);
    }

    function clear() {
      for (const element of marked) element.classList.remove("is-step");
      marked = [];
      hint.textContent = invitation;
      for (const { numbers } of equations) numbers.textContent = "";
    }

    for (const region of figure.querySelectorAll(".scroll")) {
      const strip = region.querySelector("[data-strip]");
      const columns = [...strip.tHead.rows[0].cells].slice(1);
      let current = -1;

      /** @param {number} step */
      function moveTo(step) {
        current = Math.min(Math.max(step, 0), columns.length - 1);
        show(strip, current);
      }

      /** @param {Event} event */
      function fromPointer(event) {
        const cell = event.target.closest("td, th[scope=col]");
        if (!cell) return;
        if (!cell.closest(".drawn")) return moveTo(cell.cellIndex - 1);
        const at = columns.findIndex((column) => event.clientX < column.getBoundingClientRect().right);
        moveTo(at < 0 ? columns.length - 1 : at);
      }

      region.addEventListener("pointermove", fromPointer);
      region.addEventListener("click", fromPointer);
      region.addEventListener("focus", () => { if (region.matches(":focus-visible")) moveTo(Math.max(current, 0)); });
      region.addEventListener("keydown", (event) => {
        const target = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: columns.length - 1 }[event.key];
        if (target === undefined) {
          if (event.key === "Escape") clear();
          return;
        }
        event.preventDefault();
        moveTo(target);
        columns[current].scrollIntoView({ block: "nearest", inline: "nearest" });
      });
    }
  }

  document.documentElement.classList.add("has-script");
  for (const figure of document.querySelectorAll(".strips")) enliven(figure);
})();
