"""What an answer says about a page, and what an index names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.address import Address, parse_mirror
from mirror.frontier import note_links, redirect_target, says_something
from mirror.frontier.answers import MAX_REDIRECTS
from mirror.ledger import Ledger
from tests.epoch_pages import read_index
from tests.grown_mirror import GrownMirror
from tests.test_ledger import CAPTURE

if TYPE_CHECKING:
    from mirror.layouts import IndexPage

MIRROR = parse_mirror("http://127.0.0.1:8099/")
DATE = "2026-11-25T04:24:22Z"


@pytest.mark.parametrize(
    ("status", "says"),
    [(200, True), (301, True), (308, True), (404, True), (410, True)]
    + [(status, False) for status in (204, 206, 304, 403, 429, 500, 503, None)],
)
def test_an_answer_that_another_attempt_may_follow_says_nothing(
    status: int | None, says: bool
) -> None:
    assert says_something(replace(CAPTURE, status=status)) is says
    assert not says_something(replace(CAPTURE, status=status, truncated="length"))
    assert says_something(replace(CAPTURE, status=304, type="revisit"))
    assert says_something(replace(CAPTURE, status=None, type="resource"))


def page(path: str) -> Address:
    return MIRROR.at(path)


def redirected(pages: Ledger, path: str, to: str) -> None:
    pages.pages.note(page(to).url, "article", "c", page(path).url)
    pages.pages.end(page(path).url, "r", "redirect", looked=DATE)


def test_a_redirect_leads_to_another_page_of_the_mirror_only() -> None:
    ledger = Ledger(":memory:")
    found = redirect_target(page("pages/c/a.md"), b"/pages/c/b.md", ledger.pages)
    assert found == page("pages/c/b.md")
    for location in (b"", b"http://192.0.2.1/x", b"//[", b"file:///etc/passwd"):
        told = redirect_target(page("pages/c/a.md"), location, ledger.pages)
        assert isinstance(told, str)
        assert told.startswith("redirects to ")


def test_redirects_in_a_circle_and_too_many_are_told() -> None:
    ledger = Ledger(":memory:")
    ledger.pages.note(page("p0.md").url, "article", "c", page("README.md").url)
    for n in range(MAX_REDIRECTS):
        redirected(ledger, f"p{n}.md", f"p{n + 1}.md")
    last = page(f"p{MAX_REDIRECTS}.md")
    assert redirect_target(last, b"/p0.md", ledger.pages) == "redirects in a circle"
    assert redirect_target(last, b"/new.md", ledger.pages) == "too many redirects"
    assert redirect_target(page("p1.md"), b"/p1.md", ledger.pages) == "redirects in a circle"


@given(location=st.binary(max_size=80))
def test_any_location_is_a_page_or_a_reason(location: bytes) -> None:
    found = redirect_target(page("a.md"), location, Ledger(":memory:").pages)
    assert isinstance(found, str) or found.mirror == MIRROR


def index_of(mirror: GrownMirror, path: str) -> IndexPage:
    return read_index(mirror.files()[path], path)


def test_older_pages_are_those_before_the_newest() -> None:
    mirror = GrownMirror({"ncid9001": 30 * 12 + 5})
    head = index_of(mirror, "indexes/ncid9001/README.md")
    assert [each.path for each in head.indexes] == [
        f"indexes/ncid9001/{n}.md" for n in range(13, 5, -1)
    ]
    assert head.older == head.indexes[1:], "13 is the newest"
    tenth = index_of(mirror, "indexes/ncid9001/10.md")
    assert {each.path for each in tenth.older} == {f"indexes/ncid9001/{n}.md" for n in range(3, 10)}
    root = index_of(mirror, "README.md")
    assert root.older == ()


def test_what_an_index_names_is_remembered() -> None:
    mirror = GrownMirror({"ncid9001": 65})
    ledger = Ledger(":memory:")
    path = "indexes/ncid9001/README.md"
    index = index_of(mirror, path)
    address = index.articles[0].mirror.at(path)
    note_links(index, address, DATE, ledger.pages)
    article = ledger.pages.find(index.articles[0].url)
    assert article is not None
    assert (article.kind, article.channel, article.found_on) == (
        "article",
        "ncid9001",
        address.url,
    )
    newest, older = (ledger.pages.find(each.url) for each in index.indexes[:2])
    assert newest is not None
    assert older is not None
    assert (newest.older, older.older) == (None, DATE)
