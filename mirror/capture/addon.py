"""The add-on: byte-exact WARC files for any Scrapy project."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        handlers = settings["DOWNLOAD_HANDLERS"]
        for scheme in ("http", "https"):
            # Without a reactor Scrapy puts its own default at the project's priority, which an
            # add-on's would not override.
            if handlers.get(scheme) is None:
                handlers.set(scheme, HANDLER, priority="project")
        for scheme in ("file", "ftp", "s3", "data"):
            handlers.set(scheme, None, priority="addon")
        # An identity body carries its length, and its digest is that of the page itself.
        settings["DEFAULT_REQUEST_HEADERS"].set("Accept-Encoding", "identity", priority="addon")
        recorder = settings.get("WARC_RECORDER") or RECORDER
        settings["EXTENSIONS"].set(recorder, 0, priority="addon")
