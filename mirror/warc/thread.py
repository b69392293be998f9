"""A writer for asyncio: one thread compresses and writes while the loop goes on."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mirror.warc.location import Location
    from mirror.warc.record import Record
    from mirror.warc.writer import WarcWriter

T = TypeVar("T")

DEFAULT_MAX_PENDING = 64 * 1024 * 1024
_RECORD_OVERHEAD = 1024
"""Bytes that a record weighs besides its block."""


class _Job(Generic[T]):
    """Something for the thread to do, and who waits for it."""

    def __init__(self, action: Callable[[], T], size: int = 0, *, last: bool = False) -> None:
        self.size = size
        self.last = last
        self.done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._action = action
        self._deliver: Callable[[], None] | None = None

    def carry_out(self) -> None:
        """In the thread."""
        try:
            self._deliver = partial(self.done.set_result, self._action())
        except Exception as error:  # noqa: BLE001 - else nobody would ever answer who waits
            self._deliver = partial(self.done.set_exception, error)

    def deliver(self) -> None:
        """In the loop."""
        if self._deliver is not None and not self.done.cancelled():
            self._deliver()


class WriterThread:
    """Gives groups of records to `writer` one after another, away from the event loop.

    To be used from one running asyncio loop. What is pending is carried out as one batch, and the
    loop is woken once a batch.

    :param max_pending: bytes of records that may wait to be written; whoever brings more waits.
    """

    def __init__(self, writer: WarcWriter, *, max_pending: int = DEFAULT_MAX_PENDING) -> None:
        self.writer = writer
        self._max_pending = max_pending
        self.pending = 0
        """Bytes of records that wait to be written."""
        self._room = asyncio.Event()
        self._closing = False
        self._jobs: queue.SimpleQueue[_Job[Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="warc-writer", daemon=True)
        self._thread.start()

    async def write(self, group: Sequence[Record]) -> list[Location]:
        """Write a group; when this returns, the operating system has it.

        The group is written also if the caller is cancelled while the thread has it.

        :raises OSError, ValueError: as :meth:`WarcWriter.write` does.
        """
        size = sum(len(record.block) + _RECORD_OVERHEAD for record in group)
        while self.pending and self.pending + size > self._max_pending:
            self._room.clear()
            await self._room.wait()
        return await self._do(_Job(partial(self.writer.write, group), size))

    async def sync(self) -> Location:
        """Put on disk everything that was asked for before.

        Whoever waits for this goes on before any who wait for what was written after it: jobs are
        carried out in their order, and those who wait are woken in it.

        :returns: as :meth:`WarcWriter.sync` does.
        :raises OSError, ValueError: as :meth:`WarcWriter.sync` does.
        """
        return await self._do(_Job(self.writer.sync))

    async def close(self) -> None:
        """Write what was asked for before, put it on disk, close the file and end the thread.

        A second call does nothing.

        :raises OSError: as :meth:`WarcWriter.close` does.
        """
        if self._closing:
            return
        job = _Job(self.writer.close, last=True)
        try:
            await self._do(job)
        finally:
            if job.done.done():
                self._thread.join()

    async def _do(self, job: _Job[T]) -> T:
        if self._closing:
            raise ValueError(f"the writer of {self.writer.path} is closed")
        self._closing = job.last
        self.pending += job.size
        self._jobs.put(job)
        return await job.done

    def _work(self) -> None:
        ended = False
        while not ended:
            batch = [self._jobs.get()]
            with contextlib.suppress(queue.Empty):
                while True:
                    batch.append(self._jobs.get_nowait())
            for job in batch:
                job.carry_out()
            ended = batch[-1].last
            # A loop that was closed has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                batch[0].done.get_loop().call_soon_threadsafe(self._deliver, batch)

    def _deliver(self, batch: Sequence[_Job[Any]]) -> None:
        self.pending -= sum(job.size for job in batch)
        for job in batch:
            job.deliver()
        self._room.set()
