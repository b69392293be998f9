"""All that can be made from the archive, made anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.address import mirror_named
from mirror.extraction.pool import ExtractorPool
from mirror.recovery.accounts import account_for
from mirror.recovery.complete import complete

if TYPE_CHECKING:
    from mirror.address import Mirror
    from mirror.collection import Collection


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came out of an archive."""

    pages: int
    """Captures whose pages were acted upon."""
    items: int
    """Items that were missing, and are there again."""
    runs: int
    summaries: int
    """Runs whose summary was missing, and is there again, as far as the archive tells."""


async def rebuild(collection: Collection, *, limit: int, timeout: float) -> Rebuilt:
    """Act upon every record of a collection whose ledger was emptied, and index them all.

    Items that are there stay as they are; those that are missing are written again.

    :param limit: most bytes of a page, decoded.
    :param timeout: seconds for one page before it counts as not understood.
    :raises ValueError: the archive names no mirror.
    :raises OSError: the collection cannot be read or written.
    """
    mirror = mirror_of(collection)
    extractor = ExtractorPool(timeout=timeout)
    try:
        done = await complete(collection, mirror, limit=limit, extractor=extractor)
    finally:
        await extractor.close()
    for path in collection.indexes.glob("*.cdxj"):
        path.unlink()
    collection.take_stock()
    collection.ledger.commit()
    runs = collection.ledger.runs()
    missing = [run for run in runs if not (collection.runs / f"{run.id}.json").exists()]
    written = sum(account_for(collection, run) for run in missing)
    return Rebuilt(done.pages, done.items, len(runs), written + len(done.runs))


def mirror_of(collection: Collection) -> Mirror:
    """The mirror that a collection is of, as its archive tells.

    :raises ValueError: it has captured no page of any.
    """
    ledger = collection.ledger
    name, ref = ledger.get("mirror"), ledger.get("ref")
    refused = ValueError(f"collection {collection.name!r} has no captures yet")
    if name is None:
        raise refused
    for url in ledger.captures.whole():
        try:
            return mirror_named(name, url, [ref] if ref else [])
        except ValueError as error:
            # The robots.txt of a host of pictures.
            refused = error
    raise refused
