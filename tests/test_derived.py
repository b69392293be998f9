"""Derived files: made of the items, brought up to date, whole whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from mirror.collection import CollectionError
from mirror.derived import derive as derive_module
from mirror.derived.catalogue import Catalogue
from mirror.derived.derive import Outcome, derive
from mirror.derived.layout import derived_of
from mirror.derived.pages import PageWriter
from mirror.items import Article, Image
from tests.crawling import PROJECT, check_warcs
from tests.export_samples import BASE, FIRST, SECOND, THIRD, article, capture, write_run

if TYPE_CHECKING:
    from pathlib import Path


NOW = datetime(2026, 11, 5, tzinfo=UTC)


def derived_now(folder: Path, *, anew: bool = False) -> Outcome:
    return derive(folder, anew=anew, now=lambda: NOW)


def catalogue(folder: Path) -> Catalogue:
    return Catalogue(derived_of(folder).catalogue)


def titles(folder: Path) -> list[str]:
    found = catalogue(folder).articles(None, limit=100, offset=0)
    assert found.total == len(found.entries)
    return [entry.title for entry in found.entries]


def index_lines(folder: Path) -> list[str]:
    return derived_of(folder).index.read_text("utf-8").splitlines()


def records(folder: Path) -> dict[tuple[str, str], warc.Record]:
    """Readable pages that the index leads to, by address and date."""
    pages = {}
    for line in index_lines(folder):
        fields = json.loads(line.split(" ", 2)[2])
        path = derived_of(folder).archive / fields["filename"]
        record = warc.read_at(path, int(fields["offset"]), int(fields["length"]))
        assert record.target_uri == fields["url"]
        pages[fields["url"], record.date] = record
    return pages


def searched(folder: Path, words: str, *, titles_only: bool = False) -> list[str]:
    found = catalogue(folder).with_text(words, titles_only=titles_only, limit=10, offset=0)
    assert found.total == len(found.entries)
    return [entry.id for entry in found.entries]


def addressed(folder: Path, address: str) -> list[str]:
    found = catalogue(folder).with_address(address, limit=10, offset=0)
    return [entry.id for entry in found.entries]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of two articles; the first one changed in the second run."""
    folder = tmp_path / "news"
    old = article("n1", title="石桥通车", text="头一个过桥的人。", published="2026-11-01")
    write_run(
        folder, FIRST, old, article("n2", title="渡船停了", text="河面很宽。", published=None)
    )
    changed = article("n1", run=SECOND, title="石桥通车了", text="过桥不收钱。")
    write_run(folder, SECOND, changed)
    return folder


# --- what is made --------------------------------------------------------------------------------


def test_every_state_of_an_article_is_a_page_under_its_original(folder: Path) -> None:
    outcome = derived_now(folder)
    assert outcome == Outcome(made=3, pages=2, states=3, faults=0, anew=True)
    pages = records(folder)
    assert set(pages) == {
        ("https://www.example.org/gb/26/11/1/n1.htm", "2026-11-01T00:00:00Z"),
        ("https://www.example.org/gb/26/11/1/n1.htm", "2026-11-02T00:00:00Z"),
        # Captured in the same second as the first, but at another address.
        ("https://www.example.org/gb/26/11/1/n2.htm", "2026-11-01T00:00:00Z"),
    }
    old = pages["https://www.example.org/gb/26/11/1/n1.htm", "2026-11-01T00:00:00Z"]
    assert "石桥通车</h1>" in old.block.decode()
    new = pages["https://www.example.org/gb/26/11/1/n1.htm", "2026-11-02T00:00:00Z"]
    assert "石桥通车了</h1>" in new.block.decode()


def test_page_names_the_record_it_was_made_of(folder: Path) -> None:
    derived_now(folder)
    record = records(folder)["https://www.example.org/gb/26/11/1/n2.htm", "2026-11-01T00:00:00Z"]
    source = capture("news/n2")
    assert record.type == "resource"
    assert record.get("Content-Type") == "text/html; charset=utf-8"
    assert record.get("WARC-X-Derived-From") == source.record_id
    assert record.get("WARC-X-Derived-From-Target-URI") == f"{BASE}/news/n2.md"
    assert record.get("WARC-X-Derived-From-Date") == source.date
    assert record.get("WARC-Refers-To") is None, "not allowed in a resource: WARC 1.1 §5.11"


