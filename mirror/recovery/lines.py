"""The items that stand in a collection, found by the record that they came from."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mirror.items import InvalidItem, content_digest, decode
from mirror.ledger import StoredItem

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.collection import Collection
    from mirror.items import Article, CaptureRef


class Lines:
    """Where each record's item stands; of several the last, which newer code wrote.

    Held in a temporary file, since there may be millions. The items of a run that was killed are
    cut off at the first that is torn, or names a record that the archive has lost: what follows is
    made again from its records.
    """

    def __init__(self, collection: Collection) -> None:
        self._ledger = collection.ledger
        killed = {run.id for run in self._ledger.unfinished_runs()}
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE line (record TEXT PRIMARY KEY, id TEXT, digest TEXT, run TEXT,"
            " offset INTEGER, length INTEGER) WITHOUT ROWID"
        )
        for path in sorted(collection.items.glob("*.jsonl")):
            length = self._read(path, killed=path.stem in killed)
            collection.cut_items(path.stem, length)
            self._ledger.set_items(path.stem, length)

    def find(self, record_id: str) -> tuple[str, StoredItem] | None:
        """The article's id and the place of its item; ``None`` where the record has none."""
        row = self._db.execute(
            "SELECT id, digest, run, offset, length FROM line WHERE record=?", (record_id,)
        ).fetchone()
        return (row[0], StoredItem(*row[1:])) if row else None

    def close(self) -> None:
        self._db.close()

    def _read(self, path: Path, *, killed: bool) -> int:
        """Note the lines of a file; gives the length of those that may stay."""
        offset = 0
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                try:
                    article = decode(line[:-1])
                except InvalidItem:
                    article = None
                if killed and not self._is_captured(article):
                    break
                if article is not None and article.capture is not None:
                    self._add(article, article.capture, path.stem, offset, len(line) - 1)
                offset += len(line)
        return offset

    def _is_captured(self, article: Article | None) -> bool:
        if article is None or article.capture is None:
            return False
        known = self._ledger.captures.at(article.url, article.capture.date)
        return known is not None and known.record_id == article.capture.record_id

    def _add(
        self, article: Article, capture: CaptureRef, run: str, offset: int, length: int
    ) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?, ?, ?)",
            (capture.record_id, article.id, content_digest(article), run, offset, length),
        )
