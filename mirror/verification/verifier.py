"""One collection verified from its first byte to its last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mirror.collection import index_files
from mirror.verification import accounts, archive, fixity, lines, repeats
from mirror.verification.across import Across
from mirror.verification.facts import Facts
from mirror.verification.findings import Findings
from mirror.verification.ledgers import LedgerView
from mirror.verification.pages import PageReader
from mirror.verification.processes import processes
from mirror.verification.report import Options, Report
from mirror.verification.summaries import (
    add_to,
    check_by_itself,
    check_with_archive,
    check_with_items,
    read_summary,
)
from mirror.warc import BadWarc, read_records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mirror.verification.processes import Run

    Progress = Callable[[int], object]

_FILES = {
    "archive": "*.warc.gz",
    "items": "*.jsonl",
    "indexes": "*.cdxj",
    "runs": "*.json",
}


def bytes_to_read(folder: Path) -> int:
    """What `progress` of :func:`verify` will have been told in the end."""
    return sum(path.stat().st_size for name in _FILES for path in _files(folder, name))


def verify(
    folder: Path, options: Options | None = None, progress: Progress = lambda _: None
) -> Report:
    """Verify the collection in `folder`, of which nothing is changed.

    :param progress: told the number of bytes each time some have been read.
    :raises OSError: a file cannot be read.
    """
    options = options or Options()
    facts = Facts()
    try:
        return _Verification(folder, options, facts, progress).run()
    finally:
        facts.close()


def _files(folder: Path, name: str) -> list[Path]:
    return sorted(path for path in (folder / name).glob(_FILES[name]) if path.name[0] != ".")


def _nothing(_: str) -> None:
    """For what was complained of before."""


class _Verification:
    def __init__(self, folder: Path, options: Options, facts: Facts, progress: Progress) -> None:
        self.folder = folder
        self.options = options
        self.facts = facts
        self.progress = progress
        self.findings = Findings(options.most)
        self.ledger = LedgerView(folder, facts, self.findings)
        self._mirrors = [self.ledger.meta("mirror")]
        self._refs = {self.ledger.meta("ref")}
        self.summaries = self._read_summaries()
        name = next(filter(None, self._mirrors), None) or self._mirror_in_archive()
        refs = tuple(sorted(ref for ref in self._refs if ref))
        self.reader = PageReader(
            name,
            refs,
            limit=options.limit,
            read_again=not options.quick,
            harmful=self.ledger.harmful(),
        )
        self.report = Report(folder.name, name, options.quick, self.findings)
        self._orphans: list[tuple[str, int, bytes]] = []

    def run(self) -> Report:
        with processes(self.options.jobs, self._size("archive")) as run:
            self._archive(run)
            self._items(run)
            self._indexes(run)
            fixity.check(self.facts, _files(self.folder, "archive"), run, self.findings)
        self.facts.complete()
        if repeats.drop_merged(self.facts, index_files(self.folder)):
            self.report.notes.append(repeats.NOTE)
        across = Across(self.folder, self.facts, self.findings, self.reader)
        across.records()
        self._requests_unanswered()
        across.index(self._index_name())
        across.items()
        accounts.check_pages(across)
        accounts.check_pictures(across)
        if not self.options.quick:
            accounts.check_articles(across)
        self._runs(across)
        self.ledger.check()
        self._sum_up()
        return self.report

    # What there is

    def _read_summaries(self) -> list[Path]:
        """Files of the summaries that can be read; they themselves are not kept in memory."""
        readable = []
        for path in _files(self.folder, "runs"):
            complain = partial(self.findings.add, "runs", f"runs/{path.name}")
            summary = read_summary(path, complain)
            self.progress(path.stat().st_size)
            if summary is None:
                continue
            check_by_itself(summary, path.stem, complain)
            self._mirrors.append(summary.mirror)
            self._refs.add(summary.ref)
            if summary.run == path.stem:
                add_to(self.facts, summary)
                readable.append(path)
        return readable

    def _mirror_in_archive(self) -> str:
        for path in _files(self.folder, "archive"):
            try:
                first = next(read_records(path), None)
            except BadWarc:
                continue
            for line in (
                first.record.block.decode("utf-8", "replace").split("\r\n") if first else ()
            ):
                if line.startswith("mirror: "):
                    return line.removeprefix("mirror: ")
        return ""

    def _size(self, name: str) -> int:
        return sum(path.stat().st_size for path in _files(self.folder, name))

    # What is read

    def _archive(self, run: Run) -> None:
        paths = _files(self.folder, "archive")
        self.facts.add("warc", enumerate((path.name for path in paths), 1))
        parts = [part for n, path in enumerate(paths, 1) for part in archive.parts(path, n)]
        walk = partial(archive.walk, reader=self.reader, most=self.options.most)
        path, end = None, 0
        for planned, given in zip(parts, run(walk, parts), strict=True):
            part, walked = planned, given
            if part.path != path:
                path, end = part.path, 0
            elif part.start != end:
                # The bytes of some page look like a record, and the file was cut there.
                moved = archive.follows(part, end)
                if moved is None:
                    continue
                part, walked = moved, walk(moved)
            end = walked.end
            self._add_walked(part, walked)
            self.progress(planned.stop - planned.start)
        for path in paths:
            if not path.stat().st_size:
                self.findings.add("archive", f"archive/{path.name}", "holds no record", offset=0)

    def _add_walked(self, part: archive.Part, walked: archive.Walked) -> None:
        self.findings.merge(walked.findings)
        self.facts.add("record", walked.records)
        self.facts.add("warcinfo", walked.warcinfos)
        for offset, warcinfo in walked.orphans:
            self._orphans.append((f"archive/{part.path.name}", offset, warcinfo))

    def _items(self, run: Run) -> None:
        paths = _files(self.folder, "items")
        self.facts.add("item_file", enumerate((path.stem for path in paths), 1))
        parts = [part for n, path in enumerate(paths, 1) for part in lines.parts(path, n)]
        before = 0
        reading = partial(lines.read_items, most=self.options.most)
        for part, read in zip(parts, run(reading, parts), strict=True):
            before = before if part.start else 0
            self.findings.merge(read.findings, lines_before=before)
            self.facts.add("item", (row._replace(line=row.line + before) for row in read.rows))
            counts = ((part.number, code, count) for code, count in read.warnings.items())
            self.facts.add("warning", counts)
            before += read.count
            self.progress(part.stop - part.start)

    def _indexes(self, run: Run) -> None:
        paths = _files(self.folder, "indexes")
        self.facts.add("index_file", enumerate((path.name for path in paths), 1))
        parts = [part for n, path in enumerate(paths, 1) for part in lines.parts(path, n)]
        before, last = 0, b""
        reading = partial(lines.read_index, most=self.options.most)
        for part, read in zip(parts, run(reading, parts), strict=True):
            before, last = (before, last) if part.start else (0, b"")
            self.findings.merge(read.findings, lines_before=before)
            if part.start and read.first <= last:
                reason = lines.misplaced(read.first, last)
                name = f"indexes/{part.path.name}"
                self.findings.add("index", name, reason, line=before + 1)
            self.facts.add("line", (row._replace(line=row.line + before) for row in read.rows))
            before, last = before + read.count, read.last
            self.progress(part.stop - part.start)

    def _index_name(self) -> str:
        names = [path.name for path in _files(self.folder, "indexes")]
        return names[0] if len(names) == 1 else index_files(self.folder).main.name

    # What is compared

    def _requests_unanswered(self) -> None:
        """A crash may tear off the answer of a run's last request, and no other."""
        for name, offset, warcinfo in self._orphans:
            if self.facts.one(
                "SELECT 1 FROM warcinfo w JOIN summary s ON s.run=w.run"
                " WHERE w.id=? AND s.exit_status NOT NULL",
                warcinfo,
            ):
                self.findings.add("archive", name, "no record answers it", offset=offset)

    def _runs(self, across: Across) -> None:
        files = {run: n for n, run in self.facts.ask("SELECT n, run FROM item_file")}
        for path in self.summaries:
            complain = partial(self.findings.add, "runs", f"runs/{path.name}")
            summary = read_summary(path, _nothing)
            if summary is None:
                continue
            check_with_archive(summary, self.facts, complain)
            for reason in self.ledger.check_summary(summary):
                complain(reason)
            for reason in check_with_items(summary, files.get(summary.run), self.facts):
                self.findings.add("items", f"items/{summary.run}.jsonl", reason)
        self._ends_of_runs()
        known = {
            run
            for (run,) in self.facts.ask("SELECT run FROM warcinfo UNION SELECT run FROM summary")
        }
        for run in sorted(files.keys() - known):
            self.findings.add("items", f"items/{run}.jsonl", "no run has this name")

    def _ends_of_runs(self) -> None:
        """A run names the files that it wrote to, and how long its last record left them."""
        for run, name, length, end in self.facts.ask(
            "WITH ends (run, warc, stop) AS (SELECT i.run, r.warc, max(r.offset + r.length)"
            "  FROM record r JOIN warcinfo i ON i.id=coalesce(r.info, r.id) GROUP BY 1, 2)"
            " SELECT e.run, w.name, n.length, e.stop FROM ends e JOIN warc w ON w.n=e.warc"
            " JOIN summary s ON s.run=e.run LEFT JOIN named n ON n.run=e.run AND n.warc=w.name"
            " WHERE n.length IS NOT e.stop"
        ):
            said = "does not name" if length is None else f"says {length} bytes of"
            reason = f"{said} archive/{name}, where the run's last record ends at byte {end}"
            self.findings.add("runs", f"runs/{run}.json", reason)

    def _sum_up(self) -> None:
        count = self.facts.count
        self.report.counts = {
            "warcs": count("SELECT count(*) FROM warc"),
            "records": count("SELECT count(*) FROM record"),
            "captures": count("SELECT count(*) FROM capture"),
            "items": count("SELECT count(*) FROM item"),
            "index_lines": count("SELECT count(*) FROM line"),
            "runs": len(self.summaries),
        }
        self.report.stale = dict(
            self.facts.ask("SELECT extractor, count(*) FROM item WHERE stale GROUP BY 1")
        )
        interrupted = [
            run
            for (run,) in self.facts.ask(
                "SELECT DISTINCT run FROM warcinfo WHERE run NOT IN (SELECT run FROM summary)"
            )
        ]
        for run in interrupted:
            self.report.notes.append(f"run {run} has no summary: it came to no end")
        if harmful := count("SELECT count(*) FROM record WHERE reading='harmful'"):
            note = f"{harmful} pages were not read again: they ended the process that read them"
            self.report.notes.append(note)
        across = Across(self.folder, self.facts, self.findings, self.reader)
        if lost := accounts.unaccounted_after_interruption(across):
            self.report.notes.append(f"{lost} captures of articles by such runs have no item")
