"""The whole conversation against the practice chip in this process: every fallback, every forgery, few commands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.card_report import report
from clerk_app.devices.card_verdicts import Circumstances, judged
from clerk_app.devices.emrtd.conversation import Attempt, ChipContents, keys_of, read_chip
from clerk_app.domain.evidence import Verdict
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import card_contents, specimens
from clerk_app.practice.card_faults import CardFaults
from tests.peers import pki
from tests.peers.chip import CountingChip, converse

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
QUAN = specimens.specimen(1)
CAN = Access(can=QUAN.can)
HAS_KEY = 0x010E in card_contents.files(QUAN, CardFaults())
GENUINE, PROBLEMS = ("yes", ()) if HAS_KEY else ("unsupported", ("NO_KEY_ON_CHIP",))
"""What the practice card proves of itself: a key, where it was issued with one."""


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


def stored(*numbers: int) -> dict[int, bytes]:
    """These groups of the practice card."""
    files = card_contents.files(QUAN, CardFaults())
    return {number: files[0x0100 + number] for number in numbers}


def proven(sod: bytes, groups: dict[int, bytes]) -> ChipContents:
    """What a chip held that proved the key in its DG14."""
    files = {"EF.SOD": sod} | {f"DG{number}": content for number, content in groups.items()}
    return ChipContents("PACE", files, (Attempt("CHIP_AUTHENTICATION", "proved"),))


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
    assert (reading.access, reading.signed, reading.hashes, reading.genuine) == (way, "yes", "ok", GENUINE)
    assert (reading.evidence.level, reading.expired, reading.problems) == ("chip", False, PROBLEMS)
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


NAMES = ("hashes", "signature", "chain", "in_force", "not_revoked", "genuine", "expired")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ((), {"hashes": "yes", "signature": "yes", "chain": "yes", "in_force": "yes", "expired": "no"}),
        (("altered-dg2",), {"hashes": "no DG2_ALTERED", "signature": "yes", "chain": "yes"}),
        (("wrong-signature",), {"hashes": "yes", "signature": "no SIGNATURE_BAD", "chain": "yes", "in_force": "yes"}),
        (
            ("unknown-signer",),
            {"signature": "yes", "chain": "untrusted SIGNER_UNKNOWN", "in_force": "unknown CSCA_UNKNOWN"},
        ),
        (("no-sod",), {"hashes": "no SOD_MISSING", "signature": "no SOD_MISSING", "chain": "untrusted SOD_MISSING"}),
    ],
)
def test_each_question_has_its_own_answer(fault: tuple[str, ...], told: dict[str, str]) -> None:
    verdicts = read(*fault).evidence.verdicts
    assert tuple(verdict.name for verdict in verdicts) == NAMES
    said = {verdict.name: f"{verdict.state} {verdict.reason}".strip() for verdict in verdicts}
    assert {name: said[name] for name in told} == told


@pytest.mark.parametrize("fault", ["altered-dg13", "altered-dg2"])
def test_nothing_is_taken_from_what_was_altered(fault: str) -> None:
    reading = read(fault)
    assert (reading.portrait == b"") is (fault == "altered-dg2")
    assert (reading.person.residence == "") is (fault == "altered-dg13")


STORED = card_contents.files(QUAN, CardFaults())
READ = {number: STORED[0x0100 + number] for number in (1, 2, 13, 14) if 0x0100 + number in STORED}
"""The data groups of the practice card as a reading has them."""


def signed_by(sod: bytes, groups: Mapping[int, bytes], *trusted: bytes, at: datetime = NOW) -> CardReading:
    """What a chip with these groups under that SOD is worth, when it proved the key of its DG14."""
    files = {"EF.SOD": sod} | {f"DG{number}": content for number, content in groups.items()}
    chip = ChipContents("PACE", files, (Attempt("CHIP_AUTHENTICATION", "proved"),))
    return judged(chip, Circumstances("test", at, trusted, False, 1, 1))


def test_a_group_that_nobody_signed_is_not_believed() -> None:
    """A signed list without DG13, and a DG13 beside it: somebody wrote a name and a home onto a genuine chip."""
    authority = pki.csca()
    signed = {number: content for number, content in READ.items() if number != 13}
    reading = signed_by(pki.sod(pki.security_object(signed), pki.signer(authority)), READ, authority.der)
    assert (reading.evidence.level, reading.signed, reading.hashes) == ("manual", "yes", "bad")
    assert reading.evidence.verdicts[0] == Verdict("hashes", "no", "DG13_NOT_SIGNED")
    assert (reading.person.name, reading.person.residence) == ("TRAN MINH QUAN", "")
    more = pki.sod(pki.security_object({**READ, 3: b"fingers"}), pki.signer(authority))
    reading = signed_by(more, READ, authority.der)
    assert (reading.evidence.level, reading.problems) == ("chip", ()), "DG3 is signed, and no desk may read it"


def test_digests_that_can_be_forged_prove_nothing() -> None:
    authority = pki.csca()
    weak = pki.sod(pki.security_object(READ, "sha1"), pki.signer(authority))
    reading = signed_by(weak, READ, authority.der)
    assert reading.evidence.verdicts[0] == Verdict("hashes", "no", "ALGORITHM_WEAK sha1")
    assert (reading.evidence.level, reading.portrait, reading.person.residence) == ("manual", b"", "")


@pytest.mark.parametrize(
    ("more", "signed", "level", "reason"),
    [
        ({}, "yes", "chip", "NO_CRL"),
        ({"revoked": False}, "yes", "chip", ""),
        ({"revoked": True}, "untrusted", "qr", "SIGNER_REVOKED"),
        ({"revoked": False, "end": -1}, "yes", "chip", "CRL_OUTDATED"),
    ],
)
def test_what_a_revoked_signer_is_worth(more: dict[str, int], signed: str, level: str, reason: str) -> None:
    authority = pki.csca()
    signer = pki.signer(authority)
    trusted = [authority.der]
    if more:
        end = pki.NOW + more.get("end", 30) * pki.DAY
        revoked = [signer] if more["revoked"] else []
        trusted.append(pki.revocations(authority, revoked, end=end, start=end - 9 * pki.DAY))
    at = pki.NOW if more.get("end") else pki.NOW + 25 * pki.DAY
    reading = signed_by(pki.sod(pki.security_object(READ), signer), READ, *trusted, at=at)
    assert (reading.signed, reading.evidence.level, reading.evidence.verdicts[4].reason) == (signed, level, reason)


@pytest.mark.parametrize(
    ("fault", "files", "level", "told"),
    [
        ("rsa-signer", (), "chip", {"chain": "yes", "not_revoked": "yes"}),
        ("pss-signer", (), "chip", {"signature": "yes", "chain": "yes"}),
        ("explicit-curve", (), "chip", {"signature": "yes", "chain": "yes"}),
        ("sha512", (), "chip", {"hashes": "yes", "signature": "yes"}),
        ("sha1", (), "manual", {"hashes": "no ALGORITHM_WEAK sha1"}),
        ("expired-signer", (), "qr", {"chain": "yes", "in_force": "no SIGNER_EXPIRED"}),
        ("future-signer", (), "qr", {"chain": "yes", "in_force": "no SIGNER_NOT_YET_VALID"}),
        ("revoked-signer", (), "qr", {"chain": "yes", "not_revoked": "no SIGNER_REVOKED"}),
        ("wrong-key-usage", (), "qr", {"signature": "yes", "chain": "untrusted SIGNER_NOT_FOR_SIGNING"}),
        ("renewed-authority", (), "qr", {"chain": "untrusted SIGNER_UNKNOWN"}),
        ("renewed-authority", ("specimen-link.pem",), "chip", {"chain": "yes", "in_force": "yes"}),
        ("unlisted-dg13", (), "manual", {"hashes": "no DG13_NOT_SIGNED"}),
    ],
)
def test_the_special_signers_of_practice_cards(
    fault: str, files: tuple[str, ...], level: str, told: dict[str, str]
) -> None:
    trusted = [(specimens.folder() / name).read_bytes() for name in ("specimen-csca.pem", "specimen.crl", *files)]
    chip = CountingChip(1, fault)
    reading = read_identity(chip, CAN, device="test", trusted=trusted, practice=True, clock=lambda: NOW)
    said = {verdict.name: f"{verdict.state} {verdict.reason}".strip() for verdict in reading.evidence.verdicts}
    assert ({name: said[name] for name in told}, reading.evidence.level) == (told, level)


def test_without_dg13_the_name_comes_from_the_zone_without_marks() -> None:
    assert read("no-dg13").person.name == "TRAN MINH QUAN"


def test_live_work_never_believes_the_specimen_authority() -> None:
    reading = read(practice=False)
    assert (reading.signed, reading.evidence.level) == ("untrusted", "qr")
    assert reading.problems == ("SIGNER_UNKNOWN", "SPECIMEN_CARD", *PROBLEMS)


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
        (("mute",), CAN, "CARD_MUTE"),
        (("mute",), mrz_access(), "CARD_MUTE"),
        (("endless",), CAN, "CARD_GARBAGE"),
    ],
)
def test_every_fault_has_its_own_code(faults: tuple[str, ...], access: Access, code: str) -> None:
    assert code_of(*faults, access=access) == code


@pytest.mark.parametrize("at", range(1, 40, 3))
def test_nonsense_from_any_point_on_is_a_fault_and_never_a_reading(at: int) -> None:
    assert code_of(f"garbage@{at}").startswith("CARD_")


@pytest.mark.parametrize(("access", "size", "opening"), [(CAN, 223, 7), (mrz_access(), 231, 3)])
def test_no_command_is_wasted(access: Access, size: int, opening: int) -> None:
    """Opening, two commands for the proof where the card has a key, and every file in parts as large as they can be."""
    chip = CountingChip()
    keys = keys_of(access.can, access.number, access.born, access.expires)
    files = dict(converse(read_chip(keys), chip).files)
    files.pop("EF.CardAccess", None)
    first = [files.pop(name) for name in ("EF.SOD", "DG14") if name in files]
    proof, then = (2, 223) if len(first) == 2 else (0, size)
    parts = sum(math.ceil(len(content) / size) for content in first)
    assert len(chip.commands) == opening + proof + parts + sum(math.ceil(len(file) / then) for file in files.values())


def test_extended_length_takes_a_dozen_commands() -> None:
    reading = read("extended", extended=True)
    assert reading.evidence.level == "chip"
    assert reading.apdus <= 24


def test_progress_ends_at_everything() -> None:
    heard: list[tuple[int, int]] = []
    chip = CountingChip()
    talk = read_chip(keys_of(QUAN.can, "", "", ""), tell=lambda done, total: heard.append((done, total)))
    files = converse(talk, chip).files
    assert heard == sorted(heard)
    read_inside = sum(len(content) for name, content in files.items() if name != "EF.CardAccess")
    assert heard[-1][0] == heard[-1][1] == read_inside


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
    assert (reading.person, reading.evidence.level, reading.problems) == (QUAN.person, "chip", PROBLEMS)


def test_personal_data_stay_out_of_what_is_logged() -> None:
    shown = repr(read()) + repr(CAN) + repr(mrz_access())
    for value in ("001090012345", "QUÂN", "1990", "Hàng Bông", "012345", "900814"):
        assert value not in shown
