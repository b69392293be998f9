"""What each forge calls its views: the one place that knows their URLs.

==========  ==============================================  =======================================
forge       raw                                             blob, tree
==========  ==============================================  =======================================
GitHub      raw.githubusercontent.com/O/R/REF/P             /O/R/blob/REF/P, /O/R/tree/REF/P
GitLab      /G/…/R/-/raw/REF/P                              /G/…/R/-/blob/REF/P, …/-/tree/REF/P
Gitee       /O/R/raw/REF/P                                  /O/R/blob/REF/P, /O/R/tree/REF/P
Gitea       /O/R/raw/KIND/REF/P                             /O/R/src/KIND/REF/P for both
Bitbucket   /O/R/raw/REF/P                                  /O/R/src/REF/P for both
==========  ==============================================  =======================================

``HEAD`` stands for the default branch; on Gitea and Forgejo since 1.21, as ``branch/HEAD``
(go-gitea/gitea#27384); that Gitee takes it is not verified. Gitee redirects its raw views to
raw.giteeusercontent.com, same path. A slash in a ref stays a slash, but for Bitbucket, whose
routes take one segment; it does not serve such refs under their names at all (BCLOUD-9969), only
their commits. Owners and repositories are compared without case, as all of them do.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from mirror.address.paths import ENCODED_SLASH

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Forge(StrEnum):
    """A kind of Git host with a web face; PLAIN is a web server that has the files alone."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEE = "gitee"
    GITEA = "gitea"
    """Codeberg and every other Gitea or Forgejo."""
    BITBUCKET = "bitbucket"
    PLAIN = "plain"


GITHUB_BASE = "https://github.com"
_GITHUB_RAW = "https://raw.githubusercontent.com"
_GITEE_BASE = "https://gitee.com"
_GITEE_RAW = "https://raw.giteeusercontent.com"

_HOSTS: dict[str, Forge] = {
    "github.com": Forge.GITHUB,
    "gitlab.com": Forge.GITLAB,
    "gitee.com": Forge.GITEE,
    "codeberg.org": Forge.GITEA,
    "gitea.com": Forge.GITEA,
    "bitbucket.org": Forge.BITBUCKET,
}
# A host that says what it runs: gitlab.example.org.
_LABELS = {"gitlab": Forge.GITLAB, "gitea": Forge.GITEA, "forgejo": Forge.GITEA}

VIEWS: dict[Forge, frozenset[str]] = {
    Forge.GITHUB: frozenset({"raw", "blob", "tree", "blame", "edit"}),
    Forge.GITLAB: frozenset({"raw", "blob", "tree", "blame", "edit"}),
    Forge.GITEE: frozenset({"raw", "blob", "tree", "blame", "edit"}),
    Forge.GITEA: frozenset({"raw", "src", "blame", "media"}),
    Forge.BITBUCKET: frozenset({"raw", "src"}),
}
"""The first word of a view after the repository's home; in GitLab's case after ``-``."""
REPOSITORY_PAGES = frozenset(
    {"-", "raw", "blob", "tree", "src", "blame", "media", "commit", "commits", "branches", "tags"}
    | {"issues", "pulls", "merge_requests", "wiki", "wikis", "releases", "activity", "actions"}
)
"""Names under a repository's home that are the forge's own."""
_GITEA_KINDS = {"branch": "refs/heads/", "tag": "refs/tags/", "commit": ""}
# Hexadecimal of full length, or short with a letter and a digit: 20240101 is rather a branch.
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|(?=.*[a-f])(?=.*[0-9])[0-9a-f]{7,39}")


class View(NamedTuple):
    """What follows a repository's home in a URL, read as a view of some path."""

    ref: str | None
    path: list[str]


class Prefixes(NamedTuple):
    """What stands before the encoded path in each view; each ends in a slash."""

    raw: str
    blob: str
    tree: str


def forge_of(origin: str) -> Forge | None:
    """Name the forge at `origin` as far as its host tells it."""
    host = origin.partition("://")[2]
    if forge := _HOSTS.get(host):
        return forge
    return next((_LABELS[label] for label in host.split(".") if label in _LABELS), None)


def web_space(origin: str, segments: list[str]) -> tuple[str, list[str]]:
    """Give the forge's own origin and path for a URL on one of its further hosts.

    ``www.``, ``http:`` and the hosts of raw views are other doors to the same space:
    ``raw.githubusercontent.com/O/R/REF/P`` is ``github.com/O/R/raw/REF/P``.
    """
    host = origin.partition("://")[2].removeprefix("www.")
    if host in _HOSTS:
        return f"https://{host}", segments
    if host in ("raw.githubusercontent.com", "raw.github.com"):
        return GITHUB_BASE, [*segments[:2], "raw", *segments[2:]]
    if host == "raw.giteeusercontent.com":
        return _GITEE_BASE, segments
    return origin, segments


