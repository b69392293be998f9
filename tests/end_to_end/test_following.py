"""A mirror followed through its history: after every run the collection is what Git says."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests.corpus_states import advance, differing, states, tree_of
from tests.crawling import Finished, check_warcs, crawl, scrapy
from tests.end_to_end.test_corpus_crawl import linked_pages
from tests.ledgers import differences, rows_of
from tests.replayed_history import History
from tests.replaying import Replay
from tests.test_replay.test_corpus import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.conftest import MirrorServer, ServeMirror

REQUEST = re.compile(r'"GET /(\S*) HTTP/1.1" (\d{3}) ')
EPOCH_CHANNELS = ("nf1412576", "ncid278", "ncid280", "ncid1078158")


def requests_in(log: Path) -> Counter[tuple[str, int]]:
    """Path and status of every request in nginx's log, which is emptied."""
    found = Counter((path, int(status)) for path, status in REQUEST.findall(log.read_text("utf-8")))
    with log.open("r+b") as file:
        file.truncate()
    return found


@dataclass
class Follower:
    """One collection, crawled over and over, and what it should hold by now."""

    output: Path
    channels: tuple[str, ...]
    articles: set[str] = field(default_factory=set)
    history: History = field(default_factory=History)

    def crawl(self, server: MirrorServer) -> Finished:
        return crawl(self.output, mirror=server.url, channels=",".join(self.channels))

    def follow(self, server: MirrorServer, heads: set[str], expected: set[str]) -> None:
        """One run over a new state, then one over the same."""
        finished = self.crawl(server)
        assert finished.status in (0, 3), finished.output
        assert all(page["new"] for page in finished.summary["dangling"]) or not finished.status
        asked = requests_in(server.log)
        new = {page for page in expected if page.startswith("pages/")} - self.articles
        got = Counter(path for path, status in asked if status == 200 and "pages/" in path)
        assert got == Counter(new), "each new article once, no other"
        self.articles |= new
        found = [item["url"].removeprefix(server.url) for item in finished.items]
        assert Counter(found) == Counter(self.articles)
        for page in expected:
            if not page.startswith("pages/"):
                assert newest_body(finished, server.url + page) == (server.root / page).read_bytes()
        run = finished.summary["run"]
        again = self.crawl(server)
        assert again.status == 0, again.output
        unchanged = requests_in(server.log)
        assert unchanged == Counter(
            {("robots.txt", 404): 1, **{(head, 304): 1 for head in ("README.md", *heads)}}
        ), "an unchanged mirror costs robots.txt and its heads"
        assert again.summary["indexes"]["changed"] == 0
        indexes = [page for page in expected if not page.startswith("pages/")]
        pages = {server.url + page: (server.root / page).read_bytes() for page in indexes}
        self.history.add(run, pages)
        self.history.add(again.summary["run"], pages)


def newest_body(finished: Finished, url: str) -> bytes:
    with closing(sqlite3.connect(finished.folder / "ledger.sqlite")) as ledger:
        name, offset, length = ledger.execute(
            "SELECT warc, offset, length FROM capture"
            " WHERE url=? AND type='response' AND status=200 ORDER BY date DESC",
            (url,),
        ).fetchone()
    record = warc.read_at(finished.folder / "archive" / name, offset, length)
    return warc.payload(record.block, warc.parse_response(record.block))


def served_states(
    serve_mirror: ServeMirror, newest: MirrorServer, name: str, folders: Sequence[str], count: int
) -> Iterator[MirrorServer]:
    """The newest states of a mirror, oldest first, each served at the address of `newest`.

    :param newest: the mirror as it is now, which is not served any more.
    :param folders: those that are looked into.
    """
    repository = newest.root.with_name(f"{name}.git")
    port = int(newest.url.rstrip("/").rpartition(":")[2])
    commits = states(repository, count)
    # What other tests serve as well stays as it is, as serve-mirror unpacked it: the newest does.
    known = {commit for commit in commits if tree_of(repository, commit).exists()}
    for before, commit in zip(["", *commits], commits, strict=False):
        theirs = tree_of(repository, commit)
        made = repository.with_name("advanced") if commit in known else theirs
        if before:
            advance(repository, before, commit, made, keep=before in known)
        if before and commit in known:
            for folder in folders:
                assert differing(made, theirs, folder) == []
            shutil.rmtree(made)
        server = serve_mirror(name, commit, port)
        yield server
        server.stop()


def follow_history(
    serve_mirror: ServeMirror, tmp_path: Path, name: str, channels: tuple[str, ...], count: int
) -> None:
    newest = serve_mirror(name)
    newest.stop()
    follower = Follower(tmp_path, channels)
    heads = {f"indexes/{channel}/README.md" for channel in channels}
    folders = [f"{kind}/{channel}" for kind in ("indexes", "pages") for channel in channels]
    for server in served_states(serve_mirror, newest, name, folders, count):
        follower.follow(server, heads, linked_pages(server.root, channels))
    finished = Finished(0, "", tmp_path / "test")
    check_warcs(finished.warcs)
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    before = rows_of(finished.folder)
    assert scrapy("rebuild", "-s", f"OUTPUT_DIR={tmp_path}", "test").returncode == 0
    assert differences(rows_of(finished.folder), before) == []
    heads = {newest.url + page for page in ("README.md", *heads)}
    assert scrapy("derive", "-s", f"OUTPUT_DIR={tmp_path}", "test").returncode == 0
    with Replay(finished.folder) as replay:
        replayed = follower.history.check(replay, heads)
    assert all(replayed[head] == 2 * count for head in heads)
    revisited = Counter(line.url for line in lines(finished.folder) if "revisit" in line.mime)
    assert all(revisited[head] >= count for head in heads), "one of two runs found nothing new"


@pytest.mark.corpus
def test_eight_states_of_a_mirror(serve_mirror: ServeMirror, tmp_path: Path) -> None:
    follow_history(serve_mirror, tmp_path, "epoch-news", ("ncid1078158",), 8)


@pytest.mark.prove
@pytest.mark.corpus
def test_forty_states_of_a_mirror(serve_mirror: ServeMirror, tmp_path: Path) -> None:
    follow_history(serve_mirror, tmp_path, "epoch-news", EPOCH_CHANNELS, 40)
