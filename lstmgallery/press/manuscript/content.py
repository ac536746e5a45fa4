"""Read the content folder: the site's settings, the networks with their prose, the write-ups; all mistakes at once."""

import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.frontmatter import Document, read_yaml, validate
from lstmgallery.listing import SETTINGS, Unread, check_folder, list_files, list_unread
from lstmgallery.network import Network, read_network
from lstmgallery.pins import SUFFIX as PIN
from lstmgallery.pins import Pin, orphans, pin_path, read_pin
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
from lstmgallery.press.manuscript.prose import Link, Linked, Prose, ProseReader
from lstmgallery.press.manuscript.writeups import Writeup, is_draft, read_writeup
from lstmgallery.searches import SUFFIX, Search, read_searches

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
    """

    network: Network
    prose: Prose[Link]
    pin: Pin | None = None
    search: Search | None = None
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
    front: Subject | None = None  # the network or the neuron that the front page shows, if the site names one
    unread: tuple[Unread, ...] = ()  # what looks like content and is not
    held_back: tuple[str, ...] = ()  # drafts that were left out

    @cached_property
    def pages(self) -> dict[str, str]:
        """The page of each content file, both as paths from their roots."""
        return {writeup.file: writeup.path for writeup in self.writeups} | {
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
        found |= {writeup.path: writeup.fragments for writeup in self.writeups}
        return found | dict.fromkeys(self._files)

    @property
    def _files(self) -> set[str]:
        """The files without fragments that links can lead to: a build writes them beside the pages of content."""
        files = {"404.html", *(file for writeup in self.writeups for file in writeup.files)}
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
        for writeup in self.writeups:
            proses += [writeup.body, *writeup.captions.values(), *writeup.sentences.values()]
        links = [part for prose in proses for part in prose.parts if isinstance(part, Link)]
        found = {link.attachment.path: link.attachment for link in links if link.attachment is not None}
        return tuple(found[path] for path in sorted(found))

    def only(self, networks: Collection[str]) -> "Content":
        """Return the content with only these networks, without the write-ups that need others."""
        return Content(
            self.site,
            tuple(entry for entry in self.networks if entry.network.name in networks),
            tuple(writeup for writeup in self.writeups if writeup.networks <= set(networks)),
            self.front if self.front is not None and self.front.network.name in networks else None,
            self.unread,
            self.held_back,
        )


def read_content(
    folder: Path, *, without_pins: bool | str = False, searching: bool = False, drafts: bool = True
) -> Content:
    """Read and validate everything in `folder`. Raises one `GalleryError` with all the mistakes of all files.

    Without `drafts`, write-ups that are drafts are left out with all their mistakes; links to them are words.

    `without_pins` skips all pins, or that of one network: retraining does not need the old one to be valid. While
    `searching`, figures may show searches that are not saved yet.
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
    listed = [tried(partial(list_files, folder / name)) for name in ("networks", "writeups")]
    if None in listed:  # networks that cannot be listed are missing in every write-up
        raise GalleryError(problems)
    files, written = listed
    pins = list_files(folder / "networks", PIN)
    unread = list_unread(folder)
    searches, faults = read_searches(folder / "networks", {file.stem for file in files})
    problems += [*faults, *orphans(folder / "networks", (file.stem for file in files))]

    def read_one(file: Path) -> tuple[NetworkContent, Linked]:
        entry, links = _read_network(file, problems, lang)
        name = entry.network.name
        pin = None
        pinned = pin_path(folder, name)
        if without_pins not in (True, name) and pinned in pins:
            try:
                pin = read_pin(pinned, entry.network)
            except GalleryError as error:  # the network itself is readable, so references to it can be checked
                problems.extend(error.problems)
        return replace(entry, pin=pin, search=searches.get(name), is_pinned=pinned in pins), links

    read = [found for file in files if (found := tried(partial(read_one, file))) is not None]
    networks, linked = [entry for entry, _ in read], [links for _, links in read]
    if not files:
        message = "expected at least one network, a file such as counter.md, found none"
        astray = [str(each) for each in unread if each.file.is_relative_to(folder / "networks")]
        hint = "not read: " + "; ".join(astray) if astray else "create one: lstmgallery new network counter"
        problems.append(Problem(str(folder / "networks"), message, hint=hint))
    networks.sort(key=lambda entry: (entry.network.order, entry.network.name))
    by_name = {entry.network.name: entry.network for entry in networks}
    broken = {name for file in files for name in (file.stem, _meant(file.stem))} - set(by_name)
    records = {file.name.removesuffix(SUFFIX) for file in (folder / "networks").glob(f"*{SUFFIX}")}  # broken ones, too
    searched = by_name if searching else records
    held_back = set() if drafts else {file for file in written if is_draft(file)}
    read_writeups = [
        found
        for file in written
        if file not in held_back
        and (found := tried(partial(read_writeup, file, by_name, broken, searched, lang=lang))) is not None
    ]
    problems += _equal_slugs(read_writeups)
    writeups = sorted((writeup for writeup, _ in read_writeups), key=lambda each: (each.front.order, each.front.slug))
    linked += [links for _, links in read_writeups]
    checker = Checker(by_name, broken, problems=problems)
    front = None if site is None or site.front is None else _read_front(checker, settings, site.front)
    content = Content(
        site or Site(title="-", tagline="-", description="-"),
        tuple(networks),
        tuple(writeups),
        front,
        unread,
        tuple(sorted(map(str, held_back))),
    )
    refused = {file.stem for file in written if f"writeups/{file.name}" not in content.pages}
    skipped = (*chain(*map(_addresses_of_network, broken)), *chain(*map(_addresses_of_writeup, refused)))
    skipped += () if site else ("feed.xml", "sitemap.xml")  # they depend on its settings
    for links in linked:
        problems += links.problems(content.pages, content.fragments, unread=skipped)
    if problems:
        raise GalleryError(problems)
    return content


