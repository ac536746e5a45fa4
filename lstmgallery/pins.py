"""Pinned weights: the particular network that write-ups are about, kept beside its file as content.

`content/networks/counter.npz` holds plain arrays under the names of `weights.npz`, the untrained weights under
`untrained/`, and a JSON header, `header.json`: the network's specification, and how, where and when it was trained.
Nothing in it is executed. A pin that is damaged or does not fit its network's front matter is rejected before anything
runs.
"""

import contextlib
import hashlib
import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import list_files
from lstmgallery.network import Network
from lstmgallery.origin import Origin
from lstmgallery.searches import Search
from lstmgallery.tasks.vocabulary import Vocabulary
from lstmgallery.whole import write_whole

SUFFIX = ".npz"
HEADER = "header.json"
UNTRAINED_PREFIX = "untrained/"
TRAINING = ("seed", "training")  # the keys that affect neither the weights' shapes nor the network's task
NOT_OF_WEIGHTS = ("name", "training.goal")  # the keys that do not affect the weights
LARGEST_HEADER = 4_000_000  # bytes
_SPARE = 1_024  # bytes of an array's file besides its values
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same for every file, so equal pins are equal byte for byte

Arrays = Mapping[str, np.ndarray]


LANGUAGE_CURVE = ("step", "loss", "right")
TEXT_CURVE = ("step", "characters", "training_bits", "validation_bits")
Number = Annotated[int, pydantic.Field(ge=1)]


Bits = tuple[pydantic.FiniteFloat | None, ...]


class Curve(pydantic.BaseModel):
    """The training curve by columns, as in `training.parquet`: of a network of a language, or of one of text."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    step: tuple[Number, ...] = pydantic.Field(min_length=1)
    loss: tuple[pydantic.FiniteFloat, ...] | None = None
    right: tuple[Annotated[float, pydantic.Field(ge=0, le=1)], ...] | None = None
    characters: tuple[Number, ...] | None = None
    training_bits: tuple[pydantic.FiniteFloat, ...] | None = None
    validation_bits: Bits | None = None

    @property
    def first_right(self) -> int | None:
        """The step of the first check at which every sequence was right; None if there was none."""
        checks = zip(self.step, self.right or (), strict=False)
        return next((step for step, right in checks if right == 1), None)

    @pydantic.model_validator(mode="after")
    def _is_a_table(self) -> Self:
        columns = {key: column for key, column in self if column is not None}
        if {*columns} not in ({*LANGUAGE_CURVE}, {*TEXT_CURVE}) or len({*map(len, columns.values())}) != 1:
            message = f"expected as many values of each of {', '.join(LANGUAGE_CURVE)}; or of {', '.join(TEXT_CURVE)}"
            raise ValueError(message)
        return self


class CorpusRecord(pydantic.BaseModel):
    """What a network of text was trained on, and how well it and others predict the held-out part of its corpus.

    `unknown_share`: of the held-out characters, those read as the unknown token. `sampled_from`: the characters of the
    source, if only a sample of it was used. `bits` are those of the network for a character; `ngrams` those of
    interpolated Kneser-Ney n-grams, by their order.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    place: str = pydantic.Field(max_length=2_000)
    sha256: str = pydantic.Field(pattern="^[0-9a-f]{64}$")
    training: Number
    validation: Number
    held_out: Number
    training_characters: Number
    held_out_characters: Number
    unknown_share: float = pydantic.Field(ge=0, le=1)
    sampled_from: Number | None = None
    bits: pydantic.FiniteFloat
    untrained_bits: pydantic.FiniteFloat
    ngrams: dict[int, pydantic.FiniteFloat]
    best_step: int = pydantic.Field(ge=0)


class Header(pydantic.BaseModel):
    """The header of a pin. `network` is the network's training specification; `date` is the date of pinning."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    network: dict[str, Any]
    sha256: str = pydantic.Field(pattern="^[0-9a-f]{64}$")
    criterion: dict[str, Any] | None = None  # of tasks without a rule
    curve: Curve
    origin: Origin
    date: date
    search: Search | None = None
    vocabulary: tuple[str, ...] | None = pydantic.Field(None, max_length=5_100)
    corpus: CorpusRecord | None = None

    @property
    def steps(self) -> int:
        """The number of training steps."""
        return self.curve.step[-1]


@dataclass(frozen=True)
class Pin:
    """A pinned network: its header, and its weights after and before training, float32 by name."""

    file: Path
    header: Header
    weights: Arrays
    untrained: Arrays


def pin_path(content: Path, network: str) -> Path:
    """Return the path of a network's pin in the content folder."""
    return content / "networks" / f"{network}{SUFFIX}"


