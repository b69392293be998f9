"""A running replay for a whole module: to start one takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.replaying import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], Replay]]:
    """Starts replays, any number of them; all end with the module."""
    running: list[Replay] = []

    def start(folder: Path) -> Replay:
        replay = Replay(folder)
        running.append(replay)
        return replay

    yield start
    for replay in running:
        replay.stop()
