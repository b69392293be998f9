"""Real mirrors, crawled over HTTP from nginx: each page once, every byte, nothing left out."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests.crawling import Finished, check_warcs, crawl, scrapy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MirrorServer, ServeMirror

CHANNELS = ("nf1412576", "ncid278", "ncid280", "ncid1078158")
LINK = re.compile(r"\]\((?P<path>[^)?\s]+\.md)[?)]")
"""A link as the index pages write it: an independent reading, by nothing of ours."""


def linked_pages(root: Path, channels: tuple[str, ...]) -> set[str]:
    """Paths of the pages that links reach from the channels' heads, and exist."""
    found = {"README.md"}
    waiting = [f"indexes/{channel}/README.md" for channel in channels]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.startswith("indexes/"):
            folder = (root / path).parent
            for link in LINK.finditer((root / path).read_text("utf-8")):
                target = (folder / link["path"]).resolve()
                if target.is_file():
                    waiting.append(str(target.relative_to(root.resolve())))
    return found


def check_collection(finished: Finished, server: MirrorServer, expected: set[str]) -> None:
    """Each page is captured once with the bytes of its file, and each article is an item."""
    bodies = Counter[str]()
    for path in finished.warcs:
        for stored in warc.read_records(path):
            record = stored.record
            if record.type != "response":
                continue
            parsed = warc.parse_response(record.block)
            page = (record.target_uri or "").removeprefix(server.url)
            if parsed.status == 200:
                body = warc.payload(record.block, parsed)
                assert body == (server.root / page).read_bytes()
                bodies[page] += 1
    assert set(bodies) == expected
    assert set(bodies.values()) == {1}
    articles = {page for page in expected if page.startswith("pages/")}
    assert {item["url"].removeprefix(server.url) for item in finished.items} == articles
    assert len(finished.items) == len(articles)
    check_warcs(finished.warcs)


@pytest.mark.corpus
def test_one_channel_is_complete(serve_mirror: ServeMirror, tmp_path: Path) -> None:
    server = serve_mirror("epoch-news")
    finished = crawl(tmp_path, mirror=server.url, channels="ncid278")
    assert finished.status == 0, finished.output
    check_collection(finished, server, linked_pages(server.root, ("ncid278",)))
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.prove
@pytest.mark.corpus
@pytest.mark.parametrize("commit", ["HEAD", "master~1500"])
def test_whole_mirror_is_complete(serve_mirror: ServeMirror, commit: str, tmp_path: Path) -> None:
    server = serve_mirror("epoch-news", commit)
    finished = crawl(tmp_path, mirror=server.url)
    assert finished.status == 3, "eight channels of its README are not in the corpus"
    dead = {page["url"].removeprefix(server.url) for page in finished.summary["dangling"]}
    readme = (server.root / "README.md").read_text("utf-8")
    named = {link["path"] for link in LINK.finditer(readme) if "://" not in link["path"]}
    assert dead == {path for path in named if not (server.root / path).is_file()}
    assert len(dead) == 8
    check_collection(finished, server, linked_pages(server.root, CHANNELS))
    if commit == "HEAD":
        assert len(finished.items) == 22_535
        assert finished.summary["pages"]["index"] == {"dangling": 8, "index": 756}
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.prove
@pytest.mark.corpus
def test_the_channels_that_exist_are_a_complete_run(
    serve_mirror: ServeMirror, tmp_path: Path
) -> None:
    server = serve_mirror("epoch-news")
    finished = crawl(tmp_path, mirror=server.url, channels=",".join(CHANNELS))
    assert finished.status == 0, finished.output
    assert len(finished.items) == 22_535
