// What is done later: once things have been quiet for a while, or after the next frame.

/** Does something once it has not been asked to for a while. */
export class Rest {
  /**
   * @param {number} milliseconds
   * @param {() => void} action
   */
  constructor(milliseconds, action) {
    this.milliseconds = milliseconds;
    this.action = action;
    this.timer = 0; // 0: nothing is asked for
  }

  /** Ask for it, and for quiet from now on. */
  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.milliseconds);
  }

  cancel() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** Do it at once if it was asked for. */
  flush() {
    if (!this.timer) return;
    this.cancel();
    this.action();
  }
}

/** Does something after the next frame, once, however often it is asked to until then. */
export class AfterFrame {
  /** @param {() => void} action */
  constructor(action) {
    this.action = action;
    this.isAsked = false;
  }

  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    // Not in a frame: what scrolls there would ask for one more.
    requestAnimationFrame(() => setTimeout(() => this._act()));
  }

  _act() {
    this.isAsked = false;
    this.action();
  }
}
