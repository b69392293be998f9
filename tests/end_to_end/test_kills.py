"""A crawl that is killed at any moment loses nothing, doubles nothing, and goes on where it was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mirror.demo import DemoServer
from tests.crawling import PROJECT, SCRAPY, Finished, crawl, crawl_arguments
from tests.git_repositories import Repository, versions
from tests.grown_mirror import GrownMirror
from tests.ledgers import rows_of
from tests.test_git_crawl import states
from tests.whole import check_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLES = {"ncid9001": 1000, "ncid9002": 430}
"""With their index pages some 1,500 pages."""
FEWER = {"ncid9001": 400, "ncid9002": 170}
"""For a sample of kills, which has to be over soon: each crawl is there to be ended."""
MOST_RUNS = 60
"""Runs of one crawl; each goes on where the last was killed, so it never takes as many."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is crawled."""

    spider: str
    arguments: dict[str, str]

    def crawl(self, output: Path) -> Finished:
        return crawl(output, spider=self.spider, **self.arguments)

    def killed_crawl(self, output: Path, moment: float) -> int | None:
        """Begin a crawl and kill it after `moment` seconds; its exit status if it ended before."""
        arguments = {**self.arguments, "collection": "test"}
        options = ("-s", "CHECKPOINT_SECONDS=0.3")
        process = subprocess.Popen(
            [*SCRAPY, *crawl_arguments(output, arguments, *options, spider=self.spider)],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(moment)
        except subprocess.TimeoutExpired:
            # The extractors' processes too: nothing that could tidy up survives a power cut. What
            # git has under way goes with the pipes that it writes to.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None


def events_in(finished: Finished) -> Counter[tuple[str, str]]:
    return Counter((item["url"], item["text_digest"]) for item in finished.items)


def check_as_undisturbed(found: Finished, undisturbed: Finished) -> None:
    """The same articles with the same digests, each once, and every witness agrees."""
    assert events_in(found) == events_in(undisturbed)
    check_whole(found)


@pytest.mark.prove
@pytest.mark.parametrize("half", range(2))
def test_three_hundred_kills(half: int, tmp_path: Path) -> None:
    """In two halves, for two processors."""
    kill_web(tmp_path, ARTICLES, 150)


def test_kills_at_random_moments(tmp_path: Path) -> None:
    kill_web(tmp_path, FEWER, 15)


@pytest.mark.prove
@pytest.mark.parametrize("half", range(2))
def test_three_hundred_kills_with_git(half: int, tmp_path: Path) -> None:
    kill_git(tmp_path, ARTICLES, 150)


def test_kills_at_random_moments_with_git(tmp_path: Path) -> None:
    kill_git(tmp_path, FEWER, 15)


def kill_web(tmp_path: Path, articles: dict[str, int], kills: int) -> None:
    mirror = GrownMirror(articles)
    mirror.write(tmp_path / "site")
    with DemoServer(site=tmp_path / "site") as server:
        for finished in kill_at_random(tmp_path, kills, Source("web", {"mirror": server.url})):
            captured = check_captured_once(finished)
            assert len(captured) >= len(mirror.articles)
            paths = {item["url"].removeprefix(server.url) for item in finished.items}
            assert paths == mirror.articles


def kill_git(tmp_path: Path, articles: dict[str, int], kills: int) -> None:
    """With a history in which articles are edited and deleted, and all of it asked for."""
    mirror = GrownMirror(articles)
    repository = Repository(tmp_path / "mirror.git")
    half = GrownMirror({channel: size // 2 for channel, size in articles.items()})
    repository.commit(half.files())
    edited = sorted(half.articles)[:40]
    files = half.files()
    repository.commit({path: files[path].replace("### ", "### 改", 1) for path in edited})
    gone = sorted(half.articles)[-3:]
    repository.commit({**mirror.files(), **dict.fromkeys(gone)})
    expected = set(versions(repository.folder))
    source = Source("git", {"mirror": str(repository.folder), "history": "all"})
    for finished in kill_at_random(tmp_path, kills, source, status=0):
        assert set(states(finished)) == expected


def kill_at_random(
    tmp_path: Path, kills: int, source: Source, *, status: int = 0
) -> Iterator[Finished]:
    """Crawls that were killed until one came to its end, each as an undisturbed one."""
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    began = time.monotonic()
    undisturbed = source.crawl(tmp_path / "undisturbed")
    longest = time.monotonic() - began
    assert undisturbed.status == status, undisturbed.output
    killed = crawls = 0
    while killed < kills:
        output = tmp_path / f"crawl-{crawls}"
        crawls += 1
        for _ in range(MOST_RUNS):
            # Also before the first page, and while the last run is made good.
            ended = source.killed_crawl(output, moments.uniform(0.2, longest))
            if ended is not None:
                break
            killed += 1
        assert ended == status, f"seed {seed}"
        finished = Finished(0, "", output / "test")
        yield finished
        check_as_undisturbed(finished, undisturbed)
        shutil.rmtree(output)


def check_captured_once(finished: Finished) -> set[str]:
    """No article is fetched twice, but those in flight when a run was killed."""
    captures = rows_of(finished.folder)["capture"]
    articles = Counter(row["url"] for row in captures if "/pages/" in str(row["url"]))
    assert set(articles.values()) == {1}
    return {str(url) for url in articles}
