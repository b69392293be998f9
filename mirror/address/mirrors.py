"""A mirror, the address of one of its pages, and what a link on that page leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mirror.address import forges
from mirror.address.forges import Forge
from mirror.address.paths import encode, encode_as_found, normalise, walk
from mirror.address.references import parse_reference
from mirror.address.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Collection

TargetKind = Literal["page", "home", "sister", "outside", "invalid"]

# The links that mirrors are full of: `../../pages/a/b.md?123`, `./3.md`, `../../../..?n1`. They
# need no decoding, and everything else may take its time.
_ORDINARY = re.compile(
    r"(?:\./)?((?:\.\./)*)(?:(\.\.)|(\w[\w.~-]*(?:/\w[\w.~-]*)*))(\?[!\"$-~]*)?", re.ASCII
)
_REPOSITORY = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]+")
# Levels above the root of the tree, as GitHub has them: blob, repository, owner.
_BLOB, _HOME, _OWNER = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to."""

    kind: TargetKind
    """``page`` of this mirror, its ``home``, a ``sister`` (the home or any page of another
    repository of the same owner), some page ``outside``, or ``invalid``: nothing to fetch."""
    url: str
    """Of a page its raw view; of a sister its home, ``""`` on a plain mirror, where that cannot be
    known; the absolute URL outside. Without the fragment; ``""`` when invalid."""
    address: Address | None = None
    """Of a ``page``, else ``None``."""
    name: str = ""
    """Of a sister: ``owner/repo``, on a plain mirror the name of the repository alone."""
    fragment: str = ""
    """What follows ``#``, percent-encoded."""


_INVALID = Target("invalid", "")


