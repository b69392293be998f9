"""What a run knows of one host, and whether it may ask it for something now.

Time here is that of a monotonic clock, in seconds; it is given, never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from mirror.politeness.backoff import at_least, full_jitter

if TYPE_CHECKING:
    from mirror.politeness.backoff import Random
    from mirror.politeness.trouble import Trouble

DOUBTFUL = 2
"""Failures in a row from which on a host is asked for one page at a time, until one comes."""


@dataclass(frozen=True)
class Policy:
    """How patient a run is. What each of them is for: ``mirror/settings.py``."""

    attempts: int = 5
    """For one page, the first included."""
    base: float = 1.0
    """Seconds; before the second attempt anything up to that is waited."""
    most: float = 60.0
    """Seconds; a wait of our own choice is never longer."""
    untimed: float = 60.0
    """Seconds; the least after a refusal that names no time."""
    longest: float = 1800.0
    """Seconds; a host that asks for more is given up for the run."""
    in_all: float = 3600.0
    """Seconds; a host whose limits cost more than that in one run, all in all, is given up too."""
    failures: int = 10
    """So many in a row, and a host is given up."""


@dataclass(slots=True)
class Host:
    """One host of a crawl: held back when it is in trouble, given up when that does not end.

    A failure counts once for all requests that were under way together: they tell of one moment.
    """

    policy: Policy
    random: Random
    failures: int = 0
    """In a row, without an answer in between."""
    given_up: str = ""
    """Why the run asks this host for nothing more; "" as long as it does."""
    alone: bool = False
    """One request at a time, whatever else: robots.txt is not known yet."""
    delay: float = 0.0
    """Least seconds between two requests (``Crawl-delay``)."""
    waited: float = 0.0
    """Seconds that the host was held back, up to the last :meth:`account`."""
    _held_since: float = field(default=-inf)
    _held_until: float = field(default=-inf)
    _failed: float = field(default=-inf)
    """When the last failure became known."""
    _asked: float = field(default=-inf)
    """When it was asked last."""
    _told_to_wait: float = 0.0
    _refusals: int = 0
    """How often in a row it said that it was asked too much."""

    # May it be asked?

    @property
    def one_at_a_time(self) -> bool:
        return self.alone or self._refusals > 0 or self.failures >= DOUBTFUL

    def free_at(self) -> float:
        """The time from which on the next request may be sent."""
        if self.given_up:
            return -inf
        return max(self._held_until, self._asked + self.delay if self.delay else -inf)

    def asked(self, now: float) -> None:
        """A request is on its way."""
        self._asked = now

    # What came of it

    def answered(self, sent: float) -> None:
        """A request came to a good end. One sent before the last failure does not undo that."""
        if sent >= self._failed:
            self.failures = 0
            self._refusals = 0

    def failed(self, trouble: Trouble, sent: float, now: float) -> None:
        """A request met with trouble: hold the host back, or give it up."""
        limited = trouble.blame == "limit"
        if sent >= self._failed:
            self.failures += 1
            self._refusals += limited
            self._failed = now
            if self.failures >= self.policy.failures:
                self.give_up(f"{self.failures} failures in a row, the last: {trouble.reason}", now)
                return
        if limited:
            self._refusals = max(self._refusals, 1)
        if trouble.wait is not None:
            self.hold_as_told(trouble.wait, now)
        elif limited:
            # A minute at least, then longer: GitHub's advice for its own limits.
            policy = self.policy
            wait = at_least(policy.untimed, policy.longest, self._refusals - 1, self.random)
            self.hold_as_told(wait, now)
        elif trouble.blame == "host":
            self._hold(self._backoff(max(self.failures - 1, 0)), now)
        elif self.failures >= DOUBTFUL:
            self._hold(self._backoff(self.failures - DOUBTFUL), now)

    def hold_as_told(self, wait: float, now: float) -> None:
        """Leave the host alone for as long as it says, or for the run when that is too long."""
        if wait > self.policy.longest:
            self.give_up(f"asks to wait {wait:.0f} s", now)
            return
        before = max(self._held_until, now)
        self._hold(wait, now)
        self._told_to_wait += max(0.0, self._held_until - before)
        if self._told_to_wait > self.policy.in_all:
            self.give_up(f"asked too much: {self._told_to_wait:.0f} s of waits in all", now)

    def pace(self, delay: float, now: float) -> None:
        """Keep `delay` seconds between any two requests from now on."""
        if delay > self.policy.longest:
            self.give_up(f"asks for {delay:.0f} s between requests", now)
        elif delay > 0:
            self.delay = delay

    def give_up(self, reason: str, now: float) -> None:
        """Ask the host for nothing more in this run; the first reason stays."""
        if not self.given_up:
            self.given_up = reason
            self.account(now)
            self._held_until = min(self._held_until, now)

    def rest(self, attempt: int) -> float:
        """Seconds that a page waits, besides its host, before it is asked for again.

        :param attempt: how many there were by now.
        """
        return self._backoff(attempt - 1)

    def account(self, now: float) -> None:
        """Bring :attr:`waited` up to date."""
        until = min(self._held_until, now)
        if until > self._held_since:
            self.waited += until - self._held_since
            self._held_since = until

    def _hold(self, seconds: float, now: float) -> None:
        self.account(now)
        self._held_since = max(self._held_since, now)
        self._held_until = max(self._held_until, now + seconds)

    def _backoff(self, earlier: int) -> float:
        return full_jitter(self.policy.base, self.policy.most, earlier, self.random)
