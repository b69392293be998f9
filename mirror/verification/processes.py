"""Parts of a collection read at the same time, where that saves time."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Run = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

WORTH = 8 * 1024 * 1024
"""Bytes of WARC files from which on further processes save more time than they take to start."""


@contextmanager
def processes(jobs: int, size: int) -> Iterator[Run]:
    """Something like :func:`map`: results in order, made by `jobs` processes.

    :param jobs: 0 for as many as there are processors for this one.
    :param size: bytes of WARC files to be read.
    """
    jobs = jobs or _processors()
    if jobs == 1 or size < WORTH:
        yield map
        return
    # Not forked: a process with threads must not be, and the progress bar has one.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
