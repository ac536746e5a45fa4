// The search: "Search", or Ctrl and K, opens a dialog, whose script is loaded when it is first asked for.
"use strict";
{
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const link = /** @type {HTMLAnchorElement} */ (document.querySelector(".top .search"));
  let isLoaded = false;

  /** @param {Event} event */
  function open(event) {
    event.preventDefault();
    if (isLoaded) dispatchEvent(new Event("lstmgallery-search"));
    if (isLoaded) return;
    isLoaded = true;
    if (event.type === "keydown") link.focus(); // what is typed meanwhile is not for the page
    const script = document.createElement("script");
    script.src = new URL("finder.js", here).href;
    script.onerror = () => location.assign(link.href);
    document.head.append(script);
  }

  link.setAttribute("aria-haspopup", "dialog");
  link.setAttribute("aria-keyshortcuts", "Control+K Meta+K");
  link.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event); // else in another tab
  });
  addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) open(event);
  });
}
