"""Opening a collection to write to it, whatever the last run left."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mirror.collection import EXIT_UNWRITABLE, Collection, CollectionError, utc_now
from mirror.lock import BEGINNING
from mirror.recovery.absorb import absorb

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

REBUILD = "scrapy rebuild"
"""How one is called that begins with an empty ledger, towards those that it keeps out."""


def open_collection(
    output: Path,
    name: str,
    mirror: str | None,
    *,
    forget: bool = False,
    now: Callable[[], datetime] = utc_now,
) -> Collection:
    """A collection, locked, whose ledger knows every record of its archive.

    :param mirror: name of the mirror that it must be of; ``None`` for whichever it is of.
    :param forget: begin with an empty ledger, so that all of it comes from the archive.
    :raises CollectionError: it is locked, of another mirror, or cannot be written.
    """
    collection = Collection(output, name, holder=REBUILD if forget else BEGINNING, now=now)
    try:
        if forget:
            collection.forget_ledger()
        absorb(collection)
    except (OSError, sqlite3.OperationalError) as error:
        collection.abandon()
        raise CollectionError(
            f"{collection.folder} cannot be made good: {error}", EXIT_UNWRITABLE
        ) from error
    if mirror is not None:
        collection.belong_to(mirror)
    return collection
