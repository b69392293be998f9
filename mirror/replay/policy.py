"""What pages of the replay server may do; for the readable ones, see `mirror.render.policy`."""

START_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
CAPTURE_POLICY = (
    "default-src 'unsafe-eval' 'unsafe-inline' 'self' data: blob:; form-action 'self';"
    " frame-ancestors 'self'"
)
"""Captures run their scripts, as they were, but reach nothing outside the archive."""
