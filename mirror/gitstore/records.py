"""A blob as a WARC record, and back.

A ``resource`` record (WARC 1.1 §6.4) as warcit writes them: dated when the file came to be, with
the time of writing in ``WARC-Creation-Date`` and the place it was taken from in
``WARC-Source-URI``. Which commit, blob and path it was stands in headers of our own beside those,
where they go wherever the record goes. A blob that the archive has already becomes a ``revisit``.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from mirror import warc

if TYPE_CHECKING:
    from mirror.warc import Earlier, Record

COMMIT, BLOB, PATH, TIME = (f"WARC-X-Git-{name}" for name in ("Commit", "Blob", "Path", "Date"))
_TYPES = mimetypes.MimeTypes(filenames=())
"""As Python knows them, whatever this machine has been told besides."""
_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Blamed:
    """Where the bytes of a record come from."""

    commit: str
    blob: str
    path: bytes
    time: str
    """When it was committed, as the commit says; written as a ``WARC-Date``."""

    @property
    def shown_path(self) -> str:
        """The path as text; percent-encoded where it is not UTF-8."""
        try:
            return self.path.decode("utf-8")
        except UnicodeDecodeError:
            return quote(self.path)


def blob_record(
    data: bytes,
    origin: Blamed,
    *,
    target_uri: str,
    date: str,
    created: str,
    source_uri: str | None,
    digest: str,
    earlier: Earlier | None = None,
) -> Record:
    """The record of a blob.

    :param date: ``WARC-Date``; the commit's own stands beside it where it is another.
    :param created: when the record is written, as a ``WARC-Date``.
    :param source_uri: where the blob can be had at that very commit, if anywhere.
    :param digest: ``sha1:BASE32`` of `data`.
    :param earlier: a record that holds the same bytes: this one is a revisit of it.
    """
    extra = [("WARC-Creation-Date", created)]
    if source_uri is not None:
        extra.append(("WARC-Source-URI", source_uri))
    extra += [(COMMIT, origin.commit), (BLOB, origin.blob), (PATH, quote(origin.path))]
    if origin.time != date:
        extra.append((TIME, origin.time))
    if earlier is not None:
        return warc.revisit_resource(
            target_uri=target_uri,
            date=date,
            earlier=earlier,
            payload_digest=digest,
            is_empty=not data,
            extra=extra,
        )
    return warc.resource(
        data,
        target_uri=target_uri,
        date=date,
        content_type=content_type(origin.path, data),
        digest=digest,
        extra=extra,
    )


def blamed(record: Record) -> Blamed | None:
    """What a record says of the blob that it holds; ``None`` for one that came otherwise."""
    commit, blob, path = (record.get(name) for name in (COMMIT, BLOB, PATH))
    if commit is None or blob is None or path is None:
        return None
    return Blamed(commit, blob, unquote_to_bytes(path), record.get(TIME) or record.date)


def content_type(path: bytes, data: bytes) -> str:
    """The media type of a file, by its name; of text also that it is UTF-8, where it is."""
    name = path.rpartition(b"/")[2].decode("utf-8", "replace").lower()
    if name.endswith(_MARKDOWN):
        kind: str | None = "text/markdown"
    else:
        kind, coding = _TYPES.guess_type(f"/{name}")
        kind = None if coding else kind
    if kind is None:
        return "application/octet-stream"
    if not kind.startswith("text/"):
        return kind
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return kind
    return f"{kind}; charset=utf-8"


@lru_cache(maxsize=1024)
def commit_date(time: int) -> str:
    """Seconds since 1970 as a ``WARC-Date``; what no date can be is the nearest that can."""
    earliest, latest = 0, 253402300799  # 9999-12-31T23:59:59Z
    return datetime.fromtimestamp(min(max(time, earliest), latest), UTC).strftime(warc.WARC_DATE)
