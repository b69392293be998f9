"""The index of a WACZ file: CDXJ in gzip blocks, and a small file that tells what each begins with.

ReplayWeb.page reads the small file when it opens a package, and of the other one the block that it
needs; an uncompressed CDXJ it would have to read whole. The form is that of ``cdxj-indexer
--compress``: ``cdxj-gzip-1.0``.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mirror.warc.wacz.writer import Member

NAME = "index.cdx.gz"
BLOCK_LINES = 300
"""As cdxj-indexer has it."""


def write_blocks(lines: Iterable[bytes], member: Member) -> bytes:
    """Write sorted lines, which come without their ends, and give the content of ``index.idx``."""
    meta = json.dumps({"format": "cdxj-gzip-1.0", "filename": NAME})
    idx = [f"!meta 0 {meta}\n".encode()]
    block: list[bytes] = []
    for line in lines:
        block.append(line)
        if len(block) == BLOCK_LINES:
            idx.append(_write(block, member))
            block = []
    if block:
        idx.append(_write(block, member))
    return b"".join(idx)


def _write(block: list[bytes], member: Member) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31, 9)
    data = compressor.compress(b"".join(line + b"\n" for line in block)) + compressor.flush()
    place = {
        "offset": member.size,
        "length": len(data),
        "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
    }
    member.write(data)
    prefix = block[0].partition(b"{")[0].strip()
    return prefix + b" " + json.dumps(place).encode() + b"\n"
