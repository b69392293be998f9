"""Runs ``scrapy replay`` as a person does, and asks it over HTTP."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from mirror.replay.environment import default_environment
from tests.crawling import PROJECT, SCRAPY

if TYPE_CHECKING:
    from collections.abc import Mapping

START_SECONDS = 600
"""The first start builds pywb's environment."""
STOP_SECONDS = 30
ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over HTTP, as it came: redirects not followed, codings not undone."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class Replay:
    """A running ``scrapy replay`` of one collection, on a free port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.name = folder.name
        settings = ["-s", f"OUTPUT_DIR={folder.parent}", *environment_setting()]
        self._process = subprocess.Popen(
            [*SCRAPY, "replay", self.name, "--port", "0", *settings, *options],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = ""
        watch = threading.Timer(START_SECONDS, self._process.kill)
        watch.start()
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        watch.cancel()
        if not self.url:
            self.stop()
            raise AssertionError(f"scrapy replay did not start: {self.errors}")
        self._host = urlsplit(self.url).netloc

    @property
    def pid(self) -> int:
        return self._process.pid

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Answer:
        """Ask for a path, which is sent as it is."""
        connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
        try:
            # pywb undoes a coding that is not asked for; what was captured is wanted as it was.
            asked = {"Accept-Encoding": "gzip, deflate, br", **(headers or {})}
            connection.request(method, path, headers=asked)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def capture(self, stamp: str, url: str, modifier: str = "id_") -> Answer:
        """A capture of the collection, as it was by default."""
        return self.get(f"/{self.name}/{stamp}{modifier}/{url}")

    def original(self, stamp: str, url: str, modifier: str = "") -> Answer:
        """What answers for a publisher's address."""
        return self.get(f"/{self.name}-originals/{stamp}{modifier}/{url}")

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it with a signal; gives its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            _, errors = self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, errors = self._process.communicate()
            raise AssertionError(f"scrapy replay did not end: {errors}") from None
        self.errors += errors
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def environment_folder() -> Path:
    """Where pywb's environment is."""
    folder = os.environ.get("MIRROR_TESTS_REPLAY_ENVIRONMENT")
    return Path(folder) if folder else default_environment()


def environment_setting() -> list[str]:
    """Options that tell ``scrapy replay`` so."""
    return ["-s", f"REPLAY_ENVIRONMENT={environment_folder()}"]
