"""The printed and the spoken form of tokens, the same everywhere."""

import unicodedata

from lstmgallery.tasks.vocabulary import END, START

_GLYPHS = {START: "⊳", END: "⊲", " ": "␣", "\n": "↵", "\t": "⇥", "\u00a0": "⍽"}
_NAMES = {START: "start", END: "end", " ": "space", "\n": "newline", "\t": "tab", "\u00a0": "no-break space"}


def glyph(token: str) -> str:
    """Return a visible sign for a token: itself, a symbol for white space, a code for invisible characters."""
    if token in _GLYPHS:
        return _GLYPHS[token]
    if all(unicodedata.category(character)[0] in "CZM" for character in token):
        return " ".join(f"U+{ord(character):04X}" for character in token)
    return token


def token_name(token: str) -> str:
    """Return a token as it is spoken."""
    return _NAMES.get(token) or glyph(token)
