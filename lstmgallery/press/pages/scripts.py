"""Scripts: modules of JavaScript joined into one script, and what a browser does not need left out.

A browser loads no modules from disk, so a page gets them as one script. What a module imports has to stand before it;
then its import lines and the word `export` say nothing more. All modules share one block: a name that two of them
declare is an error of the whole script. This is no bundler: nothing is renamed, wrapped or moved.
"""

import functools
import re
from collections.abc import Iterable

from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment, Whitespace

_IMPORT = re.compile(r'^import \{[^}]*\} from "[^"]*";$|^export (?=\w)', re.MULTILINE)
_OPEN = (",", ";", "{", "(", "[")  # tokens behind which a new line says nothing
_APART = re.compile(r"[\w$][\w$]|\+\+|--|//")  # what would be one token without a space in it


def join_modules(modules: Iterable[str]) -> str:
    """Return modules, in the order in which they need each other, as one script of one block."""
    code = "\n".join(_IMPORT.sub("", module) for module in modules)
    return shorten(f'"use strict";\n{{\n{code}\n}}')


@functools.lru_cache(maxsize=2)
def shorten(code: str) -> str:
    """Return a script without its comments, and with no more space than keeps words and statements apart.

    A fifth of a second for the explorer's, once.
    """
    short: list[str] = []
    space = ""
    for _, kind, token in JavascriptLexer().get_tokens_unprocessed(code):
        if kind in Comment or kind in Whitespace or not token:
            space += token if kind in Whitespace else " "
            continue
        if short and "\n" in space and short[-1] not in _OPEN:
            short.append("\n")
        elif short and space and _APART.match(short[-1][-1] + token[0]):
            short.append(" ")
        short.append(token)
        space = ""
    return "".join(short) + "\n"
