"""Files of lines, in parts that can be read at the same time: the items and the indexes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from mirror.items import InvalidItem, content_digest, decode, encode
from mirror.verification.facts import ItemRow, LineRow, committed_key, key
from mirror.verification.findings import Findings
from mirror.verification.pages import EXTRACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.items import Article, CaptureRef

STEP = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file in ``[start, stop)``, which are whole."""

    path: Path
    number: int
    start: int
    stop: int


@dataclass(slots=True)
class ItemsRead:
    """What a part of a file in ``items/`` holds; lines are numbered from its own start."""

    findings: Findings
    rows: list[ItemRow] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    count: int = 0


@dataclass(slots=True)
class IndexRead:
    """What a part of a CDXJ index holds."""

    findings: Findings
    rows: list[LineRow] = field(default_factory=list)
    first: bytes = b""
    last: bytes = b""
    count: int = 0


def parts(path: Path, number: int) -> list[Lines]:
    """Cut a file at ends of lines; a file without a byte has no part."""
    size = path.stat().st_size
    cuts = [0]
    with path.open("rb") as file:
        while size - cuts[-1] > STEP:
            file.seek(cuts[-1] + STEP)
            file.readline()
            cuts.append(file.tell())
    if cuts[-1] != size:
        cuts.append(size)
    return [Lines(path, number, *cut) for cut in pairwise(cuts)]


def read_items(part: Lines, most: int) -> ItemsRead:
    """Every line by itself: whole, of the published form, with the digest of its own text."""
    read = ItemsRead(Findings(most))
    name = f"items/{part.path.name}"
    for number, start, line in _lines(part):
        read.count = number

        def complain(reason: str, number: int = number) -> None:
            read.findings.add("items", name, reason, line=number)

        if not line.endswith(b"\n"):
            complain("the last line is not ended")
        try:
            article = decode(line.removesuffix(b"\n"))
            plain = encode(article) == line.removesuffix(b"\n")
        except InvalidItem as error:
            complain(f"no valid item: {error}")
            continue
        if not plain:
            complain("not spelt as items are: keys, their order, or spacing")
        digest = f"sha256:{hashlib.sha256(article.text.encode()).hexdigest()}"
        if article.text_digest != digest:
            complain(f"text_digest is {article.text_digest}, the text's is {digest}")
        if article.extractor.partition("/")[0] != article.layout:
            complain(f"extractor {article.extractor!r} is not of the layout {article.layout!r}")
        read.warnings.update(article.warnings)
        capture = article.capture
        if capture is None:
            complain("names no capture")
            continue
        if article.git is not None and capture.status is not None:
            complain("has both a Git blob and an HTTP status")
        end = start + len(line)
        read.rows.append(_item_row(article, capture, part.number, number, start, end))
    return read


def _item_row(
    article: Article, capture: CaptureRef, file: int, number: int, start: int, end: int
) -> ItemRow:
    return ItemRow(
        file=file,
        line=number,
        start=start,
        end=end,
        url=key(article.url),
        id=key(capture.record_id),
        warc=capture.warc,
        offset=capture.offset,
        length=capture.length,
        date=capture.date,
        payload=capture.payload_digest,
        status=capture.status,
        run=capture.run,
        content=content_digest(article),
        extractor=article.extractor,
        stale=article.extractor not in EXTRACTORS,
        committed=_committed(article),
    )


def _committed(article: Article) -> bytes | None:
    git = article.git
    if git is None:
        return None
    return committed_key(git.commit, git.blob, git.path, git.committed_at)


def read_index(part: Lines, most: int) -> IndexRead:
    """Every line by itself and in its order; whether it is right is asked of the records."""
    read = IndexRead(Findings(most))
    name = f"indexes/{part.path.name}"
    for number, _, ended in _lines(part):
        line = ended.removesuffix(b"\n")
        if line == ended:
            read.findings.add("index", name, "the last line is not ended", line=number)
        if number == 1:
            read.first = line
        elif line <= read.last:
            read.findings.add("index", name, misplaced(line, read.last), line=number)
        read.last, read.count = line, number
        place = _place(line)
        if place is None:
            read.findings.add("index", name, "no CDXJ line that names a record", line=number)
        else:
            read.rows.append(LineRow(part.number, number, *place, key(line)))
    return read


def misplaced(line: bytes, before: bytes) -> str:
    """What is wrong about a line that should stand after `before`."""
    return "stands twice" if line == before else "not in the order of bytes"


def _place(line: bytes) -> tuple[str, int] | None:
    """File name and offset that a CDXJ line names."""
    try:
        entry = json.loads(line[line.index(b"{") :])
        name, offset = entry["filename"], entry["offset"]
        if isinstance(name, str) and isinstance(offset, str) and len(offset) < 19:
            return name, int(offset)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def _lines(part: Lines) -> Iterator[tuple[int, int, bytes]]:
    """Number, first byte and bytes of each line, its end included."""
    with part.path.open("rb") as file:
        file.seek(part.start)
        start, number = part.start, 0
        while start < part.stop:
            line = file.readline(part.stop - start)
            if not line:
                return
            number += 1
            yield number, start, line
            start += len(line)