def retrain_command(network: str) -> str:
    """Return the command that trains one network again, pinned or not."""
    return f"lstmgallery build --network {network} --quick --retrain"


def write_pin(file: Path, header: Header, weights: Arrays, untrained: Arrays) -> None:
    """Write a pin, replacing an existing one; equal pins are equal byte for byte.

    Weights that are all float16 values are written as such: half the bytes.
    """
    arrays = {**weights, **{f"{UNTRAINED_PREFIX}{name}": values for name, values in untrained.items()}}
    stored_as = np.float16 if all(map(_is_half, arrays.values())) else np.float32
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        described = header.model_dump(mode="json", exclude_none=True)
        text = json.dumps(described, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        archive.writestr(zipfile.ZipInfo(HEADER, _ZIP_DATE), text.encode(), zipfile.ZIP_DEFLATED)
        for name in sorted(arrays):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(arrays[name], stored_as), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _ZIP_DATE), part.getvalue())
    write_whole(file, held.getvalue())


def hash_weights(weights: Arrays, untrained: Arrays) -> str:
    """Return the SHA-256 of weights: the name, type, shape and bytes of each array, sorted by name."""
    found = hashlib.sha256()
    for prefix, arrays in (("", weights), (UNTRAINED_PREFIX, untrained)):
        for name in sorted(arrays):
            values = np.ascontiguousarray(arrays[name])
            found.update(f"{prefix}{name} {values.dtype.str} {values.shape}\n".encode())
            found.update(values.tobytes())
    return found.hexdigest()


def read_vocabulary(file: Path) -> Vocabulary | None:
    """Return the vocabulary in a pin, None if it has none. Raises `GalleryError` if its header cannot be read."""
    with _reading(file), zipfile.ZipFile(file) as archive:
        header = _read_header(file, archive, {info.filename: info.file_size for info in archive.infolist()})
    return None if header.vocabulary is None else Vocabulary(header.vocabulary)


def read_pin(file: Path, network: Network, *, however_trained: bool = False) -> Pin:
    """Read the pin of `network`. Raises `GalleryError` if it is damaged or does not fit the network's front matter.

    `however_trained` also accepts a pin with another seed or other training settings.
    """
    header, arrays = _open(file, network, however_trained=however_trained)
    weights: dict[str, np.ndarray] = {}
    untrained: dict[str, np.ndarray] = {}
    for name, values in arrays.items():
        kept, key = (
            (untrained, name.removeprefix(UNTRAINED_PREFIX)) if name.startswith(UNTRAINED_PREFIX) else (weights, name)
        )
        kept[key] = values
    if (found := hash_weights(weights, untrained)) != header.sha256:
        message = f"expected weights with the SHA-256 {header.sha256[:12]}…, found {found[:12]}…"
        raise _damaged(file, message)
    return Pin(file, header, weights, untrained)


def orphans(folder: Path, networks: Iterable[str]) -> list[Problem]:
    """Return a problem for each pin in the folder of networks without a network's file beside it."""
    known = set(networks)
    return [
        Problem(
            str(file),
            f"expected the network of this pin, {file.with_suffix('.md').name}, found none",
            hint="rename one to match the other, or remove the pin",
        )
        for file in list_files(folder, SUFFIX)
        if file.stem not in known
    ]


