"""What stands on a readable page where a picture is not in the archive.

Browsers show the body of an answer to a picture's request whatever its status, so the answer is
still a 404, and a reader sees a quiet field instead of a broken picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="150" viewBox="0 0 640 150">'
    '<rect x="1" y="1" width="638" height="148" rx="6" fill="#888" fill-opacity=".08"'
    ' stroke="#888" stroke-opacity=".45" stroke-width="1.5" stroke-dasharray="6 5"/>'
    '<g fill="none" stroke="#888" stroke-width="2.5" stroke-linejoin="round">'
    '<rect x="288" y="42" width="64" height="46" rx="4"/><path d="m289 81 18-19 13 13 9-8 22 20"/>'
    '<circle cx="335" cy="56" r="4.5"/></g>'
    '<text x="320" y="118" fill="#888" font-family="sans-serif" font-size="17"'
    ' text-anchor="middle">图片未存档 · image not archived</text></svg>'
).encode()


def with_stand_in(
    application: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    """The application's answer, or the stand-in where it has none."""
    status_seen = ""

    def begin(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[..., Any]:
        nonlocal status_seen
        status_seen = status
        if status.startswith("404"):
            kind, length = ("Content-Type", "image/svg+xml"), ("Content-Length", str(len(PICTURE)))
            return start(status, [kind, length], error)
        return start(status, headers, error)

    body = application(environ, begin)
    if not status_seen.startswith("404"):
        return body
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return [PICTURE]
