"""Where a crawl's log goes; with ``--quiet``, kept back until it is known how the crawl ended."""

from __future__ import annotations

import logging
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.commands.terminal import plain_lines

if TYPE_CHECKING:
    from scrapy.settings import Settings

MOST_WARNINGS = 200
"""Kept, the newest; a run of a sick mirror can have one for every page, and cron mails them."""


class KeptWarnings(logging.Handler):
    """Keeps warnings and errors of the log; they are shown when the run was not complete."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]))
        self.kept: deque[str] = deque(maxlen=MOST_WARNINGS)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.kept.append(self.format(record))
        except Exception:  # noqa: BLE001 - a log call that cannot be formatted ends no run
            self.handleError(record)
        self.count += 1

    def show(self) -> None:
        """Write them to standard error, fit for a mail and a terminal."""
        if (missing := self.count - len(self.kept)) > 0:
            sys.stderr.write(f"… {missing} earlier warnings are left out\n")
        for text in self.kept:
            sys.stderr.write(f"{plain_lines(text)}\n")


def check_log_file(settings: Settings) -> None:
    """See that the log can be written before anything else is done.

    :raises ValueError: ``LOG_FILE`` is set and cannot be.
    """
    if not settings["LOG_FILE"]:
        return
    try:
        Path(settings["LOG_FILE"]).open("ab").close()
    except OSError as error:
        raise ValueError(f"LOG_FILE cannot be written: {error}") from error
