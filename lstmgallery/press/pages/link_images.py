"""Images for link previews: the first figure of a page, as a PNG that a message or a feed shows beside a link.

Takes what a page draws first; gives the image's path, its words, and a function that draws it. The letters are those
of fonts that come with the package, so an image is the same on every machine. Drawing one takes about 30 ms. Pages
with the same first figure share one, and neurons of large networks share their network's: a site with thousands of
neurons should not take minutes longer to build.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import resvg_py

from lstmgallery.network import Network
from lstmgallery.press.addresses import explorer_path, network_path, neuron_path
from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.marks.strips import Strip
from lstmgallery.press.marks.text import within_sentence
from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.drawings import MARGIN as GAP
from lstmgallery.press.pages.drawings import PlacedPart, place_parts, without_refused
from lstmgallery.press.pages.rendering import THEME, environment
from lstmgallery.press.pages.styles import drawing_style
from lstmgallery.press.pages.views import NetworkView, draw_shown

WIDTH, HEIGHT = 800, 420  # px: the 1.91 to 1 of all that show large previews
MARGIN, HEAD = 40, 116  # px around, and above the figure for the names of the site and the page
LARGEST = 2.0  # a figure is not enlarged beyond this
MOST_OF_A_NETWORK = 100  # neurons with an image of their own
LONGEST_TITLE = 34  # characters; longer ones end in an ellipsis
FONTS = THEME / "vendor" / "dejavu"
FONT_FILES = [str(FONTS / f"{name}.ttf") for name in ("DejaVuSans", "DejaVuSansMono-Bold", "DejaVuSerif-Bold")]
_DRAWN = (range(0x20, 0x800), range(0x1E00, 0x2C00))  # the letters and signs that the fonts have


@dataclass(frozen=True)
class LinkImage:
    """The image of a page: its path in the site, the functions that return its text alternative and draw it."""

    path: str
    words: Callable[[], str]
    draw: Callable[[], bytes]

    width = WIDTH
    height = HEIGHT

    @property
    def alt(self) -> str:
        return self.words()


def link_images(
    site: str,
    pages: Iterable[str],
    networks: Iterable[Network],
    views: Mapping[str, NetworkView],
    articles: Sequence[Article],
) -> dict[str, LinkImage]:
    """Return the image of each page by the page's path; `site` is the title of the site.

    `views` are those of the `networks` by name, used only once an image is drawn. The pages of no network and no
    write-up show the first figure of the index.
    """
    found: dict[str, LinkImage] = {}
    first = None
    for network in networks:
        image = _of_network(site, network, views)
        first = first or image
        found |= {network_path(network.name): image, explorer_path(network.name): image}
        is_own = len(network.places) <= MOST_OF_A_NETWORK
        for layer, neuron in network.places:
            own = _of_neuron(site, network, views, layer, neuron) if is_own else image
            found[neuron_path(network.name, layer, neuron)] = own
    for article in articles:
        if figure := next(iter(article.illustrations), None):
            image = _of_article(site, article, figure)
            found[article.path] = image
            found |= dict.fromkeys([article.file(each, "html") for each in article.illustrations], image)
    others = {} if first is None else dict.fromkeys(pages, first)
    return others | found


@dataclass(frozen=True)
class Picture:
    """The parts of a figure that an image shows, the scale that fills it with them, and where they begin."""

    placed: tuple[PlacedPart, ...]
    scale: float
    x: float
    y: float


def draw_link_image(parts: Sequence[Part], *, title: str, site: str) -> bytes:
    """Return the first parts of a figure, below the names of its page and its site, as a PNG."""
    values = {"title": shown(title), "site": shown(site), "style": drawing_style(), "size": (WIDTH, HEIGHT)}
    template = environment().get_template("link-image.svg")
    return rasterise(without_refused(template.render(picture=fit(parts), margin=MARGIN, **values)))


def fit(parts: Sequence[Part]) -> Picture:
    """Place as many parts, one below the other, as do not make the first one smaller."""
    best = _placed(parts[:1])
    for number in range(2, len(parts) + 1):
        tried = _placed(parts[:number])
        if tried.scale < best.scale:
            break
        best = tried
    return best


def _placed(parts: Sequence[Part]) -> Picture:
    placed, y, widest = place_parts(parts, top=0, gap=GAP)
    across, down = WIDTH - 2 * MARGIN, HEIGHT - HEAD - MARGIN / 2
    scale = min(LARGEST, across / max(widest, 1), down / (y - GAP))
    below = max(0.0, down - (y - GAP) * scale) / 3  # low figures look centred a little above the middle
    return Picture(placed, round(scale, 4), MARGIN, round(HEAD + below, 2))


def rasterise(svg: str) -> bytes:
    """Return a drawing as a PNG, with the fonts of this package alone."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            skip_system_fonts=True,
            font_files=FONT_FILES,
            font_family="DejaVu Sans",
            serif_family="DejaVu Serif",
            sans_serif_family="DejaVu Sans",
            monospace_family="DejaVu Sans Mono",
        )
    )


def shown(title: str) -> str:
    """Return a title as an image shows it: cut if long, nothing if the fonts lack its letters."""
    if not all(any(ord(character) in some for some in _DRAWN) for character in title):
        return ""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def _of_network(site: str, network: Network, views: Mapping[str, NetworkView]) -> LinkImage:
    def words() -> str:
        neuron = views[network.name].featured_neuron
        return f"Every signal of neuron {neuron} of the {within_sentence(network.title)}, one column per step."

    def draw() -> bytes:
        return _draw_strip(views[network.name].featured, network.title, site)

    return LinkImage(f"networks/{network.name}/link.png", words, draw)


def _of_neuron(site: str, network: Network, views: Mapping[str, NetworkView], layer: int, neuron: int) -> LinkImage:
    name = within_sentence(network.title)
    alt = f"Every signal of neuron {neuron} of layer {layer} of the {name}, one column per step."
    place = f"neuron {layer}.{neuron}" if network.layers > 1 else f"neuron {neuron}"

    def draw() -> bytes:
        return _draw_strip(draw_shown(views[network.name].results, layer, neuron, 0), f"{network.title}, {place}", site)

    return LinkImage(f"{neuron_path(network.name, layer, neuron).removesuffix('.html')}.png", lambda: alt, draw)


def _of_article(site: str, article: Article, figure: str) -> LinkImage:
    def draw() -> bytes:
        return draw_link_image(article.illustrations[figure].parts, title=article.title, site=site)

    return LinkImage(f"{article.path.removesuffix('.html')}.png", lambda: article.alternative(figure), draw)


def _draw_strip(strip: Strip, title: str, site: str) -> bytes:
    return draw_link_image([Part("", None, strip, "")], title=title, site=site)
