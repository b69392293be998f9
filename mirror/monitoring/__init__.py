"""How a collection does: read from what its runs left behind, without a byte being written.

It scales with the time that is shown, not with the age of a collection: of the run summaries only
those of that time are opened, and beyond them those since the last success. What grows with the
collection is one query for its counts, and one look at the size of each of its files.
"""

from mirror.monitoring.durations import age_in_words, parse_duration
from mirror.monitoring.exposition import attempt_text, metrics_text, status_text
from mirror.monitoring.notices import Notice, notices
from mirror.monitoring.state import State, read_state
from mirror.monitoring.textfile import write_attempt, write_metrics

__all__ = [
    "Notice",
    "State",
    "age_in_words",
    "attempt_text",
    "metrics_text",
    "notices",
    "parse_duration",
    "read_state",
    "status_text",
    "write_attempt",
    "write_metrics",
]
