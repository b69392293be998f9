"""When a page that was looked at before is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.frontier import DEFAULT_AGE, Policy
from mirror.ledger import KnownPage, Ledger

if TYPE_CHECKING:
    from mirror.frontier import Refetch
    from mirror.ledger import Outcome, PageKind

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def warc_date(days_ago: float) -> str:
    return (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_id(days_ago: float) -> str:
    return (NOW - timedelta(days=days_ago)).strftime("%Y%m%dT%H%M%SZ")


def page(
    kind: PageKind = "article", outcome: Outcome | None = "item", looked: float = 1, **more: Any
) -> KnownPage:
    """A page that was last looked at `looked` days ago."""
    fields = {"channel": "c", "found_on": "r", "older": None, "reason": "", "since": run_id(looked)}
    return KnownPage("u", kind, looked=warc_date(looked), outcome=outcome, **(fields | more))


def policy(refetch: Refetch = "never", age: float | None = None) -> Policy:
    return Policy(NOW, refetch, None if age is None else timedelta(days=age))


def test_a_page_that_nobody_looked_at_is_wanted() -> None:
    assert policy().wants(page(outcome=None))


def test_an_article_that_was_captured_is_left_alone() -> None:
    assert not policy().wants(page(looked=4000), named_anew=True)
    assert not policy(age=1).wants(page(looked=4000)), "age is for what may change"


@pytest.mark.parametrize("refetch", ["changed", "all"])
def test_an_article_is_looked_at_again_when_that_is_asked_for(refetch: Refetch) -> None:
    assert policy(refetch).wants(page(looked=0))
    assert not policy(refetch, age=7).wants(page(looked=6))
    assert policy(refetch, age=7).wants(page(looked=7))


def test_a_head_is_where_news_are_looked_for() -> None:
    assert policy().wants(page("index", "index", looked=0), head=True)
    assert policy().wants(page("root", "unknown", looked=0), head=True)


def test_an_index_page_is_looked_at_when_what_names_it_has_changed() -> None:
    newest = page("index", "index")
    assert policy().wants(newest, named_anew=True)
    assert not policy().wants(newest)


def test_an_older_index_page_is_settled_once_it_was_looked_at_as_such() -> None:
    settled = page("index", "index", looked=1, older=warc_date(2))
    assert not policy().wants(settled, named_anew=True)
    unsettled = page("index", "index", looked=2, older=warc_date(1))
    assert policy().wants(unsettled), "it may have changed while it was the newest"


def test_settled_pages_are_walked_in_full_now_and_then() -> None:
    days = DEFAULT_AGE.days
    assert policy().wants(page("index", "index", looked=days, older=warc_date(days + 1)))
    assert not policy().wants(page("index", "index", looked=days - 1, older=warc_date(days)))
    assert policy(age=2).wants(page("index", "index", looked=2, older=warc_date(3)))


@pytest.mark.parametrize("reason", ["timeout", "status 503", "connection refused", "robots.txt"])
def test_what_may_be_cured_is_tried_in_every_run(reason: str) -> None:
    assert policy().wants(page(outcome="failed", looked=0, reason=reason))


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("dangling", "status 404"), ("failed", "too large"), ("failed", "redirects to 'x'")],
)
def test_what_is_gone_is_left_alone_for_as_long_as_it_has_been_gone(
    outcome: Outcome, reason: str
) -> None:
    def gone(since: float, looked: float) -> KnownPage:
        return page(outcome=outcome, looked=looked, since=run_id(since), reason=reason)

    assert not policy().wants(gone(since=0.5, looked=0.5)), "a day at least"
    assert policy().wants(gone(since=1, looked=1))
    assert not policy().wants(gone(since=9, looked=3)), "it had been gone for six days"
    assert policy().wants(gone(since=9, looked=6))
    assert policy().wants(gone(since=900, looked=DEFAULT_AGE.days)), "a month at most"
    assert policy().wants(gone(since=9, looked=0), named_anew=True), "a changed index names it"


kinds = st.sampled_from(["root", "index", "article", "other"])
outcomes = st.sampled_from([None, "item", "index", "redirect", "dangling", "failed", "unknown"])
days = st.floats(0, 400)


@given(
    kind=kinds,
    outcome=outcomes,
    looked=days,
    older=st.none() | days,
    since=days,
    refetch=st.sampled_from(["never", "changed", "all"]),
    age=st.none() | days,
)
def test_every_page_that_is_wanted_is_among_the_ledgers_candidates(
    kind: PageKind,
    outcome: Outcome | None,
    looked: float,
    older: float | None,
    since: float,
    refetch: Refetch,
    age: float | None,
) -> None:
    known = policy(refetch, age)
    ledger = Ledger(":memory:")
    ledger.pages.note("u", kind, "c", "r", None if older is None else warc_date(older))
    if outcome is not None:
        ledger.pages.end("u", run_id(since), outcome, looked=warc_date(looked))
    found = ledger.pages.find("u")
    assert found is not None
    if known.wants(found):
        dates = known.looked_before, known.article_looked_before
        assert [each.url for each in ledger.pages.candidates([], *dates)] == ["u"]
