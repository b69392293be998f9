"""A sound link in its parts, and what wrappers write into them."""

from __future__ import annotations

import re
from typing import NamedTuple

from mirror.originals.canonical import canonical
from mirror.originals.repair import invisible_removed, one_scheme, trimmed, with_scheme

_URL = re.compile(r"(https?://([^/?#:\[]+|\[[^\]]*\])[^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
_ENCODED_ASCII = re.compile("%([0-7][0-9A-Fa-f])")
_ENCODED_URL = re.compile("https?%(?:25)*3A", re.IGNORECASE)
_MOST_ENCODINGS = 4


class Link(NamedTuple):
    """An absolute http(s) URL in canonical form, taken apart; nothing is decoded."""

    origin: str
    """``scheme://host[:port]``."""
    host: str
    path: str
    query: str
    fragment: str

    @property
    def rest(self) -> str:
        """Everything after the origin."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.path}{query}" + (f"#{self.fragment}" if self.fragment else "")

    def parameter(self, *names: str) -> str:
        """The value of the first of `names` that the query has with a value, as it stands."""
        if self.query:
            pairs = [pair.partition("=") for pair in self.query.split("&")]
            for wanted in names:
                for name, _, value in pairs:
                    if name == wanted and value:
                        return value
        return ""


def split(url: str) -> Link | None:
    """The parts of a URL in canonical form; ``None`` for ``mailto:``."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    return Link(match[1], match[2], match[3], match[4] or "", match[5] or "")


def decoded(value: str) -> str:
    """A URL from the value of a parameter, decoded once, and again while it still begins like an
    encoded one.

    Only ASCII is decoded: bytes beyond it may be in any encoding, and stay what they are. A plus
    sign stays too: no encoder leaves one for a space in a URL, which has no spaces.
    """
    value = _ENCODED_ASCII.sub(_character, value)
    for _ in range(_MOST_ENCODINGS):
        if not _ENCODED_URL.match(value):
            break
        value = _ENCODED_ASCII.sub(_character, value)
    return value


def written_out(path: str) -> str:
    """A URL from the path of a wrapper, which has it as it is, or encoded as a whole."""
    return decoded(path) if _ENCODED_URL.match(path) else path


def page_behind(target: str, wrapper: Link) -> str:
    """The canonical URL of the page that a wrapper names; ``""`` when that is not a web page.

    A path alone is one on the wrapper's own site. Never anything but http(s): a wrapped
    ``javascript:`` or ``file:`` is nothing to lead to.
    """
    target = trimmed(invisible_removed(target))
    if target.startswith("/") and not target.startswith(("//", "/\\")):
        target = wrapper.origin + target
    target = canonical(with_scheme(one_scheme(target)))
    return target if target.startswith("http") else ""


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
