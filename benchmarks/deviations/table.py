"""The classes and their numbers as Markdown, between two marks of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.deviations.groups import GROUPS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping
    from pathlib import Path

BEGIN = "<!-- tables: python -m benchmarks.deviations --write docs/deviations.md -->"
END = "<!-- end of the tables -->"


def tables(pages: Mapping[str, int], counts: Mapping[str, Counter[str]]) -> str:
    """One table a group; the numbers are of pages, one column a mirror."""
    names = list(pages)
    totals = ", ".join(f"{pages[name]:,} of {name}" for name in names)
    lines = [f"Article pages: {totals}.", ""]
    for title, group in GROUPS.items():
        lines += [
            f"## {title}",
            "",
            f"| class | on the page | {' | '.join(names)} | what is done | warning |",
            f"| --- | --- |{' ---: |' * len(names)} --- | --- |",
        ]
        for each in group:
            numbers = [f"{counts[name][each.name]:,}" for name in names]
            seen = each.seen.replace("|", "\\|")
            warning = f"`{each.warning}`" if each.warning else ""
            cells = [f"`{each.name}`", seen, *numbers, each.decision, warning]
            lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def replace(document: Path, text: str) -> None:
    """Put the tables between the marks of a document.

    :raises ValueError: the document has no marks.
    """
    before, begin, rest = document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document}: no lines {BEGIN!r} and {END!r} to write between")
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", "utf-8")
