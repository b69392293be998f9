"""What is found on disk: room, counts, the lock, and what an operator should look at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mirror.collection import Collection
from mirror.ledger import Ledger, StoredItem
from mirror.monitoring import notices, read_state
from mirror.monitoring.counts import Counts, NoCounts, read_counts
from mirror.monitoring.disk import disk_use
from mirror.monitoring.running import Running, running
from mirror.verification.lock import held_for_reading
from tests.crawling import PROJECT
from tests.run_summaries import PAGE, warc, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.ledger import Outcome
    from mirror.monitoring import State

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "news"
    (made / "archive").mkdir(parents=True)
    return made


# --- room ----------------------------------------------------------------------------------------


def test_room_is_counted_as_du_does(folder: Path) -> None:
    du = shutil.which("du")
    if du is None:
        pytest.skip("no du on this machine")
    (folder / "archive" / "a.warc.gz").write_bytes(os.urandom(100_000))
    (folder / "derived" / "deep" / "er").mkdir(parents=True)
    (folder / "derived" / "deep" / "er" / "page.html").write_bytes(os.urandom(5_000))
    (folder / "ledger.sqlite").write_bytes(os.urandom(9_000))
    (folder / "ledger.sqlite-wal").write_bytes(os.urandom(9_000))
    (folder / "exclude.txt").write_text("a\n")
    os.sync()
    use = disk_use(folder)
    assert set(use.parts) == {"archive", "derived", "ledger", "other"}
    for part, names in {"archive": ["archive/a.warc.gz"], "ledger": ["ledger.sqlite*"]}.items():
        command = ["sh", "-c", f"{du} -c -B1 {' '.join(names)} | tail -n 1 | cut -f 1"]
        counted = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        assert use.parts[part] == int(counted.stdout)
    assert use.total == sum(use.parts.values())
    assert 0 < use.free <= use.size


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(1_000_000))
    (folder / "archive" / "link").symlink_to(tmp_path / "large")
    (folder / "derived").symlink_to(tmp_path)
    (folder / "archive" / "loop").symlink_to(folder)
    assert disk_use(folder).total < 100_000


# --- counts --------------------------------------------------------------------------------------


ENDS: tuple[Outcome, ...] = (
    *("item", "item", "index", "dangling", "failed", "unknown"),
    *("deleted", "deleted", "deleted"),
)


def fill(folder: Path) -> None:
    with closing(Ledger(folder / "ledger.sqlite")) as ledger:
        for number, outcome in enumerate(ENDS):
            url = f"https://mirror.example/{number}"
            ledger.pages.note(url, "article", "", "")
            ledger.pages.end(url, "run", outcome, looked="2026-11-23T12:00:00Z")
            if outcome == "item":
                ledger.put_item(
                    url, "2026-11-23T12:00:00Z", str(number), StoredItem("sha256:0", "run", 0, 1)
                )


def test_pages_are_counted_by_their_end(folder: Path) -> None:
    fill(folder)
    assert read_counts(folder) == Counts(
        articles=2, indexes=1, dead=1, deleted=3, failed=1, unknown=1
    )


def test_counting_writes_nothing_also_beside_a_writer(folder: Path) -> None:
    fill(folder)
    before = sorted(path.name for path in folder.iterdir())
    read_counts(folder)
    assert sorted(path.name for path in folder.iterdir()) == before
    with closing(Ledger(folder / "ledger.sqlite")) as writer:
        url = "https://mirror.example/9"
        writer.put_item(url, "2026-11-23T12:00:00Z", "9", StoredItem("sha256:0", "run", 0, 1))
        assert read_counts(folder).articles == 2
        writer.commit()
        assert read_counts(folder).articles == 3


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0torn", b"no database" * 1000])
def test_a_ledger_that_cannot_be_read_is_told_and_nothing_more(
    folder: Path, content: bytes | None
) -> None:
    if content is not None:
        (folder / "ledger.sqlite").write_bytes(content)
    with pytest.raises(NoCounts, match="ledger"):
        read_counts(folder)
    state = read_state(folder, NOW)
    assert state.counts is None
    assert [notice.name for notice in notices(state)] == ["unread"]


# --- who is at work ------------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from mirror.collection import Collection
collection = Collection(Path(sys.argv[1]), "news")
print(collection.start_run("web"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def test_a_run_at_work_is_told_with_its_process(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    assert holder.stdout is not None
    run = holder.stdout.readline().strip()
    assert running(tmp_path / "news") == Running(run, holder.pid, alive=True)
    assert read_state(tmp_path / "news", NOW).running == Running(run, holder.pid, alive=True)


def test_a_killed_run_is_told_as_such(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert holder.stdout is not None
    run = holder.stdout.readline().strip()
    holder.kill()
    holder.wait()
    assert running(tmp_path / "news") == Running(run, holder.pid, alive=False)
    told = [str(notice) for notice in notices(read_state(tmp_path / "news", NOW))]
    assert any(run in text and "killed" in text for text in told)


@pytest.mark.parametrize("name", ["a run that is beginning", "scrapy rebuild"])
def test_one_that_has_no_run_is_told_by_its_number(tmp_path: Path, name: str) -> None:
    collection = Collection(tmp_path, "news", holder=name)
    assert running(tmp_path / "news") == Running(None, os.getpid(), alive=True)
    collection.close()


def test_nobody_is_at_work_on_a_closed_collection(tmp_path: Path) -> None:
    collection = Collection(tmp_path, "news")
    collection.start_run("web")
    collection.close()
    assert running(tmp_path / "news") is None


def test_one_that_only_reads_is_no_run(tmp_path: Path) -> None:
    Collection(tmp_path, "news").close()
    with held_for_reading(tmp_path / "news"):
        assert running(tmp_path / "news") is None


def test_asking_does_not_touch_a_lock_that_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for an instant: a run that begins in it would be refused."""
    Collection(tmp_path, "news").close()
    monkeypatch.setattr("fcntl.flock", None)
    assert running(tmp_path / "news") is None


