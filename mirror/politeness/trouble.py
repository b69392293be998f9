"""What an answer says about the host that gave it: all is well, wait, or try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mirror.politeness.fields import longest, retry_after
from mirror.politeness.limits import exhausted

if TYPE_CHECKING:
    from datetime import datetime

    from mirror.politeness.fields import Fields

TOO_MANY = 429
FORBIDDEN = 403
UNAVAILABLE = 503
PASSING = frozenset({500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Errors of a server that the same request may not meet again: RFC 9110 §15.6.1, §15.6.3-5, and
those by which Cloudflare and others say that the server behind them is not well. Not 501, 505,
507 and the like, which tell of what the server is. No 4xx but those of a limit: a client's mistake
does not get better by being made again."""

_LIMITED = re.compile(rb"rate limit|abuse detection|too many requests", re.IGNORECASE)
"""How GitHub words a 403 that means a limit, where it sends no field that says so."""
_READ_FOR_WORDS = 4096


Blame = Literal["limit", "host", "page"]
"""The host was asked too much; it cannot answer anything now; or only this page is known not to
come."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An answer, or the lack of one, after which the same request is worth another attempt."""

    reason: str
    """In the words of the summary: ``status 503``, ``timeout``."""
    blame: Blame = "page"
    wait: float | None = None
    """Seconds that the server asks for; ``None`` when it names no time."""


def trouble_of(status: int, fields: Fields, body: bytes, now: datetime) -> Trouble | None:
    """The trouble that an answer tells of; ``None`` for every answer that stands as it is.

    :param now: our own time, UTC.
    """
    asked = retry_after(fields, now)
    if status == TOO_MANY or (status == FORBIDDEN and _is_limit(asked, fields, body, now)):
        # GitHub: Retry-After where there is one; else until the reset of a limit that is used up.
        wait = asked if asked is not None else exhausted(fields, now)
        return Trouble(f"status {status}", "limit", wait or None)
    if status in PASSING:
        blame: Blame = "host" if status == UNAVAILABLE or asked is not None else "page"
        return Trouble(f"status {status}", blame, asked or None)
    return None


def _is_limit(asked: float | None, fields: Fields, body: bytes, now: datetime) -> bool:
    """Whether a 403 is about how much was asked, and not about who asks.

    GitHub answers 403 as well as 429 when a limit is passed, the secondary ones at times without
    any field that says when to come again.
    """
    return (
        longest((asked, exhausted(fields, now))) is not None
        or _LIMITED.search(body[:_READ_FOR_WORDS]) is not None
    )
