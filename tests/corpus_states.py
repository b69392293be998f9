"""States of a real mirror, one after another, without unpacking all of it for each."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_DELETED = "D"


def states(repository: Path, count: int) -> list[str]:
    """The newest `count` commits of a mirror, oldest first."""
    listed = _git(repository, "rev-list", "--first-parent", f"--max-count={count}", "HEAD")
    return listed.decode().split()[::-1]


def tree_of(repository: Path, commit: str) -> Path:
    """Where ``serve-mirror`` looks for the tree of a commit before it unpacks it."""
    return repository.with_name(f"{repository.stem}-{commit[:12]}")


def advance(repository: Path, before: str, after: str, new: Path, *, keep: bool) -> None:
    """Make the tree of a commit out of that of its first parent, as ``serve-mirror`` would unpack
    it: each file dated by the last commit that changed it.

    :param new: where it comes to be.
    :param keep: the tree of `before` is not ours to change.
    """
    old, making = tree_of(repository, before), new.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    if keep:
        # Links to the same files: none of them is written to, all that changes is made anew.
        shutil.copytree(old, making, copy_function=os.link)
    else:
        old.rename(making)
    parts = _git(
        repository, "diff-tree", "-r", "-z", "--no-renames", "--name-status", before, after
    )
    words = parts.decode().split("\0")[:-1]
    changes = dict(zip(words[1::2], words[::2], strict=True))
    for path in changes:
        (making / path).unlink(missing_ok=True)
    changed = [path for path, status in changes.items() if status != _DELETED]
    packed = _git(repository, "--literal-pathspecs", "archive", after, "--", *changed)
    subprocess.run(["tar", "-x", "-C", making], input=packed, check=True)
    time = int(_git(repository, "show", "-s", "--format=%ct", after))
    for path in changed:
        os.utime(making / path, (time, time))
    making.rename(new)


def differing(one: Path, other: Path, folder: str) -> list[str]:
    """Paths of files below a folder that are not the same, or not as old, in two trees."""
    return sorted({str(path) for path, *_ in _files(one, folder) ^ _files(other, folder)})


def _files(tree: Path, folder: str) -> set[tuple[Path, bytes, int]]:
    return {
        (path.relative_to(tree), path.read_bytes(), int(path.stat().st_mtime))
        for path in (tree / folder).rglob("*")
        if path.is_file()
    }


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", repository, *arguments], capture_output=True, check=True
    ).stdout
