"""Readable pages as WARC records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from mirror import __version__, warc
from mirror.render.page import RENDERER, readable_page, readable_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from mirror.derived.layout import Derived
    from mirror.items import Article

CONTENT_TYPE = "text/html; charset=utf-8"
_SHARED_SECONDS = 3600
_DATE = "%Y-%m-%dT%H:%M:%SZ"


class DateTaken(ValueError):
    """So many pages of one original were captured at once that no second was left for one."""


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

    Each is a ``resource`` record (WARC 1.1 §6.4) under the original's address, dated as the
    capture that it was made of. ``WARC-Refers-To`` is not allowed in a ``resource`` (§5.11), so the
    source stands in headers of our own, ``WARC-X-Derived-From``, ``-Target-URI`` and ``-Date``.

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
        url = readable_url(article)
        key = warc.url_key(url)
        date = _free_date(source.date, lambda stamp: is_taken(key, stamp))
        extra = [
            ("WARC-X-Derived-From", source.record_id),
            ("WARC-X-Derived-From-Target-URI", article.url),
            ("WARC-X-Derived-From-Date", source.date),
        ]
        if date != source.date:
            extra.append(("WARC-X-Captured-At", source.date))
        record = warc.resource(
            readable_page(article, channel_title),
            target_uri=url,
            date=date,
            content_type=CONTENT_TYPE,
            extra=extra,
        )
        (location,) = self._writer.write([record])
        line = warc.cdxj_line(record, location)
        assert line is not None
        return WrittenPage(article.url, source.date, url, key, _stamp(date), location.warc, line)


def _free_date(date: str, is_taken: Callable[[str], bool]) -> str:
    moment = datetime.strptime(date, _DATE)  # noqa: DTZ007 - UTC by its Z, and stays so
    for seconds in range(_SHARED_SECONDS):
        free = (moment + timedelta(seconds=seconds)).strftime(_DATE)
        if not is_taken(_stamp(free)):
            return free
    raise DateTaken(f"no second is free for a page at {date}")


def _stamp(date: str) -> str:
    return "".join(digit for digit in date if digit.isdigit())
