"""The start page: channels, articles by date, search, the captures of one article."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.export_samples import article, write_run
from tests.hostile_article import HOSTILE_TEXT
from tests.replay_samples import Sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replaying import Replay

MANY = 120


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], Replay]) -> Replay:
    folder = tmp_path_factory.mktemp("out") / "news"
    sample = Sample(folder)
    first = article(
        "n1", "bridges", title="石桥通车", text="头一个过桥的人。", published="2026-11-03"
    )
    sample.response(first.url, b"one")
    sample.wait()
    sample.identical(first.url)
    sample.wait()
    sample.not_modified(first.url)
    sample.close()
    hostile = article("n2", "x", title=HOSTILE_TEXT, text=HOSTILE_TEXT, published=None)
    others = [
        article(
            f"m{n:03}", title=f"第{n}篇", text="同样的话。", published=f"2026-10-{n % 28 + 1:02}"
        )
        for n in range(MANY)
    ]
    write_run(folder, "20261101T000000Z", first, hostile, *others)
    return serve(folder)


def page(replay: Replay, path: str) -> LexborHTMLParser:
    answer = replay.get(path)
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    tree = LexborHTMLParser(answer.text)
    assert not tree.css("script")
    return tree


def titles(tree: LexborHTMLParser) -> list[str]:
    return [link.text() for link in tree.css("a.title")]


def test_lists_articles_by_date_newest_first(replay: Replay) -> None:
    tree = page(replay, "/")
    dates = [head.text() for head in tree.css("h3")]
    assert dates[:2] == ["2026-11-03", "2026-10-28"]
    assert dates == sorted(dates, reverse=True)
    assert titles(tree)[0] == "石桥通车"
    assert "122 articles" in tree.css(".count")[0].text()


def test_article_without_a_date_comes_last(replay: Replay) -> None:
    tree = page(replay, "/?page=3")
    assert tree.css("h3")[-1].text() == "Without a date"
    assert titles(tree)[-1] == HOSTILE_TEXT


def test_every_article_is_on_one_of_the_pages(replay: Replay) -> None:
    seen: list[str] = []
    path = "/"
    for _ in range(3):
        tree = page(replay, path)
        seen += titles(tree)
        following = tree.css('a[rel="next"]')
        path = str(following[0].attributes["href"]) if following else ""
    assert not path
    assert len(seen) == len(set(seen)) == MANY + 2


def test_channel_lists_its_own(replay: Replay) -> None:
    tree = page(replay, "/?channel=bridges")
    assert titles(tree) == ["石桥通车"]
    (current,) = tree.css("nav.channels a[aria-current]")
    assert current.text() == "bridges1"


def test_row_leads_to_page_captures_capture_and_original(replay: Replay) -> None:
    tree = page(replay, "/?channel=bridges")
    sample = article("n1", "bridges")
    (row,) = tree.css("ol.list > li")
    readable, captures, capture, original = (a.attributes["href"] for a in row.css("a"))
    assert readable == f"/news-originals/20261101000000/{sample.original_url}"
    assert row.css("a")[1].text() == "3 captures"
    assert capture == f"/news/20261101000000/{sample.url}"
    assert original == sample.original_url
    assert replay.get(str(readable)).status == 200
    assert replay.get(str(capture)).status == 200
    listed = page(replay, str(captures))
    table = listed.css("table")[1]
    states = [cell.text() for cell in table.css("tbody td")]
    assert states == [
        "2026-01-01 02:00:00 UTC",
        "unchanged",
        "2026-01-01 01:00:00 UTC",
        "200",
        "2026-01-01 00:00:00 UTC",
        "200",
    ]
    for link in table.css("a"):
        assert replay.get(str(link.attributes["href"])).body == b"one"


@pytest.mark.parametrize(
    ("asked", "scope", "expected"),
    [
        ("过桥", "text", ["石桥通车"]),
        ("石桥", "title", ["石桥通车"]),
        ("过桥", "title", []),
        ("没有这个", "text", []),
        ("https://www.example.org/gb/26/11/1/n1.htm", "text", ["石桥通车"]),
        ("github.com/owner/repo/blob/master/pages/bridges/n1.md", "text", ["石桥通车"]),
        ("n1", "url", ["石桥通车"]),
        ("n1", "nonsense", []),
    ],
)
def test_search(replay: Replay, asked: str, scope: str, expected: list[str]) -> None:
    tree = page(replay, f"/?q={quote(asked)}&in={scope}")
    assert titles(tree) == expected
    assert tree.css("input")[0].attributes["value"] == asked


def test_search_shows_and_marks_what_it_found(replay: Replay) -> None:
    (passage,) = page(replay, f"/?q={quote('过桥')}").css(".passage")
    assert passage.text() == "头一个过桥的人。"
    assert [mark.text() for mark in passage.css("mark")] == ["过桥"]


def test_search_goes_on_on_the_next_page(replay: Replay) -> None:
    tree = page(replay, f"/?q={quote('同样')}")
    assert len(titles(tree)) == 50
    following = str(tree.css('a[rel="next"]')[0].attributes["href"])
    assert len(titles(page(replay, following))) == 50
    assert len(titles(page(replay, following.replace("page=2", "page=3")))) == 20


@pytest.mark.parametrize(
    "path",
    [
        "/?page=0",
        "/?page=-1",
        "/?page=999999999999999999999",
        "/?page=x",
        "/?page=%EF%BC%92",
        "/?channel=nothing",
        "/?q=%00",
        "/?q=%FF%FE",
        "/?q=" + "x" * 5000,
        "/?q=%22%20OR%201=1--",
        "/?q=title:x&in=text",
    ],
)
def test_whatever_is_asked_is_answered(replay: Replay, path: str) -> None:
    page(replay, path)


def test_hostile_words_stay_words(replay: Replay) -> None:
    asked = quote(HOSTILE_TEXT, safe="")
    for path in (f"/?q={asked}", f"/?channel={asked}", f"/?q={asked}&in={asked}", "/?page=3"):
        tree = page(replay, path)
        assert not tree.css("img")
        assert not [name for each in tree.css("*") for name in each.attributes if name[:2] == "on"]
    assert HOSTILE_TEXT in titles(page(replay, "/?channel=x"))


def test_unknown_article_is_told(replay: Replay) -> None:
    answer = replay.get("/-/article?url=https://nowhere.example/")
    assert answer.status == 404
    assert "Not in this archive" in answer.text
