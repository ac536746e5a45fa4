"""Verify a finished site, where it was built or where it was copied to: it is whole, and nothing was added to it.

The site alone is read: its list of files with their hashes, its pages with their links and their policy.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.exchange import MANIFEST, MARKER, is_owners
from lstmgallery.links import check_links
from lstmgallery.press.pages.policy import HEADERS, META, POLICY
from lstmgallery.publish import files_in, read_manifest

AGAIN = "build the site again, or copy it again"
LARGEST = 10  # pages that are named by their size
DATA_TYPES = ("application/json", "application/ld+json")  # of elements that hold data, not a script
LEADS = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page with its size in bytes, and its size as hosts send it, compressed with gzip."""

    path: str
    size: int
    sent: int


@dataclass(frozen=True)
class Checked:
    """A site in which nothing is wrong: the number of its pages and files, its size in bytes, its largest pages."""

    pages: int
    files: int
    size: int
    largest: tuple[Page, ...]


def check_tree(site: Path) -> Checked:
    """Return what a site holds. Raises `GalleryError` with everything that is wrong in it."""
    listed = _read_list(site)
    contents, problems = {}, []
    for path, sha256 in listed.items():
        content = _read(site / path)
        if content is None:
            problems.append(Problem(path, "expected a file of the site, found none", hint=AGAIN))
        elif hashlib.sha256(content).hexdigest() != sha256:
            problems.append(Problem(path, "expected the file that was built, found another content", hint=AGAIN))
        contents[path] = content or b""
    for path in sorted(path for path in files_in(site) - listed.keys() if not is_owners(Path(path))):
        message = "expected only what was built, found a file that was added"
        problems.append(Problem(path, message, hint="remove it; what is yours is left alone if its name begins with ."))
    for path, content in contents.items():
        if path.endswith(".html"):
            problems += _policy_problems(path, content)
    if POLICY.encode() not in contents.get(HEADERS, b""):
        problems.append(Problem(HEADERS, "expected the policy of the pages for hosts to send", hint=AGAIN))
    try:
        check_links(contents)
    except GalleryError as error:
        problems += error.problems
    if problems:
        raise GalleryError(problems)
    pages = sorted((path for path in contents if path.endswith(".html")), key=lambda path: -len(contents[path]))
    largest = [Page(path, len(contents[path]), len(gzip.compress(contents[path], 6))) for path in pages[:LARGEST]]
    return Checked(len(pages), len(contents), sum(map(len, contents.values())), tuple(largest))


def _read_list(site: Path) -> dict[str, str]:
    content = _read(site / MANIFEST)
    if content is None:
        message = f"expected a site with a list of its files, found no {MANIFEST}"
        hint = "build it again with this version" if (site / MARKER).exists() else "name the folder of a built site"
        raise GalleryError(Problem(str(site), message, hint=hint))
    try:
        return read_manifest(content)
    except ValueError:  # other bytes are no text at all
        message = "expected lines of a SHA-256, two blanks and a path, found something else"
        raise GalleryError(Problem(str(site / MANIFEST), message, hint=AGAIN)) from None


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() and not file.is_symlink() else None


def _policy_problems(path: str, content: bytes) -> Iterator[Problem]:
    """Yield what a page does that its policy forbids, or that it would do where nothing reads the policy."""
    tree = LexborHTMLParser(content)
    if META.encode() not in content or len(tree.css("meta[http-equiv]")) != 1:
        yield Problem(path, "expected the policy of the gallery's pages, and no other", hint=AGAIN)
    for node in tree.css("script"):
        if node.attributes.get("src") is None and node.attributes.get("type") not in DATA_TYPES:
            yield Problem(path, "expected scripts in files of their own, found one in the page", hint=AGAIN)
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            if name.startswith("on") or name == "style":
                yield Problem(path, f"expected no attribute {name!r}, found it on <{node.tag}>", hint=AGAIN)
            elif name in ("href", "src") and value is not None and LEADS.match(value):
                yield Problem(path, f"expected an address, found code or data in {name!r} of <{node.tag}>", hint=AGAIN)
