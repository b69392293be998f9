"""``datapackage.json`` and ``datapackage-digest.json`` of a WACZ file (WACZ 1.1.1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mirror.warc.wacz.signature import Signer
    from mirror.warc.wacz.writer import Resource

VERSION = "1.1.1"
SIGNING_VERSION = "0.1.0"
MANIFEST = "datapackage.json"
DIGEST = "datapackage-digest.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a package says of itself."""

    title: str
    description: str
    """Markdown."""
    created: str
    """UTC, ``YYYY-MM-DDThh:mm:ssZ``."""
    software: str
    """``name/version``."""
    main_page: str = ""
    main_page_date: str = ""


def manifest(about: About, resources: Iterable[Resource]) -> bytes:
    """``datapackage.json``: what the package holds, with the hash of each file.

    Of a file that is deflated the hash of the deflated bytes is there as well: another way to
    deflate the same content would otherwise pass.
    """
    found: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": about.title,
        "description": about.description,
        "created": about.created,
        "modified": about.created,
        "software": about.software,
    }
    if about.main_page:
        # The specification says Url, py-wacz writes URL.
        found |= {"mainPageUrl": about.main_page, "mainPageURL": about.main_page}
        found |= {"mainPageDate": about.main_page_date}
    found["resources"] = [_described(each) for each in resources]
    return spelt(found)


def _described(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {
        # Data Package: lower case. The last part of a path tells our files apart.
        "name": resource.path.rpartition("/")[2].lower(),
        "path": resource.path,
        "hash": f"sha256:{resource.sha256}",
        "bytes": resource.size,
    }
    if resource.deflated:
        packed = {"hash": f"sha256:{resource.packed_sha256}", "bytes": resource.packed}
        found["deflated"] = packed
    return found


def digest(manifest_bytes: bytes, about: About, signer: Signer) -> bytes:
    """``datapackage-digest.json``: the manifest's hash, and the signature of that."""
    text = hash_of(manifest_bytes)
    return digest_signed(
        text,
        created=about.created,
        software=about.software,
        signature=signer.sign(text),
        public_key=signer.public_key,
    )


def digest_signed(
    text: str, *, created: str, software: str, signature: str, public_key: str
) -> bytes:
    """The same, of a signature that is there."""
    signed = {
        "hash": text,
        "created": created,
        "software": software,
        "version": SIGNING_VERSION,
        "signature": signature,
        "publicKey": public_key,
    }
    return spelt({"path": MANIFEST, "hash": text, "signedData": signed})


def hash_of(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def spelt(value: dict[str, Any]) -> bytes:
    """The one way in which we write JSON that is read by people too."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
