"""Every oddity that ``mirror/demo/README.md`` lists really stands on the pages that it names.

An oddity is a condition on the text of one page. It has to hold on each page of its row, and must
not hold on the plain pages: a condition that is always true would show nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from parsel import Selector
from selectolax.lexbor import LexborHTMLParser

import mirror.demo

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[str], bool]

DEMO = Path(mirror.demo.__file__).parent
SITE = DEMO / "site"
PLAIN_ARTICLE = "pages/ncid9001/n9000001.md"
PLAIN_INDEX = "indexes/ncid9001/1.md"


def read(path: str) -> str:
    """A page as it is: no newline is translated."""
    return (SITE / path).read_bytes().decode("utf-8")


def title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("### ")


def body(text: str) -> str:
    return text.partition('itemprop="articleBody">')[2].rpartition("\n---\n")[0]


def featured(text: str) -> str:
    """The featured image and its caption, "" without one."""
    return text.partition('itemprop="articleBody">')[0].rpartition("<img alt=")[2]


def foot(text: str) -> str:
    return text.rpartition("\n---\n")[2]


def plain(text: str) -> str:
    """The body's text, without tags and all white space."""
    bare = re.sub(r"<!--.*?-->|<[^>]*>", "", body(text), flags=re.DOTALL)
    return re.sub(r"\s", "", unescape(bare))


def hrefs(text: str) -> list[str]:
    found = re.finditer(r"""<ok href=(?:"([^"]*)"|'([^']*)')""", body(text))
    return [unescape(match[1] if match[1] is not None else match[2]) for match in found]


def tags(text: str) -> list[tuple[str, str]]:
    """Address of the tag (percent-encoded) and link text of every tag link."""
    return re.findall(r'href="[^"]*/gb/tag/([^"]*)\.html">\s*([^<]*?)\s*</ok>', body(text))


def days_apart(text: str) -> int | None:
    """Days from the date in the original URL to the dateline."""
    told = re.search(r"【大纪元(\d{4})年(\d\d?)月(\d\d?)日讯】", plain(text))
    printed = re.search(r"/gb/(\d\d)/(\d+)/(\d+)/", foot(text))
    if told is None or printed is None:
        return None
    year, month, day = map(int, told.groups())
    short, *rest = map(int, printed.groups())
    return (date(year, month, day) - date(2000 + short, *rest)).days


def counts_differ(text: str) -> bool:
    html = f"<div>{body(text)}</div>"
    return len(Selector(html).xpath("//p")) != len(LexborHTMLParser(html).css("p"))


def on(part: Callable[[str], str], pattern: str) -> Check:
    """Whether `pattern` is found in that part of the page."""
    regex = re.compile(pattern)
    return lambda text: regex.search(part(text)) is not None


def page(pattern: str) -> Check:
    return on(lambda text: text, pattern)


def link(pattern: str) -> Check:
    """Whether an href (entities resolved) matches `pattern` from its first character on."""
    regex = re.compile(pattern)
    return lambda text: any(regex.match(href) for href in hrefs(text))


