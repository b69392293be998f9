"""The collection that the tests of ``scrapy verify`` damage copies of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.test_verify.damage import make_collection


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of two runs that nobody may change."""
    return make_collection(tmp_path_factory.mktemp("output"))


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(whole, tmp_path / whole.name))
