"""Records, index and pages of a package, each held against the other.

What has to be compared is written down as lines that begin with what it is about, sorted on disk,
and read group by group: memory does not grow with the package.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from warcio.timeutils import iso_date_to_timestamp

from mirror.warc.cdxj import cdxj_line
from mirror.warc.digest import sha1_base32
from mirror.warc.reader import BadWarc, records_in
from mirror.warc.wacz.content import Unreadable, lines, pieces, window
from mirror.warc.wacz.described import is_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mirror.warc.wacz.complaints import Complaints
    from mirror.warc.wacz.content import Progress
    from mirror.warc.wacz.directory import Found

_REPLAYED = ("response", "revisit", "resource")
_MOST_BLOCK = 64 * 1024 * 1024


@dataclass(slots=True)
class Counts:
    """What was read."""

    records: int = 0
    index_lines: int = 0
    pages: int = 0


def record_facts(
    file: BinaryIO, member: Found, complaints: Complaints, counts: Counts, progress: Progress
) -> Iterator[str]:
    """Read a WARC file: where each record stands, and the index line of those that have one."""
    name = PurePosixPath(member.entry.name)
    source = window(file, member)
    try:
        for stored in records_in(source, name, 0):  # type: ignore[arg-type]
            counts.records += 1
            record, place = stored.record, stored.location
            digest = record.get("WARC-Block-Digest") or ""
            if digest.startswith("sha1:") and digest != sha1_base32(record.block):
                reason = f"at byte {place.offset}: WARC-Block-Digest is not that of the block"
                complaints.add("archive", str(name), reason)
            try:
                line = cdxj_line(record, place)
            except (ValueError, TypeError) as error:
                reason = f"at byte {place.offset}: no index line can be made of it: {error}"
                complaints.add("archive", str(name), reason)
                continue
            there = f"{place.warc} {place.offset} {place.length}"
            replayed = line is not None and record.type in _REPLAYED
            yield f"{there}\t{'answer' if replayed else 'record'}"
            if line is not None:
                yield f"{there}\tline {line}"
            progress(place.length)
    except BadWarc as error:
        complaints.add("archive", str(name), f"at byte {error.offset}: {error.reason}")


def index_facts(
    found: Iterable[bytes], name: str, complaints: Complaints, counts: Counts, *, exactly: bool
) -> Iterator[str]:
    """Read an index: in order, and each line names a place and a capture."""
    before = b""
    for number, line in enumerate(found, 1):
        counts.index_lines += 1
        if line <= before:
            complaints.add("index", name, f"line {number} is not in the order of bytes")
        before = line
        try:
            text = line.decode()
            entry = json.loads(text[text.index("{") :])
            timestamp = text[: text.index("{")].split(" ")[-2]
            there = f"{entry['filename']} {int(entry['offset'])} {int(entry['length'])}"
            url = entry["url"]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            complaints.add("index", name, f"line {number} is no CDXJ line that names a record")
            continue
        yield f"{there}\tindex {text}"
        yield f"{_capture(url, timestamp if exactly else '')}\tindex"


def page_facts(
    found: Iterable[bytes], name: str, complaints: Complaints, counts: Counts, *, exactly: bool
) -> Iterator[str]:
    """Read a list of pages: each has a URL and a date.

    :param exactly: a page's date is that of its capture, and not only near it.
    """
    for number, line in enumerate(found, 1):
        try:
            page = json.loads(line)
        except (ValueError, RecursionError):
            page = None
        if not isinstance(page, dict):
            complaints.add("pages", name, f"line {number} is no JSON object")
            continue
        if number == 1 and "format" in page and "url" not in page:
            continue
        counts.pages += 1
        url, ts = page.get("url"), page.get("ts")
        texts = (page.get(key, "") for key in ("title", "id", "text"))
        if not isinstance(url, str) or not url or not is_rfc3339(ts):
            complaints.add("pages", name, f"line {number} has not the url and ts of a page")
        elif not all(isinstance(each, str) for each in texts):
            complaints.add("pages", name, f"line {number}: title, id and text have to be texts")
        else:
            timestamp = iso_date_to_timestamp(ts) if exactly else ""
            yield f"{_capture(url, timestamp)}\tpage {name} {number}"


def _capture(url: str, timestamp: str) -> str:
    return f"!{json.dumps(url)} {timestamp}"


def compare(found: Iterable[bytes], complaints: Complaints, *, exactly: bool) -> None:
    """Hold all the facts against each other, sorted as they are.

    :param exactly: index lines have to be ours to the byte.
    """
    said = (fact.decode().partition("\t") for fact in found)
    for key, group in groupby(said, key=itemgetter(0)):
        facts = [fact for _, _, fact in group]
        if not key.startswith("!"):
            _compare_place(key, facts, complaints, exactly=exactly)
        elif "index" not in facts:
            for fact in facts:
                _, name, number = fact.split(" ")
                reason = f"line {number}: the page is not in the index: {key[1:]}"
                complaints.add("pages", name, reason)


def _compare_place(place: str, facts: list[str], complaints: Complaints, *, exactly: bool) -> None:
    name, offset, length = place.rsplit(" ", 2)
    where = f"archive/{name}"
    lines_ = sorted(fact[6:] for fact in facts if fact.startswith("index "))
    there = "record" in facts or "answer" in facts
    if lines_ and not there:
        reason = f"the index names {length} bytes from byte {offset}, where no record stands"
        complaints.add("index", where, reason)
    elif "answer" in facts and not lines_:
        complaints.add("index", where, f"at byte {offset}: the index has no line for the record")
    elif exactly:
        wanted = [fact[5:] for fact in facts if fact.startswith("line ")]
        if lines_ != wanted:
            reason = f"at byte {offset}: its line in the index is not the one that it gives"
            complaints.add("index", where, reason)


def index_lines(file: BinaryIO, member: Found) -> Iterator[bytes]:
    """The lines of an index, plain or of gzip members.

    :raises Unreadable: it is damaged.
    """
    found = pieces(file, member)
    return lines(_unzipped(found) if member.entry.name.endswith(".gz") else found)


def _unzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(31)
    begun = False
    try:
        for part in parts:
            rest = part
            while rest:
                begun = True
                piece = inflater.decompress(rest, _MOST_BLOCK)
                if piece:
                    yield piece
                rest = inflater.unconsumed_tail or inflater.unused_data
                if inflater.eof:
                    inflater, begun = zlib.decompressobj(31), False
    except zlib.error as error:
        raise Unreadable(f"it is no gzip file: {error}") from None
    if begun:
        raise Unreadable("it ends within a gzip member")
