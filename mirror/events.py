"""What happens in a run and leaves no bytes: written into the archive all the same.

Each event is a ``metadata`` record of ``application/warc-fields``, which indexes and replay pass
over. With them the ledger can be made again from the WARC files alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror import warc

if TYPE_CHECKING:
    from mirror.warc import Record

URN = "urn:mirror-archive:"
_FIELDS = "application/warc-fields"


@dataclass(frozen=True, slots=True)
class PageFailed:
    """A page was due and could not be had: no answer, or none that is a page."""

    url: str
    date: str
    """As a ``WARC-Date``."""
    reason: str
    status: int | None
    embedded_in: str | None = None
    """Of a picture, the article that names it."""

    def record(self) -> Record:
        fields = [("event", "page-failed"), ("reason", self.reason)]
        if self.embedded_in is not None:
            fields.append(("embedded-in", self.embedded_in))
        if self.status is not None:
            fields.append(("status", str(self.status)))
        return warc.metadata(fields, target_uri=self.url, date=self.date)


@dataclass(frozen=True, slots=True)
class PageGone:
    """A page is not in the repository: one that was, or one that is named there all the same."""

    url: str
    date: str
    """As a ``WARC-Date``: when it was deleted, or was looked for."""
    commit: str
    """That deleted it, or in which it was looked for."""
    deleted: bool

    @property
    def reason(self) -> str:
        return f"{'deleted in' if self.deleted else 'not in'} commit {self.commit}"

    def record(self) -> Record:
        event = "page-deleted" if self.deleted else "page-missing"
        fields = [("event", event), ("commit", self.commit)]
        return warc.metadata(fields, target_uri=self.url, date=self.date)


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """All that a run was asked for of a repository is in the archive, up to a commit."""

    date: str
    commit: str
    asked: str
    """What it was asked for: of which paths, and what of their history."""
    completeness: str
    """What the repository has beside what was captured of it: counts, as JSON."""

    def record(self) -> Record:
        fields = [
            ("event", "history-read"),
            ("commit", self.commit),
            ("asked", self.asked),
            ("completeness", self.completeness),
        ]
        return warc.metadata(fields, target_uri=f"{URN}history", date=self.date)


@dataclass(frozen=True, slots=True)
class RefResolved:
    """The branch or tag that a mirror's pages are read at was found out."""

    date: str
    ref: str

    def record(self) -> Record:
        fields = [("event", "ref-resolved"), ("ref", self.ref)]
        return warc.metadata(fields, target_uri=f"{URN}ref", date=self.date)


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run came to its end; one that has no such record was killed."""

    date: str
    run: str
    exit_status: int
    reason: str

    def record(self) -> Record:
        fields = [
            ("event", "run-ended"),
            ("run", self.run),
            ("exit-status", str(self.exit_status)),
            ("reason", self.reason),
        ]
        return warc.metadata(fields, target_uri=f"{URN}run:{self.run}", date=self.date)


Event = PageFailed | PageGone | HistoryRead | RefResolved | RunEnded


def read_event(record: Record) -> Event | None:
    """The event that a record tells of; ``None`` for every other record.

    Never raises: what is not as it is written above is no event.
    """
    if record.type != "metadata" or record.get("Content-Type") != _FIELDS:
        return None
    fields = fields_of(record)
    date, target = record.date, record.target_uri or ""
    match fields:
        case {"event": "page-failed", "reason": reason}:
            code = _number(fields.get("status", ""))
            return PageFailed(target, date, reason, code, fields.get("embedded-in"))
        case {"event": "page-deleted" | "page-missing" as event, "commit": commit}:
            return PageGone(target, date, commit, deleted=event == "page-deleted")
        case {"event": "history-read", "commit": commit, "asked": asked}:
            return HistoryRead(date, commit, asked, fields.get("completeness", ""))
        case {"event": "ref-resolved", "ref": ref}:
            return RefResolved(date, ref)
        case {"event": "run-ended", "run": run, "exit-status": status}:
            number = _number(status)
            if number is not None:
                return RunEnded(date, run, number, fields.get("reason", ""))
    return None


def fields_of(record: Record) -> dict[str, str]:
    """The fields of a record of ``application/warc-fields`` (WARC 1.1 §8)."""
    lines = record.block.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
