"""Real mirrors by Git, held against what ``git ls-tree`` and ``git log --raw`` say of them."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from mirror import warc
from tests.crawling import Finished, check_warcs, crawl, scrapy
from tests.git_repositories import git, history, last_changes, versions
from tests.replaying import Replay
from tests.test_git_crawl import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.conftest import ServeMirror

pytestmark = pytest.mark.corpus

HOME = "https://github.com/owner/{name}"
RAW = "https://raw.githubusercontent.com/owner/{name}/master/"
NOT_IN = "not in commit"


@pytest.fixture(scope="module")
def mh_news(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cloned(corpus, "mh-news", tmp_path_factory)


@pytest.fixture(scope="module")
def epoch_news(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cloned(corpus, "epoch-news", tmp_path_factory)


def cloned(corpus: Path, name: str, factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp("corpus") / f"{name}.git"
    git(folder.parent, "clone", "-q", "--bare", str(corpus / f"{name}.bundle"), str(folder))
    return folder


def read(repository: Path, output: Path, **arguments: str) -> Finished:
    name = repository.name.removesuffix(".git")
    arguments.setdefault("address", HOME.format(name=name))
    finished = crawl(output, spider="git", mirror=str(repository), **arguments)
    # Rows of real index pages lead to pages that are in no repository.
    assert finished.status in (0, 3), finished.output
    assert finished.summary["failed"] == []
    assert all(page["reason"].startswith(NOT_IN) for page in finished.summary["dangling"])
    return finished


def captures(finished: Finished) -> Iterator[warc.Record]:
    for path in finished.warcs:
        for stored in warc.read_records(path):
            if stored.record.type in ("resource", "revisit"):
                yield stored.record


def check_states(finished: Finished, repository: Path, expected: set[tuple[str, str]]) -> None:
    """Exactly these states are captured, each once, with the digest and date that it has."""
    told = {(each.path, each.commit): each for each in history(repository) if not each.deleted}
    found = Counter[tuple[str, str]]()
    digests: dict[str, str] = {}
    for record in captures(finished):
        path = unquoted(record.get("WARC-X-Git-Path") or "")
        state = told[path, record.get("WARC-X-Git-Commit") or ""]
        found[path, state.commit] += 1
        assert record.get("WARC-X-Git-Blob") == state.blob
        assert (record.get("WARC-X-Git-Date") or record.date) == moment(state.time)
        digest = digests.setdefault(state.blob, record.get("WARC-Payload-Digest") or "")
        assert record.get("WARC-Payload-Digest") == digest
        if record.type == "resource":
            assert git_blob_id(record.block) == state.blob
    assert set(found) == expected
    assert max(found.values()) == 1


def unquoted(path: str) -> str:
    return unquote(path, errors="surrogateescape")


def git_blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()


def markdown(states: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(path, commit) for path, commit in states if path.endswith(".md")}


def now(repository: Path) -> set[tuple[str, str]]:
    """``(path, commit)`` of every page of the tree."""
    return markdown((path, told.commit) for path, told in last_changes(repository).items())


def is_article(path: str) -> bool:
    return path.startswith("pages/")


def check_collection(finished: Finished) -> None:
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={finished.folder.parent}", finished.folder.name)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    check_warcs(finished.warcs)


def check_present(repository: Path, tmp_path: Path) -> None:
    finished = read(repository, tmp_path)
    check_states(finished, repository, now(repository))
    articles = {path for path, _ in now(repository) if is_article(path)}
    assert {item["git"]["path"] for item in finished.items} == articles
    assert len(finished.items) == len(articles)
    check_collection(finished)


def test_every_page_of_a_mirror_whose_links_reach_few(mh_news: Path, tmp_path: Path) -> None:
    check_present(mh_news, tmp_path)


@pytest.mark.prove
def test_every_page_of_a_large_mirror(epoch_news: Path, tmp_path: Path) -> None:
    check_present(epoch_news, tmp_path)


def deleted_in(repository: Path) -> dict[str, str]:
    """Articles that the tree has no more, and when they were deleted."""
    there = last_changes(repository)
    gone: dict[str, str] = {}
    for each in history(repository):
        if each.deleted and each.path not in there and is_article(each.path):
            gone.setdefault(each.path, moment(each.time))
    return {path: date for path, date in gone.items() if path.endswith(".md")}


def check_history(repository: Path, tmp_path: Path, channel: str = "") -> Finished:
    def wanted(path: str) -> bool:
        # An index that has no folder is a channel's by its own name.
        its = (path.split("/")[-2:-1], [path.rsplit("/", maxsplit=1)[-1].removesuffix(".md")])
        return not channel or path == "README.md" or [channel] in its

    arguments = {"channels": channel} if channel else {}
    finished = read(repository, tmp_path, history="1", **arguments)
    expected = now(repository) | {
        each for each in markdown(versions(repository)) if is_article(each[0])
    }
    # A page that is neither article nor index is no index: all of it is wanted.
    unknown = {page["url"].partition("/master/")[2] for page in finished.summary["unknown"]}
    expected |= {each for each in versions(repository) if each[0] in unknown}
    check_states(finished, repository, {each for each in expected if wanted(each[0])})
    gone = {path: date for path, date in deleted_in(repository).items() if wanted(path)}
    assert gone, "the sample has no deleted page"
    base = RAW.format(name=repository.name.removesuffix(".git"))
    listed = {page["url"].removeprefix(base) for page in finished.summary["deleted"]}
    assert set(gone) <= listed
    assert set(gone) <= {item["git"]["path"] for item in finished.items}
    check_collection(finished)
    return finished


def test_history_of_a_channel_with_its_deleted_pages(mh_news: Path, tmp_path: Path) -> None:
    by_channel = Counter(path.split("/")[-2] for path in deleted_in(mh_news))
    channel = min(by_channel, key=lambda name: (by_channel[name], name))
    finished = check_history(mh_news, tmp_path / "output", channel)
    replay_at_random(finished, mh_news, 50)


@pytest.mark.prove
def test_history_of_a_mirror_with_all_its_deleted_pages(mh_news: Path, tmp_path: Path) -> None:
    assert len(deleted_in(mh_news)) == 410, "MIRRORS.md"
    finished = check_history(mh_news, tmp_path / "output")
    replay_at_random(finished, mh_news, 200)


@pytest.mark.prove
@pytest.mark.parametrize("name", ["mh-news", "epoch-news"])
def test_the_whole_past_of_a_mirror(
    name: str, corpus: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository = cloned(corpus, name, tmp_path_factory)
    finished = read(repository, tmp_path / "output", history="all")
    check_states(finished, repository, markdown(versions(repository)))
    check_collection(finished)
    replay_at_random(finished, repository, 200)


def replay_at_random(finished: Finished, repository: Path, count: int) -> None:
    """What pywb shows of pages at dates is what ``git show`` says of the commits of then."""
    seed = random.randrange(2**32)
    told = {(each.path, each.commit): each for each in history(repository) if not each.deleted}
    records = [
        (record, unquoted(record.get("WARC-X-Git-Path") or "")) for record in captures(finished)
    ]
    some = random.Random(seed).sample(records, min(count, len(records)))
    with Replay(finished.folder) as replay:
        for record, path in some:
            state = told[path, record.get("WARC-X-Git-Commit") or ""]
            stamp = "".join(each for each in record.date if each.isdigit())
            answer = replay.capture(stamp, record.target_uri or "")
            assert answer.status == 200, (seed, path, record.date)
            shown = git(repository, "cat-file", "blob", f"{state.commit}:{path}")
            assert answer.body == shown, (seed, path, record.date)
        dates = Counter(record.target_uri or "" for record, _ in records)
        url, most = dates.most_common(1)[0]
        answer = replay.get(f"/{finished.folder.name}/timemap/link/{url}")
        assert answer.text.count("datetime=") >= most


def without_origin(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        item["url"]: {key: value for key, value in item.items() if key not in ("capture", "git")}
        for item in items
    }


def check_transports(
    serve_mirror: ServeMirror, repository: Path, tmp_path: Path, **arguments: str
) -> None:
    server = serve_mirror(repository.name.removesuffix(".git"))
    web = crawl(tmp_path / "web", mirror=server.url, **arguments)
    assert web.status in (0, 3), web.output
    by_git = read(repository, tmp_path / "git", address=server.url, **arguments)
    ours, theirs = without_origin(by_git.items), without_origin(web.items)
    assert theirs
    assert {url: ours[url] for url in theirs} == theirs
    if "channels" not in arguments:
        reached = by_git.summary["completeness"]["reached"]
        pages = web.summary["pages"]
        captured = sum(pages.get(kind, {}).get("index", 0) for kind in ("root", "index"))
        captured += pages["article"]["item"] + len(web.summary["unknown"])
        assert reached == captured, "what links lead to is what a crawl over HTTP finds"


@pytest.mark.prove
def test_transports_agree_on_what_links_reach(
    serve_mirror: ServeMirror, mh_news: Path, tmp_path: Path
) -> None:
    check_transports(serve_mirror, mh_news, tmp_path)


@pytest.mark.prove
def test_transports_agree_on_a_large_mirror(
    serve_mirror: ServeMirror, epoch_news: Path, tmp_path: Path
) -> None:
    check_transports(serve_mirror, epoch_news, tmp_path)
