"""Git repositories made for tests, and what git itself says of one, read apart from our code."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BEGAN = 1_600_000_000
"""When the first commit is made, seconds since 1970: 2020-09-13."""
HOUR = 3600
FILE, LINK, SUBMODULE = "100644", "120000", "160000"


def git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    """Run git as tests do: with a configuration that no machine adds to."""
    return subprocess.run(
        ["git", "-C", str(folder), *arguments],
        input=data,
        check=True,
        capture_output=True,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": "/nonexistent",
        },
    ).stdout


@dataclass(slots=True)
class Repository:
    """A bare repository, written commit by commit.

    ``None`` deletes a path; a pair gives a mode other than a file's with the content.
    """

    folder: Path
    branch: str = "master"
    time: int = BEGAN
    commits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        git(self.folder, "init", "-q", "--bare", "-b", self.branch, ".")

    def commit(
        self,
        files: Mapping[Any, str | bytes | tuple[str, bytes] | None] | Mapping[str, str],
        *,
        at: int | None = None,
        parent: str | None = None,
        anew: bool = False,
        merge: str | None = None,
    ) -> str:
        """Make a commit; gives its id.

        :param at: its time; by default an hour after the last.
        :param parent: by default the newest; the branch is moved to the new one.
        :param anew: it has no parent.
        """
        self.time = at if at is not None else self.time + HOUR
        ref = f"refs/heads/{self.branch}"
        if parent is None and self.commits and not anew:
            parent = self.commits[-1]
        if parent is not None or anew:
            # fast-import leaves a branch alone that it would not move forward.
            subprocess.run(
                ["git", "-C", str(self.folder), "update-ref", "-d", ref],
                check=False,
                capture_output=True,
            )
        stream = b"commit %s\ncommitter t <t@example.org> %d +0000\ndata 1\nx\n" % (
            ref.encode(),
            self.time,
        )
        if parent is not None:
            stream += b"from %s\n" % parent.encode()
        if merge is not None:
            stream += b"merge %s\n" % merge.encode()
        for path, content in files.items():
            name = path.encode() if isinstance(path, str) else path
            quoted = b'"' + b"".join(b"\\%03o" % byte for byte in name) + b'"'
            if content is None:
                stream += b"D %s\n" % quoted
                continue
            mode, data = content if isinstance(content, tuple) else (FILE, content)
            body = data.encode() if isinstance(data, str) else data
            if mode == SUBMODULE:
                stream += b"M 160000 %s %s\n" % (body, quoted)
            else:
                stream += b"M %s inline %s\n" % (mode.encode(), quoted)
                stream += b"data %d\n%s\n" % (len(body), body)
        git(self.folder, "fast-import", "--quiet", "--force", data=stream)
        made = git(self.folder, "rev-parse", ref).decode().strip()
        self.commits.append(made)
        return made


@dataclass(frozen=True, slots=True)
class Told:
    """A state of a path, as ``git log --raw`` tells it."""

    commit: str
    time: int
    path: str
    blob: str
    deleted: bool


def history(folder: Path, commit: str = "HEAD") -> list[Told]:
    """Every change of every path, newest first, by ``git log --raw`` as people read it."""
    printed = git(
        *(folder, "-c", "core.quotePath=false", "log", "--raw", "--no-renames", "--no-abbrev"),
        *("--first-parent", "-m", "--format=commit %H %ct", commit),
    ).decode("utf-8", "surrogateescape")
    found: list[Told] = []
    head, time = "", 0
    for line in printed.split("\n"):
        if line.startswith("commit "):
            _, head, stamp = line.split(" ")
            time = int(stamp)
        elif line.startswith(":"):
            fields, _, path = line.partition("\t")
            _, _, _, blob, status = fields.split(" ")
            found.append(Told(head, time, path, blob, status.startswith("D")))
    return found


def tree(folder: Path, commit: str = "HEAD") -> dict[str, str]:
    """Blob ids by path, by ``git ls-tree``."""
    printed = git(folder, "-c", "core.quotePath=false", "ls-tree", "-r", commit)
    rows = (line.split("\t") for line in printed.decode().splitlines())
    return {path: head.split(" ")[2] for head, path in rows}


def last_changes(folder: Path, commit: str = "HEAD") -> dict[str, Told]:
    """Of each path of the tree, the change that it has been as it is since."""
    newest: dict[str, Told] = {}
    for told in history(folder, commit):
        newest.setdefault(told.path, told)
    return {path: told for path, told in newest.items() if not told.deleted}


def versions(folder: Path, commit: str = "HEAD") -> Counter[tuple[str, str]]:
    """``(path, commit)`` of every state that a path was ever in."""
    return Counter((told.path, told.commit) for told in history(folder, commit) if not told.deleted)
