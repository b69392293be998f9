"""The scores as a table, and the misses as files."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.accuracy.scoring import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.accuracy.tally import Tally

_HEADS = {
    "dateline_date": "dateline",
    "url_date": "url date",
    "original_url": "original",
}


def table(tallies: Mapping[str, Tally]) -> str:
    """One line a contestant; shares are of the pages it was given, lost ones counted as wrong."""
    head = ["", "pages", "lost", "text F1", "F1≥.99", *(_HEADS.get(name, name) for name in FIELDS)]
    rows = [[*head, "pages/s"]]
    rows += [_row(name, tally) for name, tally in tallies.items() if tally.pages]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(name: str, tally: Tally) -> list[str]:
    return [
        name,
        f"{tally.pages:,}",
        f"{tally.lost:,}",
        f"{tally.f1_sum / tally.pages:.5f}",
        percent(tally.good, tally.pages),
        *(
            percent(tally.right[name], tally.pages) if name in tally.fields else "–"
            for name in FIELDS
        ),
        f"{tally.pages / tally.seconds:,.0f}" if tally.seconds else "–",
    ]


def percent(part: int, whole: int) -> str:
    """A share that says 100 only when nothing is missing."""
    if part == whole:
        return "100 %"
    return f"{min(part / whole * 100, 99.99):.2f} %"


def joins(tally: Tally) -> str:
    """What the oracle saw of the places where text was joined across inline tags."""
    wrong = tally.violations.total()
    return (
        f"joins across inline tags: {tally.joins:,}; with a rule and found again: "
        f"{tally.joins_judged:,}, right: {tally.joins_judged - wrong:,}, a space beside East Asian "
        f"writing: {tally.violations['space']:,}, words glued: {tally.violations['glued']:,}; "
        f"not in the text: {tally.joins_lost:,}"
    )


def slowest(tally: Tally) -> str:
    """The page that took longest, beside the median."""
    middle, worst = median(tally.times), max(tally.times)
    times = f", {worst / middle:,.0f} times the median" if middle else ""
    return f"slowest page: {worst * 1000:,.0f} ms{times}"


def classes(tally: Tally, most: int = 3) -> Iterator[str]:
    """The misses by class, with the first pages of each: ids only, never a page's words."""
    for (field, kind), lines in sorted(_by_class(tally).items()):
        pages = list(dict.fromkeys(line[0] for line in lines))
        more = "" if len(pages) <= most else " …"
        yield f"{field} {kind}: {len(pages):,} pages, {', '.join(pages[:most])}{more}"


def write_misses(folder: Path, name: str, tally: Tally) -> None:
    """One file a class, ``NAME.FIELD.KIND.tsv``: page and excerpt, separated by a tab.

    They quote the pages: keep them out of any repository.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for (field, kind), lines in _by_class(tally).items():
        path = folder / f"{name}.{field}.{kind}.tsv"
        path.write_text(
            "".join(f"{page}\t{' '.join(excerpt.split())}\n" for page, excerpt in sorted(lines)),
            encoding="utf-8",
        )


def _by_class(tally: Tally) -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for finding in tally.findings:
        key = (finding.miss.field, finding.miss.kind)
        found[key].append((finding.page, finding.miss.excerpt))
    return found
