"""Blocks of the documents, for tests that run them as printed."""

from __future__ import annotations

import re

from tests.crawling import PROJECT


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of one language in ``docs/<document>``."""
    text = (PROJECT / "docs" / document).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def crontab_lines(document: str) -> list[str]:
    """The lines of all crontabs in a document that run a command."""
    return [
        line
        for block in blocks(document, "crontab")
        for line in block.splitlines()
        if re.match(r"[0-9*@]", line)
    ]
