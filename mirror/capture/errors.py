"""What goes wrong with a request, as the exceptions that Scrapy's middlewares and users know."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from mirror.capture.tunnel import ProxyFailed

if TYPE_CHECKING:
    from scrapy import Request

FAILURES = (
    TimeoutError,
    OSError,
    ValueError,
    aiohttp.ClientError,
    aiohttp.http.HttpProcessingError,
    ProxyFailed,
)
"""What aiohttp and a tunnel raise when a request does not come to a good end."""


class CertificateRefused(DownloadFailedError):
    """The server's certificate is not that of a trusted authority, or of another host."""


class BadContentCoding(DownloadFailedError):
    """The body is not what its Content-Encoding says; it is recorded as it came."""


class WrongLength(ResponseDataLossError):
    """More bytes came than Content-Length says, so that the body may not be whole."""


class SettingError(ValueError):
    """A setting has a value that nothing can be fetched with."""


def as_scrapy_error(request: Request, error: Exception) -> Exception:
    """The exception by which Scrapy's middlewares know what happened to a request."""
    message = f"{request.url}: {str(error) or type(error).__name__}"
    cause = _cause_of(error)
    match cause:
        case ProxyFailed():
            return ProxyFailed(message)
        case ssl.SSLCertVerificationError():
            why = cause.verify_message or "it cannot be verified"
            return CertificateRefused(f"{request.url}: the certificate is refused: {why}")
        case TimeoutError():
            return DownloadTimeoutError(message)
        case aiohttp.InvalidURL():
            return UnsupportedURLSchemeError(message)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError(message)
    if isinstance(cause, ConnectionRefusedError):
        return DownloadConnectionRefusedError(message)
    return DownloadFailedError(message)


def _cause_of(error: BaseException) -> BaseException:
    """What aiohttp has wrapped."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return error.certificate_error
        case aiohttp.ClientConnectorError():
            return error.os_error
        case aiohttp.ClientOSError(__cause__=OSError() as cause):
            return cause
    return error
