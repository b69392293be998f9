"""A forge's Git server on loopback: ``git http-backend`` behind Python's HTTP server."""

from __future__ import annotations

import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class GitServer:
    """Serves the repositories in a folder.

    :ivar redirects: to another URL, by the beginning of a path.
    :ivar asked: paths of all requests.
    :ivar dumb: serve files as they are, as a plain web server does.
    """

    def __init__(self, folder: Path, *, dumb: bool = False) -> None:
        self.redirects: dict[str, str] = {}
        self.refuse = 0
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                server.asked.append(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                data = self.rfile.read(length)
                path, _, query = self.path.partition("?")
                for old, new in server.redirects.items():
                    if path.startswith(old):
                        self._send(301, {"Location": new + self.path.removeprefix(old)}, b"")
                        return
                if server.refuse:
                    self._send(server.refuse, {}, b"no\n")
                elif dumb:
                    self._file(folder / path.lstrip("/"))
                else:
                    self._backend(path, query, data)

            def _file(self, path: Path) -> None:
                if path.is_file():
                    self._send(200, {"Content-Type": "text/plain"}, path.read_bytes())
                else:
                    self._send(404, {}, b"")

            def _backend(self, path: str, query: str, data: bytes) -> None:
                environment = {
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_CONFIG_GLOBAL": os.devnull,
                    "GIT_CONFIG_COUNT": "1",
                    "GIT_CONFIG_KEY_0": "safe.directory",
                    "GIT_CONFIG_VALUE_0": "*",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                    "CONTENT_LENGTH": str(len(data)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                    "REMOTE_ADDR": "127.0.0.1",
                }
                done = subprocess.run(
                    ["git", "http-backend"],
                    input=data,
                    env=environment,
                    capture_output=True,
                    check=False,
                )
                head, _, body = done.stdout.partition(b"\r\n\r\n")
                fields = dict(
                    line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line
                )
                status = int(fields.pop("Status", "200").split(" ")[0])
                self._send(status, fields, body)

            def _send(self, status: int, fields: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
