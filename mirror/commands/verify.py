"""``scrapy verify``: whether a collection is what it says."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from tqdm import tqdm

from mirror.collection import EXIT_USAGE, NAME, CollectionError
from mirror.verification.lock import held_for_reading
from mirror.verification.report import Options
from mirror.warc.wacz.complaints import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from mirror.verification.report import Report
    from mirror.warc.wacz.verify import Verified

EXIT_DAMAGED = 3
LEAST_DECODED = 64 * 1024 * 1024


class Command(ScrapyCommand):
    """Reads a collection and proves it; ``docs/verify.md``."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] <collection | FILE.wacz>"

    def short_desc(self) -> str:
        return "Verify a collection (archive, items, indexes, run summaries, ledger) or a WACZ file"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. Nothing is changed. Exit status: 0 all holds; 3 something does "
            "not, and it is told what and where; 2 no such collection or file, or wrong usage; "
            "75 a run is writing to it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--json", metavar="FILE", help="write the report for machines to FILE, - for output"
        )
        parser.add_argument(
            "--quick", action="store_true", help="do not read the pages again, records only"
        )
        parser.add_argument(
            "--most", type=int, default=100, metavar="N", help="findings to tell (default: 100)"
        )
        parser.add_argument(
            "--jobs", type=int, default=0, metavar="N", help="processes (default: one a processor)"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        packed = len(args) == 1 and args[0].endswith(".wacz")
        if len(args) != 1 or not (packed or NAME.fullmatch(args[0])):
            raise UsageError("name one collection, or a WACZ file: scrapy verify demo")
        if opts.most < 0 or opts.jobs < 0:
            raise UsageError("--most and --jobs take a number that is not negative")
        assert self.settings is not None
        if packed:
            self.exitcode = _verify_package(Path(args[0]), opts.most, opts.json)
            return
        folder = Path(self.settings["OUTPUT_DIR"]) / args[0]
        maximum = self.settings.getint("DOWNLOAD_MAXSIZE")
        options = Options(
            quick=opts.quick,
            most=opts.most,
            jobs=opts.jobs,
            limit=max(LEAST_DECODED, maximum) if maximum else sys.maxsize,
        )
        try:
            self.exitcode = _verify(folder, options, opts.json)
        except CollectionError as error:
            sys.stderr.write(f"scrapy verify: {error}\n")
            self.exitcode = error.exit_status
        except OSError as error:
            sys.stderr.write(f"scrapy verify: {error}\n")
            self.exitcode = EXIT_DAMAGED


def _verify(folder: Path, options: Options, json_file: str | None) -> int:
    """Verify, and tell; gives the exit status.

    :raises CollectionError: there is no such collection, or a run is writing to it.
    :raises OSError: a file cannot be read, or the report not written.
    """
    from mirror.verification.verifier import bytes_to_read, verify

    if not (folder / "archive").is_dir():
        raise CollectionError(f"no collection {folder.name!r} in {folder.parent}", EXIT_USAGE)
    began = time.monotonic()
    with held_for_reading(folder), _bar(bytes_to_read(folder)) as bar:
        report = verify(folder, options, bar.update)
    seconds = time.monotonic() - began
    told = json.dumps({**report.as_dict(), "seconds": round(seconds, 3)}, ensure_ascii=False)
    if json_file == "-":
        sys.stdout.write(f"{told}\n")
    else:
        if json_file:
            Path(json_file).write_text(f"{told}\n", "utf-8")
        sys.stdout.write(f"{_words(report, seconds)}\n")
    return 0 if report.holds else EXIT_DAMAGED


def _verify_package(path: Path, most: int, json_file: str | None) -> int:
    """Verify a WACZ file, and tell; gives the exit status."""
    from mirror.warc.wacz.verify import verify_wacz

    if not path.is_file():
        sys.stderr.write(f"scrapy verify: there is no file {path}\n")
        return EXIT_USAGE
    try:
        with _bar(2 * path.stat().st_size) as bar:
            verified = verify_wacz(path, most=most, progress=bar.update)
        told = json.dumps(_package_report(path, verified), ensure_ascii=False)
        if json_file == "-":
            sys.stdout.write(f"{told}\n")
        else:
            if json_file:
                Path(json_file).write_text(f"{told}\n", "utf-8")
            sys.stdout.write(f"{_package_words(path, verified)}\n")
    except OSError as error:
        sys.stderr.write(f"scrapy verify: {error}\n")
        return EXIT_DAMAGED
    return 0 if verified.holds else EXIT_DAMAGED


def _package_report(path: Path, verified: Verified) -> dict[str, Any]:
    complaints, counts = verified.complaints, verified.counts
    return {
        "file": path.name,
        "holds": verified.holds,
        "counts": {
            "warcs": verified.warcs,
            "records": counts.records,
            "index_lines": counts.index_lines,
            "pages": counts.pages,
        },
        "findings": {
            "total": complaints.total,
            "by_check": dict(sorted(complaints.by_check.items())),
            "listed": complaints.listed,
        },
        "public_key": verified.public_key,
        "notes": verified.notes,
    }


def _package_words(path: Path, verified: Verified) -> str:
    """The report as a person reads it."""
    complaints, counts = verified.complaints, verified.counts
    lines = list(complaints.listed)
    if complaints.total > len(lines):
        lines.append(f"… and {complaints.total - len(lines)} more (--most)")
    lines += [f"note: {printable(note)}" for note in verified.notes]
    if verified.public_key:
        lines.append(f"signed with the key whose public part is {verified.public_key}")
    lines.append(
        f"{printable(path.name)}: {counts.records} records in {verified.warcs} WARC files,"
        f" {counts.index_lines} index lines, {counts.pages} lines of pages"
    )
    lines.append(_verdict(complaints.total, complaints.by_check))
    return "\n".join(lines)


def _verdict(total: int, by_check: Mapping[str, int]) -> str:
    if not total:
        return "all holds"
    parts = ", ".join(f"{count} {check}" for check, count in sorted(by_check.items()))
    return f"{total} things do not hold: {parts}"


def _bar(size: int) -> tqdm[NoReturn]:
    return tqdm(
        total=size,
        desc="verify",
        unit="B",
        unit_scale=True,
        dynamic_ncols=True,
        leave=False,
        disable=not sys.stderr.isatty(),
    )


def _words(report: Report, seconds: float) -> str:
    """The report as a person reads it."""
    findings, counts = report.findings, report.counts
    lines = [str(finding) for finding in findings.listed]
    if findings.total > len(findings.listed):
        lines.append(f"… and {findings.total - len(findings.listed)} more (--most)")
    lines += [f"note: {note}" for note in report.notes]
    lines += [
        f"note: {count} items by {extractor}, which is not today's version: stale, not compared"
        for extractor, count in sorted(report.stale.items())
    ]
    if report.quick:
        lines.append("note: --quick: pages were not read again")
    lines.append(
        f"{report.collection}: {counts['records']} records in {counts['warcs']} WARC files,"
        f" {counts['items']} items, {counts['index_lines']} index lines, {counts['runs']} runs;"
        f" {seconds:.1f} s"
    )
    lines.append(_verdict(findings.total, {str(k): n for k, n in findings.by_check.items()}))
    return "\n".join(lines)
