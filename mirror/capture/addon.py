"""The add-on: byte-exact WARC files for any Scrapy project."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from mirror.capture.errors import SettingError
from mirror.capture.guard import AddressGuard
from mirror.capture.proxy import parse_proxy

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

HANDLER = "mirror.capture.handler.ArchivingDownloadHandler"
RECORDER = "mirror.capture.recorder.Recorder"


class WarcAddon:
    """``ADDONS = {"mirror.capture.WarcAddon": 300}``

    Fetches http and https through :class:`ArchivingDownloadHandler`, records all of it, refuses
    every other scheme, and asks for bodies without a content coding. Settings of the project or
    the command line win over the add-on's.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """
        :raises SettingError: a setting is wrong: better no crawl than one that records nothing,
            or that goes out without the proxy.
        """
        _check(settings)
        handlers = settings["DOWNLOAD_HANDLERS"]
        for scheme in ("http", "https"):
            # Without a reactor Scrapy puts its own default at the project's priority, which an
            # add-on's would not override.
            if handlers.get(scheme) is None:
                handlers.set(scheme, HANDLER, priority="project")
        for scheme in ("file", "ftp", "s3", "data"):
            handlers.set(scheme, None, priority="addon")
        # An identity body carries its length, and its digest is that of the page itself. What is
        # coded all the same, the handler decodes as readers of the archive do.
        settings["DEFAULT_REQUEST_HEADERS"].set("Accept-Encoding", "identity", priority="addon")
        settings.set("COMPRESSION_ENABLED", False, priority="addon")
        if settings.get("PROXY"):
            # Named by the operator: it must not lose to one that happens to be in the environment.
            settings.set("HTTPPROXY_ENABLED", False, priority="addon")
        recorder = settings.get("WARC_RECORDER") or RECORDER
        settings["EXTENSIONS"].set(recorder, 0, priority="addon")


def _check(settings: BaseSettings) -> None:
    if settings.getbool("TWISTED_REACTOR_ENABLED", True) and "asyncio" not in str(
        settings.get("TWISTED_REACTOR")
    ):
        raise SettingError(
            "recording needs asyncio: leave TWISTED_REACTOR at Scrapy's default or set "
            "TWISTED_REACTOR_ENABLED to False"
        )
    try:
        if settings.get("PROXY"):
            parse_proxy(settings["PROXY"])
    except ValueError as error:
        raise SettingError(f"PROXY: {error}") from None
    try:
        AddressGuard(settings.getlist("PRIVATE_ORIGINS"))
    except ValueError as error:
        raise SettingError(f"PRIVATE_ORIGINS: {error}") from None
    authority = settings.get("TLS_CA_FILE")
    try:
        if authority:
            ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise SettingError(f"TLS_CA_FILE {authority!r}: {error}") from None
