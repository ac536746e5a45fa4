// Filter and order the page of all neurons. The state is in the address: neurons.html#network=counter&score=0.9
"use strict";
{
  /** @typedef {{element: HTMLTableRowElement, network: string, score: number, effect: number, words: string}} Line */

  const form = /** @type {HTMLFormElement} */ (document.getElementById("filter"));
  const shown = /** @type {HTMLOutputElement} */ (document.getElementById("shown"));
  const groups = [...document.querySelectorAll(".by-role section")].map((section, at) => {
    const link = /** @type {HTMLElement} */ (document.querySelectorAll(".roles li")[at]);
    return {
      section: /** @type {HTMLElement} */ (section),
      link,
      role: section.getAttribute("aria-labelledby") ?? "",
      counts: [section.querySelector("h2 span"), link.querySelector("span")],
      body: /** @type {HTMLTableSectionElement} */ (section.querySelector("tbody")),
      lines: [...section.querySelectorAll("tbody tr")].map((row) => lineOf(/** @type {HTMLTableRowElement} */ (row))),
    };
  });
  const total = groups.reduce((sum, group) => sum + group.lines.length, 0);
  const orders = {
    "": /** @type {(one: Line, other: Line) => number} */ ((one, other) => other.score - one.score),
    effect: /** @type {(one: Line, other: Line) => number} */ ((one, other) => other.effect - one.effect),
    network: /** @type {() => number} */ (() => 0),
  };
  const networks = [...controlOf("network").querySelectorAll("option")].map((option) => option.value);
  let ordered = "";

  /** @param {HTMLTableRowElement} element @returns {Line} */
  function lineOf(element) {
    const { n: network = "", s: score, e: effect } = element.dataset;
    const words = (element.cells[0]?.textContent ?? "").toLowerCase();
    return { element, network, score: Number(score), effect: Number(effect), words };
  }

  /** @param {string} name */
  function controlOf(name) {
    return /** @type {HTMLSelectElement | HTMLInputElement} */ (form.elements.namedItem(name));
  }

  /** Show the lines that fit what is chosen, in the chosen order. */
  function show() {
    const [role, network, words, order] = ["role", "network", "words", "order"].map((name) => controlOf(name).value);
    const [score, effect] = ["score", "effect"].map((name) => {
      const bound = controlOf(name).value;
      return bound ? Number(bound) : -Infinity;
    });
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of groups) {
      let here = 0;
      for (const line of group.lines) {
        const fits =
          (!role || role === group.role) &&
          (!network || network === line.network) &&
          line.score >= score &&
          line.effect >= effect &&
          wanted.every((word) => line.words.includes(word));
        line.element.hidden = !fits;
        here += fits ? 1 : 0;
      }
      group.section.hidden = group.link.hidden = here === 0;
      for (const count of group.counts) if (count) count.textContent = here.toLocaleString("en");
      found += here;
    }
    if (order !== ordered) sort(order);
    shown.textContent =
      found === total
        ? `All ${total.toLocaleString("en")} neurons`
        : `${found.toLocaleString("en")} of ${total.toLocaleString("en")} neurons`;
  }

  /** @param {string} order */
  function sort(order) {
    ordered = order;
    const compare = orders[/** @type {keyof typeof orders} */ (order)] ?? orders[""];
    for (const group of groups) {
      const place = new Map(group.lines.map((line) => [line, networks.indexOf(line.network)]));
      const lines = [...group.lines].sort(
        (one, other) =>
          (order === "network" ? (place.get(one) ?? 0) - (place.get(other) ?? 0) : 0) || compare(one, other),
      );
      group.body.append(...lines.map((line) => line.element));
    }
  }

  /** Write what is chosen to the address, without a step in the history. */
  function remember() {
    const chosen = [...new FormData(form)].filter(([, value]) => value);
    const pairs = new URLSearchParams(/** @type {[string, string][]} */ (chosen));
    history.replaceState(null, "", pairs.size ? `#${pairs}` : location.pathname + location.search);
  }

  /** Choose what the address says; a value that there is not is passed over. */
  function recall() {
    if (!location.hash.includes("=")) return;
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      const control = form.elements.namedItem(name);
      if (control instanceof HTMLInputElement) control.value = value;
      if (control instanceof HTMLSelectElement && [...control.options].some((option) => option.value === value)) {
        control.value = value;
      }
    }
  }

  form.addEventListener("input", () => {
    show();
    remember();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () =>
    setTimeout(() => {
      show();
      remember();
    }),
  );
  addEventListener("hashchange", () => {
    recall();
    show();
  });
  form.hidden = false;
  recall();
  show();
  document.documentElement.classList.add("has-script");
}
