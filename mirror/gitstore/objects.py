"""Blobs of a repository, read many at a time and never beyond a bound."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from mirror.gitstore.process import GitError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from mirror.gitstore.process import Git


_AT_ONCE = 256


class MissingObject(Exception):
    """The repository does not have an object that it names."""


class ObjectTooLarge(Exception):
    """A blob is larger than may be read."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content."""

    id: str
    data: bytes


class BlobReader:
    """Reads blobs by their ids, in the order in which they are asked for.

    Two processes of ``git cat-file``: one tells how large a blob is, and only of those that are
    within the bound the other gives the content: a process that was asked for a blob takes it
    into memory whatever its size.

    :param most: bytes of a blob.
    """

    def __init__(self, git: Git, most: int) -> None:
        self._git = git
        self._most = most
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        start = self._git.start
        self._sizes = await self._stack.enter_async_context(
            start("cat-file", "--batch-check", unfinished=True)
        )
        self._contents = await self._stack.enter_async_context(
            start("cat-file", "--batch", unfinished=True)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def read(
        self, ids: Sequence[str]
    ) -> AsyncIterator[Blob | MissingObject | ObjectTooLarge]:
        """The blobs of some ids in their order, each or why it cannot be had. Not for two callers
        at once, and to be taken to its end.

        :raises GitError: git has ended.
        """
        # What is asked for at once has to fit into the pipes: git answers while it is asked.
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            sizes = await self._read_sizes(some)
            await _ask(
                self._contents,
                [each for each, size in zip(some, sizes, strict=True) if isinstance(size, int)],
            )
            for object_id, size in zip(some, sizes, strict=True):
                yield await self._content(object_id) if isinstance(size, int) else size

    async def _read_sizes(self, ids: Sequence[str]) -> list[int | MissingObject | ObjectTooLarge]:
        await _ask(self._sizes, ids)
        assert self._sizes.stdout is not None
        found: list[int | MissingObject | ObjectTooLarge] = []
        for object_id in ids:
            kind, size = _head(object_id, await _line(self._sizes.stdout))
            if kind != "blob":
                found.append(MissingObject(f"object {object_id} is {kind or 'missing'}"))
            elif size > self._most:
                found.append(ObjectTooLarge(f"too large: {size} bytes"))
            else:
                found.append(size)
        return found

    async def _content(self, object_id: str) -> Blob | MissingObject:
        stream = self._contents.stdout
        assert stream is not None
        kind, size = _head(object_id, await _line(stream))
        if kind != "blob" or size > self._most:
            return MissingObject(f"object {object_id} is {kind or 'missing'}")
        try:
            data = await stream.readexactly(size + 1)
        except asyncio.IncompleteReadError as error:
            raise GitError(f"git cat-file ended within {object_id}") from error
        return Blob(object_id, data[:-1])


async def _ask(process: asyncio.subprocess.Process, ids: Sequence[str]) -> None:
    if not ids:
        return
    assert process.stdin is not None
    process.stdin.write("".join(f"{object_id}\n" for object_id in ids).encode("ascii"))
    try:
        await process.stdin.drain()
    except ConnectionError as error:
        raise GitError("git cat-file has ended") from error


async def _line(stream: asyncio.StreamReader) -> bytes:
    line = await stream.readline()
    if not line.endswith(b"\n"):
        raise GitError("git cat-file has ended")
    return line


def _head(object_id: str, line: bytes) -> tuple[str, int]:
    """Kind and size of an object; no kind where there is none."""
    name, _, rest = line.decode("ascii", "replace").rstrip("\n").partition(" ")
    if name != object_id:
        raise GitError("git cat-file answers what it was not asked")
    kind, _, size = rest.partition(" ")
    return (kind, int(size)) if size.isdigit() else ("", 0)
