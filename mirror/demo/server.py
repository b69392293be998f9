"""HTTP/1.1 server of the embedded demo mirror, or of any other small tree of pages.

It behaves as a forge's raw view does: text pages with validators, conditional requests answered
304 (RFC 9110 §13), no index at a folder. The tree is read once, when the server is made: a request
only looks a path up in a table, so no path can leave the tree and a page costs no disk access.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, NamedTuple, Self, cast
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from mirror.demo.pictures import pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from types import TracebackType

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
CHANGED = datetime(2024, 3, 5, 4, 0, tzinfo=UTC)
"""When every page says that it last changed: fixed, so that a crawl can be repeated exactly."""
ROBOTS = b"User-agent: *\nAllow: /\n"


class Page(NamedTuple):
    """One file of the tree, with its entity tag (quoted, strong: a hash of the content)."""

    body: bytes
    etag: str


def demo_site() -> Traversable:
    """Root of the demo mirror's tree, also inside an installed wheel."""
    return files("mirror.demo") / "site"


def read_site(site: Traversable, drawn: Mapping[str, bytes] | None = None) -> dict[str, Page]:
    """Every file under `site` by its path (``pages/ncid9001/n9000001.md``), and ``robots.txt``.

    :param drawn: further files, which are not on disk.
    """
    bodies = {"robots.txt": ROBOTS, **(drawn or {}), **dict(_walk(site, ""))}
    return {path: Page(body, f'"{sha256(body).hexdigest()[:32]}"') for path, body in bodies.items()}


def _type_of(path: str) -> str:
    return "image/png" if path.endswith(".png") else "text/plain; charset=utf-8"


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def is_unchanged(page: Page, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the request's validators still hold: If-None-Match decides when it is there, by weak
    comparison, else If-Modified-Since, ignored when it is not a date (RFC 9110 §13.1.2, §13.1.3).
    """
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return page.etag in tags or if_none_match.strip() == "*"
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (ValueError, OverflowError):
        return False
    return (since if since.tzinfo else since.replace(tzinfo=UTC)) >= CHANGED


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: two writes would wait for a delayed ACK
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        """Value of the Server header, which is archived: nothing about the machine."""
        return "mirror-demo"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        # A target may be in absolute form (RFC 9112 §3.2.2).
        target = self.path if self.path.startswith("/") else urlsplit(self.path).path
        path = unquote(target.partition("?")[0].partition("#")[0], errors="surrogateescape")
        page = cast("_Server", self.server).pages.get(path.removeprefix("/"))
        if page is None:
            self._send(HTTPStatus.NOT_FOUND, b"no such page\n", with_body=with_body)
        elif is_unchanged(page, self.headers["If-None-Match"], self.headers["If-Modified-Since"]):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._send_validators(page)
            self.end_headers()
        else:
            self._send(HTTPStatus.OK, page.body, page, path, with_body=with_body)

    def _send(
        self,
        status: HTTPStatus,
        body: bytes,
        page: Page | None = None,
        path: str = "",
        *,
        with_body: bool,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", _type_of(path))
        self.send_header("Content-Length", str(len(body)))
        if page is not None:
            self._send_validators(page)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _send_validators(self, page: Page) -> None:
        self.send_header("ETag", page.etag)
        self.send_header("Last-Modified", format_datetime(CHANGED, usegmt=True))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name of the base)
        logger.debug("demo mirror: %r", format % args)


class _Server(ThreadingMixIn, TCPServer):
    """One thread a connection; on closing, connections that are kept alive are ended too."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, pages: dict[str, Page]) -> None:
        self.pages = pages
        self._connections: WeakSet[socket.socket] = WeakSet()
        super().__init__((HOST, port), _Handler)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, peer = super().get_request()
        self._connections.add(connection)
        return connection, peer

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if isinstance(error, OSError):  # a client that hangs up in mid-answer is its own affair
            logger.debug("demo mirror: connection from %s ended: %s", client_address, error)
        else:
            logger.error("demo mirror: request from %s failed", client_address, exc_info=error)

    def server_close(self) -> None:
        for connection in self._connections:
            with suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()  # joins the threads


class DemoServer:
    """Serves the demo mirror, or another tree, on loopback while its ``with`` block runs.

    >>> with DemoServer() as server:  # doctest: +SKIP
    ...     server.url
    'http://127.0.0.1:40613/'

    `port` 0 means any free one. `site` is the root of the tree to serve, read once, at entry.
    Entering raises :class:`OSError` when the port is taken.
    """

    def __init__(self, port: int = 0, site: Traversable | None = None) -> None:
        self._port = port
        self._site = site
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base URL of the mirror, ending in a slash; :class:`RuntimeError` outside the block."""
        if self._server is None:
            raise RuntimeError("the demo mirror is not being served: enter the with block first")
        return f"http://{HOST}:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        drawn = pictures() if self._site is None else {}
        pages = read_site(self._site or demo_site(), drawn)
        self._server = _Server(self._port, pages)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="demo-mirror", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None
