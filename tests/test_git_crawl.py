"""``scrapy crawl git``, held against what git itself says of the same repository."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mirror import warc
from tests.crawling import Finished, crawl, scrapy
from tests.git_repositories import Repository, git, last_changes, tree, versions
from tests.grown_mirror import GrownMirror
from tests.whole import check_whole

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"ncid9001": 45, "ncid9002": 12}
BASE = "https://local.invalid/mirror/"


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(output: Path, repository: Repository, *options: str, **arguments: str) -> Finished:
    return crawl(output, *options, spider="git", mirror=str(repository.folder), **arguments)


def records(finished: Finished, *kinds: str) -> list[warc.Record]:
    return [
        stored.record
        for path in finished.warcs
        for stored in warc.read_records(path)
        if stored.record.type in (kinds or ("resource", "revisit"))
    ]


def states(finished: Finished) -> list[tuple[str, str]]:
    """``(path, commit)`` of every capture."""
    found = [
        (record.get("WARC-X-Git-Path") or "", record.get("WARC-X-Git-Commit") or "")
        for record in records(finished)
    ]
    assert len(found) == len(set(found)), "a state stands twice"
    return found


def bodies(finished: Finished) -> dict[tuple[str, str], bytes]:
    """Content by URL and date; of a revisit that of the record that it refers to."""
    full = {r.record_id: r.block for r in records(finished, "resource")}
    return {
        (record.target_uri or "", record.date): full[
            record.record_id if record.type == "resource" else record.get("WARC-Refers-To") or ""
        ]
        for record in records(finished)
    }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A mirror that grew in three commits."""
    made = Repository(tmp_path / "mirror.git")
    for number, sizes in enumerate(({"ncid9001": 20}, {"ncid9001": 31, "ncid9002": 12}, SIZES)):
        made.commit(GrownMirror(sizes, f"0101000{number}").files())
    return made


def test_every_page_is_captured_as_the_last_commit_left_it(
    repository: Repository, tmp_path: Path
) -> None:
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    expected = last_changes(repository.folder)
    assert set(states(finished)) == {(told.path, told.commit) for told in expected.values()}
    for record in records(finished):
        told = expected[record.get("WARC-X-Git-Path") or ""]
        assert record.target_uri == BASE + told.path
        assert record.date == moment(told.time)
        assert record.get("WARC-X-Git-Blob") == told.blob
        assert (
            record.get(
                "WARC-Creation-Date",
            )
            is not None
        )
    content = bodies(finished)
    for path, told in expected.items():
        blob = git(repository.folder, "cat-file", "blob", told.blob)
        assert content[BASE + path, moment(told.time)] == blob
    assert {item["git"]["path"] for item in finished.items} == GrownMirror(SIZES).articles
    for item in finished.items:
        told = expected[item["git"]["path"]]
        assert item["git"] == {
            "commit": told.commit,
            "blob": told.blob,
            "path": told.path,
            "committed_at": moment(told.time),
        }
    check_whole(finished)


def test_equal_bytes_are_stored_once(repository: Repository, tmp_path: Path) -> None:
    """The newest page of a channel stands under two names."""
    finished = read(tmp_path / "output", repository)
    revisits = {record.get("WARC-X-Git-Path"): record for record in records(finished, "revisit")}
    assert set(revisits) == {f"indexes/{channel}/README.md" for channel in SIZES} or set(
        revisits
    ) == {"indexes/ncid9001/2.md", "indexes/ncid9002/1.md"}
    for record in revisits.values():
        assert not record.block
        assert record.get("WARC-Refers-To-Target-URI") != record.target_uri


def test_nothing_new_costs_nothing(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path / "output", repository)
    second = read(tmp_path / "output", repository)
    assert second.status == 0
    assert states(second) == states(first)
    assert second.summary["records"] == {}
    assert second.summary["git"]["before"] == repository.commits[-1]
    assert second.summary["completeness"] == {
        key: value
        for key, value in first.summary["completeness"].items()
        if key != "unlisted_pages"
    }


def test_a_later_run_looks_at_what_is_new_alone(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path / "output", repository)
    before = states(first)
    grown = GrownMirror({**SIZES, "ncid9002": 14}, "01010009")
    old = tree(repository.folder)
    repository.commit(grown.files())
    changed = {path for path, blob in tree(repository.folder).items() if old.get(path) != blob}
    second = read(tmp_path / "output", repository)
    assert second.status == 0, second.output
    assert set(states(second)) - set(before) == {(path, repository.commits[-1]) for path in changed}
    assert second.summary["articles"] == {"new": 2, "changed": 0, "unchanged": 0}
    check_whole(second)


def test_all_versions_of_articles_and_the_pages_of_now(
    repository: Repository, tmp_path: Path
) -> None:
    path = "pages/ncid9001/n9100001.md"
    text = GrownMirror(SIZES).files()[path]
    repository.commit({path: text.replace("### ", "### 改", 1)})
    repository.commit({path: text})
    finished = read(tmp_path / "output", repository, history="1")
    assert finished.status == 0, finished.output
    now = {(told.path, told.commit) for told in last_changes(repository.folder).values()}
    articles = {each for each in versions(repository.folder) if each[0].startswith("pages/")}
    assert set(states(finished)) == now | articles
    back = [record for record in records(finished) if record.get("WARC-X-Git-Path") == path]
    assert [record.type for record in back] == ["resource", "resource", "revisit"]
    assert back[2].get("WARC-Refers-To-Target-URI") == back[0].target_uri
    check_whole(finished)


