"""Write a file so that it is the old one or the new one, whole, at any time: when killed, and when the power fails.

And read one that somebody may have changed since.
"""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any


def partial_name(name: str) -> str:
    """Return the name of the file beside one called `name` while that is written."""
    return f".{name}.partial"


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, replacing an existing one in one step: its mode stays, and a link to it. No error leaves a part."""
    file = Path(os.path.realpath(file))
    partial = file.with_name(partial_name(file.name))
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileNotFoundError):  # a new file
            shutil.copymode(file, partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text. Raises ValueError for any text that is none, however deep it is nested."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
