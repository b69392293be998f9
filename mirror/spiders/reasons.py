"""Why a page could not be fetched, in words that stay the same for the summary."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from mirror.capture import (
    AddressRefused,
    ArchiveUnwritable,
    BadContentCoding,
    CertificateRefused,
    ProxyFailed,
)

REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefused, "private address"),
    (ArchiveUnwritable, "not archived"),
    (IgnoreRequest, "ignored"),
    (BadContentCoding, "bad content coding"),
    (CertificateRefused, "certificate refused"),
    (ProxyFailed, "proxy failed"),
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "host not found"),
    (DownloadConnectionRefusedError, "connection refused"),
    (ResponseDataLossError, "cut short"),
    (DownloadCancelledError, "too large"),
    (UnsupportedURLSchemeError, "unsupported scheme"),
    (NotSupported, "unsupported scheme"),
    (DownloadFailedError, "connection failed"),
    (OSError, "connection failed"),
)

ROBOTS = "robots.txt"


def reason_of(error: BaseException | None) -> tuple[str, str]:
    """``(reason, detail)``: a short fixed reason, and what the error says about it."""
    detail = str(error) or type(error).__name__
    if isinstance(error, IgnoreRequest) and "robots.txt" in detail:
        return ROBOTS, detail
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason, detail
    return f"error: {type(error).__name__}", detail
