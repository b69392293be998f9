"""What leaves no bytes stands in the archive all the same, and is read back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mirror import warc
from mirror.events import Event, PageFailed, RefResolved, RunEnded, read_event

DATE = "2026-11-25T04:24:22Z"
texts = st.text(max_size=200).map(warc.safe_text)
urls = st.text(max_size=50).map(lambda text: warc.safe_uri(f"http://h/{text}"))
events = st.one_of(
    st.builds(
        PageFailed, urls, st.just(DATE), texts, st.none() | st.integers(min_value=0, max_value=999)
    ),
    st.builds(RefResolved, st.just(DATE), texts),
    st.builds(
        RunEnded,
        st.just(DATE),
        st.just("20261125T042422Z"),
        st.integers(min_value=0, max_value=255),
        texts,
    ),
)


@given(events)
def test_an_event_is_read_back_as_it_was_written(event: Event) -> None:
    record = event.record()
    assert read_event(record) == event
    place = warc.Location("a.warc.gz", 0, 100)
    assert warc.cdxj_line(record, place) is None, "no replay ever meets it"


@given(st.binary(max_size=300))
def test_any_other_block_is_no_event_or_one(block: bytes) -> None:
    record = PageFailed("http://h/", DATE, "timeout", None).record()
    read_event(warc.Record(record.headers, block))


def test_other_records_are_no_events() -> None:
    failed = PageFailed("http://h/", DATE, "timeout", None).record()
    other = tuple((name, value.replace("metadata", "resource")) for name, value in failed.headers)
    assert read_event(warc.Record(other, failed.block)) is None
    unknown = warc.metadata([("event", "tea")], target_uri="urn:x:y", date=DATE)
    assert read_event(unknown) is None
    lying = warc.metadata(
        [("event", "run-ended"), ("run", "r"), ("exit-status", "many")],
        target_uri="urn:x:y",
        date=DATE,
    )
    assert read_event(lying) is None
