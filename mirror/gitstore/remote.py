"""Where a repository can be fetched from, and what a remote says it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mirror.gitstore.advertisement import Advertised, parse_listing
from mirror.gitstore.process import Git

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)(::|://)")
_SSH = re.compile(r"[^/@:\s]+@[^/:\s]+:")
_FETCHED = ("http", "https", "git")
_MOST_REFS = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Remote:
    """What git is told to fetch from."""

    url: str
    """Of a local repository its absolute path."""
    is_local: bool

    @property
    def is_http(self) -> bool:
        return self.url.startswith(("http://", "https://"))


def remote_of(text: str) -> Remote:
    """The remote that an operator names by a URL or a path.

    :raises ValueError: it is nothing that may be fetched from; the message is for the operator.
    """
    text = text.strip()
    scheme = _SCHEME.match(text)
    if scheme is None:
        if _SSH.match(text):
            raise ValueError("ssh is not used, which has keys; give the repository's https:// URL")
        return _local(Path(text).expanduser())
    name = scheme[1].lower()
    if scheme[2] == "::" or name not in (*_FETCHED, "file"):
        raise ValueError(
            f"git does not fetch over {scheme[1]!r} here: use https, http, git or a local path"
        )
    if name == "file":
        return _local(Path("/" + text[scheme.end() :].removeprefix("localhost").lstrip("/")))
    if not text.isprintable() or " " in text:
        raise ValueError("not a URL")
    return Remote(f"{name}://{text[scheme.end() :]}", is_local=False)


def _local(path: Path) -> Remote:
    if not any((path / name / "objects").is_dir() for name in ("", ".git")):
        raise ValueError(f"there is no repository at {path}")
    return Remote(str(path.resolve()), is_local=True)


async def list_remote(git: Git, remote: Remote) -> Advertised:
    """Ask a remote for its references.

    :raises GitError: it cannot be asked.
    """
    printed = await git.run("ls-remote", "--symref", "--", remote.url, most=_MOST_REFS)
    return parse_listing(printed)


def origin_of(remote: Remote) -> str:
    """The URL that a local repository was cloned from, as its configuration says; ``""`` if none.

    That one value is read and nothing else of it: it is no part of how git runs here.
    """
    folder = Path(remote.url)
    config = next((c for c in (folder / ".git" / "config", folder / "config") if c.is_file()), None)
    if config is None:
        return ""
    printed = Git().run_at_once(
        *("config", "--file", str(config), "--no-includes"),
        *("--default", "", "--get", "remote.origin.url"),
    )
    return printed.decode("utf-8", "replace").strip()
