"""One article as one HTML document that needs nothing but the pictures it names."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mirror.render.body import safe_body
from mirror.render.policy import PAGE_POLICY
from mirror.render.style import STYLE
from mirror.render.words import words_for

if TYPE_CHECKING:
    from mirror.items import Article, Image
    from mirror.render.words import Words

RENDERER = "readable/2"
"""Name and version: stored pages of another one are made anew. Count up whenever the page that is
made of an article changes."""


def readable_url(article: Article) -> str:
    """The address that the readable page of an article answers under.

    The publisher's. Where the page does not name it: the address at which a reader sees the page
    on the mirror; where that is the very address that was captured, a URN made of it, because a
    derived page never stands in the place of a capture.
    """
    if article.original_url:
        return article.original_url
    if article.page_url != article.url:
        return article.page_url
    return f"urn:readable:{article.url}"


def captured_at(article: Article) -> str:
    """Date of the record that the article came from, ``YYYY-MM-DDThh:mm:ssZ``; ``""`` if none."""
    return article.capture.date if article.capture else ""


def readable_page(article: Article, channel_title: str = "") -> bytes:
    """The article as HTML in UTF-8: no script, a strict policy, everything from it escaped.

    Pure: the same article gives the same bytes.

    :param channel_title: of its channel, where it is known.
    """
    page_language, words = words_for(article.language)
    language = article.language or page_language
    # Nothing of an article can stand in here as markup: what is not `safe_body` is escaped.
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{_attribute(language)}">\n<head>\n',
            '<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_attribute(PAGE_POLICY)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f"<title>{_text(article.title or article.id)}</title>\n",
            f"<style>{STYLE}</style>\n</head>\n<body>\n",
            _about(article, words, page_language),
            f"<main>\n{_head(article, words, channel_title)}",
            "".join(_featured(image) for image in _lead(article)),
            f'<div class="body" lang="{_attribute(language)}">\n',
            f"{safe_body(article.html)}\n</div>\n",
            _tags(article, words),
            "</main>\n</body>\n</html>\n",
        )
    ).encode("utf-8", "replace")


def _about(article: Article, words: Words, language: str) -> str:
    """What the page is: out of which mirror, from when, and the ways to what it was made of."""
    facts = [(words.mirror, _text(article.mirror))]
    if date := captured_at(article):
        shown = f"{date[:10]} {date[11:16]} UTC"
        facts.append((words.captured, f'<time datetime="{_attribute(date)}">{shown}</time>'))
    if article.git is not None:
        commit = article.git.commit
        facts.append((words.commit, f"<code>{_text(commit[:12])}</code>"))
    facts.append((words.capture, _link(article.url, article.url.rpartition("/")[2])))
    if article.original_url:
        facts.append((words.original, _link(article.original_url, article.original_url)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in facts)
    head = f'<aside class="about" lang="{language}">\n<p>{words.what}</p>\n'
    return f"{head}<dl>\n{rows}</dl>\n</aside>\n"


def _head(article: Article, words: Words, channel_title: str) -> str:
    facts = []
    if channel_title:
        facts.append(f'<span class="channel">{_text(channel_title)}</span>')
    if article.published:
        year, month, day = article.published.split("-")
        shown = words.date.format(int(year), int(month), int(day))
        facts.append(f'<time datetime="{_attribute(article.published)}">{shown}</time>')
    if article.reporters:
        facts.append(f"<span>{_text('、'.join(article.reporters))}</span>")
    elif article.byline:
        facts.append(f"<span>{_text(article.byline)}</span>")
    line = f'<p class="facts">{"".join(facts)}</p>\n' if facts else ""
    return f"<header>\n<h1>{_text(article.title or article.id)}</h1>\n{line}</header>\n"


def _lead(article: Article) -> list[Image]:
    """The featured pictures, which are not part of the body."""
    return [image for image in article.images if image.featured and image.url not in article.html]


def _featured(image: Image) -> str:
    credit = f"（{_text(image.credit)}）" if image.credit else ""
    caption = f"{_text(image.caption)}{credit}"
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    picture = (
        f'<img src="{_attribute(_web(image.url))}" alt="{_attribute(image.alt)}"'
        ' referrerpolicy="no-referrer">'
    )
    return f"<figure>{picture}{below}</figure>\n"


def _tags(article: Article, words: Words) -> str:
    if not article.tags:
        return ""
    ways = {link.text: link.url for link in article.links if link.kind == "tag"}
    names = "".join(
        f"<li>{_link(ways[name], name) if name in ways else _text(name)}</li>"
        for name in article.tags
    )
    return f'<ul class="tags" aria-label="{words.tags}">{names}</ul>\n'


def _link(url: str, text: str) -> str:
    if not _web(url):
        return _text(text)
    return f'<a href="{_attribute(url)}" rel="noopener noreferrer nofollow">{_text(text)}</a>'


def _web(url: str) -> str:
    return url if url.lower().startswith(("http://", "https://")) else ""


def _text(text: str) -> str:
    return escape(text, quote=False)


def _attribute(text: str) -> str:
    return escape(text, quote=True)
