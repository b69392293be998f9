"""What decides about a repository's pages, each part by itself: places, selections, counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.address import parse_mirror
from mirror.extraction.ahead import ahead
from mirror.extraction.extract import extract
from mirror.layouts import IndexPage, Page
from mirror.spiders.arguments import ArgumentError, GitArguments
from mirror.spiders.completeness import Completeness
from mirror.spiders.git_pages import PageSelection, _checked, page_address
from mirror.spiders.git_place import place_of
from tests.git_repositories import Repository, git
from tests.grown_mirror import GrownMirror

if TYPE_CHECKING:
    from pathlib import Path

MIRROR = parse_mirror("https://github.com/owner/repo/tree/master")


@pytest.mark.parametrize(
    ("given", "address", "name", "url"),
    [
        ("https://github.com/o/r", "", "github.com/o/r", "https://github.com/o/r.git"),
        ("github.com/o/r/tree/x", "", "github.com/o/r", "https://github.com/o/r.git"),
        ("git@github.com:o/r.git", "", "github.com/o/r", "https://github.com/o/r.git"),
        (
            *("https://git.example.org/o/r.git", "", "git.example.org.invalid/o/r"),
            "https://git.example.org/o/r.git",
        ),
        (
            *("http://127.0.0.1:8080/r.git", "https://gitlab.com/a/b", "gitlab.com/a/b"),
            "http://127.0.0.1:8080/r.git",
        ),
        ("git://example.org/x/y.git", "", "example.org.invalid/x/y", "git://example.org/x/y.git"),
    ],
)
def test_places_by_url(given: str, address: str, name: str, url: str) -> None:
    mirror, remote = place_of(given, address)
    assert (mirror.name, remote.url, remote.is_local) == (name, url, False)


def test_places_by_path(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "some-mirror.git")
    mirror, remote = place_of(str(repository.folder))
    assert (mirror.name, remote.is_local) == ("local.invalid/some-mirror", True)
    git(repository.folder, "config", "remote.origin.url", "https://github.com/o/r.git")
    assert place_of(f"file://{repository.folder}")[0].name == "github.com/o/r"
    assert place_of(str(repository.folder), "https://x.example/b/")[0].name == "x.example/b"
    git(repository.folder, "config", "remote.origin.url", "ext::sh -c evil")
    assert place_of(str(repository.folder))[0].name == "local.invalid/some-mirror"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"history": "2"}, "history='2'"),
        ({"since": "2023-01-01"}, "give history=1 or all"),
        ({"history": "1", "since": "yesterday"}, "must be a day"),
        ({"all": "yes"}, "all='yes'"),
        ({"paths": " , "}, "names none"),
        ({"chanels": "a"}, "did you mean channels="),
        ({"limit": "5"}, "unknown argument limit="),
    ],
)
def test_wrong_arguments_are_told(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        GitArguments.parse({"mirror": "https://github.com/o/r", **wrong})


def test_limits_of_time_are_whole_days_or_moments() -> None:
    given = {"mirror": "https://github.com/o/r", "history": "1"}
    pages = GitArguments.parse({**given, "since": "2023-07-12", "until": "2023-07-12"}).pages
    assert (pages.since, pages.until) == ("2023-07-12T00:00:00Z", "2023-07-12T23:59:59Z")
    exact = GitArguments.parse({**given, "until": "2023-07-12T08:00:00+08:00"}).pages
    assert exact.until == "2023-07-12T00:00:00Z"
    assert not exact.is_within("2023-07-12T00:00:01Z")


def test_what_is_asked_for_has_one_spelling() -> None:
    one = {"mirror": "https://github.com/o/r", "channels": "b, a"}
    other = {"mirror": "https://github.com/o/r", "channels": "a,b,a", "history": "0"}
    assert GitArguments.parse(one).asked == GitArguments.parse(other).asked
    whole = GitArguments.parse({"mirror": "https://github.com/o/r"})
    assert whole.asked != GitArguments.parse(one).asked


@pytest.mark.parametrize(
    ("path", "selection", "wanted"),
    [
        (b"pages/a/1.md", {}, True),
        (b"pages/a/1.MD", {}, True),
        (b"indexes/a.csv", {}, False),
        (b"indexes/a.csv", {"everything": True}, True),
        (b"README.md", {"channels": ("b",)}, True),
        (b"pages/a/1.md", {"channels": ("b",)}, False),
        (b"pages/b/1.md", {"channels": ("b",)}, True),
        (b"indexes/b/README.md", {"channels": ("b",)}, True),
        (b"indexes/b.md", {"channels": ("b",)}, True),
        (b"pages/b/1.md", {"paths": ("indexes/",)}, False),
        (b"indexes/b/1.md", {"paths": ("indexes/",)}, True),
    ],
)
def test_which_files_are_looked_at(path: bytes, selection: dict[str, object], wanted: bool) -> None:
    assert PageSelection(**selection).wants(path) is wanted  # type: ignore[arg-type]


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=4))
def test_any_path_has_its_own_address_or_none(names: list[bytes]) -> None:
    path = b"/".join(names)
    address = page_address(MIRROR, path, "100644")
    if isinstance(address, str):
        assert address
        return
    assert address.path.encode("utf-8", "surrogateescape") == path
    again = MIRROR.find(address.url)
    assert again is not None
    assert again.path == address.path
    assert address.url.startswith("https://raw.githubusercontent.com/owner/repo/master/")


def test_missing_git_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArgumentError, match="git reads the repository, and there is none in PATH"):
        GitArguments.parse({"mirror": "https://github.com/o/r"})


_NAME = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}", fullmatch=True)


@given(
    st.lists(_NAME | st.sampled_from(("tree", "blob", "raw", "-", "src", "a.git")), min_size=1),
    st.sampled_from(
        (
            "https://github.com/owner/repo/tree/a/branch",
            "https://gitlab.com/group/sub/repo/-/tree/master",
            "https://gitee.com/owner/repo/tree/master",
            "https://codeberg.org/owner/repo/src/branch/master",
            "https://bitbucket.org/owner/repo/src/master",
            "https://example.org/mirror/",
        )
    ),
)
def test_ordinary_path_is_had_shortly_as_it_is_at_length(names: list[str], mirror: str) -> None:
    of, path = parse_mirror(mirror), "/".join(names).encode()
    assert page_address(of, path, "100644") == _checked(of, path, "100644")


def completeness(files: dict[str, str]) -> dict[str, object]:
    with Completeness() as report:
        indexes = {}
        for path, text in files.items():
            report.add_page(path, "", captured=True, understood=path != "notes.md")
            reading = extract(Page(MIRROR.at(path), text.encode()))
            if isinstance(reading, IndexPage):
                indexes[path] = reading
        for path, index in indexes.items():
            report.add_index(path, index)
        report.reach()
        return {**report.report("c", deleted=2), "nowhere": [path for path, _ in report.nowhere()]}


def test_links_are_followed_as_a_reader_does() -> None:
    """A page of one channel that no other names, one that no index names, a row to nothing."""
    files = GrownMirror({"ncid9001": 31, "ncid9002": 5}).files()
    del files["pages/ncid9001/n9100003.md"]
    files["pages/ncid9001/n9999999.md"] = files["pages/ncid9001/n9100001.md"]
    files["notes.md"] = "nothing\n"
    files["README.md"] = files["README.md"].replace("indexes/ncid9002/README.md", "nowhere.txt")
    found = completeness(files)
    pages = {path for path in files if path.endswith(".md")}
    second = {path for path in pages if "ncid9002" in path}
    lost = {"notes.md", "pages/ncid9001/n9999999.md"}
    assert found["in_tree"] == len(pages)
    assert found["reached"] == len(pages - second - lost)
    assert found["unlisted_pages"] == sorted(lost | {"indexes/ncid9002/README.md"})
    assert found["unlisted"] == 3
    assert found["understood"] == len(pages) - 1
    assert found["nowhere"] == ["pages/ncid9001/n9100003.md"]
    assert found["rows_to_nowhere"] == 1
    assert found["deleted"] == 2


def test_work_overlaps_and_its_results_do_not() -> None:
    async def run() -> tuple[list[tuple[int, int]], int]:
        at_work = most = 0

        async def work(number: int) -> int:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.001 * (10 - number % 10))
            at_work -= 1
            return number * number

        return [pair async for pair in ahead(range(50), work, 8)], most

    found, most = asyncio.run(run())
    assert found == [(number, number * number) for number in range(50)]
    assert 1 < most <= 9


def test_heavy_things_are_not_at_work_together() -> None:
    async def run() -> int:
        at_work = most = 0

        async def work(_: int) -> None:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.001)
            at_work -= 1

        async for _ in ahead(range(9), work, 8, weight=lambda _: 20 * 1024 * 1024):
            pass
        return most

    assert asyncio.run(run()) <= 2


def test_nothing_goes_on_after_who_asked_has_stopped() -> None:
    async def run() -> int:
        async def work(number: int) -> int:
            await asyncio.sleep(0 if number == 0 else 30)
            return number

        results = ahead(range(5), work, 3)
        async for _ in results:
            break
        await results.aclose()
        await asyncio.sleep(0.01)
        return len(asyncio.all_tasks()) - 1

    assert asyncio.run(run()) == 0
