"""Real mirrors, crawled twice and replayed: every byte, and every original's address."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.crawling import crawl
from tests.test_replay.test_captures import stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MirrorServer, ServeMirror
    from tests.replaying import Replay

ARTICLES, CAPTURES, ORIGINALS, LINKS = "500", 300, 100, 5
PROVEN_ORIGINALS, PROVEN_LINKS = 1_000, 200
CHANNEL = "ncid280"
ORIGINAL = re.compile(r"原文链接[^：]*：\s*(\S+)\s*\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """A capture, as the collection's index names it."""

    url: str
    stamp: str
    status: str
    mime: str


def lines(folder: Path) -> list[Line]:
    found = []
    for path in (folder / "indexes").glob("*.cdxj"):
        for line in path.read_text("utf-8").splitlines():
            _, stamp, entry = line.split(" ", 2)
            fields = json.loads(entry)
            url, status, mime = fields["url"], fields.get("status", ""), fields["mime"]
            if url.startswith("http"):
                found.append(Line(url, stamp, status, mime))
    return found


def check_captures(replay: Replay, server: MirrorServer, some: list[Line]) -> Counter[str]:
    """Each capture of a page is the file that the server has; gives how many of each kind."""
    kinds: Counter[str] = Counter()
    for line in some:
        answer = replay.capture(line.stamp, line.url)
        assert stamp_of(answer) == line.stamp, line
        path = server.root / line.url.removeprefix(server.url)
        if path.is_file():
            assert answer.status == 200, line
            assert answer.body == path.read_bytes(), line
            kinds[line.mime if line.mime == "warc/revisit" else "200"] += 1
        else:
            assert answer.status == int(line.status) == 404, line
            kinds["404"] += 1
    return kinds


def letters(text: str) -> str:
    """What is left of a text when spaces, marks and what cannot be seen are taken out."""
    return "".join(each for each in text if each.isalnum())


def originals(server: MirrorServer, folder: Path) -> dict[str, str]:
    """Title by original address of what was captured, read from the files by nothing of ours."""
    found = {}
    for url in sorted({line.url for line in lines(folder) if "/pages/" in line.url}):
        path = server.root / url.removeprefix(server.url)
        text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
        match = ORIGINAL.search(text)
        if match and text.startswith("### "):
            found[match[1]] = text.partition("\n")[0].removeprefix("### ")
    return found


def check_originals(replay: Replay, titles: dict[str, str], some: list[str]) -> None:
    """Each address answers with the article of that title."""
    for url in some:
        answer = replay.original("2026", url)
        assert answer.status == 200, url
        page = LexborHTMLParser(answer.text)
        assert letters(page.css("h1")[0].text()) == letters(titles[url]), url


def check_links(replay: Replay, titles: dict[str, str], among: list[str], most: int) -> None:
    """Links lead from article to article; as many are followed, or all that there are."""
    followed = 0
    for url in among:
        page = LexborHTMLParser(replay.original("2026", url).text)
        for link in page.css(".body a"):
            path = str(link.attributes.get("href", "")).removeprefix(replay.url.rstrip("/"))
            target = re.sub(r"^/[^/]+/\d+/", "", path)
            if target in titles and target != url:
                other = LexborHTMLParser(replay.get(path).text)
                assert letters(other.css("h1")[0].text()) == letters(titles[target])
                followed += 1
        if followed >= most:
            return
    assert followed, "there are links between articles"


@pytest.fixture(scope="module")
def crawled(
    serve_mirror: ServeMirror, tmp_path_factory: pytest.TempPathFactory
) -> tuple[MirrorServer, Path]:
    """The newest of one channel, crawled twice: the second time nothing has changed."""
    server = serve_mirror("epoch-news")
    output = tmp_path_factory.mktemp("out")
    for _ in range(2):
        finished = crawl(output, mirror=server.url, channels=CHANNEL, limit=ARTICLES)
        assert finished.status == 0, finished.output
    return server, finished.folder


@pytest.fixture(scope="module")
def replay(crawled: tuple[MirrorServer, Path], serve: Callable[[Path], Replay]) -> Replay:
    return serve(crawled[1])


@pytest.mark.corpus
def test_captures_are_replayed_byte_for_byte(
    crawled: tuple[MirrorServer, Path], replay: Replay
) -> None:
    server, folder = crawled
    some = random.Random(1).sample(lines(folder), CAPTURES)
    kinds = check_captures(replay, server, some)
    assert kinds["200"] > CAPTURES // 4
    if any(line.mime == "warc/revisit" for line in lines(folder)):
        assert kinds["warc/revisit"] > 0


@pytest.mark.corpus
def test_originals_answer_with_the_right_article(
    crawled: tuple[MirrorServer, Path], replay: Replay
) -> None:
    titles = originals(*crawled)
    shuffled = random.Random(2).sample(sorted(titles), len(titles))
    check_originals(replay, titles, shuffled[:ORIGINALS])
    check_links(replay, titles, shuffled, LINKS)


@pytest.mark.prove
@pytest.mark.corpus
def test_whole_mirror_is_replayed(
    serve_mirror: ServeMirror, tmp_path: Path, serve: Callable[[Path], Replay]
) -> None:
    server = serve_mirror("epoch-news")
    for _ in range(2):
        finished = crawl(tmp_path, mirror=server.url)
    replay = serve(finished.folder)
    kinds = check_captures(replay, server, lines(finished.folder))
    assert kinds["200"] > 23_000
    titles = originals(server, finished.folder)
    shuffled = random.Random(4).sample(sorted(titles), len(titles))
    check_originals(replay, titles, shuffled[:PROVEN_ORIGINALS])
    check_links(replay, titles, shuffled, PROVEN_LINKS)
