"""Several processes that extract, so that no core waits where there is nothing else to do."""

from __future__ import annotations

import os
from operator import attrgetter
from typing import TYPE_CHECKING

from mirror.extraction.extractor import DEFAULT_TIMEOUT, Extractor

if TYPE_CHECKING:
    import asyncio

    from mirror.extraction.extract import Reading
    from mirror.layouts import Page


_waiting = attrgetter("waiting")


class ExtractorPool:
    """Extracts pages in as many processes as there are processors, each started when needed.

    :param processes: how many; ``None`` for one a processor that this process may run on.
    """

    def __init__(self, *, processes: int | None = None, timeout: float = DEFAULT_TIMEOUT) -> None:
        count = processes or len(os.sched_getaffinity(0))
        self._extractors = [Extractor(timeout=timeout) for _ in range(count)]

    def begin(self) -> None:
        """Start all processes at once: there will be much to do soon."""
        for extractor in self._extractors:
            extractor.begin()

    def extract(self, page: Page) -> asyncio.Future[Reading]:
        """What :func:`extract` says of the page, once it is waited for; by the process with the
        least to do."""
        return min(self._extractors, key=_waiting).extract(page)

    async def close(self) -> None:
        """End the processes; what was asked for and not answered stays so."""
        for extractor in self._extractors:
            await extractor.close()
