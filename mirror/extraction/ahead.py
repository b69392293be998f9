"""Work that overlaps, with results in the order of what it was about."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

S = TypeVar("S")
T = TypeVar("T")

READ_AHEAD = 64
"""Pages given to the extractors before the first of them is waited for."""
MOST_BYTES = 24 * 1024 * 1024


async def ahead(
    things: Iterable[S] | AsyncGenerator[S, None],
    work: Callable[[S], Awaitable[T]],
    most: int = READ_AHEAD,
    *,
    weight: Callable[[S], int] = lambda _: 0,
) -> AsyncGenerator[tuple[S, T], None]:
    """What comes of each thing, in their order; the work on up to `most` of them goes on at once.

    Nothing is left running when the caller stops early.

    :param weight: of a thing, in bytes; those at work together weigh :data:`MOST_BYTES` at most,
        or are one.
    """
    under_way: deque[tuple[S, asyncio.Future[T]]] = deque()
    weighs = 0
    try:
        async with aclosing(_each(things)) as each:
            async for thing in each:
                weighs += weight(thing)
                under_way.append((thing, asyncio.ensure_future(work(thing))))
                while len(under_way) > most or (weighs > MOST_BYTES and len(under_way) > 1):
                    first, result = under_way.popleft()
                    weighs -= weight(first)
                    yield first, await result
        while under_way:
            first, result = under_way.popleft()
            yield first, await result
    finally:
        for _, task in under_way:
            task.cancel()


async def _each(things: Iterable[S] | AsyncGenerator[S, None]) -> AsyncGenerator[S, None]:
    if isinstance(things, AsyncGenerator):
        async with aclosing(things):
            async for thing in things:
                yield thing
    else:
        for thing in things:
            yield thing
