"""A connection through a proxy that carries the bytes of one origin and nothing else.

The proxy sees a CONNECT (RFC 9110 §9.3.6) or a SOCKS request for the host's name, which is resolved
on its side. What it says about itself ends here: no error names it, because errors are logged.
"""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

import python_socks
from python_socks.async_.asyncio.v2 import Proxy
from scrapy.exceptions import DownloadFailedError

from mirror import warc

if TYPE_CHECKING:
    from mirror.capture.proxy import ProxyAddress

CONNECT_SECONDS = 60.0
"""Time that a SOCKS proxy has; the timeout of the request ends it earlier."""

_SOCKS = {"socks5": python_socks.ProxyType.SOCKS5, "socks4": python_socks.ProxyType.SOCKS4}


class ProxyFailed(DownloadFailedError):
    """The proxy could not be reached, or would not make the connection."""


async def open_tunnel(
    proxy: ProxyAddress,
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None,
    proxy_tls: ssl.SSLContext,
) -> asyncio.StreamWriter:
    """Connect to `host`, a name or an address, through `proxy`; with `tls` to the host if given.

    :raises ProxyFailed: and no other error, if it is the proxy's fault.
    :raises OSError: of TLS with the host.
    """
    if proxy.kind == "http":
        writer = await _open_http(proxy, host, port, proxy_tls)
    else:
        writer = await _open_socks(proxy, host, port)
    if tls is None:
        return writer
    try:
        await writer.start_tls(tls, server_hostname=host.rstrip("."))
    except TypeError as error:
        # CPython before 3.11.8 and 3.12.2 stumbles over a handshake that fails inside another
        # (gh-113214); what failed is in the context.
        abort(writer.transport)
        raise (error.__context__ or error) from None
    except BaseException:
        abort(writer.transport)
        raise
    return writer


async def _open_http(
    proxy: ProxyAddress, host: str, port: int, proxy_tls: ssl.SSLContext
) -> asyncio.StreamWriter:
    try:
        reader, writer = await asyncio.open_connection(
            proxy.host, proxy.port, ssl=proxy_tls if proxy.tls else None
        )
    except OSError as error:
        raise _unreachable(error) from None
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if proxy.user:
        token = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {token}")
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        # To the end of the head and not a byte further: the next is the host's.
        head = await reader.readuntil(b"\r\n\r\n")
        status = warc.parse_response(head, method=b"CONNECT").status
    except (OSError, EOFError, asyncio.LimitOverrunError, warc.MalformedMessage):
        abort(writer.transport)
        raise ProxyFailed("the proxy gave no answer to CONNECT") from None
    except BaseException:
        abort(writer.transport)
        raise
    if not 200 <= status < 300:
        abort(writer.transport)
        raise ProxyFailed(f"the proxy refused to connect, status {status}")
    return writer


async def _open_socks(proxy: ProxyAddress, host: str, port: int) -> asyncio.StreamWriter:
    client = Proxy(
        _SOCKS[proxy.kind], proxy.host, proxy.port, proxy.user, proxy.password, rdns=True
    )
    try:
        stream = await client.connect(host, port, timeout=CONNECT_SECONDS)
    except python_socks.ProxyConnectionError as error:
        raise _unreachable(error) from None
    except python_socks.ProxyTimeoutError:
        raise ProxyFailed("the proxy did not answer in time") from None
    except python_socks.ProxyError as error:
        # Texts of python-socks for the reply codes of RFC 1928 §6, or what broke the protocol.
        raise ProxyFailed(f"the proxy refused to connect: {error}") from None
    except (OSError, ValueError):
        raise ProxyFailed("the proxy broke off, or cannot take these credentials") from None
    return stream.writer


def abort(transport: asyncio.WriteTransport) -> None:
    """Close a connection at once; one that has ended already is left alone.

    Over TLS it may have lost what it would abort, and CPython 3.11.2 does not look.
    """
    with suppress(AttributeError):
        transport.abort()


def _unreachable(error: OSError) -> ProxyFailed:
    """Without the text of `error`, which has the proxy's name or address in it."""
    if isinstance(error, ssl.SSLError):
        why = f"TLS failed: {error.reason or type(error).__name__}"
    elif error.errno is not None and error.errno > 0:
        why = os.strerror(error.errno)
    else:
        why = "its name is not known"
    return ProxyFailed(f"the proxy cannot be reached ({why})")
