"""The WARC files from first byte to last, in parts that can be read at the same time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mirror.gitstore import blamed
from mirror.verification.facts import RecordRow, WarcinfoRow, key
from mirror.verification.findings import Findings
from mirror.verification.records import ANSWERS, examine
from mirror.warc import BadWarc, next_record, read_records

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.verification.pages import PageReader
    from mirror.warc import Record, StoredRecord

STEP = 4 * 1024 * 1024
"""Bytes of a part, about; pages compressed by the thousand."""
_GROUP_STARTS = ("request", "warcinfo")
_MOST_UNANSWERED = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """The records of a file that begin in ``[start, stop)``."""

    path: Path
    number: int
    start: int
    stop: int


@dataclass(slots=True)
class Walked:
    """What a part holds."""

    findings: Findings
    records: list[RecordRow] = field(default_factory=list)
    warcinfos: list[WarcinfoRow] = field(default_factory=list)
    orphans: list[tuple[int, bytes]] = field(default_factory=list)
    """Requests without an answer at the end of a run: offset, and key of its warcinfo."""
    end: int = 0
    """First byte after the last record."""


def parts(path: Path, number: int) -> list[Part]:
    """Cut a file where records begin, at the start of a request or of a run.

    The cuts are guesses, since the bytes of a page can look like a record: whoever puts the parts
    together sees to it that each begins where the one before it ends (:attr:`Walked.end`).
    """
    size = path.stat().st_size
    starts = [0]
    while size - starts[-1] > STEP:
        start = next_record(path, starts[-1] + STEP, _GROUP_STARTS)
        if start is None:
            break
        starts.append(start)
    return [
        Part(path, number, start, stop)
        for start, stop in zip(starts, [*starts[1:], size], strict=True)
    ]


def walk(part: Part, reader: PageReader, most: int) -> Walked:
    """Examine every record of a part; damage is passed over to the next whole record."""
    walked = Walked(Findings(most))
    walk = _Walk(part, reader, walked)
    start: int | None = part.start
    while start is not None and start < part.stop:
        walked.end = start
        try:
            for stored in read_records(part.path, start):
                walk.record(stored)
                walked.end = stored.location.offset + stored.location.length
                if walked.end >= part.stop:
                    break
            start = None
        except BadWarc as error:
            start = next_record(part.path, error.offset + 1)
            walk.damage(error, start)
            walked.end = part.stop if start is None or start >= part.stop else start
    walk.finish()
    return walked


class _Walk:
    """The state of reading one part: which requests wait for their answer."""

    def __init__(self, part: Part, reader: PageReader, walked: Walked) -> None:
        self.part = part
        self.file = f"archive/{part.path.name}"
        self.reader = reader
        self.walked = walked
        self._requests: dict[str, tuple[int, Record]] = {}

    def record(self, stored: StoredRecord) -> None:
        offset, record = stored.location.offset, stored.record

        def complain(reason: str) -> None:
            self.walked.findings.add("archive", self.file, reason, offset=offset)

        if offset == 0 and record.type != "warcinfo":
            complain("the first record is no warcinfo")
        self.walked.records.append(examine(stored, self.part.number, self.reader, complain))
        if record.type == "warcinfo":
            self._end_of_run()
            self._warcinfo(stored)
        elif record.type == "request":
            self._requests[record.record_id] = offset, record
            if len(self._requests) > _MOST_UNANSWERED:
                self._unanswered(self._requests.pop(next(iter(self._requests)))[0])
        elif record.type in ANSWERS:
            self._answer(stored)

    def damage(self, error: BadWarc, following: int | None) -> None:
        """Note where records end, and from where on there are some again."""
        reason = error.reason
        if following is not None:
            reason += f"; the next whole record is at byte {following}"
        else:
            reason += "; no whole record follows"
        self.walked.findings.add("archive", self.file, reason, offset=error.offset)

    def finish(self) -> None:
        self._end_of_run()

    def _warcinfo(self, stored: StoredRecord) -> None:
        record, offset = stored.record, stored.location.offset
        named = record.get("WARC-Filename")
        if named != self.part.path.name:
            self.walked.findings.add(
                "archive", self.file, f"WARC-Filename is {named!r}", offset=offset
            )
        fields = dict(
            line.split(": ", 1)
            for line in record.block.decode("utf-8", "replace").split("\r\n")
            if ": " in line
        )
        if not fields.get("run"):
            self.walked.findings.add("archive", self.file, "warcinfo names no run", offset=offset)
        self.walked.warcinfos.append(
            WarcinfoRow(
                id=key(record.record_id),
                warc=self.part.number,
                offset=offset,
                run=fields.get("run", ""),
                mirror=fields.get("mirror", ""),
                software=fields.get("software", ""),
                robots=fields.get("robots", ""),
            )
        )

    def _answer(self, stored: StoredRecord) -> None:
        """An answer names its request, which stands before it (WARC 1.1 §5.7)."""
        record = stored.record
        if blamed(record) is not None:
            return
        named = record.get("WARC-Concurrent-To") or ""
        found = self._requests.pop(named, None)
        if found is None:
            reason = f"WARC-Concurrent-To names no request before it: {named!r}"
        elif (found[1].target_uri, found[1].date) != (record.target_uri, record.date):
            reason = f"its request, at byte {found[0]}, is of another URL or date"
        else:
            return
        self.walked.findings.add("archive", self.file, reason, offset=stored.location.offset)

    def _end_of_run(self) -> None:
        """What a crash leaves last in a run: a request whose answer was torn off."""
        requests = list(self._requests.values())
        self._requests.clear()
        for offset, _ in requests[:-1]:
            self._unanswered(offset)
        for offset, record in requests[-1:]:
            warcinfo = key(record.get("WARC-Warcinfo-ID") or "")
            self.walked.orphans.append((offset, warcinfo))

    def _unanswered(self, offset: int) -> None:
        self.walked.findings.add("archive", self.file, "no record answers it", offset=offset)


def follows(part: Part, expected: int) -> Part | None:
    """`part` as it has to be read when the one before it ended at `expected`.

    ``None`` when that has read all of it.
    """
    if expected >= part.stop > part.start:
        return None
    return part if part.start == expected else replace(part, start=expected)
