"""Read the content folder: the site's settings, the networks with their prose, the write-ups; all mistakes at once."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

import pydantic

from lstmgallery.copies import SUFFIX as COPIES
from lstmgallery.copies import Copies, Writing, hash_of, read_all_copies
from lstmgallery.desk.subjects import Subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, read_yaml, validate
from lstmgallery.kept import Keep, make_anew
from lstmgallery.listing import (
    COMPARISONS,
    MARKDOWN,
    SETTINGS,
    WRITEUPS,
    Unread,
    check_folder,
    check_within,
    list_files,
    list_unread,
)
from lstmgallery.network import Network, read_network
from lstmgallery.pins import SUFFIX as PIN
from lstmgallery.pins import Pin, orphans, pin_path, read_pin, read_vocabulary
from lstmgallery.press.addresses import (
    explorer_path,
    network_fragments,
    network_path,
    neuron_path,
    web_address,
    writeup_path,
)
from lstmgallery.press.figures.block import Checker
from lstmgallery.press.manuscript.files import Attachment
from lstmgallery.press.manuscript.languages import Language
from lstmgallery.press.manuscript.markup import ENGLISH
from lstmgallery.press.manuscript.prose import Link, Linked, Prose, ProseReader, Unsure
from lstmgallery.press.manuscript.writeups import Writeup, is_draft, read_writeup
from lstmgallery.searches import SUFFIX, Search, read_searches
from lstmgallery.tasks.vocabulary import Vocabulary
from lstmgallery.trees import digest, tree_hash

BESIDE = (("networks", PIN), ("networks", SUFFIX), ("networks", COPIES), ("texts", ".txt"))  # beside Markdown
SITE_PAGES = ("index.html", "how-to-read.html", "neurons.html", "explorers.html", "search.html")


class Site(pydantic.BaseModel):
    """The settings in `content/site.yaml`."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = pydantic.Field(min_length=1, max_length=80)
    tagline: str = pydantic.Field(min_length=1, max_length=200)
    description: str = pydantic.Field(min_length=1, max_length=300)
    author: str = pydantic.Field("", max_length=80)
    front: str | None = None  # a network or a neuron for the front page, in the grammar of subjects
    lang: Language = ENGLISH  # of the texts of its authors; a write-up may have another
    base_url: str | None = None  # the address of the published site; enables a feed, a sitemap, absolute links

    @pydantic.field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return web_address(value)
        except ValueError:
            raise ValueError(f"expected an address such as https://example.org/gallery/, found {value!r}") from None


@dataclass(frozen=True)
class NetworkContent:
    """A network with the prose of its page, in which only links are filled in, and the files beside its own.

    `pin`: the pinned weights to show, unless the network is retrained. `search`: a saved search over its recipes.
    `copies`: how much of what it writes is copied from its training texts.
    """

    network: Network
    prose: Prose[Link]
    pin: Pin | None = None
    search: Search | None = None
    copies: Copies | None = None
    is_pinned: bool = False  # whether it has a pin, read or not
    ids: frozenset[str] = frozenset()  # of headings and footnotes in its prose

    @property
    def path(self) -> str:
        return network_path(self.network.name)

    @property
    def chosen(self) -> Search | None:
        """The search that chose the pinned network, if there was one."""
        return None if self.pin is None else self.pin.header.search


