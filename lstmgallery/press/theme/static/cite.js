// Complete the citations with the site's address, which the browser knows even if the build did not.
"use strict";

for (const ways of document.querySelectorAll(".ways:not([data-address])")) {
  const root = new URL(".", new URL(ways.getAttribute("data-root") ?? "", location.href)).href;
  for (const code of ways.querySelectorAll("code")) {
    code.textContent = (code.textContent ?? "").replace(/(^|src=")(?=(?:writeups|comparisons)\/)/, `$1${root}`);
  }
  ways.querySelector(".where")?.remove();
}
