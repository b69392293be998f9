"""How long to wait when a server does not say: exponentially longer, at random."""

from __future__ import annotations

from collections.abc import Callable

Random = Callable[[], float]
"""A number from 0 (inclusive) to 1 (exclusive), as ``random.random`` gives it."""

MOST_DOUBLINGS = 32
"""Beyond, the result is above any limit that is set, and would one day overflow."""


def full_jitter(base: float, most: float, earlier: int, random: Random) -> float:
    """Seconds to wait: anything from 0 to `base`, doubled for each `earlier` wait, at `most`.

    "Full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/:
    requests that failed together do not come again together.
    """
    return random() * doubled(base, most, earlier)


def at_least(base: float, most: float, earlier: int, random: Random) -> float:
    """Seconds to wait where the least is known: as above, but from the full wait to half more."""
    return min(most, doubled(base, most, earlier) * (1 + random() / 2))


def doubled(base: float, most: float, earlier: int) -> float:
    """`base` seconds, twice as many for each `earlier` wait, and never more than `most`."""
    return min(most, base * 2.0 ** min(earlier, MOST_DOUBLINGS))
