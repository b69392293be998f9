"""Proof that a collection is what it says: its records, items, indexes, summaries and ledger.

Nothing is written and nothing is trusted: the WARC files are read from their first byte to their
last, everything else is derived from them again and compared. Knows nothing of Scrapy.
"""

from mirror.verification.findings import Check, Finding, Findings
from mirror.verification.lock import held_for_reading
from mirror.verification.report import Options, Report
from mirror.verification.verifier import bytes_to_read, verify

__all__ = [
    "Check",
    "Finding",
    "Findings",
    "Options",
    "Report",
    "bytes_to_read",
    "held_for_reading",
    "verify",
]
