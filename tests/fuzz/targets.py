"""What is fuzzed: each target takes any bytes, and whatever they are it must neither crash, hang nor believe them.

A target raises on a wrong acceptance; `Malformed`, `Refusal` and `DeviceFault` are right answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import carried
from clerk_app.catalogue import archive
from clerk_app.desk.page_texts import search_words, text_in, written
from clerk_app.desk.ports import Access
from clerk_app.devices import identity_qr
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.emrtd import (
    active_authentication,
    chip_authentication,
    groups,
    mrz,
    pace,
    security_infos,
    sod,
    trust,
)
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from clerk_app.devices.faults import FAULTS
from clerk_app.devices.scanner import escl_xml
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain import grace, paper_reading
from clerk_app.domain.grace import Grace
from clerk_app.domain.pages import PageText, Word
from clerk_app.domain.printed_values import Known
from clerk_app.domain.refusals import DeviceFault, Refusal
from clerk_app.imaging import files_jpeg
from clerk_app.imaging.reading_picture import Prepared
from clerk_app.imaging.reading_words import words_of
from clerk_app.practice import card_contents, card_portrait, escl_wire, specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_faults import CardFaults
from tests.peers.pack import public_key, training_pack
from tests.peers.page_text import CERTIFICATE, page_text

JPEG_OF_TWO = bytes.fromhex("ffd8ffe2000a4d504600ffffffffffda000401020304ff0005ffd9ffd8ffd9")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
QUAN = specimens.specimen(1)
FILES = card_contents.files(QUAN, CardFaults())
GOOD_SOD = FILES[0x011D]
TRUSTED = (specimens.authority(),)
CHIP = Chip(QUAN, CardFaults())
JOB = escl_wire.Job("1", escl_wire.Wish(True, False, 300, False, "image/jpeg", 2480, 3508))
RULES = training_pack().as_of(TODAY)


SPECIMENS = tuple(
    (specimens.folder() / name).read_bytes() for name in ("specimen-masterlist.ml", "specimen.crl", "specimen-link.pem")
)
VOUCHED_FOR = frozenset(one.certificate.dump() for one in trust.made([*TRUSTED, *SPECIMENS], practice=True).authorities)
"""What the specimen authority itself vouched for, by its master list and its link."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that takes bytes, and well-formed ones to begin with."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def _groups(data: bytes) -> None:
    for parse in (groups.zone, groups.portrait, groups.citizen_text, security_infos.of_card_access):
        with suppress(Malformed):
            parse(data)
    with suppress(Malformed, UnknownAlgorithm):
        infos = security_infos.of_dg14(data)
        pace.understood(infos.pace)
        chip_authentication.offered(infos)
    with suppress(Malformed, UnknownAlgorithm):
        key = active_authentication.key_in(data)
        active_authentication.verifiable(key, b"")
        if active_authentication.signed(key, b"", bytes(8), data):
            raise AssertionError("a signature that nobody made is believed")


def _sod(data: bytes) -> None:
    try:
        security = sod.parse(data)
    except Malformed:
        return
    found = sod.judge(security, trust.store_of(TRUSTED, practice=True), NOW)
    genuine = sod.parse(GOOD_SOD)
    if found.signature.state == found.signer.chain.state == "yes" and dict(security.hashes) != dict(genuine.hashes):
        raise AssertionError("digests that nobody signed are believed")


def _trust(data: bytes) -> None:
    """A file of the trust package: certificate, master list or revocation list. Nobody signed it for this office."""
    store = trust.made([*TRUSTED, data], practice=True)
    if not {one.certificate.dump() for one in store.authorities} <= VOUCHED_FOR:
        raise AssertionError("an authority that nobody vouched for is believed")


