"""When pages were deleted from a mirror's repository, as the ledger knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.export.ledger import ask_ledger

if TYPE_CHECKING:
    from pathlib import Path

_DELETED = "SELECT url, looked FROM page WHERE outcome='deleted'"


def deletions(folder: Path) -> dict[str, str]:
    """When each page of a collection was deleted that was, UTC, by its URL.

    Without a ledger that can be read there are none, as with titles.
    """
    return ask_ledger(folder, lambda ledger: dict(ledger.execute(_DELETED))) or {}
