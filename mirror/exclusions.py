"""What must not be shown any more: the exclusion list of a collection.

The archive stays whole; whoever hands articles on asks an :class:`Exclusions` first. One entry a
line: the address of a page (any view of it), the publisher's address, or an article's id. ``*`` at
the end stands for anything that follows. Lines that begin with ``#`` are comments.

Addresses are compared without scheme, ``www.``, default port, fragment and trailing slash, and
however they are percent-encoded: an entry that is copied from a browser has to work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FILE_NAME = "exclude.txt"
"""Of the list in a collection's own folder."""

_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_HOST_NOISE = re.compile(r"^www\.|:(?:80|443)$")
_CUT_ESCAPE = re.compile(r"%[0-9A-Fa-f]?$")
_SAFE = "/?&=:@+,;!$'()*~"


class ExclusionError(ValueError):
    """A list cannot be read, or an entry would not do what its writer means."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is excluded; an empty one excludes nothing."""

    ids: frozenset[str] = frozenset()
    id_prefixes: tuple[str, ...] = ()
    urls: frozenset[str] = frozenset()
    """In the form in which addresses are compared."""
    url_prefixes: tuple[str, ...] = ()

    def excludes(
        self,
        *,
        url: str,
        page_url: str = "",
        original_url: str = "",
        id: str = "",  # noqa: A002
    ) -> bool:
        """Whether an article is excluded, by any of its names."""
        return (
            id in self.ids
            or id.startswith(self.id_prefixes)
            or any(self.excludes_url(each) for each in (url, page_url, original_url) if each)
        )

    def excludes_url(self, url: str) -> bool:
        """Whether an address is on the list: that of a page, or the publisher's."""
        if not self.urls and not self.url_prefixes:
            return False
        key = address_key(url)
        return key.rstrip("/") in self.urls or key.startswith(self.url_prefixes)


def parse(text: str, name: str = FILE_NAME) -> Exclusions:
    """The entries of a list.

    :param name: of the list, for messages.
    :raises ExclusionError: an entry would exclude everything.
    """
    ids: set[str] = set()
    urls: set[str] = set()
    id_prefixes: set[str] = set()
    url_prefixes: set[str] = set()
    for number, line in _entries(text):
        entry = line.rstrip("*").rstrip()
        open_end = line.endswith("*")
        is_url = "/" in entry
        key = address_key(_CUT_ESCAPE.sub("", entry) if open_end else entry) if is_url else entry
        if not key.strip("/"):
            raise ExclusionError(f"{name}: line {number} would exclude everything")
        if open_end:
            (url_prefixes if is_url else id_prefixes).add(key)
        elif is_url:
            # A page's own address has no query; a copied link to it may have a cache-buster.
            urls.update({key.rstrip("/"), key.partition("?")[0].rstrip("/")})
        else:
            ids.add(key)
    return Exclusions(
        frozenset(ids), tuple(sorted(id_prefixes)), frozenset(urls), tuple(sorted(url_prefixes))
    )


def read(paths: Iterable[Path]) -> Exclusions:
    """The entries of several lists together.

    :raises ExclusionError: a list cannot be read, or see :func:`parse`.
    """
    lists = [parse(_text(path), str(path)) for path in paths]
    return Exclusions(
        frozenset().union(*(each.ids for each in lists)),
        tuple(sorted({prefix for each in lists for prefix in each.id_prefixes})),
        frozenset().union(*(each.urls for each in lists)),
        tuple(sorted({prefix for each in lists for prefix in each.url_prefixes})),
    )


def of_collection(folder: Path, further: Iterable[Path] = ()) -> Exclusions:
    """The list in a collection's folder, if it has one, together with further ones.

    :raises ExclusionError: see :func:`read`.
    """
    own = folder / FILE_NAME
    # A link that leads nowhere is no missing list: reading it fails, and that has to be told.
    return read([*([own] if own.exists() or own.is_symlink() else []), *further])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise ExclusionError(f"the exclusion list {path} cannot be read: {error}") from error


def _entries(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        entry = line.strip().strip("\ufeff")
        if entry and not entry.startswith("#"):
            yield number, entry


def address_key(url: str) -> str:
    """An address in the form in which two are compared: equal for all spellings of one."""
    rest = _SCHEME.sub("", url.strip().partition("#")[0], count=1)
    host, slash, path = rest.partition("/")
    host = host.lower()
    for _ in range(2):
        host = _HOST_NOISE.sub("", host)
    return host + slash + quote(unquote_to_bytes(path.encode("utf-8", "replace")), safe=_SAFE)
