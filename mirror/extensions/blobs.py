"""Blobs of a repository become records of the collection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mirror import warc
from mirror.gitstore import Blamed, blamed, blob_record
from mirror.warc.capture import Capture, capture_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mirror.collection import Collection
    from mirror.extensions.recorder import CollectionRecorder


@dataclass(frozen=True, slots=True)
class PageBlob:
    """A state of a page, as a repository has it."""

    url: str
    source_uri: str | None
    """Where it can be had at that very commit, if anywhere."""
    origin: Blamed
    data: bytes
    digest: str
    """``sha1:BASE32`` of `data`."""
    after: str | None
    """``WARC-Date`` of the state before it; this one is dated later whatever its commit says."""
    newest: bool
    """It is the state that its page has now."""


class BlobRecorder:
    """Writes states of pages, each once: in full, or as a revisit of the record with its bytes."""

    def __init__(self, recorder: CollectionRecorder, collection: Collection) -> None:
        self._recorder = recorder
        self._captures = collection.ledger.captures
        self._run = collection.run
        self._blank = self._captures.newest_date() is None
        """Nothing was captured before: no two captures can clash that this one does not see."""
        self._created = collection.now().strftime(warc.WARC_DATE)
        """When the run came to write: one time for all its records."""

    def is_known(self, blob: PageBlob) -> bool:
        """Whether there is a capture that says already what a record of `blob` would.

        Of a page's newest state an earlier one with the same bytes does not say so.
        """
        latest = self._latest(blob.url)
        return latest is not None and any(
            (capture.date == latest or not blob.newest)
            and (capture.date == blob.origin.time or self._is_of(capture, blob.origin))
            for capture in self._captures.committed(blob.url, blob.digest)
        )

    def _latest(self, url: str) -> str | None:
        """Date of the newest state of a page that a repository gave."""
        return None if self._blank else self._captures.last_committed(url)

    def _is_of(self, capture: Capture, origin: Blamed) -> bool:
        """Whether a capture that is not dated as its commit is of that one."""
        try:
            record = warc.read_at(
                self._recorder.collection.archive / capture.warc, capture.offset, capture.length
            )
        except (OSError, ValueError):
            return False
        found = blamed(record)
        return found is not None and found.commit == origin.commit

    async def record(self, blobs: Sequence[PageBlob]) -> list[Capture]:
        """Write some states; when this returns, their records are in the file (not yet synced).

        :raises ArchiveUnwritable: the archive cannot take them.
        """
        dates: dict[str, str] = {}
        held: dict[str, warc.Earlier] = {}
        records = []
        for blob in blobs:
            date = dates[blob.url] = self._date(blob, dates.get(blob.url))
            earlier = held.get(blob.digest) or self._earlier(blob.digest)
            record = blob_record(
                blob.data,
                blob.origin,
                target_uri=blob.url,
                date=date,
                created=self._created,
                source_uri=blob.source_uri,
                digest=blob.digest,
                earlier=earlier,
            )
            if earlier is None:
                held[blob.digest] = warc.Earlier(record.record_id, blob.url, date)
            records.append(record)
        places = await self._recorder.write(records, blobs[0].url if blobs else "")
        return [
            self._noted(capture_of(record, place, None, blob.digest), len(record.block))
            for record, place, blob in zip(records, places, blobs, strict=True)
        ]

    def _earlier(self, digest: str) -> warc.Earlier | None:
        found = self._captures.holding(digest)
        return warc.Earlier(found.record_id, found.url, found.date) if found else None

    def _date(self, blob: PageBlob, taken: str | None) -> str:
        """``WARC-Date``: when it was committed, but never in the future, never before the state
        that it followed, and in a second that no other capture of the page has."""
        date = min(blob.origin.time, self._created)
        latest = self._latest(blob.url) if blob.newest else None
        for before in (blob.after, taken, latest):
            if before is not None and date <= before:
                date = _next(before)
        while not self._blank and self._captures.at(blob.url, date) is not None:
            date = _next(date)
        return date

    def _noted(self, capture: Capture, size: int) -> Capture:
        self._captures.add(capture, self._run, unread=True)
        stats = self._recorder.stats
        stats.inc_value(f"warc/records/{capture.type}")
        stats.inc_value("warc/bytes/received", size)
        return capture


def _next(date: str) -> str:
    return (datetime.fromisoformat(date) + timedelta(seconds=1)).strftime(warc.WARC_DATE)
