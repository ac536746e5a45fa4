// The browser's history: every state chosen by the reader is an entry, so that the back button undoes a step.
import { Debounce } from "./timing.js";

/** @typedef {"push" | "replace" | "typing"} Entering as a new entry, in place of the last, or once typing pauses */

/** Records the states of a page in the history of the browser. */
export class Recorder {
  /** @param {() => string} fragmentNow returns the fragment of the current state */
  constructor(fragmentNow) {
    this.fragmentNow = fragmentNow;
    this.wasTyping = false; // whether the last entry was typed: then further typing replaces it
    this.typing = new Debounce(400, () => this._rememberTyping());
  }

  /** Record the current state. */
  remember(/** @type {Entering} */ how) {
    if (how === "typing") this.typing.ask();
    else this._write(how);
  }

  /** Continue from an entry the browser navigated to. */
  resume() {
    this.typing.cancel();
    this.wasTyping = false;
  }

  /** Record any pending typing at once: the page is being left. */
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
