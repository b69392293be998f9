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
from mirror.extraction.frames import AnswerFrames, BadFrame, PageFrames
from mirror.layouts import ArticlePage, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mirror.extraction.extract import Reading
    from mirror.layouts import Page

logger = logging.getLogger(__name__)

PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
WORKER = (sys.executable, "-m", "mirror.extraction.worker")
DEFAULT_TIMEOUT = 60.0
_AT_ONCE = 256 * 1024
"""Bytes of answers that are taken from the pipe at once."""


@dataclass(slots=True)
class _Task:
    page: Page
    answer: asyncio.Future[Reading]


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
        self._frames = PageFrames()
        self._readers: set[asyncio.Task[None]] = set()
        """One for each process that has not ended yet."""
        self._starting: asyncio.Task[None] | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._hung = False

    @property
    def waiting(self) -> int:
        """Pages that were given to it and are not answered."""
        return len(self._tasks)

    def begin(self) -> None:
        """Start the process, if there is none: it takes a while to be ready."""
        if self._process is None and self._starting is None:
            self._starting = asyncio.ensure_future(self._start())

    def extract(self, page: Page) -> asyncio.Future[Reading]:
        """What :func:`extract` says of the page, once it is waited for.

        It fails with :class:`OSError` where no process can be started.
        """
        task = _Task(page, asyncio.get_running_loop().create_future())
        self._tasks.append(task)
        if self._process is None:
            self.begin()
        else:
            self._send(self._process, page)
            if len(self._tasks) == 1:
                self._watch(self._process)
        return task.answer

    async def close(self) -> None:
        """End the process; what was asked for and not answered stays so."""
        if self._starting is not None:
            await self._starting
        self._tasks.clear()
        if self._process is not None:
            _kill(self._process)
        await asyncio.gather(*self._readers)

    async def _start(self) -> None:
        """Start a process and give it all that waits."""
        path = os.pathsep.join(filter(None, (PACKAGE_PARENT, os.environ.get("PYTHONPATH"))))
        try:
            process = await asyncio.create_subprocess_exec(
                *self._worker,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as error:
            for task in self._tasks:
                if not task.answer.done():
                    task.answer.set_exception(error)
            self._tasks.clear()
            return
        finally:
            self._starting = None
        self._process = process
        self._frames = PageFrames()
        reader = asyncio.ensure_future(self._read(process))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        for task in self._tasks:
            self._send(process, task.page)
        self._watch(process)

    def _send(self, process: asyncio.subprocess.Process, page: Page) -> None:
        # Not drained: how many pages wait here is bounded by those who hold them meanwhile.
        assert process.stdin is not None
        process.stdin.write(self._frames.frame(page))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand out answers until the process ends; then begin again without the page it was at."""
        assert process.stdout is not None
        frames = AnswerFrames()
        with suppress(BadFrame):
            while data := await process.stdout.read(_AT_ONCE):
                for answer in frames.answers(data):
                    self._answer(answer)
                self._watch(process)
        self._process = None
        self._watch(None)
        # Before anything is waited for: what comes meanwhile may begin the next process, which is
        # given all that is left.
        if self._tasks:
            reason = (
                f"extractor-hung: the page was not read in {self._timeout:g} seconds"
                if self._hung
                else "extractor-died: the page ended the process that read it"
            )
            logger.error("%s: %s", self._tasks[0].page.address.url, reason)
            self._answer(Unknown(reason))
        self._hung = False
        if self._tasks:
            self.begin()
        _kill(process)
        await process.wait()

    def _answer(self, answer: ArticlePage | Unknown | None) -> None:
        """Give the page that has waited longest its answer, if somebody still waits for it.

        :raises BadFrame: no page was waiting.
        """
        if not self._tasks:
            raise BadFrame("an answer that nobody asked for")
        task = self._tasks.popleft()
        if not task.answer.done():
            # The links of an index are values of this process, and it has few: read here.
            task.answer.set_result(extract(task.page) if answer is None else answer)

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
        _kill(process)


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
