"""A WARC/1.1 record as a value (ISO 28500:2017), and what may stand in its headers."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from urllib.parse import quote

WARC_DATE = "%Y-%m-%dT%H:%M:%SZ"
"""How a ``WARC-Date`` to the second is written (WARC 1.1 §5.4), for ``strftime``."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_URI_CHARACTERS = "%:/?#[]@!$&'()*+,;="
"""Reserved in RFC 3986 §2.2, and the sign that begins what is encoded already."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Record:
    """Headers and block. The block is the bytes that were captured, never parsed and rewritten."""

    headers: tuple[tuple[str, str], ...]
    """In order, without Content-Length: the block gives it."""
    block: bytes

    def get(self, name: str) -> str | None:
        """The first header called `name`, in any case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    @property
    def type(self) -> str:
        return self.get("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """With its angle brackets: ``<urn:uuid:…>``."""
        return self.get("WARC-Record-ID") or ""

    @property
    def target_uri(self) -> str | None:
        return self.get("WARC-Target-URI")

    @property
    def date(self) -> str:
        return self.get("WARC-Date") or ""

    def with_warcinfo(self, warcinfo_id: str) -> Record:
        """The record with ``WARC-Warcinfo-ID``, unless it has one or may not (WARC 1.1 §5.14)."""
        if self.type == "warcinfo" or self.get("WARC-Warcinfo-ID"):
            return self
        return Record((*self.headers, ("WARC-Warcinfo-ID", warcinfo_id)), self.block)

    def to_bytes(self) -> bytes:
        """The record as it stands in a file, the two line ends after its block included.

        :raises ValueError: a header's name is no token, or its value cannot stand on one line.
        """
        lines = ["WARC/1.1"]
        for name, value in self.headers:
            if not _TOKEN.fullmatch(name):
                raise ValueError(f"WARC header name is no token: {name!r}")
            if _UNSAFE.search(value) or value != value.strip():
                raise ValueError(f"WARC header value is not safe: {name}: {value!r}")
            lines.append(f"{name}: {value}")
        lines.append(f"Content-Length: {len(self.block)}\r\n\r\n")
        return b"".join(("\r\n".join(lines).encode(), self.block, b"\r\n\r\n"))


def new_record_id() -> str:
    """A fresh ``<urn:uuid:…>``."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def safe_uri(uri: str) -> str:
    """`uri` with everything percent-encoded that RFC 3986 does not allow in a URI.

    Bytes that stand in `uri` as surrogate escapes are encoded as those bytes.

    :raises ValueError: there is no scheme.
    """
    safe = quote(_octets(uri), safe=_URI_CHARACTERS)
    if not _SCHEME.match(safe):
        raise ValueError(f"not an absolute URI: {uri!r}")
    return safe


def safe_text(text: str) -> str:
    """`text` on one line: control characters, line separators and surrogates percent-encoded."""
    return _UNSAFE.sub(lambda found: quote(_octets(found[0])), text).strip()


def safe_name(name: str) -> str:
    """`name` if it can be the name of a field.

    :raises ValueError: it is no token (WARC 1.1 §4).
    """
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"field name is no token: {name!r}")
    return name


def _octets(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
