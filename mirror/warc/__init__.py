"""WARC files: records, writing, recovery, reading, CDXJ. Knows nothing of what is archived."""

from mirror.warc.builders import (
    Earlier,
    Exchange,
    Truncation,
    has_payload_digest,
    metadata,
    request,
    resource,
    response,
    revisit_identical,
    revisit_not_modified,
    revisit_resource,
    warcinfo,
)
from mirror.warc.cdxj import cdxj_line, index_file, iter_index, url_key
from mirror.warc.coding import BadEncoding, BodyTooLarge, decoded
from mirror.warc.digest import sha1_base32
from mirror.warc.index import IndexFiles, write_index
from mirror.warc.location import Location
from mirror.warc.message import MalformedMessage, Response, parse_response, payload
from mirror.warc.reader import BadWarc, StoredRecord, read_at, read_records, records_in
from mirror.warc.record import WARC_DATE, Record, new_record_id, safe_text, safe_uri
from mirror.warc.recovery import DamagedWithin, cut_torn_tail, next_record, whole_length
from mirror.warc.thread import WriterThread
from mirror.warc.writer import DEFAULT_MAX_SIZE, DEFAULT_RESUME_SIZE, WarcWriter, gzip_member

__all__ = [
    "DEFAULT_MAX_SIZE",
    "DEFAULT_RESUME_SIZE",
    "WARC_DATE",
    "BadEncoding",
    "BadWarc",
    "BodyTooLarge",
    "DamagedWithin",
    "Earlier",
    "Exchange",
    "IndexFiles",
    "Location",
    "MalformedMessage",
    "Record",
    "Response",
    "StoredRecord",
    "Truncation",
    "WarcWriter",
    "WriterThread",
    "cdxj_line",
    "cut_torn_tail",
    "decoded",
    "gzip_member",
    "has_payload_digest",
    "index_file",
    "iter_index",
    "metadata",
    "new_record_id",
    "next_record",
    "parse_response",
    "payload",
    "read_at",
    "read_records",
    "records_in",
    "request",
    "resource",
    "response",
    "revisit_identical",
    "revisit_not_modified",
    "revisit_resource",
    "safe_text",
    "safe_uri",
    "sha1_base32",
    "url_key",
    "warcinfo",
    "whole_length",
    "write_index",
]
