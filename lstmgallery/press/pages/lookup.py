"""The search: an index of write-ups, networks, neurons and explorers, made at build time, as a script.

A page loads it, with the library that reads it, once a reader opens the search; a script, because browsers fetch no
data for pages from disk. The index has the form in which MiniSearch (`theme/vendor/minisearch`) keeps its own, so the
browser has nothing to index. `theme/static/finder.js` splits what a reader types as `terms` splits texts.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lstmgallery.press.addresses import explorer_path, network_path
from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.neurons import NeuronLine
from lstmgallery.press.pages.rendering import THEME
from lstmgallery.press.pages.scripts import shorten
from lstmgallery.press.pages.views import NetworkView

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


def terms(text: str) -> list[str]:
    """Return the words of a text as they are searched: without accents, capitals and signs."""
    folded = "".join(each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each)[0] != "M")
    spaced = _UNSPACED.sub(r" \1 ", folded)
    return "".join(each if unicodedata.category(each)[0] in "LNS" else " " for each in spaced).lower().split()


def search_library() -> bytes:
    """Return MiniSearch as a script without comments but its licence."""
    licence = (LIBRARY / "LICENSE.txt").read_text(encoding="utf-8").strip()
    code = shorten((LIBRARY / "minisearch.js").read_text(encoding="utf-8"))
    return f"/* MiniSearch 7.2.0\n\n{licence}\n*/\n{code}".encode()


def search_script() -> bytes:
    """Return the script that opens the search, without its comments: it is on every page."""
    return shorten((THEME / "static" / "search.js").read_text(encoding="utf-8")).encode()


def search_index(found: Sequence[Found]) -> bytes:
    """Return the script that sets `window.searchIndex`."""
    text = json.dumps(index_of(found), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return ("window.searchIndex = " + text.replace("<", "\\u003c") + ";\n").encode()


def index_of(found: Sequence[Found]) -> dict[str, Any]:
    """Return the index in the form that MiniSearch 7 writes (`toJSON`, its serialization version 2)."""
    postings: dict[str, dict[str, dict[str, int]]] = {}
    lengths: dict[str, list[int]] = {}
    for number, each in enumerate(found):
        of_fields = [terms(each.title), terms(f"{each.about} {each.text}")]
        lengths[str(number)] = [len(set(words)) for words in of_fields]
        for field, words in enumerate(of_fields):
            for word in words:
                of_word = postings.setdefault(word, {}).setdefault(str(field), {})
                of_word[str(number)] = of_word.get(str(number), 0) + 1
    averages = [sum(row[field] for row in lengths.values()) / max(1, len(found)) for field in range(len(FIELDS))]
    return {
        "documentCount": len(found),
        "nextId": len(found),
        "documentIds": {str(number): number for number in range(len(found))},
        "fieldIds": {field: number for number, field in enumerate(FIELDS)},
        "fieldLength": lengths,
        "averageFieldLength": [round(average, 6) for average in averages],
        "storedFields": {
            str(number): {name: getattr(each, name) for name in STORED} for number, each in enumerate(found)
        },
        "dirtCount": 0,
        "index": [[word, postings[word]] for word in sorted(postings)],
        "serializationVersion": 2,
    }


def everything(
    networks: Sequence[NetworkView], articles: Sequence[Article], neurons: Iterable[NeuronLine], pages: Iterable[Found]
) -> list[Found]:
    """Return all that can be found: write-ups by section, networks, explorers, `pages`, neurons."""
    found = [section for article in articles for section in article_sections(article)]
    for view in networks:
        network = view.network
        prose = plain(view.prose(str))
        found.append(Found(network.title, "Network", network_path(network.name), network.summary, prose))
        about = f"Type a sequence and watch the {network.title.lower()} read it."
        found.append(Found(f"{network.title}: explorer", "Explorer", explorer_path(network.name), about))
    found += pages
    return found + [Found(line.name, "Neuron", line.path, line.sentence, "neuron") for line in neurons]


def article_sections(article: Article) -> Iterator[Found]:
    """Yield a write-up, its text up to the first heading, then each of its sections."""

    def show(kind: str, name: str) -> str:
        if kind == "figure":
            return f"<p>{article.caption(name, str)}</p>"
        return f"<p>{article.sentence(name, str)}</p>"

    first, *sections = _HEADING.split(str(article.body(str, show)))
    front = article.writeup.front
    yield Found(article.title, "Write-up", article.path, front.summary, plain(first))
    for name, heading, body in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        text = plain(body)
        title = f"{article.title}: {plain(heading)}"
        yield Found(title, "Write-up", f"{article.path}#{name}", cut(text), text)


def page_sections(pages: Mapping[str, tuple[str, Callable[[], bytes]]]) -> Iterator[Found]:
    """Yield the sections of rendered pages of the gallery itself, given their titles and makers by path."""
    for path, (title, make) in pages.items():
        main = re.search(r"<main[^>]*>(.*)</main>", make().decode(), flags=re.DOTALL)
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
