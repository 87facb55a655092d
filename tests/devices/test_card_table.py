"""Good cards of every protocol and every single defect, each with exactly the verdicts that it deserves.

A row names what the practice card is told to do, how it was opened, the level and the summary of the signature, every
verdict that is not the plain good one, and the problems that the clerk is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.card_conversation import read_identity
from clerk_app.domain.evidence import proves, weaker
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import specimens
from tests.peers.chip import CountingChip

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
QUAN = specimens.specimen(1)
KEY = specimens.mrz_key(QUAN.person)
CAN = Access(can=QUAN.can)
MRZ = Access(number=QUAN.person.number, born=KEY.born, expires=KEY.expires)
BOTH = Access(can=QUAN.can, number=QUAN.person.number, born=KEY.born, expires=KEY.expires)
TRUSTED = tuple(
    (specimens.folder() / name).read_bytes() for name in ("specimen-csca.pem", "specimen.crl", "specimen-link.pem")
)
GOOD = {
    "hashes": "yes",
    "signature": "yes",
    "chain": "yes",
    "in_force": "yes",
    "not_revoked": "yes",
    "genuine": "yes CHIP_AUTHENTICATION",
    "expired": "no",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One row. `but` holds what differs from `GOOD`: verdict, state and reason, several divided by semicolons."""

    told: str
    by: Access
    access: str
    level: str
    signed: str
    but: str
    problems: str

    def __str__(self) -> str:
        return f"{self.told or 'as issued'} {self.access}"