def _open(file: Path, network: Network, *, however_trained: bool) -> tuple[Header, dict[str, np.ndarray]]:
    """Return the header and all arrays, each with the shape required by the network's front matter."""
    shapes = network.weight_shapes
    expected = shapes | {f"{UNTRAINED_PREFIX}{name}": shape for name, shape in shapes.items()}
    with _reading(file), zipfile.ZipFile(file) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        if len(sizes) != len(archive.infolist()):
            raise _damaged(file, "expected every part once, found one twice")
        header = _read_header(file, archive, sizes)
        differing = dict(_unlike(header, network))
        if however_trained:
            differing = {key: words for key, words in differing.items() if key.partition(".")[0] not in TRAINING}
        if differing:  # explains all other mismatches
            message = "the pinned network differs from its front matter: " + "; ".join(differing.values())
            raise GalleryError(Problem(str(file), message, hint=_retraining_hint(network)))
        parts = sizes.keys() - {HEADER}
        if parts != {f"{name}.npy" for name in expected}:
            listed = _listed(name.removesuffix(".npy") if name.endswith(".npy") else repr(name) for name in parts)
            raise _damaged(file, f"expected the arrays {_listed(expected)}, found {listed}")
        return header, {
            name: _read_array(file, archive, name, shape, sizes[f"{name}.npy"]) for name, shape in expected.items()
        }


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Turn the errors of reading a pin into a `GalleryError` that names the file and the mend."""
    try:
        yield
    except FileNotFoundError:
        raise GalleryError(Problem(str(file), "expected pinned weights, found no file")) from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise _damaged(file, f"expected an npz file, found one that cannot be read ({error})") from None
    except OSError as error:
        raise GalleryError(Problem(str(file), f"cannot be read: {error.strerror or error}")) from None


def _read_header(file: Path, archive: zipfile.ZipFile, sizes: Mapping[str, int]) -> Header:
    if HEADER not in sizes:
        raise _damaged(file, f"expected an npz file with {HEADER}, found one without")
    if sizes[HEADER] > LARGEST_HEADER:
        raise _damaged(file, f"expected a {HEADER} of at most {LARGEST_HEADER:,} bytes, found {sizes[HEADER]:,}")
    try:
        return Header.model_validate_json(archive.read(HEADER))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _damaged(file, f"{HEADER}: {where + ': ' if where else ''}{first['msg']}") from None


def _read_array(file: Path, archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], size: int) -> np.ndarray:
    expected = f"{name}: expected float32 of shape {shape}"
    if size > 4 * int(np.prod(shape)) + _SPARE:
        raise _damaged(file, f"{expected}, found {size:,} bytes")
    try:
        values = np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
    except (ValueError, TypeError, SyntaxError, tokenize.TokenError, MemoryError) as error:  # a pickle, or not an array
        raise _damaged(file, f"{expected}, found something else ({error})") from None
    if values.dtype not in (np.float32, np.float16) or values.shape != shape:
        raise _damaged(file, f"{expected}, found {values.dtype} of shape {values.shape}")
    if not np.isfinite(values).all():
        raise _damaged(file, f"{name}: expected finite numbers, found {np.count_nonzero(~np.isfinite(values))} others")
    return np.asarray(values, np.float32)


def _is_half(values: np.ndarray) -> bool:
    with np.errstate(over="ignore"):
        return np.array_equal(values.astype(np.float16).astype(values.dtype), values)


def _unlike(header: Header, network: Network) -> Iterable[tuple[str, str]]:
    """Yield each key that differs in the pinned network: `units: 10 in the front matter, 12 in the pin`."""
    try:
        as_now = {"name": network.name, "title": "-", "summary": "-", "shown": list(network.shown)}
        pinned = Network.model_validate_json(json.dumps({**header.network, **as_now})).training_spec
    except (pydantic.ValidationError, ValueError):
        pinned = header.network
    flat, flat_pinned = _flat(network.training_spec), _flat(pinned)
    for key in dict.fromkeys((*flat, *flat_pinned)):
        if flat.get(key) != flat_pinned.get(key) and key not in NOT_OF_WEIGHTS:
            given, found = flat.get(key, "none"), flat_pinned.get(key, "none")
            yield key, f"{key}: {given} in the front matter, {found} in the pin"


def _flat(spec: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in spec.items():
        flat |= {f"{key}.{inner}": each for inner, each in _flat(value).items()} if isinstance(value, dict) else {}
        flat |= {} if isinstance(value, dict) else {key: value}
    return flat


def _retraining_hint(network: Network) -> str:
    return (
        f"undo the change, or retrain the network and pin it: {retrain_command(network.name)}, "
        f"then lstmgallery pin {network.name}; or unpin it: lstmgallery unpin {network.name}"
    )


def _damaged(file: Path, message: str) -> GalleryError:
    hint = f"restore the file, or unpin it: lstmgallery unpin {file.stem}"
    return GalleryError(Problem(str(file), message, hint=hint))


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    return ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else "")
