"""Where the time of our crawl goes, by part of the program.

    python -m benchmarks.time_shares [BASE_URL] [--channels A,B] [--functions 20]

A sample of the stack is taken every millisecond of processor time. It counts for the innermost
frame that belongs to a part: what the standard library and C code do, they do for their caller.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from scrapy.cmdline import execute

from benchmarks.serving import mirror_url

if TYPE_CHECKING:
    from types import FrameType

INTERVAL = 0.001
PLACES = {
    "/mirror/layouts/": "extraction",
    "/mirror/pipelines/": "pipelines",
    "/mirror/originals/": "pipelines",
    "/mirror/items.py": "pipelines",
    "/mirror/capture/": "capture",
    "/mirror/warc/": "WARC records, built",
    "/mirror/ledger.py": "ledger",
    "/mirror/": "spider and addresses",
    "/aiohttp/": "aiohttp",
    "/yarl/": "aiohttp",
    "/scrapy/": "Scrapy",
    "/twisted/": "Scrapy",
    "/pydispatch/": "Scrapy",
    "/itemadapter/": "Scrapy",
    "/asyncio/": "event loop",
}
"""Part by what its files' paths contain; the first that fits counts."""
START = "start and imports"
WRITER = "WARC records, written (thread)"
END = "index and hashes at the end (thread)"

_WRITER_LOOP = ("/mirror/warc/thread.py", "_work")
_WAITING = (("/selectors.py", "select"), ("/concurrent/futures/thread.py", "_worker"))


class Sampler:
    """Counts what the process is found doing."""

    def __init__(self) -> None:
        self.parts: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self._main = threading.get_ident()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, _signum: int, frame: FrameType | None) -> None:
        """Signals reach the main thread only: while it waits, the others are looked at."""
        if frame is not None and not _is(frame, *_WAITING):
            part, function = part_of(frame)
        else:
            others = [
                other
                for thread, other in sys._current_frames().items()
                if thread != self._main and not _is(other, _WRITER_LOOP, *_WAITING)
            ]
            if not others:
                self.parts["event loop"] += 1
                return
            _, function = part_of(others[0])
            part = WRITER if any(_is(up, _WRITER_LOOP) for up in stack(others[0])) else END
        self.parts[part] += 1
        self.functions[f"{part}: {function}"] += 1


def stack(frame: FrameType | None) -> list[FrameType]:
    """A frame and its callers, innermost first."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def part_of(frame: FrameType) -> tuple[str, str]:
    """The part that the innermost known frame belongs to, and its function."""
    for each in stack(frame):
        code = each.f_code
        for place, part in PLACES.items():
            if place in code.co_filename:
                return part, f"{code.co_filename.rpartition(place)[2]} {code.co_qualname}"
    return START, frame.f_code.co_qualname


def _is(frame: FrameType, *functions: tuple[str, str]) -> bool:
    code = frame.f_code
    return any(code.co_name == name and code.co_filename.endswith(file) for file, name in functions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", nargs="?", help="default: epoch-news of the corpus")
    parser.add_argument("--channels", default="", help="some of them, A,B (all)")
    parser.add_argument("--functions", type=int, default=0, help="how many to list as well (0)")
    arguments = parser.parse_args()
    sampler = Sampler()
    with mirror_url(arguments.base) as base, tempfile.TemporaryDirectory() as output:
        command = ["scrapy", "crawl", "web", "--nolog", "-a", f"mirror={base}"]
        command += ["-a", "collection=measured", "-s", f"OUTPUT_DIR={output}"]
        if arguments.channels:
            command += ["-a", f"channels={arguments.channels}"]
        started = time.perf_counter()
        sampler.start()
        try:
            execute(command)
        except SystemExit as end:
            status = end.code
        finally:
            sampler.stop()
        seconds = time.perf_counter() - started
    print(f"\nexit status {status}, {seconds:.1f} s")
    _print(sampler.parts, len(sampler.parts))
    if arguments.functions:
        print()
        _print(sampler.functions, arguments.functions)


def _print(counted: Counter[str], most: int) -> None:
    total = counted.total()
    for name, count in counted.most_common(most):
        print(f"{count / total:6.1%}  {name}")


if __name__ == "__main__":
    main()
