"""Values kept between builds, each under a hash of everything that it was made from: parsed texts, pages, answers.

Whoever makes a value says what from: `keep(inputs, make)` returns the kept value of equal inputs, or makes it. A
value is never out of date: other inputs are another key. Values that a build did not ask for are dropped at its end.

The file is a SQLite database beside the results. Its values are pickled, and unpickling runs what it is told to. So
each is signed with a secret of this user, kept outside the gallery (RFC 2104), and whatever is signed otherwise, from
another machine or damaged, is made again unread.
"""

import functools
import hashlib
import hmac
import os
import pickle
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import platformdirs

from lstmgallery.trees import digest

FILE = ".kept.sqlite"
SECRET, SECRET_BYTES = "secret", 32
_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, signature TEXT NOT NULL, value BLOB NOT NULL)"

Made = TypeVar("Made")


class Keep(Protocol):
    """Returns the value kept for equal `inputs`, which are JSON, or else makes it."""

    def __call__(self, inputs: Any, make: Callable[[], Made]) -> Made: ...


def make_anew(inputs: Any, make: Callable[[], Made]) -> Made:
    """Make a value without keeping it."""
    del inputs
    return make()


class Under:
    """A `Keep` of values that are made from these inputs and their own."""

    def __init__(self, keep: Keep, inputs: Any):
        self._keep = keep
        self._inputs = digest(inputs)

    def __call__(self, inputs: Any, make: Callable[[], Made]) -> Made:
        return self._keep([self._inputs, inputs], make)


class Kept:
    """Kept values: in a file between builds, or in memory alone, for a preview, without one.

    `with Kept(file) as kept` closes the file at the end; `save` writes it. Without a secret to sign with, there is no
    file.
    """

    def __init__(self, file: Path | None = None):
        self._secret = None if file is None else own_secret()
        self._file = file = None if self._secret is None else file
        self._stored: sqlite3.Connection | None = None
        self._held: dict[str, tuple[Any]] = {}
        self._asked: set[str] = set()
        self._new: set[str] = set()
        if file is not None and file.is_file():
            self._stored = sqlite3.connect(file, timeout=0, check_same_thread=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stored is not None:
            self._stored.close()
            self._stored = None

    def take(self, inputs: Any, make: Callable[[], Made]) -> Made:
        """Return the value kept for equal inputs, or make it."""
        key = digest(inputs)
        self._asked.add(key)
        if key not in self._held:
            found = self._read(key)
            if found is None:
                found = (make(),)
                self._new.add(key)
            self._held[key] = found
        value: Made = self._held[key][0]
        return value

    def forget_unasked(self) -> None:
        """Drop the values that were not asked for since the last call."""
        self._held = {key: value for key, value in self._held.items() if key in self._asked}
        self._asked = set()

    def save(self) -> None:
        """Write what is new to the file, and drop from it what was not asked for."""
        if self._file is None:
            return
        try:
            self._write(self._file)
        except sqlite3.Error:  # damaged, or no space: without a file, the next build makes all values again
            self.__exit__()
            self._file.unlink(missing_ok=True)

    def _read(self, key: str) -> tuple[Any] | None:
        if self._stored is None:
            return None
        try:
            row = self._stored.execute("SELECT signature, value FROM kept WHERE key = ?", (key,)).fetchone()
            if row is None or not hmac.compare_digest(self._sign(key, row[1]), row[0]):
                return None
            return (pickle.loads(row[1]),)
        except (sqlite3.Error, TypeError):
            return None

    def _write(self, file: Path) -> None:
        self._stored = self._stored or sqlite3.connect(file, timeout=0)
        with self._stored as database:
            database.execute("PRAGMA synchronous = OFF")  # after a failure of power, signatures tell what is damaged
            database.execute(_TABLE)
            kept = {key for (key,) in database.execute("SELECT key FROM kept")}
            database.executemany("DELETE FROM kept WHERE key = ?", [(key,) for key in kept - self._asked])
            packed = ((key, pickle.dumps(self._held[key][0])) for key in sorted(self._new))
            rows = ((key, self._sign(key, value), value) for key, value in packed)
            database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)

    def _sign(self, key: str, value: bytes) -> str:
        assert self._secret is not None
        return hmac.new(self._secret, key.encode() + value, hashlib.sha256).hexdigest()


@functools.cache
def own_secret() -> bytes | None:
    """Return this user's secret, made at its first use; None where it cannot be kept."""
    file = platformdirs.user_data_path("lstmgallery") / SECRET
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.stat().st_size != SECRET_BYTES:
            partial = file.with_name(f"{SECRET}.{os.getpid()}")
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(secrets.token_bytes(SECRET_BYTES))
            partial.replace(file)
        return file.read_bytes()
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None
