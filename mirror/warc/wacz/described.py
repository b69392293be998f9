"""``datapackage.json`` and ``datapackage-digest.json`` held against the package that they describe.

WACZ 1.1.1, Frictionless Data Package 1, WACZ Signing and Verification 0.1.0.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from mirror.warc.wacz import signature
from mirror.warc.wacz.content import HASHES, Unreadable, hashes, small
from mirror.warc.wacz.manifest import DIGEST, MANIFEST, digest_signed, hash_of
from mirror.warc.wacz.zipformat import STORED

if TYPE_CHECKING:
    from mirror.warc.wacz.complaints import Complaints
    from mirror.warc.wacz.content import Progress
    from mirror.warc.wacz.directory import Directory, Found

_MOST_JSON = 64 * 1024 * 1024
_NAME = re.compile(r"[-a-z0-9._/]+")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_ANONYMOUS = {"hash", "created", "software", "version", "signature", "publicKey"}
_BY_DOMAIN = {
    *(_ANONYMOUS - {"publicKey"}),
    *("domain", "domainCert", "timeSignature", "timestampCert", "crossSignedCert"),
}
OURS = "mirror-archive/"
"""Begins ``software`` of the packages of which every byte is known."""


@dataclass(slots=True)
class Description:
    """What a package says of itself."""

    data: bytes = b""
    """``datapackage.json`` as it is."""
    found: dict[str, Any] = field(default_factory=dict)
    public_key: str = ""
    """By which it is signed, and the signature is right; ``""`` where that is not so."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_ours(self) -> bool:
        return str(self.found.get("software", "")).startswith(OURS)


def read_manifest(file: BinaryIO, zipped: Directory, complaints: Complaints) -> Description:
    """``datapackage.json``: there, and of the required form."""
    described = Description()
    data = _read(file, zipped, MANIFEST, complaints)
    if data is None:
        return described
    described.data = data
    found = _json(data, MANIFEST, complaints)
    if found is None:
        return described
    described.found = found

    def complain(reason: str) -> None:
        complaints.add("manifest", MANIFEST, reason)

    if found.get("profile") != "data-package":
        complain(f"profile is {found.get('profile')!r}; it has to be 'data-package'")
    version = found.get("wacz_version")
    if not (isinstance(version, str) and _VERSION.fullmatch(version)):
        complain(f"wacz_version is {version!r}")
    elif not version.startswith("1."):
        complain(f"wacz_version is {version}; 1.1.1 is the one that is known")
    for key in ("created", "modified", "mainPageDate"):
        if key in found and not is_rfc3339(found[key]):
            complain(f"{key} is no date: {found[key]!r}")
    for key in ("title", "description", "software", "mainPageUrl"):
        if key in found and not isinstance(found[key], str):
            complain(f"{key} is no text")
    return described


def check_resources(
    file: BinaryIO,
    zipped: Directory,
    described: Description,
    complaints: Complaints,
    progress: Progress,
) -> None:
    """Every file of the package is listed once, with its size and its hash."""
    resources = described.found.get("resources")
    if not isinstance(resources, list) or not resources:
        complaints.add("manifest", MANIFEST, "resources lists no file")
        resources = []
    listed: set[str] = set()
    names: set[str] = set()
    for number, resource in enumerate(resources, 1):
        place = f"resource {number}"
        if not isinstance(resource, dict) or not isinstance(path := resource.get("path"), str):
            complaints.add("manifest", MANIFEST, f"{place} has no path")
            continue
        name = resource.get("name")
        if not (isinstance(name, str) and _NAME.fullmatch(name)) or name in names:
            reason = f"name of {path} is wrong or not its own: {name!r}"
            complaints.add("manifest", MANIFEST, reason)
        else:
            names.add(name)
        member = zipped.members.get(path)
        if path in listed or member is None:
            reason = "is listed twice" if path in listed else "is listed and not there"
            complaints.add("manifest", path, reason)
            continue
        listed.add(path)
        if member.sound:
            _check_resource(file, member, resource, complaints, progress)
    for path in zipped.members:
        if path not in listed and path not in (MANIFEST, DIGEST) and not path.endswith("/"):
            complaints.add("manifest", path, f"is not listed in {MANIFEST}")


