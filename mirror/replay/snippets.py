"""What stands around the words that were searched for."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from mirror.derived.terms import LONGEST_QUERY, folded

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.derived.catalogue import Entry

BEFORE = 30
AFTER = 90
"""Characters shown before the first word found, and after."""


@dataclass(frozen=True, slots=True)
class Snippets:
    """Reads the texts of articles back from a collection's ``items/``."""

    items: Path

    def text(self, entry: Entry) -> str:
        """Text of an article; ``""`` where its line cannot be read any more."""
        try:
            descriptor = os.open(self.items / f"{entry.run}.jsonl", os.O_RDONLY)
            try:
                line = os.pread(descriptor, entry.length, entry.offset)
            finally:
                os.close(descriptor)
            text = json.loads(line)["text"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return text if isinstance(text, str) else ""

    def marked(self, entry: Entry, query: str) -> str:
        """A passage of the text as HTML, with the words of a query marked; else its beginning."""
        return marked(" ".join(self.text(entry).split()), query)


def marked(text: str, query: str) -> str:
    """A passage of `text` as HTML, escaped, with the words of `query` in ``<mark>``."""
    words = [word for word in folded(query[:LONGEST_QUERY]).split() if word]
    shape = folded(text)
    # Folding can change the number of characters; then there is nothing to point at.
    places = [shape.find(word) for word in words] if len(shape) == len(text) else []
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, first - BEFORE)
    end = min(len(text), first + AFTER)
    passage, shape = text[start:end], shape[start:end]
    parts = [escape("…" if start else "")]
    position = 0
    while position < len(passage):
        hits = [(at, word) for word in words if places and (at := shape.find(word, position)) >= 0]
        if not hits:
            break
        at, word = min(hits, key=lambda hit: (hit[0], -len(hit[1])))
        parts += [
            escape(passage[position:at]),
            f"<mark>{escape(passage[at : at + len(word)])}</mark>",
        ]
        position = at + len(word)
    parts += [escape(passage[position:]), "…" if end < len(text) else ""]
    return "".join(parts)
