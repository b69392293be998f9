"""Index pages of the ``minghui`` layout: the root, further pages of links, and channels."""

from __future__ import annotations

import pytest

from mirror.address import parse_mirror
from mirror.layouts import Page, Unknown, read
from tests.minghui_pages import HOME, MIRROR, read_index

ROOT = """
### 村外的窗

####  [桥梁](indexes/365.md?t=07210801) &nbsp;|&nbsp;  [稻田](indexes/328.md?t=07210801) &nbsp;|\x20
####  [评论](indexes/19.md?t=07210801) &nbsp;|&nbsp; [姊妹](https://github.com/village/other)

"""

CHANNEL = f"""#### 请参考 [教程](https://github.com/village/guides/wiki/)，[热门](http://192.0.2.1:81/a.html?b)\x20

#### [修桥（三）[图]](../pages/140/900003.md?t=02072247)\x20

#### [雨后　插秧](../pages/140/900002.md?t=02072247?t=0)\x20
#### [雨后　插秧](../pages/140/900002.md?t=02072248)\x20

#### [头条](热点新闻.md?t=07161702?t=0) &nbsp;|&nbsp; [外窗]({HOME}/blob/master/README.md?t=0) \
| [晚会]({HOME}/blob/master/show.md?t=0)
#### [歌](../../../../songs.md/blob/master/README.md?t=0) | [坏](javascript:0)
#### [信]({HOME}/blob/master/letters/letter.md)

----
#### [ >>> 更早内容 <<< ](../indexes/rice-earlier.md?t=0)
"""


def test_the_root_leads_to_its_channels() -> None:
    index = read_index(ROOT, "README.md")
    assert (index.layout, index.kind, index.channel) == ("minghui", "root", "")
    assert index.title == "村外的窗"
    assert [address.path for address in index.indexes] == [
        "indexes/365.md",
        "indexes/328.md",
        "indexes/19.md",
    ]
    assert index.articles == ()
    assert [(row.reason, row.text) for row in index.skipped] == [("sister", "姊妹")]


def test_a_channel_leads_to_articles_once_each_and_to_other_indexes() -> None:
    index = read_index(CHANNEL, "indexes/140.md")
    assert (index.kind, index.channel, index.title) == ("channel", "140", "")
    assert [address.path for address in index.articles] == [
        "pages/140/900003.md",
        "pages/140/900002.md",
    ]
    assert [address.path for address in index.indexes] == [
        "indexes/热点新闻.md",
        "README.md",
        "show.md",
        "indexes/rice-earlier.md",
    ]


def test_rows_that_are_not_followed_say_why() -> None:
    index = read_index(CHANNEL, "indexes/140.md")
    assert [(row.text, row.reason) for row in index.skipped] == [
        ("教程", "sister"),
        ("热门", "foreign"),
        ("歌", "sister"),
        ("坏", "invalid"),
        ("信", "foreign"),
    ]


def test_a_file_name_that_is_not_ascii_is_an_address() -> None:
    index = read_index(CHANNEL, "indexes/140.md")
    assert index.indexes[0].url.endswith("/indexes/%E7%83%AD%E7%82%B9%E6%96%B0%E9%97%BB.md")
    assert read_index(CHANNEL, "indexes/热点新闻.md").channel == "热点新闻"


def test_a_page_does_not_lead_to_itself() -> None:
    index = read_index(CHANNEL, "indexes/热点新闻.md")
    assert "indexes/热点新闻.md" not in [address.path for address in index.indexes]


def test_a_further_page_at_the_top_is_no_second_root() -> None:
    index = read_index(ROOT, "show.md")
    assert (index.kind, index.channel, len(index.indexes)) == ("channel", "show", 3)


def test_a_root_that_two_families_share_leads_to_the_channels_of_both() -> None:
    index = read_index(f"{ROOT}#### [灯](indexes/ncid9001/README.md)\n", "README.md")
    assert [address.path for address in index.indexes] == [
        "indexes/365.md",
        "indexes/328.md",
        "indexes/19.md",
        "indexes/ncid9001/README.md",
    ]


def test_an_index_that_has_moved_leads_to_its_successor() -> None:
    index = read_index("### 已转移至新页面 [新页](热点新闻.md?t=0) \n", "indexes/hot.md")
    assert [address.path for address in index.indexes] == ["indexes/热点新闻.md"]


def test_windows_line_ends_change_nothing() -> None:
    windows = read_index(CHANNEL.replace("\n", "\r\n"), "indexes/140.md")
    assert windows == read_index(CHANNEL, "indexes/140.md")


def test_a_plain_mirror_gives_the_same_articles() -> None:
    plain = parse_mirror("http://127.0.0.1:8099/base/")
    index = read_index(CHANNEL, "indexes/140.md", plain)
    assert [a.path for a in index.articles] == ["pages/140/900003.md", "pages/140/900002.md"]
    # Nothing on this page says which repository the plain mirror is a copy of.
    assert [a.path for a in index.indexes] == ["indexes/热点新闻.md", "indexes/rice-earlier.md"]


def test_a_plain_mirror_knows_its_repository_by_a_link_to_the_page_itself() -> None:
    plain = parse_mirror("http://127.0.0.1:8099/base/")
    source = CHANNEL + f"#### [本页]({HOME}/blob/master/indexes/140.md?t=0)\n"
    index = read_index(source, "indexes/140.md", plain)
    assert [a.url for a in index.indexes if a.path == "show.md"] == [
        "http://127.0.0.1:8099/base/show.md"
    ]
    assert ("教程", "foreign") in [(row.text, row.reason) for row in index.skipped]


def test_two_repositories_that_both_could_be_it_are_both_outside() -> None:
    plain = parse_mirror("http://127.0.0.1:8099/base/")
    source = CHANNEL + "".join(
        f"#### [本页](https://github.com/{owner}/news/blob/master/indexes/140.md)\n"
        f"#### [晚会](https://github.com/{owner}/news/blob/master/show.md)\n"
        for owner in ("village", "stranger")
    )
    index = read_index(source, "indexes/140.md", plain)
    assert "show.md" not in [a.path for a in index.indexes]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("README.md", "### 晚报\n\n#### [图书馆](indexes/ncid9001/README.md)\n"),
        ("README.md", "### 晚报\n\nno links\n"),
        ("README.md", "### 晚报\n\n#### [关于](ABOUT.md)\n"),
        (
            "indexes/guide.md",
            "#### 使用方法\n\n点击右上角\n\n<img src='http://a.example/1.png'/>\n",
        ),
        ("indexes/140.md", "### 甲\n---\n#### [乙](../pages/140/900001.md)\n"),
        ("indexes/140.md", "[甲](../pages/140/900001.md) in running text\n"),
        ("pages/140/900001.md", "### 临时页面，请前往 [索引](../link4.md)\n"),
        ("indexes/140.md", "<div>\n甲\n</div>\n#### [甲](../pages/140/900001.md)\n"),
    ],
)
def test_pages_of_other_families_are_not_claimed(path: str, source: str) -> None:
    found = read(Page(MIRROR.at(path), source.encode()))
    assert isinstance(found, Unknown) or found.layout == "epoch"  # type: ignore[union-attr]
