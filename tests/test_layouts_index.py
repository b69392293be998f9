"""Index pages of the ``epoch`` layout: which rows are followed, which are not, and why."""

from __future__ import annotations

import pytest

from mirror.address import parse_mirror
from mirror.layouts import IndexPage, Page, read
from mirror.layouts.epoch import EpochLayout
from tests.epoch_pages import MIRROR, read_index

ROOT = """## 晚报

#### 村里 &nbsp;>&nbsp; [图书馆](indexes/ncid9001/README.md?03051200) &nbsp;| &nbsp; \
[桥梁](indexes/ncid9002/README.md?03051200)

#### 专题 &nbsp;>&nbsp; [姊妹](https://github.com/village/village-special/blob/master/README.md?03051200)
"""

CHANNEL = """### 图书馆
---
#### [【晚间】读书会[第二次]（下）](../../pages/ncid9001/n9000003.md?03051200)\x20
#### [雨后, 修桥](../../pages/ncid9001/n9000002.md?03051200?03051200)\x20
#### [热门视频](http://192.0.2.1:81/a.html?b?03051200)
#### [评论](../../../../../village-comment?03051200)
#### [首页](../../../..?03051200)
#### [坏](javascript:alert(1))
#### [雨后](../../pages/ncid9001/n9000002.md?03051201)\x20

---
#### 第 [ [7](./7.md?03051200) / [6](./6.md?03051200) / [5](./5.md?03051200) ] 页"""


def test_the_root_leads_to_channel_heads_and_skips_sisters() -> None:
    index = read_index(ROOT, "README.md")
    assert (index.kind, index.channel, index.title) == ("root", "", "晚报")
    assert [address.path for address in index.indexes] == [
        "indexes/ncid9001/README.md",
        "indexes/ncid9002/README.md",
    ]
    assert index.articles == ()
    assert [(row.reason, row.text) for row in index.skipped] == [("sister", "姊妹")]


def test_a_channel_leads_to_articles_once_each_and_to_older_pages() -> None:
    index = read_index(CHANNEL, "indexes/ncid9001/README.md")
    assert (index.kind, index.channel, index.title) == ("channel", "ncid9001", "图书馆")
    assert [address.path for address in index.articles] == [
        "pages/ncid9001/n9000003.md",
        "pages/ncid9001/n9000002.md",
    ]
    assert [address.path for address in index.indexes] == [
        f"indexes/ncid9001/{number}.md" for number in (7, 6, 5)
    ]


def test_rows_that_are_not_followed_say_why() -> None:
    index = read_index(CHANNEL, "indexes/ncid9001/README.md")
    assert [(row.text, row.reason) for row in index.skipped] == [
        ("热门视频", "foreign"),
        ("评论", "sister"),
        ("首页", "home"),
        ("坏", "invalid"),
    ]
    assert index.skipped[0].url == "http://192.0.2.1:81/a.html?b?03051200"


def test_a_page_does_not_lead_to_itself() -> None:
    index = read_index(CHANNEL, "indexes/ncid9001/7.md")
    assert "indexes/ncid9001/7.md" not in [address.path for address in index.indexes]


def test_windows_line_ends_change_nothing() -> None:
    index = read_index(CHANNEL.replace("\n", "\r\n"), "indexes/ncid9001/README.md")
    assert (len(index.articles), len(index.indexes), len(index.skipped)) == (2, 3, 4)


def test_a_plain_mirror_gives_the_same_pages() -> None:
    plain = parse_mirror("http://127.0.0.1:8099/base/")
    found = read(Page(plain.at("indexes/ncid9001/README.md"), CHANNEL.encode()))
    assert isinstance(found, IndexPage)
    forge = read_index(CHANNEL, "indexes/ncid9001/README.md")
    assert [a.path for a in found.articles] == [a.path for a in forge.articles]
    assert [row.reason for row in found.skipped] == [row.reason for row in forge.skipped]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("README.md", "### 晚报\n\nmoved to [here](https://github.com/other/news)\n"),
        ("indexes/365.md", "### 图书馆\n\n#### [甲](../pages/140/9001.md)\n"),
        ("indexes/a/README.md", "### 图书馆\n---\nno links\n"),
        ("pages/140/9001.md", "### 图书馆\n---\n#### [甲](../a.md)\n<div class='x'>\n甲</div>\n"),
    ],
)
def test_pages_of_other_families_are_not_claimed(path: str, source: str) -> None:
    assert EpochLayout().read(Page(MIRROR.at(path), source.encode())) is None
