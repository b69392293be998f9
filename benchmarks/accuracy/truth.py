"""The hardest pages of the real mirrors, with what is right on them: ``truth.jsonl``.

One JSON object a line, nothing of a page's words but names: ``mirror``, ``path``, ``payload_sha1``
(of the page, as a WARC file would have it: a changed page is not judged), ``title_sha256``,
``dateline_date``, ``url_date``, ``published``, ``reporters``, ``editors``, ``n_images``,
``text_sha256`` (all white space removed), ``original_url``. What a line leaves out is not judged:
where two readings can be defended, there is no truth.

``read`` says how a line came about. ``whole``: the page was read through by eye and its fields
written down before any program was asked; ``parts``: so were its heads, the first paragraphs,
whatever markup was unusual, the last lines, its pictures counted (all but ``text_sha256``). Both
kinds were drawn at random, from classes of hard pages that no line had been taken from.

Lines without ``read``: the oracle's values, gone over by eye page by page in a list of titles,
credits, and the opening and closing words; where the readers differed, or a value looked odd, in
the page's source. Not counted or read through by eye: pictures (a plain search counts the same but
on two pages) and the whole text (``html.parser`` gives the same but on nine pages of ``mh-news``
with markup or references escaped in the source). ``published`` is the documented rule over the two
dates, and left out where they are neither near each other nor months apart.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from benchmarks.accuracy.source import squeezed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirror.items import Article

PATH = Path(__file__).with_name("truth.jsonl")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right on one page; ``fields`` has the judged ones only."""

    mirror: str
    path: str
    payload_sha1: str
    read: str
    """``whole`` or ``parts`` of the page were read by eye first, ``""``: a list of values was."""
    fields: dict[str, Any]

    def is_of(self, body: bytes) -> bool:
        """The page is still the one that was read."""
        return self.payload_sha1 == base64.b32encode(hashlib.sha1(body).digest()).decode()

    def wrong(self, article: Article) -> Iterator[str]:
        """The judged fields that an article has wrong, each with what it has and what is right."""
        found = _found(article)
        for name, right in self.fields.items():
            if found[name] != (unquote(right) if name == "original_url" else right):
                yield f"{self.path} {name}: {found[name]!r}, not {right!r}"


def load() -> list[Truth]:
    """All lines of the file, in order."""
    lines = [json.loads(line) for line in PATH.read_text("utf-8").splitlines()]
    return [
        Truth(
            line.pop("mirror"),
            line.pop("path"),
            line.pop("payload_sha1"),
            line.pop("read", ""),
            line,
        )
        for line in lines
    ]


def _found(article: Article) -> dict[str, Any]:
    return {
        "title_sha256": _digest(article.title),
        "dateline_date": article.dateline_date,
        "url_date": article.url_date,
        "published": article.published,
        "reporters": article.reporters,
        "editors": article.editors,
        "n_images": len({image.url for image in article.images}),
        "text_sha256": _digest(squeezed(article.text)),
        "original_url": unquote(article.original_url),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
