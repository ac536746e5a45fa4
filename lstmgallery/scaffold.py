"""Start a gallery, a network or a write-up: write files that are valid as they are, never overwriting existing ones.

The date of a write-up is passed in; its figures and claims use the first network of the content folder.
"""

import json
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pydantic
import yaml

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import check_folder, list_files
from lstmgallery.network import MINUTES, Network, read_network, slug_fault
from lstmgallery.tasks import TASKS
from lstmgallery.tasks.texts.sources.source import is_pattern
from lstmgallery.tasks.texts.task import Text

LONGEST_TITLE = 80
TABLES = (".csv", ".tsv", ".json", ".jsonl")
SHORTER = (1_000, 200)  # characters of a document, where a text has too few longer ones
MUCH_UNKNOWN = 0.02  # share of characters
EXAMPLES, LONGEST_EXAMPLE = 3, 60  # passages shown of a new network of text, and the characters of each
BEGUN = ("site.yaml", "networks/counter.md", "writeups/how-it-counts.md")


@dataclass(frozen=True)
class Scaffold:
    """A newly written file, and suggested next steps for its author."""

    path: Path
    next: str
    note: str = ""  # what the author should know about the text


NETWORK = """\
---
{title}
summary: {summary}
{keys}
---

This is the body of the network's page, in Markdown: say what the network has to learn and what to look for.
"""

TEXT = """\
---
{front}---

This is the body of the network's page, in Markdown: say what it reads, and what to look for.
"""

WRITEUP = """\
---
{title}
summary: One sentence about what the reader will see.
order: 100              # position in the reading order
published: {published}
---

Write prose in Markdown. Quote measured values in braces instead of typing numbers by hand: the largest value of the
{memory_words} of {{{neuron}}} is {{{neuron} | max of {memory}}}.

```figure
id: one-neuron
kind: strip
neuron: {neuron}
signals: [{signals}]
sequences: [{sequence}]
alt: The content of the figure, in words.
caption: What to look at and what it means.
```

Every build measures the claim below and shows its verdict.

```claim
id: it-follows-the-task
neuron: {neuron}
says: Its {memory_words} encodes {feature_words}.
measure: {measure} of {memory} with {feature}
expect: at least {bound}
```
"""


SITE = """\
title: {title}
tagline: Small recurrent networks, and what each of their neurons does.
description: A gallery of small networks in which every gate and memory is recorded, checked and drawn.
# author: A. N. Author
# base_url: https://example.org/gallery/   # the address of the published site: adds a feed and a sitemap
"""

IGNORED = """\
/build/
/site/
.venv/
"""

REQUIREMENTS = """\
lstmgallery=={version}
"""

WORKFLOW = """\
# Builds the gallery after every push to main, and publishes it with GitHub Pages.
# In the repository's settings, under Pages, choose "GitHub Actions" as the source.
name: pages
on:
  push:
    branches: [main]
  workflow_dispatch:
permissions:
  contents: read
  id-token: write
  pages: write
concurrency:
  group: pages
jobs:
  pages:
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
          cache: pip
      - uses: actions/cache@v4
        with:
          path: build
          key: build-${{ github.sha }}
          restore-keys: build-
      - run: python -m pip install -r requirements.txt
      - run: lstmgallery build --quick
      - uses: actions/upload-pages-artifact@v3
        with:
          path: site
      - id: deployment
        uses: actions/deploy-pages@v4
"""


