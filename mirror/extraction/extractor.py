"""Extraction beside the crawl: a second process reads pages while this one fetches.

Half of the time of a page goes into reading it, and the other half cannot be shared out: the
second core is all that a crawl can win. A process of its own also keeps a page that gets the
better of the parser from ending the crawl.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.extraction.extract import extract
from mirror.extraction.frames import BadFrame, page_frame, read_answer
from mirror.layouts import ArticlePage, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mirror.extraction.extract import Reading
    from mirror.layouts import Page

logger = logging.getLogger(__name__)

PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
WORKER = (sys.executable, "-m", "mirror.extraction.worker")
DEFAULT_TIMEOUT = 60.0


@dataclass(slots=True)
class _Task:
    page: Page
    answer: asyncio.Future[ArticlePage | Unknown | None]


class Extractor:
    """Extracts pages in one further process, which is started with the first of them.

    Answers come in the order of the pages. A page that ends the process, or holds it up for
    `timeout` seconds, is not understood; the pages behind it are read by the next process.

    :param worker: the command that is started, for tests.
    """

    def __init__(self, *, timeout: float = DEFAULT_TIMEOUT, worker: Sequence[str] = WORKER) -> None:
        self._timeout = timeout
        self._worker = worker
        self._tasks: deque[_Task] = deque()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._watchdog: asyncio.TimerHandle | None = None
        self._hung = False

    @property
    def waiting(self) -> int:
        """Pages that were given to it and are not answered."""
        return len(self._tasks)

    async def extract(self, page: Page) -> Reading:
        """What :func:`extract` says of the page."""
        process = self._process or await self._start()
        task = _Task(page, asyncio.get_running_loop().create_future())
        self._tasks.append(task)
        self._send(process, page)
        if len(self._tasks) == 1:
            self._watch(process)
        answer = await task.answer
        # Its links are values of this process, and it has few: read here.
        return extract(page) if answer is None else answer

    async def close(self) -> None:
        """End the process; what was asked for and not answered stays so."""
        process, self._process = self._process, None
        self._watch(None)
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        if process is not None:
            await _end(process)

    async def _start(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None:
                path = os.pathsep.join(filter(None, (PACKAGE_PARENT, os.environ.get("PYTHONPATH"))))
                self._process = await asyncio.create_subprocess_exec(
                    *self._worker,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": path},
                )
                self._reader = asyncio.ensure_future(self._read(self._process))
                for task in self._tasks:
                    self._send(self._process, task.page)
                self._watch(self._process)
            return self._process

    @staticmethod
    def _send(process: asyncio.subprocess.Process, page: Page) -> None:
        # Not drained: how many pages wait here is bounded by Scrapy, which holds their responses.
        assert process.stdin is not None
        process.stdin.write(page_frame(page))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand out answers until the process ends; then begin again without the page it was at."""
        assert process.stdout is not None
        try:
            while True:
                self._answer(await read_answer(process.stdout))
                self._watch(process)
        except (asyncio.IncompleteReadError, BadFrame):
            self._process = None
            self._watch(None)
        await _end(process)
        if self._tasks:
            reason = (
                f"extractor-hung: the page was not read in {self._timeout:g} seconds"
                if self._hung
                else "extractor-died: the page ended the process that read it"
            )
            self._hung = False
            logger.error("%s: %s", self._tasks[0].page.address.url, reason)
            self._answer(Unknown(reason))
        if self._tasks:
            await self._start()

    def _answer(self, answer: ArticlePage | Unknown | None) -> None:
        """Give the page that has waited longest its answer, if somebody still waits for it."""
        task = self._tasks.popleft()
        if not task.answer.done():
            task.answer.set_result(answer)

    def _watch(self, process: asyncio.subprocess.Process | None) -> None:
        """Give the page that is being read now its time; ``None`` stops watching."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        if process is not None and self._tasks:
            loop = asyncio.get_running_loop()
            self._watchdog = loop.call_later(self._timeout, self._give_up, process)

    def _give_up(self, process: asyncio.subprocess.Process) -> None:
        self._hung = True
        with suppress(ProcessLookupError):
            process.kill()


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