CARDS = (
    Card("", CAN, "PACE", "chip", "yes", "", ""),
    Card("", MRZ, "BAC", "chip", "yes", "", ""),
    Card("no-pace", BOTH, "BAC", "chip", "yes", "", ""),
    Card("no-card-access", CAN, "PACE", "chip", "yes", "", ""),
    Card("no-mf", CAN, "PACE", "chip", "yes", "", ""),
    Card("no-short-names", CAN, "PACE", "chip", "yes", "", ""),
    Card("short-reads=96", CAN, "PACE", "chip", "yes", "", ""),
    Card("jpeg", CAN, "PACE", "chip", "yes", "", ""),
    Card("extended", CAN, "PACE", "chip", "yes", "", ""),
    Card("held-back", CAN, "PACE", "chip", "yes", "", ""),
    Card("exact-length", CAN, "PACE", "chip", "yes", "", ""),
    Card("end-warning", CAN, "PACE", "chip", "yes", "", ""),
    Card("pace=gm-3des-p256", CAN, "PACE", "chip", "yes", "", ""),
    Card("pace=gm-aes192-bp384", CAN, "PACE", "chip", "yes", "", ""),
    Card("pace=gm-aes256-bp512", CAN, "PACE", "chip", "yes", "", ""),
    Card("pace=im-aes128-bp256", CAN, "PACE", "chip", "yes", "", ""),
    Card("pace=cam-aes128-bp256", CAN, "PACE", "chip", "yes", "genuine yes PACE_CAM", ""),
    Card("ca=3des", CAN, "PACE", "chip", "yes", "", ""),
    Card("ca=aes256", CAN, "PACE", "chip", "yes", "", ""),
    Card("ca-token", CAN, "PACE", "chip", "yes", "", ""),
    Card("aa=rsa no-ca", CAN, "PACE", "chip", "yes", "genuine yes ACTIVE_AUTHENTICATION", ""),
    Card("aa=ecdsa no-ca", CAN, "PACE", "chip", "yes", "genuine yes ACTIVE_AUTHENTICATION", ""),
    Card("aa=rsa-sha1 no-ca", CAN, "PACE", "chip", "yes", "genuine yes ACTIVE_AUTHENTICATION", ""),
    Card("sha384", CAN, "PACE", "chip", "yes", "", ""),
    Card("sha512", CAN, "PACE", "chip", "yes", "", ""),
    Card("rsa-signer", CAN, "PACE", "chip", "yes", "", ""),
    Card("pss-signer", CAN, "PACE", "chip", "yes", "", ""),
    Card("explicit-curve", CAN, "PACE", "chip", "yes", "", ""),
    Card("renewed-authority", CAN, "PACE", "chip", "yes", "", ""),
    Card("opaque-dg13", CAN, "PACE", "chip", "yes", "", "DG13_UNREADABLE"),
    Card("no-expiry", CAN, "PACE", "qr", "yes", "expired unknown", "EXPIRY_UNKNOWN"),
    Card("altered-dg1", CAN, "PACE", "manual", "yes", "hashes no DG1_ALTERED", "DG1_ALTERED"),
    Card("altered-dg2", CAN, "PACE", "manual", "yes", "hashes no DG2_ALTERED", "DG2_ALTERED"),
    Card("altered-dg13", CAN, "PACE", "manual", "yes", "hashes no DG13_ALTERED", "DG13_ALTERED"),
    Card(
        "altered-dg14", CAN, "PACE", "manual", "yes", "hashes no DG14_ALTERED; genuine no DG14_ALTERED", "DG14_ALTERED"
    ),
    Card(
        "altered-dg15", CAN, "PACE", "manual", "yes", "hashes no DG15_ALTERED; genuine no DG15_ALTERED", "DG15_ALTERED"
    ),
    Card("swapped-dg2", CAN, "PACE", "manual", "yes", "hashes no DG2_ALTERED", "DG2_ALTERED"),
    Card("foreign-dg13", CAN, "PACE", "manual", "yes", "hashes no DG13_ALTERED", "DG13_ALTERED"),
    Card("signed-foreign-dg13", CAN, "PACE", "qr", "yes", "consistent no DG13_DIFFERS", "DG13_DIFFERS"),
    Card("unlisted-dg13", CAN, "PACE", "manual", "yes", "hashes no DG13_NOT_SIGNED", "DG13_NOT_SIGNED"),
    Card("no-dg2", CAN, "PACE", "manual", "yes", "hashes no DG2_MISSING", "DG2_MISSING"),
    Card("no-dg13", CAN, "PACE", "chip", "yes", "", "DG13_MISSING"),
    Card("no-dg14", CAN, "PACE", "manual", "yes", "genuine no DG14_MISSING", "DG14_MISSING"),
    Card("no-dg15", CAN, "PACE", "chip", "yes", "", "DG15_MISSING"),
    Card(
        "no-sod",
        CAN,
        "PACE",
        "manual",
        "no",
        "hashes no SOD_MISSING; signature no SOD_MISSING; chain untrusted SOD_MISSING; "
        "in_force unknown SOD_MISSING; not_revoked unknown SOD_MISSING; genuine unsupported SOD_MISSING",
        "SOD_MISSING",
    ),
    Card("no-keys", CAN, "PACE", "qr", "yes", "genuine unsupported NO_KEY_ON_CHIP", "NO_KEY_ON_CHIP"),
    Card(
        "copied",
        CAN,
        "PACE",
        "manual",
        "yes",
        "genuine no COPY_WITHOUT_KEY CHIP_AUTHENTICATION ACTIVE_AUTHENTICATION",
        "COPY_WITHOUT_KEY",
    ),
    Card("copied no-dg14", CAN, "PACE", "manual", "yes", "genuine no DG14_MISSING", "DG14_MISSING"),
    Card("no-ca", CAN, "PACE", "chip", "yes", "genuine yes ACTIVE_AUTHENTICATION", ""),
    Card("no-aa", CAN, "PACE", "chip", "yes", "", ""),
    Card(
        "no-ca no-aa",
        CAN,
        "PACE",
        "manual",
        "yes",
        "genuine no COPY_WITHOUT_KEY CHIP_AUTHENTICATION 6a80 ACTIVE_AUTHENTICATION 6d00",
        "COPY_WITHOUT_KEY",
    ),
    Card("wrong-signature", CAN, "PACE", "manual", "no", "signature no SIGNATURE_BAD", "SIGNATURE_BAD"),
    Card(
        "unknown-signer",
        CAN,
        "PACE",
        "qr",
        "untrusted",
        "chain untrusted SIGNER_UNKNOWN; in_force unknown CSCA_UNKNOWN; not_revoked unknown NO_CRL",
        "SIGNER_UNKNOWN",
    ),
    Card("expired-signer", CAN, "PACE", "qr", "untrusted", "in_force no SIGNER_EXPIRED", "SIGNER_EXPIRED"),
    Card("future-signer", CAN, "PACE", "qr", "untrusted", "in_force no SIGNER_NOT_YET_VALID", "SIGNER_NOT_YET_VALID"),
    Card(
        "wrong-key-usage",
        CAN,
        "PACE",
        "qr",
        "untrusted",
        "chain untrusted SIGNER_NOT_FOR_SIGNING; in_force unknown CSCA_UNKNOWN; not_revoked unknown NO_CRL",
        "SIGNER_NOT_FOR_SIGNING",
    ),
    Card("revoked-signer", CAN, "PACE", "qr", "untrusted", "not_revoked no SIGNER_REVOKED", "SIGNER_REVOKED"),
    Card(
        "sha1",
        CAN,
        "PACE",
        "manual",
        "untrusted",
        "hashes no ALGORITHM_WEAK sha1; "
        "signature unknown ALGORITHM_WEAK sha1; genuine unsupported ALGORITHM_UNKNOWN sha1",
        "ALGORITHM_WEAK ALGORITHM_UNKNOWN",
    ),
    Card("expired", CAN, "PACE", "qr", "yes", "expired yes", "CARD_EXPIRED"),
    Card("downgraded-pace", CAN, "PACE", "qr", "yes", "access no CARD_ACCESS_DIFFERS", "CARD_ACCESS_DIFFERS"),
)
UNREADABLE = (
    ("no-application", CAN, "CARD_NOT_IDENTITY"),
    ("locked", CAN, "CARD_BLOCKED"),
    ("mute", CAN, "CARD_MUTE"),
    ("endless", CAN, "CARD_GARBAGE"),
    ("drip", CAN, "CARD_TOO_SLOW"),
    ("garbage@9", CAN, "CARD_GARBAGE"),
    ("no-pace no-bac", BOTH, "CARD_ACCESS_REFUSED"),
)


