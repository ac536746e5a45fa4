"""Stylesheets made of several files: that of the pages, and the one inside each SVG download.

`styles/marks.css`, the plots and diagrams, is in both, so a figure looks the same on its page and in its file.
"""

import re

from lstmgallery.press.pages.rendering import THEME

STYLES = THEME / "styles"
REM_PX = 16
WHITE = "#fff"  # what a download is drawn on


def page_style() -> bytes:
    """Return the stylesheet of every page, without its comments."""
    return re.sub(r" */\*.*?\*/", "", _read("style.css") + _read("marks.css"), flags=re.DOTALL).lstrip().encode()


def drawing_style() -> str:
    """Return the stylesheet of an SVG download: the light theme, with no variables and no `rem`.

    Drawing programs may know neither.
    """
    root = re.search(r":root \{(.*?)\}", _read("style.css"), flags=re.DOTALL)
    assert root is not None
    colours = {**dict(re.findall(r"(--[\w-]+): ([^;]+);", root[1])), "--paper": WHITE}
    rules = re.sub(r"/\*.*?\*/\s*", "", _read("marks.css") + _read("drawing.css"), flags=re.DOTALL)
    rules = re.sub(r"var\((--[\w-]+)\)", lambda name: colours[name[1]], rules)
    rules = re.sub(r"([\d.]+)rem\b", lambda size: f"{float(size[1]) * REM_PX:g}px", rules)
    return re.sub(r"\n+", "\n", rules)


def _read(name: str) -> str:
    return (STYLES / name).read_text(encoding="utf-8")
