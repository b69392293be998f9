"""What an answer says about the page that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from mirror.address import Address
    from mirror.ledger import Pages
    from mirror.warc.capture import Capture

REDIRECTS = (301, 302, 303, 307, 308)
DEAD = (404, 410)
"""Statuses of a page that is not there (RFC 9110 §15.5.5, §15.5.11)."""
MAX_REDIRECTS = 5


def says_something(capture: Capture) -> bool:
    """Whether a capture by itself tells what became of its page.

    Another attempt may follow any other answer; what came of them all is an event.
    """
    if capture.truncated is not None:
        return False
    return capture.is_full or capture.type == "revisit" or capture.status in (*REDIRECTS, *DEAD)


def redirect_target(address: Address, location: bytes, pages: Pages) -> Address | str:
    """The page of the same mirror that a redirect leads to, or why it cannot be followed.

    :param address: of the page that answered with the redirect.
    :param location: the field of that name; empty when there is none.
    """
    where = location.decode("utf-8", "replace")
    try:
        target = address.mirror.find(urljoin(address.url, where))
    except ValueError:
        target = None
    if target is None or not where:
        return f"redirects to {where!r}"
    visited = _redirected_from(address.url, pages)
    if target.url in (address.url, *visited):
        return "redirects in a circle"
    if len(visited) >= MAX_REDIRECTS:
        return "too many redirects"
    return target


def _redirected_from(url: str, pages: Pages) -> list[str]:
    """The pages that led to one, each by redirecting to the next; the nearest first."""
    chain: list[str] = []
    page = pages.find(url)
    while page is not None and len(chain) <= MAX_REDIRECTS:
        page = pages.find(page.found_on)
        if page is None or page.outcome != "redirect" or page.url in chain:
            break
        chain.append(page.url)
    return chain