def raw_origins(forge: Forge, base: str) -> frozenset[str]:
    """Name the origins that a forge sends raw pages from, redirects included."""
    if forge is Forge.GITHUB and base == GITHUB_BASE:
        return frozenset({_GITHUB_RAW})
    if base == _GITEE_BASE:
        return frozenset({base, _GITEE_RAW})
    return frozenset({base})


def prefixes(forge: Forge, home: str, ref: str | None) -> Prefixes:
    """Write the views of one repository (`home` is its URL) at one ref."""
    if forge is Forge.GITEA:
        kind, name = _gitea_kind(ref or "HEAD")
        at = f"{kind}/{quote(name, safe='/')}"
    else:
        at = quote(ref or "HEAD", safe="" if forge is Forge.BITBUCKET else "/")
    if forge in (Forge.GITEA, Forge.BITBUCKET):
        return Prefixes(f"{home}/raw/{at}/", f"{home}/src/{at}/", f"{home}/src/{at}/")
    if forge is Forge.GITLAB:
        home = f"{home}/-"
    raw = f"{home}/raw/{at}/"
    if forge is Forge.GITHUB and home.startswith(f"{GITHUB_BASE}/"):
        raw = f"{_GITHUB_RAW}{home.removeprefix(GITHUB_BASE)}/{at}/"
    return Prefixes(raw, f"{home}/blob/{at}/", f"{home}/tree/{at}/")


def blob_levels(forge: Forge) -> tuple[str, ...]:
    """Name the levels between a repository's home and the ref in its blob view."""
    if forge is Forge.GITLAB:
        return ("-", "blob")
    if forge is Forge.GITEA:
        return ("src", "branch")
    return ("src",) if forge is Forge.BITBUCKET else ("blob",)


def split_repository(forge: Forge | None, segments: list[str]) -> tuple[Forge, int] | None:
    """Find the forge and the number of segments that name the repository (owner included).

    With no `forge` known from the host, only paths that give themselves away count: ``/-/blob/``
    and ``/src/branch/``.
    """
    if forge in (None, Forge.GITLAB):
        words = VIEWS[Forge.GITLAB]
        for at in range(2, len(segments)):
            if segments[at] == "-" and (forge or words.intersection(segments[at + 1 : at + 2])):
                return Forge.GITLAB, at
    if forge is None:
        for at in range(2, len(segments) - 1):
            if segments[at] in ("src", "raw") and segments[at + 1] in _GITEA_KINDS:
                return Forge.GITEA, at
        return None
    if len(segments) < 2:
        return None
    if forge is Forge.GITLAB:  # views before GitLab 12 had no "-"
        legacy = (at for at in range(2, len(segments)) if segments[at] in VIEWS[forge])
        return forge, next(legacy, len(segments))
    return forge, 2


def read_view(forge: Forge, rest: Sequence[str], refs: Collection[str]) -> View | None:
    """Read what follows the repository's home; ``None`` for issues, a wiki and the like.

    `refs` are the refs known to exist, for those that hold slashes: the longest that fits wins,
    else one segment is the ref. No ref at all and ``HEAD`` are both ``None``.
    """
    if forge is Forge.GITLAB and rest[:1] == ["-"]:
        rest = rest[1:]
    if not rest:
        return View(None, [])
    if rest[0] not in VIEWS[forge]:
        return None
    tail = list(rest[1:])
    prefix = ""
    if forge is Forge.GITEA and tail and tail[0] in _GITEA_KINDS:
        prefix = _GITEA_KINDS[tail.pop(0)]
    elif len(tail) > 2 and tail[0] == "refs" and tail[1] in ("heads", "tags"):
        prefix = f"refs/{tail[1]}/"
        del tail[:2]
    if not tail:
        return View(None, [])
    count = max((_fits(bare(ref), tail) for ref in refs), default=0) or 1
    name = "/".join(tail[:count]).replace(ENCODED_SLASH, "/")
    return View(canonical_ref(forge, prefix + name), tail[count:])


def _fits(ref: str, tail: list[str]) -> int:
    names = ref.split("/")
    return len(names) if tail[: len(names)] == names else 0


def bare(ref: str) -> str:
    """Drop ``refs/heads/`` or ``refs/tags/``."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


def canonical_ref(forge: Forge, ref: str) -> str | None:
    """Give the one spelling of a ref: short, and ``None`` for ``HEAD``.

    Gitea's URLs name the kind of a ref. There the full name stays where the short one would be
    taken for another kind: ``refs/tags/v1``, or a branch that looks like a commit.
    """
    name = bare(ref)
    if name == "HEAD":
        return None
    if forge is Forge.GITEA and _gitea_kind(ref) != _gitea_kind(name):
        return ref
    return name


def _gitea_kind(ref: str) -> tuple[str, str]:
    if ref.startswith("refs/tags/"):
        return "tag", bare(ref)
    if ref.startswith("refs/heads/"):
        return "branch", bare(ref)
    return ("commit" if _COMMIT.fullmatch(ref) else "branch"), ref
