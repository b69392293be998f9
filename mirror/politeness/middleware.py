"""The downloader middleware that retries, in place of Scrapy's own."""

from __future__ import annotations

import logging
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.utils.httpobj import urlparse_cached

from mirror.politeness.host import Host, Policy
from mirror.politeness.limits import exhausted
from mirror.politeness.reasons import HostGivenUp, is_passing, reason_of
from mirror.politeness.trouble import Trouble, trouble_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

NOT_BEFORE = "politeness_not_before"
"""Key of ``request.meta``: when a page may be asked for again; time of the monotonic clock."""
SENT = "politeness_sent"
_OF_ONE_ATTEMPT = (SENT, "capture", "download_latency")


def policy_of(settings: BaseSettings) -> Policy:
    """The patience that the settings ask for."""
    return Policy(
        attempts=settings.getint("RETRY_TIMES") + 1,
        base=settings.getfloat("BACKOFF_BASE", Policy.base),
        most=settings.getfloat("BACKOFF_MAX", Policy.most),
        untimed=settings.getfloat("UNTIMED_WAIT", Policy.untimed),
        longest=settings.getfloat("WAIT_MAX", Policy.longest),
        in_all=settings.getfloat("WAIT_TOTAL_MAX", Policy.in_all),
        failures=settings.getint("HOST_FAILURES_MAX", Policy.failures),
    )


class PolitenessMiddleware:
    """Decides after each attempt whether there is another one, and what its host is owed.

    It never waits itself: what is to be tried again goes back to the scheduler, whose
    :class:`~mirror.politeness.queue.PoliteQueue` gives it out when the page and its host are
    ready. Nothing that waits takes a place of a request under way.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.stats = crawler.stats
        self.policy = policy_of(settings)
        self.hosts: dict[str, Host] = {}
        self.clock = time.monotonic
        self._priority_adjust = settings.getint("RETRY_PRIORITY_ADJUST")
        self._obey = settings.getbool("ROBOTSTXT_OBEY")
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        return cls(crawler)

    def host_of(self, request: Request) -> tuple[str, Host]:
        """The host of a request by its name and port, and what is known of it."""
        name = urlparse_cached(request).netloc.rpartition("@")[2].lower()
        host = self.hosts.get(name)
        if host is None:
            host = self.hosts[name] = Host(self.policy, random.random, alone=self._obey)
        return name, host

    # What Scrapy calls

    def process_request(self, request: Request) -> None:
        """
        :raises HostGivenUp: this run asks the host for nothing more.
        """
        name, host = self.host_of(request)
        if host.given_up:
            raise HostGivenUp(f"{name} is given up for this run: {host.given_up}")
        request.meta[SENT] = self.clock()

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if SENT not in request.meta:
            return response
        name, host = self.host_of(request)
        trouble = trouble_of(response.status, response.headers, response.body, _utc())
        if trouble is not None:
            return self._troubled(request, trouble) or response
        host.answered(request.meta[SENT])
        wait = exhausted(response.headers, _utc())
        if wait and wait <= self.policy.longest:
            # Well answered, but the next one would be refused.
            host.hold_as_told(wait, self.clock())
            self._account(name, host)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if SENT not in request.meta or not is_passing(exception):
            return None
        return self._troubled(request, Trouble(reason_of(exception)[0]))

    def spider_closed(self) -> None:
        """Bring the account of the waits to its end."""
        for name, host in self.hosts.items():
            self._account(name, host)

    # What comes after trouble

    def _troubled(self, request: Request, trouble: Trouble) -> Request | None:
        """Hold the host back as it needs; the next attempt, unless this was the last."""
        name, host = self.host_of(request)
        before = host.given_up
        host.failed(trouble, request.meta[SENT], self.clock())
        self._account(name, host)
        if host.given_up and not before:
            logger.warning("%s is given up for this run: %s", name, host.given_up)
        self.stats.inc_value(f"politeness/troubles/{trouble.reason}")
        if request.meta.get("dont_retry"):
            return None
        return self.again(request, trouble.reason)

    def again(self, request: Request, reason: str) -> Request | None:
        """The request for another attempt, later; ``None`` when there is to be none."""
        _, host = self.host_of(request)
        attempt = request.meta.get("retry_times", 0) + 1
        if host.given_up or attempt >= self.policy.attempts:
            return None
        rest = self.rest(host, attempt, reason)
        next_one = self.later(request, rest)
        next_one.meta["retry_times"] = attempt
        logger.debug("%s: %s; asked again in %.1f s", request.url, reason, rest)
        return next_one

    def rest(self, host: Host, attempt: int, reason: str) -> float:
        """Seconds until the attempt that follows `attempt` may be made; counted as a retry."""
        rest = host.rest(attempt)
        self.stats.inc_value("retry/count")
        self.stats.inc_value(f"politeness/retries/{reason}")
        rested = self.stats.get_value("politeness/seconds_rested", 0.0)
        self.stats.set_value("politeness/seconds_rested", rested + rest)
        return rest

    def later(self, request: Request, seconds: float) -> Request:
        """The same request, to be given out in so many seconds at the earliest."""
        later = request.replace(dont_filter=True, priority=request.priority + self._priority_adjust)
        meta: dict[str, Any] = later.meta
        for key in _OF_ONE_ATTEMPT:
            meta.pop(key, None)
        meta[NOT_BEFORE] = self.clock() + seconds
        return later

    def _account(self, name: str, host: Host) -> None:
        host.account(self.clock())
        if host.waited:
            self.stats.set_value(f"politeness/seconds_held/{name}", round(host.waited, 3))
        if host.given_up:
            self.stats.set_value(f"politeness/given_up/{name}", host.given_up)


def _utc() -> datetime:
    return datetime.now(UTC)
