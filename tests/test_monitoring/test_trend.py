from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mirror.monitoring.runs import Run, read_history
from mirror.monitoring.trend import archive_growth, days
from tests.run_summaries import PAGE, warc, write_run

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def runs(folder: Path) -> tuple[Run, ...]:
    return read_history(folder / "runs", NOW - 30 * DAY).recent


def test_a_day_without_runs_is_shown_as_one(tmp_path: Path) -> None:
    write_run(tmp_path, NOW - 3 * DAY, articles={"new": 5, "changed": 1, "unchanged": 0})
    write_run(tmp_path, NOW - DAY, 3, failed=[PAGE, PAGE])
    write_run(tmp_path, NOW - DAY + timedelta(hours=1), 0, failed=[], dangling=[PAGE])
    shown = days(runs(tmp_path), NOW, 7)
    assert [(d.day.day, d.runs, d.succeeded, d.new, d.changed, d.troubled) for d in shown] == [
        (20, 1, 1, 5, 1, 0),
        (21, 0, 0, 0, 0, 0),
        (22, 2, 1, 0, 0, 2),
        (23, 0, 0, 0, 0, 0),
    ]
    assert [d.received for d in shown] == [1000, 0, 2000, 0]


def test_no_more_days_than_asked_for(tmp_path: Path) -> None:
    for number in range(20):
        write_run(tmp_path, NOW - number * DAY)
    shown = days(runs(tmp_path), NOW, 7)
    assert (shown[0].day, len(shown)) == (date(2026, 11, 17), 7)
    assert days((), NOW, 7) == ()


@pytest.mark.parametrize(
    ("first", "last", "grown"),
    [
        ([warc("a", 1000)], [warc("a", 5000)], 4000),
        ([warc("a", 1000)], [warc("a", 1500), warc("b", 300)], 800),
        ([warc("a", 1000), warc("b", 10)], [warc("b", 500)], 490),
        ([warc("a", 1000)], [warc("a", 1000)], 0),
        ([warc("a", 1000)], [warc("a", 900)], 0),  # a torn tail was cut off
        ([], [warc("a", 700)], 700),
        ([warc("a", 1000)], [], 0),
    ],
)
def test_growth_is_what_the_files_gained_in_a_day(
    tmp_path: Path, first: list[dict[str, Any]], last: list[dict[str, Any]], grown: int
) -> None:
    write_run(tmp_path, NOW - 2 * DAY, warcs=first)
    write_run(tmp_path, NOW, warcs=last)
    assert archive_growth(runs(tmp_path)) == pytest.approx(grown / 2)


def test_first_crawl_is_not_taken_for_growth(tmp_path: Path) -> None:
    write_run(tmp_path, NOW - 2 * DAY, warcs=[warc("a", 10**9)])
    write_run(tmp_path, NOW, warcs=[warc("a", 10**9 + 200)])
    assert archive_growth(runs(tmp_path)) == pytest.approx(100)


def test_growth_is_not_told_from_one_run_or_one_afternoon(tmp_path: Path) -> None:
    assert archive_growth(()) is None
    write_run(tmp_path, NOW, warcs=[warc("a", 10)])
    assert archive_growth(runs(tmp_path)) is None
    write_run(tmp_path, NOW - timedelta(hours=3), warcs=[warc("a", 5)])
    assert archive_growth(runs(tmp_path)) is None
