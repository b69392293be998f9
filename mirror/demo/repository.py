"""The embedded demo mirror as a Git repository with a little past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.demo.server import CHANGED, demo_site, read_site
from mirror.gitstore import Git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ADDRESS = "https://demo.invalid/mirror/"
"""Under which the pages of that repository are known: it is served nowhere (RFC 2606 §2)."""
_HOURS = 3600


def make_repository(folder: Path) -> None:
    """Make the repository, bare; the same commits whenever it is made.

    Three of them: the articles of the first channel, those of all, and one that edits a title.

    :raises GitError: git cannot make it.
    """
    files = {path: page.body for path, page in read_site(demo_site()).items()}
    del files["robots.txt"]
    articles = sorted(path for path in files if path.startswith("pages/"))
    edited = articles[0]
    before = files[edited].replace(b"### ", "### （更新前）".encode(), 1)
    first = {path: data for path, data in files.items() if "ncid9002" not in path}
    rest = {path: data for path, data in files.items() if path not in first}
    began = int(CHANGED.timestamp())
    git = Git(folder)
    Git().run_at_once("init", "--quiet", "--bare", "--template=", "-b", "master", "--", str(folder))
    stream = b"".join(
        (
            _commit(began, {**first, edited: before}),
            _commit(began + 4 * _HOURS, rest),
            _commit(began + 8 * _HOURS, {edited: files[edited]}),
        )
    )
    git.run_at_once("fast-import", "--quiet", data=stream)


def _commit(time: int, files: Mapping[str, bytes]) -> bytes:
    """A commit on top of the one before, for ``git fast-import``."""
    head = f"commit refs/heads/master\ncommitter demo <demo@demo.invalid> {time} +0000\n"
    parts = [head.encode(), b"data 0\n\n"]
    for path, data in sorted(files.items()):
        parts += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
    return b"".join(parts)
