"""Who has only the publisher's link finds the article, and goes on from there."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from mirror.render.policy import SERVED_POLICY
from tests.crawling import scrapy
from tests.export_samples import article, write_run
from tests.hostile_article import HOSTILE_HTML
from tests.replay_samples import Sample, two_articles
from tests.test_render import FORBIDDEN
from tests.test_replay.test_captures import stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replaying import Replay

ONE = "https://www.example.org/gb/26/11/1/n1.htm"
PICTURE = b"\x89PNG\r\n\x1a\n of our own"


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], Replay]) -> Replay:
    folder = tmp_path_factory.mktemp("out") / "news"
    two_articles(folder)
    sample = Sample(folder)
    sample.response("https://i.example.org/1.jpg", PICTURE)
    sample.close()
    hostile = article("n666", html=HOSTILE_HTML, original_url="https://www.example.org/n666.htm")
    bare = article("n3", original_url="")
    write_run(folder, "20261102T000000Z", hostile, bare, article("n7", title="不给看的"))
    (folder / "exclude.txt").write_text("n7\n", "utf-8")
    return serve(folder)


@pytest.mark.parametrize(
    "url",
    [ONE, "http://www.example.org/gb/26/11/1/n1.htm", "example.org/gb/26/11/1/n1.htm"],
)
@pytest.mark.parametrize("stamp", ["20261101000000", "2026", "19990101000000", ""])
def test_original_address_gives_the_article(replay: Replay, url: str, stamp: str) -> None:
    path = f"/news-originals/{stamp}/{url}" if stamp else f"/news-originals/{url}"
    answer = replay.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "石桥通车。</h1>" in answer.text
    assert stamp_of(answer) == "20261101000000"


def test_link_leads_to_the_other_article_within_the_archive(replay: Replay) -> None:
    page = LexborHTMLParser(replay.original("20261101000000", ONE).text)
    (link,) = [a for a in page.css(".body a") if a.text() == "另一篇"]
    path = str(link.attributes["href"]).replace(replay.url.rstrip("/"), "")
    assert path.startswith("/news-originals/20261101000000/")
    assert "渡船停了。</h1>" in replay.get(path).text


def test_banner_leads_to_the_capture_byte_for_byte(replay: Replay) -> None:
    page = LexborHTMLParser(replay.original("20261101000000", ONE).text)
    link = page.css(".about a")[0]
    path = str(link.attributes["href"]).replace(replay.url.rstrip("/"), "")
    answer = replay.get(path)
    assert answer.body == "### 石桥通车。".encode()


def test_captures_stay_pure(replay: Replay) -> None:
    assert replay.capture("2026", ONE).status == 404
    listed = replay.get("/news/cdx?url=example.org&matchType=domain&output=json").text
    assert "readable" not in listed


def test_picture_in_the_archive_is_shown(replay: Replay) -> None:
    page = LexborHTMLParser(replay.original("20261101000000", ONE).text)
    (image,) = page.css("figure img")
    path = str(image.attributes["src"]).replace(replay.url.rstrip("/"), "")
    assert replay.get(path, {"Sec-Fetch-Dest": "image"}).body == PICTURE


def test_picture_that_is_not_there_has_a_stand_in(replay: Replay) -> None:
    path = "/news-originals/20261101000000im_/https://i.example.org/none.jpg"
    answer = replay.get(
        path, {"Sec-Fetch-Dest": "image", "Referer": f"{replay.url}news-originals/"}
    )
    assert answer.status == 404
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.body
    assert b"<script" not in answer.body


def test_article_without_original_is_found_where_readers_saw_it(replay: Replay) -> None:
    answer = replay.original("2026", article("n3").page_url)
    assert "标题 n3</h1>" in answer.text


def test_excluded_article_is_neither_readable_nor_replayed(replay: Replay) -> None:
    hidden = article("n7")
    for answer in (
        replay.original("2026", hidden.original_url),
        replay.capture("2026", hidden.url),
        replay.original("2026", hidden.url),
        replay.get(f"/news/timemap/link/{hidden.url}"),
        replay.get(f"/-/article?url={hidden.url}"),
    ):
        assert "不给看的" not in answer.text
        assert answer.status == 404
    assert "不给看的" not in replay.get("/").text
    assert "不给看的" not in replay.get("/?q=n7").text


def test_excluded_capture_is_hidden_from_every_index(
    tmp_path: Path, serve: Callable[[Path], Replay]
) -> None:
    folder = tmp_path / "hidden"
    two_articles(folder)
    one, two = article("n1"), article("n2")
    before = serve(folder)
    assert before.capture("2026", one.url).status == 200
    (folder / "exclude.txt").write_text(f"{one.page_url}\n", "utf-8")
    replay = serve(folder)
    assert replay.capture("2026", one.url).status == 404
    assert replay.capture("2026", two.url).status == 200
    query = "url=raw.githubusercontent.com&matchType=domain&output=json"
    for name in ("hidden", "hidden-originals"):
        lines = replay.get(f"/{name}/cdx?{query}").text.splitlines()
        assert [json.loads(line)["url"] for line in lines] == [two.url]
    assert replay.original("2026", one.original_url).status == 404


@pytest.mark.parametrize("modifier", ["", "id_", "mp_", "if_"])
def test_policy_allows_nothing_but_pictures_and_our_style(replay: Replay, modifier: str) -> None:
    answer = replay.original("2026", "https://www.example.org/n666.htm", modifier)
    assert answer.headers["content-security-policy"] == SERVED_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_hostile_article_is_inert_after_the_rewriting(replay: Replay) -> None:
    answer = replay.original("2026", "https://www.example.org/n666.htm")
    page = LexborHTMLParser(answer.text)
    for forbidden in FORBIDDEN.split():
        assert not page.css(forbidden), forbidden
    for element in page.css("*"):
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            assert not re.match(r"(?i)\s*(javascript|data|vbscript):", unescape(value or ""))
    assert "正文的第一段。" in answer.text
    assert "正文的最后一段。" in answer.text


def test_run_that_comes_later_is_seen_without_a_restart(
    tmp_path: Path, serve: Callable[[Path], Replay]
) -> None:
    folder = tmp_path / "growing"
    two_articles(folder)
    replay = serve(folder)
    later = article("n9", run="20261109T000000Z", title="后来的")
    write_run(folder, "20261109T000000Z", later)
    assert scrapy("derive", "growing", "-s", f"OUTPUT_DIR={tmp_path}").returncode == 0
    assert "后来的" in replay.get("/").text
    assert "后来的" in replay.original("2026", later.original_url).text
