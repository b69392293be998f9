"""What an article's digest speaks of, held against a reading of its line by Python's own JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mirror.items import CaptureRef, GitRef, content_digest, encode
from tests.export_samples import article

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_CAPTURES = st.none() | st.builds(
    CaptureRef,
    date=st.just("2024-01-02T03:04:05Z"),
    run=_TEXT,
    warc=_TEXT,
    offset=st.integers(0, 2**53),
    length=st.integers(0, 2**31),
    record_id=_TEXT,
    payload_digest=st.none() | _TEXT,
    status=st.none() | st.integers(100, 599),
)
_COMMITS = st.none() | st.builds(GitRef, _TEXT, _TEXT, _TEXT, st.just("2024-01-02T03:04:05Z"))


@given(_TEXT, _TEXT, _CAPTURES, _COMMITS)
def test_digest_is_of_all_but_where_an_article_was_captured(
    title: str, extractor: str, capture: CaptureRef | None, git: GitRef | None
) -> None:
    captured = replace(article(title=title, extractor=extractor), capture=capture, git=git)
    line = encode(captured)
    fields = {**json.loads(line), "capture": None, "git": None}
    content = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    expected = f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
    assert content_digest(captured, line) == content_digest(captured) == expected
