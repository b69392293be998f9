"""Messages between the crawl and the process that extracts: a length, then that many bytes.

Towards the worker a page is pickled; its mirror goes with the first of its pages alone. What comes
back is not trusted: a page may have got the better of the parser. It is read as typed MessagePack
and nothing else.
"""

from __future__ import annotations

import pickle
import struct
from typing import TYPE_CHECKING

import msgspec

from mirror.address import Address
from mirror.items import Article
from mirror.layouts import ArticlePage, Page, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from mirror.address import Mirror
    from mirror.extraction.extract import Reading

LENGTH = struct.Struct("!I")
ARTICLE, UNKNOWN, OTHER = b"A", b"U", b"O"

_encode = msgspec.msgpack.Encoder().encode
_article = msgspec.msgpack.Decoder(Article).decode
_reason = msgspec.msgpack.Decoder(str).decode


class BadFrame(ValueError):
    """An answer that is none."""


class PageFrames:
    """Writes pages for one worker."""

    def __init__(self) -> None:
        self._mirror: Mirror | None = None

    def frame(self, page: Page) -> bytes:
        mirror = page.address.mirror
        given = None if mirror is self._mirror else mirror
        self._mirror = mirror
        data = pickle.dumps((given, page.address.path, page.body), pickle.HIGHEST_PROTOCOL)
        return LENGTH.pack(len(data)) + data


def read_pages(stream: BinaryIO) -> Iterator[Page]:
    """The pages of :class:`PageFrames`, until the stream ends."""
    mirror: Mirror | None = None
    while len(head := stream.read(LENGTH.size)) == LENGTH.size:
        given, path, body = pickle.loads(stream.read(LENGTH.unpack(head)[0]))
        mirror = given or mirror
        assert mirror is not None
        yield Page(Address(mirror, path), body)


def answer_frame(reading: Reading) -> bytes:
    """An article, or the reason why a page is not understood; anything else is only said to be."""
    if isinstance(reading, ArticlePage):
        data = ARTICLE + _encode(reading.article)
    elif isinstance(reading, Unknown):
        data = UNKNOWN + _encode(reading.reason)
    else:
        data = OTHER
    return LENGTH.pack(len(data)) + data


class AnswerFrames:
    """Reads answers from what has come of them."""

    def __init__(self) -> None:
        self._data = bytearray()

    def answers(self, data: bytes) -> Iterator[ArticlePage | Unknown | None]:
        """Those that `data` completes; ``None`` for an index or a tombstone, to be read where it
        is acted upon. To be taken to their end.

        :raises BadFrame: it is no answer.
        """
        self._data += data
        start = 0
        with memoryview(self._data) as view:
            while (begin := start + LENGTH.size) <= len(view):
                end = begin + LENGTH.unpack_from(view, start)[0]
                if end > len(view):
                    break
                yield _answer(view[begin:end])
                start = end
        del self._data[:start]


def _answer(data: memoryview) -> ArticlePage | Unknown | None:
    with data:
        try:
            if data[:1] == ARTICLE:
                return ArticlePage(_article(data[1:]))
            if data[:1] == UNKNOWN:
                return Unknown(_reason(data[1:]))
        except msgspec.DecodeError as error:
            raise BadFrame(str(error)) from error
        if data == OTHER:
            return None
    raise BadFrame("an answer of no known kind")
