"""What a readable page may do (Content Security Policy Level 3): show itself and its pictures.

The policy stands in the page, for whoever opens it as a file or in another replay program, and is
sent as a header by ``scrapy replay``, since pywb takes policies out of the pages that it rewrites.
"""

import base64
import hashlib

from mirror.render.style import STYLE

STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
_REST = f"style-src {STYLE_HASH}; base-uri 'none'; form-action 'none'"

PAGE_POLICY = f"default-src 'none'; img-src http: https:; media-src http: https:; {_REST}"
"""In the page, where the addresses of pictures are still those of the publisher."""

SERVED_POLICY = (
    f"default-src 'none'; img-src 'self'; media-src 'self'; {_REST}; frame-ancestors 'none'"
)
"""As a header, once the addresses lead into the archive: nothing is loaded from elsewhere."""