@pytest.mark.parametrize(
    "text", ["", "nonsense", "pid 99999999999999999999", "run \x1b[2J (pid 1)"]
)
def test_a_holder_of_no_known_form_has_no_number(tmp_path: Path, text: str) -> None:
    collection = Collection(tmp_path, "news")
    (tmp_path / "news" / ".lock-holder").write_text(text)
    found = running(tmp_path / "news")
    assert found is None if not text else found == Running(None, None, alive=True)
    collection.close()


# --- age and warnings ----------------------------------------------------------------------------


def test_age_is_counted_from_the_end_of_the_last_success(folder: Path) -> None:
    write_run(folder, NOW - 3 * HOUR)
    write_run(folder, NOW - HOUR, 3)
    state = read_state(folder, NOW)
    assert state.age == 3 * HOUR - timedelta(seconds=10)
    assert not state.too_old(3 * HOUR)
    assert state.too_old(2 * HOUR)


def test_a_success_in_the_future_is_none(folder: Path) -> None:
    write_run(folder, NOW + timedelta(days=3650))
    state = read_state(folder, NOW)
    assert state.age is None
    assert state.too_old(timedelta(weeks=999_999))
    assert next(notice.name for notice in notices(state)) == "clock"


def test_a_clock_that_is_a_little_behind_is_no_trouble(folder: Path) -> None:
    write_run(folder, NOW + timedelta(seconds=30))
    assert read_state(folder, NOW).age == timedelta()


def grown(folder: Path) -> State:
    (folder / "archive" / "a").write_bytes(bytes(400_000))
    (folder / "items").mkdir()
    (folder / "items" / "b").write_bytes(os.urandom(400_000))
    (folder / "archive" / "a").write_bytes(os.urandom(400_000))
    write_run(folder, NOW - 2 * DAY, warcs=[warc("a", 1_000)])
    write_run(folder, NOW, warcs=[warc("a", 21_000)])
    os.sync()
    state = read_state(folder, NOW, reserve=1_000)
    return replace(state, disk=replace(state.disk, parts={"archive": 400_000, "items": 400_000}))


def test_growth_counts_the_rest_in_proportion_and_the_reserve_as_taken(folder: Path) -> None:
    state = grown(folder)
    assert state.growth == pytest.approx(20_000)  # 10,000 a day of archive, as much of the rest
    state = replace(state, disk=replace(state.disk, free=201_000))
    assert state.days_left == pytest.approx(10)
    assert [n.text for n in notices(state) if n.name == "full-soon"] == [
        "the disk is full in about 10 days at this rate"
    ]
    state = replace(state, disk=replace(state.disk, free=999))
    assert state.days_left == 0
    assert "no-room" in {notice.name for notice in notices(state)}


@pytest.mark.parametrize(
    ("status", "keys", "name"),
    [
        (5, {"moved_to": "https://new.example/"}, "moved"),
        (5, {"unknown": [PAGE] * 9}, "drift"),
        (3, {"unknown": [PAGE]}, "drift"),
        (4, {"unreachable": "https://mirror.example: connection refused"}, "unreachable"),
        (None, {"finished": None, "seconds": None}, "killed"),
    ],
)
def test_last_run_raises_its_warning(
    folder: Path, status: int | None, keys: dict[str, Any], name: str
) -> None:
    fill(folder)
    write_run(folder, NOW - HOUR, 0)
    write_run(folder, NOW, status, **keys)
    assert [notice.name for notice in notices(read_state(folder, NOW))] == [name]


def test_runs_that_keep_failing_are_counted(folder: Path) -> None:
    fill(folder)
    for hours in (3, 2, 1):
        write_run(folder, NOW - hours * HOUR, 3)
    (notice,) = notices(read_state(folder, NOW))
    assert notice.text == "no run has ever been complete; 3 were not"
    write_run(folder, NOW - 4 * HOUR, 0)
    (notice,) = notices(read_state(folder, NOW))
    assert notice.text == "3 runs since the last success"


def test_all_well_has_no_warning(folder: Path) -> None:
    fill(folder)
    write_run(folder, NOW - HOUR, 3)
    write_run(folder, NOW, 0)
    assert notices(read_state(folder, NOW)) == ()