def test_files_pass_both_checkers_and_the_index_is_that_of_cdxj_indexer(folder: Path) -> None:
    derived_now(folder)
    paths = sorted(derived_of(folder).archive.iterdir())
    assert all(path.name.startswith("news-readable-") for path in paths)
    check_warcs(paths)
    command = [sys.executable, "-m", "cdxj_indexer.main", "-s", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert index_lines(folder) == done.stdout.splitlines()


def test_two_pages_of_one_original_in_one_second_are_a_second_apart(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    original = "https://www.example.org/gb/26/11/1/n1.htm"
    write_run(folder, FIRST, *(article("n1", channel) for channel in ("a", "b", "c")))
    derived_now(folder)
    pages = records(folder)
    assert [date for _, date in sorted(pages)] == [f"2026-11-01T00:00:0{n}Z" for n in range(3)]
    moved = pages[original, "2026-11-01T00:00:02Z"]
    assert moved.get("WARC-X-Captured-At") == "2026-11-01T00:00:00Z"


def test_lists_have_the_newest_state_by_date(folder: Path) -> None:
    derived_now(folder)
    assert titles(folder) == ["石桥通车了", "渡船停了"]
    (entry,) = catalogue(folder).articles(None, limit=1, offset=0).entries
    assert entry.states == 2
    assert entry.stamp == "20261102000000"
    states = catalogue(folder).states(entry.url)
    assert [state.stamp for state in states] == ["20261102000000", "20261101000000"]


def test_search_knows_the_newest_state(folder: Path) -> None:
    derived_now(folder)
    assert searched(folder, "过桥") == ["n1"]
    assert searched(folder, "收钱") == ["n1"]
    assert searched(folder, "头一个") == []
    assert searched(folder, "桥", titles_only=True) == ["n1"]
    assert searched(folder, "河面", titles_only=True) == []


@pytest.mark.parametrize(
    "address",
    [
        f"{BASE}/news/n1.md",
        "https://github.com/owner/repo/blob/master/pages/news/n1.md",
        "http://www.example.org/gb/26/11/1/n1.htm",
        "example.org/gb/26/11/1/n1.htm#top",
        "https://www.example.org/gb/26/11/1/n1",
        "n1",
    ],
)
def test_page_is_found_by_any_of_its_addresses(folder: Path, address: str) -> None:
    derived_now(folder)
    assert addressed(folder, address) == ["n1"]


def test_address_that_is_none_finds_nothing(folder: Path) -> None:
    derived_now(folder)
    assert addressed(folder, "https://elsewhere.example/") == []
    assert addressed(folder, "") == addressed(folder, "/") == []


# --- bringing it up to date ----------------------------------------------------------------------


def test_second_time_makes_only_what_is_new(folder: Path) -> None:
    derived_now(folder)
    before = records(folder)
    assert derived_now(folder) == Outcome(made=0, pages=2, states=3, faults=0, anew=False)
    write_run(folder, THIRD, article("n2", run=THIRD, title="渡船又开了"), article("n3", run=THIRD))
    assert derived_now(folder) == Outcome(made=2, pages=3, states=5, faults=0, anew=False)
    after = records(folder)
    assert before.items() <= after.items(), "what was there is there, as it was"
    assert set(titles(folder)) == {"石桥通车了", "渡船又开了", "标题 n3"}
    check_warcs(sorted(derived_of(folder).archive.iterdir()))


def test_step_by_step_gives_what_all_at_once_gives(folder: Path, tmp_path: Path) -> None:
    derived_now(folder)
    write_run(folder, THIRD, article("n2", run=THIRD, title="渡船又开了"), article("n3", run=THIRD))
    derived_now(folder)
    other = tmp_path / "other" / "news"
    other.parent.mkdir()
    other.mkdir()
    (other / "items").symlink_to(folder / "items")
    derived_now(other)
    assert titles(folder) == titles(other)
    assert {key: page.block for key, page in records(folder).items()} == {
        key: page.block for key, page in records(other).items()
    }


def test_line_that_was_extracted_anew_takes_the_place_of_the_earlier(folder: Path) -> None:
    derived_now(folder)
    again = article("n2", title="渡船停航", text="河面很宽。", published=None)
    write_run(folder, THIRD, again)
    outcome = derived_now(folder)
    assert (outcome.made, outcome.states) == (1, 3)
    assert titles(folder) == ["石桥通车了", "渡船停航"]
    (page,) = [page for (url, _), page in records(folder).items() if url.endswith("n2.htm")]
    assert "渡船停航" in page.block.decode()


def test_items_that_are_gone_go(folder: Path) -> None:
    derived_now(folder)
    (folder / "items" / f"{SECOND}.jsonl").unlink()
    outcome = derived_now(folder)
    assert (outcome.made, outcome.states) == (0, 2)
    assert set(titles(folder)) == {"石桥通车", "渡船停了"}
    assert searched(folder, "头一个") == ["n1"]
    assert searched(folder, "收钱") == []


def test_anew_leaves_nothing_of_before(folder: Path) -> None:
    derived_now(folder)
    before = set(derived_of(folder).archive.iterdir())
    outcome = derived_now(folder, anew=True)
    assert outcome == Outcome(made=3, pages=2, states=3, faults=0, anew=True)
    assert not before & set(derived_of(folder).archive.iterdir())
    assert len(records(folder)) == 3


@pytest.mark.parametrize("what", ["catalogue", "index", "archive"])
def test_whatever_is_missing_or_broken_is_made_anew(folder: Path, what: str) -> None:
    derived_now(folder)
    derived = derived_of(folder)
    if what == "catalogue":
        derived.catalogue.write_bytes(b"no database" * 1000)
    elif what == "index":
        derived.index.unlink()
    else:
        next(derived.archive.iterdir()).unlink()
    assert derived_now(folder).anew
    assert len(records(folder)) == 3
    assert len(titles(folder)) == 2


def test_another_renderer_makes_everything_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived_now(folder)
    monkeypatch.setattr(derive_module, "RENDERER", "readable/next")
    assert derived_now(folder).made == 3


def test_channel_is_called_what_its_index_calls_it_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run, title in ((THIRD, "街坊"), ("20261104T000000Z", "邻里")):
        monkeypatch.setattr(derive_module, "channel_titles", lambda _, title=title: {"news": title})
        write_run(folder, run, article("n3", run=run))
        derived_now(folder)
        (channel,) = catalogue(folder).channels()
        assert (channel.name, channel.title, channel.articles) == ("news", title, 3)


# --- what must not be shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    ["n1", f"{BASE}/news/n1.md", "https://www.example.org/gb/26/11/1/n1.htm", f"{BASE}/news/n1*"],
)
def test_excluded_article_is_nowhere(folder: Path, entry: str) -> None:
    derived_now(folder)
    (folder / "exclude.txt").write_text(f"{entry}\n", "utf-8")
    assert derived_now(folder).anew
    assert titles(folder) == ["渡船停了"]
    assert searched(folder, "过桥") == []
    assert catalogue(folder).excluded() == {f"{BASE}/news/n1.md"}
    stored = [
        each.record
        for path in derived_of(folder).archive.iterdir()
        for each in warc.read_records(path)
    ]
    assert not [each for each in stored if "n1.htm" in (each.target_uri or "")]


def test_exclusion_that_is_taken_back_shows_the_article_again(folder: Path) -> None:
    (folder / "exclude.txt").write_text("n1\n", "utf-8")
    derived_now(folder)
    (folder / "exclude.txt").unlink()
    derived_now(folder)
    assert titles(folder) == ["石桥通车了", "渡船停了"]


# --- faults and crashes --------------------------------------------------------------------------


def test_line_that_is_no_item_is_counted_and_left_out(folder: Path) -> None:
    write_run(folder, THIRD, article("n3", run=THIRD), tail=b'{"url": 1}\n')
    outcome = derived_now(folder)
    assert (outcome.pages, outcome.faults) == (3, 1)


def test_line_that_is_being_written_waits_for_the_next_time(folder: Path) -> None:
    path = write_run(folder, THIRD, article("n3", run=THIRD), tail=b'{"id": "n4", "ur')
    assert derived_now(folder).pages == 3
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'{"id": "n4"')])
    write_run(folder, "20261104T000000Z", article("n4", run="20261104T000000Z"))
    assert derived_now(folder).pages == 4


