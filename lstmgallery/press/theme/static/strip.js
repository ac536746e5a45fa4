// Make strips interactive: point at a step, tap it or move to it with the arrow keys, and the arithmetic of that step
// is spelled out below. All values are read from the table itself, so the script adds no information to the page.
"use strict";

(() => {
  /**
   * @typedef {object} Figure the strips of one figure, and the panel below them
   * @property {HTMLElement} hint
   * @property {string} invitation text of the hint while there is no step
   * @property {{general: HTMLElement, numbers: HTMLElement}[]} equations
   * @property {Element[]} marked the elements of the current step
   *
   * @typedef {object} Strip
   * @property {HTMLTableElement} table
   * @property {HTMLTableCellElement[]} columns
   * @property {number} current step; -1: none yet
   */

  /**
   * Return the first element within `root` matched by a selector, which the page must have.
   * @template {Element} Kind
   * @param {ParentNode} root
   * @param {string} selector
   * @param {new () => Kind} kind
   * @returns {Kind}
   */
  function within(root, selector, kind) {
    const found = root.querySelector(selector);
    if (found instanceof kind) return found;
    throw new Error(`expected ${kind.name} ${selector}, found ${found?.tagName ?? "none"}`);
  }

  /**
   * Return the value printed in a strip's cell, or "0" before the first step.
   * @param {HTMLTableElement} table
   * @param {HTMLElement} symbol of the signal
   * @param {number} step
   */
  function valueAt(table, { dataset }, step) {
    if (step < 0) return "0";
    const row = within(table, `tr[data-signal="${dataset.signal}"]`, HTMLTableRowElement);
    return within(row.cells[step + 1], "b", HTMLElement).textContent ?? "";
  }

  /**
   * Return a value to follow other text: a negative number in brackets, unless the text ends with an opening bracket.
   * @param {string} value
   * @param {string} before
   */
  function inPlace(value, before) {
    return value.startsWith("\u2212") && !before.endsWith("(") ? `(${value})` : value;
  }

  /**
   * Write the numbers of one step after an equation: everything right of the equals sign, then the result.
   * @param {HTMLElement} equation
   * @param {HTMLTableElement} table
   * @param {number} step
   */
  function withNumbers(equation, table, step) {
    const [result, ...rest] = equation.childNodes;
    if (!(result instanceof HTMLElement)) throw new Error(`“${equation.textContent}” does not begin with a signal`);
    let right = "";
    for (const node of rest) {
      if (node instanceof HTMLElement) {
        const at = step - ("earlier" in node.dataset ? 1 : 0);
        right += inPlace(valueAt(table, node, at), right);
      } else {
        right += node.textContent;
      }
    }
    return `${right} =\u00a0${valueAt(table, result, step)}`;
  }

  /**
   * Add an element for numbers after an equation.
   * @param {Element} line
   */
  function splitEquation(line) {
    const [general, numbers] = [document.createElement("span"), document.createElement("span")];
    general.append(...line.childNodes);
    line.append(general, numbers);
    return { general, numbers };
  }

  /**
   * Spell out a step.
   * @param {Figure} figure
   * @param {HTMLTableElement} table
   * @param {number} step
   */
  function show(figure, table, step) {
    mark(figure, [
      ...[...table.rows].filter((row) => row.cells.length > 2).map((row) => row.cells[step + 1]),
      ...[table.querySelectorAll("circle")[step]].filter(Boolean),
    ]);
    const token = within(table.rows[0].cells[step + 1], "[aria-hidden]", HTMLElement).textContent;
    figure.hint.textContent = `Step ${step} reads ${token}` + (figure.equations.length ? "" : signalsAt(table, step));
    for (const { general, numbers } of figure.equations) numbers.textContent = withNumbers(general, table, step);
  }

  /**
   * Return every signal's value at a step.
   * @param {HTMLTableElement} table
   * @param {number} step
   */
  function signalsAt(table, step) {
    const rows = [...table.tBodies[0].rows].filter((row) => "signal" in row.dataset);
    const values = rows.map((row) => {
      const symbol = within(row, ".symbol", HTMLElement).textContent;
      return `${symbol} = ${valueAt(table, row, step)}`;
    });
    return `:  ${values.join(",  ")}`;
  }

  /**
   * Mark the elements of a step, and no others.
   * @param {Figure} figure
   * @param {Element[]} elements
   */
  function mark(figure, elements) {
    for (const element of figure.marked) element.classList.remove("is-step");
    for (const element of elements) element.classList.add("is-step");
    figure.marked = elements;
  }

  /** Show no step. */
  function clear(/** @type {Figure} */ figure) {
    mark(figure, []);
    figure.hint.textContent = figure.invitation;
    for (const { numbers } of figure.equations) numbers.textContent = "";
  }

  /**
   * Go to a step, clamped to the first and the last.
   * @param {Figure} figure
   * @param {Strip} strip
   * @param {number} step
   */
  function moveTo(figure, strip, step) {
    strip.current = Math.min(Math.max(step, 0), strip.columns.length - 1);
    show(figure, strip.table, strip.current);
  }

  /**
   * Return the step of the column under the pointer, if there is one.
   * @param {Strip} strip
   * @param {MouseEvent} event
   */
  function stepAt({ columns }, { target, clientX }) {
    const cell = target instanceof Element ? target.closest("td, th[scope=col]") : null;
    if (!(cell instanceof HTMLTableCellElement)) return null;
    if (!cell.closest(".drawn")) return cell.cellIndex - 1;
    const at = columns.findIndex((column) => clientX < column.getBoundingClientRect().right);
    return at < 0 ? columns.length - 1 : at;
  }

  /**
   * Move to the step a key leads to.
   * @param {Figure} figure
   * @param {Strip} strip
   * @param {KeyboardEvent} event
   */
  function press(figure, strip, event) {
    const { columns, current } = strip;
    /** @type {Record<string, number>} */
    const targets = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: columns.length - 1 };
    if (event.key === "Escape") clear(figure);
    if (!Object.hasOwn(targets, event.key)) return;
    event.preventDefault();
    moveTo(figure, strip, targets[event.key]);
    columns[strip.current].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /**
   * Make a strip respond to pointer, touch and keyboard.
   * @param {Figure} figure
   * @param {HTMLElement} region it scrolls in
   */
  function listen(figure, region) {
    const table = within(region, "[data-strip]", HTMLTableElement);
    /** @type {Strip} */
    const strip = { table, columns: [...table.rows[0].cells].slice(1), current: -1 };
    const point = (/** @type {MouseEvent} */ event) => {
      const step = stepAt(strip, event);
      if (step !== null) moveTo(figure, strip, step);
    };
    region.addEventListener("pointermove", point);
    region.addEventListener("click", point);
    region.addEventListener("focus", () => {
      if (region.matches(":focus-visible")) moveTo(figure, strip, Math.max(strip.current, 0));
    });
    region.addEventListener("keydown", (event) => press(figure, strip, event));
  }

  /** Make a figure of strips interactive. */
  function makeInteractive(/** @type {Element} */ element) {
    const panel = within(element, ".arithmetic", HTMLElement);
    const hint = within(panel, ".hint", HTMLElement);
    const equations = [...panel.querySelectorAll("[data-equation]")].map(splitEquation);
    const figure = { hint, invitation: hint.textContent ?? "", equations, marked: [] };
    for (const region of element.querySelectorAll(".scroll")) {
      if (region instanceof HTMLElement) listen(figure, region);
    }
  }

  document.documentElement.classList.add("has-script");
  for (const figure of document.querySelectorAll(".strips")) makeInteractive(figure);
})();