@dataclass(frozen=True)
class Content:
    """The content folder: the networks in the order of the index, the write-ups in reading order."""

    site: Site
    networks: tuple[NetworkContent, ...]
    writeups: tuple[Writeup, ...] = ()
    comparisons: tuple[Writeup, ...] = ()  # write-ups too, listed with the networks that they compare
    front: Subject | None = None  # the network or the neuron that the front page shows, if the site names one
    unread: tuple[Unread, ...] = ()  # what looks like content and is not
    held_back: tuple[str, ...] = ()  # drafts that were left out
    unsure: tuple[Unsure, ...] = ()  # links that can be checked once the pages are rendered

    @property
    def articles(self) -> tuple[Writeup, ...]:
        """All texts with figures and claims: the write-ups, then the comparisons."""
        return (*self.writeups, *self.comparisons)

    @cached_property
    def pages(self) -> dict[str, str]:
        """The page of each content file, both as paths from their roots."""
        return {writeup.file: writeup.path for writeup in self.articles} | {
            f"networks/{entry.network.name}.md": network_path(entry.network.name) for entry in self.networks
        }

    @cached_property
    def fragments(self) -> dict[str, set[str] | None]:
        """The link targets on each page; None if they are unknown before the page is rendered."""
        networks = [entry.network for entry in self.networks]
        neurons = [
            neuron_path(network.name, layer, neuron)
            for network in networks
            for layer in network.layer_numbers
            for neuron in network.neuron_numbers
        ]
        found: dict[str, set[str] | None] = dict.fromkeys((*SITE_PAGES, *neurons))
        found |= {explorer_path(network.name): None for network in networks}
        found |= {entry.path: network_fragments(entry.network) | entry.ids for entry in self.networks}
        found |= {writeup.path: writeup.fragments for writeup in self.articles}
        return found | dict.fromkeys(self._files)

    @property
    def _files(self) -> set[str]:
        """The files without fragments that links can lead to: a build writes them beside the pages of content."""
        files = {"404.html", *(file for writeup in self.articles for file in writeup.files)}
        if self.site.base_url:
            files |= {"sitemap.xml", *(["feed.xml"] if self.writeups else [])}
        return files

    def address_of(self, link: Link) -> str | None:
        """Return the address of a link in the site; None if the page is left out with its network."""
        target, sign, fragment = link.target.partition("#")
        if link.attachment is not None:
            return link.attachment.address + sign + fragment
        page = self.pages.get(target, target)
        return page + sign + fragment if page in self.fragments else None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that networks and write-ups show or link to, each once, by their paths."""
        proses: list[Prose[Any]] = [entry.prose for entry in self.networks]
        for writeup in self.articles:
            proses += [writeup.body, *writeup.captions.values(), *writeup.sentences.values()]
        links = [part for prose in proses for part in prose.parts if isinstance(part, Link)]
        found = {link.attachment.path: link.attachment for link in links if link.attachment is not None}
        return tuple(found[path] for path in sorted(found))

    @property
    def writings(self) -> Iterator[tuple[str, str, str, Writing]]:
        """What figures let networks of real text write: the write-up's file, the figure's id, the network, the text."""
        for writeup in self.writeups:
            for figure in writeup.figures:
                for block in figure.block.blocks:
                    for who, writing in block.writings:
                        yield writeup.file, figure.id, figure.subjects[who].network.name, writing

    def uncompared(self) -> list[Problem]:
        """Return a problem for each figure with a text that was not compared with the training texts."""
        found: dict[tuple[str, str], Problem] = {}
        entries = {entry.network.name: entry for entry in self.networks}
        for file, figure, name, writing in self.writings:
            pin, copies = entries[name].pin, entries[name].copies
            is_of_these = copies is not None and (pin is None or copies.weights == hash_of(pin.weights))
            if copies is None or not is_of_these or copies.find(writing) is None:
                message = f"expected texts compared with the training texts of {name}, found seed {writing.seed}"
                hint = f"where its corpus is, run: lstmgallery copies {name}"
                found.setdefault((file, figure), Problem(f"{file}#{figure}", message, hint=hint))
        return list(found.values())

    def only(self, networks: Collection[str]) -> "Content":
        """Return the content with only these networks, without the write-ups that need others."""

        def kept(texts: Sequence[Writeup]) -> tuple[Writeup, ...]:
            return tuple(each for each in texts if each.networks <= set(networks))

        front = self.front if self.front is not None and self.front.network.name in networks else None
        return replace(
            self,
            networks=tuple(entry for entry in self.networks if entry.network.name in networks),
            writeups=kept(self.writeups),
            comparisons=kept(self.comparisons),
            front=front,
        )


def read_content(
    folder: Path,
    *,
    without_pins: bool | Collection[str] = False,
    searching: bool = False,
    comparing: bool = False,
    drafts: bool = True,
    keep: Keep = make_anew,
) -> Content:
    """Read and validate everything in `folder`. Raises one `GalleryError` with all the mistakes of all files.

    Without `drafts`, write-ups that are drafts are left out with all their mistakes; links to them are words.

    `without_pins` skips all pins, or those of some networks: retraining does not need the old ones to be valid. While
    `searching`, figures may show searches that are not saved yet; while `comparing`, texts that were found to be
    copies. `keep` keeps write-ups that have no mistakes; its own inputs are this package and its libraries.
    """
    problems: list[Problem] = []

    def tried(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except GalleryError as error:
            problems.extend(error.problems)
            return None

    check_folder(folder)
    settings = tried(partial(_read_settings, folder / SETTINGS))
    site = None if settings is None else tried(lambda: validate(Site, settings))
    lang = site.lang if site else ENGLISH
    if settings is not None:
        ProseReader(settings, SETTINGS, problems, lang).refuse_characters()
    listed = [tried(partial(list_files, folder / name)) for name in ("networks", WRITEUPS, COMPARISONS)]
    listed += [tried(partial(list_files, folder / name, suffix)) for name, suffix in BESIDE]
    if None in listed:  # networks that cannot be listed are missing in every write-up
        raise GalleryError(dict.fromkeys(problems))  # a folder that is listed several times is one mistake
    files, written, pins = listed[0], (*listed[1], *listed[2]), listed[3]
    unread = list_unread(folder)
    searches, faults = read_searches(folder / "networks", {file.stem for file in files})
    copies, damaged_copies = (
        ({}, []) if comparing else read_all_copies(folder / "networks", {file.stem for file in files})
    )
    problems += [*damaged_copies, *faults, *orphans(folder / "networks", (file.stem for file in files))]

    def read_one(file: Path) -> tuple[NetworkContent, Linked]:
        name = file.stem
        pin = None
        pinned = pin_path(folder, name)
        is_skipped = without_pins if isinstance(without_pins, bool) else name in without_pins
        is_shown = pinned in pins and not is_skipped
        vocabulary, damaged = None, None
        if is_shown:
            try:
                vocabulary = read_vocabulary(pinned)
            except GalleryError as error:
                damaged = error
        try:
            entry, links = _read_network(file, problems, lang, vocabulary)
        except GalleryError as error:  # without its pin a network of text needs its corpus
            raise damaged or error from None
        if is_shown:
            try:
                pin = read_pin(pinned, entry.network)
            except GalleryError as error:  # the network itself is readable, so references to it can be checked
                problems.extend(error.problems)
        return replace(
            entry, pin=pin, search=searches.get(name), copies=copies.get(name), is_pinned=pinned in pins
        ), links

    read = [found for file in files if (found := tried(partial(read_one, file))) is not None]
    networks, linked = [entry for entry, _ in read], [links for _, links in read]
    if not files:
        message = "expected at least one network, a file such as counter.md, found none"
        astray = [str(each) for each in unread if each.file.is_relative_to(folder / "networks")]
        hint = "not read: " + "; ".join(astray) if astray else "create one: lstmgallery new network counter"
        problems.append(Problem(str(folder / "networks"), message, hint=hint))
    problems += _variant_problems(networks, linked, {file.stem for file in files})
    networks.sort(key=lambda entry: (entry.network.order, entry.network.name))
    by_name = {entry.network.name: entry.network for entry in networks}
    broken = {name for file in files for name in (file.stem, _meant(file.stem))} - set(by_name)
    records = {file.name.removesuffix(SUFFIX) for file in (folder / "networks").glob(f"*{SUFFIX}")}  # broken ones, too
    measured = {name: search.measures for name, search in searches.items()}
    searched = {name: measured.get(name) for name in (by_name if searching else records)}
    beside = tree_hash(folder, lambda path: not path.endswith((MARKDOWN, ".html")))  # what texts may show or link to
    known = [each.model_dump(mode="json", exclude={"summary", "order"}) for each in by_name.values()]
    read_with = [lang, known, sorted(broken), sorted(searched), beside, comparing]
    sources = {file: [str(file), _source_hash(file)] for file in written}
    held_back = {file for file in written if not drafts and keep(["draft", *sources[file]], partial(is_draft, file))}

    def read_new(file: Path) -> tuple[Writeup, Linked]:
        writeup, links = read_writeup(file, by_name, broken, searched, copies=copies, lang=lang)
        if _source_hash(file) != sources[file][1]:
            raise GalleryError(Problem(str(file), "was saved while it was read", hint="build again"))
        return replace(writeup, made_from=digest([read_with, sources[file]])), links

    def read_text(file: Path) -> tuple[Writeup, Linked]:
        return keep(["write-up", read_with, *sources[file]], partial(read_new, file))

    read_writeups = [
        found for file in written if file not in held_back and (found := tried(partial(read_text, file))) is not None
    ]
    problems += _equal_slugs(read_writeups)
    articles = sorted((writeup for writeup, _ in read_writeups), key=lambda each: (each.front.order, each.front.slug))
    linked += [links for _, links in read_writeups]
    checker = Checker(by_name, broken, problems=problems)
    front = None if site is None or site.front is None else _read_front(checker, settings, site.front)
    content = Content(
        site or Site(title="-", tagline="-", description="-"),
        tuple(networks),
        tuple(each for each in articles if not each.is_comparison),
        tuple(each for each in articles if each.is_comparison),
        front,
        unread,
        tuple(sorted(map(str, held_back))),
    )
    refused = {file for file in written if f"{file.parent.name}/{file.name}" not in content.pages}
    skipped = (*chain(*map(_addresses_of_network, broken)), *chain(*map(_addresses_of_writeup, refused)))
    skipped += () if site else ("feed.xml", "sitemap.xml")  # they depend on its settings
    for links in linked:
        problems += links.problems(content.pages, content.fragments, unread=skipped)
    if problems:
        raise GalleryError(problems)
    unsure = tuple(each for links in linked for each in links.unsure(content.pages, content.fragments))
    return replace(content, unsure=unsure)


def read_sound_content(folder: Path, *, without_pins: Collection[str], searching: bool = False) -> Content:
    """Return content for a command that publishes nothing: with its drafts, unless these have mistakes."""
    read = partial(read_content, folder, without_pins=without_pins, searching=searching)
    try:
        return read()
    except GalleryError:
        return read(drafts=False)


def _source_hash(file: Path) -> str:
    """Return a hash of a text; of one that cannot be read, nothing: reading it says why."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    except OSError:
        return ""