def _qr(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(Refusal):
        person = identity_qr.parse(text).person
        for value in (person.number, person.name, person.residence, person.old_number):
            if unicodedata.normalize("NFC", value) != value:
                raise AssertionError("not NFC")
        if len(person.number) != 12 or not person.number.isascii():
            raise AssertionError("a number that is none")


def _mrz(data: bytes) -> None:
    with suppress(Malformed):
        mrz.parse(data.decode("utf-8", "replace"), TODAY)


def _chip(data: bytes) -> None:
    """A man in the middle: the first two bytes say which answer, the rest is what is said instead, or laid over it."""
    if len(data) < 3:
        return
    at, how, said = data[0], data[1], data[2:]
    CHIP.reset()
    count = 0

    def meddled(command: bytes) -> bytes:
        nonlocal count
        count += 1
        answer = CHIP.answer(command)
        if count - 1 < at or (how & 1 and count - 1 > at):
            return answer
        if how & 2:
            return said if len(said) >= 2 else answer
        head = bytes(a ^ b for a, b in zip(answer, said, strict=False))
        return head + answer[len(head) :]

    try:
        reading = read_identity(
            meddled, Access(can=QUAN.can), device="fuzz", trusted=TRUSTED, practice=True, clock=lambda: NOW
        )
    except DeviceFault:
        return
    if reading.evidence.level == "chip" and reading.person != QUAN.person:
        raise AssertionError("somebody else is believed")
    if reading.genuine == "no" and reading.evidence.level == "chip":
        raise AssertionError("a copy is believed")


def _packs(data: bytes) -> None:
    """An archive is exactly what would be written, and no pack but a signed one is believed."""
    with suppress(Refusal):
        assert archive.packed(archive.unpacked(data)) == data
    with suppress(Refusal):
        archive.load_archive(data, [public_key()])
        raise AssertionError("a pack that nobody signed")


def _scanner(data: bytes) -> None:
    with suppress(ScannerTrouble):
        able = escl_xml.capabilities_from(data)
        assert set(able.inputs) <= {"glass", "feeder", "both_sides"}
        for kind, source in able.inputs.items():
            width, height = source.region
            assert 0 < width <= escl_xml.A4[0]
            assert 0 < height <= escl_xml.A4[1]
            escl_xml.parsed(escl_xml.scan_settings(kind, source, source.dpi(300), able.version))
    with suppress(ScannerTrouble):
        status = escl_xml.status_from(data)
        assert escl_xml.fault_of(status, feeder=True) in {"", *FAULTS}


def _jpeg(data: bytes) -> None:
    """What is kept of a file is one picture from its beginning to its end, and nothing more can be taken off it."""
    kept = files_jpeg.alone(data)
    if kept is None:
        return
    if kept[:2] != data[:2] or kept[-2:] != b"\xff\xd9" or len(kept) > len(data):
        raise AssertionError("not the picture of the file")
    if files_jpeg.alone(kept) != kept:
        raise AssertionError("there was more to take off")


def _row(word: Word) -> str:
    return "\t".join(map(str, (5, 1, 1, 1, word.line, 1, *word.box, 95, word.text)))


_TSV = "\n".join(["level", *map(_row, page_text(*CERTIFICATE[:3]).words)]).encode()


def _print(data: bytes) -> None:
    """What a reader wrote of a page: words of it, a paper perhaps, and proposals that are never surer than sure."""
    page = Prepared(b"", 300, 1.0, 2480, 3508, 90)
    with suppress(DeviceFault):
        text = PageText(words_of(data.decode("utf-8", "replace"), page), page.width, page.height)
        found = paper_reading.recognise(text, RULES.recognition, 90)
        assert found is None or 0 <= found.sure <= 1
        for one in paper_reading.proposals(text, "GKSK", RULES.readings, Known(("B", "C1"), ("001",), ("01",)), 90):
            assert 0 <= one.sure <= 1
        assert search_words(text).isascii()
        assert text_in(written(text)) == text
    with suppress(ValueError):
        text_in(data)


_CENTRAL, _STATION = bytes(range(32)), Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))


_RECORDS = [
    carried.Wished(7, [("receipt", 500)], "0a1b2c3d", [("dossier", 1, 500)]),
    carried.SheetPiece("ab" * 32, 0, 5, b"sheet"),
]


def _carried_file() -> bytes:
    file = BytesIO()
    head = carried.Head("export", UUID(int=1), "Q04", "c", NOW, carried.public_of(_CENTRAL))
    writer = carried.Writer(file, head, carried.public_of(_CENTRAL), _STATION.sign)
    for record in _RECORDS:
        writer.add(record)
    writer.end()
    return file.getvalue()


_CARRIED = _carried_file()


def _carried(data: bytes) -> None:
    """A file that people carried: nothing is believed but what the station put in and signed."""
    try:
        checked = carried.check(BytesIO(data), _STATION.public_key().public_bytes_raw())
    except Refusal:
        return
    # Sealing draws a new key each time: another run's seed is other octets with the same content.
    if list(carried.records(BytesIO(data), checked, _CENTRAL)) != _RECORDS:
        raise AssertionError("a file that the station never wrote is believed")


def _grace(data: bytes) -> None:
    """What somebody types as a grace code: nobody who lacks the secret makes one that counts."""
    with suppress(Refusal):
        grace.read(data.decode("utf-8", "replace"), _CENTRAL, "Q04", TODAY)
        raise AssertionError("a code that central never made is believed")


TARGETS = {
    "carried": Target(_carried, (_CARRIED, _CARRIED[:-1], b"QUAYUSB1" + bytes(8))),
    "grace": Target(_grace, (grace.written(Grace("disk", 1, 1), bytes(32), "Q04", TODAY).encode(), b"0" * 20)),
    "groups": Target(_groups, tuple(FILES.values())),
    "sod": Target(_sod, (GOOD_SOD,)),
    "trust": Target(_trust, SPECIMENS),
    "qr": Target(
        _qr, (specimens.qr_text(QUAN.person).encode(), specimens.qr_text(specimens.specimen(2).person).encode())
    ),
    "mrz": Target(_mrz, (card_contents.mrz(QUAN.person).encode(),)),
    "scanner": Target(
        _scanner,
        (
            escl_wire.capabilities("Máy quét", "3a1b", feeder=True),
            escl_wire.status("Stopped", "ScannerAdfJam", "", [("/eSCL/ScanJobs/1", JOB)]),
        ),
    ),
    "packs": Target(
        _packs,
        (
            archive.packed({"manifest.toml": b"schema = 1\n[files]\n", "manifest.sig": b"00" * 64, "fees.csv": b""}),
            archive.packed({}),
        ),
    ),
    "jpeg": Target(_jpeg, (card_portrait.draw(1, "jpeg"), JPEG_OF_TWO)),
    "print": Target(_print, (_TSV, written(page_text(*CERTIFICATE)))),
    "chip": Target(_chip, (b"\x00\x01\x00\x00", b"\x08\x03\x6a\x82", b"\x20\x02" + bytes(40))),
}
