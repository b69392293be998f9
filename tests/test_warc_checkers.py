"""What the archive world's own tools say of the files written here."""

from __future__ import annotations

import io
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tests import warc_samples as samples

if TYPE_CHECKING:
    from mirror import warc

SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A file of two runs, and so with two ``warcinfo`` records, with records of every type."""
    samples.write_file(tmp_path, samples.every_type())
    second = samples.writer(tmp_path)
    for group in samples.every_type():
        second.write(group)
    second.close()
    assert len(list(tmp_path.iterdir())) == 1
    return second.path


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / tool), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_warcio_check_has_no_complaint(archive: Path) -> None:
    found = run("warcio", "check", "-v", str(archive))
    assert found.returncode == 0, found.stdout
    assert "fail" not in found.stdout.lower()
    assert found.stdout.count("digest pass") >= 2 * len(samples.ODD_RESPONSES)
    assert found.stderr == ""


def test_fastwarc_check_has_no_complaint(archive: Path, tmp_path: Path) -> None:
    details = tmp_path / "details"
    found = run("fastwarc", "check", "-q", "-o", str(details), str(archive))
    assert (found.returncode, found.stderr) == (0, "")
    lines = details.read_text().splitlines()
    assert len(lines) == 2 + 2 * sum(map(len, samples.every_type()))
    assert all(line.endswith(": OK") for line in lines)


def test_fastwarc_check_of_payloads_has_no_complaint_about_responses(tmp_path: Path) -> None:
    # It has no way to pass a revisit or a resource, whose payload digests are no HTTP body's.
    groups = [g for g in samples.every_type() if not {r.type for r in g} & {"revisit", "resource"}]
    path = samples.write_file(tmp_path, groups)
    found = run("fastwarc", "check", "-q", "-p", str(path))
    assert (found.returncode, found.stderr) == (0, "")


def test_both_libraries_read_every_record_as_it_was_written(tmp_path: Path) -> None:
    groups = samples.every_type()
    path = samples.write_file(tmp_path, groups)
    written: list[tuple[str, bytes]] = [(r.record_id, r.block) for g in groups for r in g]
    with path.open("rb") as file:
        by_warcio = [
            (record.rec_headers.get_header("WARC-Record-ID"), record.raw_stream.read())
            for record in ArchiveIterator(file, no_record_parse=True)
        ]
    by_fastwarc = [
        (record.headers["WARC-Record-ID"], record.reader.read())
        for record in FastIterator(io.BytesIO(path.read_bytes()), parse_http=False)
    ]
    assert by_warcio[1:] == by_fastwarc[1:] == written


def test_each_record_names_the_warcinfo_before_it(archive: Path) -> None:
    current = ""
    infos = 0
    with archive.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            headers = record.rec_headers
            if record.rec_type == "warcinfo":
                current = headers.get_header("WARC-Record-ID")
                infos += 1
                assert headers.get_header("WARC-Filename") == archive.name
                assert headers.get_header("WARC-Warcinfo-ID") is None
            else:
                assert headers.get_header("WARC-Warcinfo-ID") == current
    assert infos == 2


def test_a_complaint_would_be_seen(tmp_path: Path) -> None:
    record: warc.Record = samples.resource(samples.PAGE)
    lying = type(record)(record.headers, record.block + b"changed")
    path = samples.write_file(tmp_path, [[lying]])
    assert run("warcio", "check", str(path)).returncode == 1
    assert run("fastwarc", "check", "-q", str(path)).returncode == 1
