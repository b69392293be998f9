"""The values that pass between a mirror's pages and those who ask what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from mirror.address import Address
    from mirror.items import Article

SkipReason = Literal["sister", "foreign", "invalid", "home"]


@dataclass(frozen=True, slots=True)
class Page:
    """Bytes and address: all that extraction may depend on."""

    address: Address
    body: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row of an index that is not followed.

    ``sister``: another repository of the same owner; ``foreign``: another host, or another page
    of the same one (advertisements are such rows); ``home``: the mirror's own front page;
    ``invalid``: nothing that could be fetched, or no page.
    """

    href: str
    reason: SkipReason
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page of links.

    Addresses are in page order, without duplicates; ``indexes`` never holds the page itself.
    """

    layout: str
    kind: Literal["root", "channel"]
    channel: str
    """Folder name of the channel; ``""`` for the root."""
    title: str
    articles: tuple[Address, ...]
    indexes: tuple[Address, ...]
    """From the root the heads of channels, from a channel its older pages."""
    skipped: tuple[Skipped, ...]
    older: tuple[Address, ...] = ()
    """Those of ``indexes`` that are done: not the newest of their channel, and never to change."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page that holds one article."""

    article: Article


@dataclass(frozen=True, slots=True)
class Unknown:
    """A page that no layout understands; the reason is ``code: plain words``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A mirror's front page that says the mirror has gone."""

    target: str
    """Where it has gone to; ``""`` where the page does not say."""
    reason: str
    """``code: words of the page``; the code is ``moved`` or ``discontinued``."""


class Layout(Protocol):
    """One family of mirrors: how it writes its index and article pages."""

    @property
    def name(self) -> str:
        """As in the ``layout`` field of an article."""

    @property
    def version(self) -> str:
        """Raised whenever the same page gives another article than before."""

    @property
    def image_hosts(self) -> tuple[str, ...]:
        """Hosts that the pictures of its articles are on, each with its subdomains: the only ones
        besides the mirror's own that pictures are fetched from, when they are asked for."""

    def read(self, page: Page) -> IndexPage | ArticlePage | None:
        """What the page says; ``None`` when it is not of this family. Never raises."""
