"""What a collection knows already: one SQLite file, a projection of its WARC files.

Tables: ``meta`` (mirror and ref), ``run``, ``page`` (each page of the mirror that was ever named,
and how the last look at it ended), ``capture`` (each recorded answer and where its record is),
``article`` (the digest of the item last written for a page), ``warc`` (files with their length and
SHA-256). All of it can be made again from the records: ``scrapy rebuild``.
"""

from mirror.ledger.captures import Captures
from mirror.ledger.database import read_only_uri
from mirror.ledger.ledger import COMPLETENESS, NAME, Ledger, LedgerError
from mirror.ledger.pages import Pages
from mirror.ledger.schema import SCHEMA_VERSION
from mirror.ledger.values import (
    CapturedPage,
    KnownPage,
    Outcome,
    PageEnd,
    PageKind,
    RunRow,
    StoredItem,
    UnreadCapture,
    UnreadFailure,
    Validators,
)

__all__ = [
    "COMPLETENESS",
    "NAME",
    "SCHEMA_VERSION",
    "CapturedPage",
    "Captures",
    "KnownPage",
    "Ledger",
    "LedgerError",
    "Outcome",
    "PageEnd",
    "PageKind",
    "Pages",
    "RunRow",
    "StoredItem",
    "UnreadCapture",
    "UnreadFailure",
    "Validators",
    "read_only_uri",
]