def _read_front(checker: Checker, settings: Document, text: str) -> Subject | None:
    """Return the network or the neuron for the front page, or None, with a problem, if the text names none."""
    subject = checker.subject(settings, ("front",), text)
    if subject is None or subject.is_neuron or subject.layer is None:
        return subject
    message = f"front: expected a network or a neuron, found the layer {text!r}"
    checker.problems.append(settings.problem(("front",), message, hint=f"use {subject.network.name!r}"))
    return None


def _read_settings(file: Path) -> Document:
    try:
        return read_yaml(file)
    except GalleryError as error:
        if os.path.lexists(file):
            raise
        hint = "write it with the keys title, tagline and description, or begin a gallery elsewhere: lstmgallery init"
        raise GalleryError(replace(error.problems[0], hint=hint)) from None


def _meant(name: str) -> str:
    """Return the name that a file should have: references to a file with a wrong name are not reported with it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _addresses_of_network(name: str) -> tuple[str, ...]:
    """Return the prefixes of links to a network, its neurons and its explorer."""
    return f"networks/{name}.md", f"networks/{name}/", explorer_path(name)


def _addresses_of_writeup(name: str) -> tuple[str, ...]:
    return f"writeups/{name}.md", writeup_path(name), f"writeups/{name}/"


def _read_network(file: Path, problems: list[Problem], lang: str) -> tuple[NetworkContent, Linked]:
    """Read a network; mistakes in its prose are added to `problems` and do not stop the reading."""
    network, document = read_network(file)
    reader: ProseReader[Link] = ProseReader(document, f"networks/{file.name}", problems, lang)
    prose = reader.read_body(taken=network_fragments(network) | {"main"})
    ids = frozenset((*(heading.id for heading in reader.headings), *reader.footnotes))
    return NetworkContent(network, prose, ids=ids), reader.linked


def _equal_slugs(writeups: Sequence[tuple[Writeup, Linked]]) -> list[Problem]:
    problems = []
    first: dict[str, str] = {}
    for writeup, linked in writeups:
        document = linked.document
        slug = writeup.front.slug
        if slug in first:
            message = f"the slug {slug!r} is taken by {first[slug]}"
            problems.append(document.problem(("slug",), message, hint="give one of them another slug"))
        first.setdefault(slug, document.place)
    return problems
