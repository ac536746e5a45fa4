"""The state of an unfinished training as a file: named arrays and a JSON header.

A checkpoint belongs to one training, named by a key. One of another training, or a damaged one, counts as none.
"""

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lstmgallery.whole import parse_json, partial_name

_HEADER = "header"


def write_checkpoint(file: Path, key: str, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write a checkpoint; an interruption leaves the one before or this one."""
    partial = file.with_name(partial_name(file.name))
    text = json.dumps({"key": key, **header})
    with partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{_HEADER: np.array(text), **arrays})
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)


def read_checkpoint(file: Path, key: str) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Return the header and the arrays of the training named by `key`, or None if the file holds no such checkpoint."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
            header = parse_json(str(arrays.pop(_HEADER)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return (header, arrays) if isinstance(header, dict) and header.pop("key", None) == key else None
