"""pywb's own environment: as locked, whole or built again, and not in the way of anything."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mirror.replay import environment
from mirror.replay.environment import NoReplay, python_of
from tests.crawling import PROJECT
from tests.replaying import environment_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_environment_holds_what_the_lock_says() -> None:
    python = python_of(environment_folder())
    lock = (PROJECT / "requirements" / "replay.txt").read_bytes()
    assert (python.parents[1] / "lock.txt").read_bytes() == lock
    done = subprocess.run(
        [python, "-I", "-c", "import importlib.metadata as m; print(m.version('pywb'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"pywb=={done.stdout.strip()} ".encode() in lock


def test_every_file_in_the_lock_has_a_hash() -> None:
    text = (PROJECT / "requirements" / "replay.txt").read_text("utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(pinned) > 20
    blocks = text.replace("\\\n", "").splitlines()
    assert all("--hash=sha256:" in line for line in blocks if "==" in line and line[0] not in " #")


def test_complete_environment_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_build", lambda *_: pytest.fail("built again"))
    folder = tmp_path / "venv"
    folder.mkdir()
    (folder / "lock.txt").write_bytes((PROJECT / "requirements" / "replay.txt").read_bytes())
    assert python_of(folder) == folder / "bin" / "python"


@pytest.mark.parametrize("copy", [None, b"an older lock"])
def test_unfinished_or_older_environment_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy: bytes | None
) -> None:
    built = []
    monkeypatch.setattr(environment, "_build", lambda folder, _: built.append(folder))
    folder = tmp_path / "venv"
    folder.mkdir()
    if copy is not None:
        (folder / "lock.txt").write_bytes(copy)
    python_of(folder)
    assert built == [folder]


def test_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("work of years", "utf-8")
    with pytest.raises(NoReplay, match="is no virtual environment"):
        python_of(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_without_a_package_index_the_way_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(NoReplay, match="the next try begins again"):
        python_of(tmp_path / "venv")
    assert not (tmp_path / "venv" / "lock.txt").exists()
