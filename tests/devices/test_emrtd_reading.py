"""The whole conversation against the practice chip in this process: every fallback, every forgery, few commands."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.card_report import report
from clerk_app.devices.emrtd.conversation import ChipContents, keys_of, read_chip
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import specimens
from tests.peers.chip import CountingChip, converse

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
QUAN = specimens.specimen(1)
CAN = Access(can=QUAN.can)


def mrz_access(person: int = 1) -> Access:
    key = specimens.mrz_key(specimens.specimen(person).person)
    return Access(number=specimens.specimen(person).person.number, born=key.born, expires=key.expires)


def read(
    *faults: str, access: Access = CAN, person: int = 1, practice: bool = True, extended: bool = False
) -> CardReading:
    return read_identity(
        CountingChip(person, *faults),
        access,
        device="test",
        trusted=[specimens.authority()],
        practice=practice,
        clock=lambda: NOW,
        extended=extended,
    )


def code_of(*faults: str, access: Access = CAN) -> str:
    with pytest.raises(DeviceFault) as caught:
        read(*faults, access=access)
    return caught.value.code


@pytest.mark.parametrize("person", [1, 2, 3, 4])
@pytest.mark.parametrize("way", ["PACE", "BAC"])
def test_a_genuine_card_gives_the_person_and_the_level_chip(person: int, way: str) -> None:
    expected = specimens.specimen(person)
    access = Access(can=expected.can) if way == "PACE" else mrz_access(person)
    reading = read(access=access, person=person)
    assert reading.person == expected.person
    assert (reading.access, reading.signed, reading.hashes, reading.genuine) == (way, "yes", "ok", "unsupported")
    assert (reading.evidence.level, reading.expired, reading.problems) == ("chip", False, ())
    assert reading.portrait_format == "jp2"
    assert 10_000 < len(reading.portrait) < 20_000


def test_the_report_has_the_promised_fields() -> None:
    found = report(read())
    assert {
        "number", "name", "born", "sex", "expires", "residence", "portrait", "access", "signed", "hashes",
        "genuine", "expired", "level", "apdus", "ms", "problems",
    } <= set(found)  # fmt: skip
    assert found["born"] == "1990-08-14"
    assert found["portrait"]["format"] == "jp2"
    assert len(found["portrait"]["sha256"]) == 64


def test_an_id_number_alone_opens_the_chip() -> None:
    assert read(access=Access(number=QUAN.person.number)).access == "PACE"


@pytest.mark.parametrize(
    ("faults", "access", "way"),
    [
        (("no-mf",), CAN, "PACE"),
        (("no-card-access",), CAN, "PACE"),
        (("no-mf", "no-card-access"), CAN, "PACE"),
        (("no-short-names",), CAN, "PACE"),
        (("short-reads=128",), CAN, "PACE"),
        (("short-reads=40",), mrz_access(), "BAC"),
        (("no-pace",), Access(QUAN.can, QUAN.person.number, "900814", "300814"), "BAC"),
        (("no-bac",), mrz_access(), "PACE"),
        (("no-bac", "no-pace-mrz"), mrz_access(), "PACE"),
        (("jpeg",), CAN, "PACE"),
    ],
)
def test_cards_that_do_it_differently_are_read_all_the_same(faults: tuple[str, ...], access: Access, way: str) -> None:
    reading = read(*faults, access=access)
    assert (reading.person, reading.access, reading.evidence.level) == (QUAN.person, way, "chip")


@pytest.mark.parametrize(
    ("fault", "level", "signed", "hashes", "problem"),
    [
        ("altered-dg1", "manual", "yes", "bad", "DG1_ALTERED"),
        ("altered-dg2", "manual", "yes", "bad", "DG2_ALTERED"),
        ("altered-dg13", "manual", "yes", "bad", "DG13_ALTERED"),
        ("wrong-signature", "manual", "no", "ok", "SIGNATURE_BAD"),
        ("unknown-signer", "qr", "untrusted", "ok", "SIGNER_UNKNOWN"),
        ("no-sod", "manual", "no", "bad", "SOD_MISSING"),
        ("no-dg2", "manual", "yes", "bad", "DG2_MISSING"),
        ("expired", "qr", "yes", "ok", "CARD_EXPIRED"),
        ("no-dg13", "chip", "yes", "ok", "DG13_MISSING"),
    ],
)
def test_what_a_forged_or_old_card_is_worth(fault: str, level: str, signed: str, hashes: str, problem: str) -> None:
    reading = read(fault)
    assert (reading.evidence.level, reading.signed, reading.hashes) == (level, signed, hashes)
    assert problem in reading.problems
    assert reading.evidence.problems == reading.problems


def test_without_dg13_the_name_comes_from_the_zone_without_marks() -> None:
    assert read("no-dg13").person.name == "TRAN MINH QUAN"


def test_live_work_never_believes_the_specimen_authority() -> None:
    reading = read(practice=False)
    assert (reading.signed, reading.evidence.level) == ("untrusted", "qr")
    assert reading.problems == ("SIGNER_UNKNOWN", "SPECIMEN_CARD")


def test_training_believes_no_other_authority() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    from clerk_app.devices.emrtd.authority import certificates
    from clerk_app.practice.specimen_authority import make

    other = make("Somebody").authority.public_bytes(Encoding.PEM)
    mixed = [specimens.authority(), other, b"not a certificate"]
    assert len(certificates(mixed, practice=True)) == 1
    assert [c.subject.native["common_name"] for c in certificates(mixed, practice=False)] == ["Somebody"]


@pytest.mark.parametrize(
    ("faults", "access", "code"),
    [
        ((), Access(can="000000"), "CARD_WRONG_NUMBER"),
        ((), Access(number=QUAN.person.number, born="900815", expires="300814"), "CARD_WRONG_KEY"),
        ((), Access(), "CARD_ACCESS_NEEDED"),
        ((), Access(can="12345"), "CARD_ACCESS_MALFORMED"),
        ((), Access(number="1" * 40, born="900814", expires="300814"), "CARD_ACCESS_MALFORMED"),
        (("no-pace",), CAN, "CARD_ACCESS_REFUSED"),
        (("no-application",), CAN, "CARD_NOT_IDENTITY"),
        (("no-application",), mrz_access(), "CARD_NOT_IDENTITY"),
        (("mute",), CAN, "CARD_ACCESS_REFUSED"),
        (("endless",), CAN, "CARD_GARBAGE"),
    ],
)
def test_every_fault_has_its_own_code(faults: tuple[str, ...], access: Access, code: str) -> None:
    assert code_of(*faults, access=access) == code


@pytest.mark.parametrize("at", range(1, 40, 3))
def test_nonsense_from_any_point_on_is_a_fault_and_never_a_reading(at: int) -> None:
    assert code_of(f"garbage@{at}").startswith("CARD_")


def asked_for(chip: CountingChip, contents: ChipContents) -> dict[int, bytes]:
    """The chip's files that the conversation is about: EF.COM, EF.SOD and the groups that it brought."""
    wanted = {0x011D, 0x011E} | {0x0100 + number for number in contents.groups}
    return {name: content for name, content in chip.chip._application_files.items() if name in wanted}