FRAME: dict[str, Check] = {
    "label without 需翻墙": on(foot, "原文链接：http"),
    "phrase 原文链接 in the body": on(body, "原文链接"),
    "beacon before the rule": page(r"</div>\n+<img src='http://[^']*' width='0px'.*\n\n---"),
    "beacon on top": on(lambda text: text.partition('id="artbody"')[0], "width='0px'"),
    '`class="column"`, no featured image': page('<div class="column" id="artbody"'),
    "second, nested `#artbody`": page(r'id="artbody"[\s\S]*id="artbody"'),
    "end comment missing": lambda text: "<!-- article content end -->" not in text,
    "injected advertisement, heading": on(body, r"\n#### \[[^]]*\]\(http://\d"),
    "injected advertisement, bare link": on(body, r"\n  \[[^]]*\]\(http://\d"),
    "CRLF in a caption": on(featured, "\r\n"),
    "trailing space after the original URL": page(r"\.htm \Z"),
    "newline at the end of the file": page(r"\.htm\n\Z"),
    "URL one day before the dateline": lambda text: days_apart(text) == 1,
    "URL and dateline weeks apart": lambda text: abs(days_apart(text) or 0) > 14,
}
CHARACTERS: dict[str, Check] = {
    "NBSP": on(body, "\u00a0"),
    "U+200B": on(body, "\u200b"),
    "U+202D, U+202E and U+202C": on(body, "\u202d[^\u202e]*\u202c[^\u202e]*\u202e"),
    "U+2028": on(body, "\u2028"),
    "U+0008": on(body, "\x08"),
    "title: parentheses": on(title, r"\(.\)"),
    "title: NBSP inside": on(title, "\\S\u00a0\\S"),
    "title: NBSP at the end": on(title, "\u00a0\\Z"),
    "title: space at the end": on(title, r"\S \Z"),
    "title: zero-width and bidi": on(title, "\u200b.*\u202c"),
    "title: ASCII comma": on(title, ","),
    "Latin words joined across tags": on(body, r"\n +[A-Z]\w+\n +</ok>\n +<ok [^>]*>\n +[A-Z]"),
    "traditional characters": on(body, "雜貨店"),
}
STRUCTURE: dict[str, Check] = {
    "p in p": on(body, r"<p>\s*<p>"),
    "lxml and lexbor count paragraphs differently": counts_differ,
    "figure in p": on(body, r"<p>[^<]*<figure"),
    "nested anchors": on(body, r"<ok [^>]*>\s*<span[^>]*>\s*<ok "),
    '`<a="">` that swallows text': on(body, '<img [^>]*：<a=""/>'),
    "`<a …>` closed by `</ok>`": on(body, r'<a [^>]*href="[^>]*>[^<]*(<wbr/>[^<]*)*</ok>'),
    "anchor without href": on(body, '<a data-ti="[^"]*" tabindex="0">'),
    "table": on(body, "<table"),
    "unordered list": on(body, "<ul"),
    "ordered list": on(body, "<ol"),
    "blockquote (an embedded post)": on(body, '<blockquote class="twitter-tweet"'),
    "h1": on(body, "<h1"),
    "h3": on(body, "<h3"),
    "h4": on(body, "<h4"),
    "audio": on(body, r"<audio [^>]*>\s*<source"),
    "video": on(body, r"<video [^>]*>\s*<source"),
    "conditional comment with a script": on(body, r"<!--\[if lt IE 9\]><script>"),
    "style": on(body, "<style"),
    "on… handlers": on(body, r"<p [^>]*onclick=[\s\S]*<span onmouseover="),
    "playlist in noscript": on(body, r'"wp-playlist-prev">\s*</div>\s*<noscript>'),
    "empty `div.video_fit_container`": on(body, r'"video_fit_container">\s*</div>'),
    "empty paragraph": on(body, r"<p>\s*<strong>\s*</strong>\s*</p>"),
    "wbr": on(body, "<wbr/>"),
    "center and font": on(body, r"<center>\s*</center>\s*<font"),
}
CREDITS: dict[str, Check] = {
    "dateline: bracket missing": on(plain, "^【[^】]*讯（"),
    "dateline: no 大纪元": on(plain, "^【2024年"),
    "dateline: text before it": on(plain, "^[^【]【大纪元"),
    "dateline: garbled": on(plain, "^【大纪元1月2日30月1日】"),
    "dateline: cut by a tag link": on(body, r"<p>\s*【大纪元\s*<ok "),
    "dateline: not padded": on(plain, r"^【大纪元\d{4}年\d月"),
    "dateline: none": on(plain, "^[^【]{20}"),
    "byline: none": lambda text: "（大纪元记者" not in text.replace("（大紀元", "（大纪元"),
    "byline: 编译": on(plain, "（大纪元记者[^）]*编译"),
    "byline: 撰文": on(plain, "（大纪元记者[^）]*撰文）"),
    "byline: 综合报导": on(plain, "（大纪元记者[^）]*综合报导）"),
    "byline: several people, 、": on(plain, "（大纪元记者[^）]*、[^）]*）"),
    "byline: several people, ／": on(plain, r"（大纪元记者\w+编译／\w+综合报导）"),
    "byline: Latin name": on(plain, "（大纪元记者[^）]*[A-Za-z]{4}"),
    "editor: mark ＃": on(plain, "责任编辑：[^#◇@]{2,4}＃"),
    "editor: mark ◇": on(plain, "责任编辑：[^#＃@]{2,4}◇"),
    "editor: mark #◇": on(plain, "责任编辑：..#◇"),
    "editor: mark @": on(plain, "责任编辑：..@"),
    "editor: no mark": on(plain, r"责任编辑：\w\w$"),
    "editor: a stray digit": on(plain, r"责任编辑：..\d$"),
    "editor: space before the mark": on(body, r"责任编辑：\S\S +[#＃]"),
    "editor: several": on(plain, "责任编辑：..、.."),
    "editor: 文字整理 before": on(plain, "文字整理：..；责任编辑："),
    "editor: label 编辑": on(plain, "[^任]编辑：..(、..)?$"),
    "editor: none": lambda text: "编辑：" not in text and "編輯：" not in text,
    "editor: text after it": on(plain, "责任编辑：..#.{10}"),
    "tag: link text differs": lambda text: any(
        re.search(r"[^%0-9A-F]", name) is None and len(name) != 9 * len(label)
        for name, label in tags(text)
    ),
    "tag: lower-case percent-encoding": lambda text: any(
        re.search("%[0-9]?[a-f]", name) for name, _ in tags(text)
    ),
}
MEDIA: dict[str, Check] = {
    "featured: caption in p": on(featured, r'"caption">\s*<p>'),
    "featured: credit in ASCII parentheses": on(featured, r"\([^)]+\)\s*</div>"),
    "figure: anchor is the full size": on(
        body, r'<ok href="([^"]*)\.jpg" target="_blank">\s*<img [^>]*src="\1-\d+x\d+\.jpg"'
    ),
    "figure: anchor is another file": on(
        body, r'<ok href="([^"]*)\.(?:jpg|png)" target="_blank">\s*<img [^>]*src="(?!\1)'
    ),
    "figure: anchor without `-eEPOCH`": on(
        body, r'<ok href="([^"]*)\.jpg" target="_blank">\s*<img [^>]*src="\1-e\d{13}-'
    ),
    "figure: no anchor": on(body, r"<figure[^>]*>\s*<img"),
    "figure: no caption": on(body, r"<figure[^>]*>\s*<img[^>]*>\s*</figure>"),
    "figure: two images": on(
        body, r"<figure[^>]*>(?:(?!</figure)[\s\S])*<img(?:(?!</figure)[\s\S])*<img"
    ),
    "image outside figures": on(body, r"<p>\s*(<ok [^>]*>\s*)?<img"),
    "image: `-WxH-N`": on(body, r'src="[^"]*-\d+x\d+-\d\.jpg"'),
    "image: `-eEPOCH`": on(body, r'src="[^"]*-e\d{13}-\d+x\d+\.'),
    "video link: YouTube watch": link(r"https://www\.youtube\.com/watch\?v="),
    "video link: YouTube embed": link(r"https://www\.youtube\.com/embed/"),
    "video link: YouTube live": link(r"https://www\.youtube\.com/live/"),
    "video link: youtu.be": link(r"https://youtu\.be/"),
    "video link: ganjing": link(r"https://www\.ganjing\.com/zh-CN/video/"),
    "video link: youmaker": link(r"https://www\.youmaker\.com/v/"),
}
LINKS: dict[str, Check] = {
    "leading space": link(" http"),
    "trailing space": link(r".* \Z"),
    "inner space": link(r"http\S+ \S"),
    'trailing `"`': link(r'.*"\Z'),
    "zero-width": link(".*\u200b"),
    "bidi": link(".*\u202c"),
    "non-ASCII": link("http.*[一-鿿]"),
    "prose swallowed": link(r"http[^）]*）"),
    "empty": link(r"\Z"),
    "protocol-relative": link("//www"),
    "root-relative": link("/gb/"),
    "no scheme": link(r"www\.|shorturl\.at/"),
    "`https://%20https//…`": link("https://%20https//"),
    "`http://%20http//…`": link("http://%20http//"),
    "`https:///`": link("https:///"),
    "`https://https://`": link("https://https://"),
    "full-width colon": link("http://https：//"),
    "twice encoded": link(".*%25[0-9A-F]{2}"),
    "rejected by urlsplit": link(r"http://\[[^]]*\Z|http://\[[^]]*/"),
    "port that is no number": link(r"http://[^/]*:[a-z]+/"),
    "mailto": link("mailto:"),
    "file": link("file:///"),
    "blob": link("blob:"),
    "javascript": link("javascript:"),
    "a sentence": link("一百种"),
    "tracking parameters": link(".*[?&](utm_source|fbclid|ref_src)="),
    "bit.ly": link("https://bit.ly/"),
    "t.co": link("https://t.co/"),
    "ept.ms": link("https://ept.ms/"),
    "tinyurl": link("https://tinyurl.com/"),
    "reurl": link("https://reurl.cc/"),
    "git.io": link("https://git.io/"),
    "archive.ph": link("http://archive.ph/"),
    "archive.is": link("https://archive.is/"),
    "archive.md": link("https://archive.md/"),
    "archive.vn": link("https://archive.vn/"),
    "archive.li": link("https://archive.li/https://"),
    "web.archive.org": link("https://web.archive.org/web/[0-9]{14}/http"),
    "Google cache": link("https://webcache.googleusercontent.com/"),
    "`/_next/image?url=`": link(".*/_next/image[?]url="),
    "`youtube.com/redirect?q=`": link("https://www.youtube.com/redirect[?].*q=http"),
    "`?link=`": link(".*[?]link=http"),
    "translate.goog": link("https://[^/]*[.]translate[.]goog/"),
    "l.facebook.com": link("https://l.facebook.com/l.php[?]u="),
    "google.com/url": link("https://www.google.com/url[?]q="),
    "safelinks": link("https://[^/]*[.]safelinks[.]"),
    "feedproxy": link("http://feedproxy.google.com/"),
    "AMP at the end": link("https://www.example.org/.*/amp/"),
    "AMP at the front": link("https://www.example.org/amp/"),
    "cdn.ampproject.org": link("https://[^/]*[.]cdn[.]ampproject[.]org/"),
    "text fragment": link(".*#:~:text="),
    "punycode host": link("http://xn--"),
}
INDEXES: dict[str, Check] = {
    "cache-buster": page(r"\.md\?\d{8}\) \n"),
    "doubled cache-buster": page(r"\.md\?\d{8}\?\d{8}\)"),
    "advertisement to an IP address": page(r"\]\(http://\d+\.\d+\.\d+\.\d+:81/\S*\?\S+\?\d{8}\)"),
    "sister repository, relative": page(r"\]\((\.\./)+epoch-\w+(/\S*)?\?\d{8}\)"),
    "sister repository, absolute": page(r"\]\(https://github\.com/\S+/epoch-special/blob/"),
}
ARTICLES = {"Frame": FRAME, "Characters": CHARACTERS, "Structure": STRUCTURE}
ARTICLES |= {"Credits and tags": CREDITS, "Images and videos": MEDIA, "Links": LINKS}
TABLES = {"Index pages": INDEXES, **ARTICLES}


