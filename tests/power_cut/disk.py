"""What a power cut leaves on a disk, from a journal of what was done to it.

A model of what POSIX promises and no more: what was written is there after ``fsync`` of the file,
and a name after ``fsync`` of its folder. Of everything else any part may be there, in any order:
whole writes, or their first sectors. Names come and go in the order of the calls, up to some point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Call:
    """One entry of the journal."""

    op: str
    path: str
    second: str
    offset: int
    data: bytes


def read_journal(path: Path) -> list[Call]:
    calls = []
    with path.open("rb") as file:
        while head := file.readline():
            op, first, second, offset, length = head.decode().split()
            calls.append(
                Call(
                    op,
                    file.read(int(first)).decode(),
                    file.read(int(second)).decode(),
                    int(offset),
                    file.read(int(length)),
                )
            )
    return calls


@dataclass(slots=True)
class _File:
    """One file, whatever it is called: what is on disk, and what is on its way there."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        for call in self.pending:
            _apply(self.safe, call)
        self.pending.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        content = bytearray(self.safe)
        for call in self.pending:
            fate = chance.random()
            if fate < 0.4:
                _apply(content, call)
            elif fate < 0.6 and call.op == "write" and len(call.data) > SECTOR:
                kept = chance.randrange(len(call.data) // SECTOR) * SECTOR
                _apply(content, Call("write", "", "", call.offset, call.data[:kept]))
        return bytes(content)


class Disk:
    """The files below one folder, as calls change them."""

    def __init__(self) -> None:
        self._now: dict[str, _File] = {}
        self._safe: dict[str, _File] = {}
        self._names: list[tuple[str, str, _File | None]] = []
        """Changes of names that no folder was synced after: folder, path, what it names now."""

    def carry_out(self, call: Call) -> None:
        match call.op:
            case "create":
                self._now[call.path] = _File()
                self._name(call.path, self._now[call.path])
            case "write" | "truncate":
                if call.path in self._now:
                    self._now[call.path].pending.append(call)
            case "sync" if call.path in self._now:
                self._now[call.path].sync()
            case "sync":
                self._sync_folder(call.path)
            case "rename" if call.path in self._now:
                file = self._now.pop(call.path)
                self._now[call.second] = file
                self._name(call.second, file)
                self._name(call.path, None)
            case "unlink":
                self._now.pop(call.path, None)
                self._name(call.path, None)

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Files and what is in them, as they are found when the power is back."""
        names = dict(self._safe)
        changes = list(self._names)
        for _, path, file in changes[: chance.randint(0, len(changes))]:
            _rename(names, path, file)
        return {path: file.after_cut(chance) for path, file in names.items()}

    def _name(self, path: str, file: _File | None) -> None:
        self._names.append((str(Path(path).parent), path, file))

    def _sync_folder(self, folder: str) -> None:
        left = []
        for change in self._names:
            if change[0] == folder:
                _rename(self._safe, change[1], change[2])
            else:
                left.append(change)
        self._names = left


def _rename(names: dict[str, _File], path: str, file: _File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _apply(content: bytearray, call: Call) -> None:
    if call.op == "truncate":
        del content[call.offset :]
        content.extend(bytes(call.offset - len(content)))
        return
    content.extend(bytes(max(0, call.offset - len(content))))
    content[call.offset : call.offset + len(call.data)] = call.data