def _read_front(checker: Checker, settings: Document, text: str) -> Subject | None:
    """Return the network or the neuron for the front page, or None, with a problem, if the text names none."""
    subject = checker.subject(settings, ("front",), text)
    if subject is None or subject.is_neuron or subject.layer is None:
        return subject
    message = f"front: expected a network or a neuron, found the layer {text!r}"
    checker.problems.append(settings.problem(("front",), message, hint=f"use {subject.network.name!r}"))
    return None


def _read_settings(file: Path) -> Document:
    check_within(file, file.parent)
    try:
        return read_yaml(file)
    except GalleryError as error:
        if os.path.lexists(file):
            raise
        hint = "write it with the keys title, tagline and description, or begin a gallery elsewhere: lstmgallery init"
        astray = [str(each) for each in list_unread(file.parent) if each.file.parent == file.parent]
        hint = next((f"not read: {each}" for each in astray if each.endswith(SETTINGS)), hint)
        raise GalleryError(replace(error.problems[0], hint=hint)) from None


def _meant(name: str) -> str:
    """Return the name that a file should have: references to a file with a wrong name are not reported with it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _addresses_of_network(name: str) -> tuple[str, ...]:
    """Return the prefixes of links to a network, its neurons and its explorer."""
    return f"networks/{name}.md", f"networks/{name}/", explorer_path(name)


def _addresses_of_writeup(file: Path) -> tuple[str, ...]:
    folder, name = file.parent.name, file.stem
    return f"{folder}/{name}.md", writeup_path(name, folder=folder), f"{folder}/{name}/"


def _read_network(
    file: Path, problems: list[Problem], lang: str, vocabulary: Vocabulary | None
) -> tuple[NetworkContent, Linked]:
    """Read a network; mistakes in its prose are added to `problems` and do not stop the reading."""
    network, document = read_network(file, vocabulary=vocabulary)
    reader: ProseReader[Link] = ProseReader(document, f"networks/{file.name}", problems, lang)
    prose = reader.read_body(taken=network_fragments(network) | {"main"})
    ids = frozenset((*(heading.id for heading in reader.headings), *reader.footnotes))
    return NetworkContent(network, prose, ids=ids), reader.linked


def _variant_problems(
    networks: Sequence[NetworkContent], linked: Sequence[Linked], files: Collection[str]
) -> list[Problem]:
    """Return what is wrong with the names of networks that others are variants of; `files` are all there are."""
    by_name = {entry.network.name: entry.network for entry in networks}
    problems = []
    for entry, links in zip(networks, linked, strict=True):
        name = entry.network.variant_of
        if name is None or (name in files and name not in by_name):  # that one has mistakes of its own
            continue
        principal, hint = by_name.get(name), None
        if principal is None or principal is entry.network:
            message = f"variant_of: expected the name of another network, found {name!r}"
            hint = nearest(name, set(by_name) - {entry.network.name})
        elif principal.variant_of is not None:
            message = f"variant_of: expected a network that is no variant itself, found {name!r}"
            hint = f"use {principal.variant_of!r}"
        elif principal.task != entry.network.task:
            message = f"variant_of: expected a network of the same task, found {name!r}"
            hint = "give both the same task, with the same parameters"
        else:
            continue
        problems.append(links.document.problem(("variant_of",), message, hint=hint))
    return problems


def _equal_slugs(writeups: Sequence[tuple[Writeup, Linked]]) -> list[Problem]:
    problems = []
    first: dict[str, str] = {}
    for writeup, linked in writeups:
        document = linked.document
        if writeup.path in first:
            message = f"the slug {writeup.front.slug!r} is taken by {first[writeup.path]}"
            problems.append(document.problem(("slug",), message, hint="give one of them another slug"))
        first.setdefault(writeup.path, document.place)
    return problems
