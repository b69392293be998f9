"""The connection to a ledger's file."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any


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
