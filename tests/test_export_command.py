"""``scrapy export`` as a person, a pipe or cron runs it."""

from __future__ import annotations

import argparse
import fcntl
import gzip
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import termios
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from scrapy.settings import Settings

from mirror.collection import Collection
from mirror.commands.export import Command
from mirror.export import DataSet, Request
from tests.crawling import PROJECT, SCRAPY, crawl, scrapy
from tests.export_samples import FIRST, article, write_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with the demo mirror in it."""
    folder = tmp_path_factory.mktemp("output")
    done = crawl(folder, mirror="demo", collection="demo")
    assert done.status == 0, done.output
    return folder


def export(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("export", *arguments, "-s", f"OUTPUT_DIR={output}")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def test_a_collection_as_json_lines_on_standard_output(output: Path) -> None:
    before = snapshot(output)
    done = export(output, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 64
    assert [row["url"] for row in rows] == sorted(row["url"] for row in rows)
    assert {row["channel_title"] for row in rows} == {"邻里生活", "四时风物"}
    assert snapshot(output) == before


def test_an_article_once_for_all_channels(output: Path) -> None:
    done = export(output, "demo", "--unique", "original", "--fields", "id,also_at")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) == 60
    assert sorted(row["id"] for row in rows if row["also_at"]) == [
        *("n9000003", "n9000046"),
        *("n9000053", "n9000056"),
    ]


def test_a_file_whose_name_tells_the_format(output: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl.gz"
    done = export(output, "demo", "-o", str(path), "--channel", "ncid9002")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"scrapy export: 30 rows to {path}\n"
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 30
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "no collection 'nothing' in {output}; there are: demo"),
        (["../demo"], "there are: demo"),
        (["{output}/demo"], "there are: demo"),
        (["."], "there are: demo"),
        (["demo", "--exclude", "{output}/\x1b[31m.txt"], "/\\x1b[31m.txt cannot be read"),
        (["\x1b[31m"], "no collection '\\x1b[31m'"),
        (["demo", "--fields", "nope"], "no field 'nope'; there are: id, mirror"),
        (["demo", "--fields", ""], "a name is missing"),
        (["demo", "--channel", "ncid9001,"], "a name is missing"),
        (["demo", "--channel", "news"], "no channel 'news'; there are: ncid9001, ncid9002"),
        (["demo", "--layout", "news"], "no layout 'news'; there are: epoch"),
        (["demo", "--changed-since", "yesterday"], "no run 'yesterday'; the newest: 20"),
        (["demo", "--since", "2026"], "is no date"),
        (["demo", "--versions", "--unique", "original"], "give one of them"),
        (["demo", "--bom"], "--bom is for CSV"),
        (["demo", "-o", "{output}/articles.xml"], "does not end in a format"),
        (["demo", "-o", "{output}/demo/items/x.jsonl"], "is the collection's own"),
        (["demo", "-o", "{output}/demo/ledger.sqlite", "--format", "csv"], "collection's own"),
        (["demo", "--exclude", "{output}/missing.txt"], "missing.txt cannot be read"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    output: Path, arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(output)
    command = Command()
    command.settings = Settings({"OUTPUT_DIR": str(output)})
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    options, names = parser.parse_known_args([each.format(output=output) for each in arguments])
    command.run(names, options)
    told = capfd.readouterr()
    assert command.exitcode == 2
    assert message.format(output=output) in told.err
    assert told.err.count("\n") == 1
    assert told.err.strip().isprintable()
    assert told.out == ""
    assert snapshot(output) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one collection"),
        (["demo", "demo"], "name one collection"),
        (["demo", "--format", "xml"], "invalid choice: 'xml' (choose from"),
        (["nothing"], "scrapy export: no collection 'nothing'"),
    ],
)
def test_wrong_usage_ends_with_2(output: Path, arguments: list[str], message: str) -> None:
    done = export(output, *arguments)
    assert done.returncode == 2
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", ["missing/x.csv", ".", "/dev/full"])
def test_an_output_that_cannot_be_written(output: Path, tmp_path: Path, path: str) -> None:
    target = tmp_path / path
    done = export(output, "demo", "-o", str(target), "--format", "csv")
    assert done.returncode == 73
    assert done.stderr.startswith(f"scrapy export: {target} cannot be written: ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_behind_standard_output(output: Path) -> None:
    command = [*SCRAPY, "export", "demo", "-s", f"OUTPUT_DIR={output}"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 73
    assert b"standard output cannot be written: No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough(output: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "many", FIRST, *(article(f"n{number:05d}") for number in range(9000)))
    command = [*SCRAPY, "export", "many", "-s", f"OUTPUT_DIR={tmp_path}"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


def test_damage_is_told_and_everything_else_is_exported(output: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(output / "demo", tmp_path / "demo")
    (path,) = (folder / "items").iterdir()
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b'"id":', b'"id";')
    path.write_bytes(b"\n".join(lines))
    done = export(tmp_path, "demo")
    offset = sum(len(line) + 1 for line in lines[:3])
    assert done.returncode == 3
    assert f"left out: items/{path.name}: at byte {offset}: " in done.stderr
    assert "scrapy verify demo" in done.stderr
    assert done.stdout.count("\n") == 63


def test_what_is_excluded(output: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(output / "demo", tmp_path / "demo")
    (folder / "exclude.txt").write_text("# asked for by the author\nn9000003\n", "utf-8")
    further = tmp_path / "further.txt"
    further.write_text("https://www.epochtimes.com/gb/23/12/1/n9000001.htm\n", "utf-8")
    path = tmp_path / "out.jsonl"
    done = export(tmp_path, "demo", "--exclude", str(further), "-o", str(path))
    assert done.stderr == f"scrapy export: 61 rows to {path}, 3 pages excluded\n"
    written = path.read_text("utf-8")
    assert written.count("\n") == 61
    assert "n9000003.md" not in written
    assert "n9000001.md" not in written


def test_beside_a_run_that_holds_the_lock(output: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(output / "demo", tmp_path / "demo")
    collection = Collection(tmp_path, "demo")
    try:
        run = collection.start_run("web")
        (folder / "items" / f"{run}.jsonl").write_bytes(b'{"id":"half')
        done = export(tmp_path, "demo", "--fields", "id,channel_title")
    finally:
        collection.close()
    assert (done.returncode, done.stdout.count("\n")) == (0, 64)
    assert "邻里生活" in done.stdout
    assert len(list((folder / "items").iterdir())) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_partial_file(tmp_path: Path, number: signal.Signals) -> None:
    articles = (article(f"n{number:05d}", text="长" * 2000) for number in range(15_000))
    write_run(tmp_path / "many", FIRST, *articles)
    target = tmp_path / "out"
    target.mkdir()
    command = [*SCRAPY, "export", "many", "-s", f"OUTPUT_DIR={tmp_path}", "--format", "csv"]
    command += ["-o", str(target / "x.csv")]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size for path in target.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert [path.suffix for path in target.iterdir()] == [".partial"]
        process.send_signal(number)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 128 + number
    assert list(target.iterdir()) == []


def in_terminal(*arguments: str) -> tuple[int, str]:
    """Exit status and output of an export in a terminal."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        [*SCRAPY, "export", *arguments], cwd=PROJECT, stdin=side, stdout=side, stderr=side
    ) as process:
        os.close(side)
        shown = b""
        while True:
            try:
                data = os.read(main, 1 << 16)
            except OSError:  # how Linux says that the other side is closed
                break
            if not data:
                break
            shown += data
    os.close(main)
    return process.returncode, shown.decode()


def test_a_terminal_shows_how_far_it_is(output: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    status, shown = in_terminal("demo", "-s", f"OUTPUT_DIR={output}", "-o", str(path))
    assert status == 0
    assert "reading" in shown
    assert "writing" in shown
    assert "64/64" in shown or "0/64" in shown


def test_a_terminal_is_not_sent_bytes_that_are_no_text(output: Path) -> None:
    status, shown = in_terminal("demo", "-s", f"OUTPUT_DIR={output}", "--format", "jsonl.gz")
    assert status == 2
    assert "give -o FILE" in shown


def test_memory_does_not_grow_with_the_collection(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        articles = (article(f"n{number:06d}", text="长" * 500) for number in range(count))
        write_run(folder, FIRST, *articles)
        tracemalloc.start()
        try:
            for kind in ("newest", "unique", "versions"):
                with DataSet(folder, Request(kind=kind)) as data:
                    data.read()
                    assert sum(len(rows) for rows in data.rows()) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is loaded once
    assert peak(4000) < 1.2 * peak(500) + 50_000
