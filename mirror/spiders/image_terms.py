"""Which pictures may be asked for, as the layouts and the operator have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirror.frontier import ImageHosts
from mirror.layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class ImageTerms:
    """Which pictures may be asked for."""

    hosts: Mapping[str, ImageHosts]
    """By the name of the layout that read the article."""
    most_bytes: int
    """Of one picture; 0 for no limit."""
    most: int
    """Of one article; 0 for no limit."""
    own: ImageHosts = field(default_factory=ImageHosts)
    """Those that the operator named."""

    @classmethod
    def of(cls, settings: BaseSettings, *, strangers: bool = True) -> ImageTerms:
        """
        :param strangers: whether the layouts' hosts count. Not for the embedded mirror, which
            never asks for anything outside this machine.
        :raises ValueError: a setting is wrong; the message names it.
        """
        try:
            own = ImageHosts.parse(settings.getlist("IMAGE_HOSTS"))
        except ValueError as error:
            raise ValueError(f"IMAGE_HOSTS: {error}") from None
        hosts = {
            layout.name: ImageHosts.parse(layout.image_hosts if strangers else ()) | own
            for layout in LAYOUTS
        }
        numbers = {name: settings.getint(name) for name in ("IMAGES_MAXSIZE", "IMAGES_PER_ARTICLE")}
        for name, number in numbers.items():
            if number < 0:
                raise ValueError(f"{name}={number}: must be 0 or more")
        return cls(hosts, numbers["IMAGES_MAXSIZE"], numbers["IMAGES_PER_ARTICLE"], own)

    @property
    def everywhere(self) -> ImageHosts:
        """Of any layout: what a redirect may lead to, or an earlier run have left."""
        found = self.own
        for hosts in self.hosts.values():
            found |= hosts
        return found

    @property
    def fingerprint(self) -> str:
        """Says by what an article's pictures were chosen: by other terms it may be others."""
        return f"{self.most} {self.everywhere}"