@dataclass(frozen=True, slots=True)
class Mirror:
    """A repository on a forge at one ref, or a plain web server that has the same files.

    Made by :func:`mirror.address.parse_mirror`; the fields are taken as they are.
    """

    forge: Forge = field(hash=False)
    base: str
    """``scheme://host[:port]``, lower-case, default port dropped; of a plain mirror the URL under
    which the paths are, ending in ``/``."""
    owner: str = ""
    """May hold ``/``, for GitLab's subgroups; ``""`` on a plain mirror."""
    repo: str = ""
    """Without ``.git``."""
    ref: str | None = None
    """Branch, tag or commit, decoded; ``None`` while the default branch is not resolved."""
    _views: forges.Prefixes = field(init=False, repr=False, compare=False)
    _home: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.forge is Forge.PLAIN:
            views = forges.Prefixes(self.base, self.base, self.base)
            walked = walk(self.base.split("/", 3)[3])
            home = tuple(walked[1]) if walked else ()
        else:
            views = forges.prefixes(self.forge, self.home_url, self.ref)
            home = (*self.owner.lower().split("/"), self.repo.lower())
        object.__setattr__(self, "_views", views)
        object.__setattr__(self, "_home", home)

    @property
    def name(self) -> str:
        """Host and path of the home, no slash at the end: ``github.com/owner/repo``."""
        return self.home_url.partition("://")[2].rstrip("/")

    @property
    def slug(self) -> str:
        """The default name of a collection, ``host-owner-repo``, safe as a file name.

        Like the home, it does not depend on the ref.
        """
        return slug(self.name if self.forge is Forge.PLAIN else self.name.lower())

    @property
    def home_url(self) -> str:
        """The page that a reader of the mirror starts from: the repository, or the base URL."""
        if self.forge is Forge.PLAIN:
            return self.base
        return f"{self.base}/{encode(self.owner)}/{encode(self.repo)}"

    @property
    def git_url(self) -> str | None:
        """What ``git clone`` takes; ``None`` for a plain mirror."""
        return None if self.forge is Forge.PLAIN else f"{self.home_url}.git"

    @property
    def raw_origins(self) -> frozenset[str]:
        """Origins (``scheme://host[:port]``) that pages are fetched from, redirects included."""
        return forges.raw_origins(self.forge, self._origin)

    @property
    def _origin(self) -> str:
        return "/".join(self.base.split("/", 3)[:3])

    def with_ref(self, ref: str) -> Mirror:
        """Give the same mirror at `ref`; ``HEAD`` is the default branch, not resolved.

        Raises ValueError for what cannot be a ref, and on a plain mirror, which has none.
        """
        if self.forge is Forge.PLAIN:
            msg = f"a plain mirror has no refs: {self.name}"
            raise ValueError(msg)
        if not ref.isprintable() or any(part in ("", ".", "..") for part in ref.split("/")):
            msg = f"not a ref: {ref!r}"
            raise ValueError(msg)
        return replace(self, ref=forges.canonical_ref(self.forge, ref))

    def at(self, path: str) -> Address:
        """Give the address of a decoded repository path; ``""`` is the root.

        Raises ValueError when the path climbs above the root, holds a NUL, or has lone
        surrogates that stand for no byte.
        """
        return Address(self, normalise(path))

    def find(self, url: str, refs: Collection[str] = ()) -> Address | None:
        """Give the page of this mirror that any view of it names; the root for its home.

        ``None`` for everything else: another ref, a relative URL, any text that is no URL. `refs`
        are further refs known to exist, for those that hold slashes. Never raises.
        """
        reference = parse_reference(url)
        walked = walk(reference.path) if reference and reference.origin else None
        if reference is None or walked is None:
            return None
        return self._find(reference.origin, walked[1], refs)

    def _find(self, origin: str, segments: list[str], refs: Collection[str] = ()) -> Address | None:
        """Find the page that the decoded path `segments` at `origin` names."""
        count = len(self._home)
        if self.forge is Forge.PLAIN:
            if origin != self._origin or tuple(segments[:count]) != self._home:
                return None
            return Address(self, "/".join(segments[count:]))
        base, segments = forges.web_space(origin, segments)
        home = [segment.lower() for segment in segments[:count]]
        home[-1:] = [name.removesuffix(".git") for name in home[-1:]]
        if base != self.base or tuple(home) != self._home:
            return None
        known = [*refs, self.ref] if self.ref else refs
        view = forges.read_view(self.forge, segments[count:], known)
        if view is None or view.ref not in (None, self.ref):
            return None
        return Address(self, "/".join(view.path))

    def _find_sister(self, origin: str, segments: list[str]) -> Target | None:
        """Find the other repository of the same owner that a URL of the forge lies in."""
        base, segments = forges.web_space(origin, segments)
        depth = len(self._home) - 1
        owner = tuple(segment.lower() for segment in segments[:depth])
        if self.forge is Forge.PLAIN or base != self.base or owner != self._home[:depth]:
            return None
        name = _repository_name(segments[depth : depth + 1])
        return self._sister(name) if name.lower() not in ("", self._home[-1]) else None

    def _sister(self, name: str) -> Target:
        if self.forge is Forge.PLAIN:
            return Target("sister", "", name=name)
        url = f"{self.base}/{encode(self.owner)}/{name}"
        return Target("sister", url, name=f"{self.owner}/{name}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where one page of a mirror lives. Made by :meth:`Mirror.at`."""

    mirror: Mirror
    path: str
    """Decoded: UTF-8 with ``surrogateescape``; no slash at either end, ``""`` is the root."""

    @property
    def url(self) -> str:
        """The raw view, which is what is captured: the one URL of this page, without a query."""
        return self.mirror._views.raw + encode(self.path)

    @property
    def page_url(self) -> str:
        """The blob view, where a reader sees the page; the tree view of the root."""
        return self.mirror._views.blob + encode(self.path) if self.path else self.tree_url

    @property
    def tree_url(self) -> str:
        """The tree view of the path as a folder."""
        return self.mirror._views.tree + encode(self.path)

    def join(self, href: str) -> Target:
        """Say what a link on this page leads to; accepts any text, never raises.

        A link is read where it was written to be read, in the forge's blob view: one that climbs
        out of the tree leads to the repository's home or to a sister (MIRRORS.md, "Layout
        epoch"). The query is dropped from pages, where it only busts caches, and kept outside.
        """
        ordinary = _ORDINARY.fullmatch(href)
        if ordinary is None:
            return self._join_any(href)
        climb, last, name, query = ordinary.groups()
        up = len(climb) // 3 + (last is not None)
        folder = self.path.split("/")[:-1]
        if up > len(folder):
            return self._leave(up - len(folder), name.split("/") if name else [], query or "")
        if up:
            del folder[-up:]
        if name:
            folder.append(name)
        return self._stay("/".join(folder))

    def _join_any(self, href: str) -> Target:
        mirror = self.mirror
        reference = parse_reference(href, mirror.base.partition(":")[0])
        if reference is None:
            return _INVALID
        rooted = reference.origin or reference.path.startswith("/")
        folder = [] if rooted else self.path.split("/")[:-1]
        walked = walk(reference.path, folder)
        if walked is None:
            return _INVALID
        climbed, segments = walked
        if rooted:
            origin = reference.origin or mirror._origin
            outside = origin + encode_as_found(reference.path or "/")
            target = self._go(origin, segments, outside, reference.query)
        elif climbed:
            target = self._leave(climbed, segments, reference.query)
        else:
            target = self._stay("/".join(segments) if reference.path else self.path)
        if reference.fragment and target.url:
            return replace(target, fragment=encode_as_found(reference.fragment))
        return target

    def _stay(self, path: str) -> Target:
        """Lead to a path of the tree."""
        if not path:
            return Target("home", self.mirror.home_url)
        address = Address(self.mirror, path)
        return Target("page", address.url, address)

    def _go(self, origin: str, segments: list[str], outside: str, query: str) -> Target:
        """Lead to an absolute URL; `outside` is its spelling where it is not of this mirror."""
        if page := self.mirror._find(origin, segments):
            return self._stay(page.path)
        if sister := self.mirror._find_sister(origin, segments):
            return sister
        return Target("outside", outside + encode_as_found(query))

    def _leave(self, climbed: int, rest: list[str], query: str) -> Target:
        """Lead to `rest`, `climbed` levels above the root of the tree in the blob view."""
        mirror = self.mirror
        if mirror.forge is Forge.PLAIN:
            return self._leave_plain(climbed, rest)
        levels = forges.blob_levels(mirror.forge)
        owner = len(("repository", *levels, "ref"))
        name = _repository_name(rest[:1])
        if climbed == _OWNER and name and name not in forges.REPOSITORY_PAGES:
            # The same tree is pushed to several forges, with links that climb as on GitHub. Where
            # a view has more levels they end in the repository, but no page there has that name.
            climbed = owner
        # Every article has links of these two kinds; the rest of the way would tell the same.
        if climbed < owner and not rest:
            return self._stay("")
        if climbed == owner and name.lower() not in ("", mirror._home[-1]):
            return mirror._sister(name)
        # A ref counts as one level whatever slashes it holds: pages are written for such a ref.
        blob = [*mirror.owner.split("/"), mirror.repo, *levels, mirror.ref or "HEAD"]
        segments = blob[: max(0, len(blob) - climbed)] + rest
        outside = f"{mirror.base}/{encode('/'.join(segments))}"
        return self._go(mirror.base, segments, outside, query)

    def _leave_plain(self, climbed: int, rest: list[str]) -> Target:
        """Do the same where the tree lies in an imaginary ``OWNER/REPO/blob/REF/``.

        A plain mirror has one state, so whatever ref a link names is taken for it. The names of
        its owner and repository are not known: beyond sisters nothing can be told.
        """
        if climbed == _HOME and rest and rest[0] in forges.VIEWS[Forge.GITHUB]:
            climbed, rest = _BLOB, rest[1:]
        if climbed == _BLOB:
            return self._stay("/".join(rest[1:]))
        if climbed == _HOME and not rest:
            return self._stay("")
        name = _repository_name(rest[:1]) if climbed == _OWNER else ""
        return self.mirror._sister(name) if name else _INVALID


def _repository_name(segment: list[str]) -> str:
    """Check the one segment that should name a repository; ``""`` if it is none."""
    name = segment[0].removesuffix(".git") if segment else ""
    return name if _REPOSITORY.fullmatch(name) else ""
