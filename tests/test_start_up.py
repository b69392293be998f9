"""Scrapy imports every command to find the one that is asked for: none may bring much with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT_AND_TELL = """
import sys
from scrapy.utils.misc import walk_modules
walk_modules("mirror.commands")
print(*sys.modules)
"""
SLOW = {
    "aiohttp",
    "mirror.capture",
    "mirror.derived.derive",
    "mirror.extensions.run",
    "mirror.layouts",
    "mirror.packing",
    "mirror.recovery",
    "mirror.spiders",
    "mirror.verification.verifier",
    "pyarrow",
    "surt",
}
"""What takes between a fiftieth and half a second, and only one command or another needs."""


def test_commands_bring_nothing_slow() -> None:
    command = [sys.executable, "-c", IMPORT_AND_TELL]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "mirror.commands.wacz" in loaded
    assert loaded & SLOW == set()


@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_is_slow_is_called_by_its_name(name: str) -> None:
    __import__(name)
