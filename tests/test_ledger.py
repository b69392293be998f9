"""The ledger remembers what a run asked for, how it ended, and where the records are."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.ledger import Ledger, LedgerError
from mirror.warc.capture import Capture

if TYPE_CHECKING:
    from pathlib import Path

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


def test_page_is_due_once_in_a_run_and_again_in_the_next(ledger: Ledger) -> None:
    assert ledger.discover(URL, "article", "c", "root", "run1")
    assert not ledger.discover(URL, "article", "c", "other", "run1")
    assert ledger.discover(URL, "article", "c", "root", "run2")


@given(st.lists(st.sampled_from([f"http://h/{n}" for n in range(8)])))
def test_each_url_is_due_once_whatever_the_order(urls: list[str]) -> None:
    ledger = Ledger(":memory:")
    due = [url for url in urls if ledger.discover(url, "article", "", "", "run")]
    assert due == list(dict.fromkeys(urls))


def test_since_is_the_run_in_which_an_outcome_began(ledger: Ledger) -> None:
    for run, outcome in (
        ("r1", "dangling"),
        ("r2", "dangling"),
        ("r3", "item"),
        ("r4", "dangling"),
    ):
        ledger.discover(URL, "article", "c", "root", run)
        ledger.end_page(URL, run, outcome, reason="x", status=404)  # type: ignore[arg-type]
        since = [page.since for page in ledger.unfinished_pages(run)]
        assert since == {"r1": ["r1"], "r2": ["r1"], "r3": [], "r4": ["r4"]}[run]


def test_page_that_was_due_and_not_reached_is_unfinished(ledger: Ledger) -> None:
    ledger.discover(URL, "article", "c", "root", "r1")
    ledger.end_page(URL, "r1", "item")
    ledger.discover(URL, "article", "c", "root", "r2")
    (page,) = ledger.unfinished_pages("r2")
    assert (page.url, page.outcome) == (URL, None)
    assert ledger.count_pages("r2") == {("article", None): 1}
    assert not list(ledger.unfinished_pages("r1")), "it is due in r2 now"


def test_latest_response_is_a_full_one(ledger: Ledger) -> None:
    assert ledger.latest_response(URL) is None
    ledger.add_capture(CAPTURE, "r1")
    later = [
        replace(CAPTURE, date="2026-02-01T00:00:00Z", type="revisit"),
        replace(CAPTURE, date="2026-02-02T00:00:00Z", status=404),
        replace(CAPTURE, date="2026-02-03T00:00:00Z", truncated="length"),
        replace(CAPTURE, url=f"{URL}x", date="2026-02-04T00:00:00Z"),
    ]
    for capture in later:
        ledger.add_capture(capture, "r2")
    assert ledger.latest_response(URL) == CAPTURE
    assert ledger.last_date(URL) == "2026-02-03T00:00:00Z"


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
