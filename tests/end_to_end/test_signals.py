"""A signal ends a run in order; a second one ends it now; neither loses anything."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.crawling import PROJECT, SCRAPY, crawl, crawl_arguments, scrapy
from tests.grown_mirror import GrownMirror
from tests.path_server import PathServer, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    GrownMirror({"ncid9001": 40}).write(tmp_path / "site")
    return tmp_path / "site"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_second_signal_ends_a_run_that_waits(
    signum: signal.Signals, site: Path, tmp_path: Path
) -> None:
    let_go = threading.Event()

    def hang() -> Iterator[bytes]:
        let_go.wait(60)
        yield b""

    answers = {
        f"/{path.relative_to(site)}": page(path.read_text("utf-8")) for path in site.rglob("*.md")
    }
    hung = sorted(path for path in answers if path.startswith("/pages/"))[7]
    whole = answers[hung]
    with PathServer({**answers, hung: hang}) as server:
        output = tmp_path / "output"
        arguments = crawl_arguments(output, {"mirror": server.url, "collection": "test"})
        with subprocess.Popen(
            [*SCRAPY, *arguments], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: hung in server.asked and len(server.asked) > 40)
            process.send_signal(signum)
            time.sleep(1)
            assert process.poll() is None, "what is in flight is finished"
            process.send_signal(signum)
            began = time.monotonic()
            _, log = process.communicate(timeout=30)
            assert time.monotonic() - began < 15
        let_go.set()
        assert process.returncode == 128 + signum, log
        port = server.port
    with PathServer({**answers, hung: whole}, port=port) as server:
        finished = crawl(output, mirror=server.url)
    assert finished.status == 0, finished.output
    pages = [item["url"] for item in finished.items]
    assert len(pages) == len(set(pages)) == 40
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={output}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in a minute")
