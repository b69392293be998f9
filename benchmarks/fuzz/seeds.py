"""Where a fuzz run begins: pages and links of our own writing, and the pieces they are made of."""

from __future__ import annotations

import re
from pathlib import Path

from tests import epoch_pages, minghui_pages

PROJECT = Path(__file__).resolve().parents[2]
DEMO = PROJECT / "mirror" / "demo" / "site"

_MARKUP_WORDS = """
< > " ' = & &amp; &amp;#039 &amp;#039; &#x110000; &#0; &lt;p&gt; <p> </p> <p <b> </b> <a> </a>
<ok> </ok> <a=""> <h1> <h2> </h4> <li> <ul> </ul> <ol> <dl> <dt> <table> <tbody> <tr> <td>
<td></td> <th> </table> <caption> <col> <svg> <math> <mi> <foreignObject> <style> </style>
<!-- --> <!-> <![CDATA[ ]]> <plaintext> <textarea> <title> <template> </template> <noscript>
<div> </div> <center> </center> <font> <span> </span> <figure> </figure> <figcaption>
</figcaption> <br/> <hr/> <hr> <select> <option> <script> </script> <iframe> <object> <embed>
<video> <audio> <form> <input> <frameset> <body> <html> <head> <blockquote> </blockquote>
<pre> <ruby> <rt> <img/> <nobr> <marquee> <button> <?xml ?> ### #### --- ----- ]( [甲
](http://192.0.2.1/) ](../1/2.md) 甲 乙 word \ufeff 【 】 （ ） ( ) ： ； 、 ／ 【大纪元
大纪元 讯】 2024年03月05日
【大纪元2月2日05月2日】 【明慧网 二零二零年一月三日】 （大纪元记者 记者 报导） 综合报导）
责任编辑：周水# 文字整理：林小河 编辑 责任编辑： ＃ ◇ @ 原文链接：
原文链接（需翻墙）： 原文地址：https://a.example/ 手机上长按 本网站 moved 本项目已迁移到
https://github.com/village/new
"""
MARKUP = _MARKUP_WORDS.split()
TAGS_WITH_VALUES = (
    '<div id="artbody">',
    '<div class="art-content">',
    '<div class="ar_articleContent" id="ar_bArticleContent">',
    '<div class="feature-image">',
    '<div class="caption">',
    '<div id="below_article_ad">',
    "<!-- article content begin -->",
    "<!-- article content end -->",
    '<figure class="wp-caption">',
    '<img src="https://i.example.org/a-600x400.jpg" alt="甲（乙）">',
    "<img src='http://a.example.org/b.md' width='0px' height='0px'/>",
    '<iframe src="//youtu.be/ab-_1234567">',
    '<a href="https://www.epochtimes.com/gb/tag/%E8%8C%B6.html">',
    '<ok href="javascript:alert(1)">',
    '<ok href=" http://https：//a.example.org/\u200b">',
    '<a href="../../../..?n1">',
    '<span href="x">',
    '<p onclick="x" style="y">',
    "</div>\n---\n原文链接：",
)
SPACES = (" ", "\n", "\r\n", "\t", "\x00", "\x08", "\xa0", "\u200b", "\u2028", "\u202e", "\u3000")
_LINK_PIECES_WORDS = """
http https : // / ：// %20 %22 %25 %2525 %E4 %3A%2F%2F %0A a.example.org www. 茶 例子.测试 " ' “ >
&amp; ? & = # :~:text= @ [ ] [::1] :80 :443 :99999 \\ .. . ../ mailto: javascript: file:///
blob: data: view-source: ftp: \u200b \u202e \ud800 xn-- .md .html .amp.html /amp/ ?amp=1
?utm_source=a &fbclid=b ?_=1700000000 https://archive.ph/ newest/ o/ab1Cd/
https://web.archive.org/web/2020/ id_/ */
https://webcache.googleusercontent.com/search?q=cache: AB1cdEFGHI23: .translate.goog/
_x_tr_sl=a _x_tr_hp=a- _x_tr_enc=0 https://translate.google.com/translate?u=
cdn.ampproject.org /c/s/ https://www.google.com/url?q= https://www.google.com/amp/s/
https://l.facebook.com/l.php?u= https://nam01.safelinks.protection.outlook.com/?url=
https://feedproxy.google.com/~r/ https://www.youtube.com/redirect?q= https://youtu.be/
ab-_1234567 /_next/image?url= external.html?link= https://bit.ly/ https://t.co/
https://github.com/village/evening-news/ blob/ raw/ master/ HEAD/ pages/
https://raw.githubusercontent.com/ https://gitlab.com/ /-/blob/ https://href.li/?
https://disq.us/url?url= https://12ft.io/ https://megalodon.jp/2020-0102-0304-05/
/20200102030405/ https://arquivo.pt/wayback/
"""
LINK_PIECES = _LINK_PIECES_WORDS.split()

_ROW = re.compile(r"^\| `[\w-]+` \| `([^`]+)` \|", re.MULTILINE)


def pages() -> list[str]:
    """Of both layouts, articles and indexes, and a tombstone."""
    demo = [path.read_text("utf-8") for path in sorted(DEMO.glob("**/*.md"))]
    row = "#### [村里的桥](../pages/140/900001.md?t=1)\n"
    return [
        *demo[::7],
        *sorted(demo, key=len)[-3:],
        epoch_pages.article_source(),
        minghui_pages.article_source(),
        minghui_pages.article_source(before=minghui_pages.FEATURE),
        f"### 丰收\n{minghui_pages.RULE}\n\n{row * 3}",
        "# 本项目已迁移到 https://github.com/village/new-home\n",
    ]


def page_pieces() -> list[str]:
    return [*MARKUP, *TAGS_WITH_VALUES, *SPACES]


def links() -> list[str]:
    """The examples of ``docs/originals.md``."""
    return _ROW.findall((PROJECT / "docs" / "originals.md").read_text("utf-8"))


def link_pieces() -> list[str]:
    return [*LINK_PIECES, *SPACES]
