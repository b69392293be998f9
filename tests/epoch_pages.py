"""Pages in the grammar of the ``epoch`` layout, as tests need them: own writing, own people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.address import Mirror, parse_mirror
from mirror.layouts import ArticlePage, IndexPage, Page, read

if TYPE_CHECKING:
    from mirror.items import Article

MIRROR: Mirror = parse_mirror("https://github.com/village/evening-news/tree/master")
ORIGINAL = "https://www.epochtimes.com/gb/24/3/5/n9000001.htm"
TAG = "https://www.epochtimes.com/gb/tag/%E5%9B%BE%E4%B9%A6%E9%A6%86.html"

FEATURED = """<div><img alt="图书馆开门" class="attachment-djy_600_400 wp-post-image" \
src="https://i.example.org/2024/03/library-600x400.jpg"/>
<div class="caption">
 清晨的图书馆。（林小河／提供）
</div></div><hr/>"""

PARAGRAPHS = f"""<p>
  【大纪元2024年03月05日讯】（大纪元记者林小河采访报导）村里的
  <ok href="{TAG}">
   图书馆
  </ok>
  今天开门。
 </p>
 <p>
  责任编辑：周水#
 </p>"""


def article_source(
    body: str = PARAGRAPHS,
    *,
    title: str = "图书馆开门",
    featured: str = FEATURED,
    after: str = "",
    label: str = "原文链接（需翻墙）：",
    original: str = ORIGINAL,
    end: str = "",
) -> str:
    """One article page; ``after`` stands between the body and the rule (where beacons stand)."""
    return f"""### {title}

---

#### [首页](../../../..?n9000001) &nbsp;|&nbsp; [评论](../../../../../village-comment?n9000001)


{featured}<div class="post_content" id="artbody" itemprop="articleBody">
 <!-- article content begin -->
 {body}
 <!-- article content end -->
 <div id="below_article_ad">
 </div>
</div>
{after}

---

{label}{original}{end}"""


def read_source(source: str | bytes, path: str = "pages/ncid9001/n9000001.md") -> Article:
    """The article of a page, which must be one."""
    body = source.encode() if isinstance(source, str) else source
    found = read(Page(MIRROR.at(path), body))
    assert isinstance(found, ArticlePage)
    return found.article


def read_body(body: str) -> Article:
    """The article of a page with this body."""
    return read_source(article_source(body))


def read_index(source: str, path: str) -> IndexPage:
    """The index of a page, which must be one."""
    found = read(Page(MIRROR.at(path), source.encode()))
    assert isinstance(found, IndexPage)
    return found
