"""A mirror that grows: any number of articles, in the grammar of the ``epoch`` layout.

What a reader of its files would say is there to be asked too, by code that shares nothing with the
layouts: which articles there are, and which pages a walk over the links meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.epoch_pages import article_source

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 30
"""Rows of an index page; the newest is filled up with rows of the one before it."""
PAGER = 8
"""Links of an index page to itself and those before it."""


@dataclass(frozen=True, slots=True)
class GrownMirror:
    """One state of the mirror.

    :ivar sizes: number of articles by the name of their channel.
    :ivar stamp: the cache-buster of every link, which says nothing to readers.
    """

    sizes: dict[str, int]
    stamp: str = "03051200"

    @property
    def articles(self) -> set[str]:
        """Paths of all articles."""
        return {
            f"pages/{channel}/{_name(n)}.md"
            for channel, size in self.sizes.items()
            for n in range(size)
        }

    @property
    def indexes(self) -> set[str]:
        """Paths of the root and of every channel's pages."""
        return {"README.md"} | {
            f"indexes/{channel}/{name}.md"
            for channel, size in self.sizes.items()
            for name in ("README", *map(str, range(1, _pages(size) + 1)))
        }

    def write(self, root: Path) -> None:
        """Make the files under `root` those of this state; what is as it should be is left."""
        for path, text in self.files().items():
            target = root / path
            data = text.encode()
            if not target.exists() or target.read_bytes() != data:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

    def files(self) -> dict[str, str]:
        """Every file of this state by its path."""
        heads = "".join(
            f"#### 村里 &nbsp;>&nbsp; [{channel}](indexes/{channel}/README.md?{self.stamp})\n\n"
            for channel in self.sizes
        )
        files = [("README.md", f"## 晚报\n\n{heads}")]
        for channel, size in self.sizes.items():
            files += [(f"pages/{channel}/{_name(n)}.md", _article(channel, n)) for n in range(size)]
            for page in range(1, _pages(size) + 1):
                text = self._index(channel, size, page)
                files.append((f"indexes/{channel}/{page}.md", text))
            files.append((f"indexes/{channel}/README.md", text))
        return dict(files)

    def _index(self, channel: str, size: int, page: int) -> str:
        # A page that is full stays as it is; the newest takes the newest, however many.
        last = min(size, page * ROWS)
        first = max(0, last - ROWS)
        # Links of a page that is done were written when it was the newest.
        stamp = self.stamp if page == _pages(size) else "01010000"
        rows = "".join(
            f"#### [{_title(channel, n)}](../../pages/{channel}/{_name(n)}.md?{stamp}) \n"
            for n in reversed(range(first, last))
        )
        numbers = range(page, max(0, page - PAGER), -1)
        pager = " / ".join(f"[{number}](./{number}.md?{stamp})" for number in numbers)
        return f"### {channel}报\n---\n{rows}\n---\n#### 第 [ {pager} ] 页\n"


def _pages(size: int) -> int:
    return max(1, -(-size // ROWS))


def _name(number: int) -> str:
    return f"n{9_100_000 + number}"


def _title(channel: str, number: int) -> str:
    return f"第{number}号村报：{channel}的新桥"


def _article(channel: str, number: int) -> str:
    body = (
        "<p>\n  【大纪元2024年03月05日讯】（大纪元记者林小河报导）"
        f"{channel}的第{number}座桥开通。\n </p>"
        f"\n <p>\n  {'石匠们修了很久。' * (number % 40 + 1)}\n </p>"
        "\n <p>\n  责任编辑：周水#\n </p>"
    )
    original = f"https://www.epochtimes.com/gb/24/3/5/{_name(number)}.htm"
    return article_source(body, title=_title(channel, number), featured="", original=original)
