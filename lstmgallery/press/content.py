"""Read what people wrote: the site's settings, the networks' prose. Markdown is untrusted and is sanitised."""

from dataclasses import dataclass
from pathlib import Path

import markdown
import nh3
import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.frontmatter import read_yaml, validate
from lstmgallery.network import Network, read_network

# A closed list: none of these reads files or runs code.
EXTENSIONS = ("tables", "fenced_code", "sane_lists", "smarty")
TAGS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "br"),
    *("a", "abbr", "b", "code", "del", "em", "i", "q", "s", "small", "strong", "sub", "sup", "var"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}}


class Site(pydantic.BaseModel):
    """The settings in `content/site.yaml`."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = pydantic.Field(min_length=1, max_length=80)
    tagline: str = pydantic.Field(min_length=1, max_length=200)
    description: str = pydantic.Field(min_length=1, max_length=300)


@dataclass(frozen=True)
class NetworkContent:
    """A network with the prose of its page, as HTML that is safe to print."""

    network: Network
    prose: str


@dataclass(frozen=True)
class Content:
    """All that stands in the content folder, the networks in the order of the index."""

    site: Site
    networks: tuple[NetworkContent, ...]


def read_content(folder: Path) -> Content:
    """Read and validate everything in `folder`. Raises one `GalleryError` with all the mistakes of all files."""
    problems: list[Problem] = []
    site: Site | None = None
    networks: list[NetworkContent] = []
    files = sorted((folder / "networks").glob("*.md"))
    try:
        site = validate(Site, read_yaml(folder / "site.yaml"))
    except GalleryError as error:
        problems += error.problems
    for file in files:
        try:
            network, document = read_network(file)
            networks.append(NetworkContent(network, render_markdown(document.body)))
        except GalleryError as error:
            problems += error.problems
    if not files:
        message = "expected at least one network, a file such as counter.md, found none"
        problems.append(Problem(str(folder / "networks"), message))
    if problems or site is None:
        raise GalleryError(problems)
    return Content(site, tuple(sorted(networks, key=lambda entry: (entry.network.order, entry.network.name))))


def render_markdown(text: str) -> str:
    """Return Markdown as HTML with nothing in it but text markup: no scripts, styles, images, classes or ids."""
    html = markdown.markdown(text, extensions=list(EXTENSIONS), output_format="html")
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
