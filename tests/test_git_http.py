"""Repositories had over real HTTP: asked once, recorded, followed where that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests.crawling import Finished, crawl
from tests.git_repositories import Repository, git
from tests.git_server import GitServer
from tests.grown_mirror import GrownMirror
from tests.test_git_crawl import records
from tests.whole import check_whole

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"ncid9001": 5}
DISCOVERY = "/info/refs?service=git-upload-pack"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "forge" / "owner" / "news.git")
    made.commit(GrownMirror(SIZES).files())
    return made


def read(tmp_path: Path, url: str, **arguments: str) -> Finished:
    return crawl(tmp_path / "output", spider="git", mirror=url, **arguments)


def test_a_repository_over_http(repository: Repository, tmp_path: Path) -> None:
    with GitServer(tmp_path / "forge") as server:
        url = f"{server.url}/owner/news.git"
        first = read(tmp_path, url)
        assert first.status == 0, first.output
        assert len(first.items) == SIZES["ncid9001"]
        assert {i["mirror"] for i in first.items} == {"127.0.0.1.invalid/owner/news"}
        (answer,) = [
            stored.record
            for path in first.warcs
            for stored in warc.read_records(path)
            if stored.record.type == "response"
        ]
        assert answer.target_uri == url + DISCOVERY
        assert repository.commits[-1].encode() in answer.block
        check_whole(first)
        server.asked.clear()
        second = read(tmp_path, url)
        assert second.status == 0
        assert server.asked == ["/owner/news.git" + DISCOVERY], "one question, one answer"
        repository.commit(GrownMirror({"ncid9001": 6}).files())
        third = read(tmp_path, url)
        assert third.status == 0
        assert third.summary["articles"]["new"] == 1
        check_whole(third)


def test_a_plain_web_server_with_the_files(repository: Repository, tmp_path: Path) -> None:
    git(repository.folder, "update-server-info")
    with GitServer(tmp_path / "forge", dumb=True) as server:
        finished = read(tmp_path, f"{server.url}/owner/news.git")
    assert finished.status == 0, finished.output
    assert len(finished.items) == SIZES["ncid9001"]


def test_moved_on_the_same_host(repository: Repository, tmp_path: Path) -> None:
    with GitServer(tmp_path / "forge") as server:
        server.redirects["/before/news.git"] = "/owner/news.git"
        finished = read(tmp_path, f"{server.url}/before/news.git")
        assert finished.status == 5, finished.output
        assert finished.summary["moved_to"] == f"{server.url}/owner/news.git"
        assert len(finished.items) == SIZES["ncid9001"], "and is archived all the same"


def test_moved_to_another_host_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    with GitServer(tmp_path / "forge") as there, GitServer(tmp_path / "forge") as server:
        server.redirects["/owner"] = f"{there.url}/owner"
        finished = read(tmp_path, f"{server.url}/owner/news.git")
        assert finished.status == 5, finished.output
        assert finished.summary["moved_to"] == f"{there.url}/owner/news.git"
        assert there.asked == []
        assert records(finished) == []


@pytest.mark.parametrize(
    "target", ["file:///etc/", "http://10.0.0.1/x", "/owner/news.git/info/refs"]
)
def test_redirects_to_anything(target: str, repository: Repository, tmp_path: Path) -> None:
    with GitServer(tmp_path / "forge") as server:
        server.redirects["/owner/news.git/info/refs"] = target
        finished = read(tmp_path, f"{server.url}/owner/news.git")
        assert finished.status in (4, 5), finished.output
        assert records(finished) == []
        assert len(server.asked) <= 6


@pytest.mark.parametrize("status", [401, 500])
def test_a_server_that_refuses(status: int, repository: Repository, tmp_path: Path) -> None:
    with GitServer(tmp_path / "forge") as server:
        url = f"{server.url}/owner/news.git"
        assert read(tmp_path, url).status == 0
        server.refuse = status
        finished = read(tmp_path, url)
        assert finished.status == 4, finished.output
        assert f"status {status}" in finished.summary["unreachable"]
        assert "password" not in finished.output.lower()


def test_refs_told_and_pack_refused(repository: Repository, tmp_path: Path) -> None:
    """The server fails while it is fetched from: told, and made good by the next run."""
    with GitServer(tmp_path / "forge") as server:
        url = f"{server.url}/owner/news.git"
        server.redirects["/owner/news.git/git-upload-pack"] = "http://10.0.0.1/git-upload-pack"
        finished = read(tmp_path, url)
        assert finished.status == 4, finished.output
        server.redirects.clear()
        again = read(tmp_path, url)
        assert again.status == 0
        assert len(again.items) == SIZES["ncid9001"]
        check_whole(again)


def test_nobody_listens(tmp_path: Path) -> None:
    finished = read(tmp_path, "http://127.0.0.1:9/owner/news.git")
    assert finished.status == 4, finished.output
    assert "connection refused" in finished.summary["unreachable"]
