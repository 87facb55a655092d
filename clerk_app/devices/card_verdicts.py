"""From what a chip held to what the desk may believe: the person, the verdicts and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from clerk_app.desk.ports import CardReading
from clerk_app.devices import card_faults, card_genuineness
from clerk_app.devices.emrtd import authority, groups, mrz, sod
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.conversation import ChipContents
from clerk_app.devices.emrtd.groups import CitizenText, PortraitFormat
from clerk_app.devices.emrtd.sod import SecurityObject
from clerk_app.domain.evidence import Evidence, Level, Verdict
from clerk_app.domain.people import Person, nfc


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and when a chip was read, what it cost, and who is believed."""

    device: str
    at: datetime
    trusted: Sequence[bytes]
    practice: bool
    apdus: int
    ms: int


@dataclass(frozen=True, slots=True)
class _Authenticity:
    signed: Literal["yes", "no", "untrusted"]
    signed_reason: str
    hashes: Literal["ok", "bad"]
    hashes_reason: str


def judged(chip: ChipContents, around: Circumstances) -> CardReading:
    """Put the reading together. Raises `DeviceFault` when DG1 is missing or is no machine readable zone.

    The level is `chip` only when the data are unaltered, signed by a believed authority and in date, and the chip is
    not shown to be a copy. Unaltered data of an unknown, expired or undated card, of a copy, or of a chip whose
    unsigned description was changed, are worth what a QR code is; altered ones, what a typed form is.
    """
    today = around.at.date()
    problems: list[str] = []
    try:
        zone = mrz.parse(groups.zone(chip.groups[1]), today)
    except (KeyError, Malformed) as wrong:
        raise card_faults.garbage("DG1") from wrong
    problems += [f"CHECK_DIGIT_{name.upper()}" for name in zone.wrong_digits]
    security = _security(chip)
    proof = _authenticity(chip, security, around, problems)
    genuine = card_genuineness.judge(chip, security)
    problems += [problem for problem in genuine.problems if problem not in problems]
    downgraded = card_genuineness.description_changed(chip, security)
    if downgraded:
        problems.append("CARD_ACCESS_DIFFERS")
    text = _citizen_text(chip, zone.number, problems)
    picture, picture_format = _portrait(chip, problems)
    expires = zone.expires or text.expires
    expired = expires is not None and expires < today
    if expired:
        problems.append("CARD_EXPIRED")
    if expires is None:
        problems.append("EXPIRY_UNKNOWN")
    person = _person(zone, text, expires)
    return CardReading(
        person=person,
        evidence=Evidence(
            source="chip",
            level=_level(
                proof,
                in_date=expires is not None and not expired,
                doubtful=downgraded or genuine.verdict.state == "no",
            ),
            verdicts=(
                Verdict("hashes", "yes" if proof.hashes == "ok" else "no", proof.hashes_reason),
                Verdict("signed", proof.signed, proof.signed_reason),
                genuine.verdict,
                Verdict("expired", "unknown" if expires is None else "yes" if expired else "no"),
            ),
            device=around.device,
            at=around.at,
            access=chip.access,
            problems=tuple(problems),
        ),
        portrait=picture,
        portrait_format=picture_format,
        access=chip.access,
        signed=proof.signed,
        hashes=proof.hashes,
        genuine=genuine.state,
        expired=expired,
        apdus=around.apdus,
        ms=around.ms,
        problems=tuple(problems),
        files=chip.files,
    )


def _level(proof: _Authenticity, *, in_date: bool, doubtful: bool) -> Level:
    if proof.hashes == "bad" or proof.signed == "no":
        return "manual"
    return "qr" if proof.signed == "untrusted" or not in_date or doubtful else "chip"


def _security(chip: ChipContents) -> SecurityObject | None:
    try:
        return sod.parse(chip.sod)
    except Malformed:
        return None


def _authenticity(
    chip: ChipContents, security: SecurityObject | None, around: Circumstances, problems: list[str]
) -> _Authenticity:
    if security is None:
        problems.append("SOD_UNREADABLE" if chip.sod else "SOD_MISSING")
        return _Authenticity("no", problems[-1], "bad", problems[-1])
    altered = [f"DG{number}_ALTERED" for number in sod.altered(security, chip.groups)]
    # The signed list, not EF.COM, says what must be there: a portrait taken out is as bad as one exchanged.
    missing = [f"DG{number}_MISSING" for number in (2, 13) if number in security.hashes and number not in chip.groups]
    problems += altered + missing
    signature = sod.judge(security, authority.certificates(around.trusted, practice=around.practice), around.at)
    if signature.reason:
        problems.append(signature.reason.partition(" ")[0])
    if signature.state == "untrusted" and sod.by_specimen(security) is not around.practice:
        # Said in words, so that nobody looks for a missing certificate: the card belongs to the other world.
        problems.append("NOT_A_SPECIMEN" if around.practice else "SPECIMEN_CARD")
    bad = altered or [name for name in missing if name == "DG2_MISSING"]
    return _Authenticity(signature.state, signature.reason, "bad" if bad else "ok", " ".join(bad))


def _citizen_text(chip: ChipContents, number: str, problems: list[str]) -> CitizenText:
    if 13 not in chip.groups:
        if "DG13_MISSING" not in problems:
            problems.append("DG13_MISSING")
        return CitizenText()
    try:
        text = groups.citizen_text(chip.groups[13])
    except Malformed:
        problems.append("DG13_UNREADABLE")
        return CitizenText()
    if not text.name:
        problems.append("DG13_UNREADABLE")
    elif text.number and text.number != number:
        problems.append("DG13_DIFFERS")
        return CitizenText()
    return text


def _portrait(chip: ChipContents, problems: list[str]) -> tuple[bytes, PortraitFormat]:
    if 2 not in chip.groups:
        if "DG2_MISSING" not in problems:
            problems.append("DG2_MISSING")
        return b"", ""
    try:
        return groups.portrait(chip.groups[2])
    except Malformed:
        problems.append("PORTRAIT_UNREADABLE")
        return b"", ""


def _person(zone: mrz.Mrz, text: CitizenText, expires: date | None) -> Person:
    """DG13 has the name with its marks, the residence and the issue date; what identifies comes from the MRZ."""
    return Person(
        number=zone.number,
        name=text.name or nfc(zone.name),
        born=zone.born or text.born,
        sex=zone.sex or text.sex,
        nationality=zone.nationality,
        residence=text.residence,
        issued=text.issued,
        expires=expires,
        old_number=text.old_number,
    )
