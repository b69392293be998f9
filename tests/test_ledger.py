"""The ledger remembers what a run asked for, how it ended, and where the records are."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.ledger import Ledger, LedgerError, UnreadCapture, UnreadFailure, Validators
from mirror.warc import Location
from mirror.warc.capture import Capture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mirror.ledger import Outcome, PageKind

URL = "http://127.0.0.1/pages/c/n1.md"
CAPTURE = Capture(
    url=URL,
    date="2026-01-02T03:04:05Z",
    warc="a.warc.gz",
    offset=10,
    length=20,
    record_id="<urn:uuid:1>",
    type="response",
    status=200,
    payload_digest="sha1:A",
    record_digest="sha1:A",
    etag='"e"',
    last_modified=None,
    truncated=None,
)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(":memory:")


def looked_at(ledger: Ledger, run: str, outcome: Outcome, date: str, **more: Any) -> None:
    ledger.pages.note(URL, "article", "c", "root")
    ledger.pages.due(URL)
    ledger.pages.end(URL, run, outcome, looked=date, **more)


def test_page_is_due_once_in_a_run(ledger: Ledger) -> None:
    ledger.pages.note(URL, "article", "c", "root")
    assert ledger.pages.due(URL)
    assert not ledger.pages.due(URL)
    assert ledger.pages.is_due(URL)
    ledger.pages.put_down()
    assert ledger.pages.due(URL), "and again in the next"


def test_what_is_due_is_forgotten_with_the_process(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "ledger.sqlite")
    first.pages.note(URL, "article", "c", "root")
    assert first.pages.due(URL)
    first.close()
    second = Ledger(tmp_path / "ledger.sqlite")
    assert not second.pages.is_due(URL)
    assert second.pages.find(URL) is not None
    second.close()


@given(st.lists(st.sampled_from([f"http://h/{n}" for n in range(8)])))
def test_each_url_is_due_once_whatever_the_order(urls: list[str]) -> None:
    ledger = Ledger(":memory:")
    due = [url for url in urls if ledger.pages.due(url)]
    assert due == list(dict.fromkeys(urls))


@given(st.lists(st.sampled_from([None, *(f"2026-01-0{n}T00:00:00Z" for n in range(1, 6))])))
def test_a_page_is_older_since_the_first_capture_that_says_so(dates: list[str | None]) -> None:
    ledger = Ledger(":memory:")
    for date in dates:
        ledger.pages.note(URL, "index", "c", "root", date)
    page = ledger.pages.find(URL)
    assert (page.older if page else None) == min(filter(None, dates), default=None)


def test_since_is_the_run_in_which_an_outcome_began(ledger: Ledger) -> None:
    runs: list[tuple[str, Outcome]] = [
        ("r1", "dangling"),
        ("r2", "dangling"),
        ("r3", "item"),
        ("r4", "dangling"),
    ]
    for run, outcome in runs:
        looked_at(ledger, run, outcome, "2026-01-01T00:00:00Z", reason="x", status=404)
        since = [page.since for page in ledger.pages.unfinished()]
        assert since == {"r1": ["r1"], "r2": ["r1"], "r3": [], "r4": ["r4"]}[run]


def test_page_that_was_due_and_not_reached_is_unfinished(ledger: Ledger) -> None:
    looked_at(ledger, "r1", "item", "2026-01-01T00:00:00Z")
    ledger.pages.put_down()
    assert ledger.pages.due(URL)
    (page,) = ledger.pages.unfinished()
    assert (page.url, page.outcome) == (URL, None)
    assert ledger.pages.count() == {("article", None): 1}
    ledger.pages.take_up("r1")
    assert ledger.pages.count() == {("article", "item"): 1}, "what it was in r1"


def test_dead_page_counts_in_a_run_that_did_not_ask_for_it(ledger: Ledger) -> None:
    looked_at(ledger, "r1", "dangling", "2026-01-01T00:00:00Z", reason="status 404", status=404)
    ledger.pages.put_down()
    ledger.pages.add_known_dead(["other"])
    assert not list(ledger.pages.unfinished()), "not of that channel"
    ledger.pages.add_known_dead(["c"])
    (page,) = ledger.pages.unfinished()
    assert (page.outcome, page.reason, page.since) == ("dangling", "status 404", "r1")


def test_candidates_are_what_may_have_to_be_looked_at(ledger: Ledger) -> None:
    outcomes: dict[str, Outcome | None] = {
        "new": None,
        "failed": "failed",
        "dead": "dangling",
        "done": "item",
        "old": "item",
        "old index": "index",
        "settled": "index",
        "unsettled": "index",
    }
    for name, outcome in outcomes.items():
        older = {"settled": "2026-03-01T00:00:00Z", "unsettled": "2026-03-03T00:00:00Z"}.get(name)
        kind: PageKind = "index" if outcome == "index" else "article"
        ledger.pages.note(name, kind, "c", "root", older)
        looked = "2026-01-01T00:00:00Z" if "old" in name else "2026-03-02T00:00:00Z"
        if outcome is not None:
            ledger.pages.end(name, "r1", outcome, looked=looked)

    def candidates(channels: list[str], articles: str) -> list[str]:
        found = ledger.pages.candidates(channels, "2026-02-01T00:00:00Z", articles)
        return [page.url for page in found]

    assert candidates([], "2026-02-01T00:00:00Z") == [
        "dead",
        "failed",
        "new",
        "old",
        "old index",
        "unsettled",
    ]
    assert "old" not in candidates([], ""), "articles are left alone, however old"
    assert candidates(["other"], "2026-02-01T00:00:00Z") == []


ASKED: dict[str, Callable[[Ledger], object]] = {
    "latest": lambda ledger: ledger.captures.latest(URL),
    "latest_before": lambda ledger: ledger.captures.latest_before(URL, "2027"),
    "before": lambda ledger: ledger.captures.before(URL, "r2"),
    "validators": lambda ledger: ledger.captures.validators(URL),
    "newest_date": lambda ledger: ledger.captures.newest_date(),
    "last_date": lambda ledger: ledger.captures.last_date(URL),
    "whole": lambda ledger: next(ledger.captures.whole()),
    "holding": lambda ledger: ledger.captures.holding("sha1:NONE"),
    "has_unread": lambda ledger: ledger.captures.has_unread(),
    "newest_run": lambda ledger: ledger.newest_run(),
    "unfinished_runs": lambda ledger: ledger.unfinished_runs(),
    "end": lambda ledger: ledger.pages.end(URL, "r2", "item", looked="2027"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_a_run_asks_costs_no_more_after_many_runs(asked: str) -> None:
    def steps_after(runs: int) -> int:
        """How many steps of SQLite's machine it takes."""
        ledger = Ledger(":memory:")
        ledger.pages.note(URL, "article", "c", "root")
        ledger.captures.add(CAPTURE, "r1", unread=False)
        for n in range(runs):
            date = f"2026-02-01T00:{n // 60:02}:{n % 60:02}Z"
            revisit = replace(CAPTURE, date=date, type="revisit", status=304)
            ledger.captures.add(revisit, f"r{n:04}", unread=False)
            ledger.start_run(f"r{n:04}", "web", date)
            ledger.finish_run(f"r{n:04}", date, 0)
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        ledger._db.set_progress_handler(count, 1)
        ASKED[asked](ledger)
        return steps

    assert steps_after(1000) <= steps_after(10) + 20


