"""When a page that was looked at before is looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from mirror.ledger import KnownPage, PageKind

Refetch = Literal["never", "changed", "all"]
REFETCH: tuple[Refetch, ...] = ("never", "changed", "all")

DEFAULT_AGE = timedelta(days=30)
"""How long the word of an index page that is done is taken for it. Such pages were never seen to
change (MIRRORS.md: 0 of 21,347 changes); looking at all of them once a month proves it."""
SHORTEST = timedelta(days=1)
"""A dead link is not asked for more often than that, unless a page that changed names it."""

# What a server will say again however often it is asked, until something changes there.
_PERMANENT = (
    "too large",
    "bad content coding",
    "private address",
    "unsupported scheme",
    "redirects to ",
    "redirects in a circle",
    "too many redirects",
)
_ROBOTS = "robots.txt"
_RUN = "%Y%m%dT%H%M%SZ"


def is_lasting(kind: PageKind, reason: str) -> bool:
    """Whether a page that failed for `reason` would fail again, however often it is asked for.

    Of a picture, what robots.txt says is such a reason: its host is a stranger, and nobody waits
    for it to change its mind. A mirror that closes itself is another matter.
    """
    return reason.startswith(_PERMANENT) or (kind == "image" and reason == _ROBOTS)


@dataclass(frozen=True, slots=True)
class Policy:
    """The answer to ``-a refetch=`` and ``-a age=``, at the time when a run began."""

    now: datetime
    """UTC."""
    refetch: Refetch = "never"
    """Articles captured before are left alone, asked for by their validators, or asked for in
    full."""
    age: timedelta | None = None
    """How long a look at a page is good for; by default :data:`DEFAULT_AGE`, and no time at all
    when `refetch` is not ``never``."""

    def wants(self, page: KnownPage, *, head: bool = False, named_anew: bool = False) -> bool:
        """Whether a run has to look at a page that was named.

        :param head: it is the mirror's front page or named by that: where news are looked for.
        :param named_anew: it is named by a page that is new, or not what it was.
        """
        match page.outcome:
            case None:
                return True
            case _ if head:
                return True
            case "failed" if not is_lasting(page.kind, page.reason):
                return True
            case "failed" | "dangling" | "deleted":
                return named_anew or self._waited_long_enough(page)
        if page.kind in ("article", "image"):
            return self.refetch != "never" and self._is_older(page, self.age or timedelta())
        if page.older is None:
            return named_anew or self._is_older(page, self._index_age)
        # It may have been looked at last while it was the newest, and have changed since.
        settled = page.looked is not None and page.looked >= page.older
        return not settled or self._is_older(page, self._index_age)

    @property
    def looked_before(self) -> str:
        """A page that was last looked at after this ``WARC-Date`` is never due by its age."""
        return self._ago(self._index_age)

    @property
    def article_looked_before(self) -> str:
        """The same for an article; no date where no article is due by its age."""
        return "" if self.refetch == "never" else self._ago(self.age or timedelta())

    def _ago(self, age: timedelta) -> str:
        return (self.now - age + timedelta(seconds=1)).strftime(WARC_DATE)

    @property
    def _index_age(self) -> timedelta:
        if self.age is not None:
            return self.age
        return DEFAULT_AGE if self.refetch == "never" else timedelta()

    def _is_older(self, page: KnownPage, age: timedelta) -> bool:
        return page.looked is None or self.now - _date(page.looked) >= age

    def _waited_long_enough(self, page: KnownPage) -> bool:
        """Asked again when it has been left alone for as long as it had been gone by then."""
        if page.looked is None or page.since is None:
            return True
        looked = _date(page.looked)
        gone = looked - datetime.strptime(page.since, _RUN).replace(tzinfo=UTC)
        return self.now - looked >= min(max(gone, SHORTEST), max(self._index_age, SHORTEST))


def _date(text: str) -> datetime:
    return datetime.strptime(text, WARC_DATE).replace(tzinfo=UTC)
