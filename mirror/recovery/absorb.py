"""The ledger learns of the records that it does not know yet."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror import events, warc
from mirror.collection import MADE_ANEW, TORN
from mirror.frontier import history_key, says_something
from mirror.ledger import COMPLETENESS, UnreadFailure, Validators
from mirror.recovery.files import start_of, warc_files
from mirror.warc.capture import capture_read, validators_in

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.collection import Collection
    from mirror.ledger import Ledger, Outcome
    from mirror.warc import StoredRecord
    from mirror.warc.capture import Capture

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Absorbed:
    """What there was to learn."""

    cut: int = 0
    """Bytes of a torn record, cut off."""
    records: int = 0
    rebuilt: bool = False
    """The ledger knew nothing, of an archive that is not empty."""


def absorb(collection: Collection) -> Absorbed:
    """Bring the ledger up to the end of the archive; a torn tail is cut off.

    Items that no checkpoint vouches for are cut off with it: what they say is in the records.

    :raises OSError: the archive cannot be read or written.
    """
    paths = warc_files(collection.archive)
    sizes = {path.name: path.stat().st_size for path in paths}
    safe = collection.ledger.safe_lengths()
    if any(sizes.get(name, -1) < length for name, length in safe.items()):
        logger.warning("The ledger knows more than the archive has; it is made anew")
        collection.forget_ledger()
        safe = {}
    # A ledger that knows of a run was there before the first record of it.
    blank = collection.ledger.newest_run() is None
    absorbed = Absorbed(rebuilt=blank and bool(paths))
    reader = _Reader(collection.ledger)
    for path in paths:
        start = safe.get(path.name, 0)
        if sizes[path.name] == start:
            continue
        if path == paths[-1]:
            absorbed.cut += _cut(path, None if blank else start)
            if not path.stat().st_size:
                path.unlink()
                continue
        reader.read(path, start)
        collection.ledger.set_safe(path.name, path.stat().st_size)
    absorbed.records = reader.records
    if absorbed.rebuilt:
        collection.ledger.put(MADE_ANEW, "1")
    elif not collection.made_anew:
        _cut_items(collection, reader.runs)
    collection.ledger.commit()
    if absorbed.rebuilt:
        logger.warning("The ledger is made anew from %d records", absorbed.records)
    elif absorbed.cut or absorbed.records:
        logger.warning(
            "A run came to no end: %d records after its last checkpoint are kept, %d bytes of a "
            "torn one cut off",
            absorbed.records,
            absorbed.cut,
        )
    return absorbed


def _cut_items(collection: Collection, runs: set[str]) -> None:
    """Cut off what no checkpoint vouches for, until all that the archive says is acted upon.

    :param runs: those that came to no end, or whose end was behind the last checkpoint.
    """
    ledger = collection.ledger
    torn = runs | set((ledger.get(TORN) or "").split())
    if torn:
        ledger.put(TORN, " ".join(sorted(torn)))
    for run in map(ledger.find_run, sorted(torn)):
        if run is not None:
            collection.cut_items(run.id, run.items)


def _cut(path: Path, start: int | None) -> int:
    try:
        return warc.cut_torn_tail(path, start)
    except warc.DamagedWithin as error:
        logger.error("%s; it is left as it is: scrapy verify tells more", error)
        return 0


class _Reader:
    """Takes records in their order, and notes what is to be known of them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.records = 0
        newest = ledger.newest_run()
        self._run = newest.id if newest else ""
        self.runs = {run.id for run in ledger.unfinished_runs()}
        """Those of which something may be on disk that no checkpoint vouches for."""
        self._last: Capture | None = None

    def read(self, path: Path, start: int) -> None:
        """Every whole record from `start` on; damage is passed over."""
        place: int | None = start
        while place is not None:
            try:
                for stored in warc.read_records(path, place):
                    self._record(stored)
                return
            except warc.BadWarc as error:
                logger.error("%s: passed over; scrapy verify tells more", error)
                place = warc.next_record(path, error.offset + 1)

    def _record(self, stored: StoredRecord) -> None:
        self.records += 1
        record = stored.record
        match record.type:
            case "warcinfo":
                self._warcinfo(events.fields_of(record))
            case "response" | "revisit" | "resource":
                self._answer(stored)
            case "metadata":
                self._metadata(stored)

    def _warcinfo(self, fields: dict[str, str]) -> None:
        run = fields.get("run", "")
        started = start_of(run)
        if started is None:
            return
        self._run = run
        self.runs.add(run)
        self.ledger.start_run(run, fields.get("spider", "web"), started)
        for key in ("mirror", "ref"):
            if fields.get(key) and self.ledger.get(key) is None:
                self.ledger.put(key, fields[key])

    def _answer(self, stored: StoredRecord) -> None:
        record = stored.record
        earlier = None
        if record.type == "revisit":
            earlier = self.ledger.captures.at(
                record.get("WARC-Refers-To-Target-URI") or "",
                record.get("WARC-Refers-To-Date") or "",
            )
        capture = capture_read(record, stored.location, earlier)
        self.ledger.captures.add(capture, self._run, unread=says_something(capture))
        self._last = capture

    def _metadata(self, stored: StoredRecord) -> None:
        record = stored.record
        match events.read_event(record):
            case events.RefResolved(ref=ref):
                self.ledger.put("ref", ref)
            case events.RunEnded(date, run, status):
                self.runs.add(run)
                self.ledger.finish_run(run, date, status)
            case events.PageFailed() as failed:
                self.ledger.captures.add_failure(
                    stored.location,
                    UnreadFailure(
                        self._run,
                        failed.url,
                        failed.date,
                        "failed",
                        failed.reason,
                        failed.status,
                        failed.embedded_in,
                    ),
                )
            case events.PageGone() as gone:
                outcome: Outcome = "deleted" if gone.deleted else "dangling"
                self.ledger.captures.add_failure(
                    stored.location,
                    UnreadFailure(
                        *(self._run, gone.url, gone.date, outcome, gone.reason, None, None)
                    ),
                )
            case events.HistoryRead(commit=commit, asked=asked, completeness=completeness):
                self.ledger.put(history_key(asked), commit)
                self.ledger.put(COMPLETENESS, completeness)
            case None:
                self._not_modified(stored)

    def _not_modified(self, stored: StoredRecord) -> None:
        """The bytes of a 304, of which the revisit before them is the capture."""
        record, last = stored.record, self._last
        if last is None or record.get("WARC-Concurrent-To") != last.record_id:
            return
        try:
            validators = Validators(*validators_in(warc.parse_response(record.block)))
        except warc.MalformedMessage:
            return
        self.ledger.captures.set_validators(last.url, last.date, validators)
