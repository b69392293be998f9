"""Index pages of the ``minghui`` family: the root, further pages of links, and channels.

A channel is one page, ``indexes/NAME.md``: the newest 61 articles, no pages before it. Its name is
that of the file. Banners stand between the rows, and further indexes are named by relative or by
absolute links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirror.address import parse
from mirror.layouts.characters import heading, one_line, visible
from mirror.layouts.pages import IndexPage, Skipped, SkipReason

if TYPE_CHECKING:
    from mirror.address import Address, Mirror, Target
    from mirror.layouts.pages import Page

_TITLE = re.compile(r"\A\s*#{1,6}[ \t]+([^\s\[][^\n\[]*)$", re.MULTILINE)
_EPOCH_TITLE = re.compile(r"\A\s*+#{1,6}[ \t][^\n]*+\n\s*+---+[^\S\n]*+$", re.MULTILINE)
_HEADING = re.compile(r"^[^\S\n]*#{1,6}[^\n]*\]\([^\n]*$", re.MULTILINE)
# A row is one link to the end of its line: titles hold brackets of every kind.
_ROW = re.compile(r"^\s*#{1,6}\s*\[(.*)\]\(([^\s]*)\)\s*$")
_LINK = re.compile(r"\[((?:[^\[\]\n]++|\[[^\[\]\n]*+\]){0,200}+)\]\(\s*+([^\s()]*+)[^()\n]*+\)")
_HTML = re.compile(r"^[ \t]*+<(?:div|p|span|table)\b", re.IGNORECASE | re.MULTILINE)
_ABSOLUTE = re.compile(r"\]\(\s*+(https?://[^\s()?#]+\.md)")

_INDEXES = "indexes"
"""The folder of the channels' index pages."""
_HEAD = "readme.md"
_REASONS: dict[str, SkipReason] = {"home": "home", "sister": "sister", "invalid": "invalid"}


@dataclass(slots=True)
class _Rows:
    """The links of an index page, sorted by what they lead to."""

    page: Page
    own: Mirror | None
    articles: dict[str, Address] = field(default_factory=dict)
    indexes: dict[str, Address] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    recognised: bool = False
    """An article or a channel of this family is among them."""

    def add(self, text: str, href: str) -> None:
        target = self.page.address.join(href)
        address = self._address(target)
        if address is None or not address.path.endswith(".md"):
            self._skip(text, href, target, _REASONS.get(target.kind, "foreign"))
        elif is_index(address) or _file(address).lower() == _HEAD:
            # A README in a folder is a channel of another family, which can share the mirror.
            self.recognised |= is_index(address) and "/" in address.path
            if address.path != self.page.address.path:
                self.indexes.setdefault(address.path, address)
        elif is_article(address):
            self.recognised = True
            self.articles.setdefault(address.path, address)
        else:
            self._skip(text, href, target, "foreign")

    def _address(self, target: Target) -> Address | None:
        """The page of this mirror that a link leads to."""
        if target.address is None and target.kind == "outside" and self.own is not None:
            found = self.own.find(target.url)
            return self.page.address.mirror.at(found.path) if found and found.path else None
        return target.address

    def _skip(self, text: str, href: str, target: Target, reason: SkipReason) -> None:
        self.skipped.append(Skipped(href, reason, target.url, one_line(visible(text))))


def read_index(page: Page, layout: str) -> IndexPage | None:
    """The index page, or ``None`` when it is none of this family.

    Such a page stands at the top or in the folder of the indexes, and has a heading that links to
    an article or a channel. Nothing but the README at the top is the root.
    """
    if not is_index(page.address):
        return None
    source = page.body.decode("utf-8", "replace").removeprefix("\ufeff")
    if _EPOCH_TITLE.match(source) or _HTML.search(source):
        return None
    rows = _Rows(page, _own_repository(page, source))
    for line in _HEADING.findall(source):
        _read_line(rows, line)
    if not rows.recognised:
        return None
    title = _TITLE.match(source)
    root = page.address.path.lower() == _HEAD
    return IndexPage(
        layout=layout,
        kind="root" if root else "channel",
        channel="" if root else _file(page.address).removesuffix(".md"),
        title=heading(title[1]) if title else "",
        articles=tuple(rows.articles.values()),
        indexes=tuple(rows.indexes.values()),
        skipped=tuple(rows.skipped),
    )


def is_index(address: Address) -> bool:
    """Whether a page stands where this family has its index pages."""
    folder = address.path.rpartition("/")[0]
    return folder.rpartition("/")[2] in ("", _INDEXES)


def is_article(address: Address) -> bool:
    """Whether a page stands where articles do: in the folder of a channel, in one for all."""
    return address.path.count("/") >= 2


def _read_line(rows: _Rows, line: str) -> None:
    row = _ROW.match(line) if line.count("](") == 1 else None
    if row is not None:
        rows.add(row[1], row[2])
        return
    for link in _LINK.finditer(line):
        rows.add(link[1], link[2])


def _own_repository(page: Page, source: str) -> Mirror | None:
    """The repository on a forge that a plain mirror is a copy of, where the page betrays it.

    It does when exactly one repository's page of the very same path is linked from it. A README
    proves nothing: every repository has one.
    """
    path = page.address.path
    if page.address.mirror.git_url is not None or path.lower() == _HEAD:
        return None
    found = set()
    for url in _ABSOLUTE.findall(source):
        if url.rpartition("/")[2] != path.rpartition("/")[2]:
            continue
        try:
            address = parse(url)
        except ValueError:
            continue
        if address.path == path:
            found.add(address.mirror)
    return found.pop() if len(found) == 1 else None


def _file(address: Address) -> str:
    return address.path.rpartition("/")[2]
