// Deferred actions: after a pause, or after the next frame.

/** Runs an action once requests for it have paused. */
export class Debounce {
  /**
   * @param {number} milliseconds
   * @param {() => void} action
   */
  constructor(milliseconds, action) {
    this.milliseconds = milliseconds;
    this.action = action;
    this.timer = 0; // 0: no request
  }

  /** Request it; the pause starts again. */
  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.milliseconds);
  }

  cancel() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** Run it at once if it was requested. */
  flush() {
    if (!this.timer) return;
    this.cancel();
    this.action();
  }
}

/** Runs an action once after the next frame, however often it is requested until then. */
export class AfterFrame {
  /** @param {() => void} action */
  constructor(action) {
    this.action = action;
    this.isAsked = false;
  }

  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    // Not in a frame: scrolling there would request another.
    requestAnimationFrame(() => setTimeout(() => this._act()));
  }

  _act() {
    this.isAsked = false;
    this.action();
  }
}
