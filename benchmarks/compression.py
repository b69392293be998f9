"""What a gzip member per record costs: isal, zlib-ng and zlib on the files of a folder.

    python benchmarks/compression.py FOLDER [FILES]

Each file is put into a WARC record and compressed alone, as the archive does it. Size and speed
are printed as ratios to zlib level 6; the last column says whether other threads can run
meanwhile.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isal import igzip_lib
from zlib_ng import zlib_ng

from mirror import warc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GZIP = 31
"""wbits of zlib's widest window with a gzip header."""
ROUNDS = 5
"""The best of so many counts: whatever else runs on the machine only makes it slower."""
LARGE = 32_000_000
"""Bytes that keep the fastest compressor busy for a tenth of a second."""


def compressors() -> dict[str, Callable[[bytes], bytes]]:
    """By name, functions that make one gzip member; the first is what the others are held to."""
    found: dict[str, Callable[[bytes], bytes]] = {}
    for level in (6, 1, 9):
        found[f"zlib {level}"] = partial(zlib.compress, level=level, wbits=GZIP)
    for level in (1, 3, 6):
        found[f"zlib-ng {level}"] = partial(zlib_ng.compress, level=level, wbits=GZIP)
    for level in (0, 1, 2, 3):
        found[f"isal {level}"] = partial(igzip_lib.compress, level=level, flag=igzip_lib.COMP_GZIP)
    return found


def records(folder: Path, count: int) -> list[bytes]:
    """The bytes of up to `count` WARC records, one for each of some files of `folder`."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    random.Random(0).shuffle(paths)
    return [_record(path, folder) for path in paths[:count]]


def _record(path: Path, folder: Path) -> bytes:
    body = path.read_bytes()
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
    raw += b"Content-Length: %d\r\n\r\n" % len(body) + body
    name = path.relative_to(folder).as_posix()
    exchange = warc.Exchange(
        target_uri=f"https://mirror.example/{name}",
        date="2026-01-01T00:00:00Z",
        ip="192.0.2.1",
        protocols=("http/1.1", "tls/1.3"),
    )
    record = warc.response(raw, warc.parse_response(raw), exchange)
    return record.with_warcinfo(warc.new_record_id()).to_bytes()


def seconds(compress: Callable[[bytes], bytes], data: Sequence[bytes]) -> float:
    """How long it takes to compress all of `data`, record by record."""
    started = time.perf_counter()
    for each in data:
        compress(each)
    return time.perf_counter() - started


def releases_gil(compress: Callable[[bytes], bytes], data: bytes) -> bool:
    """Whether this thread goes on while another compresses `data`, which takes it a while.

    Where the lock is held, this thread stands still for as long as the call takes.
    """
    worker = threading.Thread(target=compress, args=(data,))
    worker.start()
    started = last = time.perf_counter()
    stall = 0.0
    while worker.is_alive():
        now = time.perf_counter()
        stall, last = max(stall, now - last), now
    return stall < (last - started) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=int, nargs="?", default=2000, help="how many (2000)")
    arguments = parser.parse_args()
    data = records(arguments.folder, arguments.files)
    if not data:
        parser.error(f"no files in {arguments.folder}")
    total = sum(map(len, data))
    one_large = b"".join(data) * (LARGE // total + 1)
    print(f"{len(data)} records, {total // len(data)} bytes each")
    print(f"{'':12} {'of input':>9} {'size':>6} {'speed':>6} {'records/s':>10}  GIL")
    base_size = base_time = 0.0
    for name, compress in compressors().items():
        size = sum(len(compress(each)) for each in data)
        best = min(seconds(compress, data) for _ in range(ROUNDS))
        base_size, base_time = base_size or size, base_time or best
        gil = "released" if releases_gil(compress, one_large) else "held"
        print(
            f"{name:12} {size / total:9.3f} {size / base_size:6.2f} {base_time / best:6.1f}"
            f" {len(data) / best:10,.0f}  {gil}"
        )


if __name__ == "__main__":
    main()
