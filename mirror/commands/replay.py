"""``scrapy replay``: a collection in the browser, on this machine alone."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mirror.collection import CollectionError, collection_with_items
from mirror.commands.derive import brought_up_to_date
from mirror.exclusions import ExclusionError
from mirror.extensions.exit_status import ERROR, UNWRITABLE, USAGE
from mirror.replay import serve
from mirror.replay.environment import NoReplay, default_environment, python_of

if TYPE_CHECKING:
    import argparse

DEFAULT_PORT = 8080
LAST_PORT = 65535
OF_PYWB = ("static", "collinfo.json")
"""Names that have another meaning to pywb."""


class Command(ScrapyCommand):
    """Brings the readable pages up to date, then becomes pywb; ``docs/replay.md``."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] <collection>"

    def short_desc(self) -> str:
        return "Serve a collection to your browser: as captured, and as readable pages"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. On 127.0.0.1 only, until Ctrl-C; works offline, but for the "
            "first time, which installs pywb. Exit status: 0 ended by Ctrl-C; 1 the server "
            "cannot start; 2 wrong arguments; 73 the readable pages cannot be written."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--port",
            type=int,
            default=DEFAULT_PORT,
            help=f"default: {DEFAULT_PORT}; 0 takes a free one",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection, such as: scrapy replay demo")
        if not 0 <= opts.port <= LAST_PORT:
            raise UsageError(f"--port takes a number from 0 to {LAST_PORT}")
        assert self.settings is not None
        try:
            folder = collection_with_items(Path(self.settings["OUTPUT_DIR"]), args[0])
            if folder.name in OF_PYWB:
                raise UsageError(f"pywb cannot replay a collection called {folder.name!r}")
            environment = self.settings["REPLAY_ENVIRONMENT"]
            python = python_of(Path(environment) if environment else default_environment())
            brought_up_to_date(folder, anew=False)
        except (CollectionError, ExclusionError) as error:
            self.exitcode = _refuse(error, getattr(error, "exit_status", USAGE))
        except NoReplay as error:
            self.exitcode = _refuse(error, ERROR)
        except (OSError, sqlite3.Error) as error:
            self.exitcode = _refuse(f"{folder / 'derived'} cannot be written: {error}", UNWRITABLE)
        else:
            _become(python, folder, opts.port)


def _become(python: Path, folder: Path, port: int) -> None:
    """Go on as the server: signals reach it as they are, and nothing of this process stays."""
    asked = {"folder": str(folder.resolve()), "collection": folder.name, "port": port}
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [str(python), "-I", str(serve.__file__), json.dumps(asked)])


def _refuse(reason: object, status: int) -> int:
    sys.stderr.write(f"scrapy replay: {reason}\n")
    return status
