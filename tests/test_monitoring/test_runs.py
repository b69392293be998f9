"""Which run counts as the last, as a success, and how many summaries are opened to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mirror.monitoring import runs as module
from mirror.monitoring.runs import read_history
from tests.run_summaries import PAGE, write_run

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK_AGO = NOW - timedelta(days=7)


def test_nothing_is_known_of_a_collection_without_runs(tmp_path: Path) -> None:
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert (history.last, history.last_success, history.files, history.recent) == (
        None,
        None,
        0,
        (),
    )


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5, 73, 130, 143, None])
def test_only_exit_status_0_is_a_success(tmp_path: Path, status: int | None) -> None:
    success = write_run(tmp_path, NOW - 3 * HOUR, 0)
    write_run(tmp_path, NOW - 2 * HOUR, status)
    last = write_run(tmp_path, NOW - HOUR, status)
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert history.last is not None
    assert history.last_success is not None
    assert history.last.run == last["run"]
    assert history.last_success.run == success["run"]
    assert history.since_success == 2


def test_a_run_over_the_archive_says_nothing_about_the_mirror(tmp_path: Path) -> None:
    web = write_run(tmp_path, NOW - 2 * HOUR, 3)
    write_run(tmp_path, NOW - HOUR, 0, spider="warc")
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert history.last is not None
    assert history.last.run == web["run"]
    assert history.last_success is None
    assert history.since_success == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"run": 1}',
        '{"run": "x", "started": "yesterday"}',
        "[" * 100_000,
        '{"run": "x", "started": "2026-11-23T12:00:00"}',
        "\x00\xff",
    ],
    ids=range(9),
)
def test_a_torn_or_lying_summary_is_named_and_passed_over(tmp_path: Path, text: str) -> None:
    success = write_run(tmp_path, NOW - 2 * HOUR)
    torn = tmp_path / "runs" / f"{NOW - HOUR:%Y%m%dT%H%M%SZ}.json"
    torn.write_bytes(text.encode("latin-1"))
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert history.unreadable == (torn.name,)
    assert history.last is not None
    assert history.last.run == success["run"]


def test_keys_of_another_version_are_missing_or_new(tmp_path: Path) -> None:
    write_run(tmp_path, NOW - HOUR, later={"key": [1]})
    path = tmp_path / "runs" / f"{NOW:%Y%m%dT%H%M%SZ}.json"
    path.write_text('{"run": "20261123T120000Z", "started": "2026-11-23T12:00:00Z"}')
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert history.unreadable == ()
    assert history.last is not None
    assert history.last.exit_status is None


def test_partial_and_foreign_files_are_no_summaries(tmp_path: Path) -> None:
    write_run(tmp_path, NOW)
    for name in (".20261123T120000Z.json.partial", "notes.json", "20261123T120000Z.json~"):
        (tmp_path / "runs" / name).write_text("{")
    history = read_history(tmp_path / "runs", WEEK_AGO)
    assert (history.files, history.unreadable) == (1, ())


def opened(monkeypatch: pytest.MonkeyPatch, folder: Path, since: datetime) -> int:
    count = 0
    read = Path.read_bytes

    def counted(path: Path) -> bytes:
        nonlocal count
        count += 1
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", counted)
    read_history(folder / "runs", since)
    return count


def test_summaries_older_than_what_is_shown_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in range(100):
        write_run(tmp_path, NOW - hours * HOUR)
    # Those of the last 24 hours, both ends included, and the one before, to measure growth from.
    assert opened(monkeypatch, tmp_path, NOW - 24 * HOUR) == 26


def test_older_ones_are_opened_only_as_far_as_the_last_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in range(100):
        write_run(tmp_path, NOW - hours * HOUR, 0 if hours >= 50 else 3)
    assert opened(monkeypatch, tmp_path, NOW - 24 * HOUR) == 51


def test_runs_every_second_do_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RUNS", 10)
    for seconds in range(30):
        write_run(tmp_path, NOW - timedelta(seconds=seconds))
    assert len(read_history(tmp_path / "runs", WEEK_AGO).recent) == 10


def test_trouble_counts_what_keeps_a_run_from_being_complete(tmp_path: Path) -> None:
    old = {**PAGE, "new": False}
    write_run(
        tmp_path,
        NOW,
        3,
        dangling=[PAGE, old, old],
        failed=[PAGE, PAGE],
        unknown=[PAGE] * 3,
        not_reached=[PAGE] * 4,
    )
    (run,) = read_history(tmp_path / "runs", WEEK_AGO).recent
    assert (run.newly_dead, run.troubled) == (1, 10)
