"""Pages behind machine translation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.originals.links import decoded

if TYPE_CHECKING:
    from mirror.originals.links import Link

_SUFFIX = ".translate.goog"
_DOT = re.compile(r"\b-\b")


def translated(link: Link) -> str:
    """The page of a ``*.translate.goog`` link.

    The host is decoded as Google documents it (Search Central, "Enable your ad network for
    translation-related Google Search features"): a hyphen is a dot, two hyphens are one,
    ``_x_tr_enc`` says which prefixes to drop, ``_x_tr_hp`` holds the start of a long host. The
    page's own parameters stay, those of the translation (``_x_tr_*``) go; ``_x_tr_sch`` is the
    scheme, https where it is missing.
    """
    if not link.host.endswith(_SUFFIX):
        return ""
    host = _host(
        decoded(link.parameter("_x_tr_hp")) + link.host.removesuffix(_SUFFIX),
        decoded(link.parameter("_x_tr_enc")).split(","),
    )
    scheme = "http" if link.parameter("_x_tr_sch") == "http" else "https"
    query = "&".join(p for p in link.query.split("&") if not p.startswith("_x_tr_"))
    return f"{scheme}://{host}{link._replace(query=query).rest}"


def _host(prefix: str, encodings: list[str]) -> str:
    if "1" in encodings:
        prefix = prefix.removeprefix("1-")
    international = "0" in encodings and prefix.startswith("0-")
    if international:
        prefix = prefix.removeprefix("0-")
    host = _DOT.sub(".", prefix).replace("--", "-")
    return f"xn--{host}" if international else host
