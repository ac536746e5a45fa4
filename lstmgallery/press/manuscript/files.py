"""Files beside content: the images that a text shows and the files that it links to, checked before they are published.

Takes a path relative to the content folder, gives the file with its size in pixels if it is an image. Kinds that a
browser would run are refused, SVG with scripts included: such a file would act in the name of the site. Raises
`AttachmentError` with the message and the mend.
"""

import io
import re
import struct
import warnings
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import PIL
from PIL import Image

from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.press.marks.text import data_size

FOLDER = "files"  # of the site: no page and no figure has a path in it
MOST_BYTES = 20_000_000
MOST_IMAGE_BYTES = 2_000_000
MOST_PIXELS = 40_000_000
RASTER = {".avif": "AVIF", ".gif": "GIF", ".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
IMAGES = (*sorted(RASTER), ".svg")
LINKED = {  # beside images: what a browser shows without running it, or saves
    *(".bib", ".csv", ".gz", ".ipynb", ".json", ".mp3", ".mp4", ".npy", ".npz", ".ods", ".ogg", ".parquet", ".pdf"),
    *(".py", ".tsv", ".txt", ".wav", ".webm", ".xlsx", ".yaml", ".zip"),
}
PAGES = {".html", ".md"}  # links to these lead to pages of the site
SIDEWAYS = {5, 6, 7, 8}  # values of the Exif orientation under which browsers exchange width and height
_ORIENTATION = 0x0112

_ACTIVE = {"audio", "embed", "foreignobject", "handler", "iframe", "listener", "object", "script", "video"}
_PX = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)([a-z]*)\s*")
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif|webp);")  # addresses that load nothing
_LOADS = re.compile(
    r"@import|javascript:|url\(\s*['\"]?(?!#|data:image/(?:png|jpeg|gif|webp);|data:font/)", re.IGNORECASE
)


class AttachmentError(Exception):
    """A file that cannot be published: the message, and the mend."""

    def __init__(self, message: str, hint: str):
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Attachment:
    """A file to publish: its path in the content folder, the file, and its width and height if it is an image."""

    target: str
    file: Path
    size: tuple[int, int] | None = None

    @property
    def path(self) -> str:
        """Its path in the site."""
        return f"{FOLDER}/{self.target}"

    @property
    def address(self) -> str:
        """Its path in the site, as it is written in a link."""
        return quote(self.path)

    def read(self) -> bytes:
        """Return its bytes."""
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise GalleryError(Problem(str(self.file), f"cannot be read: {error.strerror}")) from None


def is_attachment(root: Path, target: str) -> bool:
    """Return whether a link leads to a file rather than to a page: by its kind, or since there is such a file."""
    suffix = PurePosixPath(target).suffix.lower()
    return suffix not in PAGES and (suffix in (*IMAGES, *LINKED) or (root / target).is_file())


def attach(root: Path, target: str, *, is_shown: bool) -> Attachment:
    """Return the file at `target` in the content folder `root`; `is_shown` as an image."""
    suffix = PurePosixPath(target).suffix.lower()
    kinds = IMAGES if is_shown else (*IMAGES, *sorted(LINKED))
    if suffix not in kinds:
        shown = "shown" if is_shown else "published"
        raise AttachmentError(
            f"a file of the kind {suffix or 'without an ending'!r} is not {shown}: {target}",
            f"{'show' if is_shown else 'link to'} one of {', '.join(kinds)}",
        )
    file = _inside(root, target)
    most = MOST_IMAGE_BYTES if suffix in IMAGES else MOST_BYTES
    try:
        size = file.stat().st_size
        if size > most:
            mend = (
                "save it smaller, or in another format" if suffix in IMAGES else "publish it elsewhere and link to it"
            )
            raise AttachmentError(
                f"expected a file of at most {data_size(most)}, found {data_size(size)}: {target}", mend
            )
        if suffix not in IMAGES:
            with file.open("rb"):
                return Attachment(target, file)
        content = file.read_bytes()
    except OSError as error:
        raise AttachmentError(f"{target} cannot be read: {error.strerror}", "make it readable") from None
    found = _size_of_svg(content, target) if suffix == ".svg" else _size_of_raster(content, target, RASTER[suffix])
    return Attachment(target, file, found)


