"""The run summary: ``runs/<run>.json``, what a run did and every page that is not an item."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from mirror import __version__
from mirror.extensions.exit_status import RunFacts, meaning_of
from mirror.frontier import is_lasting
from mirror.ledger import COMPLETENESS
from mirror.politeness.account import politeness_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mirror.extensions.findings import Findings, ImageFindings
    from mirror.ledger import Ledger, PageEnd

UNDERSTOOD = ("item", "index")


def facts_of(
    ledger: Ledger,
    run: str,
    findings: Findings,
    *,
    unwritable: bool,
    errors: int,
    cut_short: bool,
) -> RunFacts:
    """What the exit status depends on, from the ledger's account of the run."""
    known_before = ledger.pages.understood()
    counts = ledger.pages.count()
    by_outcome = Counter[str | None]()
    for (kind, outcome), count in counts.items():
        # Pictures tell nothing of the mirror's layout.
        by_outcome[outcome] += count if kind != "image" else 0
    root_understood = any(counts.get(("root", outcome)) for outcome in (*UNDERSTOOD, "redirect"))
    return RunFacts(
        unwritable=unwritable,
        usage=bool(findings.missing_channels),
        errors=errors,
        cut_short=cut_short,
        moved=bool(findings.moved_to),
        root_understood=root_understood,
        known_before=known_before,
        understood=sum(by_outcome[outcome] for outcome in UNDERSTOOD),
        unknown=by_outcome["unknown"],
        failures=sum(_alarms(page, run) for page in ledger.pages.unfinished()),
    )


def _alarms(page: PageEnd, run: str) -> bool:
    """Whether a page that was not had keeps the run from being complete.

    What is dead alarms once; so does a picture that is none, or that its host will not give.
    """
    is_image = page.kind == "image"
    match page.outcome:
        case None:
            return True
        case "deleted":
            return False  # it is in the archive, and stays
        case "failed" if not (is_image and is_lasting(page.kind, page.reason)):
            return True
        case "unknown" if not is_image:
            return False  # counted apart
    return page.since == run


def build_summary(
    ledger: Ledger,
    run: str,
    findings: Findings,
    *,
    head: dict[str, Any],
    stats: dict[str, Any],
    warcs: list[dict[str, Any]],
    exit_status: int | None,
) -> dict[str, Any]:
    """The summary as it is written; its keys are described in ``docs/formats.md``.

    :param head: spider, mirror, arguments, times.
    :param stats: Scrapy's statistics of the crawl.
    :param warcs: ``{name, length, sha256}`` of the files that the run wrote to.
    :param exit_status: ``None`` for a run that was killed.
    """
    ends: list[PageEnd] = []
    pictures: list[PageEnd] = []
    for page in ledger.pages.unfinished():
        (pictures if page.kind == "image" else ends).append(page)
    counts = ledger.pages.count()
    return {
        "run": run,
        **head,
        "exit_status": exit_status,
        "meaning": meaning_of(exit_status),
        "pages": _page_counts(counts),
        "articles": {
            kind: stats.get(f"articles/{kind}", 0) for kind in ("new", "changed", "unchanged")
        },
        "indexes": {
            kind: stats.get(f"indexes/{kind}", 0) for kind in ("new", "changed", "unchanged")
        },
        "images": _images(counts, findings.images, pictures, stats, run),
        "changed_fields": _below(stats, "articles/changed_fields/"),
        "warnings": _below(stats, "articles/warnings/"),
        "channels": findings.channels,
        "missing_channels": findings.missing_channels,
        "limit_reached": findings.limited,
        "sisters": sorted(findings.sisters),
        "foreign": dict(findings.foreign.most_common()),
        "invalid": dict(findings.invalid.most_common()),
        "recovered": findings.recovered,
        "git": findings.git,
        "completeness": findings.completeness or known_completeness(ledger),
        "moved_to": findings.moved_to or None,
        "unreachable": findings.unreachable or None,
        **_lists(ends, run),
        "deleted": _listed(ends, "deleted", run),
        "records": _below(stats, "warc/records/"),
        "truncated": _below(stats, "warc/truncated/"),
        "bytes_received": stats.get("warc/bytes/received", 0),
        "interim_responses": stats.get("warc/interim_responses", 0),
        "statuses": _below(stats, "warc/statuses/"),
        "retries": stats.get("retry/count", 0),
        "politeness": politeness_of(stats),
        "warcs": warcs,
        "software": f"mirror-archive/{__version__}",
    }


def known_completeness(ledger: Ledger) -> dict[str, Any]:
    """How much of the mirror is known and captured, as far as the ledger tells.

    What its repository has beside is as it was last read; ``None`` where it never was.
    """
    if (known := ledger.get(COMPLETENESS)) is not None:
        counts: dict[str, Any] = json.loads(known)
        return counts
    ends = ledger.pages.outcomes()
    understood = ends.get("item", 0) + ends.get("index", 0)
    named = sum(ends.values()) - ends.get("redirect", 0)
    return {
        "commit": None,
        "in_tree": None,
        "listed": named,
        "reached": named - ends.get(None, 0),
        "captured": understood + ends.get("unknown", 0),
        "understood": understood,
        "unlisted": None,
        "deleted": ends.get("deleted", 0),
        "rows_to_nowhere": ends.get("dangling", 0),
    }


def _page_counts(counts: dict[tuple[str, str | None], int]) -> dict[str, dict[str, int]]:
    """``{kind: {outcome: pages}}``, outcome ``not_reached`` for pages without an end."""
    table: dict[str, dict[str, int]] = {}
    for (kind, outcome), count in sorted(counts.items(), key=str):
        if kind == "image":
            continue
        table.setdefault(kind, {})[outcome or "not_reached"] = count
    return table


def _images(
    counts: dict[tuple[str, str | None], int],
    found: ImageFindings,
    ends: list[PageEnd],
    stats: dict[str, Any],
    run: str,
) -> dict[str, Any]:
    """The pictures that were due, by how they ended; and those that nobody asked for."""
    had = counts.get(("image", "image"), 0)
    kinds = {kind: stats.get(f"images/{kind}", 0) for kind in ("repeated", "unchanged")}
    return {
        "captured": had - sum(kinds.values()),
        **kinds,
        "redirects": counts.get(("image", "redirect"), 0),
        "skipped": dict(found.skipped.most_common()),
        "foreign": dict(found.foreign.most_common()),
        **_lists(ends, run),
    }


def _lists(ends: list[PageEnd], run: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "dangling": _listed(ends, "dangling", run),
        "failed": _listed(ends, "failed", run),
        "unknown": _listed(ends, "unknown", run),
        "not_reached": _listed(ends, None, run),
    }


def _listed(ends: Iterable[PageEnd], outcome: str | None, run: str) -> list[dict[str, Any]]:
    return [
        {
            "url": page.url,
            "reason": page.reason if outcome else "",
            "found_on": page.found_on,
            "new": page.since == run,
        }
        for page in ends
        if page.outcome == outcome
    ]


def _below(stats: dict[str, Any], prefix: str) -> dict[str, int]:
    return {
        key.removeprefix(prefix): value
        for key, value in sorted(stats.items())
        if key.startswith(prefix)
    }
