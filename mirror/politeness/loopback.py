"""How hard a mirror may be asked: gently in public, as fast as it goes on this machine."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

LOOPBACK: dict[str, Any] = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "BACKOFF_BASE": 0.05,
    "BACKOFF_MAX": 1,
    "UNTIMED_WAIT": 1,
}


def is_loopback(url: str) -> bool:
    """Whether a URL names this very machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def unthrottle_loopback_alone(settings: BaseSettings, url: str) -> None:
    """The same for the host of `url` alone, when public hosts are asked in the same crawl."""
    if is_loopback(url):
        host = urlsplit(url).hostname
        free = {"concurrency": 16, "delay": 0, "throttle": False}
        settings.set("DOWNLOAD_SLOTS", {host: free}, priority="spider")


def unthrottle_loopback(settings: BaseSettings, url: str) -> None:
    """Lift the limits that ``settings.py`` sets for public hosts when `url` is on loopback.

    What the operator sets on the command line still counts.
    """
    if is_loopback(url):
        settings.setdict(LOOPBACK, priority="spider")
