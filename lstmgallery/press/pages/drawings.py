"""A figure as one SVG file that stands by itself, for papers and slides: parts one below the other, on white.

Takes an illustration, gives the bytes of the file. Shades, marks and letters are those of the page in the light.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.figures.illustration import Illustration
from lstmgallery.press.marks.diagrams import Diagram
from lstmgallery.press.marks.equations import Equations
from lstmgallery.press.marks.heat import Heat
from lstmgallery.press.marks.listing import Listing
from lstmgallery.press.marks.palette import shade_colours
from lstmgallery.press.marks.plots import Plot
from lstmgallery.press.marks.right import RightBySize, RightRow
from lstmgallery.press.marks.strips import PITCH_PX, Strip

_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MARGIN = 16
TITLE_PX = 26
NAMES_PX = 150  # the names of a strip's rows
CELL_PX = 33
ROW_PX = 36
HEAT_PX = 17
STYLE = (
    "text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f201d}"
    ".mono{font-family:ui-monospace,Menlo,Consolas,monospace}.token{font-weight:600;text-anchor:middle}"
    ".soft{fill:#63625b}.title{font-weight:600}.small{font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}"
    "line{stroke:#dedbd1}.zero,.tick{stroke:#63625b}polyline{fill:none;stroke:#2166ac;stroke-width:1.75}"
    ".faint{stroke:#63625b;stroke-width:1;stroke-dasharray:3 3}.own-line{stroke:#1f201d;stroke-width:2}"
    "circle{fill:#2166ac}.wrong{fill:#fff;stroke:#b2182b}circle.own{fill:none;stroke:#1f201d;stroke-width:2}"
    ".second{stroke:#b2182b;stroke-dasharray:6 3}.third{stroke:#1b7837;stroke-dasharray:2 2}.fourth{stroke:#63625b}"
    "circle.second{fill:#b2182b;stroke:none}circle.third{fill:#1b7837;stroke:none}circle.fourth{fill:#63625b;stroke:none}"
    ".band{fill:#eeece3}.is-wrong{fill:#b2182b}"
    ".flow path,.box{fill:none;stroke:#1f201d;stroke-width:1.4}.flow .clearing{stroke:#fff;stroke-width:8}"
    ".flow polygon,.flow circle{fill:#1f201d}.peephole path{stroke-dasharray:4 3}.box{fill:#fff}"
    ".is-lit path,.is-lit.box{stroke:#2166ac;stroke-width:2}.is-lit polygon,text.is-lit{fill:#2166ac}"
    ".node{font-size:14.8px;text-anchor:middle}.letter{font:italic 600 20px Georgia,serif}.name{font-size:14.8px}"
)


@dataclass(frozen=True)
class _Picture:
    """Elements of SVG, and the room they take."""

    elements: tuple[str, ...]
    width: float
    height: float


def draw_svg(illustration: Illustration, *, title: str, description: str, source: str) -> bytes:
    """Return a figure as an SVG document; `source` says below it where it comes from."""
    y = float(MARGIN)
    width = 320.0
    body: list[str] = []
    for part in illustration.parts:
        if part.title:
            body.append(_text(MARGIN, y + 14, part.title, "title"))
            y += TITLE_PX
        drawn = _draw(part)
        body.append(f'<g transform="translate({MARGIN} {y:g})">{"".join(drawn.elements)}</g>')
        y += drawn.height + MARGIN
        width = max(width, drawn.width)
    body.append(_text(MARGIN, y + 8, source, "soft small"))
    whole, height = width + 2 * MARGIN, y + 22
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="{height:g}" '
        f'viewBox="0 0 {whole:g} {height:g}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc><style>{STYLE}</style>"
        f'<rect width="{whole:g}" height="{height:g}" fill="#fff"/>'
    )
    return _NOT_XML.sub("\ufffd", head + "\n".join(body) + "</svg>\n").encode()


def _draw(part: Part) -> _Picture:
    match part.drawn:
        case Strip():
            return _strip(part.drawn)
        case Heat():
            return _heat(part.drawn)
        case Plot():
            return _plot(part.drawn)
        case Listing():
            return _listing(part.drawn)
        case Equations():
            lines = [f"{signal.symbol} = {signal.formula}" for signal in part.drawn.signals]
            drawn = tuple(_text(0, 14 + 22 * at, line, "mono") for at, line in enumerate(lines))
            return _Picture(drawn, 7.4 * max(map(len, lines)), 22 * len(lines))
        case Diagram():
            return _Picture(tuple(_diagram_elements(part.drawn)), part.drawn.width, part.drawn.height)
        case RightBySize():
            return _right(part.drawn.rows)
    raise TypeError(f"no drawing of {part.drawn.name}")


def _strip(strip: Strip) -> _Picture:
    elements = [
        _text(NAMES_PX + PITCH_PX * (at + 0.5), 14, token.glyph, "mono token") for at, token in enumerate(strip.tokens)
    ]
    y = 24.0
    for row in strip.rows:
        elements.append(_text(0, y + 21, f"{row.signal.symbol}  {row.signal.name}", ""))
        elements.append(_text(NAMES_PX - 12, y + 21, row.range, "soft small end"))
        for at, cell in enumerate(row.cells):
            paper, ink = shade_colours(cell.shade.split(" ")[0])
            x = NAMES_PX + PITCH_PX * at + 1
            elements.append(_rect(x, y, CELL_PX, CELL_PX, paper))
            middle = x + CELL_PX / 2
            elements.append(_text(middle, y + 17, strip.tokens[at].glyph, "mono token", fill=ink))
            elements.append(_text(middle, y + 29, cell.value, "mono middle", fill=ink, size=8))
        y += ROW_PX
    return _Picture(tuple(elements), NAMES_PX + PITCH_PX * len(strip.tokens), y)


def _heat(heat: Heat) -> _Picture:
    pitch = 19
    elements = [_text(0, 12, f"{heat.symbol}  {heat.bounds}", "soft small")]
    elements += [_text(90 + pitch * (at + 0.5), 12, token.glyph, "mono token") for at, token in enumerate(heat.tokens)]
    for number, row in enumerate(heat.rows):
        y = 20 + HEAT_PX * number
        elements.append(_text(82, y + 13, str(row.neuron), "soft small end"))
        elements += [
            _rect(90 + pitch * at, y, pitch - 1, HEAT_PX - 1, shade_colours(shade)[0])
            for at, shade in enumerate(row.strip.shades)
        ]
    return _Picture(tuple(elements), 90 + pitch * len(heat.tokens), 20 + HEAT_PX * len(heat.rows))


def _right(rows: tuple[RightRow, ...]) -> _Picture:
    elements = []
    for number, row in enumerate(rows):
        y = HEAT_PX * number
        elements.append(_text(22, y + 13, row.variant or "n", "soft small end"))
        elements += [
            _rect(30 + 7 * at, y, 6, HEAT_PX - 1, shade_colours(shade)[0]) for at, shade in enumerate(row.shades)
        ]
    return _Picture(tuple(elements), 30 + 7 * len(rows[0].shades), HEAT_PX * len(rows))


def _plot(plot: Plot) -> _Picture:
    return _Picture(tuple(_plot_elements(plot)), plot.width, plot.height)


def _plot_elements(plot: Plot) -> Iterator[str]:
    for band in plot.bands:
        yield f'<rect class="band" x="{band.x}" y="{band.y}" width="{band.width}" height="{band.height}"/>'
    for tick in plot.y_ticks:
        name = "zero" if tick.label == "0" else "grid"
        yield f'<line class="{name}" x1="{plot.left}" x2="{plot.right}" y1="{tick.y}" y2="{tick.y}"/>'
        yield _text(plot.left - 7, tick.y + 4, tick.label, "soft small end")
    for tick in plot.x_ticks:
        yield f'<line class="tick" x1="{tick.x}" x2="{tick.x}" y1="{plot.bottom}" y2="{plot.bottom + 4}"/>'
        yield _text(tick.x, plot.bottom + 17, tick.label, "soft small middle")
    yield _text(plot.right, plot.height - 3, plot.x_name, "soft small end")
    for series in plot.series:
        if series.kind == "line":
            yield f'<polyline class="{series.style}" points="{series.path}"/>'
        else:
            for point in series.points:
                yield f'<circle class="{series.style}" cx="{point.x}" cy="{point.y}" r="{series.radius}"/>'
    for label in plot.labels:
        yield _text(label.x, label.y + 4, label.label, "small")


def _diagram_elements(diagram: Diagram) -> Iterator[str]:
    for layer in diagram.layers:
        names = "flow" + (" peephole" if layer.is_peephole else "") + (" is-lit" if layer.is_lit else "")
        yield f'<g class="{names}">'
        if layer.clearing:
            yield f'<path class="clearing" d="{layer.clearing}"/>'
        yield f'<path d="{layer.path}"/>'
        for line in layer.lines:
            yield f'<polygon points="{line.arrow}"/>'
            if line.dot:
                yield f'<circle cx="{line.dot[0]:g}" cy="{line.dot[1]:g}" r="2.6"/>'
        yield "</g>"
    for node in diagram.nodes:
        lit = " is-lit" if node.signal in diagram.highlight else ""
        if node.shape != "word":
            (across, down), left, top = node.half, node.x - node.half[0], node.y - node.half[1]
            size = f'width="{2 * across:g}" height="{2 * down:g}" rx="{node.corner:g}"'
            yield f'<rect class="box{lit}" x="{left:g}" y="{top:g}" {size}/>'
        name = "letter middle" if node.shape == "word" else "node"
        yield _text(node.x, node.y + 5, node.text, name + lit)
    for label in diagram.labels:
        lit = " is-lit" if label.signal in diagram.highlight else ""
        anchor = {"start": "", "middle": " middle", "end": " end"}[label.anchor]
        yield _text(label.x, label.y, label.text, ("letter" if label.is_symbol else "name soft") + lit + anchor)


def _listing(listing: Listing) -> _Picture:
    elements = []
    widest = 0
    y = 14
    for row in listing.rows:
        mark = {True: "✓", False: "✗", None: ""}[row.is_right]
        line = f"{row.prompt} → {row.written} {mark}"
        elements.append(_text(0, y, line, "mono is-wrong" if row.is_right is False else "mono"))
        widest = max(widest, len(line))
        y += 18
        if row.changed is not None:
            line = f"{' ' * len(row.prompt)} → {row.changed}   {listing.change}"
            elements.append(_text(0, y, line, "mono soft"))
            widest = max(widest, len(line))
            y += 18
    return _Picture(tuple(elements), 7.4 * widest, y - 10)


def _text(x: float, y: float, text: str, name: str, *, fill: str = "", size: int = 0) -> str:
    style = (f"fill:{fill};" if fill else "") + (f"font-size:{size}px" if size else "")
    extra = f' style="{style}"' if style else ""
    space = ' xml:space="preserve"' if text.startswith(" ") else ""
    return f'<text x="{x:g}" y="{y:g}" class="{name}"{extra}{space}>{escape(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2" fill="{fill}"/>'
