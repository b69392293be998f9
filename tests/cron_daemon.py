"""A real cron daemon with nothing to do but what a test gives it.

Debian's cron has its folders compiled in, so it runs in mount and process namespaces of its own:
the machine's crontabs are out of its sight, and ours never reach the machine. It ends, with all
that it started, when the ``with`` block does.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import Self

CRON = Path("/usr/sbin/cron")
SECONDS = 120
"""Within which whatever is waited for has to happen."""

SET_UP = """
set -eu
mount -t tmpfs tmpfs /run               # its pid file, and its note that the machine has booted
mount --bind {here}/none /etc/cron.d
mount --bind {here}/crontab /etc/crontab
mount --bind {here}/spool /var/spool/cron/crontabs
mount --bind {here}/sbin /usr/sbin
crontab {here}/table                    # the real one: it refuses what cron would not understand
exec /usr/sbin/cron -f
"""

SENDMAIL = """#!/bin/sh
exec cat >"$(mktemp {here}/mail/XXXXXXXX)"
"""

SHELL = """#!/bin/sh
# What cron runs a command with: the usual shell, and a note of how the command ended.
/bin/sh "$@"
status=$?
echo "$status" >>{here}/statuses
exit "$status"
"""


def require_cron() -> None:
    """Skip the test where no cron daemon of our own can be run."""
    if sys.platform != "linux" or not CRON.exists() or shutil.which("unshare") is None:
        pytest.skip("no cron daemon on this machine (Debian: apt-get install cron)")
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        check=False,
    )
    if os.getuid() != 0 or tried.returncode:
        pytest.skip("a cron daemon of our own needs root, and namespaces that it may make")


class CronDaemon:
    """Runs the lines of one crontab, of the user root.

    :ivar mails: what cron mailed, in no particular order.
    """

    def __init__(self, here: Path, lines: list[str]) -> None:
        self.here = here
        self.lines = lines
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        here = shlex.quote(str(self.here))
        for folder in ("none", "spool", "sbin", "mail"):
            (self.here / folder).mkdir(parents=True)
        (self.here / "crontab").touch()
        shutil.copy2(CRON, self.here / "sbin")
        for name, text in (("sbin/sendmail", SENDMAIL), ("shell", SHELL)):
            script = self.here / name
            script.write_text(text.format(here=here))
            script.chmod(0o755)
        # Only the shell is ours: it is how a test learns of exit statuses.
        table = [f"SHELL={self.here / 'shell'}", *self.lines]
        (self.here / "table").write_text("\n".join(table) + "\n")
        with (self.here / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "sh",
                    "-c",
                    SET_UP.format(here=here),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def mails(self) -> list[str]:
        return [path.read_text("utf-8") for path in (self.here / "mail").iterdir()]

    @property
    def statuses(self) -> list[int]:
        """Exit statuses of the commands that ended, in that order."""
        with suppress(FileNotFoundError):
            return [int(line) for line in (self.here / "statuses").read_text().split()]
        return []

    def wait_for_mail(self, words: str) -> str:
        """The first mail that has these words, once it is there."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            for mail in self.mails:
                if words in mail:
                    return mail
            self._look()
        pytest.fail(f"no mail with {words!r} came; there are: {self.mails}; {self._log()}")

    def wait_until_idle(self, commands: int) -> None:
        """Return when that many commands have ended, and cron has sent what it had to send."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if len(self.statuses) >= commands and not self._children():
                return
            self._look()
        pytest.fail(f"ended so far: {self.statuses}; {self._log()}")

    def _look(self) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            pytest.fail(f"cron ended: {self._log()}")
        time.sleep(0.05)

    def _log(self) -> str:
        return (self.here / "log").read_text()

    def _children(self) -> list[str]:
        """Processes that cron waits for: one a command, until its mail is sent."""
        assert self._process is not None
        daemons = _children_of(self._process.pid)
        return [child for daemon in daemons for child in _children_of(int(daemon))]


def _children_of(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return []
