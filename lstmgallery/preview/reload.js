// Served by the preview only, never part of the site: reloads the page when it or a file it shows has changed, and
// overlays the problems of the newest content, or the running work.
"use strict";

{
  /** @typedef {{text: string}} Problem */
  /** @typedef {{version: string, problems: Problem[], doing: string}} State */

  const version = document.currentScript?.dataset.version;
  const path = decodeURIComponent(location.pathname);
  const overlay = document.createElement("aside");
  const alerting = overlay.appendChild(document.createElement("div"));
  const running = overlay.appendChild(document.createElement("p"));
  overlay.id = "preview";
  overlay.setAttribute("aria-label", "Preview");
  alerting.setAttribute("role", "alert");
  running.setAttribute("role", "status");
  document.body.append(overlay);

  /** @param {State} state */
  const show = (state) => {
    const title = document.createElement("p");
    const count = state.problems.length;
    title.textContent = `${count === 1 ? "1 error" : `${count} errors`}. The last good page is shown.`;
    const texts = state.problems.map((problem) => {
      const text = document.createElement("pre");
      text.textContent = problem.text;
      return text;
    });
    alerting.replaceChildren(...(count ? [title, ...texts] : []));
    running.textContent = state.doing;
  };

  /** @type {EventSource | null} */
  let events = null;

  // A browser allows six connections to a server: a hidden page releases its own.
  const follow = () => {
    if (document.hidden) {
      events?.close();
      events = null;
    } else if (!events) {
      events = new EventSource(`/_preview/events?page=${encodeURIComponent(path)}`);
      events.onmessage = (message) => {
        const state = /** @type {State} */ (JSON.parse(message.data));
        if (state.version === version) show(state);
        else location.reload();
      };
      events.onerror = () => show({ version: version ?? "", problems: [], doing: "The preview has ended." });
    }
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => events?.close());
  follow();
}
