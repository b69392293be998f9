"""Digests as WARC writes them."""

from __future__ import annotations

import base64
import hashlib


def sha1_base32(data: bytes | bytearray | memoryview) -> str:
    """SHA-1 of `data` as ``sha1:`` and 32 upper-case Base32 characters (WARC 1.1 §5.8).

    SHA-1 in Base32 is what replay tools and CDXJ indexes compare; it tells captures apart and is
    no protection against forgery.
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
