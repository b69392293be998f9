"""The process that extracts: pages on standard input, answers on standard output, in order."""

from __future__ import annotations

import gc
import os
import signal
import sys

from mirror.extraction.extract import extract
from mirror.extraction.frames import answer_frame, read_pages
from mirror.layouts import Unknown


def main() -> None:
    """Answer each page until there are no more; the crawl's end closes standard input."""
    # Ctrl-C reaches the whole group of processes; the crawl decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing that a library prints may get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # What a page leaves behind is freed as its last reference goes; cycles are few and small. To
    # look for them after every 700 new objects, as is the default, takes time for nothing.
    gc.freeze()
    gc.set_threshold(20_000)
    for page in read_pages(sys.stdin.buffer):
        try:
            frame = answer_frame(extract(page))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the page
            frame = answer_frame(Unknown(f"extractor-error: {type(error).__name__}: {error}"[:500]))
        answers.write(frame)
        answers.flush()


if __name__ == "__main__":
    main()