def _inside(root: Path, target: str) -> Path:
    """Return a regular file within the content folder, its name spelled as on disk."""
    parts = PurePosixPath(target).parts
    file = root.joinpath(*parts)
    if target.startswith(("/", "..")) or not file.resolve().is_relative_to(root.resolve()):
        raise AttachmentError(f"leads out of the content folder: {target}", "copy the file beside the text")
    if any(part.startswith(".") for part in parts):
        raise AttachmentError(f"names that begin with a dot are not published: {target}", "rename the file")
    at = root
    for part in parts:
        names = sorted(each.name for each in at.iterdir()) if at.is_dir() else []
        if part not in names:
            alike = [name for name in names if PurePosixPath(name).suffix.lower() == PurePosixPath(part).suffix.lower()]
            hint = nearest(part, alike) or "save it beside the text"
            raise AttachmentError(f"expected a file in the content folder, found none: {target}", hint)
        at /= part
    if not file.is_file():
        raise AttachmentError(f"expected a file, found something else: {target}", "link to a regular file")
    return file


def _size_of_raster(content: bytes, target: str, expected: str) -> tuple[int, int]:
    """Return the width and height of an image in pixels, as a browser shows it; its data must be whole."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large images, which are refused below
            with Image.open(io.BytesIO(content), formats=sorted(set(RASTER.values()))) as image:
                kind, (width, height) = image.format, image.size
                is_sideways = image.getexif().get(_ORIENTATION) in SIDEWAYS
                if width * height > MOST_PIXELS:
                    message = f"expected an image of at most {MOST_PIXELS:,} pixels, found {width} x {height}: {target}"
                    raise AttachmentError(message, "save it smaller")
                image.load()
    except (PIL.UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
        raise AttachmentError(
            f"expected a whole {expected} image, found damaged data: {target}", "save it again"
        ) from None
    if kind != expected:
        raise AttachmentError(
            f"expected a {expected} image, found a {kind}: {target}", "give it the ending of its kind"
        )
    return (height, width) if is_sideways else (width, height)


def _size_of_svg(content: bytes, target: str) -> tuple[int, int]:
    """Return the width and height of an SVG in pixels, which must hold nothing that acts or loads."""
    mend = "export it without scripts, links to other files and embedded pages, or save it as PNG"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AttachmentError(f"expected an SVG in UTF-8: {target}", "save it as UTF-8") from None
    if "<!ENTITY" in text or re.search(r"<!DOCTYPE[^>]*\[", text) or "<?xml-stylesheet" in text:
        raise AttachmentError(f"an SVG with entities or style sheets of its own is not published: {target}", mend)
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise AttachmentError(f"expected an SVG, found invalid XML ({error}): {target}", "save it again") from None
    if root.tag not in ("{http://www.w3.org/2000/svg}svg", "svg"):
        raise AttachmentError(f"expected an SVG, found an element {root.tag!r}: {target}", "save it again")
    for element in root.iter():
        if fault := _active_part(element):
            raise AttachmentError(f"an SVG with {fault} is not published: {target}", mend)
    sizes = [_pixels(root.get(name, "")) for name in ("width", "height")]
    box = [float(part) for part in re.findall(r"-?\d+(?:\.\d*)?", root.get("viewBox", ""))]
    if len(box) == 4 and min(box[2:]) > 0:
        ratio = box[3] / box[2]
        width = sizes[0] or (sizes[1] / ratio if sizes[1] else box[2])
        sizes = [width, sizes[1] or width * ratio]
    if not all(sizes):
        raise AttachmentError(f"expected an SVG with a size: {target}", "give it a width and a height, or a viewBox")
    return max(1, round(sizes[0])), max(1, round(sizes[1]))


def _active_part(element: ET.Element) -> str:
    """Return in words what an element of an SVG does or loads; an empty string if it does nothing."""
    name = element.tag.rpartition("}")[2].lower()
    if name in _ACTIVE:
        return f"an element {name!r}"
    if name == "style" and _LOADS.search("".join(element.itertext())):
        return "a style that loads a file"
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2].lower()
        named = value.strip().lower() if attribute == "attributename" else ""
        if attribute.startswith("on") or named.startswith("on") or named.endswith("href"):
            return f"the attribute {attribute!r}"
        is_address = attribute in ("href", "src")
        if (is_address and not _INSIDE.match(value.strip())) or (not is_address and _LOADS.search(value)):
            return f"an address in {attribute!r}"
    return ""


def _pixels(length: str) -> float:
    """Return a length of an SVG in pixels; 0 if it is missing or relative."""
    found = _LENGTH.fullmatch(length.lower())
    return float(found[1]) * _PX.get(found[2], 0) if found else 0.0
