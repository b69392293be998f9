"""``scrapy crawl`` in a process of its own, as an operator runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[2]
CHECKERS = (("warcio", "check"), ("fastwarc", "check"))


@dataclass(frozen=True, slots=True)
class Crawled:
    """A crawl that has ended."""

    status: int
    log: str
    """All that it wrote to its standard output and error."""
    peak: int
    """The most memory that it held, in bytes."""
    folder: Path
    """The collection."""

    @property
    def summary(self) -> dict[str, Any]:
        """That of the newest run."""
        newest = max((self.folder / "runs").glob("*.json"))
        summary: dict[str, Any] = json.loads(newest.read_text("utf-8"))
        return summary

    @property
    def items(self) -> list[dict[str, Any]]:
        """Of all runs."""
        return [
            json.loads(line)
            for path in sorted((self.folder / "items").glob("*.jsonl"))
            for line in path.read_text("utf-8").splitlines()
        ]

    @property
    def warcs(self) -> list[Path]:
        return sorted((self.folder / "archive").glob("*.warc.gz"))


def crawl(
    output: Path,
    mirror: str,
    collection: str = "crawled",
    *,
    settings: Mapping[str, object] = {},
    environment: Mapping[str, str] = {},
    timeout: float = 120,
) -> Crawled:
    """Crawl `mirror` into ``output/collection`` with `settings` given by ``-s``."""
    command = [sys.executable, "-m", "scrapy", "crawl", "web", "-a", f"mirror={mirror}"]
    command += ["-a", f"collection={collection}", "-s", f"OUTPUT_DIR={output}"]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    inherited = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    log = output / f"{collection}.log"
    output.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        start = sink.tell()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        usage = _wait(process, timeout)
    unit = 1 if sys.platform == "darwin" else 1024
    return Crawled(
        status=process.returncode,
        log=log.read_bytes()[start:].decode("utf-8", "surrogateescape"),
        peak=usage * unit,
        folder=output / collection,
    )


def _wait(process: subprocess.Popen[bytes], timeout: float) -> int:
    """Wait for the end; the peak of resident memory in the system's unit (getrusage(2))."""
    watchdog = subprocess.Popen(
        [sys.executable, "-c", f"import os, time; time.sleep({timeout}); os.kill({process.pid}, 9)"]
    )
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        watchdog.kill()
        watchdog.wait()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss


def complaints(files: list[Path]) -> str:
    """What ``warcio check`` and ``fastwarc check`` have against WARC files; empty if nothing."""
    text = ""
    for program, *arguments in CHECKERS:
        command = [str(Path(sys.executable).with_name(program)), *arguments, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            text += done.stdout + done.stderr
    return text
