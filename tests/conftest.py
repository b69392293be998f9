"""What tests share: the real mirrors, a server for them, and the rule that nothing is skipped.

``MIRROR_TESTS_NO_SKIP=1`` turns every skip into a failure where the real mirrors are at hand, or
``CI=true`` says that they should be. ``MIRROR_PROVE=1`` makes every property search longer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = SHARED / "corpus"
SERVE_MIRROR = SHARED / "bin" / "serve-mirror"
MIRRORS = ("epoch-news", "mh-news")

NO_SKIP = os.environ.get("MIRROR_TESTS_NO_SKIP") == "1" and (
    CORPUS.is_dir() or os.environ.get("CI") == "true"
)

UNPACK_SECONDS = 600
START_SECONDS = 30

# No deadline: two workers share two cores, and a slow example is no wrong one. On CI the examples
# are the same each time; what a developer's random ones find becomes an explicit @example.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("prove", settings.get_profile("default"), max_examples=5_000)
settings.load_profile("prove" if os.environ.get("MIRROR_PROVE") == "1" else "default")


# --- nothing is skipped where everything is at hand ----------------------------------------------


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(MIRROR_TESTS_NO_SKIP=1: a skipped test is a failed one)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


# --- the real mirrors ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Folder of the real mirrors' Git bundles, ``<name>.bundle``."""
    missing = [name for name in MIRRORS if not (CORPUS / f"{name}.bundle").is_file()]
    if missing:
        pytest.skip(f"no bundle of {', '.join(missing)} in {CORPUS}")
    return CORPUS


@dataclass(slots=True)
class MirrorServer:
    """One state of a real mirror, served by nginx on loopback.

    :ivar url: where its pages' paths start, ``http://127.0.0.1:PORT/``.
    :ivar root: the unpacked tree that is served. Every test shares it: read only.
    :ivar log: nginx's access log, one line a request, written once the answer is out.
    """

    url: str
    root: Path
    log: Path
    _process: subprocess.Popen[bytes] = field(repr=False)

    def stop(self) -> None:
        """Stop serving; harmless when it has stopped already."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ServeMirror(Protocol):
    def __call__(self, name: str, commit: str = "HEAD", port: int = 0, /) -> MirrorServer:
        """Start serving mirror ``name`` as it was at ``commit``; returns once it answers."""


@pytest.fixture(scope="session")
def serve_mirror(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeMirror]:
    """Servers for real mirrors, any number of them; all are stopped when the session ends."""
    environment = _environment()
    if shutil.which("nginx", path=environment["PATH"]) is None:
        pytest.skip("no nginx on this machine (Debian: apt-get install nginx-light)")
    servers: list[MirrorServer] = []

    def serve(name: str, commit: str = "HEAD", port: int = 0, /) -> MirrorServer:
        folder = tmp_path_factory.mktemp(f"serve-{name}")
        with _one_at_a_time():
            server = _start(name, commit, port, folder, environment)
        servers.append(server)
        return server

    yield serve
    for server in servers:
        server.stop()


def _environment() -> dict[str, str]:
    # Debian keeps nginx where only root's PATH looks.
    return {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin"}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Among all test processes: unpacking is not safe twice at once, nor is picking a port."""
    path = Path(tempfile.gettempdir()) / f"mirror-tests-serve-{os.getuid()}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(
    name: str, commit: str, port: int, folder: Path, environment: dict[str, str]
) -> MirrorServer:
    command = [sys.executable, str(SERVE_MIRROR), name, "--commit", commit]
    unpacked = subprocess.run(
        [*command, "--prepare"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=UNPACK_SECONDS,
        check=False,
    )
    if unpacked.returncode:
        pytest.fail(f"{name} at {commit} cannot be unpacked: {unpacked.stderr}")
    port = port or _free_port()
    log, output = folder / "access.log", folder / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--log", str(log)],
            env={**environment, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    server = MirrorServer(
        f"http://127.0.0.1:{port}/", Path(unpacked.stdout.strip()), log, _process=process
    )
    deadline = time.monotonic() + START_SECONDS
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            pytest.fail(f"{name} is not served on port {port}: {output.read_text()}")
        time.sleep(0.02)
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    # A bare connection leaves no line in the access log.
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()
