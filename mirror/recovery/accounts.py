"""The account of a run that was killed: its summary, from what it left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mirror import events, warc
from mirror.collection import sha256_of
from mirror.extensions.findings import Findings
from mirror.extensions.summary import build_summary
from mirror.gitstore import blamed
from mirror.recovery.files import warc_files
from mirror.warc.capture import EMBEDDED_IN, response_in, status_of

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.collection import Collection
    from mirror.ledger import RunRow


class _Line(msgspec.Struct):
    """What is counted of an item."""

    url: str
    warnings: list[str]


@dataclass(slots=True)
class _Items:
    """What the items of one run come to."""

    new: int = 0
    changed: int = 0
    warnings: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Records:
    """What the records of one run come to."""

    counts: Counter[str] = field(default_factory=Counter)
    """Under the names of the run's statistics."""
    ends: dict[str, int] = field(default_factory=dict)
    """By the name of a WARC file, where the run's last record in it ends."""
    last_date: str = ""
    robots: str = "obey"


def account_for(collection: Collection, run: RunRow, *, next_run: str = "") -> bool:
    """Write the summary of a run that did not write its own, or whose summary is lost.

    A run that was killed before its first record is forgotten; gives ``False`` for one.

    All that it captured is acted upon by now. What only the run itself knew (what its index pages
    named besides pages, how often it tried again) is not in it.

    :param next_run: the run that made good what a killed one left.
    :raises OSError: the collection cannot be read or written.
    """
    found = _records(collection, run.id)
    if not found.ends:
        collection.ledger.forget_run(run.id)
        return False
    finished = run.finished or max(found.last_date, run.started)
    if (collection.runs / f"{run.id}.json").exists():
        # Written before the ledger was lost, or by a run that was killed then.
        collection.ledger.finish_run(run.id, finished, run.exit_status)
        return True
    collection.sync_items()
    pages = collection.ledger.pages
    pages.take_up(run.id)
    items = _items(collection, run.id)
    read = sum(n for (_, outcome), n in pages.count().items() if outcome == "item")
    stats: dict[str, Any] = {
        **found.counts,
        "articles/new": items.new,
        "articles/changed": items.changed,
        "articles/unchanged": read - items.new - items.changed,
        **{f"articles/warnings/{code}": count for code, count in items.warnings.items()},
    }
    warcs = [
        {"name": name, "length": end, "sha256": sha256_of(collection.archive / name, end)}
        for name, end in found.ends.items()
    ]
    summary = build_summary(
        collection.ledger,
        run.id,
        Findings(),
        head=_head(collection, run, found, finished, next_run),
        stats=stats,
        warcs=warcs,
        exit_status=run.exit_status,
    )
    collection.finish_run(summary, finished, run.exit_status)
    pages.put_down()
    return True


def _head(
    collection: Collection, run: RunRow, found: _Records, finished: str, next_run: str
) -> dict[str, Any]:
    reason = "ended" if run.exit_status is not None else "killed"
    reason += f"; accounted for by run {next_run}" if next_run else "; accounted for later"
    began, ended = (datetime.fromisoformat(date) for date in (run.started, finished))
    return {
        "spider": run.spider,
        "mirror": collection.ledger.get("mirror"),
        "ref": collection.ledger.get("ref"),
        "arguments": {},
        "robots": found.robots,
        "started": began.isoformat(timespec="seconds"),
        "finished": ended.isoformat(timespec="seconds"),
        "seconds": (ended - began).total_seconds(),
        "reason": reason,
    }


def _records(collection: Collection, run: str) -> _Records:
    """Read the files that a run wrote to; one that captured nothing wrote to the newest then."""
    found = _Records()
    paths = warc_files(collection.archive)
    names = collection.ledger.captures.files_of(run)
    for path in [path for path in paths if path.name in names] or paths:
        _read(path, run, found)
    return found


def _read(path: Path, run: str, found: _Records) -> None:
    infos: set[str] = set()
    start: int | None = 0
    while start is not None:
        try:
            for stored in warc.read_records(path, start):
                record, place = stored.record, stored.location
                if record.type == "warcinfo":
                    fields = events.fields_of(record)
                    if fields.get("run") == run:
                        infos.add(record.record_id)
                        found.robots = fields.get("robots", "obey").partition(" ")[0]
                        found.ends[path.name] = place.offset + place.length
                elif record.get("WARC-Warcinfo-ID") in infos:
                    found.ends[path.name] = place.offset + place.length
                    found.last_date = max(found.last_date, record.date)
                    _count(record, found.counts)
            return
        except warc.BadWarc as error:
            start = warc.next_record(path, error.offset + 1)


def _count(record: warc.Record, counts: Counter[str]) -> None:
    if record.type not in ("response", "revisit", "resource"):
        return
    counts[f"warc/records/{record.type}"] += 1
    if record.type == "revisit" and record.get(EMBEDDED_IN):
        same = record.get("WARC-Refers-To-Target-URI") == record.target_uri
        counts["images/unchanged" if same else "images/repeated"] += 1
    if blamed(record) is None:
        counts[f"warc/statuses/{status_of(record, response_in(record))}"] += 1
    counts["warc/bytes/received"] += len(record.block)
    counts["warc/interim_responses"] += int(record.get("WARC-Interim-Responses") or 0)
    truncated = record.get("WARC-Truncated")
    if truncated and record.type != "revisit":
        counts[f"warc/truncated/{truncated}"] += 1


def _items(collection: Collection, run: str) -> _Items:
    counts = _Items()
    path = collection.items / f"{run}.jsonl"
    if not path.exists():
        return counts
    offset = 0
    with path.open("rb") as file:
        for data in file:
            line = msgspec.json.decode(data, type=_Line)
            # A run over the archive looked at its pages without asking the mirror.
            collection.ledger.pages.due(line.url)
            collection.ledger.pages.judged(line.url, "item")
            ledger = collection.ledger
            if ledger.captures.before(line.url, run) or ledger.has_item(line.url, run, offset):
                counts.changed += 1
            else:
                counts.new += 1
            counts.warnings.update(line.warnings)
            offset += len(data)
    return counts
