"""``scrapy crawl --quiet`` and ``METRICS_DIR``: what cron and Prometheus get to see of a crawl."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mirror.collection import Collection
from mirror.demo import DemoServer
from tests.crawling import PROJECT, SCRAPY, Finished, crawl, crawl_arguments
from tests.path_server import PathServer, message, page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

INDEX = "### 标题\n---\n#### [一](../../pages/ncid1/n1.md?1)\n---\n"


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    folder = tmp_path / "metrics"
    folder.mkdir()
    return folder


def values(folder: Path) -> dict[str, float]:
    """The samples of both files without labels other than the collection."""
    found = {}
    for path in folder.glob("*.prom"):
        for family in text_string_to_metric_families(path.read_text("utf-8")):
            for sample in family.samples:
                if set(sample.labels) == {"collection"}:
                    found[sample.name.removeprefix("mirror_archive_")] = sample.value
    return found


def quiet(output: Path, metrics: Path, *options: str, **arguments: str) -> Finished:
    return crawl(output, "--quiet", "-s", f"METRICS_DIR={metrics}", *options, **arguments)


# --- silence -------------------------------------------------------------------------------------


def test_nothing_at_all_is_said_when_all_is_well(tmp_path: Path, metrics: Path) -> None:
    done = quiet(tmp_path, metrics, mirror="demo")
    assert (done.status, done.output) == (0, "")
    found = values(metrics)
    assert found["last_attempt_exit_status"] == found["last_run_exit_status"] == 0
    assert found["last_success_timestamp_seconds"] > 0


def test_log_file_has_what_is_not_said(tmp_path: Path, metrics: Path) -> None:
    log = tmp_path / "crawl.log"
    log.write_text("what stood there\n")
    done = quiet(tmp_path, metrics, f"--logfile={log}", mirror="demo")
    assert (done.status, done.output) == (0, "")
    text = log.read_text("utf-8")
    assert text.startswith("what stood there\n")
    assert f"Run {done.summary['run']}" in text


def test_on_a_terminal_too(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*SCRAPY, *crawl_arguments(tmp_path, {"mirror": "demo"}, "--quiet")],
        cwd=PROJECT,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        assert process.wait(60) == 0
    with pytest.raises(OSError, match="Input/output"):  # the end, and nothing before it
        os.read(ours, 100)
    os.close(ours)


def test_warnings_and_report_are_said_when_something_is_not(tmp_path: Path, metrics: Path) -> None:
    with DemoServer() as server:
        url = server.url
    log = tmp_path / "crawl.log"
    for options in ([], [f"--logfile={log}"]):
        done = quiet(tmp_path, metrics, *options, mirror=url)
        assert done.status == 4
        assert "WARNING" in done.output
        assert "INFO" not in done.output
        assert "the mirror could not be reached" in done.output
    assert "INFO" in log.read_text("utf-8")
    assert values(metrics)["last_run_exit_status"] == 4


def test_many_warnings_are_cut_short_and_none_acts_on_a_terminal(tmp_path: Path) -> None:
    rows = "".join(f"#### [一](../../pages/ncid1/n{n}%1B[2J.md?1)\n" for n in range(300))
    with PathServer(
        {
            "/README.md": page("#### [频道](indexes/ncid1/README.md)\n"),
            "/indexes/ncid1/README.md": page(f"### 标题\n---\n{rows}---\n"),
            "/robots.txt": message(b"404 Not Found", b""),
        }
    ) as server:
        done = crawl(tmp_path, "--quiet", mirror=server.url)
    assert done.status in (3, 4, 5), done.output
    assert all(each.isprintable() or each == "\n" for each in done.output)
    assert done.output.count("\n") < 260


def test_a_log_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    done = crawl(tmp_path, "--quiet", f"--logfile={tmp_path / 'none' / 'log'}", mirror="demo")
    assert done.status == 2
    assert "LOG_FILE cannot be written" in done.output
    assert "Traceback" not in done.output
    assert not done.folder.exists()


def test_our_own_mistakes_are_told_with_their_traceback(tmp_path: Path, metrics: Path) -> None:
    done = quiet(tmp_path, metrics, "-s", "EXTRACTION_TIMEOUT=soon", mirror="demo")
    assert done.status == 1
    assert "Traceback" in done.output
    assert "could not convert string to float" in done.output
    assert values(metrics)["last_attempt_exit_status"] == 1


# --- metrics -------------------------------------------------------------------------------------


def test_a_refused_crawl_leaves_what_is_known_of_the_runs(tmp_path: Path, metrics: Path) -> None:
    assert quiet(tmp_path, metrics, mirror="demo").status == 0
    before = values(metrics)
    collection = Collection(tmp_path, "test")
    refused = quiet(tmp_path, metrics, mirror="demo")
    collection.close()
    assert refused.status == 75
    assert f"is locked by a run that is beginning (pid {os.getpid()})" in refused.output
    after = values(metrics)
    assert after["last_attempt_exit_status"] == 75
    for name in ("last_success_timestamp_seconds", "last_run_exit_status", "runs_since_success"):
        assert after[name] == before[name]


def test_wrong_arguments_are_an_attempt(tmp_path: Path, metrics: Path) -> None:
    assert quiet(tmp_path, metrics, mirror="demo", limmit="3").status == 2
    assert values(metrics)["last_attempt_exit_status"] == 2
    assert [path.name for path in metrics.iterdir()] == ["mirror-attempt.test.prom"]


def test_no_file_leaves_the_folder_whatever_the_collection_is_called(
    tmp_path: Path, metrics: Path
) -> None:
    done = quiet(tmp_path, metrics, mirror="demo", collection="../evil")
    assert done.status == 2
    assert "metrics" not in done.output  # it is not even tried
    assert list(tmp_path.rglob("*.prom")) == []


def test_a_full_disk_is_told(tmp_path: Path, metrics: Path) -> None:
    done = quiet(tmp_path, metrics, "-s", f"MINIMUM_FREE_BYTES={10**18}", mirror="demo")
    assert done.status == 73
    assert values(metrics)["last_attempt_exit_status"] == 73


def test_a_signal_is_told(tmp_path: Path, metrics: Path) -> None:
    asked = threading.Event()

    def never() -> Iterable[bytes]:
        asked.set()
        time.sleep(2)
        yield b""

    with PathServer({"/README.md": never}) as server:
        arguments = crawl_arguments(
            tmp_path, {"mirror": server.url, "collection": "test"}, "--quiet"
        )
        with subprocess.Popen(
            [*SCRAPY, *arguments, "-s", f"METRICS_DIR={metrics}"],
            cwd=PROJECT,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert asked.wait(60)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "exit status 143" in said
    assert values(metrics)["last_attempt_exit_status"] == 143


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_metrics_folder_that_is_none_is_refused_before_the_crawl(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "metrics"
    if kind == "file":
        folder.touch()
    done = quiet(tmp_path, folder, mirror="demo")
    assert done.status == 2
    assert "METRICS_DIR" in done.output
    assert not done.folder.exists()


def test_metrics_that_cannot_be_written_are_told_and_change_no_status(
    tmp_path: Path, metrics: Path
) -> None:
    (metrics / "mirror-attempt.test.prom").mkdir()
    done = quiet(tmp_path, metrics, mirror="demo")
    assert done.status == 0
    assert done.output.startswith("scrapy crawl: metrics cannot be written: ")
    assert done.output.count("\n") == 1
