"""A walk over a repository that is left before its end."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from mirror.spiders.git_walk import AHEAD, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from mirror.address import Mirror
    from mirror.spiders.git import GitSpider


class ManyPages(Walk):
    """More than are read ahead; what they say does not matter here."""

    is_open = False

    def __init__(self) -> None:
        self.crawler = SimpleNamespace(stats=SimpleNamespace(set_value=lambda *_: None))
        spider = SimpleNamespace(crawler=self.crawler, ledger=None, stopped=False)
        mirror = SimpleNamespace(forge=SimpleNamespace(value="plain"))
        unused: Any = SimpleNamespace(size=AHEAD + 10)
        super().__init__(
            cast("GitSpider", spider),
            cast("Mirror", mirror),
            *(unused, unused, unused, unused),
            indexes=False,
        )

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[None]:
        self.is_open = True
        try:
            yield
        finally:
            await asyncio.sleep(0)
            self.is_open = False

    async def _recorded(self) -> AsyncGenerator[Any, None]:
        async with self._reader():
            for _ in range(AHEAD + 10):
                yield SimpleNamespace(page=SimpleNamespace(body=b""))

    def _read(self, state: Any) -> asyncio.Future[Any]:
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(state)
        return answer

    def _judged(self, state: Any, reading: Any) -> Any:
        return reading


async def leave_after_one() -> tuple[bool, bool, list[str]]:
    """Whether the repository was being read before the rest was asked for, and after; and what the
    loop had to complain of when it closed what was left."""
    walk, told = ManyPages(), []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    pages = walk.pages()
    await anext(pages)
    before = walk.is_open
    assert [article async for article in walk.rest()] == []
    after = walk.is_open
    await loop.shutdown_asyncgens()
    return before, after, told


def test_git_is_let_go_of_before_the_loop_ends() -> None:
    """A loop closes all generators at once: those that wait for each other would fail with it."""
    assert asyncio.run(leave_after_one()) == (True, False, [])