@pytest.mark.parametrize(("access", "size", "opening"), [(CAN, 223, 7), (mrz_access(), 231, 3)])
def test_no_command_is_wasted(access: Access, size: int, opening: int) -> None:
    chip = CountingChip()
    keys = keys_of(access.can, access.number, access.born, access.expires)
    contents = converse(read_chip(keys), chip)
    stored = asked_for(chip, contents)
    assert contents.groups[2] == stored[0x0102]
    assert len(chip.commands) == opening + sum(math.ceil(len(content) / size) for content in stored.values())


def test_extended_length_takes_a_dozen_commands() -> None:
    reading = read("extended", extended=True)
    assert reading.evidence.level == "chip"
    assert reading.apdus <= 24


def test_progress_ends_at_everything() -> None:
    heard: list[tuple[int, int]] = []
    chip = CountingChip()
    talk = read_chip(keys_of(QUAN.can, "", "", ""), tell=lambda done, total: heard.append((done, total)))
    contents = converse(talk, chip)
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1] == sum(len(content) for content in asked_for(chip, contents).values())


CHIP = CountingChip()


@settings(deadline=None)
@given(
    at=st.integers(0, 90),
    where=st.integers(0, 400),
    bits=st.integers(1, 255),
    access=st.sampled_from([CAN, mrz_access()]),
)
def test_an_answer_changed_on_the_way_is_noticed_or_changes_nothing(
    at: int, where: int, bits: int, access: Access
) -> None:
    """Everything that matters is authenticated: a man in the middle can stop a reading, not falsify it."""
    CHIP.chip.reset()
    CHIP.commands.clear()

    def meddled(command: bytes) -> bytes:
        answer = bytearray(CHIP(command))
        if len(CHIP.commands) == at + 1:
            answer[where % len(answer)] ^= bits
        return bytes(answer)

    try:
        reading = read_identity(
            meddled,
            access,
            device="test",
            trusted=[specimens.authority()],
            practice=True,
            clock=lambda: NOW,
        )
    except DeviceFault:
        return
    assert (reading.person, reading.evidence.level, reading.problems) == (QUAN.person, "chip", ())


def test_personal_data_stay_out_of_what_is_logged() -> None:
    shown = repr(read()) + repr(CAN) + repr(mrz_access())
    for value in ("001090012345", "QUÂN", "1990", "Hàng Bông", "012345", "900814"):
        assert value not in shown
