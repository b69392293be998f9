"""A collection held against itself, in this process: very many crawls end with that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mirror.recovery import open_collection, rebuild
from mirror.verification.report import Options
from mirror.verification.verifier import verify
from tests.crawling import check_warcs
from tests.ledgers import differences, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawling import Finished


def check_verified(finished: Finished) -> None:
    """All that ``scrapy verify`` looks at agrees, and both checkers of archivists are content."""
    report = verify(finished.folder, Options(jobs=1))
    assert [str(finding) for finding in report.findings.listed] == []
    check_warcs(finished.warcs)


def check_rebuilt(folder: Path, *, but: str = "") -> None:
    """A ledger made anew from the archive, as by ``scrapy rebuild``, is the one that was there.

    :param but: a table of what is no news of the archive.
    """
    before = rows_of(folder)
    collection = open_collection(folder.parent, folder.name, None, forget=True)
    try:
        asyncio.run(rebuild(collection, limit=2**24, timeout=60.0))
    finally:
        collection.close()
    after = rows_of(folder)
    before.pop(but, None)
    after.pop(but, None)
    assert differences(after, before) == []


def check_whole(finished: Finished) -> None:
    """All witnesses agree."""
    check_verified(finished)
    check_rebuilt(finished.folder)
