"""What may go to a terminal, a log or a mail."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` without what could steer a terminal: control and invisible characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def plain_lines(text: str) -> str:
    """The same for text of several lines, such as a traceback: line feeds stay."""
    return "\n".join(map(plain, text.split("\n")))
