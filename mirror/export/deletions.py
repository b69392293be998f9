"""When pages were deleted from a mirror's repository, as the ledger knows."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from mirror.export.titles import ways_to_read

if TYPE_CHECKING:
    from pathlib import Path


def deletions(folder: Path) -> dict[str, str]:
    """When each page of a collection was deleted that was, UTC, by its URL.

    Without a ledger that can be read there are none, as with titles.
    """
    path = folder / "ledger.sqlite"
    if not path.is_file():
        return {}
    for way in ways_to_read(path):
        with suppress(sqlite3.Error), closing(sqlite3.connect(way, uri=True)) as ledger:
            return dict(ledger.execute("SELECT url, looked FROM page WHERE outcome='deleted'"))
    return {}
