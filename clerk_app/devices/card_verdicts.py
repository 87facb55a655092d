"""From what a chip held to what the desk may believe: the person, the verdicts and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from clerk_app.desk.ports import CardReading
from clerk_app.devices import card_faults, card_genuineness
from clerk_app.devices.emrtd import chain, groups, mrz, sod, trust
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.conversation import ChipContents
from clerk_app.devices.emrtd.groups import CitizenText, PortraitFormat
from clerk_app.devices.emrtd.sod import SecurityObject
from clerk_app.domain.evidence import Evidence, Level, Verdict, disproves, proves
from clerk_app.domain.people import Person, nfc


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and when a chip was read, what it cost, and the files that say who is believed (`emrtd.trust`)."""

    device: str
    at: datetime
    trusted: Sequence[bytes]
    practice: bool
    apdus: int
    ms: int


@dataclass(frozen=True, slots=True)
class _Authenticity:
    """Passive authentication: the verdicts on the data, the signature and the signer, and which groups are believed."""

    hashes: Verdict
    signature: Verdict
    signer: chain.Standing
    believed: frozenset[int] = frozenset()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.hashes, self.signature, self.signer.chain, self.signer.in_force, self.signer.not_revoked)

    @property
    def signed(self) -> Literal["yes", "no", "untrusted"]:
        """The three questions about the signature in one word."""
        if self.signature.state == "no":
            return "no"
        good = all(one.state == "yes" for one in (self.signature, self.signer.chain, self.signer.in_force))
        return "yes" if good and self.signer.not_revoked.state != "no" else "untrusted"


def judged(chip: ChipContents, around: Circumstances) -> CardReading:
    """Put the reading together. Raises `DeviceFault` when DG1 is missing or is no machine readable zone.

    The level is `chip` only when the data are unaltered, signed by a believed authority and in date, and the chip has
    proven that it is no copy. Unaltered data of an unknown, expired or undated card, of a chip that cannot prove it, or
    whose unsigned description was changed, are worth what a QR code is; altered ones and a copy, what a typed form is.
    Nothing is taken from a data group that is not what was signed, or was never signed, but what says which card it is
    (DG1).
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
    changed = card_genuineness.description_changed(chip, security)
    if changed:
        problems.append("CARD_ACCESS_DIFFERS")
    signed = {number: content for number, content in chip.groups.items() if number in proof.believed}
    text = _citizen_text(chip, signed, zone.number, problems)
    picture, picture_format = _portrait(chip, signed, problems)
    expires = zone.expires or text.expires
    expired = expires is not None and expires < today
    if expired:
        problems.append("CARD_EXPIRED")
    if expires is None:
        problems.append("EXPIRY_UNKNOWN")
    person = _person(zone, text, expires)
    evidence = Evidence(
        source="chip",
        level="manual",
        verdicts=(
            *proof.verdicts,
            genuine.verdict,
            *((Verdict("access", "no", "CARD_ACCESS_DIFFERS"),) if changed else ()),
            # Signed or not: a chip that speaks of two persons proves neither.
            *((Verdict("consistent", "no", "DG13_DIFFERS"),) if "DG13_DIFFERS" in problems else ()),
            Verdict("expired", "unknown" if expires is None else "yes" if expired else "no"),
        ),
        device=around.device,
        at=around.at,
        access=chip.access,
        problems=tuple(problems),
    )
    return CardReading(
        person=person,
        evidence=replace(evidence, level=_level(evidence)),
        portrait=picture,
        portrait_format=picture_format,
        access=chip.access,
        signed=proof.signed,
        hashes="ok" if proof.hashes.state == "yes" else "bad",
        genuine=genuine.state,
        expired=expired,
        apdus=around.apdus,
        ms=around.ms,
        problems=tuple(problems),
        files=chip.files,
    )


def _level(evidence: Evidence) -> Level:
    if disproves(evidence):
        return "manual"
    return "chip" if proves(evidence) else "qr"


def _security(chip: ChipContents) -> SecurityObject | None:
    try:
        return sod.parse(chip.sod)
    except Malformed:
        return None


def _authenticity(
    chip: ChipContents, security: SecurityObject | None, around: Circumstances, problems: list[str]
) -> _Authenticity:
    if security is None:
        reason = "SOD_UNREADABLE" if chip.sod else "SOD_MISSING"
        problems.append(reason)
        nothing = Verdict("hashes", "no", reason), Verdict("signature", "no", reason)
        return _Authenticity(*nothing, chain.unknown(reason))
    hashes, believed = _hashes(security, chip, problems)
    store = trust.store_of(around.trusted, practice=around.practice)
    judgement = sod.judge(security, store, around.at)
    answers = (judgement.signature, judgement.signer.chain, judgement.signer.in_force, judgement.signer.not_revoked)
    for verdict in answers:
        # What nobody could find out is told by its verdict; here stands what speaks against the card.
        if verdict.reason and (verdict.state in ("no", "untrusted") or verdict.name == "signature"):
            problems += [code for code in _codes(verdict.reason) if code not in problems]
    if judgement.signer.chain.state == "untrusted" and sod.by_specimen(security) is not around.practice:
        # Said in words, so that nobody looks for a missing certificate: the card belongs to the other world.
        problems.append("NOT_A_SPECIMEN" if around.practice else "SPECIMEN_CARD")
    return _Authenticity(hashes, judgement.signature, judgement.signer, believed)


def _hashes(security: SecurityObject, chip: ChipContents, problems: list[str]) -> tuple[Verdict, frozenset[int]]:
    """Whether everything read is what was signed, and the groups that are. More may be signed than can be read."""
    if unfit := sod.unfit_digest(security):
        problems += _codes(unfit)
        return Verdict("hashes", "no", unfit), frozenset()
    altered, unsigned = sod.altered(security, chip.groups), sod.unsigned(security, chip.groups)
    # The signed list, not EF.COM, says what must be there: a portrait taken out is as bad as one exchanged.
    missing = [f"DG{number}_MISSING" for number in (2, 13) if number in security.hashes and number not in chip.groups]
    bad = [f"DG{number}_{'NOT_SIGNED' if number in unsigned else 'ALTERED'}" for number in altered]
    problems += bad + missing
    bad += [name for name in missing if name == "DG2_MISSING"]
    return Verdict("hashes", "no" if bad else "yes", " ".join(bad)), frozenset(chip.groups) - set(altered)


def _codes(reason: str) -> list[str]:
    """The codes of a reason without their parameters."""
    return [word for word in reason.split() if word == word.upper()]


def _citizen_text(chip: ChipContents, signed: Mapping[int, bytes], number: str, problems: list[str]) -> CitizenText:
    if 13 not in chip.groups and "DG13_MISSING" not in problems:
        problems.append("DG13_MISSING")
    if 13 not in signed:
        return CitizenText()
    try:
        text = groups.citizen_text(signed[13])
    except Malformed:
        problems.append("DG13_UNREADABLE")
        return CitizenText()
    if not text.name:
        problems.append("DG13_UNREADABLE")
    elif text.number and text.number != number:
        problems.append("DG13_DIFFERS")
        return CitizenText()
    return text


def _portrait(chip: ChipContents, signed: Mapping[int, bytes], problems: list[str]) -> tuple[bytes, PortraitFormat]:
    if 2 not in chip.groups and "DG2_MISSING" not in problems:
        problems.append("DG2_MISSING")
    if 2 not in signed:
        return b"", ""
    try:
        return groups.portrait(signed[2])
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
