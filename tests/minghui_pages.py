"""Pages in the grammar of the ``minghui`` layout, as tests need them: own writing, own people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.address import Mirror, parse_mirror
from mirror.layouts import ArticlePage, IndexPage, Page, read

if TYPE_CHECKING:
    from mirror.items import Article

HOME = "https://github.com/village/harvest-news"
MIRROR: Mirror = parse_mirror(f"{HOME}/tree/master")
PATH = "pages/140/900001.md"
ORIGINAL = "http://www.minghui.org/mh/articles/2020/1/3/村里的桥（图）-900001.html"
RULE = "-" * 24
NAVIGATION = (
    "#### [首页](https://github.com/village/good/blob/master/README.md) &nbsp;&nbsp;|&nbsp;&nbsp;"
    " [教程](https://github.com/village/guides/wiki) \n\n\n\n"
)

BODY = """ 【明慧网二零二零年一月三日】（明慧记者林小河、周水综合报道）村里的
 <span href="http://www.minghui.org/mh/glossary.html#1">
  木桥
 </span>
 修好了。
 <p>
  第二段。
  <p>
   <center>
    <table border="0" cols="2" width="580">
     <tr align="CENTER" valign="top">
      <p>
       <td>
        <ok href="http://www.minghui.org/mh/article_images/2020-1-2-bridge_01.jpg">
         <img alt="&amp;#039图1：新桥&amp;#039" border="1" \
src="http://www.minghui.org/mh/article_images/2020-1-2-bridge_01--ss.jpg"/>
        </ok>
        <br/>
        图1：新桥
       </td>
       <p>
       </p>
      </p>
     </tr>
    </table>
   </center>
   <p>
    第三段。
    <br/>
   </p>
  </p>
 </p>
"""

FEATURE = """<div class="feature-image">
 <ok href="https://i.example.org/2020/03/stage-600x400.jpg" target="_blank">
  <img alt="" class="aligncenter" src="https://i.example.org/2020/03/stage-600x400.jpg"/>
 </ok>
 <div class="caption">
  台上的灯。（林小河／村报）
 </div>
</div>
<hr/>"""


def sharing(path: str = PATH) -> str:
    """The block for sharing a page, with a picture of its address."""
    page = f"{HOME}/blob/master/{path}"
    return (
        f"<hr/>\n手机上长按并复制下列链接或二维码分享本文章：<br/>\n{page} <br/>\n"
        f"<a href='{page}'><img src='{page}.png'/></a> <br/>\n"
    )


def article_source(
    body: str = BODY,
    *,
    title: str = "村里的桥",
    container: str = '<div class="ar_articleContent" id="ar_bArticleContent">',
    before: str = "",
    navigation: str = NAVIGATION,
    block: str | None = None,
    label: str = "原文地址（需翻墙访问）：",
    original: str = ORIGINAL,
) -> str:
    """One article page."""
    shared = sharing() if block is None else block
    end = f"{label}{original}\n" if label else ""
    return (
        f"### {title}\n{RULE}\n\n{navigation}{before}{container}\n{body}</div>\n\n{shared}{end}"
        f"\n\n{RULE}\n{NAVIGATION.strip()}\n\n"
    )


def read_source(source: str | bytes, path: str = PATH) -> Article:
    """The article of a page, which must be one."""
    body = source.encode() if isinstance(source, str) else source
    found = read(Page(MIRROR.at(path), body))
    assert isinstance(found, ArticlePage)
    assert found.article.layout == "minghui"
    return found.article


def read_body(body: str) -> Article:
    """The article of a page with this body."""
    return read_source(article_source(body))


def read_index(source: str, path: str, mirror: Mirror = MIRROR) -> IndexPage:
    """The index of a page, which must be one."""
    found = read(Page(mirror.at(path), source.encode()))
    assert isinstance(found, IndexPage)
    return found
