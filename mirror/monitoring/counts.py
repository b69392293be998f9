"""What a collection holds, by its ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.ledger import NAME, read_only_uri

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counts:
    """Pages, pictures aside, by how they ended the last time that a run looked at them."""

    articles: int
    """Pages with an item."""
    indexes: int
    dead: int
    deleted: int
    """From the mirror's repository, and not from the archive."""
    failed: int
    unknown: int

    @property
    def pages(self) -> int:
        """Pages that are there, or are said to be."""
        return self.articles + self.indexes + self.dead + self.failed + self.unknown


class NoCounts(Exception):
    """The ledger cannot be read; the message says why."""


def read_counts(folder: Path) -> Counts:
    """Count the pages; one query over all of them.

    :raises NoCounts: there is no ledger, or none that can be read.
    """
    path = folder / NAME
    if not path.is_file():
        raise NoCounts("there is no ledger yet")
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True)) as database:
            (articles,) = database.execute("SELECT count(DISTINCT url) FROM article").fetchone()
            ends = dict(
                database.execute(
                    "SELECT outcome, count(*) FROM page WHERE kind<>'image' GROUP BY outcome"
                )
            )
    except sqlite3.Error as error:
        raise NoCounts(f"the ledger cannot be read: {error}") from error
    return Counts(
        articles=articles,
        indexes=ends.get("index", 0),
        dead=ends.get("dangling", 0),
        deleted=ends.get("deleted", 0),
        failed=ends.get("failed", 0),
        unknown=ends.get("unknown", 0),
    )
