"""What became of the links of a mirror, counted by the form they were found in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from benchmarks.links.forms import forms_of
from mirror.extraction.extract import extract
from mirror.layouts import ArticlePage, Page, read
from mirror.originals import resolve

if TYPE_CHECKING:
    from benchmarks.accuracy.trees import Tree

Outcome = Literal["as found", "changed", "marked", "mail", "invalid"]
OUTCOMES: tuple[Outcome, ...] = ("as found", "changed", "marked", "mail", "invalid")
MARKS = ("shortener", "snapshot", "opaque", "amp")
SOUND = "sound: none of these"
MOST_SAMPLES = 200
"""Different links of one form that are kept to be looked at."""


@dataclass(slots=True)
class Tally:
    pages: int = 0
    links: int = 0
    """In articles."""
    loaded: int = 0
    """Addresses of pictures and videos."""
    differing: int = 0
    """Addresses that the page's article has otherwise than they are resolved alone."""
    unstable: int = 0
    """Addresses that, resolved, resolve to another one."""
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """By form; under ``""`` those of all."""
    kinds: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    samples: dict[str, dict[str, str]] = field(default_factory=dict)
    """By form: link as found to what became of it, the first of each."""

    def add(self, other: Tally) -> None:
        self.pages += other.pages
        self.links += other.links
        self.loaded += other.loaded
        self.differing += other.differing
        self.unstable += other.unstable
        self.outcomes += other.outcomes
        self.kinds += other.kinds
        self.steps += other.steps
        for form, samples in other.samples.items():
            kept = self.samples.setdefault(form, {})
            for href, found in samples.items():
                if len(kept) < MOST_SAMPLES:
                    kept.setdefault(href, found)


def tally_page(tree: Tree, path: str) -> Tally:
    """The links, and what is loaded, of one article page, on the way that the crawl takes."""
    page = Page(tree.address(path), (tree.root / path).read_bytes())
    tally, found, raw = Tally(), extract(page), read(page)
    if not (isinstance(found, ArticlePage) and isinstance(raw, ArticlePage)):
        return tally
    article = found.article
    tally.pages = 1
    for link in article.links:
        tally.links += 1
        tally.kinds[link.kind] += 1
        _count(tally, link.href, {link.url}, page, article.original_url)
    shown = {url for image in article.images for url in (image.url, image.original_url)}
    for image in raw.article.images:
        for href in dict.fromkeys((image.url, image.original_url)):
            tally.loaded += 1
            _count(tally, href, shown, page, article.original_url)
    for href in raw.article.videos:
        tally.loaded += 1
        _count(tally, href, set(article.videos), page, article.original_url)
    return tally


def _count(tally: Tally, href: str, urls: set[str], page: Page, base: str) -> None:
    """Count an address that is one of `urls` in the article."""
    original = resolve(href, page.address, base)
    url, kind = original.url, original.kind
    tally.differing += url not in urls
    tally.unstable += bool(url) and resolve(url, page.address).url != url
    tally.steps.update(original.via)
    outcome = _outcome(href, url, kind, original.via)
    tally.outcomes["", outcome] += 1
    for form in forms_of(href) or [SOUND]:
        tally.outcomes[form, outcome] += 1
        tally.samples.setdefault(form, {}).setdefault(
            href, f"{outcome} {kind} {','.join(original.via)}\t{url}"
        )


def _outcome(href: str, url: str, kind: str, via: tuple[str, ...]) -> Outcome:
    if not url:
        return "invalid"
    if kind == "mail":
        return "mail"
    if via and via[-1] in MARKS:
        return "marked"
    return "as found" if url == href else "changed"
