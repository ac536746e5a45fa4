// DOM functions shared by all parts of the page.

/**
 * Make an element. Text is set as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function makeDrawn(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * Return all elements matched by a selector of a tag and a class or an id.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {`${Tag}.${string}` | `${Tag}#${string}`} selector
 * @param {ParentNode} [root] within which they are looked for
 * @returns {HTMLElementTagNameMap[Tag][]}
 */
export function findAll(selector, root = document) {
  return [.../** @type {NodeListOf<HTMLElementTagNameMap[Tag]>} */ (root.querySelectorAll(selector))];
}

/**
 * Return the first element matched by a selector. Throws an Error if there is none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {`${Tag}.${string}` | `${Tag}#${string}`} selector
 * @param {ParentNode} [root] within which it is looked for
 */
export function find(selector, root) {
  const [found] = findAll(selector, root);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * Return the closest ancestor of an event's target with one of the tags, if there is one.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {{target: EventTarget | null}} event
 * @param {...Tag} tags
 * @returns {HTMLElementTagNameMap[Tag] | null}
 */
export function closestTo({ target }, ...tags) {
  return target instanceof Element ? target.closest(tags.join()) : null;
}

/**
 * Set a field of an element, such as its text; an unchanged one costs no layout, and a control keeps its cursor.
 * @template {keyof Kind} Field
 * @template {Element} Kind
 * @param {Kind} element
 * @param {Field} field
 * @param {Kind[Field]} value
 */
export function put(element, field, value) {
  if (element[field] !== value) element[field] = value;
}

/**
 * Return at most `atMost` round numbers from `low` to `high`, spaced by 1, 2 or 5 times a power of ten.
 * @param {number} low
 * @param {number} high
 * @param {number} atMost
 * @returns {number[]}
 */
export function ticksBetween(low, high, atMost) {
  const exponent = Math.floor(Math.log10((high - low) / atMost));
  for (const magnitude of [exponent, exponent + 1]) {
    for (const factor of [1, 2, 5]) {
      const step = factor * 10 ** magnitude;
      const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
      if (last - first >= atMost) continue;
      return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(10)));
    }
  }
  return [low, high];
}