def _check_resource(
    file: BinaryIO,
    member: Found,
    resource: dict[str, Any],
    complaints: Complaints,
    progress: Progress,
) -> None:
    path, entry = member.entry.name, member.entry
    text = resource.get("hash")
    # Data Package: a hash without its algorithm is MD5.
    algorithm, _, wanted = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    algorithm = algorithm.lower() or "md5"
    if algorithm not in HASHES or not wanted:
        complaints.add("manifest", path, f"its hash is of no known kind: {text!r}")
        algorithm, wanted = "sha256", ""
    try:
        there = hashes(file, member, algorithm, progress)
    except Unreadable as error:
        complaints.add("content", path, str(error))
        return
    if wanted and there.content != wanted:
        complaints.add("content", path, f"its {algorithm} is not the one in {MANIFEST}")
    if (said := resource.get("bytes")) != entry.size:
        complaints.add("content", path, f"has {entry.size} bytes, {MANIFEST} says {said!r}")
    packed = resource.get("deflated")
    if isinstance(packed, dict) and packed != (
        {"hash": f"sha256:{there.packed_sha256}", "bytes": entry.packed}
        if entry.method != STORED
        else None
    ):
        complaints.add("content", path, f"is deflated otherwise than {MANIFEST} says")


def check_digest(
    file: BinaryIO, zipped: Directory, described: Description, complaints: Complaints
) -> None:
    """The manifest's hash, and who signed it."""
    if DIGEST not in zipped.members:
        described.notes.append(f"there is no {DIGEST}: nothing vouches for {MANIFEST}")
        if described.is_ours:
            complaints.add("signature", DIGEST, "is missing")
        return
    data = _read(file, zipped, DIGEST, complaints)
    found = _json(data, DIGEST, complaints) if data is not None else None
    if found is None:
        return

    def complain(reason: str) -> None:
        complaints.add("signature", DIGEST, reason)

    text = hash_of(described.data)
    if found.get("path") != MANIFEST:
        complain(f"path is {found.get('path')!r}")
    if found.get("hash") != text:
        complain(f"its hash is not that of {MANIFEST}")
    signed = found.get("signedData")
    if signed is None:
        described.notes.append("it is not signed")
        if described.is_ours:
            complain("is not signed")
        return
    reason = _wrong(signed, text, described)
    if reason:
        complain(reason)
    elif described.is_ours and data != digest_signed(
        text,
        created=str(described.found.get("created")),
        software=str(described.found.get("software")),
        signature=signed["signature"],
        public_key=signed["publicKey"],
    ):
        complain(f"does not say what {MANIFEST} says")


def _wrong(signed: Any, text: str, described: Description) -> str:
    """What is wrong about ``signedData``; ``""`` if it is a right signature."""
    if not isinstance(signed, dict) or not all(isinstance(each, str) for each in signed.values()):
        return "signedData is no object of texts"
    if signed.get("hash") != text:
        return f"signedData is about another hash than that of {MANIFEST}"
    if not is_rfc3339(signed.get("created")):
        return "created in signedData is no date"
    if "created" in described.found and signed["created"] != described.found["created"]:
        return f"created in signedData is not that of {MANIFEST}"
    if "publicKey" not in signed:
        if signed.keys() <= _BY_DOMAIN and {"domain", "domainCert", "signature"} <= signed.keys():
            described.notes.append(
                f"it is signed for the domain {signed['domain']}; certificates are not checked here"
            )
            return ""
        return "signedData has neither a publicKey nor a domain with its certificate"
    if signed.keys() != _ANONYMOUS:
        odd = ", ".join(sorted(signed.keys() ^ _ANONYMOUS))
        return f"signedData has not what an anonymous signature has: {odd}"
    try:
        signature.verify(signed["signature"], signed["publicKey"], text)
    except signature.BadSignature as error:
        return str(error)
    described.public_key = signed["publicKey"]
    return ""


def is_rfc3339(text: Any) -> bool:
    """Whether a text is a date with a time and its zone."""
    if not isinstance(text, str) or len(text) < 20 or text[10] not in "Tt ":
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _read(file: BinaryIO, zipped: Directory, name: str, complaints: Complaints) -> bytes | None:
    member = zipped.members.get(name)
    if member is None:
        complaints.add("manifest", name, "is missing")
        return None
    if not member.sound or not member.end:
        return None
    try:
        # For its checksum; what it is said to be is asked of the file beside it.
        hashes(file, member, "sha256", lambda _: None)
        return small(file, member, _MOST_JSON)
    except Unreadable as error:
        complaints.add("content", name, str(error))
        return None


def _json(data: bytes, name: str, complaints: Complaints) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        complaints.add("manifest", name, f"is no JSON: {error}")
        return None
    if not isinstance(found, dict):
        complaints.add("manifest", name, "is no JSON object")
        return None
    return found
