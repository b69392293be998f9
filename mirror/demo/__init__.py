"""The embedded demo mirror: a small ``epoch`` mirror of our own writing, served over real HTTP.

``python -m mirror.demo`` serves it in the foreground; :class:`DemoServer` serves it inside a
``with`` block. Which oddity of real mirrors stands on which page is listed in ``README.md`` here.
"""

from __future__ import annotations

from mirror.demo.server import DemoServer

__all__ = ["DemoServer"]