def read(told: str, by: Access) -> CardReading:
    """Read the practice card that was told so."""
    words = told.split()
    return read_identity(
        CountingChip(1, *words),
        by,
        device="table",
        trusted=TRUSTED,
        practice=True,
        clock=lambda: NOW,
        extended="extended" in words,
    )


@pytest.mark.parametrize("card", CARDS, ids=str)
def test_each_card_is_worth_what_it_deserves(card: Card) -> None:
    reading = read(card.told, card.by)
    expected = dict(GOOD)
    for one in filter(None, card.but.split("; ")):
        name, _, said = one.partition(" ")
        expected[name] = said
    found = {one.name: f"{one.state} {one.reason}".strip() for one in reading.evidence.verdicts}
    assert found == expected
    assert (reading.access, reading.evidence.level, reading.signed) == (card.access, card.level, card.signed)
    assert " ".join(reading.problems) == card.problems
    assert proves(reading.evidence) == (card.level == "chip")


@pytest.mark.parametrize(("told", "by", "code"), UNREADABLE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_card_that_cannot_be_read_says_why(told: str, by: Access, code: str) -> None:
    with pytest.raises(DeviceFault) as caught:
        read(told, by)
    assert caught.value.code == code


def test_a_genuine_card_that_breaks_off_twice_is_no_copy() -> None:
    """The proof is asked for again, whatever an earlier conversation had brought already."""
    chip = CountingChip(1, "extended", "no-aa")
    broken: list[int] = []

    def transmit(command: bytes) -> bytes:
        answer = chip(command)
        protected, proof = command[0] & 0x0C == 0x0C, command[1] == 0x86
        if (not broken and protected and proof) or (
            len(broken) == 1 and protected and len(chip.commands) > broken[0] + 14
        ):
            broken.append(len(chip.commands))
            return b"\x6f\x00"
        return answer

    reading = read_identity(
        transmit, CAN, device="table", trusted=TRUSTED, practice=True, clock=lambda: NOW, extended=True
    )
    assert len(broken) == 2
    assert (reading.genuine, reading.evidence.level, reading.problems) == ("yes", "chip", ())


def test_no_two_defects_are_better_than_one() -> None:
    """A defect added to another never raises what a card is worth."""
    defects = [card for card in CARDS if card.level != "chip" and " " not in card.told and card.by is CAN]
    assert len(defects) > 15
    for one in defects:
        for other in ("unknown-signer", "copied", "expired"):
            if one.told != other:
                worth = read(f"{one.told} {other}", CAN).evidence.level
                assert worth == one.level or weaker(worth, one.level), (one.told, other)
