"""The start page as HTML: channels, articles by date, search, the captures of one article.

No script. Everything that comes from a collection or from the address is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mirror.derived.catalogue import Channel, Entry, State
    from mirror.replay.captures import CaptureLine

STYLE_PATH = "/-/style.css"
ARTICLE_PATH = "/-/article"
PER_PAGE = 50
SCOPES = {"text": "Title and text", "title": "Title", "url": "Address or id"}


@dataclass(frozen=True, slots=True)
class Site:
    """What every page shows."""

    collection: str
    mirror: str
    channels: Sequence[Channel]

    @property
    def originals(self) -> str:
        """Name of the pywb collection of readable pages."""
        return f"{self.collection}-originals"

    def readable(self, stamp: str, url: str) -> str:
        """Where a readable page is shown."""
        return f"/{self.originals}/{stamp}/{_in_path(url)}"

    def capture(self, stamp: str, url: str) -> str:
        """Where a capture is replayed."""
        return f"/{self.collection}/{stamp}/{_in_path(url)}"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and what was asked for."""

    entries: Sequence[Entry]
    total: int
    page: int
    """From 1."""
    channel: str | None = None
    query: str = ""
    scope: str = "text"

    def link(self, page: int) -> str:
        """The address of another page of it."""
        asked = {"q": self.query, "in": self.scope} if self.query else {}
        if self.channel is not None:
            asked["channel"] = self.channel
        if page > 1:
            asked["page"] = str(page)
        return f"/?{urlencode(asked)}" if asked else "/"


def list_page(
    site: Site,
    listing: Listing,
    count: Callable[[Entry], int],
    passage: Callable[[Entry], str],
) -> str:
    """A list of articles: by date, or what a search found.

    :param count: number of captures of an article's page.
    :param passage: HTML of a passage to show below the title, ``""`` for none.
    """
    title, entries = _title(site, listing), listing.entries
    if listing.query:
        body = _rows(site, entries, count, passage, dated=True)
    else:
        body = "".join(
            f"<h3>{escape(date or 'Without a date')}</h3>\n"
            + _rows(site, list(group), count, passage, dated=False)
            for date, group in groupby(entries, key=lambda entry: entry.published)
        )
    if not entries:
        body = '<p class="nothing">Nothing here.</p>\n'
    count_line = (
        f'<p class="count">{listing.total:,} article{"" if listing.total == 1 else "s"}</p>'
    )
    main = f"<h2>{escape(title)}</h2>\n{count_line}\n{body}{_pager(listing)}"
    return _document(site, title, main, listing)


def article_page(
    site: Site, entry: Entry, captures: Sequence[CaptureLine], states: Sequence[State]
) -> str:
    """One article: every capture of its page, and the readable page of every state."""
    original = _outside(entry.original_url) if entry.original_url else "not named on the page"
    facts = [
        ("Published", escape(entry.published or "unknown")),
        ("Channel", f'<a href="{_channel_link(entry.channel)}">{escape(_name(entry))}</a>'),
        ("Page", escape(entry.url)),
        ("Original", original),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in facts)
    readable = _table(
        ("Readable page", "Read from the capture of"),
        (
            (
                _way(site.readable(state.stamp, state.readable), _moment(state.stamp)),
                _way(
                    site.capture(_digits(state.captured), entry.url),
                    _moment(_digits(state.captured)),
                ),
            )
            for state in states
        ),
    )
    captured = _table(
        ("Capture", "Status"),
        (
            (
                _way(site.capture(line.stamp, entry.url), _moment(line.stamp)),
                escape(line.status) if line.status and line.status != "-" else "unchanged",
            )
            for line in reversed(captures)
        ),
    )
    main = (
        f'<h2 lang="{escape(entry.language)}">{escape(entry.title or entry.id)}</h2>\n'
        f"<dl>{rows}</dl>\n<h3>As an article</h3>\n{readable}\n<h3>As captured</h3>\n{captured}"
    )
    return _document(site, entry.title or entry.id, main, Listing([], 0, 1))


def message_page(site: Site, title: str, text: str) -> str:
    """A page that says one thing."""
    main = f'<h2>{escape(title)}</h2>\n<p class="nothing">{escape(text)}</p>\n'
    return _document(site, title, main, Listing([], 0, 1))


