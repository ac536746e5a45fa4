// The dialog of the search, loaded by search.js when it is first opened, with the index and the library that reads it.
"use strict";
{
  /** @typedef {{title: string, kind: string, path: string, about: string}} Result */
  /** @typedef {{search: (query: string, options?: {combineWith: "OR"}) => Result[]}} Index */

  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const MOST = 30; // results shown
  const ALONE = /([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}])/gu;
  /** @type {HTMLDialogElement | undefined} */
  let dialog;
  /** @type {Promise<Index> | undefined} */
  let loading;

  /** Return the words of a text as the index has them. @param {string} text */
  function terms(text) {
    const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(ALONE, " $1 ");
    return folded.replace(/[^\p{L}\p{N}\p{S}]/gu, " ").toLowerCase().split(" ").filter(Boolean);
  }

  /** Return an element with attributes and children. */
  /** @type {(tag: string, attributes?: Record<string, string>, ...children: (Node | string)[]) => HTMLElement} */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** Load a script or a style of the site. @param {string} name @returns {Promise<void>} */
  function load(name) {
    const address = new URL(name, here).href;
    const made = name.endsWith(".js")
      ? element("script", { src: address })
      : element("link", { rel: "stylesheet", href: address });
    return new Promise((done, fail) => {
      made.addEventListener("load", () => done());
      made.addEventListener("error", () => fail(new Error(address)));
      document.head.append(made);
    });
  }

  /** Return the index, loaded once. @returns {Promise<Index>} */
  async function index() {
    await Promise.all([load("minisearch.js"), load("search-index.js")]);
    const { MiniSearch, searchIndex } = /** @type {any} */ (window);
    return MiniSearch.loadJS(searchIndex, {
      fields: ["title", "text"],
      storeFields: ["title", "kind", "path", "about"],
      tokenize: terms,
      processTerm: (/** @type {string} */ term) => term,
      searchOptions: {
        boost: { title: 3 },
        combineWith: "AND",
        prefix: (/** @type {string} */ term) => !/^\d+$/.test(term),
        fuzzy: (/** @type {string} */ term) => term.length > 3 && 0.2,
      },
    });
  }

  /** Return the dialog, made once. */
  function make() {
    const input = /** @type {HTMLInputElement} */ (
      element("input", { type: "search", "aria-label": "Search", autocomplete: "off", spellcheck: "false" })
    );
    input.placeholder = "Write-ups, networks, neurons …";
    const close = element("button", { type: "button" }, "Close");
    const status = element("p", { role: "status" });
    const list = element("ol");
    const made = /** @type {HTMLDialogElement} */ (
      element(
        "dialog",
        { class: "finder", "aria-label": "Search" },
        element("div", { role: "search" }, input, close),
        status,
        list,
      )
    );
    close.addEventListener("click", () => made.close());
    made.addEventListener("click", (event) => event.target === made && made.close()); // beside it
    input.addEventListener("input", () => answer(input.value, status, list));
    made.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") {
        event.preventDefault(); // which would only empty the field
        made.close();
      } else if (step && links.length) {
        event.preventDefault();
        (at + step < 0 ? input : links[Math.min(at + step, links.length - 1)]).focus();
      } else if (event.key === "Enter" && document.activeElement === input) {
        event.preventDefault();
        links[0]?.click();
      }
    });
    list.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a")) made.close(); // it may lead to this page
    });
    return made;
  }

  /** Return what has all words of a query, or else some of them; first what has no other name. */
  /** @type {(index: Index, query: string) => {found: Result[], isPart: boolean}} */
  function look(index, query) {
    const all = index.search(query);
    const found = all.length ? all : index.search(query, { combineWith: "OR" });
    const name = terms(query).join(" ");
    const isNamed = (/** @type {Result} */ result) => Number(terms(result.title).join(" ") === name);
    return {
      found: found.sort((one, other) => isNamed(other) - isNamed(one)),
      isPart: !all.length && found.length > 0 && terms(query).length > 1,
    };
  }

  /** Show what is found. @param {string} query @param {HTMLElement} status @param {HTMLElement} list */
  async function answer(query, status, list) {
    if (!terms(query).length) {
      status.textContent = "";
      list.replaceChildren();
      return;
    }
    loading ??= index();
    let found, isPart;
    try {
      ({ found, isPart } = look(await loading, query));
    } catch {
      loading = undefined; // so that another letter tries again
      status.textContent = "The search could not be loaded.";
      return;
    }
    if (/** @type {HTMLInputElement} */ (dialog?.querySelector("input")).value !== query) return; // typed on meanwhile
    const all = found.length === 1 ? "1 result" : `${found.length.toLocaleString("en")} results`;
    const some = `Nothing has all these words; ${all} for some of them`;
    const words = isPart ? some : found.length ? all : "Nothing found";
    status.textContent = found.length > MOST ? `${words}, the best ${MOST} shown` : words;
    list.replaceChildren(
      ...found.slice(0, MOST).map(({ title, kind, path, about }) => {
        const address = new URL(`../${path}`, here).href;
        const words = [element("small", {}, kind), element("b", {}, title), element("span", {}, about)];
        return element("li", {}, element("a", { href: address }, ...words));
      }),
    );
  }

  /** Open the dialog. */
  function open() {
    if (!dialog) {
      const made = (dialog = make());
      made.style.opacity = "0"; // what is typed before the style has come is not lost
      load("search.css").finally(() => made.style.removeProperty("opacity")).catch(() => undefined);
      document.body.append(made);
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input")?.select();
    loading ??= index();
    loading.catch(() => (loading = undefined));
  }

  open();
  addEventListener("lstmgallery-search", open);
}
