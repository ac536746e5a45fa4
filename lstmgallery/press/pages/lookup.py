"""The search: an index of write-ups, networks, neurons and explorers, made at build time, as a script.

A page loads it, with the library that reads it, once a reader opens the search; a script, because browsers fetch no
data for pages from disk. The index has the form in which MiniSearch (`theme/vendor/minisearch`) keeps its own, so the
browser has nothing to index. `theme/static/finder.js` splits what a reader types as `terms` splits texts.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lstmgallery.press.addresses import explorer_path, network_path
from lstmgallery.press.manuscript.content import NetworkContent
from lstmgallery.press.manuscript.prose import Link, link_attribute
from lstmgallery.press.marks.text import within_sentence
from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.neurons import NeuronLine
from lstmgallery.press.pages.rendering import THEME
from lstmgallery.press.pages.scripts import shorten

LIBRARY = THEME / "vendor" / "minisearch"
FIELDS = ("title", "text")  # what is searched; the scripts give `title` more weight
STORED = ("title", "kind", "path", "about")  # what a result shows
LONGEST_ABOUT = 150  # characters of a result's own text
_HEADING = re.compile(r'<h[23] id="([^"]+)"[^>]*>(.*?)</h[23]>', re.DOTALL)
# Scripts that put no blank between words: every character of them is a term.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)


@dataclass(frozen=True)
class Found:
    """What a search can find: a page, or a part of one. `about` is shown with the result, `text` only searched."""

    title: str
    kind: str
    path: str
    about: str
    text: str = ""


class _Signs(dict[int, str]):
    """What becomes of each character of a text in the search: marks are dropped, other signs separate words."""

    def __missing__(self, code: int) -> str:
        letter, kind = chr(code), unicodedata.category(chr(code))[0]
        if kind == "M":
            found = ""
        elif kind not in "LNS":
            found = " "
        else:
            found = f" {letter} " if _UNSPACED.fullmatch(letter) else letter
        self[code] = found
        return found


_SIGNS = _Signs()


def terms(text: str) -> list[str]:
    """Return the words of a text as they are searched: without accents, capitals and signs."""
    return unicodedata.normalize("NFKD", text).translate(_SIGNS).lower().split()


def search_library() -> bytes:
    """Return MiniSearch as a script without comments but its licence."""
    licence = (LIBRARY / "LICENSE.txt").read_text(encoding="utf-8").strip()
    code = shorten((LIBRARY / "minisearch.js").read_text(encoding="utf-8"))
    return f"/* MiniSearch 7.2.0\n\n{licence}\n*/\n{code}".encode()


def search_script() -> bytes:
    """Return the script that opens the search, without its comments: it is on every page."""
    return shorten((THEME / "static" / "search.js").read_text(encoding="utf-8")).encode()


@dataclass(frozen=True)
class Weighed:
    """What a search can find, and how often each word is in its title and in its text."""

    found: Found
    words: tuple[Mapping[str, int], Mapping[str, int]]


def weigh(found: Iterable[Found]) -> list[Weighed]:
    """Return what a search can find with its words counted."""
    return [Weighed(each, (Counter(terms(each.title)), Counter(terms(f"{each.about} {each.text}")))) for each in found]


def search_index(weighed: Sequence[Weighed]) -> bytes:
    """Return the script that sets `window.searchIndex`."""
    text = json.dumps(index_of(weighed), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return ("window.searchIndex = " + text.replace("<", "\\u003c") + ";\n").encode()


def index_of(weighed: Sequence[Weighed]) -> dict[str, Any]:
    """Return the index in the form that MiniSearch 7 writes (`toJSON`, its serialization version 2)."""
    postings: dict[str, dict[str, dict[str, int]]] = {}
    for number, each in enumerate(weighed):
        for field, words in enumerate(each.words):
            for word, times in words.items():
                postings.setdefault(word, {}).setdefault(str(field), {})[str(number)] = times
    lengths = {str(number): [len(words) for words in each.words] for number, each in enumerate(weighed)}
    averages = [sum(row[field] for row in lengths.values()) / max(1, len(weighed)) for field in range(len(FIELDS))]
    return {
        "documentCount": len(weighed),
        "nextId": len(weighed),
        "documentIds": {str(number): number for number in range(len(weighed))},
        "fieldIds": {field: number for number, field in enumerate(FIELDS)},
        "fieldLength": lengths,
        "averageFieldLength": [round(average, 6) for average in averages],
        "storedFields": {
            str(number): {name: getattr(each.found, name) for name in STORED} for number, each in enumerate(weighed)
        },
        "dirtCount": 0,
        "index": [[word, postings[word]] for word in sorted(postings)],
        "serializationVersion": 2,
    }


def network_entries(entry: NetworkContent, address_of: Callable[[Link], str | None]) -> Iterator[Found]:
    """Yield a network's page and its explorer."""
    network = entry.network
    prose = plain(entry.prose.fill(lambda link: link_attribute(link, address_of(link), str)))
    yield Found(network.title, "Network", network_path(network.name), network.summary, prose)
    what = "text" if network.task.text else "sequence"
    about = f"Type a {what} and watch the {within_sentence(network.title)} read it."
    yield Found(f"{network.title}: explorer", "Explorer", explorer_path(network.name), about)


def neuron_entries(lines: Iterable[NeuronLine]) -> Iterator[Found]:
    """Yield every neuron."""
    for line in lines:
        yield Found(line.name, "Neuron", line.path, line.sentence, "neuron")


def article_sections(article: Article) -> Iterator[Found]:
    """Yield a write-up, its text up to the first heading, then each of its sections."""

    def show(kind: str, name: str) -> str:
        if kind == "figure":
            return f"<p>{article.caption(name, str)}</p>"
        return f"<p>{article.sentence(name, str)}</p>"

    first, *sections = _HEADING.split(article.words(show))
    front = article.writeup.front
    kind_of_text = "Comparison" if article.writeup.is_comparison else "Write-up"
    if front.draft:
        kind_of_text = "Draft"
    yield Found(article.title, kind_of_text, article.path, front.summary, plain(first))
    for name, heading, body in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        text = plain(body)
        title = f"{article.title}: {plain(heading)}"
        yield Found(title, kind_of_text, f"{article.path}#{name}", cut(text), text)


def page_sections(title: str, path: str, page: bytes) -> Iterator[Found]:
    """Yield the sections of a rendered page of the gallery itself."""
    main = re.search(r"<main[^>]*>(.*)</main>", page.decode(), flags=re.DOTALL)
    assert main is not None
    first, *sections = _HEADING.split(main[1])
    yield Found(title, "Page", path, cut(plain(re.sub(r"<(figure|h1)\b.*?</\1>", "", first, flags=re.DOTALL))))
    for name, heading, body in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        text = plain(re.sub(r"<(table|figure)\b.*?</\1>", "", body, flags=re.DOTALL))
        yield Found(f"{title}: {plain(heading)}", "Page", f"{path}#{name}", cut(text), text)


def plain(html: str) -> str:
    """Return the text of HTML, its white space made single blanks."""
    return str(Markup(re.sub(r"(?=</?(?:p|li|td|th|tr|h\d|dt|dd|div|br|pre)\b)", " ", html)).striptags())


def cut(text: str) -> str:
    """Return the beginning of a text, cut between words."""
    if len(text) <= LONGEST_ABOUT:
        return text
    head = text[:LONGEST_ABOUT]
    return (head.rpartition(" ")[0] or head).rstrip(",.;:") + " …"
