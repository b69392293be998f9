"""A collection packed: read once, then written from front to back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mirror import __version__
from mirror.export.lines import LineReader, run_files
from mirror.export.titles import channel_titles
from mirror.packing.catalogue import Catalogue
from mirror.packing.pages import EXTRA_PAGES, PAGES, Lists, count, write_extra_pages, write_pages
from mirror.packing.readable import ReadableFile, most_bytes
from mirror.packing.reading import ArchiveReader, Reading, read_items
from mirror.packing.selection import PackingError, Selection
from mirror.warc.index import sorted_lines
from mirror.warc.wacz import About, WaczWriter, digest, manifest, write_blocks
from mirror.warc.wacz.index import NAME as INDEX
from mirror.warc.wacz.manifest import DIGEST, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from mirror.warc.wacz import Signer

    Progress = Callable[[int], object]

_CHUNK = 1024 * 1024
SOFTWARE = f"mirror-archive/{__version__}"


@dataclass(frozen=True, slots=True)
class Packed:
    """What a package holds."""

    records: int
    warcs: int
    lists: Lists
    readable: int
    """Readable pages, which are none of the records."""
    excluded: int
    """URLs whose captures were left out for the exclusion list."""
    bad_lines: int
    """Lines of ``items/`` that are no items; their articles are not in the list of pages."""


@dataclass(frozen=True, slots=True)
class _File:
    number: int
    path: Path


def bytes_to_read(folder: Path) -> int:
    """What `progress` of :func:`pack` will have been told when all is read, about."""
    archive = sum(path.stat().st_size for path in _warcs(folder))
    return 2 * archive + sum(file.size for file in run_files(folder / "items"))


def pack(
    folder: Path,
    target: BinaryIO,
    selection: Selection,
    signer: Signer,
    *,
    limit: int,
    readable: bool = True,
    progress: Progress = lambda _: None,
) -> Packed:
    """Write the collection in `folder` as a WACZ file. Nobody may write to it meanwhile.

    :param target: empty, seekable.
    :param limit: most bytes of an index page after its content coding is undone.
    :param readable: put a page to read of every article beside the captures.
    :param progress: told of bytes read or copied.
    :raises PackingError: nothing of the collection is asked for.
    :raises BadWarc: the archive is damaged.
    :raises OSError: a file cannot be read, or the package not be written.
    :raises sqlite3.Error: there is no room for temporary files.
    """
    found = Reading()
    with Catalogue() as catalogue:
        items = run_files(folder / "items")
        read_items(items, catalogue, selection, found, progress)
        archive = ArchiveReader(catalogue, selection, found, limit=limit)
        files = [_File(number, path) for number, path in enumerate(_warcs(folder), 1)]
        for file in files:
            catalogue.add("warc", [(file.number, file.path.name)])
            archive.read(file.number, file.path, progress)
        catalogue.complete()
        _check(folder, catalogue, selection, found)
        date = catalogue.value("SELECT max(date) FROM record WHERE keep AND line NOT NULL")
        beside = ReadableFile.of(folder.name, date, channel_titles(folder)) if readable else None
        with LineReader(items) as lines:
            return _write(
                folder.name, files, beside, catalogue, lines, target, signer, found, progress
            )


def _check(folder: Path, catalogue: Catalogue, selection: Selection, found: Reading) -> None:
    """
    :raises PackingError: nothing would be packed, or a channel is asked for that is not there.
    """
    if missing := selection.channels - found.channels:
        there = ", ".join(sorted(found.channels)) or "none"
        raise PackingError(
            f"no channel {', '.join(sorted(missing))} in {folder.name}; there are: {there}"
        )
    if not catalogue.value("SELECT 1 FROM record WHERE keep AND line NOT NULL"):
        runs = sorted(run for run in found.runs if run)
        there = f"its runs are {runs[0]} to {runs[-1]}" if runs else "it has no runs"
        raise PackingError(f"nothing of {folder.name} is to be packed; {there}")


def _write(
    name: str,
    files: list[_File],
    readable: ReadableFile | None,
    catalogue: Catalogue,
    lines: LineReader,
    target: BinaryIO,
    signer: Signer,
    found: Reading,
    progress: Progress,
) -> Packed:
    wacz = WaczWriter(target)
    index_lines = chain(
        _copied(files, catalogue, wacz, progress),
        _made(readable, catalogue, lines, wacz) if readable is not None else (),
    )
    with sorted_lines(index_lines) as index:
        warcs = len(wacz.resources) - (readable is not None)
        with wacz.member(f"indexes/{INDEX}", most=index.size) as member:
            idx = write_blocks(index, member)
        wacz.add("indexes/index.idx", idx)
    _, size = count(catalogue)
    with wacz.member(PAGES, deflated=True, most=2 * size) as member:
        write_pages(catalogue, lines, member)
    with wacz.member(EXTRA_PAGES, deflated=True) as member:
        lists = write_extra_pages(catalogue, lines, member)
    about = _about(name, catalogue, found, lists)
    data = manifest(about, wacz.resources)
    wacz.add(MANIFEST, data)
    wacz.add(DIGEST, digest(data, about, signer))
    wacz.finish()
    return Packed(
        records=catalogue.value("SELECT count(*) FROM record WHERE keep"),
        warcs=warcs,
        lists=lists,
        readable=catalogue.value("SELECT count(*) FROM readable"),
        excluded=len(found.excluded),
        bad_lines=found.bad_lines,
    )


def _copied(
    files: list[_File], catalogue: Catalogue, wacz: WaczWriter, progress: Progress
) -> Iterator[str]:
    """Copy what is kept of each WARC file, and give the index line of each record there."""
    for file in files:
        where = "FROM record WHERE warc=? AND keep"
        size = catalogue.value(f"SELECT coalesce(sum(length), 0) {where}", file.number)
        if not size:
            continue
        with (
            wacz.member(f"archive/{file.path.name}", most=size) as member,
            file.path.open("rb", buffering=0) as source,
        ):
            for offset, length, line in catalogue.ask(
                f"SELECT offset, length, line {where} ORDER BY n", file.number
            ):
                if line is not None:
                    yield _moved(line, offset, member.size)
                source.seek(offset)
                left = length
                while left:
                    chunk = source.read(min(left, _CHUNK))
                    if not chunk:
                        raise OSError(f"{file.path} has become shorter while it was packed")
                    member.write(chunk)
                    left -= len(chunk)
                progress(length)


def _made(
    readable: ReadableFile, catalogue: Catalogue, lines: LineReader, wacz: WaczWriter
) -> Iterator[str]:
    """Write the readable pages, and give their index lines."""
    most = most_bytes(*count(catalogue))
    with wacz.member(f"archive/{readable.name}", most=most) as member:
        yield from readable.write(catalogue, lines, member)


def _moved(line: str, before: int, after: int) -> str:
    """The index line of a record that stands at another byte of its file now."""
    head, mark, tail = line.rpartition(f'"offset": "{before}"')
    assert mark, line
    return f'{head}"offset": "{after}"{tail}'


def _about(name: str, catalogue: Catalogue, found: Reading, lists: Lists) -> About:
    kept = "FROM record WHERE keep AND line NOT NULL"
    first = catalogue.value(f"SELECT min(date) {kept}")
    last = catalogue.value(f"SELECT max(date) {kept}")
    main = next(
        catalogue.ask(
            "SELECT i.url, r.date FROM index_page i JOIN record r ON r.id=i.record"
            " WHERE r.keep AND i.root ORDER BY r.date DESC, r.n DESC LIMIT 1"
        ),
        ("", ""),
    )
    return About(
        title=name,
        description=(
            f"Captures of the mirror {found.mirror or name} from {first} to {last}:"
            f" {lists.articles} states of articles, {lists.index_pages} index pages."
        ),
        # Of the newest capture, and not of now: the same captures make the same file.
        created=last,
        software=SOFTWARE,
        main_page=main[0],
        main_page_date=main[1],
    )


def _warcs(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "archive").glob("*.warc.gz") if path.name[0] != ".")
