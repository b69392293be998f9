"""``scrapy wacz``: a collection as one WACZ file."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mirror import exclusions
from mirror.collection import CollectionError, collection_with_items
from mirror.commands.writing import is_own, progress_bar, say, signals_as_exit
from mirror.export import Destination
from mirror.extensions.exit_status import COMPLETE, PARTIAL, UNWRITABLE, USAGE
from mirror.verification.lock import held_for_reading
from mirror.warc import BadWarc
from mirror.warc.wacz import KeyUnusable, load_or_make

if TYPE_CHECKING:
    from typing import Any

    from scrapy.settings import BaseSettings

    from mirror.packing import Packed, Selection
    from mirror.warc.wacz import Signer

SUFFIX = ".wacz"


class Command(ScrapyCommand):
    """Exit status: 0 written; 2 wrong arguments; 3 the archive is damaged, or items are; 73 the
    file could not be written; 75 a run is writing to the collection."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] <collection>"

    def short_desc(self) -> str:
        return "Pack a collection into one signed WACZ file, which ReplayWeb.page opens"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. Exit status: 0 written; 2 wrong arguments; 3 the archive is "
            "damaged and nothing was written, or some items are and their articles are not listed; "
            "73 the file could not be written; 75 a run is writing to the collection."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("-o", "--output", metavar="FILE", type=Path, help="default: <collection>.wacz here")
        add(
            "--runs", metavar="FROM..TO", help="captures of these runs only; an end may be left out"
        )
        add("--channels", metavar="A,B", help="of these channels only")
        add(
            "--readable",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="a page to read of every article, in a WARC file beside the captures",
        )
        add(
            "--exclude",
            metavar="FILE",
            action="append",
            type=Path,
            default=[],
            help="leave out what this list names, besides the collection's own exclude.txt",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection, such as: scrapy wacz demo")
        from mirror.packing import PackingError

        assert self.settings is not None
        try:
            self.exitcode = _pack(self.settings, args[0], opts)
        except CollectionError as error:
            self.exitcode = _refuse(str(error), error.exit_status)
        except (PackingError, exclusions.ExclusionError, KeyUnusable) as error:
            self.exitcode = _refuse(str(error), USAGE)
        except BadWarc as error:
            reason = f"{error}; nothing was written; look at it with: scrapy verify {args[0]}"
            self.exitcode = _refuse(reason, PARTIAL)
        except OSError as error:
            self.exitcode = _refuse(f"cannot be written: {error}", UNWRITABLE)
        except sqlite3.Error as error:
            reason = f"no room for temporary files (TMPDIR says where they are): {error}"
            self.exitcode = _refuse(reason, UNWRITABLE)


def _pack(settings: BaseSettings, name: str, opts: argparse.Namespace) -> int:
    """Do what the options ask.

    :raises CollectionError: there is no such collection, or a run is writing to it.
    :raises PackingError, ExclusionError, KeyUnusable: it cannot be done.
    :raises BadWarc: the archive is damaged.
    :raises OSError, sqlite3.Error: the package, or a temporary file, cannot be written.
    """
    from mirror.packing import PackingError, pack
    from mirror.packing.pack import bytes_to_read

    folder = collection_with_items(Path(settings["OUTPUT_DIR"]), name)
    target = opts.output or Path(f"{name}{SUFFIX}")
    if target.suffix != SUFFIX:
        raise PackingError(f"{target}: the name of a WACZ file has to end in {SUFFIX}")
    if target.exists() and not target.is_file():
        raise PackingError(f"{target} is no file that could be replaced")
    if is_own(target, folder):
        raise PackingError(f"{target} is the collection's own; write somewhere else")
    selection = _selection(folder, opts)
    signer = load_or_make(key_file(settings))
    limit = settings.getint("DOWNLOAD_MAXSIZE") or sys.maxsize
    with (
        signals_as_exit(),
        held_for_reading(folder),
        progress_bar(unit="B", unit_scale=True, total=bytes_to_read(folder), desc="wacz") as bar,
        Destination(target) as file,
    ):
        packed = pack(
            folder,
            file,
            selection,
            signer,
            limit=limit,
            readable=opts.readable,
            progress=bar.update,
        )
    return _tell(packed, target, signer, key_file(settings))


def _selection(folder: Path, opts: argparse.Namespace) -> Selection:
    from mirror.packing import PackingError, Selection, Span, parse_span

    channels = [each.strip() for each in opts.channels.split(",")] if opts.channels else []
    if not all(channels) or opts.channels == "":
        raise PackingError(f"--channels: a name is missing in {opts.channels!r}")
    return Selection(
        span=parse_span(opts.runs) if opts.runs is not None else Span(),
        channels=frozenset(channels),
        exclusions=exclusions.of_collection(folder, opts.exclude),
    )


def key_file(settings: BaseSettings) -> Path:
    """Where the private key is: ``WACZ_KEY``, else in the user's own configuration."""
    if given := settings.get("WACZ_KEY"):
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "mirror-archive" / "wacz-key.pem"


def _tell(packed: Packed, target: Path, signer: Signer, key: Path) -> int:
    lists = packed.lists
    readable = f", {packed.readable} readable pages" if packed.readable else ""
    excluded = f", {packed.excluded} pages excluded" if packed.excluded else ""
    say(
        f"scrapy wacz: {target}: {target.stat().st_size:,} bytes; {packed.records} records in"
        f" {packed.warcs} WARC files, {lists.articles} states of articles,"
        f" {lists.index_pages} index pages{readable}{excluded}"
    )
    if lists.searched < lists.articles:
        say(f"scrapy wacz: ReplayWeb.page's search finds the newest {lists.searched} of them")
    say(f"scrapy wacz: signed with {key}; its public key: {signer.public_key}")
    if not packed.bad_lines:
        return COMPLETE
    say(
        f"scrapy wacz: {packed.bad_lines} lines of items/ are no items; their articles are packed "
        "and not listed as pages"
    )
    return PARTIAL


def _refuse(message: str, status: int) -> int:
    say(f"scrapy wacz: {message}")
    return status
