"""A server that gets into trouble of every kind with a part of its answers.

What a request meets is drawn from a seed, the path and how often that was asked for before: so a
test can work out by itself, without a crawler, which pages can be had and in how many requests.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

PATIENCE = 30
"""Seconds; longer than any client in a test waits. Nothing here goes on for longer."""

Kind = str


def head(status: str, length: int | None, *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *fields]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return head(status, len(body), *(fields or ("Content-Type: text/plain; charset=utf-8",))) + body


def _refusal(status: str, *fields: str, body: str = "") -> Callable[[bytes, str], bytes]:
    return lambda _, path: whole(body.encode(), *fields, status=status)


def _later(seconds: int) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


PASSING: dict[Kind, Callable[[bytes, str], bytes]] = {
    "429 seconds": _refusal("429 Too Many Requests", "Retry-After: 1"),
    "429 date": lambda _, path: whole(
        b"", f"Retry-After: {_later(1)}", status="429 Too Many Requests"
    ),
    "429 invalid": _refusal("429 Too Many Requests", "Retry-After: \x1b[2Jin a while"),
    "429 GitHub": lambda _, path: whole(
        b"",
        "X-RateLimit-Remaining: 0",
        f"X-RateLimit-Reset: {int(time.time())}",
        status="429 Too Many Requests",
    ),
    "403 secondary": _refusal(
        "403 Forbidden",
        "Retry-After: 1",
        body='{"message": "You have exceeded a secondary rate limit."}',
    ),
    "503": _refusal("503 Service Unavailable"),
    "503 seconds": _refusal("503 Service Unavailable", "Retry-After: 1"),
    "500": _refusal("500 Internal Server Error"),
    "502": _refusal("502 Bad Gateway"),
    "504": _refusal("504 Gateway Timeout"),
    "empty": lambda _, path: b"",
    "garbage": lambda _, path: b"SSH-2.0-OpenSSH_9.2\r\n\r\n" + bytes(range(256)),
    "cut short": lambda body, path: head("200 OK", len(body) + 100) + body,
    "excess": lambda body, path: head("200 OK", len(body) // 2) + body,
    "broken gzip": lambda body, path: whole(gzip.compress(body)[:-9], "Content-Encoding: gzip"),
    "broken chunk": lambda body, path: (
        head("200 OK", None, "Transfer-Encoding: chunked") + b"5\r\n" + body[:5] + b"\r\nzz\r\n"
    ),
}
"""Answers after which another attempt may go well."""

SLOW: tuple[Kind, ...] = ("hang", "hang in the head", "hang in the body", "trickle")
"""As above, and each costs a client its timeout."""

RESET: tuple[Kind, ...] = ("reset", "reset in the body")

LASTING: dict[Kind, Callable[[bytes, str], bytes]] = {
    "redirect to itself": lambda _, path: whole(b"", f"Location: {path}", status="302 Found"),
    "404": _refusal("404 Not Found"),
    "403": _refusal("403 Forbidden"),
    "501": _refusal("501 Not Implemented"),
}
"""Answers that stand."""

ENDLESS: tuple[Kind, ...] = ("endless head", "endless body", "endless chunks")
"""Cut off by the client, and not asked for again."""

HARMLESS: dict[Kind, Callable[[bytes, str], bytes]] = {
    "wrong charset": lambda body, path: whole(body, "Content-Type: text/plain; charset=koi8-r"),
    "unknown charset": lambda body, path: whole(body, "Content-Type: text/plain; charset=\x1b[2J"),
    "closed without a length": lambda body, path: head("200 OK", None) + body,
}
"""Wrong, and still the page."""

REASONS: dict[Kind, str] = {
    **{kind: f"status {kind[:3]}" for kind in (*PASSING, *LASTING) if kind[:3].isdigit()},
    **dict.fromkeys(SLOW, "timeout"),
    **dict.fromkeys(ENDLESS, "too large"),
    "empty": "connection failed",
    "garbage": "connection failed",
    "reset": "connection failed",
    "reset in the body": "cut short",
    "cut short": "cut short",
    "broken chunk": "cut short",
    "excess": "wrong length",
    "broken gzip": "bad content coding",
    "redirect to itself": "redirects in a circle",
}
"""What the run summary is to say of a page that ends with such an answer."""

EVERY_PASSING = (*PASSING, *SLOW, *RESET)
EVERY = (*EVERY_PASSING, *LASTING, *ENDLESS, *HARMLESS)


@dataclass(frozen=True)
class Plan:
    """Which trouble each request meets: a function of the seed, the path and the attempt alone."""

    seed: int
    share: float = 0.3
    attempts: int = 5
    """Of a client, for one page."""

    def trouble(self, path: str, attempt: int) -> Kind | None:
        """The trouble of the n-th request for a path, from 0; ``None`` for a good answer.

        What leads to other pages can always be had, be it at the last attempt.
        """
        draw = random.Random(f"{self.seed} {path} {attempt}")
        if draw.random() >= self.share:
            return None
        if path.startswith("/pages/"):
            return draw.choice(EVERY)
        return None if attempt == self.attempts - 1 else draw.choice(EVERY_PASSING)

    def end(self, path: str) -> tuple[int, str | None]:
        """``(requests, reason)``: how often a client asks, and why it fails if it does."""
        for attempt in range(self.attempts):
            kind = self.trouble(path, attempt)
            if kind is None or kind in HARMLESS:
                return attempt + 1, None
            if kind not in EVERY_PASSING or attempt == self.attempts - 1:
                return attempt + 1, REASONS[kind]
        raise AssertionError("a client has at least one attempt")


@dataclass
class FaultServer:
    """Serves `pages`, in trouble as planned. Stops by itself when its ``with`` block is left."""

    pages: Mapping[str, bytes]
    plan: Callable[[str, int], Kind | None]
    asked: Counter[str] = field(default_factory=Counter)
    met: Counter[Kind] = field(default_factory=Counter)
    """How often each kind of trouble was made."""
    times: list[tuple[float, str, Kind | None]] = field(default_factory=list)
    """When each request came, by the monotonic clock, its path and what it met."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def wait_for(self, kind: Kind, seconds: float) -> None:
        """Until that kind of trouble was met once; fails when it is not within `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.met[kind]:
            assert time.monotonic() < deadline, f"nobody met {kind}"
            time.sleep(0.02)

    def _run(self) -> None:
        self._stopped = asyncio.Event()
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, sock=self._listener)
        await self._stopped.wait()
        server.close()
        talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            path = request.split(b" ")[1].decode("ascii")
            kind = self.plan(path, self.asked[path])
            self.asked[path] += 1
            self.times.append((time.monotonic(), path, kind))
            if kind is not None:
                self.met[kind] += 1
            await asyncio.wait_for(self._answer(writer, path, kind), PATIENCE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, path: str, kind: Kind | None) -> None:
        body = self.pages.get(path)
        if body is None:
            writer.write(whole(b"no such page\n", status="404 Not Found"))
            return
        made = {**PASSING, **LASTING, **HARMLESS}.get(kind or "")
        if kind is None:
            writer.write(whole(body))
        elif made is not None:
            writer.write(made(body, path))
        elif kind in RESET:
            if kind == "reset in the body":
                writer.write(head("200 OK", len(body)) + body[:10])
                await writer.drain()
                await asyncio.sleep(0.02)
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif kind in SLOW:
            await self._dawdle(writer, body, kind)
        else:
            await self._go_on(writer, kind)

    async def _dawdle(self, writer: asyncio.StreamWriter, body: bytes, kind: Kind) -> None:
        if kind == "hang in the head":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-")
        elif kind != "hang":
            writer.write(head("200 OK", len(body)))
        while kind == "trickle" and not writer.transport.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.2)
        await asyncio.sleep(PATIENCE)

    async def _go_on(self, writer: asyncio.StreamWriter, kind: Kind) -> None:
        start, more = {
            "endless head": (b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 1000),
            "endless body": (head("200 OK", None), b"### endless\n" * 1000),
            "endless chunks": (
                head("200 OK", None, "Transfer-Encoding: chunked"),
                b"400\r\n" + b"x" * 1024 + b"\r\n",
            ),
        }[kind]
        writer.write(start)
        while not writer.transport.is_closing():
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(0)
