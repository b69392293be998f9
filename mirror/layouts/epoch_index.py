"""Index pages of the ``epoch`` family: the root and the numbered pages of its channels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mirror.layouts.characters import heading, one_line, visible
from mirror.layouts.pages import IndexPage, Skipped, SkipReason

if TYPE_CHECKING:
    from mirror.address import Address, Target
    from mirror.layouts.pages import Page

_TITLE = re.compile(r"\A\s*#{1,6}[ \t]+(\S[^\n]*)")
_RULE = re.compile(r"\s*^-{3,}\s*$", re.MULTILINE)
# A row of a channel is one link to the end of its line: titles hold brackets of every kind.
_ROW = re.compile(r"^\s*#{1,6}\s*\[(.*)\]\(([^\s]*)\)\s*$")
_LINK = re.compile(r"\[((?:[^\[\]\n]++|\[[^\[\]\n]*+\]){0,200}+)\]\(\s*+([^\s()]*+)[^()\n]*+\)")
# 第 [ [12](./12.md) / … ] 页: the older pages of a channel.
_PAGER = re.compile(r"[\s#]*第\s*\[")
_HTML = re.compile(r"^[ \t]*+<(?:div|p|span|table)\b", re.IGNORECASE | re.MULTILINE)

_REASONS: dict[str, SkipReason] = {
    "home": "home",
    "sister": "sister",
    "outside": "foreign",
    "invalid": "invalid",
}


@dataclass(slots=True)
class _Rows:
    """The links of an index page, sorted by what they lead to."""

    page: Page
    articles: dict[str, Address] = field(default_factory=dict)
    indexes: dict[str, Address] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    numbered: dict[int, Address] = field(default_factory=dict)
    """Pages that the pager names by their number, this one included."""

    def add(self, text: str, href: str, pager: bool) -> None:
        target = self.page.address.join(href)
        address = target.address
        if target.kind != "page" or address is None or not address.path.endswith(".md"):
            self.skipped.append(_skipped(text, href, target))
        elif pager or _is_head(address):
            if pager and (number := _number(address)) is not None:
                self.numbered[number] = address
            if address.path != self.page.address.path:
                self.indexes.setdefault(address.path, address)
        else:
            self.articles.setdefault(address.path, address)

    def older(self) -> tuple[Address, ...]:
        """The pages before the newest: 1 is the oldest, and only the newest ever changes.

        Links lead backwards only, so that the highest number on a page is its own at least.
        """
        if (own := _number(self.page.address)) is not None:
            self.numbered[own] = self.page.address
        newest = max(self.numbered, default=0)
        return tuple(address for number, address in self.numbered.items() if number < newest)


def read_index(page: Page, source: str, layout: str) -> IndexPage | None:
    """The index page, or ``None`` when it is none of this family.

    The root is a README at the top that links to READMEs in folders; a channel's page has a rule
    under its title, and is the page of a folder.
    """
    title = _TITLE.match(source)
    if title is None or _HTML.search(source):
        return None
    rows = _Rows(page)
    for line in source[title.end() :].split("\n"):
        _read_line(rows, line)
    folder = page.address.path.rpartition("/")[0]
    kind: Literal["root", "channel"] = "channel" if folder else "root"
    if kind == "root" and not rows.indexes:
        return None
    if kind == "channel" and not (
        _RULE.match(source, title.end()) and (rows.articles or rows.indexes)
    ):
        return None
    return IndexPage(
        layout=layout,
        kind=kind,
        channel=folder.rpartition("/")[2],
        title=heading(title[1]),
        articles=tuple(rows.articles.values()),
        indexes=tuple(rows.indexes.values()),
        skipped=tuple(rows.skipped),
        older=rows.older() if kind == "channel" else (),
    )


def _read_line(rows: _Rows, line: str) -> None:
    if "](" not in line:
        return
    row = _ROW.match(line) if line.count("](") == 1 else None
    if row is not None:
        rows.add(row[1], row[2], pager=False)
        return
    pager = _PAGER.match(line) is not None
    for link in _LINK.finditer(line):
        rows.add(link[1], link[2], pager)


def _number(address: Address) -> int | None:
    """The number of a channel's page, as its file is called: ``12.md``."""
    stem = address.path.rpartition("/")[2].removesuffix(".md")
    return int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 10 else None


def _is_head(address: Address) -> bool:
    """Whether a page is the newest one of a folder, which forges show as the folder itself."""
    return address.path.rpartition("/")[2].lower() == "readme.md"


def _skipped(text: str, href: str, target: Target) -> Skipped:
    reason = _REASONS.get(target.kind, "invalid")
    return Skipped(href, reason, target.url, one_line(visible(text)))
