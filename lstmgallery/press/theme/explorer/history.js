// The browser's history: every state that the reader chose is a place in it, so that its back button undoes a step.
import { Rest } from "./timing.js";

/** @typedef {"push" | "replace" | "typing"} Entering as a new place, in the place of the last, or once typing rests */

/** How the states of a page enter the history of the browser. */
export class Trail {
  /** @param {() => string} fragmentNow returns the fragment of the state that is shown */
  constructor(fragmentNow) {
    this.fragmentNow = fragmentNow;
    this.wasTyping = false; // whether the last place was typed: then more typing takes its place
    this.typing = new Rest(400, () => this._rememberTyping());
  }

  /** Remember the state that is shown. */
  remember(/** @type {Entering} */ how) {
    if (how === "typing") this.typing.ask();
    else this._write(how);
  }

  /** Go on from a place that the browser went to. */
  goOn() {
    this.typing.cancel();
    this.wasTyping = false;
  }

  /** Remember at once what would be once typing rests: the page is left. */
  leave() {
    this.typing.flush();
  }

  _rememberTyping() {
    this._write(this.wasTyping ? "replace" : "push");
    this.wasTyping = true;
  }

  _write(/** @type {"push" | "replace"} */ how) {
    this.typing.cancel();
    const fragment = this.fragmentNow();
    if (fragment === location.hash || (fragment === "#" && !location.hash)) return;
    if (how === "push") history.pushState(null, "", fragment);
    else history.replaceState(null, "", fragment);
    this.wasTyping = false;
  }
}
