"""The run summaries: read strictly, and held against what the archive and the items tell."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mirror.extensions.exit_status import meaning_of
from mirror.verification.facts import key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mirror.verification.facts import Facts

    Complain = Callable[[str], None]

ListName = Literal["dangling", "deleted", "failed", "unknown", "not_reached"]
LISTS: tuple[ListName, ...] = ("dangling", "deleted", "failed", "unknown", "not_reached")
_GONE = {
    "dangling": re.compile(r"status (404|410)|not in commit [0-9a-f]{40,64}"),
    "deleted": re.compile(r"(deleted|not) in commit [0-9a-f]{40,64}"),
}
"""Why a page is not there, by the list that it is in."""


_OF_IMAGES: tuple[ListName, ...] = tuple(name for name in LISTS if name != "deleted")


class ListedPage(msgspec.Struct, frozen=True):
    url: str
    reason: str
    found_on: str
    new: bool


class NamedWarc(msgspec.Struct, frozen=True):
    name: str
    length: int
    sha256: str


class Articles(msgspec.Struct, frozen=True):
    new: int
    changed: int
    unchanged: int


class Images(msgspec.Struct, frozen=True):
    captured: int
    repeated: int
    unchanged: int
    redirects: int
    skipped: dict[str, int]
    foreign: dict[str, int]
    dangling: list[ListedPage]
    failed: list[ListedPage]
    unknown: list[ListedPage]
    not_reached: list[ListedPage]

    @property
    def ends(self) -> dict[str, int]:
        """Pictures by how they ended, those aside that nobody came to or asked for."""
        counts = {
            "image": self.captured + self.repeated + self.unchanged,
            "redirect": self.redirects,
            "failed": len(self.failed),
            "unknown": len(self.unknown),
        }
        return {name: count for name, count in counts.items() if count}


class Summary(msgspec.Struct, frozen=True):
    """``runs/<run>.json``. Keys that a later version adds are not looked at."""

    run: str
    spider: str
    mirror: str
    ref: str | None
    arguments: dict[str, str]
    robots: str
    started: str
    finished: str
    seconds: float
    reason: str
    exit_status: int | None
    meaning: str
    pages: dict[str, dict[str, int]]
    articles: Articles
    warnings: dict[str, int]
    channels: list[str]
    missing_channels: list[str]
    limit_reached: bool
    sisters: list[str]
    foreign: dict[str, int]
    invalid: dict[str, int]
    moved_to: str | None
    unreachable: str | None
    dangling: list[ListedPage]
    deleted: list[ListedPage]
    failed: list[ListedPage]
    unknown: list[ListedPage]
    not_reached: list[ListedPage]
    records: dict[str, int]
    truncated: dict[str, int]
    bytes_received: int
    interim_responses: int
    statuses: dict[str, int]
    retries: int
    warcs: list[NamedWarc]
    software: str
    images: Images | None = None
    """Not in the summaries of versions that knew none."""

    def lists(self) -> Iterator[tuple[ListName, list[ListedPage]]]:
        """The lists of pages that are neither item nor index."""
        for name in LISTS:
            yield name, getattr(self, name)

    def all_lists(self) -> Iterator[tuple[ListName, list[ListedPage]]]:
        """The same, and those of pictures that could not be had."""
        yield from self.lists()
        if self.images is not None:
            for name in _OF_IMAGES:
                yield name, getattr(self.images, name)


def read_summary(path: Path, complain: Complain) -> Summary | None:
    """The summary in a file; ``None`` when it cannot be read."""
    data = path.read_bytes()
    try:
        plain = json.loads(data, object_pairs_hook=_without_doubles)
        summary = msgspec.json.decode(data, type=Summary)
        spelt = json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"
    except (ValueError, RecursionError) as error:
        complain(f"no run summary: {error}")
        return None
    if spelt != data:
        complain("not spelt as run summaries are")
    return summary


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def check_by_itself(summary: Summary, run: str, complain: Complain) -> None:
    """What a summary says twice has to be the same."""
    if summary.run != run:
        complain(f"run is {summary.run!r}")
    if summary.meaning != meaning_of(summary.exit_status):
        complain(f"meaning is not that of exit status {summary.exit_status}")
    ends = Counter[str]()
    for outcomes in summary.pages.values():
        ends.update(outcomes)
    for name, pages in summary.lists():
        if ends[name] != len(pages):
            complain(f"pages counts {ends[name]} {name}, {len(pages)} are listed")
    articles = summary.articles
    read = articles.new + articles.changed + articles.unchanged
    # A page of a repository may be read in several states, and be deleted by the last of them.
    if ends["item"] > read or (ends["item"] < read and summary.spider != "git"):
        complain(f"pages counts {ends['item']} items, articles {read}")


def add_to(facts: Facts, summary: Summary) -> None:
    """Keep what has to be compared with other files."""
    articles = summary.articles
    row = (summary.run, summary.exit_status, articles.new, articles.changed, articles.unchanged)
    facts.add("summary", [row])
    facts.add("named", [(summary.run, w.name, w.length, w.sha256) for w in summary.warcs])
    for name, pages in summary.all_lists():
        facts.add(
            "listed",
            [
                (summary.run, name, n, key(p.url), p.reason, key(p.found_on), p.new)
                for n, p in enumerate(pages, 1)
            ],
        )


def check_with_archive(summary: Summary, facts: Facts, complain: Complain) -> None:
    """Counts of a run against its records.

    What the archive cannot tell exactly (bytes that belonged to no message, heads that were left
    out of revisits) is held against what it tells at least.
    """
    run = summary.run
    kinds = _counts(facts, "SELECT kind, count(*) FROM capture WHERE run=? GROUP BY 1", run)
    if summary.records != kinds:
        complain(f"records counts {_words(summary.records)}; in the archive are {_words(kinds)}")
    cut = _counts(
        facts,
        "SELECT truncated, count(*) FROM capture WHERE run=? AND truncated NOT NULL GROUP BY 1",
        run,
    )
    if summary.truncated != cut:
        complain(f"truncated counts {_words(summary.truncated)}; the archive {_words(cut)}")
    statuses = _counts(
        facts,
        "SELECT status, count(*) FROM capture WHERE run=? AND committed IS NULL GROUP BY 1",
        run,
    )
    if summary.statuses != statuses:
        complain(f"statuses counts {_words(summary.statuses)}; the archive {_words(statuses)}")
    least = facts.one("SELECT sum(size), sum(interim) FROM capture WHERE run=?", run) or (0, 0)
    for name, said, known in (
        ("bytes_received", summary.bytes_received, least[0] or 0),
        ("interim_responses", summary.interim_responses, least[1] or 0),
    ):
        if said < known:
            complain(f"{name} is {said}; the archive has {known}")
    _check_warcinfo(summary, facts, complain)
    _check_lists(summary, facts, complain)


def _check_warcinfo(summary: Summary, facts: Facts, complain: Complain) -> None:
    for software, robots, mirror in facts.ask(
        "SELECT DISTINCT software, robots, mirror FROM warcinfo WHERE run=?", summary.run
    ):
        if software and software.partition(" ")[0] != summary.software:
            complain(f"software is {summary.software!r}, in warcinfo {software!r}")
        if robots and robots.partition(" ")[0] != summary.robots:
            complain(f"robots is {summary.robots!r}, in warcinfo {robots!r}")
        if mirror and mirror != summary.mirror:
            complain(f"mirror is {summary.mirror!r}, in warcinfo {mirror!r}")


def _check_lists(summary: Summary, facts: Facts, complain: Complain) -> None:
    """A page that is listed by its status, or as not understood, was captured so.

    In that run, unless it made no captures at all but read the archive again.
    """
    captured = "SELECT 1 FROM capture WHERE url=? AND (run=? OR ?)"
    for name, pages in summary.all_lists():
        for page in pages:
            place = f"{name}: {page.url}"
            # A link that was dead before is listed without being asked for.
            any_run = not summary.records or (name == "dangling" and not page.new)
            which = (key(page.url), summary.run, any_run)
            kind, _, status = page.reason.partition(" ")
            if name in _GONE and not _GONE[name].fullmatch(page.reason):
                complain(f"{place}: {page.reason!r} does not make a page dead")
            elif kind == "status" and not facts.one(f"{captured} AND status=?", *which, status):
                complain(f"{place}: no capture of this run has its {page.reason}")
            elif name == "unknown" and not facts.one(captured, *which):
                complain(f"{place}: no capture of this run")
            if page.found_on and not facts.one(
                "SELECT 1 FROM record WHERE url=?", key(page.found_on)
            ):
                complain(f"{place}: no capture of the page that it was found on, {page.found_on}")


def check_with_items(summary: Summary, file: int | None, facts: Facts) -> Iterator[str]:
    """Counts of a run against its file of items; each thing wrong with that file."""
    written = facts.count("SELECT count(*) FROM item WHERE file=?", file)
    due = summary.articles.new + summary.articles.changed
    if written != due:
        yield f"{written} items, where runs/{summary.run}.json counts {due} new or changed"
    warnings = _counts(facts, "SELECT code, sum(count) FROM warning WHERE file=? GROUP BY 1", file)
    for code in sorted({*warnings, *summary.warnings}):
        has, said = warnings.get(code, 0), summary.warnings.get(code, 0)
        if has > said or (has < said and not summary.articles.unchanged):
            yield f"{has} warnings {code!r}, where runs/{summary.run}.json counts {said}"


def _counts(facts: Facts, query: str, *values: Any) -> dict[str, int]:
    return {str(name): count for name, count in facts.ask(query, *values)}


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