def test_latest_is_a_full_one(ledger: Ledger) -> None:
    assert ledger.captures.latest(URL) is None
    ledger.captures.add(CAPTURE, "r1", unread=False)
    later = [
        replace(CAPTURE, date="2026-02-01T00:00:00Z", type="revisit"),
        replace(CAPTURE, date="2026-02-02T00:00:00Z", status=404),
        replace(CAPTURE, date="2026-02-03T00:00:00Z", truncated="length"),
        replace(CAPTURE, url=f"{URL}x", date="2026-02-04T00:00:00Z"),
    ]
    for capture in later:
        ledger.captures.add(capture, "r2", unread=False)
    assert ledger.captures.latest(URL) == (CAPTURE, "r1")
    assert ledger.captures.last_date(URL) == "2026-02-03T00:00:00Z"


def test_validators_are_those_of_the_newest_page_and_of_later_answers_that_it_holds(
    ledger: Ledger,
) -> None:
    def add(date: str, etag: str | None, **more: Any) -> None:
        ledger.captures.add(replace(CAPTURE, date=date, etag=etag, **more), "r", unread=False)

    assert ledger.captures.validators(URL) is None
    add("2026-01-01T00:00:00Z", '"old"')
    assert ledger.captures.validators(URL) == Validators('"old"', None)
    add("2026-01-02T00:00:00Z", '"again"', type="revisit", status=304)
    assert ledger.captures.validators(URL) == Validators('"again"', None)
    add("2026-01-03T00:00:00Z", None, last_modified=None)
    assert ledger.captures.validators(URL) is None, "another page, which has none"
    add("2026-01-04T00:00:00Z", '"404"', status=404)
    add("2026-01-05T00:00:00Z", '"cut"', truncated="length")
    assert ledger.captures.validators(URL) is None


