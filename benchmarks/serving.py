"""The mirror that a benchmark asks: one that is served already, or a real one from the corpus."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE_MIRROR = Path(__file__).resolve().parents[2] / "shared" / "bin" / "serve-mirror"
START_SECONDS = 300
"""The first start unpacks the mirror."""


@contextmanager
def mirror_url(given: str | None) -> Iterator[str]:
    """Base URL of `given`, else of ``epoch-news`` of the corpus, served by nginx while this lasts.

    :raises SystemExit: there is no corpus, or it cannot be served.
    """
    if given is not None:
        yield given if given.endswith("/") else f"{given}/"
        return
    if not SERVE_MIRROR.is_file():
        raise SystemExit(f"no corpus beside the project ({SERVE_MIRROR}): give a mirror's base URL")
    port = _free_port()
    # Debian keeps nginx where only root's PATH looks.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin"
    with subprocess.Popen(
        [sys.executable, SERVE_MIRROR, "epoch-news", "--port", str(port)],
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for(server, port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"the corpus could not be served on port {port}")
