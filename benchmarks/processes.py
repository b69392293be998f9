"""One contestant: a process of its own, with its time, its processor time and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAMPLE_SECONDS = 0.05
_KILOBYTE = 1 if sys.platform == "darwin" else 1024
"""Unit of ``ru_maxrss``, getrusage(2)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process took."""

    seconds: float
    """From start to end, start-up included."""
    cpu_seconds: float
    """Of all its threads and of the children that it waited for."""
    peak_bytes: int
    """Most resident memory, shared libraries included; with its children where there is
    ``/proc``."""
    half_bytes: int
    """The same in the first half of its time: what the second half adds is growth."""


def measured(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    accepted: Sequence[int] = (0,),
) -> Usage:
    """Run `command` to its end.

    :raises SystemExit: it ended with a status that is not `accepted`; with its last output.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        with subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            samples: list[tuple[float, int]] = []
            sampler = threading.Thread(target=_sample, args=(process.pid, samples))
            sampler.start()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            sampler.join()
        if process.returncode not in accepted:
            output.seek(0)
            text = output.read().decode(errors="replace")[-2000:]
            raise SystemExit(f"{command[0]} ended with status {process.returncode}:\n{text}")
    middle = started + seconds / 2
    return Usage(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=max([usage.ru_maxrss * _KILOBYTE, *(size for _, size in samples)]),
        half_bytes=max((size for moment, size in samples if moment <= middle), default=0),
    )


def _sample(pid: int, samples: list[tuple[float, int]]) -> None:
    """Note the resident size of a process and its children until it ends."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while True:
        try:
            resident = _resident(pid)
            for child in children.read_text().split():
                with suppress(OSError):  # it has ended meanwhile
                    resident += _resident(int(child))
        except OSError:
            return
        if not resident:
            return  # a process that has ended and was not waited for yet has no memory
        samples.append((time.perf_counter(), resident))
        time.sleep(SAMPLE_SECONDS)


def _resident(pid: int) -> int:
    """Bytes of memory, proc(5)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
