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
    WrongLength,
)


class HostGivenUp(IgnoreRequest):
    """The run asks this host for nothing more; the message says why."""


class RobotsUnreachable(IgnoreRequest):
    """``robots.txt`` cannot be had, so that nothing may be (RFC 9309 §2.3.1.4)."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"{url} cannot be had ({reason}): nothing may be asked for (RFC 9309 §2.3.1.4)"
        )
        self.url = url
        self.reason = reason


REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefused, "private address"),
    (ArchiveUnwritable, "not archived"),
    (HostGivenUp, "host given up"),
    (IgnoreRequest, "ignored"),
    (BadContentCoding, "bad content coding"),
    (CertificateRefused, "certificate refused"),
    (ProxyFailed, "proxy failed"),
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "host not found"),
    (DownloadConnectionRefusedError, "connection refused"),
    (WrongLength, "wrong length"),
    (ResponseDataLossError, "cut short"),
    (DownloadCancelledError, "too large"),
    (UnsupportedURLSchemeError, "unsupported scheme"),
    (NotSupported, "unsupported scheme"),
    (DownloadFailedError, "connection failed"),
    (OSError, "connection failed"),
)

ROBOTS = "robots.txt"
ROBOTS_UNREACHABLE = "robots.txt unreachable"

RETRIED: tuple[type[BaseException], ...] = (
    DownloadTimeoutError,
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    ResponseDataLossError,
    DownloadFailedError,
    OSError,
)
"""What may go well at another attempt. Not a body that is too large, an address that is private,
a certificate that is refused: these are as they are."""


def reason_of(error: BaseException | None) -> tuple[str, str]:
    """``(reason, detail)``: a short fixed reason, and what the error says about it."""
    detail = str(error) or type(error).__name__
    if isinstance(error, RobotsUnreachable):
        return f"{ROBOTS_UNREACHABLE}: {error.reason}", detail
    if isinstance(error, IgnoreRequest) and "robots.txt" in detail:
        return ROBOTS, detail
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason, detail
    return f"error: {type(error).__name__}", detail


def is_passing(error: BaseException) -> bool:
    """Whether the same request is worth another attempt after `error`."""
    return isinstance(error, RETRIED) and not isinstance(error, CertificateRefused)
