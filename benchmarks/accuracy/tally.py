"""Scores of many pages: added up in worker processes, merged in the end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.accuracy import spacing
from benchmarks.accuracy.scoring import Extract, Miss, f1, misses
from benchmarks.accuracy.source import squeezed

if TYPE_CHECKING:
    from benchmarks.accuracy.contestants import Contestant
    from benchmarks.accuracy.reading import Reading
    from mirror.address import Address

GOOD = 0.99
"""From this F1 on a page's text counts as right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A miss with the page it is on."""

    page: str
    miss: Miss


@dataclass(slots=True)
class Tally:
    """What one contestant reached on the pages that it was given."""

    fields: tuple[str, ...] = ()
    """Which of the scored fields the contestant offers."""
    pages: int = 0
    lost: int = 0
    f1_sum: float = 0.0
    good: int = 0
    right: Counter[str] = field(default_factory=Counter)
    """Pages with the field right, by field."""
    seconds: float = 0.0
    """Processor time of the extraction alone."""
    times: list[float] = field(default_factory=list)
    """The same, page by page."""
    joins: int = 0
    joins_judged: int = 0
    joins_lost: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count the other's pages too."""
        self.fields = other.fields
        self.pages += other.pages
        self.lost += other.lost
        self.f1_sum += other.f1_sum
        self.good += other.good
        self.right += other.right
        self.seconds += other.seconds
        self.times += other.times
        self.joins += other.joins
        self.joins_judged += other.joins_judged
        self.joins_lost += other.joins_lost
        self.violations += other.violations
        self.findings += other.findings


def score(
    contestant: Contestant, body: bytes, address: Address, reading: Reading, page: str
) -> Tally:
    """One page. A contestant that raises has lost it."""
    tally = Tally(fields=contestant.fields, pages=1)
    started = time.process_time()
    try:
        extract = contestant.extract(body, address)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises, the page is lost to it
        extract = None
        tally.findings.append(Finding(page, Miss("page", type(error).__name__, str(error)[:200])))
    tally.seconds = time.process_time() - started
    tally.times = [tally.seconds]
    if extract is None:
        tally.lost = 1
        tally.findings.append(Finding(page, Miss("page", "lost", "no article found")))
    else:
        _compare(tally, contestant, extract, reading, page)
    return tally


def _compare(
    tally: Tally, contestant: Contestant, extract: Extract, reading: Reading, page: str
) -> None:
    tally.f1_sum = f1(squeezed(extract.text), reading.text)
    tally.good = int(tally.f1_sum >= GOOD)
    found = list(misses(extract, reading, contestant.fields))
    missed = {miss.field for miss in found}
    tally.right.update(name for name in contestant.fields if name not in missed)
    seen = spacing.check(extract.text, reading)
    tally.joins, tally.joins_judged, tally.joins_lost = seen.joins, seen.judged, seen.lost
    for violation in seen.violations:
        tally.violations[violation.verdict] += 1
        found.append(Miss("spacing", violation.verdict, f"{violation.left} | {violation.right}"))
    tally.findings += [Finding(page, miss) for miss in found]
