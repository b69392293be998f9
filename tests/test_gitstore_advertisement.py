"""The default branch, from a Git server's reference advertisement."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.gitstore.advertisement import (
    discovered_at,
    discovery_url,
    parse_advertisement,
    parse_listing,
    short_name,
)

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
    found = parse_advertisement(service + advertised)
    commit = git(tmp_path, "rev-parse", "HEAD").decode().strip()
    assert found.default == "refs/heads/feature/发布"
    assert found.refs == dict.fromkeys(
        ("refs/heads/feature/发布", "refs/heads/main", "refs/tags/v1"), commit
    ), "an annotated tag stands for its commit"
    assert parse_listing(git(tmp_path, "ls-remote", "--symref", ".")) == found


def test_a_reference_is_found_by_its_short_name(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "tag", "v1")
    found = parse_listing(git(tmp_path, "ls-remote", "--symref", "."))
    assert found.find(None) == found.find("main") == "refs/heads/main"
    assert found.find("v1") == "refs/tags/v1"
    assert found.find("v2") is None
    assert short_name("refs/heads/a/b") == "a/b"


def test_url_is_that_of_the_smart_protocol() -> None:
    assert discovery_url("https://example.org/o/r.git") == (
        "https://example.org/o/r.git/info/refs?service=git-upload-pack"
    )
    assert discovered_at(discovery_url("https://example.org/x")) == "https://example.org/x"
    assert discovered_at("https://example.org/login") is None


@pytest.mark.parametrize("data", [b"", b"<html>", b"0000", b"00ff short", b"0003", b"zzzz"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"(?i)git"):
        parse_advertisement(data)


@given(st.binary())
def test_no_answer_raises_anything_but_value_error(data: bytes) -> None:
    try:
        parse_advertisement(data)
    except ValueError:
        return
