"""robots.txt as RFC 9309 wants it: asked for again when it does not come, and binding then too."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import IgnoreRequest, NotConfigured, UnsupportedURLSchemeError
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler, load_object

from mirror.politeness.middleware import PolitenessMiddleware
from mirror.politeness.reasons import HostGivenUp, RobotsUnreachable, is_passing, reason_of
from mirror.politeness.trouble import trouble_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class RobotsMiddleware:
    """Asks each host for its robots.txt before anything else, in place of Scrapy's middleware.

    RFC 9309 §2.3.1: a file that came is obeyed. One that is not there (4xx, or a redirect that
    leads nowhere) forbids nothing. One that cannot be had (5xx, no answer, a limit that was
    passed) forbids everything, after as many attempts as any page has; Scrapy's own middleware
    would allow everything. A ``Crawl-delay``, which the standard does not know, is kept.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.stats = crawler.stats
        self._user_agent: str | None = settings["ROBOTSTXT_USER_AGENT"]
        self._default_user_agent: str = settings["USER_AGENT"]
        self._parser: type[RobotParser] = load_object(settings["ROBOTSTXT_PARSER"])
        # What holds for a host: its file, that nothing may be asked for, or (None) that all may.
        self._rules: dict[str, RobotParser | RobotsUnreachable | None] = {}
        self._asking: dict[str, asyncio.Future[float]] = {}
        self._attempts: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    @property
    def politeness(self) -> PolitenessMiddleware:
        politeness = self.crawler.get_downloader_middleware(PolitenessMiddleware)
        if politeness is None:
            raise ValueError("RobotsMiddleware needs PolitenessMiddleware")
        return politeness

    async def process_request(self, request: Request) -> Request | None:
        """Let a request pass, or send it back until robots.txt can be asked for again.

        :raises IgnoreRequest: robots.txt forbids it.
        :raises RobotsUnreachable: there is no knowing whether it does.
        """
        if request.meta.get("dont_obey_robotstxt"):
            return None
        name, _ = self.politeness.host_of(request)
        if name not in self._rules:
            if name not in self._asking:
                self._asking[name] = asyncio.ensure_future(self._ask(name, request))
            rest = await self._asking[name]
            if name not in self._rules:
                return self.politeness.later(request, rest)
        rules = self._rules[name]
        if isinstance(rules, RobotsUnreachable):
            raise RobotsUnreachable(rules.url, rules.reason)
        if rules is not None and not rules.allowed(request.url, self._agent_of(request)):
            self.stats.inc_value("robotstxt/forbidden")
            raise IgnoreRequest("Forbidden by robots.txt")
        return None

    async def _ask(self, name: str, request: Request) -> float:
        """Ask for robots.txt once; seconds until it may be tried again, when that is needed."""
        try:
            return await self._learn(name, request)
        finally:
            del self._asking[name]

    async def _learn(self, name: str, request: Request) -> float:
        parts = urlsplit(request.url)
        url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        engine = self.crawler.engine
        assert engine is not None
        self.stats.inc_value("robotstxt/request_count")
        asked = Request(
            url,
            callback=NO_CALLBACK,
            meta={"dont_obey_robotstxt": True, "dont_retry": True},
        )
        try:
            response = await engine.download_async(asked)
        except HostGivenUp as error:
            return self._cannot_be_had(name, url, reason_of(error)[0], passing=False)
        except (IgnoreRequest, UnsupportedURLSchemeError):
            # A redirect that is not followed: "unavailable", like a file that is not there.
            return await self._decide(name, request, None)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no robots.txt
            reason, detail = reason_of(error)
            logger.warning("%s: %s", url, detail)
            return self._cannot_be_had(name, url, reason, passing=is_passing(error))
        status = response.status
        self.stats.inc_value(f"robotstxt/response_status_count/{status}")
        trouble = trouble_of(status, response.headers, response.body, datetime.now(UTC))
        if trouble is not None or status >= 500:
            return self._cannot_be_had(name, url, f"status {status}", passing=trouble is not None)
        return await self._decide(name, request, response if status < 300 else None)

    async def _decide(self, name: str, request: Request, response: Response | None) -> float:
        """What the file says is what holds; no file, and everything is allowed."""
        host = self.politeness.hosts[name]
        rules: RobotParser | None = None
        if response is not None:
            rules = build_from_crawler(self._parser, self.crawler, response.body)
            await self.crawler.signals.send_catch_log_async(
                signal=signals.robots_parsed, robotparser=rules, request=request
            )
            delay = rules.crawl_delay(self._agent_of(request))
            if delay is not None and isfinite(delay):
                host.pace(delay, self.politeness.clock())
        self._rules[name] = rules
        host.alone = False
        return 0.0

    def _cannot_be_had(self, name: str, url: str, reason: str, *, passing: bool) -> float:
        """Nothing may be asked for, unless another attempt is worth while: then, in how long."""
        attempts = self._attempts[name] = self._attempts.get(name, 0) + 1
        host = self.politeness.hosts[name]
        if passing and attempts < self.politeness.policy.attempts and not host.given_up:
            return self.politeness.rest(host, attempts, reason)
        self._rules[name] = RobotsUnreachable(url, reason)
        host.alone = False
        logger.warning("%s", self._rules[name])
        return 0.0

    def _agent_of(self, request: Request) -> str | bytes:
        if self._user_agent:
            return self._user_agent
        return request.headers.get(b"User-Agent") or self._default_user_agent
