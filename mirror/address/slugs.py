"""File names for mirrors."""

from __future__ import annotations

import re
from hashlib import sha256

_LONGEST = 80
_DIGITS = 10
_UNSAFE = re.compile(r"[^a-z0-9._-]+")


def slug(name: str) -> str:
    """Make a file name of a mirror's name: ``[a-z0-9._-]``, at most 80 characters.

    Slashes and the colon of a port become hyphens. Where anything else had to change, some digits
    of the name's SHA-256 keep it apart from its neighbours. No dot or hyphen stands at either end,
    so that it is neither a hidden file nor an option of a command.
    """
    text = _UNSAFE.sub("-", name.lower()).strip("-._")
    if len(text) <= _LONGEST and text == name.replace("/", "-").replace(":", "-"):
        return text
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{text[: _LONGEST - _DIGITS - 1] or 'mirror'}-{digest}"
