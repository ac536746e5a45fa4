"""Links of a rendered site: every one has to lead to a file of the site, and its fragment to a part of that page."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.kept import Keep, make_anew

LEADS_OUT = ("http", "https", "mailto", "tel")  # schemes of links that are not checked
Fault = tuple[str, str | None]  # what is wrong with a link, and the hint
Internal = tuple[str, str, str]  # a link as it is written, the path of the file it leads to, its fragment


def check_links(files: Mapping[str, bytes], keep: Keep = make_anew) -> None:
    """Raise `GalleryError` with every link in `files` to a missing file, to a missing fragment or out of the site.

    `keep` keeps the links of pages: reading them takes longer than all else in the build of a small edit.
    """
    pages = {
        path: keep(["links", path, hashlib.sha256(content).hexdigest()], partial(_read_links, path, content))
        for path, content in files.items()
        if path.endswith(".html")
    }
    problems = []
    for path, page in pages.items():
        faults = dict(page.faults)
        for link, target, fragment in page.internal:
            if target not in files:
                faults[link] = "points to a missing file", nearest(target, files)
            elif fragment and target in pages and pages[target].lacks(fragment):
                hint = nearest(unquote(fragment), pages[target].ids)
                faults[link] = f"points to a missing fragment of {target}", hint
        for (line, column), link in _Places(files[path]).links if faults else ():
            if link in faults:
                message, hint = faults[link]
                problems.append(Problem(path, f"the link {link!r} {message}", line, column + 1, hint=hint))
    if problems:
        raise GalleryError(problems)


def lacks_fragment(path: str, page: bytes, fragment: str) -> Collection[str] | None:
    """Return None if the page at `path` has a fragment, else the ids that it has."""
    found = _read_links(path, page)
    return found.ids if fragment and found.lacks(fragment) else None


@dataclass(frozen=True)
class _Links:
    """The links and ids of one page: links within the site, and those that are wrong wherever they lead."""

    internal: tuple[Internal, ...]
    faults: tuple[tuple[str, Fault], ...]
    ids: frozenset[str]
    reads_state: bool  # whether the page's script reads fragments such as #text=aXb&neuron=3

    def lacks(self, fragment: str) -> bool:
        """Return whether a fragment, not empty, leads nowhere on the page."""
        is_state = "=" in fragment and self.reads_state
        return fragment not in self.ids and not is_state and unquote(fragment) not in self.ids


def _read_links(path: str, content: bytes) -> _Links:
    marked = [node.attributes for node in LexborHTMLParser(content).css("[href], [src], [id], [data-reads-fragment]")]
    links = (value for each in marked for name in ("href", "src") if (value := each.get(name)) is not None)
    internal: list[Internal] = []
    faults: list[tuple[str, Fault]] = []
    for link in dict.fromkeys(links):
        try:
            parts = urlsplit(link)
        except ValueError:
            faults.append((link, ("is not a valid address", None)))
            continue
        target = normpath(join(dirname(path), unquote(parts.path))) if parts.path else path
        if parts.scheme or parts.netloc:
            if parts.scheme not in LEADS_OUT:
                faults.append((link, (f"has the scheme {parts.scheme!r}", None)))
        elif parts.path.startswith("/") or target.startswith(".."):
            hint = "link to a file of the site by a path relative to this page"
            faults.append((link, ("points outside the site", hint)))
        else:
            internal.append((link, target, parts.fragment))
    ids = frozenset(value for each in marked if (value := each.get("id")))
    return _Links(tuple(internal), tuple(faults), ids, any("data-reads-fragment" in each for each in marked))


class _Places(HTMLParser):
    """The links of one page with their places: slow, for a page with a fault."""

    def __init__(self, content: bytes):
        super().__init__()
        self.links: list[tuple[tuple[int, int], str]] = []
        self.feed(content.decode())

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append((self.getpos(), value))