class Crash(Exception):
    """Power that fails."""


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("step", ["page", "index", "catalogue", "sweep"])
def test_crash_at_any_step_leaves_the_old_ones_whole(
    folder: Path, step: str, anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived_now(folder)
    before = records(folder)
    listed = titles(folder)
    write_run(folder, THIRD, article("n3", run=THIRD), article("n4", run=THIRD))
    target, name = {
        "page": (PageWriter, "write"),
        "index": (warc, "write_index"),
        "catalogue": (derive_module, "_put_on_disk"),
        "sweep": (derive_module._Derivation, "_sweep"),
    }[step]
    calls = []

    def crash(*_: object) -> None:
        calls.append(1)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(target, name, crash)
        with pytest.raises(Crash):
            derived_now(folder, anew=anew)
    assert calls, "the step was reached"
    if step == "sweep":
        assert set(titles(folder)) >= set(listed)
    else:
        assert titles(folder) == listed
    after = records(folder)
    assert {key: after[key].block for key in before} == {k: v.block for k, v in before.items()}
    derived_now(folder)
    assert len(titles(folder)) == 4
    assert len(records(folder)) == 5
    check_warcs(sorted(derived_of(folder).archive.iterdir()))
    assert not list(derived_of(folder).folder.glob("*.partial")), "nothing half-made stays"


KILLED = """
import os, signal, sys
from pathlib import Path
from mirror.derived.derive import derive
left = int(sys.argv[2])
def advance(done, total):
    if done == left:
        os.kill(os.getpid(), signal.SIGKILL)
derive(Path(sys.argv[1]), advance=advance)
"""


def test_killed_process_leaves_the_old_ones_whole(folder: Path) -> None:
    derived_now(folder)
    before = records(folder)
    write_run(folder, THIRD, *(article(f"m{n}", run=THIRD) for n in range(50)))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), "25"], cwd=PROJECT, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert records(folder) == before
    assert len(titles(folder)) == 2
    outcome = derive(folder)
    assert (outcome.made, outcome.pages) == (50, 52)
    check_warcs(sorted(derived_of(folder).archive.iterdir()))


def test_two_at_once_do_not_mix(folder: Path) -> None:
    seen: list[str] = []

    def again(done: int, total: int) -> None:
        with pytest.raises(CollectionError) as refused:
            derive(folder)
        seen.append(str(refused.value))

    derive(folder, advance=again)
    assert len(seen) == 3
    assert "another process" in seen[0]


def test_collection_that_cannot_be_written_says_so(folder: Path) -> None:
    if os.getuid() == 0:
        (folder / "derived").write_text("in the way", "utf-8")
    else:
        folder.chmod(0o500)
    with pytest.raises(OSError, match="derived"):
        derived_now(folder)


def test_picture_of_excluded_articles_alone_is_excluded(folder: Path) -> None:
    def shown(name: str, *urls: str) -> Article:
        return article(name, images=[Image(url, url, "", "", "", featured=False) for url in urls])

    shared, own = "https://i.example.org/shared.png", "https://i.example.org/图.png"
    write_run(folder, SECOND, shown("p1", shared, own), shown("p2", shared))
    (folder / "exclude.txt").write_text("p1\n", "utf-8")
    derive(folder)
    excluded = catalogue(folder).excluded()
    assert "https://i.example.org/%E5%9B%BE.png" in excluded
    assert shared not in excluded
