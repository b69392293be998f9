"""``scrapy export``: one clean data set out of all runs of a collection."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mirror import exclusions
from mirror.collection import CollectionError, collection_with_items
from mirror.commands.writing import is_own, progress_bar, say, signals_as_exit
from mirror.export import (
    Columns,
    DataSet,
    Destination,
    ExportError,
    Format,
    Request,
    Selection,
    UnreadableCollection,
    check_available,
    guess_format,
    open_writer,
)
from mirror.extensions.exit_status import COMPLETE, ERROR, PARTIAL, UNWRITABLE, USAGE

if TYPE_CHECKING:
    import argparse
    from typing import Any

PIPE_CLOSED = 128 + signal.SIGPIPE


class Command(ScrapyCommand):
    """Exit status: 0 written; 2 wrong arguments; 3 some lines of the collection were no items and
    are left out; 73 the output could not be written."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] <collection>"

    def short_desc(self) -> str:
        return "Write a collection's articles as one data set: JSON Lines, CSV or Parquet"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. Exit status: 0 written; 2 wrong arguments; 3 written, but for "
            "lines of the collection that are no items; 73 the output could not be written."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument_group("Output").add_argument
        add("-o", "--output", metavar="FILE", type=Path, help="default: standard output")
        add(
            "--format",
            choices=[each.value for each in Format],
            help="default: what FILE ends in, else jsonl",
        )
        add("--fields", metavar="A,B", help="these only, in this order; capture.warc is one too")
        add("--bom", action="store_true", help="begin CSV with the mark that Excel looks for")
        add = parser.add_argument_group("Rows").add_argument
        add("--unique", choices=["original"], help="one row an article, however many pages hold it")
        add("--versions", action="store_true", help="every state of a page, and what changed")
        add("--channel", metavar="A,B", help="of these channels")
        add("--layout", metavar="A,B", help="read by these layouts")
        add("--since", metavar="DATE", help="published on that day or later")
        add("--until", metavar="DATE", help="published on that day or earlier")
        add("--changed-since", metavar="RUN", help="written by a later run than this")
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
            raise UsageError("name one collection, such as: scrapy export demo")
        assert self.settings is not None
        try:
            self.exitcode = _export(Path(self.settings["OUTPUT_DIR"]), args[0], opts)
        except (CollectionError, ExportError, exclusions.ExclusionError) as error:
            self.exitcode = _refuse(str(error), USAGE)
        except BrokenPipeError:
            self.exitcode = PIPE_CLOSED  # whoever read has seen enough: what `cat` ends with
        except UnreadableCollection as error:
            self.exitcode = _refuse(str(error), ERROR)
        except OSError as error:
            name = opts.output or "standard output"
            reason = f"{name} cannot be written: {error.strerror or error}"
            self.exitcode = _refuse(reason, UNWRITABLE)
        except sqlite3.Error as error:
            reason = f"no room for temporary files (TMPDIR says where they are): {error}"
            self.exitcode = _refuse(reason, UNWRITABLE)


def _export(output: Path, name: str, opts: argparse.Namespace) -> int:
    """Do what the options ask.

    :raises ExportError, ExclusionError: they cannot be done.
    :raises UnreadableCollection: its items cannot be read.
    :raises OSError, sqlite3.Error: the output, or the temporary file, cannot be written.
    """
    folder = collection_with_items(output, name)
    request = _request(folder, opts)
    columns = Columns(request.shape, _names(opts.fields) if opts.fields is not None else None)
    destination = _destination(folder, opts.output)
    form = Format(opts.format) if opts.format else guess_format(opts.output)
    if destination.is_terminal and not form.is_text:
        raise ExportError(f"{form} is nothing for a terminal; give -o FILE")
    if opts.bom and form is not Format.CSV:
        raise ExportError(f"--bom is for CSV, not for {form}")
    check_available(form)
    with signals_as_exit(), DataSet(folder, request) as data:
        with progress_bar(unit="B", unit_scale=True, total=data.size, desc="reading") as bar:
            data.read(bar.update)
        with destination as stream:
            writer = open_writer(form, stream, columns, bom=opts.bom)
            count = 0
            with progress_bar(unit=" articles", total=data.count(), desc="writing") as bar:
                for rows in data.rows():
                    for row in rows:
                        writer.write(row)
                    count += len(rows)
                    bar.update()
            writer.finish()
        return _tell(data, count, destination)


def _tell(data: DataSet, count: int, destination: Destination) -> int:
    if destination.path is not None:
        excluded = f", {data.excluded} pages excluded" if data.excluded else ""
        say(f"scrapy export: {count} rows to {destination.path}{excluded}")
    faults = data.faults
    if not faults.count:
        return COMPLETE
    for fault in faults.listed:
        say(f"scrapy export: left out: {fault}")
    say(
        f"scrapy export: {faults.count} lines are no items and were left out; "
        f"look at the collection with: scrapy verify {data.folder.name}"
    )
    return PARTIAL


def _request(folder: Path, opts: argparse.Namespace) -> Request:
    if opts.versions and opts.unique:
        raise ExportError("--versions is about pages, --unique about articles: give one of them")
    selection = Selection(
        channels=frozenset(_names(opts.channel)),
        layouts=frozenset(_names(opts.layout)),
        since=opts.since,
        until=opts.until,
        changed_since=opts.changed_since,
    )
    return Request(
        kind="versions" if opts.versions else "unique" if opts.unique else "newest",
        selection=selection,
        exclusions=exclusions.of_collection(folder, opts.exclude),
    )


def _names(text: str | None) -> list[str]:
    if text is None:
        return []
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise ExportError(f"a name is missing in {text!r}")
    return names


def _destination(folder: Path, path: Path | None) -> Destination:
    if path is not None and is_own(path, folder):
        raise ExportError(f"{path} is the collection's own; write somewhere else")
    return Destination(path)


def _refuse(message: str, status: int) -> int:
    say(f"scrapy export: {message}")
    return status
