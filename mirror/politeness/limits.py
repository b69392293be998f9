"""Rate limits that servers announce in header fields.

Several spellings are in use for "so many requests are left until then":

- ``X-RateLimit-Remaining``, ``X-RateLimit-Reset``: GitHub, Gitee; the reset is a Unix time.
  https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
- ``RateLimit-Remaining``, ``RateLimit-Reset``: GitLab, as a Unix time; early drafts of the IETF's
  RateLimit fields (draft-ietf-httpapi-ratelimit-headers-03), as seconds from now.
  https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
- ``RateLimit: limit=100, remaining=0, reset=5`` and ``RateLimit: "default";r=0;t=5``: later drafts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.politeness.fields import longest, natural, server_time, text_of

if TYPE_CHECKING:
    from datetime import datetime

    from mirror.politeness.fields import Fields

FAMILIES = ("X-RateLimit", "RateLimit")
FIRST_UNIX_TIME = 1_000_000_000
"""A reset as large as that (September 2001) is a Unix time and no number of seconds to wait."""
FIRST_MILLISECONDS = 100_000_000_000
"""And one as large as that (the year 5138) is a Unix time in milliseconds."""

_PARAMETER = re.compile(r"(?:^|[;,\s])(r|remaining|t|reset)\s*=\s*([0-9]{1,18})(?![0-9])", re.ASCII)


def exhausted(fields: Fields, now: datetime) -> float | None:
    """Seconds until a limit that is used up is renewed; 0 when it is used up and no time is named.

    ``None`` when requests are left, or nothing is said of a limit.

    :param now: our own time, UTC; the server's own counts where it sends a ``Date``.
    """
    clock = server_time(fields, now).timestamp()
    waits = [_wait(*_plain(fields, family), clock) for family in FAMILIES]
    waits += [_wait(*pair, clock) for pair in _structured(text_of(fields, "RateLimit"))]
    return longest(waits)


def _plain(fields: Fields, family: str) -> tuple[int | None, int | None]:
    return (
        natural(text_of(fields, f"{family}-Remaining")),
        natural(text_of(fields, f"{family}-Reset")),
    )


def _structured(value: str) -> list[tuple[int | None, int | None]]:
    """``(remaining, reset)`` of each limit in a ``RateLimit`` field; one a list member."""
    if not value:
        return []
    # In the older of the two forms the parameters themselves are the members of the list.
    members = [value] if "remaining" in value else value.split(",")
    pairs = []
    for member in members[:16]:
        named = {name: int(number) for name, number in _PARAMETER.findall(member)}
        remaining = named.get("r", named.get("remaining"))
        pairs.append((remaining, named.get("t", named.get("reset"))))
    return pairs


def _wait(remaining: int | None, reset: int | None, clock: float) -> float | None:
    if remaining != 0:
        return None
    if reset is None:
        return 0.0
    if reset >= FIRST_MILLISECONDS:
        reset //= 1000
    if reset < FIRST_UNIX_TIME:
        return float(reset)
    # The limit is renewed within that second: a moment too early would be refused once more.
    return max(0.0, reset - clock) + 1.0
