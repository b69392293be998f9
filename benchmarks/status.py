"""How long it takes to tell how a collection does, a year of hourly runs old.

    python -m benchmarks.status [--runs 8760] [--pages 25000]

The collection is made up: one summary a run, one ledger row a page, one WARC file a month. Asked
are a healthy one, one whose last success lies half of its runs back, and one that never had any.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirror.ledger import Ledger, StoredItem
from mirror.monitoring import read_state, status_text

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROUNDS = 5
FAILED = 20
"""Pages listed by each summary of a run that was not complete."""


def make_collection(folder: Path, runs: int, pages: int, succeeded: Callable[[int], bool]) -> None:
    """Write the files that a status is read from.

    :param succeeded: whether a run ended with 0, by its number; the oldest is 0.
    """
    for name in ("archive", "items", "indexes", "runs"):
        (folder / name).mkdir(parents=True)
    for number in range(runs):
        started = NOW - timedelta(hours=runs - number)
        record = summary(started, number, 0 if succeeded(number) else 3)
        text = json.dumps(record, ensure_ascii=False, indent=1)
        (folder / "runs" / f"{record['run']}.json").write_text(f"{text}\n", "utf-8")
        (folder / "archive" / record["warcs"][0]["name"]).touch()
    with closing(Ledger(folder / "ledger.sqlite")) as ledger:
        for number in range(pages):
            url = f"https://mirror.example/pages/channel/n{number}.md"
            ledger.pages.note(url, "article", "channel", "https://mirror.example/README.md")
            item = StoredItem("sha256:0", "first", number, 1)
            ledger.put_item(url, "2026-11-23T12:00:00Z", f"n{number}", item)
            ledger.pages.end(url, "first", "item", status=200, looked="2026-11-23T12:00:00Z")


def summary(started: datetime, number: int, status: int) -> dict[str, Any]:
    """What monitoring reads of a run summary, and as much besides as one usually holds."""
    page = {"reason": "status 503", "found_on": "https://mirror.example/README.md", "new": True}
    failed = [
        {"url": f"https://mirror.example/pages/channel/n{n}.md", **page}
        for n in range(FAILED if status else 0)
    ]
    return {
        "run": started.strftime("%Y%m%dT%H%M%SZ"),
        "spider": "web",
        "mirror": "mirror.example",
        "started": started.isoformat(timespec="seconds"),
        "finished": (started + timedelta(seconds=9)).isoformat(timespec="seconds"),
        "seconds": 9.0,
        "reason": "finished",
        "exit_status": status,
        "meaning": "as simulated",
        "articles": {"new": 0, "changed": 0, "unchanged": 0},
        "channels": ["channel"] * 20,
        "dangling": [],
        "failed": failed,
        "unknown": [],
        "not_reached": [],
        "bytes_received": 3_000,
        "warcs": [
            {
                "name": f"news-{started:%Y%m}01000000-00001.warc.gz",
                "length": 1_000 * number,
                "sha256": "0" * 64,
            }
        ],
        "software": "mirror-archive/0",
    }


def seconds(folder: Path) -> float:
    """Median of a few readings, the first one left out: files are read from the cache."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        status_text([read_state(folder, NOW)])
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=8_760, help="run summaries (8760)")
    parser.add_argument("--pages", type=int, default=25_000, help="pages in the ledger (25000)")
    arguments = parser.parse_args()
    runs: int = arguments.runs
    cases: dict[str, Callable[[int], bool]] = {
        "complete": lambda _: True,
        "failing for half of its time": lambda number: number < runs // 2,
        "never complete": lambda _: False,
    }
    print(f"{runs:,} runs, {arguments.pages:,} pages {'':6} ms")
    for name, succeeded in cases.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "news"
            make_collection(folder, runs, arguments.pages, succeeded)
            print(f"{name:30} {seconds(folder) * 1000:6.0f}")


if __name__ == "__main__":
    main()
