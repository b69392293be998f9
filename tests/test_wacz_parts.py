"""The parts of a package, each by itself: signature, headers, pieces of Chinese, lists of pages."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mirror.export.lines import LineReader, run_files
from mirror.packing.catalogue import Catalogue
from mirror.packing.grams import Terms, text_pieces, title_pieces
from mirror.packing.pages import EXTRA_PAGES, SEARCHED, write_extra_pages
from mirror.warc.wacz import KeyUnusable, Signer, WaczWriter, load_or_make, zipformat
from mirror.warc.wacz.complaints import Complaints
from mirror.warc.wacz.directory import read_directory
from mirror.warc.wacz.signature import BadSignature, verify
from mirror.warc.wacz.writer import TooLarge
from tests.export_samples import FIRST, article, write_run

if TYPE_CHECKING:
    from pathlib import Path

# --- the signature -------------------------------------------------------------------------------

# RFC 6979 A.2.6 and A.2.5: the key x, and r and s of the text "sample" with SHA-256.
VECTORS = [
    (
        ec.SECP384R1(),
        (
            "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
            "96D5724E4C70A825F872C9EA60D2EDF5"
        ),
        (
            "21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33"
            "BDE1E888E63355D92FA2B3C36D8FB2CD"
        ),
        (
            "F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEB"
            "EFDC63ECCD1AC42EC0CB8668A4FA0AB0"
        ),
    ),
    (
        ec.SECP256R1(),
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
]


@pytest.mark.parametrize(("curve", "key", "r", "s"), VECTORS)
def test_signatures_are_those_of_rfc_6979(
    curve: ec.EllipticCurve, key: str, r: str, s: str
) -> None:
    signer = Signer(ec.derive_private_key(int(key, 16), curve))
    assert base64.b64decode(signer.sign("sample")).hex().upper() == r + s
    verify(signer.sign("sample"), signer.public_key, "sample")
    with pytest.raises(BadSignature, match="not one of this manifest"):
        verify(signer.sign("sample"), signer.public_key, "Sample")


def test_new_keys_are_of_the_curve_that_replayweb_verifies(tmp_path: Path) -> None:
    signer = load_or_make(tmp_path / "new" / "key.pem")
    assert len(base64.b64decode(signer.sign("x"))) == 96
    again = load_or_make(tmp_path / "new" / "key.pem")
    assert again.public_key == signer.public_key
    assert (tmp_path / "new" / "key.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    load_or_make(path)
    path.chmod(0o644)
    with pytest.raises(KeyUnusable, match="do: chmod 600"):
        load_or_make(path)


@pytest.mark.parametrize("kind", ["no key", "with a password", "of another curve"])
def test_key_that_cannot_sign_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    data = b"not a key\n"
    if kind != "no key":
        key = ec.generate_private_key(ec.SECP521R1() if "curve" in kind else ec.SECP384R1())
        how: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if "password" in kind:
            how = serialization.BestAvailableEncryption(b"secret")
        data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    path.touch(0o600)
    path.write_bytes(data)
    with pytest.raises(KeyUnusable):
        load_or_make(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("signature", "key"), [("", ""), ("AAAA", "AAAA"), ("*", "MHYw"), ("A" * 128, "MHYwEAYH")]
)
def test_what_is_no_signature_is_said_to_be_none(signature: str, key: str) -> None:
    with pytest.raises(BadSignature):
        verify(signature, key, "text")


# --- the ZIP file --------------------------------------------------------------------------------


def test_large_members_have_sizes_of_64_bits() -> None:
    """No test writes four gigabytes: the headers are asked for such members, and parsed back."""
    entry = zipformat.Entry(
        "archive/large.warc.gz", zipformat.STORED, 7, 5 << 32, 5 << 32, 6 << 32, True
    )
    small = zipformat.Entry("archive/small.warc.gz", zipformat.STORED, 0, 0, 0, 0)
    central = zipformat.central_header(small) + zipformat.central_header(entry)
    data = central + zipformat.end_records(2, 0, len(central))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        info = opened.getinfo("archive/large.warc.gz")
    assert (info.file_size, info.compress_size, info.header_offset) == (5 << 32, 5 << 32, 6 << 32)
    local = zipformat.local_header(entry)
    assert len(local) == len(zipformat.local_header(small)) + 20, "a ZIP64 field with two sizes"
    assert local[18:26] == b"\xff" * 8


def test_end_of_a_very_large_file_has_its_64_bit_form() -> None:
    end = zipformat.end_records(70_000, 5 << 32, 1 << 20)
    assert end[:4] == b"PK\x06\x06"
    assert end[56:60] == b"PK\x06\x07"
    assert len(end) == 56 + 20 + 22


def test_member_that_may_be_large_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.wacz"
    with path.open("wb") as file:
        writer = WaczWriter(file)
        with writer.member("archive/a.warc.gz", most=1 << 33) as member:
            member.write(b"abc")
        with writer.member("pages/b.jsonl", deflated=True, most=1 << 33) as member:
            member.write(b"b" * 100_000)
        writer.finish()
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.read("archive/a.warc.gz") == b"abc"
    complaints = Complaints()
    with path.open("rb") as file:
        found = read_directory(file, complaints)
    assert not complaints.listed
    assert all(each.entry.big for each in found.members.values())


def test_member_larger_than_announced_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipformat, "LIMIT", 100)
    with (tmp_path / "x.wacz").open("wb") as file:
        writer = WaczWriter(file)
        with pytest.raises(TooLarge), writer.member("archive/a.warc.gz") as member:
            member.write(b"a" * 100)


def test_no_two_members_have_one_name(tmp_path: Path) -> None:
    with (tmp_path / "x.wacz").open("wb") as file:
        writer = WaczWriter(file)
        writer.add("a", b"")
        with pytest.raises(ValueError, match="already"):
            writer.add("a", b"")


# --- pieces of Chinese ---------------------------------------------------------------------------


def test_pieces_of_a_title() -> None:
    assert title_pieces("石桥通车，茶") == ["石桥", "桥通", "通车", "石桥通", "桥通车", "石桥通车"]
    assert title_pieces("Tea 茶 3") == []


def test_longer_pieces_of_a_text_have_to_recur() -> None:
    pieces = text_pieces("图书馆开门。图书馆的灯")
    assert pieces[:3] == ["图书", "书馆", "图书馆"]
    assert "馆开" in pieces
    assert "馆开门" not in pieces


def test_terms_are_the_longer_pieces_that_recur_in_titles() -> None:
    terms = Terms()
    for title in ("图书馆开门", "图书馆的灯", "老图书馆", "渡口的船"):
        terms.add(title)
    assert "图书馆" in terms.needed("图书馆来信")
    assert "渡口的" not in terms.needed("渡口的船")
    assert {"渡口", "口的", "的船"} == set(terms.needed("渡口的船"))


@given(st.text("茶园石桥a ，", max_size=30))
def test_every_word_of_two_to_four_signs_is_among_the_pieces_of_its_title(title: str) -> None:
    """Asked of all substrings, and not of the pieces."""
    pieces = title_pieces(title)
    assert len(set(pieces)) == len(pieces)
    words = {
        title[start : start + length]
        for length in (2, 3, 4)
        for start in range(len(title) - length + 1)
    }
    assert set(pieces) == {word for word in words if set(word) <= set("茶园石桥")}


# --- the list that is searched -------------------------------------------------------------------


def searched_list(
    folder: Path, articles: int, text: str
) -> tuple[zipfile.ZipInfo, list[bytes], int]:
    """The list of so many articles; its member, its lines, how many articles are said to be in."""
    chance = random.Random(0)
    items = [
        article(
            f"n{number}",
            title="".join(chr(0x4E00 + chance.randrange(5000)) for _ in range(14)) + "开通",
            text=text,
            published=f"20{number % 89 + 10}-01-01",
        )
        for number in range(articles)
    ]
    path = folder / "list.wacz"
    write_run(folder, FIRST, *items)
    files = run_files(folder / "items")
    with Catalogue() as catalogue, LineReader(files) as lines, path.open("wb") as file:
        start = 0
        for number, line in enumerate(files[0].path.read_bytes().splitlines(keepends=True)):
            item = items[number]
            assert item.capture is not None
            record = item.capture.record_id
            place = (0, start, len(line) - 1)
            catalogue.add("article", [(record, item.url, item.published, *place)])
            row = (number + 1, 1, number, 1, "response", record, "", None, None)
            catalogue.add("record", [(*row, item.url, item.capture.date, "", True)])
            start += len(line)
        writer = WaczWriter(file)
        with writer.member(EXTRA_PAGES, deflated=True) as member:
            lists = write_extra_pages(catalogue, lines, member)
        writer.finish()
    with zipfile.ZipFile(path) as opened:
        return opened.getinfo(EXTRA_PAGES), opened.read(EXTRA_PAGES).splitlines(), lists.searched


def test_list_ends_with_a_whole_line_before_the_search_stops_reading(tmp_path: Path) -> None:
    info, lines, searched = searched_list(tmp_path, 17_000, "桥。" * 300)
    assert SEARCHED * 0.9 < info.compress_size <= SEARCHED
    assert searched == len(lines) - 1 < 17_000
    pages = [json.loads(line) for line in lines[1:]]
    assert int(pages[0]["url"].rpartition("/n")[2][:-3]) % 89 == 88, "the newest first"
    assert all("开通" in page["text"] for page in pages)


def test_few_articles_are_searched_in_all_of_their_text(tmp_path: Path) -> None:
    info, lines, searched = searched_list(tmp_path, 50, "渡口的船开了。" * 30 + "末尾一句话")
    assert searched == 50
    assert all("末尾 " in json.loads(line)["text"] for line in lines[1:])
    assert info.compress_size < SEARCHED


def test_a_huge_text_does_not_push_others_out(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(200_000))
    info, _, searched = searched_list(tmp_path, 20, text)
    assert searched == 20
    assert info.compress_size <= SEARCHED
