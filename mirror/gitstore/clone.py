"""A bare repository on disk that follows one branch of a remote."""

from __future__ import annotations

import asyncio
import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.gitstore.process import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_WATCH_SECONDS = 0.5
_HEAD = "refs/mirror/head"
"""What was fetched last. No other reference is kept: the objects stay all the same, since nothing
is ever pruned."""
_PACKS = 40
"""Packs, one a fetch, after which they are made one; none of their objects is left out."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch came to."""

    commit: str
    shallow: bool
    """The history that the remote has is cut off; what came before is not to be had."""


class Clone:
    """A bare repository that holds what was fetched.

    It is a copy of what the remote has, and can be made anew: one that is damaged is removed.

    :param git: on its folder, which is made on the first fetch.
    """

    def __init__(self, git: Git) -> None:
        assert git.folder is not None
        self.git = git
        self.folder = git.folder

    async def fetch(
        self,
        remote: str,
        ref: str,
        *,
        enough_room: Callable[[], str] = lambda: "",
        on_progress: Callable[[str], None] | None = None,
    ) -> Fetched:
        """Bring what `ref` of `remote` names, with its history.

        :param ref: full name of a reference, or a commit.
        :param enough_room: asked while it goes on; what it says, if anything, ends it.
        :param on_progress: is told what git says of its progress.
        :raises GitError: it cannot be had.
        :raises OSError: there is not enough room.
        """
        await self._prepare()
        arguments = [
            *("fetch", "--quiet" if on_progress is None else "--progress", "--force"),
            *("--no-tags", "--no-write-fetch-head", "--update-shallow", "--no-auto-maintenance"),
            *("--", remote, f"+{ref}:{_HEAD}"),
        ]
        async with self.git.start(*arguments, on_message=on_progress) as process:
            ended = asyncio.ensure_future(process.wait())
            while not (await asyncio.wait({ended}, timeout=_WATCH_SECONDS))[0]:
                if reason := enough_room():
                    raise OSError(reason)
        return Fetched(
            await self._resolve(f"{_HEAD}^{{commit}}"),
            await self.git.run("rev-parse", "--is-shallow-repository") == b"true\n",
        )

    async def _prepare(self) -> None:
        if not self.is_there:
            # --template=: no hooks, no info/attributes.
            await Git().run("init", "--quiet", "--bare", "--template=", "--", str(self.folder))
        for lock in (*self.folder.glob("*.lock"), *self.folder.glob("refs/**/*.lock")):
            # Of a fetch that was killed: the collection's lock keeps any other away.
            lock.unlink(missing_ok=True)

    async def tidy(self) -> None:
        """Make one pack of many; nothing is lost by that.

        :raises GitError: it cannot be done.
        """
        packs = sum(1 for _ in self.folder.glob("objects/pack/*.pack"))
        if packs >= _PACKS:
            logger.info("Making one pack of the %d of %s", packs, self.folder)
            # What no reference leads to any more is kept: rewritten history stays readable.
            await self.git.run("repack", "-q", "-a", "-d", "--keep-unreachable")
        for partial in self.folder.glob("objects/pack/tmp_*"):
            partial.unlink(missing_ok=True)

    @property
    def is_there(self) -> bool:
        return (self.folder / "HEAD").exists()

    async def is_whole(self) -> bool:
        """Whether every object of what was fetched last can be found."""
        try:
            await self.git.run("rev-list", "--objects", "--quiet", _HEAD)
        except GitError:
            return False
        return True

    def remove(self) -> None:
        """Remove the repository, to be fetched anew."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _resolve(self, name: str) -> str:
        """The object that a name stands for.

        :raises GitError: there is none.
        """
        printed = await self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return printed.decode("ascii").strip()

    async def time_of(self, commit: str) -> int:
        """The committer's time of a commit, seconds since 1970."""
        printed = await self.git.run("log", "-1", "--format=%ct", "--end-of-options", commit, "--")
        return int(printed)

    async def has(self, commit: str) -> bool:
        """Whether a commit is there."""
        try:
            await self.git.run("cat-file", "-e", f"{commit}^{{commit}}")
        except GitError:
            return False
        return True

    async def follows(self, commit: str, earlier: str) -> bool:
        """Whether a commit has an earlier one in its history: it was not rewritten since."""
        try:
            await self.git.run("merge-base", "--is-ancestor", earlier, commit)
        except GitError:
            return False
        return True

    async def common(self, commit: str, other: str) -> str | None:
        """The commit at which two histories part; ``None`` where they have none in common."""
        try:
            printed = await self.git.run("merge-base", commit, other)
        except GitError:
            return None
        return printed.decode("ascii").strip() or None
