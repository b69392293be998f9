"""The crontab lines of ``docs/cron.md``, run by a real cron daemon."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from mirror.demo.server import demo_site, read_site
from tests.crawling import PROJECT, scrapy
from tests.cron_daemon import CronDaemon, require_cron
from tests.documented import crontab_lines
from tests.path_server import PathServer, page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEWS, OTHER, ALARM = crontab_lines("cron.md")
SCHEDULE = re.compile(r"^(?:\S+\s+){5}")
"""The five fields; ``@reboot`` in their place runs the line when the daemon starts."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What stands for ``/srv/mirror-archive``: the project, with its environment."""
    require_cron()
    folder = tmp_path / "srv"
    folder.mkdir()
    for name in ("mirror", "scrapy.cfg"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    (tmp_path / "log").mkdir()
    return folder


def at_once(line: str, installed: Path, **replaced: str) -> str:
    """A line as printed, but for its schedule, its folders and its mirror's address."""
    changes = {
        "/srv/mirror-archive": str(installed),
        "/var/log/mirror-archive": str(installed.parent / "log"),
        **replaced,
    }
    for old, new in changes.items():
        line = line.replace(old, new)
    assert SCHEDULE.match(line), line
    return SCHEDULE.sub("@reboot ", line)


class SlowMirror(PathServer):
    """The demo mirror under a path of its own; its first page is answered when it may be."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()
        pages = {
            f"/{base}{path}": page(file.body.decode())
            for path, file in read_site(demo_site()).items()
        }
        first = pages[f"/{base}README.md"]

        def when_it_may() -> Iterable[bytes]:
            self.is_asked.set()
            self.may_answer.wait(50)  # less than a download may take
            yield first

        super().__init__({**pages, f"/{base}README.md": when_it_may})


def summaries(folder: Path) -> list[int]:
    return [json.loads(path.read_bytes())["exit_status"] for path in folder.glob("runs/*.json")]


def test_printed_line_is_silent_and_other_runs_meanwhile_are_refused(
    installed: Path, tmp_path: Path
) -> None:
    refused = r'scrapy crawl: collection "news" is locked by (.*)\n'
    with SlowMirror("") as mirror:
        line = at_once(NEWS, installed, **{"https://github.com/OWNER/REPO": mirror.url})
        with CronDaemon(tmp_path / "cron", ["MAILTO=you@example.org", line, line]) as cron:
            mail = cron.wait_for_mail("is locked by")
            assert cron.statuses == [75]
            # One more, at a time when the run that is at work has its name.
            assert mirror.is_asked.wait(60)
            with CronDaemon(tmp_path / "later", [line]) as later:
                late = later.wait_for_mail("is locked by")
                later.wait_until_idle(1)
                assert later.statuses == [75]
            mirror.may_answer.set()
            cron.wait_until_idle(2)
            assert cron.statuses == [75, 0]
            assert cron.mails == [mail]
    assert "To: you@example.org\n" in mail
    holder = re.fullmatch(refused, mail.partition("\n\n")[2])
    assert holder is not None
    assert re.fullmatch(r"(a run that is beginning|run \d{8}T\d{6}Z) \(pid \d+\)", holder[1])
    (run,) = (installed / "output" / "news" / "runs").glob("*.json")
    holder = re.fullmatch(refused, late.partition("\n\n")[2])
    assert holder is not None
    assert re.fullmatch(rf"run {run.stem} \(pid \d+\)", holder[1])
    assert summaries(installed / "output" / "news") == [0]
    assert f"Run {run.stem}" in (tmp_path / "log" / "news.log").read_text("utf-8")
    verified = scrapy("verify", "news", "-s", f"OUTPUT_DIR={installed / 'output'}")
    assert verified.returncode == 0, verified.stdout


def test_percent_signs_and_spaces_reach_the_crawl(installed: Path, tmp_path: Path) -> None:
    with SlowMirror("the%20news/") as mirror:
        mirror.may_answer.set()
        line = at_once(OTHER, installed, **{"https://mirror.example/": mirror.url})
        with CronDaemon(tmp_path / "cron", [line]) as cron:
            cron.wait_until_idle(1)
            assert (cron.statuses, cron.mails) == ([0], [])
        assert "/the%20news/README.md" in mirror.asked
    assert summaries(installed / "output" / "other") == [0]


def test_what_is_not_well_is_mailed(installed: Path, tmp_path: Path) -> None:
    with SlowMirror("") as mirror:
        address = mirror.url
    line = at_once(NEWS, installed, **{"https://github.com/OWNER/REPO": address})
    with CronDaemon(tmp_path / "cron", [line]) as cron:
        cron.wait_until_idle(1)
        assert cron.statuses == [4]
        (mail,) = cron.mails
    assert "the mirror could not be reached" in mail
    assert "WARNING" in mail
    assert f"{address}README.md (robots.txt unreachable: connection refused)" in mail


def test_alarm_speaks_only_of_an_old_success(installed: Path, tmp_path: Path) -> None:
    with SlowMirror("") as mirror:
        mirror.may_answer.set()
        line = at_once(NEWS, installed, **{"https://github.com/OWNER/REPO": mirror.url})
        with CronDaemon(tmp_path / "cron", [line]) as cron:
            cron.wait_until_idle(1)
            assert cron.statuses == [0]
    alarm = at_once(ALARM, installed)
    with CronDaemon(tmp_path / "well", [alarm]) as cron:
        cron.wait_until_idle(1)
        assert (cron.statuses, cron.mails) == ([0], [])
    shutil.rmtree(installed / "output" / "news" / "runs")
    with CronDaemon(tmp_path / "ill", [alarm]) as cron:
        cron.wait_until_idle(1)
        assert cron.statuses == [3]
        (mail,) = cron.mails
    assert "news: last success: there is no success" in mail
