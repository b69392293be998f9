"""Messages between the crawl and the process that extracts: a length, then that many bytes.

Towards the worker a page is pickled. What comes back is not trusted: a page may have got the
better of the parser. It is read as typed MessagePack and nothing else.
"""

from __future__ import annotations

import pickle
import struct
from typing import TYPE_CHECKING

import msgspec

from mirror.items import Article
from mirror.layouts import ArticlePage, Page, Unknown

if TYPE_CHECKING:
    import asyncio
    from typing import BinaryIO

    from mirror.extraction.extract import Reading

LENGTH = struct.Struct("!I")
ARTICLE, UNKNOWN, OTHER = b"A", b"U", b"O"

_encode = msgspec.msgpack.Encoder().encode
_article = msgspec.msgpack.Decoder(Article).decode
_reason = msgspec.msgpack.Decoder(str).decode


class BadFrame(ValueError):
    """An answer that is none."""


def page_frame(page: Page) -> bytes:
    data = pickle.dumps((page.address, page.body), pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def read_page(stream: BinaryIO) -> Page | None:
    """The next page; ``None`` at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    data = stream.read(LENGTH.unpack(head)[0])
    address, body = pickle.loads(data)
    return Page(address, body)


def answer_frame(reading: Reading) -> bytes:
    """An article, or the reason why a page is not understood; anything else is only said to be."""
    if isinstance(reading, ArticlePage):
        data = ARTICLE + _encode(reading.article)
    elif isinstance(reading, Unknown):
        data = UNKNOWN + _encode(reading.reason)
    else:
        data = OTHER
    return LENGTH.pack(len(data)) + data


async def read_answer(stream: asyncio.StreamReader) -> ArticlePage | Unknown | None:
    """The next answer; ``None`` for an index or a tombstone, to be read where it is acted upon.

    :raises BadFrame: it is no answer.
    :raises asyncio.IncompleteReadError: the worker is gone.
    """
    (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    data = memoryview(await stream.readexactly(length))
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
