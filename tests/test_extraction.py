"""Extraction in a second process says the same as in this one, whatever becomes of that process."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.address import parse_mirror
from mirror.demo.server import demo_site
from mirror.extraction.extract import extract
from mirror.extraction.extractor import Extractor
from mirror.extraction.frames import AnswerFrames, answer_frame
from mirror.layouts import ArticlePage, IndexPage, Page, Unknown

if TYPE_CHECKING:
    from mirror.extraction.extract import Reading

MIRROR = parse_mirror("http://127.0.0.1:8000/")
SITE = Path(str(demo_site()))
PAGES = [
    Page(MIRROR.at(str(path.relative_to(SITE))), path.read_bytes())
    for path in sorted(SITE.rglob("*.md"))
]
TROUBLE = """
import os, sys, time
from mirror.extraction import worker
original = worker.extract
def extract(page):
    if page.body == b"die":
        os._exit(9)
    if page.body == b"hang":
        time.sleep(600)
    if page.body == b"raise":
        raise RuntimeError("a fault of ours")
    if page.body == b"print":
        print("noise on standard output", flush=True)
    return original(page)
worker.extract = extract
worker.main()
"""


def extract_all(extractor: Extractor, pages: list[Page]) -> list[Reading]:
    async def run() -> list[Reading]:
        try:
            return list(await asyncio.gather(*map(extractor.extract, pages)))
        finally:
            await extractor.close()

    return asyncio.run(run())


def troubled(timeout: float = 60.0) -> Extractor:
    return Extractor(timeout=timeout, worker=(sys.executable, "-c", TROUBLE))


def odd_page(body: bytes) -> Page:
    return Page(MIRROR.at("pages/odd.md"), body)


def test_every_page_of_the_demo_is_read_alike_in_both_processes() -> None:
    readings = extract_all(Extractor(), PAGES)
    assert readings == [extract(page) for page in PAGES]
    assert {type(reading) for reading in readings} == {ArticlePage, IndexPage}


def test_page_that_ends_the_process_is_not_understood_and_the_others_are_read() -> None:
    pages = [*PAGES[:20], odd_page(b"die"), *PAGES[20:30], odd_page(b"die"), *PAGES[30:]]
    readings = extract_all(troubled(), pages)
    died = [n for n, page in enumerate(pages) if page.body == b"die"]
    for number in died:
        reading = readings[number]
        assert isinstance(reading, Unknown)
        assert reading.reason.startswith("extractor-died: ")
    rest = [reading for number, reading in enumerate(readings) if number not in died]
    assert rest == [extract(page) for page in PAGES]


def test_page_that_holds_the_process_up_is_given_up() -> None:
    hung, after = extract_all(troubled(timeout=5.0), [odd_page(b"hang"), PAGES[-1]])
    assert isinstance(hung, Unknown)
    assert hung.reason == "extractor-hung: the page was not read in 5 seconds"
    assert after == extract(PAGES[-1])


def test_answer_that_nobody_asked_for_ends_the_process_that_gives_it() -> None:
    noisy = TROUBLE.replace(
        "worker.main()",
        "once = worker.answer_frame\n"
        "worker.answer_frame = lambda reading: once(reading) * 2\n"
        "worker.main()",
    )
    extractor = Extractor(worker=(sys.executable, "-c", noisy))
    assert extract_all(extractor, PAGES[-1:]) == [extract(PAGES[-1])]


def test_process_that_cannot_be_started_is_an_error_of_every_page() -> None:
    async def run() -> list[object]:
        extractor = Extractor(worker=("/nowhere/python",))
        return list(
            await asyncio.gather(*map(extractor.extract, PAGES[:3]), return_exceptions=True)
        )

    assert [type(error) for error in asyncio.run(run())] == [FileNotFoundError] * 3


def test_answers_are_read_however_they_are_cut() -> None:
    readings = [extract(page) for page in PAGES]
    data = b"".join(map(answer_frame, readings))
    expected = [None if isinstance(reading, IndexPage) else reading for reading in readings]
    for size in (1, 3, 1000, 65536, len(data)):
        frames = AnswerFrames()
        found = [
            answer
            for start in range(0, len(data), size)
            for answer in frames.answers(data[start : start + size])
        ]
        assert found == expected


def test_a_pause_without_pages_is_no_hang() -> None:
    async def run() -> list[Reading]:
        # Long enough for a process to begin on a busy machine.
        extractor = troubled(timeout=3.0)
        try:
            first = await extractor.extract(PAGES[-1])
            await asyncio.sleep(4.0)
            return [first, await extractor.extract(PAGES[-1])]
        finally:
            await extractor.close()

    assert asyncio.run(run()) == [extract(PAGES[-1])] * 2


def test_fault_of_ours_is_named_and_noise_does_no_harm() -> None:
    readings = extract_all(troubled(), [odd_page(b"raise"), odd_page(b"print"), *PAGES[-3:]])
    assert readings[0] == Unknown("extractor-error: RuntimeError: a fault of ours")
    assert isinstance(readings[1], Unknown)
    assert readings[2:] == [extract(page) for page in PAGES[-3:]]


def test_closing_leaves_no_process_behind() -> None:
    async def run() -> int | None:
        extractor = Extractor()
        await extractor.extract(PAGES[-1])
        process = extractor._process
        assert process is not None
        await extractor.close()
        return process.returncode

    assert asyncio.run(run()) is not None
