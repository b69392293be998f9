"""A year of hourly runs that find nothing new, scaled down: no run costs more than those before.

Bytes and files are counted; nothing is timed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.year import NAME, begin, let_pass
from mirror.demo import DemoServer
from tests.crawling import check_warcs, crawl, scrapy
from tests.grown_mirror import GrownMirror

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.idle_runs import Answer

HOURS = 200
WINDOW = 50
"""Runs that are compared; in each the index is merged some times."""
OF_ONE_RUN = ("run", "started", "finished", "seconds", "arguments", "channels", "warcs")
"""What tells one run from another, and the names of the channels, which no page of them says."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Bytes that this process had from the kernel, and gave to it (proc_pid_io(5))."""

    read: int
    written: int

    @classmethod
    def by_now(cls) -> Moved:
        counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return cls(int(counts["rchar"]), int(counts["wchar"]))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    site = tmp_path / "site"
    GrownMirror({"ncid9001": 40, "ncid9002": 40}).write(site)
    with DemoServer(site=site) as server:
        yield server.url


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc/self/io")
def test_no_hour_costs_more_than_those_before(site: str, tmp_path: Path) -> None:
    answers = begin(tmp_path, site, HOURS)
    folder = tmp_path / NAME

    moved = list(moved_by_each_hour(tmp_path, answers))
    last = crawl(tmp_path, mirror=site, collection=NAME)

    for name in ("read", "written"):
        counts = [getattr(each, name) for each in moved]
        first, after = sum(counts[:WINDOW]), sum(counts[-WINDOW:])
        assert after < 1.5 * first, f"{name}: {first:,} bytes, then {after:,}"
    for part, most in (("archive", 3), ("indexes", 2), ("items", 1)):
        assert len(list((folder / part).iterdir())) <= most, part
    *_, simulated, real = summaries(folder)
    assert len(summaries(folder)) == HOURS + 3
    assert last.summary == real, "the newest of all"
    for key in OF_ONE_RUN:
        del simulated[key], real[key]
    assert simulated == real, "the hours are such as a real run is"
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", NAME)
    assert verified.returncode == 0, verified.stdout
    check_warcs(last.warcs)


def moved_by_each_hour(output: Path, answers: dict[str, Answer]) -> Iterator[Moved]:
    """What each run reads and writes, but for what grows by its nature up to a bound: the WARC file
    that it wrote to is read for its SHA-256, up to ``WARC_RESUME_SIZE`` bytes."""
    before = Moved.by_now()
    for _ in let_pass(output, HOURS, answers):
        after = Moved.by_now()
        hashed = max((output / NAME / "archive").iterdir()).stat().st_size
        yield Moved(after.read - before.read - hashed, after.written - before.written)
        before = Moved.by_now()


def summaries(folder: Path) -> list[dict[str, Any]]:
    """Of all runs, oldest first."""
    return [json.loads(path.read_text("utf-8")) for path in sorted((folder / "runs").iterdir())]
