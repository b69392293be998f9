"""Metrics where the node exporter's textfile collector finds them.

https://github.com/prometheus/node_exporter#textfile-collector: it reads every ``*.prom`` in a
folder, at any moment. So each file takes its name when all of it is on disk, and is readable for
the exporter's own user whatever the umask of cron.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mirror.export import Destination
from mirror.monitoring.exposition import attempt_text, metrics_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mirror.monitoring.state import State

MODE = 0o644


def write_metrics(folder: Path, state: State) -> Path:
    """Write what a collection's last run left: ``mirror-collection.<name>.prom``.

    :raises OSError: it cannot be written; an older file stays as it is.
    """
    path = folder / f"mirror-collection.{state.name}.prom"
    _replace(path, metrics_text(state))
    return path


def write_attempt(folder: Path, collection: str, at: datetime, exit_status: int) -> Path:
    """Write how a call of ``scrapy crawl`` ended: ``mirror-attempt.<name>.prom``.

    A file apart from the other, so that a call which never came to a run (another one holds the
    lock, an argument is wrong) is seen without touching what is known of the runs.

    :raises OSError: it cannot be written; an older file stays as it is.
    """
    path = folder / f"mirror-attempt.{collection}.prom"
    _replace(path, attempt_text(collection, at, exit_status))
    return path


def _replace(path: Path, text: str) -> None:
    with Destination(path) as file:
        os.fchmod(file.fileno(), MODE)
        file.write(text.encode())
