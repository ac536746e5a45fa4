// Where the build did not know the site's address, the reader's browser does: complete what is offered for citing.
"use strict";

for (const ways of document.querySelectorAll(".ways:not([data-address])")) {
  const root = new URL(".", new URL(ways.getAttribute("data-root") ?? "", location.href)).href;
  for (const code of ways.querySelectorAll("code")) {
    code.textContent = (code.textContent ?? "").replace(/(^|src=")writeups\//, `$1${root}writeups/`);
  }
  ways.querySelector(".where")?.remove();
}
