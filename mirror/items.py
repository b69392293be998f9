"""The article and its parts: the published schema of a collection's items.

One :class:`Article` is one line of JSON in ``items/``. The dataclasses are the only source of the
schema: keys, their order and their types are those of the fields below, every key is always
present, and what a page does not have is ``None``, ``""`` or an empty list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal

import msgspec

IsoDate = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A calendar date, ISO 8601 extended format."""
UtcTime = Annotated[str, msgspec.Meta(pattern=r"^[0-9-]{10}T[0-9:]{8}Z$")]
"""A UTC time to the second, ISO 8601 extended format."""
WebUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://")]
"""An absolute address of the web."""
WebUrlOrEmpty = Annotated[str, msgspec.Meta(pattern=r"^($|https?://)")]

LinkKind = Literal["tag", "article", "video", "social", "external", "mail", "invalid"]


@dataclass(slots=True)
class Image:
    """A picture of an article, with what the page says about it."""

    url: str
    """Where the page loads it from."""
    original_url: str
    """The full-size file where the page names it, else the same as ``url``."""
    alt: str
    caption: str
    credit: str
    featured: bool


@dataclass(slots=True)
class Link:
    """A link in an article's body."""

    url: Annotated[str, msgspec.Meta(pattern=r"^($|https?://|mailto:)")]
    """The page that the link stands for; ``""`` when there is none (``kind`` is ``invalid``)."""
    href: str
    """The attribute as found on the page."""
    text: str
    kind: LinkKind


@dataclass(slots=True)
class CaptureRef:
    """Where the record that proves an item stands in the archive."""

    date: UtcTime
    """``WARC-Date`` of the record."""
    run: str
    warc: str
    """Name of the file in ``archive/``."""
    offset: int
    """First byte of the record's gzip member in that file."""
    length: int
    """Bytes of that gzip member."""
    record_id: str
    payload_digest: str | None
    """``sha1:BASE32`` of the page's own bytes, transfer coding removed."""
    status: int | None


@dataclass(slots=True)
class GitRef:
    """The commit and blob that an item was read from."""

    commit: str
    blob: str
    path: str
    committed_at: UtcTime


@dataclass(slots=True)
class Article:
    """One article page of a mirror, as the layout named in ``layout`` read it."""

    id: str
    mirror: str
    layout: str
    channel: str
    url: WebUrl
    page_url: WebUrl
    original_url: WebUrlOrEmpty
    title: str
    published: IsoDate | None
    dateline_date: IsoDate | None
    url_date: IsoDate | None
    byline: str
    reporters: list[str]
    editors: list[str]
    text: str
    html: str
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    language: str = ""
    text_digest: str = ""
    warnings: list[str] = field(default_factory=list)
    capture: CaptureRef | None = None
    git: GitRef | None = None
    extractor: str = ""


class InvalidItem(ValueError):
    """An article does not fit the published schema: a fault of the layout that made it."""


def validate(article: Article) -> None:
    """Hold an article against the published schema.

    :raises InvalidItem: a field does not fit it, or holds what UTF-8 cannot (a lone surrogate).
    """
    try:
        # As the worker's answer and each stored line will be: a text keeps its UTF-8 once made.
        _IN_UTF8(article)
        msgspec.convert(msgspec.to_builtins(article), Article)
    except (UnicodeError, msgspec.ValidationError) as error:
        raise InvalidItem(str(error)) from error


def encode(article: Article) -> bytes:
    """The article as one line of JSON without its newline, UTF-8, keys in the order of the fields.

    :raises InvalidItem: a field holds what UTF-8 cannot (a lone surrogate).
    """
    try:
        return msgspec.json.encode(article)
    except UnicodeError as error:
        raise InvalidItem(str(error)) from error


def decode(line: bytes | str) -> Article:
    """An article from its line of JSON.

    :raises InvalidItem: the line is not one, or does not fit the schema.
    """
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidItem(str(error)) from error


def content_digest(article: Article, line: bytes | None = None) -> str:
    """``sha256:`` over all that the page itself gives: not where and when it was captured.

    :param line: the article, encoded, where it is at hand.
    """
    if line is None:
        line = encode(article)
    # What is left out stands at the line's end, so the rest need not be written again.
    tail = _tail(article.capture, article.git, article.extractor)
    content = hashlib.sha256(memoryview(line)[: -len(tail)])
    content.update(_tail(None, None, article.extractor))
    return f"sha256:{content.hexdigest()}"


def _tail(capture: CaptureRef | None, git: GitRef | None, extractor: str) -> bytes:
    """How a line ends, from the field ``capture`` on."""
    return b',"capture":%b,"git":%b,"extractor":%b}' % (
        msgspec.json.encode(capture),
        msgspec.json.encode(git),
        msgspec.json.encode(extractor),
    )


def changed_fields(before: Article, after: Article) -> list[str]:
    """Names of an article's fields that differ, in their order; where it was captured is none."""
    names = (each.name for each in fields(Article) if each.name not in ("capture", "git"))
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of ``items/``: every key required, no others."""
    schema = msgspec.json.schema(Article)
    for part in schema["$defs"].values():
        part["required"] = list(part["properties"])
        part["additionalProperties"] = False
        for shape in part["properties"].values():
            shape.pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


_DECODER = msgspec.json.Decoder(Article)
_IN_UTF8 = msgspec.msgpack.Encoder().encode
