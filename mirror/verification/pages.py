"""Pages read again from their records, by the code that reads them when they are crawled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin

from mirror import layouts
from mirror.address import mirror_named
from mirror.extraction.extract import extract
from mirror.items import InvalidItem, encode
from mirror.warc import BadEncoding, BodyTooLarge, decoded

if TYPE_CHECKING:
    from mirror.address import Address, Mirror
    from mirror.items import Article
    from mirror.warc import Response

Reading = Literal["article", "index", "unknown", "invalid", "unreadable", "harmful"]

EXTRACTORS = frozenset(f"{layout.name}/{layout.version}" for layout in layouts.LAYOUTS)
"""The versions of today, as items name them."""


class PageReader:
    """Reads the pages of one mirror.

    :param name: of the mirror, as the collection has it.
    :param refs: refs that it is known to have.
    :param limit: most bytes of a page after its content coding is undone.
    :param read_again: ``False`` leaves pages unread.
    :param harmful: ids, as their :func:`key`, of records whose page ended the process reading it.
    """

    def __init__(
        self,
        name: str,
        refs: tuple[str, ...],
        *,
        limit: int,
        read_again: bool = True,
        harmful: frozenset[bytes] = frozenset(),
    ) -> None:
        self.name = name
        self.refs = refs
        self.limit = limit
        self.read_again = read_again
        self.harmful = harmful
        self._mirror: Mirror | None = None

    def address(self, url: str) -> Address | None:
        """The page of the mirror that is captured under `url`; ``None`` for anything else."""
        if "/" not in url.partition("://")[2] or url.split("/", 3)[3] == "robots.txt":
            return None
        address = self._mirror.find(url, self.refs) if self._mirror else None
        if address is None or address.url != url:
            try:
                self._mirror = mirror_named(self.name, url, self.refs)
            except ValueError:
                return None
            address = self._mirror.find(url, self.refs)
        return address if address and address.url == url else None

    def redirect_target(self, url: str, response: Response) -> str | None:
        """The URL of the mirror's page that a redirect leads to."""
        location = response.header(b"Location")
        if location is None:
            return None
        try:
            absolute = urljoin(url, location.decode("utf-8", "replace"))
            mirror = self._mirror or mirror_named(self.name, absolute, self.refs)
        except ValueError:
            return None
        target = mirror.find(absolute, self.refs)
        return target.url if target else None

    def read(
        self, address: Address, payload: bytes, response: Response | None
    ) -> tuple[Reading, Article | None]:
        """What a page is, and of an article the article, without its capture.

        :param payload: without transfer coding.
        :param response: that it came in; ``None`` for a resource.
        """
        fields = response.fields if response else ()
        codings = b", ".join(v for name, v in fields if name.lower() == b"content-encoding")
        try:
            body = decoded(payload, codings, limit=self.limit)
        except (BadEncoding, BodyTooLarge):
            return "unreadable", None
        reading = extract(layouts.Page(address, body))
        if isinstance(reading, layouts.IndexPage):
            return "index", None
        if not isinstance(reading, layouts.ArticlePage):
            return "unknown", None
        try:
            encode(reading.article)
        except InvalidItem:
            return "invalid", None
        return "article", reading.article