def documented() -> dict[tuple[str, str], list[str]]:
    """The pages that README.md names, by (section, oddity)."""
    rows: dict[tuple[str, str], list[str]] = {}
    section = ""
    for line in (DEMO / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif match := re.fullmatch(r"\| (.+?) \| (\[.*\)) \|", line):
            rows[section, match[1]] = re.findall(r"\(site/([^)]+)\)", match[2])
    return rows


ROWS = documented()


def test_the_tables_and_the_checks_name_the_same_oddities() -> None:
    assert {row for row in ROWS if row[0] in TABLES} == {
        (section, oddity) for section, checks in TABLES.items() for oddity in checks
    }


@pytest.mark.parametrize(("section", "oddity"), [row for row in ROWS if row[0] in TABLES])
def test_the_pages_named_in_the_table_show_the_oddity(section: str, oddity: str) -> None:
    pages = ROWS[section, oddity]
    assert pages
    assert [path for path in pages if not TABLES[section][oddity](read(path))] == []


@pytest.mark.parametrize("section", TABLES)
def test_the_plain_page_shows_none_of_them(section: str) -> None:
    text = read(PLAIN_INDEX if section == "Index pages" else PLAIN_ARTICLE)
    assert [oddity for oddity, check in TABLES[section].items() if check(text)] == []


def rows_of(path: str) -> dict[str, str]:
    """Titles of an index page by article id."""
    found = re.findall(r"^#### \[(.*)\]\(\.\./\.\./pages/\w+/(n\d+)\.md", read(path), re.MULTILINE)
    return {article: name for name, article in found}


def test_the_index_cuts_titles_at_the_comma() -> None:
    for channel in ("ncid9001", "ncid9002"):
        for path in sorted((SITE / "pages" / channel).iterdir()):
            whole = title(read(f"pages/{channel}/{path.name}"))
            listed = {
                name
                for index in (SITE / "indexes" / channel).iterdir()
                for article, name in rows_of(f"indexes/{channel}/{index.name}").items()
                if article == path.stem
            }
            assert listed == {whole.partition(",")[0]}


def test_the_newest_page_is_filled_up_to_thirty_and_the_head_is_a_copy_of_it() -> None:
    newest, oldest = rows_of("indexes/ncid9001/2.md"), rows_of("indexes/ncid9001/1.md")
    assert len(newest) == len(oldest) == len(rows_of("indexes/ncid9002/1.md")) == 30
    assert len(newest.keys() & oldest.keys()) == 26
    assert list(rows_of("indexes/ncid9001/README.md")) == list(newest)
    assert list(rows_of("indexes/ncid9002/README.md")) == list(rows_of("indexes/ncid9002/1.md"))


def test_four_articles_stand_in_both_channels_and_one_was_edited_later() -> None:
    names = Counter(path.stem for path in SITE.glob("pages/*/*.md"))
    shared = {name for name, count in names.items() if count == 2}
    edited = {
        name
        for name in shared
        if body(read(f"pages/ncid9001/{name}.md")) != body(read(f"pages/ncid9002/{name}.md"))
    }
    assert (len(names), len(shared), edited) == (60, 4, {"n9000046"})


def test_the_lists_of_ids_and_titles_are_linked_from_nowhere() -> None:
    assert sorted(path.name for path in SITE.glob("indexes/*.csv")) == [
        "ncid9001.csv",
        "ncid9002.csv",
    ]
    assert not [path for path in SITE.rglob("*.md") if b".csv" in path.read_bytes()]
