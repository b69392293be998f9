"""Paths in URLs and in repositories: percent-encoding, dot segments, one spelling for each.

A decoded path is UTF-8 with ``surrogateescape`` for bytes that are not (PEP 383), so every path
that Git can store has exactly one decoded and one encoded form. An encoded slash inside a segment
(``%2F``), which no Git path can hold, is kept apart from the separator as :data:`ENCODED_SLASH`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

ENCODED_SLASH = "\udc2f"
"""Stands for ``%2F`` in a decoded path: PEP 383's way of writing a byte, for the byte 0x2F."""

_UNRESERVED_PATH = re.compile(r"[A-Za-z0-9._~/-]*")
# What may stay as found in the rest of a URL that is not ours to rewrite (RFC 3986 §3.3, §3.4).
_AS_FOUND = "/?%:@!$&'()*+,;=~"
_NOT_A_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def encode(path: str) -> str:
    """Percent-encode a decoded path: UTF-8, upper-case hex, all but unreserved (RFC 3986 §2.3)."""
    if _UNRESERVED_PATH.fullmatch(path):
        return path
    return "%2F".join(
        quote(part, safe="/", errors="surrogateescape") for part in path.split(ENCODED_SLASH)
    )


def encode_as_found(text: str) -> str:
    """Make part of a foreign URL safe to print; what is percent-encoded already stays so."""
    return quote(text, safe=_AS_FOUND, errors="surrogateescape")


def decode(segment: str) -> str:
    """Percent-decode one path segment of a URL that has been through :func:`replace_surrogates`."""
    if "%" not in segment and segment.isascii():
        return segment
    data = unquote_to_bytes(segment.encode("utf-8", "surrogateescape"))
    return data.decode("utf-8", "surrogateescape").replace("/", ENCODED_SLASH)


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates that stand for no byte by U+FFFD, as a browser does."""
    return text if text.isascii() else _NOT_A_BYTE.sub("\ufffd", text)


def walk(path: str, folder: Iterable[str] = ()) -> tuple[int, list[str]] | None:
    """Follow a URL's path from `folder`: levels climbed above its root, decoded segments there.

    Empty segments are dropped and ``%2e`` counts as a dot (WHATWG URL, "double-dot path segment").
    ``None`` for a NUL, which no file has in its name.
    """
    climbed = 0
    segments = list(folder)
    for raw in path.split("/"):
        segment = decode(raw)
        if segment == "..":
            if segments:
                segments.pop()
            else:
                climbed += 1
        elif "\0" in segment:
            return None
        elif segment not in ("", "."):
            segments.append(segment)
    return climbed, segments


def normalise(path: str) -> str:
    """Give a decoded repository path in its one spelling: no ``.``, ``..``, ``//``, outer slashes.

    Raises ValueError when the path climbs above the root or cannot be a path at all.
    """
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if not segments:
                msg = f"path climbs above the root of the repository: {path!r}"
                raise ValueError(msg)
            segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    text = "/".join(segments)
    if "\0" in text:
        msg = f"path holds a NUL: {path!r}"
        raise ValueError(msg)
    if text.isascii():
        return text
    try:
        # Escaped bytes that make up a character together are that character.
        return ENCODED_SLASH.join(
            part.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
            for part in text.split(ENCODED_SLASH)
        )
    except UnicodeEncodeError:
        msg = f"path holds a lone surrogate: {path!r}"
        raise ValueError(msg) from None
