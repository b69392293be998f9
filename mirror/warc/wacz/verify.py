"""Whether a WACZ file is what the specification asks for, and what it says of itself.

WACZ 1.1.1 and WACZ Signing and Verification 0.1.0, read by ourselves. Of the packages that this
project writes every byte is held against something: headers against those that the writer would
write, data against its hash, the manifest against its signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.index import sorted_lines
from mirror.warc.wacz import zipformat
from mirror.warc.wacz.blocks import check_idx
from mirror.warc.wacz.complaints import Complaints
from mirror.warc.wacz.content import Unreadable, lines, pieces
from mirror.warc.wacz.described import (
    Description,
    check_digest,
    check_resources,
    read_manifest,
)
from mirror.warc.wacz.directory import BadZip, Directory, Found, read_directory
from mirror.warc.wacz.lookup import (
    Counts,
    compare,
    index_facts,
    index_lines,
    page_facts,
    record_facts,
)
from mirror.warc.wacz.zipformat import STORED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.warc.wacz.content import Progress

_WARCS = (".warc", ".warc.gz")
_INDEXES = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".idx")
_FOLDERS = {"archive/": _WARCS, "indexes/": _INDEXES, "pages/": (".jsonl",)}
_PAGES = "pages/pages.jsonl"


@dataclass(slots=True)
class Verified:
    """What came out."""

    complaints: Complaints
    counts: Counts = field(default_factory=Counts)
    warcs: int = 0
    public_key: str = ""
    """By which it is rightly signed; whose that is, no file can say."""
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.complaints.total


def verify_wacz(path: Path, *, most: int = 100, progress: Progress = lambda _: None) -> Verified:
    """Verify a WACZ file, of which nothing is changed or unpacked.

    :param most: complaints to keep; all are counted.
    :param progress: told of bytes read, twice those of the file in all.
    :raises OSError: the file cannot be read, or there is no room for temporary files.
    """
    complaints = Complaints(most)
    verified = Verified(complaints)
    if path.suffix != ".wacz":
        complaints.add("structure", path.name, "a WACZ file's name ends in .wacz")
    with path.open("rb") as file:
        try:
            zipped = read_directory(file, complaints)
        except BadZip as error:
            complaints.add("zip", path.name, str(error))
            return verified
        _check_structure(zipped, complaints)
        described = read_manifest(file, zipped, complaints)
        if described.is_ours:
            _check_headers(file, zipped, complaints)
        check_resources(file, zipped, described, complaints, progress)
        check_digest(file, zipped, described, complaints)
        _check_content(file, zipped, described, verified, progress)
        verified.public_key = described.public_key
        verified.notes = described.notes
    return verified


def _check_structure(zipped: Directory, complaints: Complaints) -> None:
    """The folders of a package, and what may stand in them."""

    def there(prefix: str, endings: tuple[str, ...]) -> bool:
        return any(name.startswith(prefix) and name.endswith(endings) for name in zipped.members)

    if not there("archive/", _WARCS):
        complaints.add("structure", "archive/", "holds no WARC file")
    if not there("indexes/", _INDEXES[:-1]):
        complaints.add("structure", "indexes/", "holds no index")
    if _PAGES not in zipped.members:
        complaints.add("structure", _PAGES, "is missing")
    for name, member in zipped.members.items():
        for folder, endings in _FOLDERS.items():
            if name.startswith(folder) and name != folder and not name.endswith(endings):
                complaints.add("structure", name, "nothing of this kind may stand there")
        packed_already = name.startswith("archive/") or name.endswith(".gz")
        if packed_already and member.entry.method != STORED:
            complaints.add("structure", name, "has to be stored: parts of it are read")


def _check_headers(file: BinaryIO, zipped: Directory, complaints: Complaints) -> None:
    """Headers are, to the byte, those that the writer writes."""
    for name, member in zipped.members.items():
        try:
            local = zipformat.local_header(member.entry)
            central = zipformat.central_header(member.entry)
        except (UnicodeEncodeError, OverflowError):
            local = central = b""
        if member.local != local or member.central != central:
            complaints.add("zip", name, "its headers are not as they were written")
    length = zipped.end - zipped.start
    file.seek(zipped.end)
    end = zipformat.end_records(len(zipped.members), zipped.start, length)
    if file.read(len(end) + 1) != end:
        complaints.add("zip", "", "the end of the directory is not as it was written")


def _check_content(
    file: BinaryIO,
    zipped: Directory,
    described: Description,
    verified: Verified,
    progress: Progress,
) -> None:
    members = [each for each in zipped.members.values() if each.sound and each.end]
    exactly = described.is_ours
    facts = (_facts_of(file, each, members, verified, progress, exactly) for each in members)
    with sorted_lines(chain.from_iterable(facts)) as found:
        if not verified.notes:
            compare(found, verified.complaints, exactly=exactly)
    described.notes += verified.notes


def _facts_of(
    file: BinaryIO,
    member: Found,
    members: list[Found],
    verified: Verified,
    progress: Progress,
    exactly: bool,
) -> Iterator[str]:
    name, complaints, counts = member.entry.name, verified.complaints, verified.counts
    folder = name.partition("/")[0]
    try:
        if folder == "archive" and name.endswith(".warc.gz"):
            verified.warcs += 1
            yield from record_facts(file, member, complaints, counts, progress)
        elif folder == "archive" and name.endswith(".warc"):
            verified.warcs += 1
            verified.notes.append(f"{name} is not compressed by record: its records are not read")
        elif folder == "indexes" and name.endswith(".idx"):
            check_idx(file, member, {each.entry.name: each for each in members}, complaints)
        elif folder == "indexes":
            found = index_lines(file, member)
            yield from index_facts(found, name, complaints, counts, exactly=exactly)
        elif folder == "pages":
            found = lines(pieces(file, member))
            yield from page_facts(found, name, complaints, counts, exactly=exactly)
    except Unreadable as error:
        complaints.add("content", name, str(error))