@dataclass(frozen=True)
class Gallery:
    """A newly begun gallery: the files written, those that were there and stay, and the next step for its author."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    next: str


def scaffold_gallery(folder: Path, *, title: str | None, published: date, version: str) -> Gallery:
    """Begin a gallery in `folder`: settings, a network, a write-up, and what a repository on GitHub needs.

    Raises `GalleryError` if the folder has content already; other files in it stay as they are.
    """
    content = folder / "content"
    if os.path.lexists(content) and not (content.is_dir() and not any(content.iterdir())):
        hint = "add to it: lstmgallery new network NAME, lstmgallery new writeup SLUG; or begin in another folder"
        raise GalleryError(Problem(str(content), "expected a folder without content, found some", hint=hint))
    title = "My gallery" if title is None else title
    settings = _title_line("", title)  # before anything is written
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / ".content.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            _create(partial / "site.yaml", SITE.replace("title: {title}", settings))
            scaffold_network(partial, "counter", task="counting", title=None)
            scaffold_writeup(partial, "how-it-counts", title=None, published=published)
            os.rename(partial, content)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        written, kept = [content / name for name in BEGUN], []
        for name, text in {
            ".gitignore": IGNORED,
            "requirements.txt": REQUIREMENTS.format(version=version),
            ".github/workflows/pages.yml": WORKFLOW,
        }.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                _create(file, text)
                written.append(file)
            except FileExistsError:
                kept.append(file)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise GalleryError(Problem(str(error.filename or folder), message)) from None
    into = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    return Gallery(tuple(written), tuple(kept), f"Look at it while you write: {into}lstmgallery serve --quick --open")


def scaffold_network(content: Path, name: str, *, task: str, title: str | None) -> Scaffold:
    """Write `networks/<name>.md` for a new network of `task`. Raises `GalleryError` rather than overwrite a file."""
    file = content / "networks" / f"{name}.md"
    starter = TASKS[task].starter
    text = NETWORK.format(title=_title_line(name, title), summary=starter.summary, keys=starter.keys)
    _write(content, file, name, text, kind="network")
    return Scaffold(file, f"Edit it, then train it: lstmgallery build --network {name}")


def scaffold_text(
    content: Path,
    name: str,
    text: Path,
    *,
    title: str | None,
    settings: Mapping[str, str] | None = None,
    minutes: float = MINUTES,
) -> Scaffold:
    """Write `networks/<name>.md` for a new network that reads a text of the author's, a file or a folder.

    `settings`: `column`, `document` and `encoding` of the corpus, which are options of the command. The text is read,
    so that a network which cannot be trained on it is refused here. Raises `GalleryError` as for any other network.
    """
    settings = settings or {}
    if not text.exists() and not is_pattern(str(text)):
        raise GalleryError(Problem("--text", f"expected a file or a folder with text, found none at {text}"))
    if "column" in settings and text.suffix.lower() not in TABLES:
        listed = ", ".join(sorted(TABLES))
        raise GalleryError(Problem("--column", f"expected a table ({listed}), found {text.name}", hint="leave it out"))
    root = content.parent.resolve()
    found = Path(os.path.abspath(text))  # links stay: who names one means where it leads
    is_near = found.is_relative_to(root) or not text.is_absolute()
    corpus: dict[str, object] = {
        "kind": "table" if text.suffix.lower() in TABLES else "files",
        "path": Path(os.path.relpath(found, root)).as_posix() if is_near else str(found),
    }
    corpus |= settings
    try:
        Text.model_validate_json(json.dumps({"kind": "text", "corpus": corpus}))
    except pydantic.ValidationError as error:
        detail = error.errors()[0]
        key = str(detail["loc"][-1])
        option = f"--{key}" if key in settings else "--text"
        ours = detail.get("ctx", {}).get("error")  # says what was found, too
        message = str(ours) if ours else f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, found {detail['input']!r}"
        raise GalleryError(Problem(option, message)) from None
    try:
        task, corpus = _divided(corpus, content)
    except GalleryError as error:
        raise GalleryError(*(replace(each, hint=_as_option(each.hint)) for each in error.problems)) from None
    examples = [example for each in task.reading.passages if (example := _example(each))]
    front = yaml.safe_dump(
        {
            "summary": f"Reads {text.name}, a character at a time, and predicts the next one.",
            "task": {"kind": "text", "corpus": corpus},
            "layers": 2,
            "units": 64,
            "training": {"minutes": minutes},
            "figures": list(dict.fromkeys(examples))[:EXAMPLES],
        },
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
    )
    file = content / "networks" / f"{name}.md"
    _write(content, file, name, TEXT.format(front=f"{_title_line(name, title)}\n{front}"), kind="network")
    train = f"Train it, for about {minutes:g} minutes: lstmgallery build --network {name}"
    return Scaffold(file, train, _unknown_note(task))


def _divided(corpus: dict[str, object], content: Path) -> tuple[Text, dict[str, object]]:
    """Return the opened task, and its corpus with shorter documents if there are too few long ones.

    Raises the `GalleryError` of the usual length if no length gives enough.
    """
    first: GalleryError | None = None
    for longest in (None, *SHORTER):
        tried = corpus if longest is None else {**corpus, "longest": longest}
        try:
            opened = Text.model_validate_json(json.dumps({"kind": "text", "corpus": tried}))
            return opened.with_files(content, None), tried
        except GalleryError as error:
            first = first or error
            if "different documents" not in error.problems[0].message:
                break
    assert first is not None
    raise first


def _unknown_note(task: Text) -> str:
    """Return a note for a text with many characters that the network would not know; empty for others."""
    text = task.text.corpus
    assert text is not None
    if text.unknown_share < MUCH_UNKNOWN:
        return ""
    return (
        f"It would know the {len(text.alphabet):,} most frequent characters and read {text.unknown_share:.0%} of "
        "the text as <unknown>. To have it know more, add to the corpus in the file: most_letters: 1000"
    )


def _as_option(hint: str | None) -> str | None:
    """Return a hint with the keys of a corpus as the options that set them: `--column review`."""
    return hint and re.sub(r"\b(column|document|encoding): (?=\w)", r"--\1 ", hint)


def _example(document: str) -> str:
    """Return the beginning of a document, to be shown step by step: up to the end of a word, if it is long."""
    words = re.match(rf"(?s).{{1,{LONGEST_EXAMPLE}}}(?!\S)", document)
    return (words[0] if words else document[:LONGEST_EXAMPLE]).rstrip()


def scaffold_writeup(content: Path, slug: str, *, title: str | None, published: date) -> Scaffold:
    """Write `writeups/<slug>.md`, a new write-up on the first network. Raises `GalleryError` as for a network."""
    file = content / "writeups" / f"{slug}.md"
    network = _first_network(content)
    memory = network.kind[network.kind.memory]
    feature = network.task.example
    sequence = network.shown[0]
    value = next(value for value in network.task.ground_truth(sequence)[feature.key] if value is not None)
    is_count = feature.kind == "count"
    name = feature.key if is_count else f"{feature.key}={value}"
    text = WRITEUP.format(
        title=_title_line(slug, title),
        published=published.isoformat(),
        neuron=f"{network.name} best({name})",
        memory=memory.key,
        memory_words=memory.name.lower(),
        signals=", ".join(dict.fromkeys((memory.key, "hidden"))),
        sequence=sequence,
        feature=name,
        feature_words=feature.words if is_count else f"whether {feature.words.format(value)}",
        measure="r2" if is_count else "auc",
        bound="0.5" if is_count else "0.75",
    )
    _write(content, file, slug, text, kind="write-up")
    return Scaffold(file, "Edit it with a live preview: lstmgallery serve --quick --open")


def _first_network(content: Path) -> Network:
    """Return the first network of the index."""
    files = list_files(content / "networks")
    if not files:
        message = "expected a network to write about, a file such as counter.md, found none"
        hint = "create one first: lstmgallery new network counter"
        raise GalleryError(Problem(str(content / "networks"), message, hint=hint))
    networks = [read_network(file)[0] for file in files]
    return min(networks, key=lambda network: (network.order, network.name))


def _title_line(name: str, title: str | None) -> str:
    """Return the title as a line of YAML, in quotation marks if it needs them."""
    title = name.replace("-", " ").capitalize() if title is None else title
    if not 1 <= len(title) <= LONGEST_TITLE:
        message = f"expected a title of 1 to {LONGEST_TITLE} characters, found {len(title)}"
        raise GalleryError(Problem("--title", message))
    return yaml.safe_dump({"title": title}, allow_unicode=True, width=10_000).strip()


def _write(content: Path, file: Path, name: str, text: str, *, kind: str) -> None:
    if fault := slug_fault(name):
        hint = f"the name becomes the {kind}'s address on the site; write it like long-counter"
        raise GalleryError(Problem(f"new {kind}", fault, hint=hint))
    check_folder(content)
    try:
        file.parent.mkdir(exist_ok=True)
        _create(file, text)
    except FileExistsError:
        message = f"a {kind} of this name already exists"
        raise GalleryError(Problem(str(file), message, hint="edit that file, or choose another name")) from None
    except OSError as error:
        raise GalleryError(Problem(str(file), f"cannot be written: {error.strerror}")) from None


def _create(file: Path, text: str) -> None:
    """Write a new file; leave none behind if that fails, as on a full disk."""
    with file.open("x", encoding="utf-8") as stream:
        try:
            stream.write(text)
            stream.flush()
        except BaseException:
            file.unlink()
            raise
