"""A sorted index in a main and a recent file: complete, cheap to add to, whole after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirror import warc
from mirror.collection import update_index
from mirror.warc import index as index_module
from mirror.warc.index import IndexFiles, lines_of, replace_lines
from mirror.warc.sorted_lines import SortedLines
from tests import warc_samples as samples
from tests.test_warc_cdxj import real_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IO = Path("/proc/self/io")


def line(number: int) -> str:
    return f"org,example)/pages/{number:09} 20260101000000 " + '{"url": "x"}' + "y" * 200


def lines(*numbers: int) -> list[str]:
    return [line(number) for number in numbers]


def held(index: IndexFiles) -> list[str]:
    return [found.decode() for found in index.lines()]


def in_files(index: IndexFiles) -> list[str]:
    """All lines of both files; one that stands in both is there twice."""
    return sorted(found.decode() for path in (index.main, index.recent) for found in lines_of(path))


def filled(folder: Path, count: int = 400) -> IndexFiles:
    """An index of the even numbers, with a line in its recent file: 1."""
    index = IndexFiles.of(folder, "all")
    index.update(lines(*range(0, 2 * count, 2)))
    index.update(lines(1))
    return index


# What is in it


def test_the_two_files_together_are_what_cdxj_indexer_says(tmp_path: Path) -> None:
    """Given three runs, of which the last two add little to what is there."""
    archive, indexes = tmp_path / "news" / "archive", tmp_path / "news" / "indexes"
    indexes.mkdir(parents=True)
    target = samples.writer(archive)
    done = 0
    files = []
    for names in (map(str, range(60)), ("茶", "7"), ("8",)):
        for name in names:
            target.write([samples.resource(name.encode(), name)])
        target.sync()
        update_index(archive, indexes, {target.path.name: done})
        done = target.path.stat().st_size
        files.append(sorted(path.name for path in indexes.iterdir()))
        together = b"".join(path.read_bytes() for path in indexes.iterdir()).decode()
        assert sorted(together.splitlines(), key=str.encode) == real_lines(target.path)
    target.close()
    assert files == [["news.cdxj"], *[["news.cdxj", "news.recent.cdxj"]] * 2]


def test_an_index_that_is_gone_is_made_anew_from_the_whole_archive(tmp_path: Path) -> None:
    archive, indexes = tmp_path / "news" / "archive", tmp_path / "news" / "indexes"
    indexes.mkdir(parents=True)
    path = samples.write_file(archive, samples.every_type())
    update_index(archive, indexes, {path.name: path.stat().st_size})
    assert (indexes / "news.cdxj").read_text("utf-8").splitlines() == real_lines(path)


def test_a_run_writes_to_the_recent_file_only(tmp_path: Path) -> None:
    index = filled(tmp_path)
    before = index.main.stat()
    index.update(lines(5, 3))
    assert index.main.stat() == before
    assert [found.decode() for found in lines_of(index.recent)] == lines(1, 3, 5)


def test_recent_lines_are_merged_when_they_have_outgrown_their_share(tmp_path: Path) -> None:
    index = filled(tmp_path, 400)
    sizes = []
    for number in range(3, 400, 2):
        index.update(lines(number))
        sizes.append(index.main.stat().st_size)
        recent = index.recent.stat().st_size if index.recent.exists() else 0
        assert recent <= index.main.stat().st_size / 8
    # 199 lines came in, one at a time, and the main file was written anew at 9/8 of its size only:
    # 400 lines, 451, 508, 572; the next time would be at 644.
    assert len(set(sizes)) == 4
    assert in_files(index) == sorted({*lines(*range(0, 800, 2)), *lines(*range(1, 400, 2))})


def test_a_recent_file_is_merged_at_its_largest_size_whatever_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(tmp_path)
    monkeypatch.setattr(index_module, "LARGEST_RECENT", index.recent.stat().st_size)
    index.update(lines(3))
    assert not index.recent.exists()
    assert len(in_files(index)) == 402


def test_lines_that_are_there_already_change_nothing(tmp_path: Path) -> None:
    index = filled(tmp_path)
    files = {path: path.stat() for path in (index.main, index.recent)}
    for known in (lines(0, 398, 798), []):
        index.update(known)
        assert {path: path.stat() for path in files} == files
    index.update(lines(1, 2, 3))
    assert in_files(index) == sorted({*lines(*range(0, 800, 2)), *lines(1, 3)})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1)))
)
def test_any_lines_in_any_order_are_held_once_and_sorted(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[str]]
) -> None:
    index = IndexFiles.of(tmp_path_factory.mktemp("index"), "all")
    for added in runs:
        index.update(added)
    wanted = sorted({each for added in runs for each in added}, key=str.encode)
    assert held(index) == wanted
    assert in_files(index) == sorted(wanted)
    for path in (index.main, index.recent):
        env = {**os.environ, "LC_ALL": "C"}
        if path.exists():
            subprocess.run(["sort", "-cu", str(path)], check=True, env=env)


def test_many_new_lines_are_sorted_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "SORTED_AT_ONCE", 3)
    index = filled(tmp_path, 20)
    index.update(lines(*range(39, -1, -1)))
    assert in_files(index) == lines(*range(40))


# Searching


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.binary(max_size=9).map(lambda text: text.replace(b"\n", b"")), max_size=30),
    st.lists(st.binary(max_size=9), max_size=9),
)
def test_a_line_is_found_if_it_is_there(
    tmp_path_factory: pytest.TempPathFactory, there: set[bytes], asked: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "sorted"
    path.write_bytes(b"".join(each + b"\n" for each in sorted(there)))
    with SortedLines(path) as found:
        for each in [*there, *asked]:
            assert (each in found) == (each in there)


@pytest.mark.parametrize("length", [1, 1022, 1023, 1024, 1025, 5000])
def test_a_line_of_any_length_is_found(length: int, tmp_path: Path) -> None:
    there = sorted(b"%03d" % number + b"x" * length for number in range(30))
    path = tmp_path / "sorted"
    path.write_bytes(b"".join(each + b"\n" for each in there))
    with SortedLines(path) as found:
        assert all(each in found for each in there)
        assert not any(each[:-1] in found or each + b"y" in found for each in there)


# Costs


def bytes_read(action: Callable[[], object]) -> int:
    """What this process reads from files meanwhile, as the kernel counts it."""

    def read() -> int:
        return int(IO.read_text().partition("rchar: ")[2].partition("\n")[0])

    before = read()
    action()
    return read() - before


@pytest.mark.skipif(not IO.exists(), reason="only Linux counts what a process reads")
def test_what_an_update_reads_does_not_grow_with_the_index(tmp_path: Path) -> None:
    """Given indexes of which one is sixteen times the other, and the same small run."""
    small, large = 8_000, 128_000
    read = {}
    for count in (small, large):
        index = IndexFiles.of(tmp_path, str(count))
        index.update(map(line, range(0, 2 * count, 2)))
        step = count // 50
        new = lines(*range(1, 2 * count, 2 * step))
        assert len(new) == 50
        read[count] = bytes_read(lambda index=index, new=new: index.update(new))  # type: ignore[misc]
        assert len(list(lines_of(index.recent))) == 50
    # Four more steps of a search for each of the 50 lines, of one or two blocks each.
    assert read[large] - read[small] < 50 * 4 * 2 * 1024
    assert read[large] < (tmp_path / f"{large}.cdxj").stat().st_size / 20


def test_an_update_needs_the_same_memory_for_any_index(tmp_path: Path) -> None:
    peaks = []
    for count in (10_000, 300_000):
        index = IndexFiles.of(tmp_path, str(count))
        replace_lines(index.main, (line(number).encode() for number in range(0, 2 * count, 2)))
        script = (
            "import resource, sys; from pathlib import Path\n"
            "from mirror.warc.index import IndexFiles\n"
            "from tests.test_warc_index import line\n"
            f"index = IndexFiles.of(Path({str(tmp_path)!r}), '{count}')\n"
            "index.update(line(number) for number in range(1, 20_001, 2))\n"
            "index.main.exists() or sys.exit('no index')\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.2 * peaks[0]


# Crashes


class Killed(BaseException):
    """Ends an update where it stands; nothing that would tidy up gets its turn."""


def kill_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step-th change of a name in the folder is the last thing that happens."""
    count = 0

    def counted(act: Callable[..., object]) -> Callable[..., object]:
        def counting(*arguments: object, **more: object) -> object:
            nonlocal count
            count += 1
            if count > step:
                raise Killed
            return act(*arguments, **more)

        return counting

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("added", [(3, 5), tuple(range(3, 299, 2))])
def test_no_line_is_lost_wherever_an_update_is_killed(
    step: int, added: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(tmp_path)
    before = held(index)
    with monkeypatch.context() as patched:
        kill_at(step, patched)
        try:
            index.update(lines(*added))
            ended = True
        except Killed:
            ended = False
    wanted = sorted({*before, *lines(*added)})
    assert held(index) in ([wanted] if ended else [before, wanted])
    assert held(index) == sorted(set(in_files(index)))
    # The next run does not know how far that one came, and says its lines again.
    index.update(lines(*added, 7))
    assert in_files(index) == sorted({*wanted, line(7)})
    assert {path.name for path in tmp_path.iterdir()} <= {"all.cdxj", "all.recent.cdxj"}


def test_lines_left_in_both_files_are_dropped_from_one_by_the_next_run(tmp_path: Path) -> None:
    index = filled(tmp_path)
    replace_lines(index.main, list(index.lines()))
    assert len(in_files(index)) == 402
    index.update([])
    assert not index.recent.exists()
    assert len(in_files(index)) == 401


def test_a_recent_file_that_is_in_the_main_one_in_part_is_kept(tmp_path: Path) -> None:
    index = filled(tmp_path)
    replace_lines(index.recent, [each.encode() for each in lines(0, 1)])
    index.update([])
    assert held(index) == sorted({*lines(*range(0, 800, 2)), line(1)})


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "all.cdxj"
    replace_lines(path, [b"old line"])

    def broken() -> Iterator[bytes]:
        yield b"new line"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        replace_lines(path, broken())
    assert path.read_text() == "old line\n"
    assert [each.name for each in tmp_path.iterdir()] == ["all.cdxj"]


def test_old_index_of_one_file_is_taken_on(tmp_path: Path) -> None:
    index = IndexFiles.of(tmp_path, "all")
    replace_lines(index.main, [each.encode() for each in lines(*range(50))])
    index.update(lines(50))
    assert held(index) == lines(*range(51))


def test_a_damaged_archive_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    index = filled(tmp_path)
    path = samples.write_file(tmp_path / "archive", [[samples.resource(b"x")]])
    path.write_bytes(path.read_bytes()[:-1])
    before = in_files(index)
    with pytest.raises(warc.BadWarc):
        index.update(warc.iter_index(path))
    assert in_files(index) == before
