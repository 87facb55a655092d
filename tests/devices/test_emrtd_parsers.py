"""Whatever a chip sends, parsers answer with a value or with `Malformed`, soon and in little memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clerk_app.desk.ports import Access
from clerk_app.devices.card_conversation import MOST_APDUS, read_identity
from clerk_app.devices.emrtd import (
    active_authentication,
    chip_authentication,
    files,
    groups,
    mrz,
    security_infos,
    sod,
    tlv,
)
from clerk_app.devices.emrtd.apdu import Answer, Command, InTheClear, Malformed
from clerk_app.devices.emrtd.files import Reader, extended_length, longest_answer
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from clerk_app.devices.pcsc import historical_bytes
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import card_contents, specimens
from clerk_app.practice.card_chip import answer_to_reset
from clerk_app.practice.card_faults import CardFaults
from tests.peers import openpace
from tests.peers.chip import CountingChip, Transcript, converse
from tests.peers.issuer import chip_info, chip_key_info, issue, sign
from tests.peers.proving_chip import CAN, ProvingChip

FILES = card_contents.files(specimens.specimen(1), CardFaults())
ISSUED = issue(chip=[chip_info(1), chip_info(2)], named=True, signing_key=ec.generate_private_key(ec.SECP256R1()))
PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "dg1": (groups.zone, FILES[0x0101]),
    "dg2": (groups.portrait, FILES[0x0102][:600]),
    "dg13": (groups.citizen_text, FILES[0x010D]),
    "sod": (sod.parse, FILES[0x011D]),
    "dg14": (lambda data: chip_authentication.offered(security_infos.of_dg14(data)), ISSUED.groups[14]),
    "dg15": (lambda data: active_authentication.verifiable(active_authentication.key_in(data), b""), ISSUED.groups[15]),
    "card access": (security_infos.of_card_access, ISSUED.card_access),
}


@pytest.mark.parametrize("name", sorted(PARSERS))
@settings(deadline=None)
@given(data=st.data())
def test_damaged_files_are_malformed_and_nothing_worse(name: str, data: st.DataObject) -> None:
    parse, good = PARSERS[name]
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for content in (bytes(damaged), bytes(damaged[:cut]), data.draw(st.binary(max_size=300))):
        with suppress(Malformed, UnknownAlgorithm):
            parse(content)


@settings(deadline=None)
@given(zone=st.text(alphabet="0123456789ABCZ<", min_size=90, max_size=90))
@example(zone="<" * 90)
@example(zone="9" * 90)
def test_any_zone_is_taken_apart_or_malformed(zone: str) -> None:
    found = mrz.parse(zone, date(2026, 11, 22))
    assert len(found.wrong_digits) <= 4


def test_a_dg14_of_many_keys_is_malformed() -> None:
    key = chip_key_info(13, 5, named=False)
    with pytest.raises(Malformed):
        security_infos.of_dg14(tlv.encode(0x6E, tlv.encode(0x31, key * 9)))


def test_deep_nesting_is_malformed() -> None:
    inner = b""
    for _ in range(60):
        inner = tlv.encode(0x30, inner)
    with pytest.raises(Malformed):
        groups.citizen_text(tlv.encode(0x6D, inner))


@settings(deadline=None)
@given(value=st.binary(max_size=70_000), tag=st.sampled_from([0x61, 0x5F1F, 0x7F49, 0x87]))
def test_what_is_encoded_is_found_again(value: bytes, tag: int) -> None:
    assert list(tlv.objects(tlv.encode(tag, value))) == [(tag, value)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14/08/1990", date(1990, 8, 14)),
        ("14081990", date(1990, 8, 14)),
        ("19900814", date(1990, 8, 14)),
        ("14-08-1990", date(1990, 8, 14)),
        ("Không thời hạn", None),
        ("31/02/1990", None),
        ("", None),
        ("٠١٠٢٢٠٠٠", None),
    ],
)
def test_dates_of_dg13(text: str, day: date | None) -> None:
    assert groups.day(text) == day


@pytest.mark.parametrize(
    ("field_15", "field_16"), [("012345678", "0011223344556677"), ("0011223344556677", "012345678")]
)
def test_the_old_number_is_known_by_its_content(field_15: str, field_16: str) -> None:
    fields = b"".join(
        tlv.encode(0x30, tlv.encode(0x02, bytes((n,))) + tlv.encode(0x13, text.encode()))
        for n, text in ((1, "001090012345"), (15, field_15), (16, field_16))
    )
    assert groups.citizen_text(tlv.encode(0x6D, tlv.encode(0x31, fields))).old_number == "012345678"


@pytest.mark.skipif(bool(openpace.WHY_NOT), reason=openpace.WHY_NOT)
@pytest.mark.parametrize(
    "content", [b"", b"\x04\x82\x01\x00" + bytes(256), bytes(range(200)), b"\x30\x80\x02\x01\x01\0\0", b"\xff" * 64]
)
def test_an_opaque_dg13_costs_its_text_and_nothing_else(content: bytes) -> None:
    """Cards since 2024 may carry an encoding of the issuer's own: identity does not depend on it."""
    issued = issue(with_key=False)
    chip = ProvingChip(issued)
    chip.files[0x010D] = tlv.encode(0x6D, content)
    chip.files[0x011D] = sign(issued.groups | {13: chip.files[0x010D]})
    reading = read_identity(
        chip,
        Access(can=CAN.decode()),
        device="test",
        trusted=[issued.authority],
        practice=False,
        clock=lambda: datetime.now(UTC),
    )
    assert (reading.hashes, reading.signed) == ("ok", "yes")
    assert "DG13_UNREADABLE" in reading.problems
    assert reading.person.number == specimens.specimen(1).person.number


