"""What the commands that write a file have in common: progress, signals, words, a target."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from mirror import exclusions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

OWN_FOLDERS = ("archive", "derived", "indexes", "items", "runs")


def is_own(path: Path, folder: Path) -> bool:
    """Whether a file to be written would be one of the collection's own."""
    target = Path(os.path.realpath(path))
    here = folder.resolve()
    own = target.parent == here and (
        target.name.startswith("ledger.sqlite") or target.name == exclusions.FILE_NAME
    )
    return own or bool({here / each for each in OWN_FOLDERS} & {target, *target.parents})


def progress_bar(*, unit: str, total: int, desc: str, unit_scale: bool = False) -> tqdm[Any]:
    """Progress on a terminal, nothing elsewhere."""
    return tqdm(
        unit=unit,
        unit_scale=unit_scale,
        total=total,
        desc=desc,
        leave=False,
        dynamic_ncols=True,
        disable=None,
        file=sys.stderr,
    )


@contextmanager
def signals_as_exit() -> Iterator[None]:
    """Let SIGINT and SIGTERM unwind like an exception, so that no partial file stays behind."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def say(line: str) -> None:
    """A line for the operator; nothing in it may act on a terminal."""
    shown = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in line)
    sys.stderr.write(f"{shown}\n")