def test_all_versions_of_all_pages(repository: Repository, tmp_path: Path) -> None:
    finished = read(tmp_path / "output", repository, history="all")
    assert finished.status == 0, finished.output
    assert set(states(finished)) == set(versions(repository.folder))
    check_whole(finished)


def test_history_after_the_present_is_the_same_archive(
    repository: Repository, tmp_path: Path
) -> None:
    path = "pages/ncid9001/n9100001.md"
    text = GrownMirror(SIZES).files()[path]
    repository.commit({path: text.replace("### ", "### 改", 1)})
    at_once = read(tmp_path / "one", repository, history="1")
    present = len(states(read(tmp_path / "two", repository)))
    assert present < len(states(at_once))
    later = read(tmp_path / "two", repository, history="1")
    assert later.status == 0, later.output
    assert set(states(later)) == set(states(at_once))
    assert later.summary["records"]["resource"] == len(states(at_once)) - present
    assert newest(later) == newest(at_once)
    check_whole(later)


def exported(finished: Finished) -> list[dict[str, Any]]:
    done = scrapy(
        *("export", "-s", f"OUTPUT_DIR={finished.folder.parent}", finished.folder.name),
        *("--format", "jsonl"),
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def newest(finished: Finished) -> dict[str, tuple[str, str]]:
    """The export of a collection: text digest and commit by URL."""
    rows = exported(finished)
    return {row["url"]: (row["text_digest"], row["git"]["commit"]) for row in rows}


def test_deleted_pages_come_back_and_are_known_to_be_gone(
    repository: Repository, tmp_path: Path
) -> None:
    gone = "pages/ncid9001/n9100002.md"
    deleted_by = repository.commit({gone: None})
    date = moment(repository.time)
    repository.commit({"other.txt": "x"})
    finished = read(tmp_path / "output", repository, history="1")
    # The index still names it, which is no news about a page that is in the archive.
    assert finished.status == 0, finished.output
    (listed,) = finished.summary["deleted"]
    assert listed["url"] == BASE + gone
    assert listed["reason"] == f"deleted in commit {deleted_by}"
    assert finished.summary["completeness"]["deleted"] == 1
    rows = exported(finished)
    assert {row["url"]: row["deleted"] for row in rows if row["deleted"]} == {BASE + gone: date}
    assert len(rows) == len(GrownMirror(SIZES).articles)
    check_whole(finished)


def test_page_deleted_between_two_runs(repository: Repository, tmp_path: Path) -> None:
    gone = "pages/ncid9001/n9100002.md"
    read(tmp_path / "output", repository)
    deleted_by = repository.commit({gone: None})
    second = read(tmp_path / "output", repository)
    assert second.status == 0, second.output
    assert [page["reason"] for page in second.summary["deleted"]] == [
        f"deleted in commit {deleted_by}"
    ]
    again = repository.commit({gone: GrownMirror(SIZES).files()[gone]})
    third = read(tmp_path / "output", repository)
    assert third.status == 0
    assert third.summary["completeness"]["deleted"] == 0
    assert (gone, again) in states(third)
    check_whole(third)


def test_rows_that_lead_to_nothing_alarm_once(repository: Repository, tmp_path: Path) -> None:
    gone = "pages/ncid9001/n9100002.md"
    repository.commit({gone: None})
    first = read(tmp_path / "output", repository)
    assert first.status == 3, "an index names a page that was never there for us"
    assert [page["url"] for page in first.summary["dangling"]] == [BASE + gone]
    repository.commit({"README.md": GrownMirror(SIZES, "02020000").files()["README.md"]})
    second = read(tmp_path / "output", repository)
    assert second.status == 0, second.output
    assert [(page["url"], page["new"]) for page in second.summary["dangling"]] == [
        (BASE + gone, False)
    ]
    check_whole(second)


@pytest.mark.parametrize("have_old", [True, False])
def test_rewritten_history(repository: Repository, tmp_path: Path, have_old: bool) -> None:
    """Nothing that was archived goes, and every page is dated behind the state before it."""
    base = repository.commits[1]
    path = "pages/ncid9001/n9100003.md"
    old = GrownMirror(SIZES).files()
    repository.commit({path: old[path] + "\n\n后来没有了\n"})
    first = read(tmp_path / "output", repository)
    before = bodies(first)
    repository.commit({**old, "pages/ncid9002/n9100001.md": None}, parent=base)
    if not have_old:
        shutil.rmtree(first.folder / "repo.git")
    second = read(tmp_path / "output", repository)
    rewritten = second.summary["git"]["rewritten"]
    assert rewritten["common"] == (base if have_old else None)
    after = bodies(second)
    assert before.items() <= after.items()
    newest_of = dict(sorted(after, key=lambda key: key[1]))
    for name, blob in tree(repository.folder).items():
        data = git(repository.folder, "cat-file", "blob", blob)
        assert after[BASE + name, newest_of[BASE + name]] == data, name
    assert [page["url"] for page in second.summary["deleted"]] == [
        f"{BASE}pages/ncid9002/n9100001.md"
    ]
    check_whole(second)
