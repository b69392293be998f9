"""One collection, two transports: what came by Git and what came over HTTP is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mirror.demo import DemoServer
from tests.crawling import Finished, crawl
from tests.git_repositories import Repository
from tests.grown_mirror import GrownMirror
from tests.test_git_crawl import exported, records
from tests.whole import check_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZES = {"ncid9001": 45, "ncid9002": 12}
LATER = {"ncid9001": 47, "ncid9002": 12}


class Both:
    """A mirror that is on the web and in a repository, in the same state."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site"
        self.output = folder / "output"
        self.repository = Repository(folder / "mirror.git")
        self.move(SIZES)
        self.server = DemoServer(site=self.site)
        self.server.__enter__()
        self.url = self.server.url
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def move(self, sizes: dict[str, int], stamp: str = "03051200") -> None:
        mirror = GrownMirror(sizes, stamp)
        mirror.write(self.site)
        self.repository.commit(mirror.files())

    def serve_anew(self) -> None:
        """The server reads its tree once."""
        self.server.__exit__(None, None, None)
        self.server = DemoServer(self.port, self.site)
        self.server.__enter__()

    def web(self, **arguments: str) -> Finished:
        return crawl(self.output, mirror=self.url, **arguments)

    def git(self, **arguments: str) -> Finished:
        folder = str(self.repository.folder)
        return crawl(self.output, spider="git", mirror=folder, address=self.url, **arguments)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.server.__exit__(None, None, None)


def without_origin(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        item["url"]: {key: value for key, value in item.items() if key not in ("capture", "git")}
        for item in items
    }


def test_the_same_page_gives_the_same_article(both: Both) -> None:
    web = both.web(collection="web")
    git = both.git(collection="git")
    assert (web.status, git.status) == (0, 0), web.output + git.output
    assert without_origin(git.items) == without_origin(web.items)
    assert len(git.items) == sum(SIZES.values())


def test_first_git_then_http(both: Both) -> None:
    """The web adds what it alone knows, and no article is had, stored or written twice."""
    first = both.git()
    assert first.status == 0, first.output
    lines = len(first.items)
    second = both.web()
    assert second.status == 0, second.output
    assert second.summary["articles"] == {"new": 0, "changed": 0, "unchanged": 0}
    assert "response" not in second.summary["records"] or all(
        "robots.txt" in (record.target_uri or "") for record in records(second, "response")
    ), "what is in the archive was stored again"
    assert len(second.items) == lines
    check_whole(second)
    both.move(LATER)
    both.serve_anew()
    third = both.web()
    assert third.status == 0, third.output
    assert third.summary["articles"] == {"new": 2, "changed": 0, "unchanged": 0}
    fourth = both.git()
    assert fourth.status == 0, fourth.output
    assert fourth.summary["articles"]["new"] == 0
    assert set(fourth.summary["records"]) == {"revisit"}, "its bytes came over HTTP before"
    check_whole(fourth)
    rows = exported(fourth)
    assert len(rows) == len({row["url"] for row in rows}) == sum(LATER.values())


def test_first_http_then_git(both: Both) -> None:
    first = both.web()
    assert first.status == 0, first.output
    second = both.git(history="all")
    assert second.status == 0, second.output
    assert set(second.summary["records"]) == {"revisit"}
    assert second.summary["articles"]["new"] == 0
    assert second.summary["articles"]["changed"] == 0
    check_whole(second)
    both.move(LATER)
    third = both.git(history="all")
    assert third.status == 0, third.output
    assert third.summary["articles"]["new"] == 2
    both.serve_anew()
    fourth = both.web()
    assert fourth.status == 0, fourth.output
    assert fourth.summary["articles"]["new"] == 0
    check_whole(fourth)
