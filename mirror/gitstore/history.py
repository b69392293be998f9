"""The history of a branch, commit by commit, and the tree that it has come to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirror.gitstore.process import GitError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from mirror.gitstore.process import Git

_MARK = b"\x01"
_READ = 256 * 1024
_HEADER = re.compile(rb"\x01([0-9a-f]{40,64}) (-?\d+)")
_RAW = re.compile(rb":(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*")

FILE = ("100644", "100755", "100664")
LINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one path."""

    path: bytes
    blob: str
    """Of the new state; of a deletion zeros."""
    mode: str
    """Of the new state: ``100644``, ``120000`` a symbolic link, ``160000`` a submodule; of a
    deletion ``000000``."""

    @property
    def deleted(self) -> bool:
        return self.mode == "000000"


@dataclass(slots=True)
class Commit:
    """A commit on the first-parent line of a branch, with all that it changed there."""

    id: str
    time: int
    """Of the committer, seconds since 1970, as the commit says: it may be forged."""
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A path of a tree."""

    path: bytes
    blob: str
    mode: str


async def changes(git: Git, newest: str, after: str | None = None) -> AsyncIterator[Commit]:
    """The commits of a branch from its newest back to its first, each against its first parent.

    The first parent is what the branch was before: a merge counts as one step, with all that it
    brought, so that the states are those that a reader of the branch has seen.

    :param after: a commit; those that it has in its own history are left out.
    :raises GitError: the history cannot be read.
    """
    arguments = [
        *("log", "--first-parent", "--diff-merges=first-parent", "--raw", "-z", "--no-abbrev"),
        *("--no-renames", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes"),
        *("--no-decorate", "--root", "--format=%x01%H %ct", "--end-of-options"),
        *((f"{after}..{newest}",) if after else (newest,)),
        "--",
    ]
    async with git.start(*arguments) as process:
        assert process.stdout is not None
        commit: Commit | None = None
        parts = _Parts(process.stdout)
        while (part := await parts.next()) is not None:
            # Between the head of a commit and its first change stands a line end.
            part = part.lstrip(b"\n")
            if part.startswith(_MARK):
                if commit is not None:
                    yield commit
                commit = _commit(part)
            elif part.startswith(b":") and commit is not None:
                path = await parts.next()
                if path is None:
                    raise GitError("git log ends within a change")
                commit.changes.append(_change(part, path))
            elif part:
                raise GitError("git log prints what is no change")
        if commit is not None:
            yield commit


async def differences(git: Git, before: str, after: str) -> AsyncIterator[Change]:
    """Every path whose state in one commit is another than in an earlier one.

    :raises GitError: they cannot be read.
    """
    arguments = [
        *("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"),
        *("--no-textconv", "--end-of-options", before, after, "--"),
    ]
    async with git.start(*arguments) as process:
        assert process.stdout is not None
        parts = _Parts(process.stdout)
        while (part := await parts.next()) is not None:
            path = await parts.next()
            if path is None:
                raise GitError("git diff-tree ends within a change")
            yield _change(part, path)


async def tree(git: Git, commit: str) -> AsyncIterator[Entry]:
    """Every path of a commit's tree, in Git's order.

    :raises GitError: the tree cannot be read.
    """
    arguments = ("ls-tree", "-r", "-z", "--full-tree", commit)
    async with git.start(*arguments) as process:
        assert process.stdout is not None
        parts = _Parts(process.stdout)
        while (part := await parts.next()) is not None:
            head, tab, path = part.partition(b"\t")
            mode, _, rest = head.decode("ascii", "replace").partition(" ")
            if not tab:
                raise GitError("git ls-tree prints what is no entry")
            yield Entry(path, rest.rpartition(" ")[2], mode)


class _Parts:
    """The parts of a stream that end in NUL."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self._parts: list[bytes] = []
        self._rest = b""

    async def next(self) -> bytes | None:
        """The next part; ``None`` at the end of the stream."""
        while not self._parts:
            chunk = await self._stream.read(_READ)
            if not chunk:
                rest, self._rest = self._rest, b""
                return rest or None
            *found, self._rest = (self._rest + chunk).split(b"\0")
            found.reverse()
            self._parts = found
        return self._parts.pop()


def _commit(part: bytes) -> Commit:
    found = _HEADER.fullmatch(part)
    if found is None:
        raise GitError("git log prints what is no commit")
    return Commit(found[1].decode("ascii"), int(found[2]))


def _change(part: bytes, path: bytes) -> Change:
    found = _RAW.fullmatch(part)
    if found is None:
        raise GitError("git log prints what is no change")
    return Change(path, found[4].decode("ascii"), found[2].decode("ascii"))
