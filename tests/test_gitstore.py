"""Git contained: history, blobs, clones and records, each by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror import warc
from mirror.gitstore import (
    Blamed,
    Blob,
    BlobReader,
    Clone,
    Git,
    GitError,
    MissingObject,
    ObjectTooLarge,
    Plan,
    blamed,
    blob_record,
    changes,
    commit_date,
    differences,
    tree,
)
from mirror.gitstore.records import content_type
from tests.git_repositories import Repository, git, history
from tests.git_repositories import tree as told_tree

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from pathlib import Path

T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def all_of(values: AsyncIterator[T]) -> list[T]:
    return [value async for value in values]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "r.git")
    made.commit({"a.md": "1", "b.md": "1", "目录/第 一.md": "1"})
    made.commit({"a.md": "2", "b.md": None})
    files: dict[str, str | bytes] = {"b.md": "3", "c.md": b"\xff\x00\n", "x\n\t\x01:.md": "y"}
    made.commit(files)
    return made


def test_history_is_that_of_git_log(repository: Repository) -> None:
    commits = now(all_of(changes(Git(repository.folder), "refs/heads/master")))
    found = [
        (commit.id, commit.time, change.path, change.blob, change.deleted)
        for commit in commits
        for change in commit.changes
    ]
    plain = [each for each in found if b"\n" not in each[2]]
    assert [(*each[:2], each[2].decode(), *each[3:]) for each in plain] == [
        (told.commit, told.time, told.path, told.blob, told.deleted)
        for told in history(repository.folder)
        if not told.path.startswith('"')
    ]
    assert b"x\n\t\x01:.md" in {each[2] for each in found}


def test_only_what_came_after_a_commit(repository: Repository) -> None:
    first, second, third = repository.commits
    commits = now(all_of(changes(Git(repository.folder), third, second)))
    assert [commit.id for commit in commits] == [third]
    assert now(all_of(changes(Git(repository.folder), first, third))) == []


def test_a_merge_is_one_step_of_the_branch(repository: Repository) -> None:
    base = repository.commits[-1]
    side = repository.commit({"side.md": "s"}, parent=base)
    main = repository.commit({"main.md": "m"}, parent=base)
    merged = repository.commit({"side.md": "s"}, parent=main, merge=side)
    commits = now(all_of(changes(Git(repository.folder), merged)))
    assert [commit.id for commit in commits][:3] == [merged, main, base]
    assert [change.path for change in commits[0].changes] == [b"side.md"]


def test_tree_and_differences(repository: Repository) -> None:
    store = Git(repository.folder)
    first, _, third = repository.commits
    entries = now(all_of(tree(store, third)))
    told = told_tree(repository.folder)
    assert {e.path.decode("utf-8", "replace"): e.blob for e in entries}.items() >= {
        path: blob for path, blob in told.items() if not path.startswith('"')
    }.items()
    changed = {change.path: change for change in now(all_of(differences(store, third, first)))}
    assert changed[b"c.md"].deleted
    assert changed[b"a.md"].blob == told_tree(repository.folder, first)["a.md"]
    assert "目录/第 一.md".encode() not in changed


def test_blobs_in_order_and_why_some_are_not_had(repository: Repository) -> None:
    large = git(repository.folder, "hash-object", "-w", "--stdin", data=b"x" * 1001)
    exact = git(repository.folder, "hash-object", "-w", "--stdin", data=b"y" * 1000)
    blobs = told_tree(repository.folder)
    commit = repository.commits[0]
    asked = [
        *(blobs["a.md"], large.decode().strip(), "0" * 40, commit, exact.decode().strip()),
        *(blobs["c.md"], blobs["a.md"]),
    ]

    async def read() -> list[Any]:
        async with BlobReader(Git(repository.folder), 1000) as reader:
            return await all_of(reader.read(asked * 300))

    found = now(read())
    assert len(found) == len(asked) * 300
    one = found[: len(asked)]
    assert [type(each) for each in one] == [
        *(Blob, ObjectTooLarge, MissingObject, MissingObject, Blob, Blob, Blob)
    ]
    assert [each.data for each in one if isinstance(each, Blob)] == [
        *(b"2", b"y" * 1000, b"\xff\x00\n", b"2")
    ]


def test_a_command_that_fails_says_why(repository: Repository) -> None:
    with pytest.raises(GitError, match="bad revision"):
        now(all_of(changes(Git(repository.folder), "nothing")))
    with pytest.raises(GitError):
        now(Git(repository.folder).run("no-such-command"))
    with pytest.raises(GitError, match="prints more than"):
        now(Git(repository.folder).run("log", most=10))


def test_caller_that_stops_early_leaves_no_process(repository: Repository) -> None:
    async def stop() -> None:
        async with Git(repository.folder).start("cat-file", "--batch", unfinished=True) as process:
            kept.append(process)

    kept: list[asyncio.subprocess.Process] = []
    now(stop())
    assert kept[0].returncode is not None


def test_clone_keeps_what_was_rewritten(repository: Repository, tmp_path: Path) -> None:
    clone = Clone(Git(tmp_path / "clone.git", local=True))
    old = repository.commits[-1]
    fetched = now(clone.fetch(str(repository.folder), "refs/heads/master"))
    assert (fetched.commit, fetched.shallow) == (old, False)
    assert now(clone.is_whole())
    new = repository.commit({"new.md": "n"}, parent=repository.commits[0])
    now(clone.fetch(str(repository.folder), "refs/heads/master"))
    for _ in range(45):
        repository.commit({"new.md": str(_)})
        now(clone.fetch(str(repository.folder), "refs/heads/master"))
    packs = len(list(clone.folder.glob("objects/pack/*.pack")))
    now(clone.tidy())
    assert len(list(clone.folder.glob("objects/pack/*.pack"))) < packs
    assert now(clone.has(old)), "what was archived can be read again"
    assert now(clone.common(new, old)) == repository.commits[0]
    assert not now(clone.follows(new, old))
    assert not now(clone.has("1" * 40))


def test_local_path_is_fetched_from_only_when_that_was_named(
    repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(GitError, match="not allowed"):
        now(Clone(Git(tmp_path / "no.git")).fetch(str(repository.folder), "refs/heads/master"))


def test_plan_is_in_the_order_of_time_and_knows_what_is_last(repository: Repository) -> None:
    async def gather(*, every: bool) -> list[tuple[bytes, str, bool, bool]]:
        with Plan(lambda path: path.endswith(b".md"), every=every) as plan:
            await plan.gather(Git(repository.folder), repository.commits[-1], None)
            found = [(v.path, v.commit, v.last, v.deleted) for v in plan.versions()]
            assert plan.size == len(found)
        return found

    first, second, third = repository.commits
    every = now(gather(every=True))
    assert [(p, c) for p, c, _, _ in every] == [
        *((b"a.md", first), (b"b.md", first), ("目录/第 一.md".encode(), first)),
        *((b"a.md", second), (b"b.md", second)),
        *((b"b.md", third), (b"c.md", third), (b"x\n\t\x01:.md", third)),
    ]
    assert [each for each in every if each[2]] == now(gather(every=False))
    assert (b"b.md", second, False, True) in every


@given(
    data=st.binary(max_size=50),
    path=st.binary(min_size=1, max_size=40),
    time=st.integers(0, 4_000_000_000),
    shifted=st.booleans(),
)
def test_what_a_record_says_of_its_blob_is_read_back(
    data: bytes, path: bytes, time: int, shifted: bool
) -> None:
    origin = Blamed("c" * 40, "b" * 40, path, commit_date(time))
    record = blob_record(
        data,
        origin,
        target_uri="https://example.org/x",
        date="2100-01-01T00:00:00Z" if shifted else origin.time,
        created="2026-01-01T00:00:00Z",
        source_uri=None,
        digest=warc.sha1_base32(data),
    )
    record.to_bytes()
    assert blamed(record) == origin
    assert record.block == data
    origin.shown_path.encode()


def test_a_record_of_something_else_tells_of_no_blob() -> None:
    plain = warc.resource(
        b"x", target_uri="urn:x:y", date="2026-01-01T00:00:00Z", content_type="text/plain"
    )
    assert blamed(plain) is None


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (b"a.md", b"# x", "text/markdown; charset=utf-8"),
        (b"a.MD", b"\xff", "text/markdown"),
        (b"b.html", "网".encode(), "text/html; charset=utf-8"),
        (b"c.png", b"\x89PNG", "image/png"),
        (b"d.tar.gz", b"x", "application/octet-stream"),
        (b"LICENSE", b"x", "application/octet-stream"),
        (b"\xff.md", b"x", "text/markdown; charset=utf-8"),
    ],
)
def test_media_type_is_told_by_name_and_bytes(path: bytes, data: bytes, expected: str) -> None:
    assert content_type(path, data) == expected


@pytest.mark.parametrize(
    ("time", "date"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-5, "1970-01-01T00:00:00Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        (10**18, "9999-12-31T23:59:59Z"),
    ],
)
def test_every_time_that_a_commit_can_have_is_a_date(time: int, date: str) -> None:
    assert commit_date(time) == date
