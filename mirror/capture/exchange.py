"""One HTTP exchange as the bytes that crossed the wire, after TLS."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mirror import warc

if TYPE_CHECKING:
    from datetime import datetime

HEAD_LIMIT = 256 * 1024
"""Bytes that all heads before a body may have: each field of one costs many times its length."""
FRAMING_ALLOWANCE = 256 * 1024
"""Bytes that heads and chunk framing may add to any body. Beyond, they may be as many as the
body's: each chunk costs many times its length too."""

Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""Values of ``WARC-Truncated`` (WARC 1.1 §5.13)."""


@dataclass(slots=True)
class Exchange:
    """What was sent and received on one connection for one request.

    ``received`` may hold interim responses before the final one and bytes that the server sent
    past its end; whoever reads it cuts both off.
    """

    started: datetime
    """When the request was given to the connection, UTC."""
    limit: int
    """Most bytes that are received before the connection is cut; 0 for no limit."""
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray | bytes = field(default_factory=bytearray)
    """Grows until the exchange is over."""
    ip: str | None = None
    """Address of the peer; ``None`` behind a proxy, where the peer is not the server."""
    tls: str | None = None
    """TLS version as OpenSSL names it, ``TLSv1.3``; ``None`` without TLS."""
    overflowed: bool = False
    """The limit was passed and the connection cut by us."""
    closed: bool = False
    """The connection ended."""
    over: bool = False
    """The request has come to its end: what arrives now belongs to nobody."""
    body: int | None = None
    """Bytes of the body so far, without its framing; ``None`` while there is none."""
    headed: bool = False
    """The head of the final response is known to be there."""

    def end(self) -> None:
        """Take no more bytes. As `bytes` they are shared, not copied, by who makes the records."""
        self.over = True
        self.received = bytes(self.received)

    def forget(self) -> None:
        """Let go of the bytes: a kept-alive connection holds on to its last exchange."""
        self.received = b""

    def response(self) -> warc.Response | None:
        """The final response in what was received; ``None`` if it is none, or its head is cut."""
        method = bytes(self.sent.partition(b" ")[0])
        try:
            return warc.parse_response(self.received, method=method, closed=self.closed)
        except warc.MalformedMessage:
            return None

    def is_excessive(self, body: int | None) -> bool:
        """Whether more came than may: in all, as a head, or of framing for so little of a body.

        :param body: bytes of the body so far, without its framing; ``None`` when not known.
        """
        size = len(self.received)
        if self.limit and size > self.limit:
            return True
        if not self.headed and size > HEAD_LIMIT:
            parsed = self.response()
            self.headed = parsed is not None and parsed.head_end <= HEAD_LIMIT
            return not self.headed
        return body is not None and size > 2 * (body + FRAMING_ALLOWANCE)

    def is_complete(self) -> bool:
        """Whether the response has all its bytes, or cannot get better by waiting for more."""
        parsed = self.response()
        if parsed is None:
            return b"\n\n" in self.received.replace(b"\r", b"")
        return parsed.end is not None


@dataclass(slots=True)
class Attempts:
    """The exchanges that one request of the HTTP client led to.

    More than one when the client sends the request again because a kept-alive connection was
    closed under it (RFC 9112 §9.3.1).
    """

    limit: int
    exchanges: list[Exchange] = field(default_factory=list)
    fresh: bool = False
    """The last of them was the first on its connection."""


ATTEMPTS: ContextVar[Attempts | None] = ContextVar("attempts", default=None)
"""The request being sent by the current task: how a connection finds whose bytes it carries."""