# ---- commands and files ----


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (Command(0x84, 0, 0, le=8), "0084000008"),
        (Command(0xA4, 2, 12, b"\x01\x1e"), "00A4020C02011E"),
        (Command(0xB0, 0, 0, le=256), "00B0000000"),
        (Command(0xB0, 0, 0, le=65536), "00B00000000000"),
        (Command(0xB0, 0, 0, le=2000), "00B000000007D0"),
        (Command(0x86, 0, 0, bytes(2), 4000), "0086000000000200000FA0"),
    ],
)
def test_commands_are_encoded_as_iso_7816_says(command: Command, encoded: str) -> None:
    assert command.encode().hex().upper() == encoded


def test_the_channel_fetches_what_is_held_back_and_corrects_the_length() -> None:
    script = Transcript(("00B0000000", "6C03"), ("00B0000003", "AABB6101"), ("00C0000001", "CC9000"))
    assert converse(InTheClear().ask(Command(0xB0, 0, 0, le=256)), script) == Answer(b"\xaa\xbb\xcc", 0x9000)
    assert script.finished


def test_a_card_without_short_names_is_asked_the_long_way_once() -> None:
    reader = Reader(InTheClear())
    script = Transcript(
        ("00B0810000", "6A86"),
        ("00A4020C020101", "9000"),
        ("00B0000000", "61026162" + "9000"),
        ("00A4020C02011D", "9000"),
        ("00B0000000", "7703313233" + "6282"),
    )
    assert converse(reader.read(files.DG1), script) == bytes.fromhex("61026162")
    assert converse(reader.read(files.SOD), script) == bytes.fromhex("7703313233")
    assert script.finished


@pytest.mark.parametrize(
    "replies",
    [
        ["7783FFFFFF" + "9000"],
        ["77820400AA" + "9000", "9000"],
        ["77820400AA" + "9000", "6B00"],
        ["7780" + "9000"],
        ["77" + "9000"],
        ["AA" * 300 + "9000"],
    ],
)
def test_a_file_that_lies_about_itself_is_a_fault(replies: list[str]) -> None:
    left = [bytes.fromhex(reply) for reply in replies]
    with pytest.raises(DeviceFault) as caught:
        converse(Reader(InTheClear()).read(files.SOD), lambda _command: left.pop(0) if left else b"\x6b\x00")
    assert caught.value.code == "CARD_GARBAGE"


def test_a_chip_that_never_ends_is_given_up() -> None:
    """A file by four octets takes thousands of commands; nobody waits for that at a counter."""
    chip = CountingChip(1, "drip")
    with pytest.raises(DeviceFault) as caught:
        read_identity(
            chip,
            Access(can=specimens.specimen(1).can),
            device="test",
            trusted=(),
            practice=True,
            clock=lambda: datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        )
    assert caught.value.code == "CARD_TOO_SLOW"
    assert len(chip.commands) == MOST_APDUS


def test_extended_length_is_known_from_the_answer_to_reset() -> None:
    assert not extended_length(historical_bytes(answer_to_reset(CardFaults())))
    assert extended_length(historical_bytes(answer_to_reset(CardFaults(extended=True))))
    assert longest_answer(card_contents.EF_ATR) == 2048
    assert longest_answer(b"") == 256
    assert longest_answer(bytes.fromhex("7F6608020200100202" + "0010")) == 256


@settings(deadline=None)
@given(atr=st.binary(max_size=40))
def test_any_answer_to_reset_is_survived(atr: bytes) -> None:
    assert isinstance(extended_length(historical_bytes(atr)), bool)
