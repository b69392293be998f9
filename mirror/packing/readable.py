"""The readable pages of a package: made of its articles while it is written.

They stand in a WARC file of their own, as those of ``derived/`` do, under the publisher's address
and at the capture's date. They are made here and not copied from there, because a package has to
come out the same whenever ``derived/`` was made.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mirror import __version__, warc
from mirror.items import InvalidItem, decode
from mirror.packing.pages import ARTICLES
from mirror.render.page import RENDERER, readable_page, readable_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mirror.export.lines import LineReader
    from mirror.items import Article
    from mirror.packing.catalogue import Catalogue
    from mirror.warc import Record
    from mirror.warc.wacz.writer import Member

CONTENT_TYPE = "text/html; charset=utf-8"
_PAGE_SHARE = 32 * 1024
"""Bytes that what stands around an article takes at most, packed."""
_SHARED_SECONDS = 3600


class DateTaken(ValueError):
    """So many pages of one original were captured at once that no second was left for one."""


def readable_record(
    article: Article,
    channel_title: str,
    is_taken: Callable[[str, str], bool],
    record_id: str | None = None,
) -> Record:
    """The readable page of an article that names its capture, as a record.

    It is a ``resource`` (WARC 1.1 §6.4) under the original's address, dated as the capture that it
    was made of. ``WARC-Refers-To`` is not allowed in a ``resource`` (§5.11), so the source stands
    in headers of our own, ``WARC-X-Derived-From``, ``-Target-URI`` and ``-Date``.

    :param is_taken: whether there is a page under that sort key at that time (fourteen digits)
        already. The next free second is taken then, and the true time stands in
        ``WARC-X-Captured-At``.
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
    return warc.resource(
        readable_page(article, channel_title),
        target_uri=url,
        date=date,
        content_type=CONTENT_TYPE,
        extra=extra,
        record_id=record_id,
    )


def _free_date(date: str, is_taken: Callable[[str], bool]) -> str:
    moment = datetime.strptime(date, warc.WARC_DATE)  # noqa: DTZ007 - UTC by its Z, and stays so
    for seconds in range(_SHARED_SECONDS):
        free = (moment + timedelta(seconds=seconds)).strftime(warc.WARC_DATE)
        if not is_taken(stamp_of(free)):
            return free
    raise DateTaken(f"no second is free for a page at {date}")


def stamp_of(date: str) -> str:
    """The fourteen digits of a ``WARC-Date``."""
    return "".join(digit for digit in date if digit.isdigit())


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """The WARC file with a package's readable pages."""

    name: str
    """Of the file."""
    collection: str
    date: str
    """Of the newest capture: the same captures make the same file, whenever that is."""
    titles: Mapping[str, str]
    """Of the channels."""

    @classmethod
    def of(cls, collection: str, date: str, titles: Mapping[str, str]) -> ReadableFile:
        name = f"{collection}-readable-{stamp_of(date)}-00001.warc.gz"
        return cls(name, collection, date, titles)

    def write(self, catalogue: Catalogue, lines: LineReader, member: Member) -> Iterator[str]:
        """Write the page of every article that goes in; gives their index lines.

        Where one stands is noted in the catalogue, for the lists of pages. An article without an
        address that is not that of its capture has none, and so has one whose address was captured
        itself: nothing derived takes the place of a capture.
        """
        info = warc.warcinfo(
            {
                "software": f"mirror-archive/{__version__} {RENDERER}",
                "isPartOf": self.collection,
                "description": (
                    "Readable pages made of captures; WARC-X-Derived-From names the record"
                ),
            },
            filename=self.name,
            date=self.date,
            record_id=_id(f"{self.name} {__version__} {RENDERER}"),
        )
        member.write(warc.gzip_member(info))
        for file, start, size in catalogue.ask(
            f"SELECT a.file, a.start, a.size {ARTICLES} ORDER BY r.date, r.n"
        ):
            record = self._record(catalogue, lines.read(file, start, size))
            if record is None:
                continue
            data = warc.gzip_member(record.with_warcinfo(info.record_id))
            place = warc.Location(self.name, member.size, len(data))
            member.write(data)
            line = warc.cdxj_line(record, place)
            assert line is not None
            yield line

    def _record(self, catalogue: Catalogue, item: bytes) -> Record | None:
        try:
            article = decode(item)
        except InvalidItem:
            return None
        url = readable_url(article)
        if article.capture is None or not url.startswith(("http://", "https://")):
            return None
        if catalogue.value("SELECT 1 FROM record WHERE url=? AND keep", url):
            return None
        source = article.capture.record_id
        record = readable_record(
            article,
            self.titles.get(article.channel, ""),
            catalogue.has_readable,
            _id(f"{source} {url} {RENDERER} {__version__}"),
        )
        stamp = stamp_of(record.date)
        catalogue.add("readable", [(source, warc.url_key(url), stamp, url, record.date)])
        return record


def most_bytes(count: int, size: int) -> int:
    """What the file of so many articles, of so many bytes of items, may get at most."""
    return 2 * size + (count + 1) * _PAGE_SHARE


def _id(text: str) -> str:
    """A record id that is the same each time (RFC 9562 §5.5)."""
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, text).urn}>"