def test_what_is_unread_comes_in_the_order_of_the_records(ledger: Ledger) -> None:
    for n in (3, 1, 2):
        capture = replace(CAPTURE, url=f"u{n}", offset=n * 10)
        ledger.captures.add(capture, "r", unread=n != 2)
    failure = UnreadFailure("r", "u4", "d", "failed", "timeout", None, None)
    ledger.captures.add_failure(Location("a.warc.gz", 15, 5), failure)
    order = [
        found.url if isinstance(found, UnreadFailure) else found.capture.url
        for found in ledger.captures.unread("a.warc.gz")
    ]
    assert order == ["u1", "u4", "u3"]
    assert ledger.captures.has_unread()
    ledger.pages.note("u1", "article", "c", "root")
    ledger.pages.end("u1", "r", "item", looked="2026-01-02T03:04:05Z")
    ledger.captures.mark_read("u3", CAPTURE.date)
    assert ledger.captures.has_unread(), "the failure"
    ledger.captures.forget_failures()
    assert not ledger.captures.has_unread()


def test_a_look_does_not_answer_for_later_captures(ledger: Ledger) -> None:
    ledger.pages.note(URL, "article", "c", "root")
    for day in (1, 2):
        capture = replace(CAPTURE, date=f"2026-01-0{day}T00:00:00Z", offset=day)
        ledger.captures.add(capture, "r", unread=True)
    ledger.pages.end(URL, "r", "item", looked="2026-01-01T00:00:00Z")
    (left,) = ledger.captures.unread("a.warc.gz")
    assert isinstance(left, UnreadCapture)
    assert left.capture.offset == 2


def test_after_the_disk_failed_nothing_more_is_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.put("mirror", "kept")
    ledger.commit()
    ledger.put("ref", "lost")
    with pytest.raises(sqlite3.OperationalError):
        ledger._db.execute("INSERT INTO nothing VALUES (1)")  # stands for a full disk
    with pytest.raises(sqlite3.ProgrammingError):
        ledger.put("ref", "alone")
    again = Ledger(path)
    assert (again.get("mirror"), again.get("ref")) == ("kept", None)
    again.close()


def test_what_was_committed_is_there_after_a_crash_and_the_rest_is_not(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.put("mirror", "kept")
    ledger.commit()
    ledger.put("mirror", "lost")
    copy = tmp_path / "copy.sqlite"
    for suffix in ("", "-wal"):
        (tmp_path / f"copy.sqlite{suffix}").write_bytes(
            path.with_name(path.name + suffix).read_bytes()
        )
    assert Ledger(copy).get("mirror") == "kept"
    ledger.close()
    assert Ledger(path).get("mirror") == "lost"


def test_other_versions_and_other_files_are_refused(tmp_path: Path) -> None:
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(LedgerError, match="version 99"):
        Ledger(newer)
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"no database at all, but long enough to be one" * 50)
    with pytest.raises(LedgerError, match="not a ledger"):
        Ledger(other)
