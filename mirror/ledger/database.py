"""The connection to a ledger's file."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Database(sqlite3.Connection):
    """A connection that ends with the first failure of the disk.

    After one, SQLite may have taken back the transaction under way, and whatever came next would
    be written by itself: a ledger that speaks of half of what it should. Closed instead, the file
    stays as the last commit left it.
    """

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """
        :raises sqlite3.OperationalError: the disk failed; the connection is closed.
        :raises sqlite3.ProgrammingError: it is closed.
        """
        try:
            return super().execute(sql, parameters)
        except sqlite3.OperationalError:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Close without what was written since the last commit; a second call does nothing."""
        with suppress(sqlite3.Error):
            self.rollback()
        self.close()


def read_only_uri(path: Path) -> str:
    """For reading alone. Without a log to be read with it, SQLite need make no file beside it."""
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    return f"{path.resolve().as_uri()}?{mode}"
