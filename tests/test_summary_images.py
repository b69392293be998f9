"""How pictures that were not had stand in a run's account, and when they alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mirror.extensions.findings import Findings
from mirror.extensions.summary import build_summary, facts_of
from mirror.ledger import Ledger

if TYPE_CHECKING:
    from mirror.ledger import Outcome

FIRST, SECOND = "20260101T000000Z", "20260102T000000Z"
URL = "https://i.example.org/a.png"


def looked_at(ledger: Ledger, run: str, outcome: Outcome | None, reason: str) -> None:
    """A run that had to look at one picture."""
    ledger.pages.put_down()
    ledger.pages.note(URL, "image", "c", "article")
    ledger.pages.due(URL)
    if outcome is not None:
        ledger.pages.end(URL, run, outcome, reason=reason, looked="2026-01-01T00:00:00Z")


def failures(ledger: Ledger, run: str) -> int:
    return facts_of(ledger, run, Findings(), unwritable=False, errors=0, cut_short=False).failures


@pytest.mark.parametrize(
    ("outcome", "reason", "first", "again"),
    [
        ("image", "", 0, 0),
        ("dangling", "status 404", 1, 0),
        ("unknown", "not an image: SVG", 1, 0),
        ("failed", "robots.txt", 1, 0),
        ("failed", "private address", 1, 0),
        ("failed", "too large", 1, 0),
        ("failed", "redirects to 'http://192.0.2.1/'", 1, 0),
        ("failed", "robots.txt unreachable: status 503", 1, 1),
        ("failed", "status 503", 1, 1),
        ("failed", "host given up", 1, 1),
        (None, "", 1, 1),
    ],
)
def test_what_may_be_cured_alarms_each_time_and_the_rest_once(
    outcome: Outcome | None, reason: str, first: int, again: int
) -> None:
    ledger = Ledger(":memory:")
    looked_at(ledger, FIRST, outcome, reason)
    assert failures(ledger, FIRST) == first
    looked_at(ledger, SECOND, outcome, reason)
    assert failures(ledger, SECOND) == again


def test_pictures_that_are_none_say_nothing_of_the_layout() -> None:
    ledger = Ledger(":memory:")
    for n in range(50):
        ledger.pages.note(f"{URL}{n}", "image", "c", "article")
        ledger.pages.due(f"{URL}{n}")
        ledger.pages.end(f"{URL}{n}", FIRST, "unknown", reason="not an image: SVG", looked="x")
    facts = facts_of(ledger, FIRST, Findings(), unwritable=False, errors=0, cut_short=False)
    assert (facts.unknown, facts.understood) == (0, 0)


def test_pictures_are_listed_apart_from_pages() -> None:
    ledger = Ledger(":memory:")
    looked_at(ledger, FIRST, "failed", "timeout")
    ledger.pages.note("page", "article", "c", "index")
    ledger.pages.due("page")
    summary: dict[str, Any] = build_summary(
        ledger, FIRST, Findings(), head={}, stats={}, warcs=[], exit_status=3
    )
    assert [entry["url"] for entry in summary["not_reached"]] == ["page"]
    assert summary["failed"] == []
    assert summary["pages"] == {"article": {"not_reached": 1}}
    (listed,) = summary["images"]["failed"]
    assert listed == {"url": URL, "reason": "timeout", "found_on": "article", "new": True}
