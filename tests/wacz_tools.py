"""The tools that people open and check WACZ files with, brought in as they are published.

py-wacz has an environment of its own, built from ``requirements/wacz.txt``. ReplayWeb.page is the
npm package, of which the two files that a site serves are used; its archive is held against the
hash here. Both are kept beside the environment that runs.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

import filelock
import pytest

from mirror.replay.environment import default_environment, python_of

if TYPE_CHECKING:
    from types import TracebackType

REPLAYWEB = "2.4.6"
REPLAYWEB_SHA512 = (
    "uG50jESRld0p+fY7+nUxIWl7hvfimreNjSmaNkc/a9a8gBdmb7PH4J42Iib+vgk9KrHd0HLScVT++LgqV5fwpQ=="
)
_SERVED = ("index.html", "ui.js", "sw.js")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_TYPES = {"html": "text/html", "js": "text/javascript"}


def _beside(name: str) -> Path:
    """A folder like that of pywb's environment."""
    replay = default_environment()
    return replay.with_name(replay.name.removesuffix("-replay") + f"-{name}")


def wacz_program() -> Path:
    """py-wacz's command; its environment is built on first use."""
    folder = os.environ.get("MIRROR_TESTS_WACZ_ENVIRONMENT")
    python = python_of(Path(folder) if folder else _beside("wacz"), "wacz.txt")
    return python.with_name("wacz")


def replayweb() -> Path:
    """The folder with ReplayWeb.page's files; fetched on first use."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine (Debian: apt-get install npm)")
    folder = _beside("wacz").with_name(f"{Path(sys.prefix).name}-replayweb-{REPLAYWEB}")
    with filelock.UnixFileLock(folder.with_name(f".{folder.name}.lock")):
        if not folder.is_dir():
            partial = folder.with_name(f".{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            _fetch(npm, partial)
            partial.rename(folder)
    return folder


def _fetch(npm: str, folder: Path) -> None:
    subprocess.run(
        [npm, "pack", "--silent", f"replaywebpage@{REPLAYWEB}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    digest = hashlib.sha512(archive.read_bytes()).digest()
    assert base64.b64encode(digest).decode() == REPLAYWEB_SHA512, "not what was published"
    with tarfile.open(archive) as opened:
        for name in _SERVED:
            member = opened.extractfile(f"package/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())
    archive.unlink()


class Site:
    """ReplayWeb.page and some packages, served on loopback as a static site with ranges.

    :ivar sent: bytes of packages that were sent.
    """

    def __init__(self, *packages: Path) -> None:
        root = replayweb()
        files = {name: root / name for name in _SERVED}
        files |= {path.name: path for path in packages}
        self.sent = 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._answer(with_body=False)

            def do_GET(self) -> None:
                self._answer(with_body=True)

            def _answer(self, *, with_body: bool) -> None:
                name = self.path.partition("?")[0].lstrip("/") or "index.html"
                data = files[name].read_bytes() if name in files else None
                self.send_response(*_status(data, self.headers.get("Range")))
                start, stop = _span(data or b"", self.headers.get("Range"))
                body = (data or b"")[start:stop]
                kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Accept-Ranges", "bytes")
                if data is not None and len(body) < len(data):
                    self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if with_body:
                    site.sent += len(body) if name.endswith(".wacz") else 0
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def opening(self, package: Path) -> str:
        """The address at which ReplayWeb.page shows a package's pages."""
        return f"{self.url}?source={self.url}{package.name}#view=pages"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _status(data: bytes | None, asked: str | None) -> tuple[int, str]:
    if data is None:
        return 404, "Not Found"
    return (206, "Partial Content") if asked else (200, "OK")


def _span(data: bytes, asked: str | None) -> tuple[int, int]:
    """First byte, and first byte after the last, of what is asked for (RFC 9110 §14.1.2)."""
    found = _RANGE.fullmatch(asked or "")
    if found is None:
        return 0, len(data)
    first, last = found.groups()
    if not first:
        return max(0, len(data) - int(last)), len(data)
    return int(first), min(int(last) + 1 if last else len(data), len(data))
