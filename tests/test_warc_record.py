"""Records as values: what stands in them, and what can never get into their headers."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror import warc
from mirror.warc import Record
from tests import warc_samples as samples

UUID = r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>"
TEA = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntea"


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def test_digests_known_from_elsewhere() -> None:
    # The digest of nothing, as every WARC tool prints it.
    assert warc.sha1_base32(b"") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    assert warc.sha1_base32(b"tea") == sha1(b"tea")


def test_a_response_as_it_stands_in_a_file() -> None:
    record = warc.response(TEA, warc.parse_response(TEA), samples.EXCHANGE, record_id="<urn:x:1>")
    assert record.to_bytes() == (
        b"WARC/1.1\r\n"
        b"WARC-Type: response\r\n"
        b"WARC-Record-ID: <urn:x:1>\r\n"
        b"WARC-Date: 2026-03-05T12:30:15Z\r\n"
        b"WARC-Target-URI: https://mirror.example/o/r/main/pages/tea/n9000001.md\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Protocol: http/1.1\r\n"
        b"WARC-Protocol: tls/1.3\r\n"
        b"WARC-Payload-Digest: " + sha1(b"tea").encode() + b"\r\n"
        b"WARC-Block-Digest: " + sha1(TEA).encode() + b"\r\n"
        b"Content-Type: application/http;msgtype=response\r\n"
        b"Content-Length: 41\r\n"
        b"\r\n" + TEA + b"\r\n\r\n"
    )


def test_record_ids_are_fresh_uuids() -> None:
    ids = {warc.new_record_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(UUID, each) for each in ids)


def test_request_and_response_are_linked() -> None:
    request = warc.request(samples.REQUEST, samples.EXCHANGE)
    response = warc.response(
        TEA, warc.parse_response(TEA), samples.EXCHANGE, concurrent_to=[request.record_id]
    )
    assert response.get("warc-concurrent-to") == request.record_id
    assert request.block == samples.REQUEST
    assert (request.type, response.type) == ("request", "response")
    assert request.date == response.date == samples.DATE


def test_a_response_leaves_out_interim_heads_and_bytes_after_its_end() -> None:
    raw = b"HTTP/1.1 100 Continue\r\n\r\n" + TEA + b"HTTP/1.1 200 late"
    record = samples.response(raw)
    assert record.block == TEA
    assert record.get("WARC-Interim-Responses") == "1"
    assert samples.response(TEA).get("WARC-Interim-Responses") is None


@pytest.mark.parametrize("raw", [samples.CHUNKED, *samples.ODD_RESPONSES.values()])
def test_a_block_is_the_bytes_of_the_final_response(raw: bytes) -> None:
    assert samples.response(raw).block in raw


def test_a_chunked_response_has_no_payload_digest() -> None:
    parsed = warc.parse_response(samples.CHUNKED)
    assert not warc.has_payload_digest(samples.CHUNKED, parsed)
    record = samples.response(samples.CHUNKED)
    assert record.get("WARC-Payload-Digest") is None
    assert record.get("WARC-Block-Digest") == sha1(samples.CHUNKED)


def test_a_cut_response_says_why_and_keeps_what_came() -> None:
    record = samples.response(samples.CUT_SHORT, "disconnect")
    assert record.get("WARC-Truncated") == "disconnect"
    assert record.block == samples.CUT_SHORT
    assert record.get("WARC-Payload-Digest") == sha1(b"only the begin")


def test_bytes_that_are_no_response_are_kept_whole() -> None:
    record = warc.response(b"SSH-2.0\r\n", None, samples.EXCHANGE)
    assert (record.type, record.block) == ("response", b"SSH-2.0\r\n")
    assert record.get("WARC-Payload-Digest") is None


def test_an_empty_http_record_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        warc.request(b"", samples.EXCHANGE)
    with pytest.raises(ValueError, match="at least one byte"):
        warc.response(b"", None, samples.EXCHANGE)


def test_an_identical_revisit_keeps_the_head_and_names_the_earlier_record() -> None:
    first = samples.response(samples.OK)
    record = warc.revisit_identical(
        samples.OK,
        warc.parse_response(samples.OK),
        samples.EXCHANGE,
        earlier=samples.earlier(first),
    )
    assert record.type == "revisit"
    assert record.block == samples.OK.removesuffix(samples.PAGE)
    assert record.get("WARC-Profile") == (
        "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    )
    assert record.get("WARC-Refers-To") == first.record_id
    assert record.get("WARC-Refers-To-Target-URI") == samples.PAGE_URL
    assert record.get("WARC-Refers-To-Date") == samples.DATE
    assert record.get("WARC-Payload-Digest") == first.get("WARC-Payload-Digest")
    assert record.get("WARC-Truncated") == "length"


@pytest.mark.parametrize("raw", [samples.CHUNKED, samples.CUT_SHORT])
def test_no_identical_revisit_without_a_whole_payload_digest(raw: bytes) -> None:
    known = samples.earlier(samples.response(samples.OK))
    with pytest.raises(ValueError, match="no payload digest"):
        warc.revisit_identical(raw, warc.parse_response(raw), samples.EXCHANGE, earlier=known)


def test_a_304_is_an_empty_revisit_and_a_metadata_record_under_a_urn() -> None:
    first = samples.response(samples.OK)
    revisit, message = warc.revisit_not_modified(
        samples.NOT_MODIFIED,
        warc.parse_response(samples.NOT_MODIFIED),
        samples.EXCHANGE,
        earlier=samples.earlier(first),
        payload_digest=first.get("WARC-Payload-Digest"),
    )
    assert (revisit.type, revisit.block) == ("revisit", b"")
    assert revisit.get("Content-Type") is None
    assert revisit.get("WARC-Profile") == (
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    )
    assert revisit.get("WARC-Payload-Digest") == first.get("WARC-Payload-Digest")
    assert (message.type, message.block) == ("metadata", samples.NOT_MODIFIED)
    assert (message.target_uri or "").startswith("urn:uuid:")
    assert message.get("WARC-Concurrent-To") == revisit.record_id


def test_warcinfo_says_its_file_and_standard_and_never_names_another_warcinfo() -> None:
    record = warc.warcinfo({"software": "x/1"}, filename="a.warc.gz", date=samples.DATE)
    assert record.get("WARC-Filename") == "a.warc.gz"
    assert record.block == (
        b"software: x/1\r\nformat: WARC File Format 1.1\r\n"
        b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/"
        b"warc-1.1/\r\n"
    )
    assert record.with_warcinfo("<urn:x:1>") is record


def test_a_resource_has_its_block_for_payload() -> None:
    record = warc.resource(
        samples.PAGE,
        target_uri=samples.PAGE_URL,
        date=samples.DATE,
        content_type="text/markdown",
        extra=[("WARC-Source-URI", "https://forge.example/o/r/raw/c0ffee/n1.md")],
    )
    assert record.get("WARC-Payload-Digest") == record.get("WARC-Block-Digest")
    assert record.get("WARC-Source-URI") == "https://forge.example/o/r/raw/c0ffee/n1.md"


@pytest.mark.parametrize(
    ("uri", "safe"),
    [
        ("https://h.example/茶 1", "https://h.example/%E8%8C%B6%201"),
        ("https://h.example/%E8%8C%B6?a=b%20c", "https://h.example/%E8%8C%B6?a=b%20c"),
        ("https://h.example/a\r\nWARC-Type: x", "https://h.example/a%0D%0AWARC-Type:%20x"),
        ('https://h.example/<a>|\\^`{"', "https://h.example/%3Ca%3E%7C%5C%5E%60%7B%22"),
        ("https://h.example/\udcff", "https://h.example/%FF"),
        ("https://h.example/\ud800", "https://h.example/%ED%A0%80"),
    ],
)
def test_target_uris_are_percent_encoded(uri: str, safe: str) -> None:
    record = warc.metadata([], target_uri=uri, date=samples.DATE)
    assert record.target_uri == safe


@pytest.mark.parametrize("uri", ["", "/relative", "no scheme", "<urn:x>"])
def test_a_target_without_a_scheme_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="not an absolute URI"):
        warc.metadata([], target_uri=uri, date=samples.DATE)


def test_a_field_value_stays_on_its_line() -> None:
    record = warc.metadata(
        [("error", " refused\r\nWARC-Type: response\x1b[31m\u2028\ud800 ")],
        target_uri="urn:x:1",
        date=samples.DATE,
    )
    assert record.block == (b"error: refused%0D%0AWARC-Type: response%1B[31m%E2%80%A8%ED%A0%80\r\n")


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "名"])
def test_a_field_name_is_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        warc.metadata([(name, "x")], target_uri="urn:x:1", date=samples.DATE)
    with pytest.raises(ValueError, match="no token"):
        Record(((name, "x"),), b"").to_bytes()


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "a\x85b", " a", "a\u3000", "\ud800"])
def test_no_record_is_written_with_an_unsafe_header(value: str) -> None:
    with pytest.raises(ValueError, match="not safe"):
        Record((("X", value),), b"").to_bytes()


@given(st.text(max_size=60), st.text(max_size=60), st.binary(max_size=60))
def test_no_text_changes_the_shape_of_a_record(uri: str, value: str, block: bytes) -> None:
    exchange = warc.Exchange("x:" + uri, value, ip=value, protocols=[value], extra=[("X", value)])
    record = warc.response(block + b".", None, exchange, concurrent_to=[value])
    written = record.to_bytes()
    head, _, rest = written.partition(b"\r\n\r\n")
    assert rest == record.block + b"\r\n\r\n"
    assert len(head.splitlines()) == len(record.headers) + 2
