"""Join JavaScript modules into one script, and strip the parts a browser does not need.

Browsers do not load modules from disk, so a page gets them as one script. A module's imports have to come before it;
then its import lines and the word `export` are redundant. All modules share one block: a name declared by two of them
is an error in the whole script. This is no bundler: nothing is renamed, wrapped or moved.
"""

import functools
import re
from collections.abc import Iterable

_IMPORT = re.compile(r'^import \{[^}]*\} from "[^"]*";$|^export (?=\w)', re.MULTILINE)
_OPEN = (",", ";", "{", "(", "[")  # tokens after which a line break has no meaning
_APART = re.compile(r"[\w$][\w$]|\+\+|--|//")  # pairs that would merge into one token without a space


def join_modules(modules: Iterable[str]) -> str:
    """Return modules, given in dependency order, as one script of one block."""
    code = "\n".join(_IMPORT.sub("", module) for module in modules)
    return shorten(f'"use strict";\n{{\n{code}\n}}')


@functools.lru_cache(maxsize=4)
def shorten(code: str) -> str:
    """Return a script without comments, and with only the white space that separates words and statements.

    Takes a fifth of a second for the explorer's script, once.
    """
    from pygments.lexers.javascript import JavascriptLexer  # half a tenth of a second, in builds that need it
    from pygments.token import Comment, Whitespace

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
