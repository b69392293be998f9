"""A collection's ledger, asked while a crawl may be writing to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")


def ask_ledger(folder: Path, question: Callable[[sqlite3.Connection], T]) -> T | None:
    """What the ledger of a collection answers; ``None`` without one that can be read."""
    path = folder / "ledger.sqlite"
    if not path.is_file():
        return None
    for way in _ways_to_read(path):
        with suppress(sqlite3.Error), closing(sqlite3.connect(way, uri=True)) as ledger:
            return question(ledger)
    return None


def _ways_to_read(path: Path) -> Iterator[str]:
    """How to open a ledger without leaving a trace beside it; the next one when that fails.

    Even for reading, SQLite makes two files beside a database with a write-ahead log, unless it is
    told that nobody writes. That is so while there is no log; a run that begins meanwhile makes
    one. Where nothing can be written, a log that a killed run left cannot be read either.
    """
    uri, log = path.resolve().as_uri(), path.with_name(f"{path.name}-wal")
    if not log.exists():
        yield f"{uri}?immutable=1"
    yield f"{uri}?mode=ro"
    yield f"{uri}?immutable=1"
