"""Records of an archive, each wrong in one way."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests.test_verify.damage import (
    archive_of,
    assert_told,
    of_kind,
    rewrite,
    told,
    verified,
    with_block_digest,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[list[bytes]], None]


def sub(kind: str, pattern: bytes, by: bytes, which: int = 0) -> Change:
    """Changes the head or block of one record of a kind."""

    def change(records: list[bytes]) -> None:
        at = of_kind(records, kind)[which]
        records[at], count = re.subn(pattern, by, records[at], count=1)
        assert count

    return change


def without(kind: str, which: int = 0) -> Change:
    def change(records: list[bytes]) -> None:
        del records[of_kind(records, kind)[which]]

    return change


def wrong_body(records: list[bytes]) -> None:
    at = of_kind(records, "response")[3]
    records[at] = with_block_digest(records[at].replace(b"#", b"+", 1))


def same_id_twice(records: list[bytes]) -> None:
    first, second = of_kind(records, "request")[:2]
    (known,) = re.findall(rb"WARC-Record-ID: ([^\r]*)", records[first])
    records[second] = re.sub(rb"(?<=WARC-Record-ID: )[^\r]*", known, records[second])


def same_capture_twice(records: list[bytes]) -> None:
    request, response = of_kind(records, "request")[3], of_kind(records, "response")[3]
    again = [records[request], records[response]]
    for n, record in enumerate(again):
        again[n] = record.replace(b"<urn:uuid:", b"<urn:uuid:0000", 2)
    records[request:request] = again


def warcinfo_later(records: list[bytes]) -> None:
    records.insert(2, records.pop(0))


def other_payload(records: list[bytes]) -> None:
    at = of_kind(records, "revisit")[0]
    records[at] = re.sub(rb"(WARC-Payload-Digest: sha1:)\w+", rb"\g<1>" + b"A" * 32, records[at])


RECORDS: dict[str, Change] = {
    "WARC-Block-Digest is": sub("response", rb"(Block-Digest: sha1:)\w", rb"\g<1>1", 1),
    "no WARC-Block-Digest": sub("request", rb"WARC-Block-Digest: [^\r]*\r\n", b""),
    "WARC-Payload-Digest is sha1:": wrong_body,
    "no WARC-Payload-Digest": sub("response", rb"WARC-Payload-Digest: [^\r]*\r\n", b"", 2),
    "WARC-Payload-Digest is not that of the record": other_payload,
    "names no request before it": without("request", 3),
    "no record answers it": without("response", 5),
    "is of another URL or date": sub("request", rb"(Target-URI: [^\r]*)", rb"\g<1>x", 4),
    "no WARC-Target-URI": sub("request", rb"WARC-Target-URI: [^\r]*\r\n", b"", 4),
    "no WARC-Warcinfo-ID": sub("request", rb"WARC-Warcinfo-ID: [^\r]*\r\n", b""),
    "names no warcinfo": sub("request", rb"(Warcinfo-ID: <urn:uuid:)\w{8}", rb"\g<1>00000000"),
    "the first record is no warcinfo": warcinfo_later,
    "WARC-Filename is": sub("warcinfo", rb"(WARC-Filename: )\w", rb"\g<1>"),
    "warcinfo names no run": sub("warcinfo", rb"\r\nrun: ", b"\r\nRUN: ", 1),
    "WARC-Record-ID stands twice": same_id_twice,
    "is no URI in angle brackets": sub("request", rb"(Record-ID: )<([^>]*)>", rb"\g<1>\g<2>", 1),
    "another capture of the same URL has the same date": same_capture_twice,
    "is no UTC time to the second": sub("request", rb"(WARC-Date: \d{4})-\d\d", rb"\g<1>-13"),
    "has no place in a collection": sub("request", rb"WARC-Type: request", b"WARC-Type: dream"),
    "refers to no response": sub("revisit", rb"(WARC-Refers-To-Date: )\d", rb"\g<1>1"),
    "is unknown": sub("revisit", rb"(WARC-Profile: [^\r]*)\r", rb"\g<1>s\r"),
    "the record is shorter than its Content-Length": sub(
        "response", rb"(\r\nContent-Length: )", rb"\g<1>9", 1
    ),
    "does not end where its Content-Length says": sub(
        "response", rb"(\r\nContent-Length: )\d", rb"\g<1>", 4
    ),
    "does not begin with a WARC record": sub("request", rb"^WARC/1.1", b"WORD/1.1", 1),
}


@pytest.mark.parametrize("words", RECORDS)
def test_record_that_is_wrong(words: str, folder: Path) -> None:
    with suppress(warc.BadWarc):  # a file that is no records cannot be sealed again
        rewrite(folder, RECORDS[words])
    assert_told(verified(folder), words)


def test_file_is_whole_records_from_its_first_byte_to_its_last(folder: Path) -> None:
    path = archive_of(folder)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\0")
    finding = f"archive/{path.name}: at byte {size}: "
    assert_told(verified(folder), finding)


def test_damage_hides_nothing_after_it(folder: Path) -> None:
    """One record in the middle is broken, and a later one is wrong: both are told."""
    path = archive_of(folder)
    places = [stored.location for stored in warc.read_records(path)]
    data = bytearray(path.read_bytes())
    for place in (places[20], places[60]):
        data[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(data)
    report = verified(folder)
    for place, following in ((places[20], places[21]), (places[60], places[61])):
        begin = f"archive/{path.name}: at byte {place.offset}: "
        (finding,) = [each for each in told(report) if each.startswith(begin)]
        assert finding.endswith(f"the next whole record is at byte {following.offset}")
    assert report.counts["records"] == len(places) - 2


def test_empty_warc_file(folder: Path) -> None:
    (folder / "archive" / "test-20200101000000-00001.warc.gz").touch()
    assert_told(verified(folder), "archive/test-20200101000000-00001.warc.gz: at byte 0: holds no")


def test_record_put_in_after_a_run_ended(folder: Path) -> None:
    """It is a whole record, and agrees with everything but the length that the run left."""
    path = archive_of(folder)
    *_, last = warc.read_records(path)
    with path.open("ab") as file:
        file.write(path.read_bytes()[last.location.offset :])
    assert_told(verified(folder), "where the run's last record ends at byte")


def test_file_cut_at_the_end_of_a_record(folder: Path) -> None:
    """What is left is whole records; only the runs know that there were more."""
    path = archive_of(folder)
    *_, last = warc.read_records(path)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: last.location.offset])
    run = max((folder / "runs").iterdir()).name
    left = f"has {last.location.offset} bytes; runs/{run} says {size}"
    assert_told(verified(folder), f"archive/{path.name}: {left}")
