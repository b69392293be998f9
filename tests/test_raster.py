"""What counts as a picture."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.frontier import why_no_picture
from mirror.frontier.raster import picture_format
from tests.pictured_mirror import png

# The beginnings of files as the formats' own specifications have them.
BEGINNINGS = {
    "png": png(2, 2),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "gif": b"GIF89a\x01\x00\x01\x00",
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "avif": struct.pack(">I", 28) + b"ftypavif\0\0\0\0avifmif1miaf",
    "bmp": b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + bytes(40),
}
OTHERS = [
    b"",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<!DOCTYPE html>",
    b"BMW is a maker of cars, and this is a text about it",
    b"RIFF\x24\x00\x00\x00WAVEfmt ",
    struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom",
    b"\x89PNG\n\x1a\n",
    b"GIF88a",
    b"%PDF-1.7",
]


@pytest.mark.parametrize("name", BEGINNINGS)
def test_raster_formats_are_known_by_their_first_bytes(name: str) -> None:
    assert picture_format(BEGINNINGS[name]) == name
    # Servers say one thing and send another all the time, and browsers show it.
    assert why_no_picture(b"image/jpeg; charset=binary", BEGINNINGS[name]) == ""


def test_avif_may_be_among_the_compatible_brands() -> None:
    brands = struct.pack(">I", 28) + b"ftypmif1\0\0\0\0mif1avifmiaf"
    assert picture_format(brands) == "avif"


@pytest.mark.parametrize("body", OTHERS)
def test_anything_else_is_none_whatever_it_says_of_itself(body: bytes) -> None:
    assert picture_format(body) is None
    assert why_no_picture(b"image/png", body) == "not an image: its bytes are of no known format"


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        (None, "not an image: Content-Type is missing"),
        (b"text/html", "not an image: Content-Type text/html"),
        (b"application/octet-stream", "not an image: Content-Type application/octet-stream"),
        (b"IMAGE/SVG+XML; charset=utf-8", "not an image: SVG"),
        (b"image", "not an image: Content-Type image"),
    ],
)
def test_a_picture_has_to_say_that_it_is_one(content_type: bytes | None, reason: str) -> None:
    assert why_no_picture(content_type, BEGINNINGS["png"]) == reason


@given(st.none() | st.binary(max_size=80), st.binary(max_size=300))
def test_no_bytes_break_it(content_type: bytes | None, body: bytes) -> None:
    reason = why_no_picture(content_type, body)
    assert not reason or reason.startswith("not an image: ")
    assert len(reason) < 100
