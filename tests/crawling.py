"""Runs ``scrapy`` as an operator does, in a process of its own, and reads what it made."""

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

PROJECT = Path(__file__).resolve().parents[1]
SCRAPY = [sys.executable, "-m", "scrapy"]
CRAWL_SECONDS = 3_600 if os.environ.get("MIRROR_PROVE") == "1" else 300


@dataclass(frozen=True, slots=True)
class Finished:
    """A crawl that has ended, and the collection it wrote to."""

    status: int
    output: str
    folder: Path

    @property
    def summary(self) -> dict[str, Any]:
        """Of the newest run."""
        newest = max((self.folder / "runs").glob("*.json"))
        loaded: dict[str, Any] = json.loads(newest.read_text("utf-8"))
        return loaded

    @property
    def items(self) -> list[dict[str, Any]]:
        """All lines of ``items/``, oldest run first."""
        return [
            json.loads(line)
            for path in sorted((self.folder / "items").glob("*.jsonl"))
            for line in path.read_text("utf-8").split("\n")[:-1]
        ]

    @property
    def warcs(self) -> list[Path]:
        return sorted((self.folder / "archive").glob("*.warc.gz"))


def scrapy(
    *arguments: str, cwd: Path = PROJECT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one ``scrapy`` command to its end."""
    return subprocess.run(
        [*SCRAPY, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=CRAWL_SECONDS,
        check=False,
    )


def crawl_arguments(
    output: Path, arguments: Mapping[str, str], *options: str, spider: str = "web"
) -> list[str]:
    given = [word for name, value in arguments.items() for word in ("-a", f"{name}={value}")]
    return ["crawl", spider, "-s", f"OUTPUT_DIR={output}", *given, *options]


def crawl(output: Path, *options: str, spider: str = "web", **arguments: str) -> Finished:
    """``scrapy crawl`` into ``output/<collection>``."""
    arguments.setdefault("collection", "test")
    done = scrapy(*crawl_arguments(output, arguments, *options, spider=spider))
    return Finished(done.returncode, done.stdout + done.stderr, output / arguments["collection"])


def check_warcs(paths: list[Path]) -> None:
    """Both checkers that archivists use find nothing to complain of."""
    for checker in ("warcio", "fastwarc"):
        program = Path(sys.executable).with_name(checker)
        for path in paths:
            done = subprocess.run(
                [program, "check", path], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
