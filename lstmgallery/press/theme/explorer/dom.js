// The few things that every part of the page does with its elements.
/**
 * Make an element. Text is set as text, never as markup.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Make an SVG element. */
export function makeDrawn(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Set an element's text; one that stays as it is costs no layout. */
export function setText(/** @type {HTMLElement} */ element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Hide an element or show it; one that stays as it is costs no style. */
export function setHidden(/** @type {HTMLElement} */ element, /** @type {boolean} */ isHidden) {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/** Return a function that does something once things have been quiet for a while. */
export function whenQuiet(milliseconds, action) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** Return a function that does something after the next frame, once, however often it is called until then. */
export function afterNextFrame(action) {
  let isDue = false;
  const act = () => {
    isDue = false;
    action();
  };
  return () => {
    if (!isDue) requestAnimationFrame(() => setTimeout(act)); // not in a frame: what scrolls there would ask for one more
    isDue = true;
  };
}

/**
 * Return round numbers from `low` to `high`, at most `atMost` of them, a multiple of 1, 2 or 5 apart.
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
