"""A recording client on aiohttp: the connector of ``mirror.capture`` and nothing else of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import yarl

from mirror.capture.connection import RecordingConnector
from mirror.capture.exchange import ATTEMPTS, Attempts
from mirror.capture.guard import AddressGuard

if TYPE_CHECKING:
    from benchmarks.http_clients import Done


def fetch(urls: list[str], concurrency: int, timeout: float, done: Done) -> None:
    """Get each URL and call ``done(url, sent, received, error)``."""
    asyncio.run(_fetch(urls, concurrency, timeout, done))


async def _fetch(urls: list[str], concurrency: int, timeout: float, done: Done) -> None:
    left = iter(urls)
    async with aiohttp.ClientSession(
        connector=RecordingConnector(guard=AddressGuard(None), limit=concurrency),
        timeout=aiohttp.ClientTimeout(total=timeout),
        auto_decompress=False,
    ) as session:

        async def work() -> None:
            for url in left:
                attempts = Attempts(limit=0)
                ATTEMPTS.set(attempts)
                error = ""
                try:
                    address = yarl.URL(url, encoded=True)
                    async with session.get(address, allow_redirects=False) as response:
                        await response.read()
                except Exception as failure:  # noqa: BLE001 - what it was is the result
                    error = type(failure).__name__
                if attempts.exchanges:
                    last = attempts.exchanges[-1]
                    done(url, bytes(last.sent), bytes(last.received), error)
                else:
                    done(url, b"", b"", error)

        await asyncio.gather(*(work() for _ in range(concurrency)))
