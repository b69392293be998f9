"""What a run's end says to cron: one number, the first that applies."""

from __future__ import annotations

from dataclasses import dataclass

COMPLETE = 0
ERROR = 1
USAGE = 2
PARTIAL = 3
UNREACHABLE = 4
MOVED = 5
UNWRITABLE = 73
LOCKED = 75

MEANING = {
    COMPLETE: "complete: every page that was due was captured and understood",
    ERROR: "an unexpected error",
    USAGE: "wrong arguments or settings",
    PARTIAL: "partial: something could not be fetched or understood; the summary lists it",
    UNREACHABLE: "the mirror could not be reached, forbids robots, or is of no known layout",
    MOVED: "the mirror has moved or changed its layout",
    UNWRITABLE: "the archive could not be written; everything up to there is safe",
    LOCKED: "another run holds this collection's lock",
}


def meaning_of(status: int | None) -> str:
    """What an exit status says; ``None`` is that of a run that came to no end."""
    if status is None:
        return "killed: a later run made good what it left"
    return MEANING.get(status, "ended by a signal")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """All that the exit status of a run depends on."""

    unwritable: bool
    """A record or an item could not be written."""
    usage: bool
    """Something asked for does not exist on the mirror (a channel)."""
    errors: int
    """Exceptions in our own code."""
    cut_short: bool
    """Scrapy closed it before its end, as ``CLOSESPIDER_TIMEOUT`` has it do."""
    moved: bool
    """The root leads elsewhere."""
    root_understood: bool
    known_before: bool
    """An earlier run understood this mirror's root."""
    understood: int
    """Pages that became an item or an index."""
    unknown: int
    """Pages fetched and not understood."""
    failures: int
    """Pages not fetched, not reached or newly dead."""


def exit_status(facts: RunFacts) -> int:
    """The exit status of a run that was not ended by a signal.

    Most pages not understood means drift, but only beyond a handful: one odd page among three is
    no new layout.
    """
    drifted = facts.unknown > facts.understood and facts.unknown + facts.understood >= 5
    if facts.unwritable:
        return UNWRITABLE
    if facts.usage:
        return USAGE
    if facts.errors:
        return ERROR
    if facts.moved or (drifted and facts.root_understood):
        return MOVED
    if facts.cut_short:
        # What was not come to may be what is missing, the root page too.
        return PARTIAL
    if not facts.root_understood:
        # What an earlier run understood and this one fetched and does not: a change of layout.
        return MOVED if facts.known_before and facts.unknown else UNREACHABLE
    if facts.failures or facts.unknown:
        return PARTIAL
    return COMPLETE
