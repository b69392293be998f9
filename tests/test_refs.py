"""The default branch, from a Git server's reference advertisement."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.spiders.refs import discovery_url, parse_refs

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> bytes:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True
    ).stdout


def test_default_branch_is_what_git_itself_advertises(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "feature/发布")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "branch", "main")
    git(tmp_path, "tag", "-a", "v1", "-m", "v1")
    advertised = git(tmp_path, "upload-pack", "--http-backend-info-refs", ".")
    service = b"001e# service=git-upload-pack\n0000"
    refs = parse_refs(service + advertised)
    assert refs.default == "feature/发布"
    assert refs.names == {"feature/发布", "main", "v1"}


def test_url_is_that_of_the_smart_protocol() -> None:
    assert discovery_url("https://example.org/o/r.git") == (
        "https://example.org/o/r.git/info/refs?service=git-upload-pack"
    )


@pytest.mark.parametrize("data", [b"", b"<html>", b"0000", b"00ff short", b"0003", b"zzzz"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"(?i)git"):
        parse_refs(data)


@given(st.binary())
def test_no_answer_raises_anything_but_value_error(data: bytes) -> None:
    try:
        parse_refs(data)
    except ValueError:
        return
