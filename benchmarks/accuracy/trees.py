"""The mirrors that are scored: folders with a mirror's files, as a clone of it has them."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.accuracy import oracle_epoch, oracle_minghui
from mirror.address import Address, Mirror, parse_mirror

if TYPE_CHECKING:
    from collections.abc import Collection

    from benchmarks.accuracy.reading import Reading

SERVE_MIRROR = Path(__file__).resolve().parents[3] / "shared" / "bin" / "serve-mirror"
CORPUS = ("epoch-news", "mh-news")
SEED = 20
_ORACLES = (oracle_epoch.read, oracle_minghui.read)


@dataclass(frozen=True, slots=True)
class Tree:
    """One state of one mirror on disk."""

    name: str
    root: Path

    @property
    def mirror(self) -> Mirror:
        """The address under which its pages are read; no page's content depends on it."""
        return parse_mirror(f"https://mirror.example/{self.name}/")

    def address(self, path: str) -> Address:
        """Of the page with this path in the repository."""
        return self.mirror.at(path)

    def articles(self, channels: Collection[str] = ()) -> list[str]:
        """Paths of the article pages, sorted; of these channels only, if any are named."""
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in self.root.glob("pages/*/*.md")
            if not channels or path.parent.name in channels
        )


def corpus() -> list[Tree]:
    """The real mirrors beside the project, unpacked; empty where there are none."""
    if not SERVE_MIRROR.is_file():
        return []
    return [Tree(name, _unpacked(name)) for name in CORPUS]


def _unpacked(name: str) -> Path:
    done = subprocess.run(
        [sys.executable, SERVE_MIRROR, name, "--prepare"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(done.stdout.strip())


def sample(paths: list[str], size: int) -> list[str]:
    """So many of the paths, the same ones each time, in order; all of them for ``0``."""
    if not 0 < size < len(paths):
        return paths
    return sorted(random.Random(SEED).sample(paths, size))


def oracle(source: str) -> Reading:
    """What the page says, by the oracle of its layout.

    :raises ValueError: no oracle knows the page.
    """
    for read in _ORACLES:
        try:
            return read(source)
        except ValueError:
            continue
    raise ValueError("no oracle reads this page")
