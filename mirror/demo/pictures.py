"""The demo mirror's own pictures: hills under a sky, drawn when they are first asked for.

They stand under ``images/`` beside the pages, so that ``-a images=1`` has something to capture
that is ours. One scene has two names: the same bytes under two URLs are kept once in an archive.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import cache
from typing import NamedTuple

WIDTH, HEIGHT = 360, 240
FOLDER = "images"


class Scene(NamedTuple):
    """Three ridges, the nearest last, and the colours of sky, sun and ridges."""

    waves: tuple[float, float, float]
    """How many hills each ridge has."""
    sun: tuple[int, int]
    colours: tuple[int, int, int, int, int, int]
    """Sky above, sky below, sun, far, middle and near ridge, as ``0xRRGGBB``."""


_MORNING = Scene(
    (1.3, 2.1, 0.8), (250, 80), (0x9CC3E0, 0xF3E4C8, 0xFFF4D6, 0x8FA9B8, 0x5F8474, 0x2F5746)
)
_NOON = Scene(
    (0.9, 1.7, 2.6), (90, 50), (0x5FA5D9, 0xCFE6F2, 0xFFFBE0, 0x9DB8A0, 0x6D9A5B, 0x3F6B35)
)
_EVENING = Scene(
    (1.9, 1.1, 1.4), (180, 110), (0x4B4E86, 0xF0A070, 0xFFD98A, 0x7A5C7E, 0x50425F, 0x2A2738)
)
_SNOW = Scene(
    (2.4, 1.3, 0.7), (300, 60), (0xB7C7D6, 0xE9EEF2, 0xFFFFFF, 0xC9D6DF, 0xDDE5EA, 0xF5F8FA)
)
SCENES = {
    "library-cart": _MORNING,
    "bike-shop": _NOON,
    "old-bell": _EVENING,
    "stone-steps": _SNOW,
    "stone-steps-again": _SNOW,
}


@cache
def pictures() -> dict[str, bytes]:
    """PNG files by their paths in the mirror; the same bytes each time."""
    return {f"{FOLDER}/{name}.png": _png(_rows(scene), scene) for name, scene in SCENES.items()}


def _rows(scene: Scene) -> list[bytes]:
    """Indices of colours: 0 to 15 the sky from above, 16 the sun, 17 to 19 the ridges."""
    sun_x, sun_y = scene.sun
    ridges = [
        [
            int(HEIGHT * (0.5 + 0.16 * n) + 22 * math.sin(waves * 6.283 * x / WIDTH + 2 * n))
            for x in range(WIDTH)
        ]
        for n, waves in enumerate(scene.waves)
    ]
    sky = []
    for y in range(HEIGHT):
        row = bytearray([16 * y // HEIGHT]) * WIDTH
        half = 400 - (y - sun_y) ** 2
        if half > 0:
            reach = math.isqrt(half)
            row[sun_x - reach : sun_x + reach] = bytes([16]) * (2 * reach)
        sky.append(row)
    # A hill fills its column from its top down: a thousand slices, where points would be 86,400.
    columns = [bytearray(column) for column in zip(*sky, strict=True)]
    for n, ridge in enumerate(ridges):
        for column, top in zip(columns, ridge, strict=True):
            column[top:] = bytes([17 + n]) * (HEIGHT - top)
    return [bytes(row) for row in zip(*columns, strict=True)]


def _png(rows: list[bytes], scene: Scene) -> bytes:
    """A picture of indexed colours (PNG, third edition, §11.2)."""
    above, below, *others = scene.colours
    palette = [_between(above, below, n / 15) for n in range(16)]
    palette += [colour.to_bytes(3, "big") for colour in others]
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _between(first: int, second: int, share: float) -> bytes:
    pairs = zip(first.to_bytes(3, "big"), second.to_bytes(3, "big"), strict=True)
    return bytes(round(a + (b - a) * share) for a, b in pairs)