def _document(site: Site, title: str, main: str, listing: Listing) -> str:
    options = "".join(
        f'<option value="{scope}"{" selected" if scope == listing.scope else ""}>{name}</option>'
        for scope, name in SCOPES.items()
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)} – {escape(site.collection)}</title>\n"
        f'<link rel="stylesheet" href="{STYLE_PATH}">\n'
        '<link rel="icon" href="data:,">\n</head>\n<body>\n'
        f'<header class="top"><div>\n<h1><a href="/">{escape(site.collection)}</a></h1>\n'
        f"<p>An archive of {escape(site.mirror or site.collection)}</p>\n"
        '<form action="/" method="get" role="search">\n'
        f'<input type="search" name="q" value="{escape(listing.query)}" aria-label="Search for"'
        ' placeholder="Words, an address or an id">\n'
        f'<select name="in" aria-label="Search in">{options}</select>\n'
        "<button>Search</button>\n</form>\n</div></header>\n"
        f'<div class="columns">\n{_channels(site, listing)}'
        f'<main lang="en">\n{main}</main>\n</div>\n'
        "</body>\n</html>\n"
    )


def _channels(site: Site, listing: Listing) -> str:
    total = sum(channel.articles for channel in site.channels)
    everything = listing.channel is None and not listing.query and bool(listing.entries)
    rows = [_channel_row("/", "All articles", total, current=everything)]
    rows += [
        _channel_row(
            _channel_link(channel.name),
            channel.title or channel.name or "No channel",
            channel.articles,
            current=listing.channel == channel.name,
        )
        for channel in site.channels
    ]
    return f'<nav class="channels" aria-label="Channels"><ul>{"".join(rows)}</ul></nav>\n'


def _channel_row(link: str, name: str, articles: int, *, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return (
        f'<li><a href="{escape(link)}"{mark}><span lang="zh">{escape(name)}</span>'
        f'<span class="n">{articles:,}</span></a></li>\n'
    )


def _rows(
    site: Site,
    entries: Iterable[Entry],
    count: Callable[[Entry], int],
    passage: Callable[[Entry], str],
    *,
    dated: bool,
) -> str:
    rows = []
    for entry in entries:
        captures = count(entry)
        ways = [
            f"<span>{escape(entry.published or 'no date')}</span>" if dated else "",
            f'<span lang="zh">{escape(_name(entry))}</span>',
            _way(
                f"{ARTICLE_PATH}?{urlencode({'url': entry.url})}",
                f"{captures} capture{'' if captures == 1 else 's'}",
            ),
            _way(site.capture(_digits(entry.captured), entry.url), "As captured"),
            _outside(entry.original_url, "Original ↗") if entry.original_url else "",
        ]
        below = passage(entry)
        language = escape(entry.language or "zh")
        shown = f'<p class="passage" lang="{language}">{below}</p>\n' if below else ""
        rows.append(
            f'<li><a class="title" lang="{language}"'
            f' href="{escape(site.readable(entry.stamp, entry.readable))}">'
            f"{escape(entry.title or entry.id)}</a>\n{shown}"
            f'<div class="ways">{"".join(ways)}</div></li>\n'
        )
    return f'<ol class="list">\n{"".join(rows)}</ol>\n'


def _pager(listing: Listing) -> str:
    last = -(-listing.total // PER_PAGE)
    if last <= 1:
        return ""
    newer, older = "", ""
    if listing.page > 1:
        newer = f'<a rel="prev" href="{escape(listing.link(listing.page - 1))}">← Back</a>'
    if listing.page < last:
        older = f'<a rel="next" href="{escape(listing.link(listing.page + 1))}">Next →</a>'
    return (
        f'<nav class="pager" aria-label="Pages"><span>{newer}</span>'
        f"<span>Page {listing.page:,} of {last:,}</span><span>{older}</span></nav>\n"
    )


def _title(site: Site, listing: Listing) -> str:
    if listing.query:
        return f"Search: {listing.query}"
    if listing.channel is None:
        return "All articles"
    titles = {channel.name: channel.title for channel in site.channels}
    return titles.get(listing.channel) or listing.channel


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}</tbody></table>\n"


def _way(path: str, text: str) -> str:
    """A link within the archive."""
    return f'<a href="{escape(path)}">{escape(text)}</a>'


def _outside(url: str, text: str = "") -> str:
    """A link out of the archive, which tells nobody where it was followed."""
    if not url.startswith(("http://", "https://")):
        return escape(url)
    return f'<a href="{escape(url)}" rel="noopener noreferrer nofollow">{escape(text or url)}</a>'


def _name(entry: Entry) -> str:
    return entry.channel_title or entry.channel


def _channel_link(name: str) -> str:
    return f"/?{urlencode({'channel': name})}"


def _in_path(url: str) -> str:
    """An address as it stands in the path of a replay address."""
    return quote(url, safe="%:/?@!$&'()*+,;=~[]")


def _digits(date: str) -> str:
    return "".join(digit for digit in date if digit.isdigit())


def _moment(stamp: str) -> str:
    """Fourteen digits as a person reads them."""
    day, time = (stamp[:4], stamp[4:6], stamp[6:8]), (stamp[8:10], stamp[10:12], stamp[12:14])
    return f"{'-'.join(day)} {':'.join(time)} UTC"
