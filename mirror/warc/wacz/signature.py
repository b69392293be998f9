"""Signatures of a WACZ file (WACZ Signing and Verification 0.1.0): the anonymous kind.

The specification says ECDSA and leaves the curve open. ArchiveWeb.page, which writes such files,
signs with P-384 and SHA-256, and wabac.js (ReplayWeb.page) imports the public key of an anonymous
signature as one of P-384 and nothing else: a P-256 signature would be correct and verified nowhere.
So ours are P-384; both curves are read. What is signed is the text ``sha256:…`` of the manifest.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_CURVES: tuple[type[ec.EllipticCurve], ...] = (ec.SECP384R1, ec.SECP256R1)
_PRIVATE = 0o600
_SHARED = 0o077


class KeyUnusable(Exception):
    """The private key cannot be used; the message is for the operator."""


class BadSignature(ValueError):
    """A signature is not one of the manifest by the key that stands beside it."""


class Signer:
    """Signs with a private key, the same text always alike (RFC 6979)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> str:
        """Base64 of the key's SubjectPublicKeyInfo, as ``publicKey`` has it."""
        data = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(data).decode()

    def sign(self, text: str) -> str:
        """Base64 of the signature's two numbers, r and s, one after the other."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._key.sign(text.encode(), algorithm))
        size = _bytes_of(self._key.curve)
        return base64.b64encode(r.to_bytes(size, "big") + s.to_bytes(size, "big")).decode()


def verify(signature: str, public_key: str, text: str) -> None:
    """Hold a signature of `text` against a public key, both as they stand in a WACZ file.

    :raises BadSignature: it is none, or the key is none of a known curve.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
        key = serialization.load_der_public_key(base64.b64decode(public_key, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature(f"signature or publicKey cannot be read: {error}") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _CURVES):
        raise BadSignature("publicKey is no key of the curves P-384 and P-256")
    size = _bytes_of(key.curve)
    if len(raw) != 2 * size:
        raise BadSignature(f"signature has {len(raw)} bytes; two numbers of {size} are expected")
    numbers = encode_dss_signature(
        int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big")
    )
    try:
        key.verify(numbers, text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise BadSignature("the signature is not one of this manifest by publicKey") from None


def load_or_make(path: Path) -> Signer:
    """The signer whose private key is in the file at `path`, which is made when it is missing.

    The file is PKCS #8 in PEM, without a password, readable by its owner only.

    :raises KeyUnusable: others can read it, it holds no key of these curves, or cannot be made.
    """
    try:
        return _load(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise KeyUnusable(f"the key {path} cannot be read: {error.strerror}") from error
    key = ec.generate_private_key(ec.SECP384R1())
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        _write_new(path, data)
        return _load(path)
    except OSError as error:
        raise KeyUnusable(f"the key {path} cannot be made: {error.strerror}") from error


def _write_new(path: Path, data: bytes) -> None:
    """Whole or not at all, and readable by nobody else at any time; a file that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.partial")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(scratch)
        except FileExistsError:
            return  # another process was first; its key is the one
    finally:
        scratch.unlink()
    sync_folder(path.parent)


def _load(path: Path) -> Signer:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        data = file.read(1 << 16)
    if mode & _SHARED:
        raise KeyUnusable(f"others can read the key {path}; do: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path} holds no private key in PEM without a password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, _CURVES):
        raise KeyUnusable(f"the key in {path} is none of the curves P-384 and P-256")
    return Signer(key)


def _bytes_of(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8
