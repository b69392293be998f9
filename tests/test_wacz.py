"""A collection as one WACZ file: what is in it, that it is signed, and that damage is found."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mirror import warc
from mirror.warc.wacz.verify import verify_wacz
from tests.crawling import Finished, check_warcs, crawl, scrapy

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The demo mirror with its pictures, crawled twice: the second time nothing had changed."""
    output = tmp_path_factory.mktemp("output")
    assert crawl(output, mirror="demo", images="1").status == 0
    finished = crawl(output, mirror="demo", images="1")
    assert finished.status == 0
    return finished


def pack(
    demo: Finished, target: Path, *options: str, key: Path | None = None
) -> subprocess.CompletedProcess[str]:
    key = key or demo.folder.parent / "key.pem"
    where = ("-s", f"OUTPUT_DIR={demo.folder.parent}", "-s", f"WACZ_KEY={key}")
    return scrapy("wacz", demo.folder.name, "-o", str(target), *where, *options)


@pytest.fixture(scope="module")
def package(demo: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("packed") / "demo.wacz"
    done = pack(demo, target)
    assert done.returncode == 0, done.stderr
    return target


def verified(path: Path) -> subprocess.CompletedProcess[str]:
    return scrapy("verify", str(path))


def lines(package: Path, name: str) -> list[dict[str, object]]:
    with zipfile.ZipFile(package) as opened:
        return [json.loads(line) for line in opened.read(name).splitlines()]


def test_package_holds_what_the_specification_names(package: Path, demo: Finished) -> None:
    with zipfile.ZipFile(package) as opened:
        assert opened.testzip() is None
        infos = {info.filename: info for info in opened.infolist()}
        named = json.loads(opened.read("datapackage.json"))
        for resource in named["resources"]:
            data = opened.read(resource["path"])
            assert resource["bytes"] == len(data)
            assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        archives = {name for name in infos if name.startswith("archive/")}
        assert all(infos[name].compress_type == zipfile.ZIP_STORED for name in archives)
        archive = f"archive/{demo.warcs[0].name}"
        assert opened.read(archive) == demo.warcs[0].read_bytes(), "all of it: byte for byte"
        (readable,) = archives - {archive}
        assert readable.startswith("archive/test-readable-")
    assert named["profile"] == "data-package"
    assert named["wacz_version"] == "1.1.1"
    listed = {resource["path"] for resource in named["resources"]}
    assert listed == set(infos) - {"datapackage.json", "datapackage-digest.json"}
    assert verified(package).returncode == 0


def test_pages_are_the_articles_and_the_indexes(package: Path, demo: Finished) -> None:
    head, *pages = lines(package, "pages/pages.jsonl")
    assert head["format"] == "json-pages-1.0"
    articles = {item["url"]: item for item in demo.items}
    assert {page["captureUrl"] for page in pages} == set(articles)
    for page in pages:
        item = articles[page["captureUrl"]]
        assert page["url"] == page["originalUrl"] == item["original_url"]
        assert page["title"] == item["title"]
        # One of two that came in the same second is dated later.
        assert str(page["ts"]) >= item["capture"]["date"]
        assert str(item["text"])[:40].split("\n")[0] in str(page["text"])
    _, *further = lines(package, "pages/extraPages.jsonl")
    originals = {page["url"] for page in pages}
    indexes = {str(page["url"]) for page in further} - originals
    assert {url.rpartition("/")[2] for url in indexes} <= {"README.md", "1.md", "2.md"}
    assert len(indexes) == 6


def test_index_names_every_record_where_it_stands(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        found = gzip.decompress(opened.read("indexes/index.cdx.gz")).decode().splitlines()
        opened.extractall(tmp_path)
    assert found[0].startswith("!meta 0 ") or found == sorted(found)
    entries = [json.loads(line[line.index("{") :]) for line in found if not line.startswith("!")]
    paths = {path.name: path for path in (tmp_path / "archive").iterdir()}
    expected = {line for path in paths.values() for line in warc.index_file(path)}
    assert len(entries) == len(expected)
    for entry in entries:
        path = paths[entry["filename"]]
        record = warc.read_at(path, int(entry["offset"]), int(entry["length"]))
        assert record.target_uri == entry["url"]


def records_in(package: Path, folder: Path, part: str = "") -> list[warc.Record]:
    with zipfile.ZipFile(package) as opened:
        opened.extractall(folder)
    return [
        stored.record
        for path in sorted((folder / "archive").iterdir())
        for stored in warc.read_records(path)
        if part in path.name
    ]


def test_readable_pages_are_those_of_the_articles_and_apart_from_captures(
    package: Path, demo: Finished, tmp_path: Path
) -> None:
    made = records_in(package, tmp_path, "-readable-")
    check_warcs(list((tmp_path / "archive").iterdir()))
    captured = {item["capture"]["record_id"]: item for item in demo.items}
    assert made[0].type == "warcinfo"
    assert {record.get("WARC-X-Derived-From") for record in made[1:]} == set(captured)
    for record in made[1:]:
        item = captured[record.get("WARC-X-Derived-From") or ""]
        assert record.type == "resource"
        assert record.target_uri == item["original_url"]
        assert item["title"].replace("&", "&amp;") in record.block.decode("utf-8")
    assert len({(record.target_uri, record.date) for record in made[1:]}) == len(captured)


def test_package_without_readable_pages_leads_to_the_captures(
    demo: Finished, tmp_path: Path
) -> None:
    target = tmp_path / "bare.wacz"
    assert pack(demo, target, "--no-readable").returncode == 0
    assert verified(target).returncode == 0
    _, *pages = lines(target, "pages/pages.jsonl")
    assert {page["url"] for page in pages} == {item["url"] for item in demo.items}
    assert not any("captureUrl" in page for page in pages)
    assert not records_in(target, tmp_path, "-readable-")


def test_signature_is_that_of_the_key_over_the_digest(package: Path) -> None:
    """Anonymous signature of the WACZ signing specification, checked by other code."""
    with zipfile.ZipFile(package) as opened:
        digest = json.loads(opened.read("datapackage-digest.json"))
        described = opened.read("datapackage.json")
    assert digest["hash"] == f"sha256:{hashlib.sha256(described).hexdigest()}"
    signed = digest["signedData"]
    assert signed["hash"] == digest["hash"]
    key = load_der_public_key(base64.b64decode(signed["publicKey"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    raw = base64.b64decode(signed["signature"])
    half = len(raw) // 2
    r, s = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
    key.verify(encode_dss_signature(r, s), signed["hash"].encode(), ec.ECDSA(hashes.SHA256()))


def test_same_collection_and_key_give_the_same_bytes(
    package: Path, demo: Finished, tmp_path: Path
) -> None:
    again = tmp_path / "again.wacz"
    assert pack(demo, again).returncode == 0
    assert again.read_bytes() == package.read_bytes()
    other = tmp_path / "other.wacz"
    assert pack(demo, other, key=tmp_path / "other.pem").returncode == 0
    assert other.read_bytes() != package.read_bytes()
    assert (tmp_path / "other.pem").stat().st_mode & 0o077 == 0, "the key is private"


def test_a_flipped_bit_anywhere_is_found(package: Path, tmp_path: Path) -> None:
    data = package.read_bytes()
    chance = random.Random(20261125)
    ends = [0, 1, 30, len(data) - 1, len(data) - 10, len(data) - 22]
    for position in [*ends, *(chance.randrange(len(data)) for _ in range(20))]:
        damaged = bytearray(data)
        damaged[position] ^= 1 << chance.randrange(8)
        path = tmp_path / "damaged.wacz"
        path.write_bytes(damaged)
        assert not verify_wacz(path).holds, f"byte {position}"
    done = verified(path)
    assert done.returncode == 3, done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_excluded_or_of_another_channel_is_left_out(demo: Finished, tmp_path: Path) -> None:
    gone = next(item for item in demo.items if item["url"].endswith("/ncid9001/n9000001.md"))
    listed = tmp_path / "exclude.txt"
    listed.write_text(f"{gone['url']}\n", "utf-8")
    target = tmp_path / "part.wacz"
    done = pack(demo, target, "--channels", "ncid9001", "--exclude", str(listed))
    assert done.returncode == 0, done.stderr
    assert verified(target).returncode == 0
    _, *pages = lines(target, "pages/pages.jsonl")
    urls = {str(page["captureUrl"]) for page in pages}
    wanted = {item["url"] for item in demo.items if item["channel"] == "ncid9001"}
    assert urls == wanted - {gone["url"]}
    records = records_in(target, tmp_path)
    assert gone["original_url"] not in {record.target_uri for record in records}
    assert gone["url"] not in {record.target_uri for record in records}
    assert not any("/pages/ncid9002/" in (record.target_uri or "") for record in records)
    # The picture of what is excluded; one that stands in both channels stays.
    pictures = {r.target_uri for r in records if (r.target_uri or "").endswith(".png")}
    assert {(url or "").rpartition("/")[2] for url in pictures} == {
        "bike-shop.png",
        "old-bell.png",
        "stone-steps.png",
        "stone-steps-again.png",
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--channels", "none"], "none"),
        (["--runs", "yesterday"], "--runs 'yesterday'"),
        (["-o", "archive.zip"], "has to end in .wacz"),
    ],
)
def test_wrong_options_are_2(
    options: list[str], words: str, demo: Finished, tmp_path: Path
) -> None:
    done = pack(demo, tmp_path / "x.wacz", *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert not list(tmp_path.glob("*.wacz*"))
