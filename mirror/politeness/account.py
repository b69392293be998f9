"""What a run's politeness came to, for its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def politeness_of(stats: Mapping[str, Any]) -> dict[str, Any]:
    """The block ``politeness`` of a run summary, out of the statistics of its crawl.

    ``retries`` by reason; ``seconds_held`` by host, how long it was left alone; ``seconds_rested``,
    what single pages waited besides, all together; ``given_up``, the reason by host.
    """
    return {
        "retries": _below(stats, "retries/"),
        "seconds_held": _below(stats, "seconds_held/"),
        "seconds_rested": round(stats.get("politeness/seconds_rested", 0.0), 3),
        "given_up": _below(stats, "given_up/"),
    }


def _below(stats: Mapping[str, Any], name: str) -> dict[str, Any]:
    prefix = f"politeness/{name}"
    return {
        key.removeprefix(prefix): value
        for key, value in sorted(stats.items())
        if key.startswith(prefix)
    }
