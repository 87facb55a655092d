"""A pack on its way is exactly one run of bytes: anything else is refused before it is looked into."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clerk_app.catalogue.archive import MOST_BYTES, archived, load_archive, packed, unpacked
from clerk_app.catalogue.signing import MANIFEST, SIGNATURE
from clerk_app.domain.refusals import Refusal
from tests.peers.pack import FOLDER, newer_pack, public_key, training_pack

ARCHIVE = archived(FOLDER, [public_key()])


def code(data: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        unpacked(data)
    return refusal.value.code


def test_a_pack_goes_there_and_comes_back() -> None:
    pack = load_archive(ARCHIVE, [public_key()])
    assert pack.manifest == training_pack().manifest
    assert pack.tables == training_pack().tables
    assert {MANIFEST, SIGNATURE, "fees.csv"} <= unpacked(ARCHIVE).keys()
    assert not {"README.md", "publisher.pub", ".gitattributes"} & unpacked(ARCHIVE).keys(), "only what was signed"


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    newer = newer_pack(tmp_path)
    assert archived(newer, [public_key()]) == archived(newer, [public_key()]) != ARCHIVE
    assert packed(dict(reversed(unpacked(ARCHIVE).items()))) == ARCHIVE


def test_on_the_line_it_is_small_enough_to_come_in_one_piece() -> None:
    # Some ten seconds on the thinnest line that is promised.
    assert len(zlib.compress(ARCHIVE, 6)) < 96 * 1024


def test_a_pack_that_nobody_trusted_signed_is_not_archived() -> None:
    with pytest.raises(Refusal, match="PACK_SIGNATURE"):
        archived(FOLDER, [])


def _zip(*files: tuple[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        ARCHIVE[:-1],
        ARCHIVE[: len(ARCHIVE) // 2],
        ARCHIVE + b"\0",
        b"\0" + ARCHIVE,
        _zip(("fees.csv", b"0" * 100_000), how=zipfile.ZIP_DEFLATED),
        _zip(("../fees.csv", b"")),
        _zip(("/etc/fees.csv", b"")),
        _zip(("fees.exe", b"")),
        _zip(*((f"a{number}.csv", b"") for number in range(300))),
        b"\0" * (MOST_BYTES + 1),
    ],
    ids=["empty", "short", "cut", "half", "more", "before", "deflated", "above", "root", "kind", "many", "huge"],
)
def test_what_is_no_archive_of_ours_is_refused(data: bytes) -> None:
    assert code(data) == "PACK_DAMAGED"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_byte_of_it_can_be_another(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ARCHIVE) - 1))
    other = data.draw(st.integers(1, 255))
    spoilt = bytearray(ARCHIVE)
    spoilt[at] ^= other
    with pytest.raises(Refusal) as refusal:
        load_archive(bytes(spoilt), [public_key()])
    assert refusal.value.code.startswith("PACK_")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=4096))
@example(b"PK\x05\x06" + bytes(18))
@example(bytes(100) + b"PK\x05\x06" + b"\xff" * 18)
def test_any_bytes_are_an_archive_or_are_refused(data: bytes) -> None:
    try:
        files: dict[str, bytes] | None = unpacked(data)
    except Refusal:
        files = None
    assert files is None or packed(files) == data
