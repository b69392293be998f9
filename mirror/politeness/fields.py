"""Header fields that name a time: ``Retry-After``, ``Date`` and the like."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
"""More digits than 18 are no time that anybody means; it also keeps int() clear of its limit."""


class Fields(Protocol):
    """Header fields by name, in any case; the last value where there are several."""

    def get(self, name: str, /) -> bytes | None: ...


def text_of(fields: Fields, name: str) -> str:
    """A field's value without white space around it; "" when it is not there."""
    value = fields.get(name)
    return value.decode("latin-1").strip() if value else ""


def natural(text: str) -> int | None:
    """A whole number of at most 18 digits, as ``1*DIGIT`` (RFC 5234) writes it."""
    return int(text) if _DIGITS.fullmatch(text) else None


def http_date(text: str) -> datetime | None:
    """An HTTP-date in any of its three forms, UTC; ``None`` for anything else.

    RFC 9110 §5.6.7: IMF-fixdate, and the obsolete forms of RFC 850 and of asctime.
    """
    if not text[:1].isalpha():
        return None
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def server_time(fields: Fields, now: datetime) -> datetime:
    """What the server's clock says, by its ``Date`` (RFC 9110 §6.6.1); else our own time.

    A time that a server names is meant by its clock, which need not agree with ours.
    """
    return http_date(text_of(fields, "Date")) or now


def retry_after(fields: Fields, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks to wait (RFC 9110 §10.2.3), never below 0.

    ``None`` when there is no such field, or it is neither seconds nor an HTTP-date.

    :param now: our own time, UTC.
    """
    value = text_of(fields, "Retry-After")
    seconds = natural(value)
    if seconds is not None:
        return float(seconds)
    date = http_date(value)
    if date is None:
        return None
    return max(0.0, (date - server_time(fields, now)).total_seconds())


def longest(waits: Iterable[float | None]) -> float | None:
    """The longest of those waits that are known."""
    return max((wait for wait in waits if wait is not None), default=None)
