"""Turns exchanges into WARC records: the extension that a crawler's captures go through."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import __version__ as scrapy_version
from scrapy import signals

from mirror import __version__, warc
from mirror.warc.capture import EMBEDDED_IN, Capture, capture_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler

    from mirror.capture.exchange import Exchange, Truncation

SECOND = timedelta(seconds=1)
SOFTWARE = f"mirror-archive/{__version__} Scrapy/{scrapy_version}"


class ArchiveUnwritable(Exception):
    """A record could not be written: no room, no permission, a broken disk.

    No ``OSError``, which Scrapy would take for a failure of the network and try again.
    """


class Recorder:
    """Writes each exchange as a ``request`` and a ``response`` or ``revisit`` record.

    In a plain Scrapy project it writes to ``WARC_DIR`` and stands alone; a subclass that knows
    earlier captures overrides :meth:`latest`, :meth:`last_date` and :meth:`recorded`.
    """

    def __init__(self, crawler: Crawler, writer: warc.WarcWriter) -> None:
        self.crawler = crawler
        self.stats = crawler.stats
        self.writer = warc.WriterThread(writer)
        self.failure: OSError | None = None
        """Why nothing can be written any more."""
        self._stopping: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()
        self._recent: dict[str, datetime] = {}
        self._parts = asyncio.Lock()
        # Only a clock that was set back, or a run within the same second, makes dates clash.
        self._newest = _parse_date(self.newest_date() or "1970-01-01T00:00:00Z")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Recorder:
        settings = crawler.settings
        writer = warc.WarcWriter(
            Path(settings.get("WARC_DIR", "archive")),
            settings.get("WARC_PREFIX") or settings["BOT_NAME"],
            info=warcinfo_fields(crawler),
            max_size=settings.getint("WARC_MAX_SIZE", warc.DEFAULT_MAX_SIZE),
            resume_size=settings.getint("WARC_RESUME_SIZE", warc.DEFAULT_RESUME_SIZE),
            now=lambda: datetime.now(UTC),
        )
        recorder = cls(crawler, writer)
        crawler.signals.connect(recorder.close, signal=signals.spider_closed)
        return recorder

    def latest(self, url: str) -> Capture | None:
        """The newest full response of `url`, for a revisit to refer to."""
        return None

    def same_payload(self, digest: str) -> Capture | None:
        """A full response with that payload, of any part of a page, for a revisit to refer to."""
        return None

    def last_date(self, url: str) -> str | None:
        """``WARC-Date`` of the newest capture of `url` before this crawl."""
        return None

    def newest_date(self) -> str | None:
        """``WARC-Date`` of the newest capture of all before this crawl."""
        return None

    def recorded(self, capture: Capture) -> None:
        """Called with each capture once its records are written."""

    def stop_crawl(self) -> None:
        """End the crawl in order: a page that cannot be recorded must not be asked for."""
        if self._stopping is None:
            closing = self.crawler.engine.close_spider_async(reason="archive_unwritable")
            self._stopping = asyncio.ensure_future(closing)

    def note(self, record: warc.Record) -> None:
        """Write a record of something that left no bytes, in its turn; nobody waits for it.

        The crawl is ended when it cannot be written.
        """
        task = asyncio.ensure_future(self._write_note(record))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _write_note(self, record: warc.Record) -> None:
        try:
            await self.writer.write([record])
        except OSError as error:
            self.failure = error
            self.stop_crawl()
            return
        self.stats.inc_value("warc/notes")

    async def close(self) -> None:
        """Write what is pending, put it on disk and close the file."""
        while self._notes:
            await asyncio.gather(*self._notes)
        await self.writer.close()

    async def record(
        self,
        url: str,
        exchange: Exchange,
        parsed: warc.Response | None,
        truncated: Truncation | None,
        *,
        embedded_in: str | None = None,
    ) -> Capture:
        """Write an exchange; when this returns, its records are in the file (not yet synced).

        :param parsed: the response read from ``exchange.received``; ``None`` if it is none.
        :param embedded_in: the page that it is a part of. The bytes of such a part are kept once,
            whatever the URLs are that it is under.
        :raises ArchiveUnwritable: the archive cannot take it; the crawl is being ended.
        """
        if embedded_in is None:
            return await self._record(url, exchange, parsed, truncated, ())
        # One after the other: of two with the same bytes the second has to know of the first.
        async with self._parts:
            part = ((EMBEDDED_IN, target_uri(embedded_in)),)
            return await self._record(url, exchange, parsed, truncated, part)

    async def _record(
        self,
        url: str,
        exchange: Exchange,
        parsed: warc.Response | None,
        truncated: Truncation | None,
        part: tuple[tuple[str, str], ...],
    ) -> Capture:
        url = target_uri(url)
        described = self._describe(url, exchange, parsed, part)
        digest = warc.sha1_base32(warc.payload(exchange.received, parsed)) if parsed else None
        request = warc.request(exchange.sent, described)
        whole = parsed is not None and not truncated and parsed.status in (200, 304)
        latest = self.latest(url) if whole else None
        if part and whole and digest and (latest is None or latest.record_digest != digest):
            latest = self.same_payload(digest) or latest
        answer, *further = _answer(exchange, parsed, described, digest, truncated, request, latest)
        _, place, *_ = await self.write([request, answer, *further], url)
        capture = capture_of(answer, place, parsed, digest, latest)
        self.stats.inc_value(f"warc/records/{answer.type}")
        self.stats.inc_value(f"warc/statuses/{capture.status}")
        self.stats.inc_value("warc/bytes/received", len(exchange.received))
        if parsed is not None and parsed.interim:
            self.stats.inc_value("warc/interim_responses", parsed.interim)
        if truncated:
            self.stats.inc_value(f"warc/truncated/{truncated}")
        self.recorded(capture)
        return capture

    async def write(self, group: Sequence[warc.Record], what: str) -> list[warc.Location]:
        """Write records; when this returns, they are in the file (not yet synced).

        :param what: they are about, for the error.
        :raises ArchiveUnwritable: the archive cannot take them; the crawl is being ended.
        """
        try:
            return await self.writer.write(group)
        except OSError as error:
            self.failure = error
            self.stop_crawl()
            raise ArchiveUnwritable(f"{what}: {error}") from error

    def _describe(
        self,
        url: str,
        exchange: Exchange,
        parsed: warc.Response | None,
        extra: tuple[tuple[str, str], ...],
    ) -> warc.Exchange:
        started = exchange.started
        date = self._unique_date(url, started)
        if date != started.strftime(warc.WARC_DATE):
            extra += (("WARC-X-Captured-At", started.isoformat(timespec="microseconds")),)
        protocols = []
        if parsed is not None:
            protocols.append(parsed.version.decode("ascii").lower())
        if exchange.tls:
            protocols.append(exchange.tls.lower().replace("tlsv", "tls/"))
        return warc.Exchange(
            target_uri=url, date=date, ip=exchange.ip, protocols=protocols, extra=extra
        )

    def _unique_date(self, url: str, started: datetime) -> str:
        """``WARC-Date`` to the second, later than that of every other capture of the URL.

        CDXJ and replay know a capture by its URL and second: of two in one, only one is found.
        """
        moment = started.replace(microsecond=0)
        known = self._recent.get(url)
        if known is None and moment <= self._newest and (earlier := self.last_date(url)):
            known = _parse_date(earlier)
        if known is not None and known >= moment:
            moment = known + SECOND
        if len(self._recent) > 4096:
            # Older ones cannot clash any more: a date is never before its exchange began.
            self._recent = {u: date for u, date in self._recent.items() if date >= moment - SECOND}
        self._recent[url] = moment
        return moment.strftime(warc.WARC_DATE)


def _answer(
    exchange: Exchange,
    parsed: warc.Response | None,
    described: warc.Exchange,
    digest: str | None,
    truncated: Truncation | None,
    request: warc.Record,
    latest: Capture | None,
) -> tuple[warc.Record, ...]:
    """The record of the response: in full, or as a revisit of `latest`."""
    raw = exchange.received
    with_request = (request.record_id,)
    if parsed is not None and latest is not None and parsed.status == 304:
        return warc.revisit_not_modified(
            raw,
            parsed,
            described,
            earlier=_earlier(latest),
            payload_digest=latest.record_digest,
            concurrent_to=with_request,
        )
    if (
        parsed is not None
        and latest is not None
        and latest.record_digest == digest
        and warc.has_payload_digest(raw, parsed)
    ):
        return (
            warc.revisit_identical(
                raw, parsed, described, earlier=_earlier(latest), concurrent_to=with_request
            ),
        )
    answer = warc.response(
        raw, parsed, described, truncated=truncated, digest=digest, concurrent_to=with_request
    )
    return (answer,)


def _parse_date(date: str) -> datetime:
    return datetime.strptime(date, warc.WARC_DATE).replace(tzinfo=UTC)


def target_uri(url: str) -> str:
    """`url` as it is recorded: without the fragment, which is not asked for, without a user's
    name and password (RFC 9110 §4.2.4), and with everything encoded that no URI may hold.
    """
    if "#" in url or "@" in url:
        parts = urlsplit(url)
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    return warc.safe_uri(url)


def warcinfo_fields(crawler: Crawler, **further: str) -> dict[str, str]:
    """What every WARC file of a crawl says of itself; the operator only when set."""
    settings = crawler.settings
    fields = {
        "software": SOFTWARE,
        "robots": "obey (RFC 9309)" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        **further,
    }
    for name, setting in (("operator", "OPERATOR"), ("http-header-from", "CONTACT")):
        if settings.get(setting):
            fields[name] = settings[setting]
    return fields


def _earlier(capture: Capture) -> warc.Earlier:
    return warc.Earlier(record_id=capture.record_id, target_uri=capture.url, date=capture.date)
