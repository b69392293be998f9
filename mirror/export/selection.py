"""Which articles are wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mirror.export.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Collection

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Conditions that an article has to meet, all of them; the default is met by every one.

    :raises ExportError: a date is none, or the dates are the wrong way round.
    """

    channels: frozenset[str] = frozenset()
    layouts: frozenset[str] = frozenset()
    since: str | None = None
    """First date of publication, ISO 8601. An article without a date is not met by dates."""
    until: str | None = None
    """Last date of publication, itself included."""
    changed_since: str | None = None
    """A run; what was written by later ones is wanted."""

    def __post_init__(self) -> None:
        for name, day in (("since", self.since), ("until", self.until)):
            if day is not None and not _is_date(day):
                raise ExportError(f"--{name} {day!r} is no date; write it as 2026-01-31")
        if self.since and self.until and self.since > self.until:
            raise ExportError(f"--since {self.since} is after --until {self.until}")

    def accepts(self, *, channel: str, layout: str, published: str | None, run: str) -> bool:
        """Whether an article is wanted.

        :param run: that wrote its line.
        """
        if self.channels and channel not in self.channels:
            return False
        if self.layouts and layout not in self.layouts:
            return False
        if self.since and (published is None or published < self.since):
            return False
        if self.until and (published is None or published > self.until):
            return False
        return self.changed_since is None or run > self.changed_since

    def check_names(self, channels: Collection[str], layouts: Collection[str]) -> None:
        """Refuse names that the collection does not have: a misspelt filter finds nothing.

        :raises ExportError: the message lists those that there are.
        """
        for what, asked, there in (
            ("channel", self.channels, channels),
            ("layout", self.layouts, layouts),
        ):
            if missing := sorted(asked.difference(there)):
                raise ExportError(
                    f"the collection has no {what} {', '.join(map(repr, missing))}; "
                    f"there are: {', '.join(sorted(there)) or 'none'}"
                )


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
