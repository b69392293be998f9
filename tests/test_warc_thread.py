"""The writer behind an asyncio loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests import warc_samples as samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class GatedWriter(warc.WarcWriter):
    """Writes only while its gate is open, and counts."""

    gate: threading.Event
    syncs = 0

    @classmethod
    def make(cls, folder: Path) -> GatedWriter:
        made = cls(folder, "tea", info={}, now=lambda: samples.NOW)
        made.gate = threading.Event()
        made.gate.set()
        return made

    def write(self, group: Sequence[warc.Record]) -> list[warc.Location]:
        if hasattr(self, "gate"):
            assert self.gate.wait(10)
        return super().write(group)

    def sync(self) -> warc.Location:
        self.syncs += 1
        return super().sync()


def test_groups_are_written_in_order_and_their_places_are_right(tmp_path: Path) -> None:
    async def main() -> list[list[warc.Location]]:
        thread = warc.WriterThread(samples.writer(tmp_path))
        groups = [[samples.resource(b"%d" % n), samples.resource(b"x")] for n in range(300)]
        places = await asyncio.gather(*(thread.write(group) for group in groups))
        await thread.close()
        return places

    places = asyncio.run(main())
    offsets = [place.offset for group in places for place in group]
    assert offsets == sorted(offsets)
    for number, (place, _) in enumerate(places):
        path = tmp_path / place.warc
        assert warc.read_at(path, place.offset, place.length).block == b"%d" % number


def test_the_loop_goes_on_while_the_disk_is_slow(tmp_path: Path) -> None:
    async def main() -> None:
        target = GatedWriter.make(tmp_path)
        thread = warc.WriterThread(target)
        target.gate.clear()
        write = asyncio.create_task(thread.write([samples.resource(b"x")]))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not write.done()
        target.gate.set()
        assert (await write)[0].length > 0
        await thread.close()

    asyncio.run(main())


def test_what_is_pending_is_bounded(tmp_path: Path) -> None:
    async def main() -> None:
        target = GatedWriter.make(tmp_path)
        thread = warc.WriterThread(target, max_pending=10_000)
        target.gate.clear()
        group = [samples.resource(bytes(3000))]
        writes = [asyncio.create_task(thread.write(group)) for _ in range(20)]
        await asyncio.sleep(0.05)
        # 3,000 bytes and what a record weighs besides: two fit.
        assert thread.pending == 2 * (3000 + 1024)
        writes[5].cancel()
        target.gate.set()
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in done].count(True) == 1
        assert thread.pending == 0
        await thread.close()

    asyncio.run(main())
    (path,) = tmp_path.iterdir()
    assert len(list(warc.read_records(path))) == 1 + 19


def test_a_group_larger_than_the_bound_is_written_alone(tmp_path: Path) -> None:
    async def main() -> None:
        thread = warc.WriterThread(samples.writer(tmp_path), max_pending=10)
        await asyncio.gather(*(thread.write([samples.resource(bytes(5000))]) for _ in range(5)))
        await thread.close()

    asyncio.run(main())
    (path,) = tmp_path.iterdir()
    assert len(list(warc.read_records(path))) == 6


def test_a_full_disk_reaches_everyone_who_waits(tmp_path: Path) -> None:
    class FullDisk(GatedWriter):
        def _append(self, group: Sequence[warc.Record]) -> list[warc.Location]:
            if hasattr(self, "gate"):
                raise OSError(28, "No space left on device", str(self.path))
            return super()._append(group)

    async def main() -> None:
        target = FullDisk.make(tmp_path)
        thread = warc.WriterThread(target)
        target.gate.clear()
        writes = [asyncio.create_task(thread.write([samples.resource(b"x")])) for _ in range(5)]
        sync = asyncio.create_task(thread.sync())
        await asyncio.sleep(0.01)
        target.gate.set()
        outcomes = await asyncio.gather(*writes, sync, return_exceptions=True)
        assert [getattr(each, "errno", None) for each in outcomes] == [28] * 6
        assert len(set(map(id, outcomes))) == 6
        with pytest.raises(OSError, match="No space left"):
            await thread.write([samples.resource(b"later")])
        await thread.close()

    asyncio.run(main())


def test_an_unfit_group_fails_alone(tmp_path: Path) -> None:
    async def main() -> list[object]:
        thread = warc.WriterThread(samples.writer(tmp_path))
        evil = warc.Record((("X", "a\nb"),), b"")
        outcomes = await asyncio.gather(
            *(
                thread.write([each])
                for each in (samples.resource(b"1"), evil, samples.resource(b"2"))
            ),
            return_exceptions=True,
        )
        await thread.close()
        return [type(each) for each in outcomes]

    assert asyncio.run(main()) == [list, ValueError, list]


def test_a_cancelled_caller_does_not_disturb_the_others(tmp_path: Path) -> None:
    async def main() -> None:
        target = GatedWriter.make(tmp_path)
        thread = warc.WriterThread(target)
        target.gate.clear()
        writes = [
            asyncio.create_task(thread.write([samples.resource(b"%d" % n)])) for n in range(3)
        ]
        await asyncio.sleep(0.01)
        writes[1].cancel()
        target.gate.set()
        await asyncio.wait(writes)
        assert writes[1].cancelled()
        assert writes[0].result()[0].offset < writes[2].result()[0].offset
        await thread.close()

    asyncio.run(main())
    (path,) = tmp_path.iterdir()
    assert [s.record.block for s in warc.read_records(path)][1:] == [b"0", b"1", b"2"]


def test_sync_comes_after_what_was_asked_before(tmp_path: Path) -> None:
    async def main() -> None:
        target = GatedWriter.make(tmp_path)
        thread = warc.WriterThread(target)
        target.gate.clear()
        write = asyncio.create_task(thread.write([samples.resource(b"x")]))
        sync = asyncio.create_task(thread.sync())
        await asyncio.sleep(0.01)
        assert target.syncs == 0
        target.gate.set()
        await sync
        assert target.syncs == 1
        assert write.done()
        await thread.close()

    asyncio.run(main())


def test_close_writes_what_is_pending_and_ends_the_thread(tmp_path: Path) -> None:
    before = threading.active_count()

    async def main() -> None:
        thread = warc.WriterThread(samples.writer(tmp_path))
        write = asyncio.create_task(thread.write([samples.resource(b"last")]))
        await asyncio.sleep(0)
        await thread.close()
        assert (await write)[0].length > 0
        await thread.close()
        for late in (thread.write([samples.resource(b"late")]), thread.sync()):
            with pytest.raises(ValueError, match="is closed"):
                await late

    asyncio.run(main())
    assert threading.active_count() == before
    (path,) = tmp_path.iterdir()
    assert [s.record.block for s in warc.read_records(path)][1:] == [b"last"]
