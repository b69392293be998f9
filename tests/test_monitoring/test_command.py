"""``scrapy status`` as an operator calls it."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.crawling import PROJECT, Finished, crawl, scrapy
from tests.run_summaries import PAGE, warc, write_run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A real crawl of the demo mirror, only read."""
    done = crawl(tmp_path_factory.mktemp("output"), mirror="demo", collection="demo")
    assert done.status == 0, done.output
    return done


def status(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("status", *arguments, "-s", f"OUTPUT_DIR={output}")


def made_up(output: Path, name: str, age: timedelta, exit_status: int = 0) -> Path:
    folder = output / name
    (folder / "archive").mkdir(parents=True)
    write_run(folder, NOW - age, exit_status)
    return folder


def test_a_real_collection_is_told(demo: Finished) -> None:
    done = status(demo.folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^demo   127\.0\.0\.1:\d+$", done.stdout, re.MULTILINE)
    assert "exit status 0" in done.stdout
    assert "64 articles, 6 index pages, 0 dead links" in done.stdout
    assert "running now  no" in done.stdout
    assert "warning" not in done.stdout
    day = re.search(r"^ +\d{4}-\d\d-\d\d +(\d+) +(\d+) +(\d+) ", done.stdout, re.MULTILINE)
    assert day is not None
    assert day.groups() == ("1", "1", "64")


def test_the_same_for_a_program(demo: Finished) -> None:
    done = status(demo.folder.parent, "demo", "--json")
    (record,) = json.loads(done.stdout)["collections"]
    assert record["collection"] == "demo"
    assert record["last_run"]["run"] == record["last_success"]["run"] == demo.summary["run"]
    ends = dict.fromkeys(("dead", "deleted", "failed", "unknown"), 0)
    assert record["counts"] == {"articles": 64, "indexes": 6, **ends}
    assert record["disk"]["total"] == sum(record["disk"]["parts"].values())
    assert 0 <= record["age_seconds"] < 3600
    documented = (PROJECT / "docs" / "status.md").read_text("utf-8")
    assert set(record) <= set(re.findall(r"`(\w+)`", documented))


def test_the_same_for_prometheus(demo: Finished) -> None:
    done = status(demo.folder.parent, "--prometheus")
    families = {f.name: f for f in text_string_to_metric_families(done.stdout)}
    pages = {s.labels["outcome"]: s.value for s in families["mirror_archive_pages"].samples}
    assert pages["article"] == 64
    assert families["mirror_archive_running"].samples[0].value == 0


def test_nothing_is_written_by_asking(demo: Finished) -> None:
    def stamps() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in [demo.folder, *demo.folder.rglob("*")]
        }

    before = stamps()
    assert status(demo.folder.parent).returncode == 0
    assert stamps() == before


def test_alarm_goes_by_the_oldest_success(tmp_path: Path) -> None:
    made_up(tmp_path, "fresh", HOUR)
    made_up(tmp_path, "old", 27 * HOUR)
    assert status(tmp_path, "--max-age", "28h").returncode == 0
    done = status(tmp_path, "--max-age", "26h")
    assert done.returncode == 3
    assert done.stderr == "scrapy status: old: last success: 1 d 2 h old, limit 1 d 2 h\n" or (
        re.fullmatch(
            r"scrapy status: old: last success: 1 d \d h old, limit 1 d 2 h\n", done.stderr
        )
    )
    assert status(tmp_path, "fresh", "--max-age", "26h").returncode == 0
    assert status(tmp_path, "--max-age", "26h", "--json").returncode == 3


def test_alarm_without_a_success_or_a_collection(tmp_path: Path) -> None:
    done = status(tmp_path, "--max-age", "26h")
    assert done.returncode == 3
    assert "no collections in" in done.stdout
    made_up(tmp_path, "sick", HOUR, 3)
    done = status(tmp_path, "--max-age", "26h")
    assert done.returncode == 3
    assert done.stderr == "scrapy status: sick: last success: there is no success, limit 1 d 2 h\n"
    assert status(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "there are: news"),
        (["../news"], "there are: news"),
        (["\x1b[2J"], "\\x1b"),
        (["--max-age", "26"], "is no duration"),
        (["--days", "0"], "--days"),
        (["--json", "--prometheus"], "not allowed with"),
    ],
)
def test_wrong_usage_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    made_up(tmp_path, "news", HOUR)
    done = status(tmp_path, *arguments)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_a_page_acts_on_a_terminal(tmp_path: Path) -> None:
    folder = made_up(tmp_path, "news", HOUR)
    evil = "\x1b]0;owned\x07\r\n\u202e\u009b31m\ud800"
    write_run(
        folder,
        NOW,
        5,
        mirror=f"mirror{evil[:-1]}",
        meaning=evil[:-1],
        moved_to=f"https://new.example/{evil[:-1]}",
        unreachable=evil[:-1],
        unknown=[PAGE],
    )
    for options in ([], ["--json"]):
        done = status(tmp_path, *options)
        assert done.returncode == 0, done.stderr
        assert all(each.isprintable() or each == "\n" for each in done.stdout)
    assert "warning: the mirror's first page leads to https://new.example/\\x1b" in (
        status(tmp_path).stdout
    )


def test_growth_and_the_days_left_are_told(tmp_path: Path) -> None:
    folder = made_up(tmp_path, "news", HOUR)
    (folder / "archive" / "a").write_bytes(os.urandom(100_000))
    write_run(folder, NOW - timedelta(days=2), warcs=[warc("a", 0)])
    write_run(folder, NOW, warcs=[warc("a", 20_000)])
    out = status(tmp_path).stdout
    assert re.search(
        r"growth       1\d\.\d kB a day; at that rate the disk lasts more than 100", out
    )


def test_a_year_of_hourly_runs_is_opened_for_the_shown_days_only(tmp_path: Path) -> None:
    """Were the others opened, their holding no summaries would be told."""
    folder = made_up(tmp_path, "news", HOUR)
    for hours in range(24 * 8, 24 * 365):
        (folder / "runs" / f"{NOW - hours * HOUR:%Y%m%dT%H%M%SZ}.json").write_text("no summary")
    write_run(folder, NOW - timedelta(days=7, hours=12))
    (record,) = json.loads(status(tmp_path, "--json").stdout)["collections"]
    assert record["runs"] == 2 + 24 * 357
    assert [warning["text"] for warning in record["warnings"]] == ["there is no ledger yet"]
