"""Jinja: render templates with values, and links relative to their page."""

import contextlib
import datetime
import posixpath
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2.bccache import Bucket, BytecodeCache
from markupsafe import Markup, escape

from lstmgallery import __version__
from lstmgallery.cells.table import CellKind, Update
from lstmgallery.kept import Keep
from lstmgallery.press.manuscript.languages import is_from_the_right
from lstmgallery.press.manuscript.markup import ENGLISH
from lstmgallery.press.manuscript.prose import quoted
from lstmgallery.press.marks import text
from lstmgallery.press.marks.palette import shade_colours
from lstmgallery.press.pages.policy import META

THEME = resources.files("lstmgallery.press") / "theme"
FILTERS = {
    name: getattr(text, name)
    for name in ("brief", "count", "number", "percent", "scientific", "thousands", "within_sentence")
}


@cache  # a preview plans again after every save; Jinja itself reloads changed templates
def environment() -> jinja2.Environment:
    """Return the Jinja environment with the templates of the theme."""
    return _new_environment()


def keep_templates(keep: Keep) -> None:
    """Have the compiled templates kept, all as one value: compiling takes longer than the page of a small edit."""
    environment().bytecode_cache = _Compiled(keep(["templates"], _compile_all))


class _Compiled(BytecodeCache):
    """Templates as bytecode by their keys; one that has changed since is compiled when it is loaded."""

    def __init__(self, by_key: dict[str, bytes]):
        self.by_key = by_key

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was compiled from the bucket's source; leave the bucket empty if there is nothing."""
        if code := self.by_key.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take over what was compiled."""
        self.by_key[bucket.key] = bucket.bytecode_to_string()


@cache
def _compile_all() -> dict[str, bytes]:
    """Return every template of the theme as bytecode."""
    made, compiled = _new_environment(), _Compiled({})
    made.bytecode_cache = compiled
    for name in made.list_templates():
        made.get_template(name)
    return compiled.by_key


def _new_environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(THEME / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {**FILTERS, "equation": equation, "shade_colours": shade_colours, "date": date, "quoted": quoted}
    made.globals |= {"version": __version__, "policy": META}
    return made


def render(path: str, template: str, **values: Any) -> bytes:
    """Return the page at `path` of the site: a template rendered with values."""
    base_url = values["site"].base_url
    folder = posixpath.dirname(path) or "."

    def url(target: str) -> str:
        """Return the relative link from this page to a file of the site, a fragment included.

        The page for missing addresses is shown at any depth: its links are absolute if the site's address is known.
        """
        file, mark, fragment = target.partition("#")
        if path == "404.html" and base_url:
            return f"{base_url}{target}"
        return mark + fragment if file == path and mark else relative(file, folder) + mark + fragment

    lang = values["article"].writeup.lang if "article" in values else values["site"].lang
    of_language = {"lang": lang, "english": english(lang), "direction": direction(lang), "own_language": own(lang)}
    values = {"url": url, "path": path, **of_language, **values}
    if template == "writeup.html":
        part = environment().get_template("part.html")
        values["body"] = values["article"].body(url, lambda kind, name: part.render(kind=kind, id=name, **values))
    return environment().get_template(template).render(values).encode()


relative = cache(posixpath.relpath)  # every page links to most others


def date(day: datetime.date, lang: str) -> str:
    """Return a day as it is written in a language: 5 March 2026; as 2026-03-05 if its dates are not known."""
    if lang.lower() == ENGLISH:
        return f"{day.day} {day:%B %Y}"
    subtags = lang.split("-")
    for end in range(len(subtags), 0, -1):  # de-AT-1996, de-AT, de
        with contextlib.suppress(UnknownLocaleError, ValueError):
            return format_date(day, "long", Locale.parse("-".join(subtags[:end]), sep="-"))
    return day.isoformat()


def english(lang: str) -> Markup:
    """Return the attributes of the English parts of a page whose texts are in another language."""
    if lang.partition("-")[0].lower() == ENGLISH:
        return Markup("")
    return Markup(' lang="en" dir="ltr"' if is_from_the_right(lang) else ' lang="en"')


def direction(lang: str) -> Markup:
    """Return the attribute of texts that are written from right to left, or nothing."""
    return Markup(' dir="rtl"' if is_from_the_right(lang) else "")


def own(lang: str) -> Markup:
    """Return the attributes of an author's text within an English part of a page."""
    return Markup(f' lang="{escape(lang)}"{direction(lang)}') if english(lang) else Markup("")


def equation(update: Update, kind: CellKind) -> Markup:
    """Return an update as HTML with every value marked by its signal, so that the script can fill in the numbers."""
    result = kind[update.signal]
    parts = [f'<var data-signal="{result.key}">{result.symbol}</var> = ']
    for before, key, is_earlier in update.pieces():
        parts.append(str(escape(before)))
        if key:
            mark, prime = (" data-earlier", "′") if is_earlier else ("", "")
            parts.append(f'<var data-signal="{key}"{mark}>{kind[key].symbol}{prime}</var>')
    return Markup("".join(parts))
