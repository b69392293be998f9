"""The items that stand in a collection, found by the record that they came from."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from mirror.items import InvalidItem, content_digest, decode
from mirror.ledger import StoredItem
from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from pathlib import Path


class Lines:
    """Where each record's item stands; of several the last, which newer code wrote.

    Held in a temporary file, since there may be millions.

    :param items: the folder of the items. A last line that a crash tore is cut off.
    """

    def __init__(self, items: Path) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE line (record TEXT PRIMARY KEY, id TEXT, digest TEXT, run TEXT,"
            " offset INTEGER, length INTEGER) WITHOUT ROWID"
        )
        for path in sorted(items.glob("*.jsonl")):
            self._read(path)

    def find(self, record_id: str) -> tuple[str, StoredItem] | None:
        """The article's id and the place of its item; ``None`` where the record has none."""
        row = self._db.execute(
            "SELECT id, digest, run, offset, length FROM line WHERE record=?", (record_id,)
        ).fetchone()
        return (row[0], StoredItem(*row[1:])) if row else None

    def close(self) -> None:
        self._db.close()

    def _read(self, path: Path) -> None:
        offset = 0
        with path.open("rb+") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    os.ftruncate(file.fileno(), offset)
                    break
                self._add(line[:-1], path.stem, offset)
                offset += len(line)
        if not offset:
            path.unlink()
            sync_folder(path.parent)

    def _add(self, line: bytes, run: str, offset: int) -> None:
        try:
            article = decode(line)
        except InvalidItem:
            return
        if article.capture is not None:
            values = (article.capture.record_id, article.id, content_digest(article), run)
            self._db.execute(
                "INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?, ?, ?)",
                (*values, offset, len(line)),
            )
