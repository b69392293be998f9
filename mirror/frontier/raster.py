"""What counts as a picture: what says that it is one, and begins as one.

The first bytes are those of the WHATWG MIME Sniffing standard (§6.1, "Matching an image type
pattern"), but for icons; of AVIF those of its own specification (AV1 Image File Format §6, a
``ftyp`` box of ISO/IEC 14496-12 §4.3). SVG is left out: it is a document, and can carry script.
Libraries that tell formats apart know hundreds; here it matters that no other one is let through.
"""

from __future__ import annotations

NO_PICTURE = "not an image: "
"""Begins the reason why an answer is none."""

_SHOWN = 60
"""Characters of a stranger's Content-Type that a reason repeats."""


def picture_format(body: bytes) -> str | None:
    """The raster format that the first bytes are those of: ``png``, ``jpeg``, …; else ``None``."""
    match body[:16]:
        case head if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return "png"
        case head if head.startswith(b"\xff\xd8\xff"):
            return "jpeg"
        case head if head.startswith((b"GIF87a", b"GIF89a")):
            return "gif"
        case head if head[:4] == b"RIFF" and head[8:14] == b"WEBPVP":
            return "webp"
        case head if head[4:8] == b"ftyp" and _brands(body) & {b"avif", b"avis"}:
            return "avif"
        case head if head[:2] == b"BM" and head[6:10] == bytes(4) and len(body) > 26:
            # Two letters are little: the reserved fields of its header are zero too.
            return "bmp"
    return None


def why_no_picture(content_type: bytes | None, body: bytes) -> str:
    """Why an answer is no picture, for the summary; ``""`` when it is one.

    :param content_type: the field of that name, ``None`` without one.
    :param body: content coding undone.
    """
    kind = (content_type or b"").partition(b";")[0].strip().lower().decode("latin-1")
    if not kind.startswith("image/"):
        return f"{NO_PICTURE}Content-Type {kind[:_SHOWN] or 'is missing'}"
    if kind.startswith("image/svg"):
        return f"{NO_PICTURE}SVG"
    if picture_format(body) is None:
        return f"{NO_PICTURE}its bytes are of no known format"
    return ""


def _brands(body: bytes) -> set[bytes]:
    """Major and compatible brands of a ``ftyp`` box."""
    size = min(int.from_bytes(body[:4], "big"), len(body), 256)
    return {body[8:12], *(body[at : at + 4] for at in range(16, size - 3, 4))}
