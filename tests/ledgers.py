"""Ledgers read by SQL alone, to be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VOLATILE = {"page": {"found_on"}}
"""Columns that may differ when a ledger is made anew: which of several index pages named a page
first depends on which answer came first."""

Row = dict[str, str | int | None]


def rows_of(folder: Path) -> dict[str, list[Row]]:
    """Every row of a collection's ledger but for the volatile columns, by table."""
    with closing(sqlite3.connect(f"file:{folder}/ledger.sqlite?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        found = {}
        for (table,) in tables:
            cursor = database.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            hidden = VOLATILE.get(table, set())
            found[table] = [
                {name: value for name, value in zip(names, row, strict=True) if name not in hidden}
                for row in cursor
            ]
        return found


def differences(found: dict[str, list[Row]], expected: dict[str, list[Row]]) -> list[str]:
    """What stands in one ledger and not in the other, row by row."""
    told = []
    for table in sorted(found.keys() | expected.keys()):
        ours = {str(row) for row in found.get(table, [])}
        theirs = {str(row) for row in expected.get(table, [])}
        told += [f"{table} + {row}" for row in sorted(ours - theirs)]
        told += [f"{table} - {row}" for row in sorted(theirs - ours)]
    return told
