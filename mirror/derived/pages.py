"""Readable pages as WARC records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from mirror import __version__, warc
from mirror.packing.readable import DateTaken, readable_record, stamp_of
from mirror.render.page import RENDERER

__all__ = ["DateTaken", "PageWriter", "WrittenPage"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from mirror.derived.layout import Derived
    from mirror.items import Article


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A readable page in its WARC file."""

    url: str
    """Of the page that it was made of, as captured."""
    captured: str
    """``WARC-Date`` of that capture."""
    readable: str
    """The address that it answers under."""
    key: str
    """Sort key of that address."""
    stamp: str
    """Fourteen digits: the time under which it answers."""
    warc: str
    cdxj: str
    """Its line in the index."""


class PageWriter:
    """Appends readable pages to the WARC files of ``derived/archive/``.

    Each is a record of :func:`~mirror.packing.readable.readable_record`.

    :param resume: go on in the newest file; else begin one.
    """

    def __init__(self, derived: Derived, *, resume: bool, now: Callable[[], datetime]) -> None:
        info = {
            "software": f"mirror-archive/{__version__} {RENDERER}",
            "isPartOf": derived.collection,
            "description": "Readable pages made of captures; WARC-X-Derived-From names the record",
        }
        self._writer = warc.WarcWriter(
            derived.archive,
            derived.prefix,
            info=info,
            now=now,
            resume_size=warc.DEFAULT_MAX_SIZE if resume else 0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._writer.close()

    def write(
        self, article: Article, channel_title: str, is_taken: Callable[[str, str], bool]
    ) -> WrittenPage:
        """Write the readable page of an article that names its capture.

        :param is_taken: whether there is a page under that key at that time already. The next free
            second is taken then, and the true time stands in ``WARC-X-Captured-At``.
        :raises OSError: it cannot be written.
        :raises DateTaken: no second is free.
        """
        source = article.capture
        assert source is not None
        record = readable_record(article, channel_title, is_taken)
        url = record.target_uri or ""
        (location,) = self._writer.write([record])
        line = warc.cdxj_line(record, location)
        assert line is not None
        stamp = stamp_of(record.date)
        key = warc.url_key(url)
        return WrittenPage(article.url, source.date, url, key, stamp, location.warc, line)
