"""CDXJ lines, held against the real cdxj-indexer."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cdxj_indexer.main import write_cdx_index
from hypothesis import given, settings
from hypothesis import strategies as st

from mirror import warc
from tests import warc_samples as samples

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEXER = Path(sysconfig.get_path("scripts")) / "cdxj-indexer"


def real_lines(*paths: Path) -> list[str]:
    """What ``cdxj-indexer -s`` prints."""
    found = subprocess.run(
        [sys.executable, str(INDEXER), "-s", *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.splitlines()


def test_a_line() -> None:
    place = warc.Location("tea-20260305123015-00001.warc.gz", 300, 512)
    assert warc.cdxj_line(samples.response(samples.OK), place) == (
        "example,mirror)/o/r/main/pages/tea/n9000001.md 20260305123015 "
        '{"url": "https://mirror.example/o/r/main/pages/tea/n9000001.md", "mime": "text/plain", '
        f'"status": "200", "digest": "{warc.sha1_base32(samples.PAGE)}", "length": "512", '
        '"offset": "300", "filename": "tea-20260305123015-00001.warc.gz"}'
    )


def test_lines_of_every_record_type_are_those_of_cdxj_indexer(tmp_path: Path) -> None:
    path = samples.write_file(tmp_path, samples.every_type())
    lines = warc.index_file(path)
    assert lines == real_lines(path)
    assert len(lines) > 20


def test_lines_known_while_writing_are_those_of_the_file(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    lines = [
        line
        for group in samples.every_type()
        for record, place in zip(group, target.write(group), strict=True)
        if (line := warc.cdxj_line(record, place)) is not None
    ]
    target.close()
    assert sorted(lines) == warc.index_file(target.path)


def test_only_what_can_be_replayed_is_indexed() -> None:
    place = warc.Location("a.warc.gz", 0, 1)
    request = warc.request(samples.REQUEST, samples.EXCHANGE)
    info = warc.warcinfo({}, filename="a.warc.gz", date=samples.DATE)
    note = warc.metadata([("a", "b")], target_uri=samples.PAGE_URL, date=samples.DATE)
    assert [warc.cdxj_line(record, place) for record in (request, info, note)] == [None] * 3


def test_the_revisit_of_a_304_has_no_status() -> None:
    revisit, _ = warc.revisit_not_modified(
        samples.NOT_MODIFIED,
        warc.parse_response(samples.NOT_MODIFIED),
        samples.EXCHANGE,
        earlier=samples.earlier(samples.response(samples.OK)),
        payload_digest=None,
    )
    line = warc.cdxj_line(revisit, warc.Location("a.warc.gz", 0, 1)) or ""
    assert '"mime": "warc/revisit", "length"' in line


HEAD_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"Content-Type: text/html; charset=x",
                b"content-type:text/markdown",
                b"Content-Type:",
                b"Content-Type:;",
                b" folded",
                b"   ",
                b"no colon",
                b"Transfer-Encoding: chunked",
            ]
        ),
        st.binary(max_size=20),
    ),
    max_size=5,
)
URIS = st.one_of(
    st.sampled_from(
        [
            "http://WWW.Example.org:80/a/../B?b=1&a=2#f",
            "https://example.org:8443/%E8%8C%B6%2F?",
            "http://192.0.2.1/x",
            "http://[2001:db8::1]:8080/x",
            "http://例え.example/茶",
            "urn:uuid:1",
            "https://",
            "x:",
        ]
    ),
    st.text(max_size=20).map(lambda path: f"http://mirror.example/{path}"),
)


@pytest.fixture(scope="module")
def few_objects() -> Iterator[None]:
    """What other tests left is not looked through for cycles after each example."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("few_objects")
@settings(max_examples=150)
@given(
    status=st.sampled_from(
        [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.0 404",
            b"HTTP/2 301 x",
            b"HTTP/1.1",
            b"",
            b"junk",
            b"\xff \xfe",
        ]
    ),
    lines=HEAD_LINES,
    body=st.binary(max_size=30),
    uri=URIS,
)
def test_any_bytes_are_indexed_as_cdxj_indexer_does(
    tmp_path_factory: pytest.TempPathFactory,
    status: bytes,
    lines: list[bytes],
    body: bytes,
    uri: str,
) -> None:
    raw = b"\r\n".join([status, *lines, b"", body]) + b"\n"
    exchange = warc.Exchange(target_uri=uri, date=samples.DATE)
    folder = tmp_path_factory.mktemp("cdxj")
    known = warc.Earlier("<urn:x:1>", "http://mirror.example/", samples.DATE)
    groups = [[warc.response(raw, None, exchange)]]
    try:
        parsed = warc.parse_response(raw)
        groups.append([warc.response(raw, parsed, exchange)])
        groups.append([warc.revisit_identical(raw, parsed, exchange, earlier=known)])
    except ValueError:
        pass
    path = samples.write_file(folder, groups)
    output = folder / "real.cdxj"
    with warnings.catch_warnings():
        # warcio leaves the temporary files open in which it computes digests.
        warnings.simplefilter("ignore", ResourceWarning)
        write_cdx_index(str(output), [str(path)], {"sort": True})
        gc.collect()
    assert warc.index_file(path) == output.read_text().splitlines()


def test_an_index_is_sorted_as_the_c_locale_sorts(tmp_path: Path) -> None:
    groups = [
        [samples.resource(b"x", name)]
        for name in ("b", "a/b", "a-b", "A", "a", "a%20", "茶", "\U0001f375", "\uffee")
    ]
    path = samples.write_file(tmp_path, groups)
    index = tmp_path / "all.cdxj"
    index.write_text("".join(f"{line}\n" for line in warc.index_file(path)), "utf-8")
    subprocess.run(["sort", "-c", str(index)], check=True, env={**os.environ, "LC_ALL": "C"})
    assert index.read_text().splitlines() == real_lines(path)


def test_part_of_a_file_is_indexed_from_its_offset(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    target.write([samples.resource(b"1", "a")])
    (place,) = target.write([samples.resource(b"2", "b")])
    target.close()
    assert warc.index_file(target.path, place.offset) == warc.index_file(target.path)[1:]


def test_a_damaged_file_is_not_indexed(tmp_path: Path) -> None:
    path = samples.write_file(tmp_path, [[samples.resource(b"x")]])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(warc.BadWarc):
        warc.index_file(path)
