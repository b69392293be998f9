"""What captures of pictures say, acted upon as the run that made them would have done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from mirror import warc
from mirror.extraction.pictures import why_captured_is_no_picture
from mirror.frontier import DEAD, REDIRECTS, fetchable

if TYPE_CHECKING:
    from mirror.collection import Collection
    from mirror.ledger import Outcome
    from mirror.warc.capture import Capture

logger = logging.getLogger(__name__)


class PictureCompletion:
    """Every capture of a picture names the article that it was fetched for.

    :param limit: most bytes of a picture, decoded.
    """

    def __init__(self, collection: Collection, limit: int) -> None:
        self.ledger = collection.ledger
        self._collection = collection
        self._limit = limit

    def note(self, url: str, article: str) -> None:
        """Make a picture known as a page that its article names, if it is not."""
        page = self.ledger.pages.find(article)
        self.ledger.pages.note(url, "image", page.channel if page is not None else "", article)

    def apply(self, capture: Capture, run: str) -> None:
        """Note what became of a picture by a capture of it."""
        assert capture.embedded_in is not None
        self.note(capture.url, capture.embedded_in)
        if capture.status in DEAD:
            self._end(capture, run, "dangling", f"status {capture.status}")
            return
        try:
            if capture.status in REDIRECTS:
                self._redirected(capture, run)
                return
            fault = self._fault(capture)
        except (OSError, ValueError) as error:
            logger.warning("%s: %s", capture.url, error)
            self._end(capture, run, "failed", f"archive: {error}")
            return
        self._end(capture, run, "unknown" if fault else "image", fault)

    def _fault(self, capture: Capture) -> str:
        return why_captured_is_no_picture(self._collection, capture, self._limit)

    def _redirected(self, capture: Capture, run: str) -> None:
        """Followed, where the archive has what it leads to. Where it has not, the run refused to,
        which is an event that stands behind it, or did not come to it, and it is asked for again.
        """
        record = warc.read_at(
            self._collection.archive / capture.warc, capture.offset, capture.length
        )
        location = warc.parse_response(record.block).header(b"Location") or b""
        target = fetchable(urljoin(capture.url, location.decode("utf-8", "replace")))
        if target is not None and self.ledger.captures.last_date(target) is not None:
            self._end(capture, run, "redirect", f"to {target}")
        else:
            self.ledger.captures.mark_read(capture.url, capture.date)

    def _end(self, capture: Capture, run: str, outcome: Outcome, reason: str) -> None:
        self.ledger.pages.end(
            capture.url, run, outcome, reason=reason, status=capture.status, looked=capture.date
        )
