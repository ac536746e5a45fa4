// Light up what belongs together in a figure: point at a signal in the diagram, in its equations or in the strip, and
// its equation, its sentence, its row and its lines stand out. Names of equations become buttons, for keyboards and
// for keeping a signal lit. The script adds no information: without it everything is there, unlit.
"use strict";

(() => {
  /**
   * Make one figure respond to pointer, touch and keyboard.
   * @param {HTMLElement} figure
   */
  function link(figure) {
    const parts = [...figure.querySelectorAll("[data-signal]")];
    /** @type {Map<string, HTMLButtonElement>} by the signal */
    const buttons = new Map();
    let kept = ""; // the signal that stays lit when pointer and keyboard are gone
    let focused = ""; // the signal whose button the keyboard is on

    /** Light up the parts of a signal, and no others; those of none if it is empty. */
    function light(/** @type {string} */ signal) {
      for (const part of parts) part.classList.toggle("is-linked-lit", signalOf(part) === signal);
      figure.classList.toggle("has-lit", signal !== "");
    }

    /** Keep a signal lit, or no longer, if it was. */
    function keep(/** @type {string} */ signal) {
      kept = kept === signal ? "" : signal;
      for (const [each, button] of buttons) button.setAttribute("aria-pressed", String(each === kept));
      light(kept);
    }

    /** Light up what is lit while nothing is pointed at. */
    function rest() {
      light(focused || kept);
    }

    for (const name of figure.querySelectorAll(".equations [data-signal] dt")) {
      const signal = signalOf(name.closest("[data-signal]"));
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.append(...name.childNodes);
      name.append(button);
      buttons.set(signal, button);
      button.addEventListener("focus", () => {
        focused = button.matches(":focus-visible") ? signal : "";
        if (focused) light(focused);
      });
      button.addEventListener("blur", () => {
        focused = "";
        rest();
      });
    }
    // Moves alone count: where the page scrolls under a pointer at rest, as it does for the keyboard, nobody points.
    figure.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") light(pointedAt(event) || focused || kept);
    });
    figure.addEventListener("pointerleave", rest);
    figure.addEventListener("click", (event) => {
      const signal = pointedAt(event);
      if (signal) keep(signal);
    });
    figure.addEventListener("keydown", (event) => {
      if (event.key === "Escape") keep(kept);
    });
    const hint = figure.querySelector(".pointer");
    if (hint instanceof HTMLElement) hint.hidden = false;
  }

  /** Return the signal that an element is a part of; empty if there is none. */
  function signalOf(/** @type {Element | null} */ part) {
    return part?.getAttribute("data-signal") ?? "";
  }

  /** Return the signal of whatever an event happened on. */
  function pointedAt(/** @type {Event} */ { target }) {
    return target instanceof Element ? signalOf(target.closest("[data-signal]")) : "";
  }

  for (const figure of document.querySelectorAll(".is-linked")) {
    if (figure instanceof HTMLElement) link(figure);
  }
})();
