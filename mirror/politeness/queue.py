"""The scheduler's queue: gives out a request only when its host may be asked for it.

Scrapy has no place where a request can wait without being under way: a delay in a middleware or in
a download slot takes one of ``CONCURRENT_REQUESTS``, so that one host in trouble stops all others,
and a run that is told to stop would first wait it out.
"""

from __future__ import annotations

import heapq
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any

from scrapy.pqueues import DownloaderAwarePriorityQueue
from scrapy.utils.asyncio import call_later

from mirror.politeness.middleware import NOT_BEFORE, PolitenessMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Request
    from scrapy.core.downloader import Downloader
    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import CallLaterResult

LOOK_AGAIN = 0.25
"""Seconds; Scrapy does not tell when a request leaves its download slot's queue for the network."""


class Gate:
    """Which hosts may be asked now: takes the place of Scrapy's ``DownloaderInterface``."""

    def __init__(self, politeness: PolitenessMiddleware, downloader: Downloader) -> None:
        self.politeness = politeness
        self.downloader = downloader

    def get_slot_key(self, request: Request) -> str:
        """Requests are kept apart by host and port."""
        return self.politeness.host_of(request)[0]

    def stats(self, names: Iterable[str]) -> list[tuple[int, str]]:
        """``(requests under way, host)`` of each host that may be asked now."""
        now = self.politeness.clock()
        under_way = self._under_way()
        return [
            (len(under_way.get(name, ())), name)
            for name in names
            if self._opens_in(name, under_way.get(name, []), now) <= 0
        ]

    def opens_in(self, names: Iterable[str]) -> float:
        """Seconds until the first of these hosts may be asked, as far as time alone decides it."""
        now = self.politeness.clock()
        under_way = self._under_way()
        return min((self._opens_in(n, under_way.get(n, []), now) for n in names), default=inf)

    def _under_way(self) -> dict[str, list[Request]]:
        by_host: dict[str, list[Request]] = {}
        for request in self.downloader.active:
            by_host.setdefault(self.get_slot_key(request), []).append(request)
        return by_host

    def _opens_in(self, name: str, under_way: list[Request], now: float) -> float:
        host = self.politeness.hosts[name]
        if host.given_up:
            return 0.0
        if host.one_at_a_time and under_way:
            return inf  # the engine looks again when that one has come to its end
        held = host.free_at() - now
        if held > 0 or not under_way:
            return held
        slot = self.downloader.slots.get(self.downloader.get_slot_key(under_way[0]))
        if slot is None:
            return 0.0 if len(under_way) < self.downloader.domain_concurrency else inf
        # One may wait in the slot for its turn. More would be sent into a hold that begins
        # meanwhile, and take places from other hosts.
        waiting = len(under_way) - len(slot.transferring.intersection(under_way))
        if waiting <= (0 if slot.delay else slot.free_transfer_slots()):
            return 0.0
        return LOOK_AGAIN if slot.delay else inf


class PoliteQueue(DownloaderAwarePriorityQueue):
    """Requests by host, and those that wait for their next attempt by time.

    ``SCHEDULER_PRIORITY_QUEUE = "mirror.politeness.queue.PoliteQueue"``, together with
    :class:`~mirror.politeness.middleware.PolitenessMiddleware`.
    """

    def __init__(self, crawler: Crawler, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        politeness = crawler.get_downloader_middleware(PolitenessMiddleware)
        if politeness is None:
            raise ValueError("PoliteQueue needs PolitenessMiddleware")
        assert crawler.engine is not None
        self._politeness = politeness
        self._gate = Gate(politeness, crawler.engine.downloader)
        self._downloader_interface: Any = self._gate
        self._resting: list[tuple[float, int, Request]] = []
        self._order = count()
        self._alarm: CallLaterResult | None = None
        self._alarm_at = inf

    def push(self, request: Request) -> None:
        not_before = request.meta.pop(NOT_BEFORE, None)
        if not_before is None or self._politeness.host_of(request)[1].given_up:
            super().push(request)
            return
        heapq.heappush(self._resting, (not_before, next(self._order), request))

    def pop(self) -> Request | None:
        now = self._politeness.clock()
        while self._resting and self._is_rested(*self._resting[0], now):
            super().push(heapq.heappop(self._resting)[2])
        request = super().pop()
        if request is not None:
            self._politeness.host_of(request)[1].asked(now)
        elif len(self):
            self._look_again(now)
        return request

    def _is_rested(self, not_before: float, _: int, request: Request, now: float) -> bool:
        return not_before <= now or bool(self._politeness.host_of(request)[1].given_up)

    def close(self) -> dict[str, list[int]]:
        if self._alarm is not None:
            self._alarm.cancel()
        for _, _, request in self._resting:
            super().push(request)
        self._resting.clear()
        return super().close()

    def __len__(self) -> int:
        return super().__len__() + len(self._resting)

    def _look_again(self, now: float) -> None:
        """Have the engine ask once more when the first of what waits is ready."""
        wait = self._gate.opens_in(self.pqueues)
        if self._resting:
            wait = min(wait, self._resting[0][0] - now)
        if wait == inf or (self._alarm is not None and self._alarm_at <= now + wait):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = now + wait
        self._alarm = call_later(max(wait, 0.0), self._wake)

    def _wake(self) -> None:
        self._alarm, self._alarm_at = None, inf
        # What ExecutionEngine.crawl() does after it has put a request here.
        slot = self.crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()
