"""The other blocks of ``docs/cron.md``: units, log rotation, backup, exit statuses."""

from __future__ import annotations

import configparser
import gzip
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mirror.extensions.exit_status import MEANING
from tests.crawling import PROJECT, Finished, crawl, scrapy
from tests.documented import blocks, crontab_lines

SERVICE, TIMER = blocks("cron.md", "ini")
(LOGROTATE,) = blocks("cron.md", "logrotate")
SHELL = blocks("cron.md", "sh")
TEXT = (PROJECT / "docs" / "cron.md").read_text("utf-8")


def unit(text: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str  # type: ignore[assignment]
    parsed.read_string(text)
    return parsed


def program(name: str, package: str) -> str:
    found = shutil.which(name, path="/usr/bin:/usr/sbin:/bin:/sbin")
    if found is None:
        pytest.skip(f"no {name} on this machine (Debian: apt-get install {package})")
    return found


# --- systemd -------------------------------------------------------------------------------------


DIRECTIVES = {
    "Unit": {"Description", "Wants", "After"},
    "Service": {
        *("Type", "User", "WorkingDirectory", "ExecStart", "SuccessExitStatus", "TimeoutStopSec"),
        *("KillMode", "Nice", "IOSchedulingClass", "NoNewPrivileges", "PrivateTmp"),
        *("ProtectSystem", "ReadWritePaths"),
    },
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent"},
    "Install": {"WantedBy"},
}
"""By systemd.unit(5), .service(5), .exec(5), .kill(5) and .timer(5)."""


@pytest.mark.parametrize("text", [SERVICE, TIMER], ids=["service", "timer"])
def test_units_hold_nothing_that_systemd_does_not_know(text: str) -> None:
    parsed = unit(text)
    for section in parsed.sections():
        assert set(parsed[section]) <= DIRECTIVES[section]


def test_units_are_understood_by_systemd_where_it_is(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        return  # not for skipping: the test above holds everywhere
    project = tmp_path / "srv"
    project.mkdir()
    (project / ".venv").symlink_to(sys.prefix)
    names = ("mirror-news.service", "mirror-news.timer")
    for name, text in zip(names, (SERVICE, TIMER), strict=True):
        (tmp_path / name).write_text(text.replace("/srv/mirror-archive", str(project)))
    verify = [systemd, "verify", "--man=no", *(str(tmp_path / name) for name in names)]
    calendar = [systemd, "calendar", "--iterations=2", unit(TIMER)["Timer"]["OnCalendar"]]
    verified = subprocess.run(verify, capture_output=True, text=True, check=False)
    hours = subprocess.run(calendar, capture_output=True, text=True, check=False)
    ours = [line for line in verified.stderr.splitlines() if "mirror-news" in line]
    assert (verified.returncode, ours) == (0, []), verified.stderr
    assert hours.returncode == 0, hours.stderr
    assert hours.stdout.count(":17:00") >= 2


def test_timer_starts_the_service_of_its_name() -> None:
    assert set(re.findall(r"mirror-news\.(\w+)`", TEXT)) == {"service", "timer"}
    assert "Unit" not in unit(TIMER)["Timer"]


def test_service_runs_the_line_of_the_crontab_and_lets_it_be_refused() -> None:
    service = unit(SERVICE)["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[0].startswith("/")
    in_crontab = shlex.split(crontab_lines("cron.md")[0].partition("&&")[2])
    same = [word for word in in_crontab if not word.startswith(("--quiet", "--logfile"))]
    assert words[0].endswith(same[0])
    assert words[1:] == same[1:]
    assert service["SuccessExitStatus"] == "75"
    assert service["ReadWritePaths"] == f"{service['WorkingDirectory']}/output"


# --- logrotate -----------------------------------------------------------------------------------


def rotate(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    logrotate = program("logrotate", "logrotate")
    configuration = tmp_path / "logrotate.conf"
    user = "root root" if Path.home() == Path("/root") else ""
    text = LOGROTATE.replace("/var/log/mirror-archive", str(tmp_path / "log"))
    text = text.replace("    su mirror mirror\n", f"    su {user}\n" if user else "")
    assert "su mirror" not in text
    configuration.write_text(text)
    configuration.chmod(0o644)
    return subprocess.run(
        [logrotate, *options, "--state", tmp_path / "state", configuration],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir(mode=0o755)
    return folder / "news.log"


def test_logrotate_has_nothing_to_complain_of(tmp_path: Path, log: Path) -> None:
    log.write_text("one line\n")
    done = rotate(tmp_path, "--debug")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert "news.log" in done.stderr


def test_nothing_is_lost_when_a_log_is_rotated_under_a_crawl(tmp_path: Path, log: Path) -> None:
    with log.open("a") as crawl_at_work:
        crawl_at_work.write("before\n")
        crawl_at_work.flush()
        assert rotate(tmp_path, "--force").returncode == 0
        assert not log.exists()
        crawl_at_work.write("after\n")
    assert log.with_name("news.log.1").read_text() == "before\nafter\n"
    log.write_text("the next run\n")
    assert rotate(tmp_path, "--force").returncode == 0
    packed = gzip.decompress(log.with_name("news.log.2.gz").read_bytes())
    assert packed == b"before\nafter\n"
    assert log.with_name("news.log.1").read_text() == "the next run\n"


# --- backup and moving ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    done = crawl(tmp_path_factory.mktemp("work") / "output", mirror="demo", collection="news")
    assert done.status == 0, done.output
    return done


@pytest.fixture
def work(collection: Finished, tmp_path: Path) -> Path:
    """A project folder of its own, with ``output/news`` in it."""
    folder = tmp_path / "work"
    shutil.copytree(collection.folder.parent, folder / "output")
    for name in ("mirror", "scrapy.cfg"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    (tmp_path / "backup").mkdir()
    return folder


def run_block(block: str, work: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-euc", block.replace("BACKUP", str(work.parent / "backup"))],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_backup_is_whole_is_proved_and_is_crawled_on(work: Path) -> None:
    program("flock", "util-linux")
    backup, prove, _ = [block for block in SHELL if "BACKUP" in block]
    for block in (backup, prove):
        done = run_block(block, work)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "all holds" in done.stdout
    moved = crawl(work.parent / "backup", mirror="demo", collection="news")
    assert moved.status == 0, moved.output
    assert moved.summary["articles"]["new"] == 0


def test_archive_alone_is_a_backup(work: Path) -> None:
    backup, _, restore = [block for block in SHELL if "BACKUP" in block]
    items = sorted((work / "output" / "news" / "items").glob("*"))
    written = [sorted(path.read_bytes().splitlines()) for path in items]
    assert run_block(backup, work).returncode == 0
    for folder in (work / "output" / "news", *(work.parent / "backup" / "news").glob("[!a]*")):
        if folder.is_dir():
            shutil.rmtree(folder)
    done = run_block(restore, work)
    assert done.returncode == 0, done.stdout + done.stderr
    # The same lines; their order in a file is that in which pages were read.
    assert [sorted(path.read_bytes().splitlines()) for path in items] == written
    verified = scrapy("verify", "news", "-s", f"OUTPUT_DIR={work / 'output'}")
    assert verified.returncode == 0, verified.stdout


def test_crawl_during_a_backup_is_refused_and_one_that_only_reads_is_not(work: Path) -> None:
    flock = program("flock", "util-linux")
    (backup,) = [block for block in SHELL if "flock" in block and "BACKUP" in block]
    held = subprocess.Popen(
        [flock, "--shared", "output/news/.lock", "sh", "-c", "echo held; cat"],
        cwd=work,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with held:
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"
        refused = crawl(work / "output", mirror="demo", collection="news")
        assert refused.status == 75, refused.output
        assert run_block(backup, work).returncode == 0


# --- what stands in its tables -------------------------------------------------------------------


def test_every_exit_status_is_told_what_to_do_about() -> None:
    table = TEXT.partition("## What each exit status asks")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    codes = {int(code) for row in rows for code in row.split(", ")}
    assert codes == {*MEANING, 130, 143}
