"""A card reading as the JSON document that `card read` promises."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TypedDict

from clerk_app.desk.ports import CardReading


class PortraitReport(TypedDict):
    """The picture's format, size in octets and digest; never the picture."""

    format: str
    bytes: int
    sha256: str


class VerdictReport(TypedDict):
    """One question answered about the card (`domain.evidence.Verdict`)."""

    name: str
    state: str
    reason: str


class CardReport(TypedDict):
    """The fields of `card read`, dates as ISO 8601 or null."""

    number: str
    name: str
    born: str | None
    sex: str | None
    expires: str | None
    residence: str
    nationality: str
    issued: str | None
    portrait: PortraitReport
    access: str
    signed: str
    hashes: str
    genuine: str
    expired: bool
    level: str
    reader: str
    apdus: int
    ms: int
    problems: list[str]
    verdicts: list[VerdictReport]


def report(reading: CardReading) -> CardReport:
    """The public fields of one reading."""
    person = reading.person
    return CardReport(
        number=person.number,
        name=person.name,
        born=_iso(person.born),
        sex=person.sex,
        expires=_iso(person.expires),
        residence=person.residence,
        nationality=person.nationality,
        issued=_iso(person.issued),
        portrait=PortraitReport(
            format=reading.portrait_format,
            bytes=len(reading.portrait),
            sha256=hashlib.sha256(reading.portrait).hexdigest() if reading.portrait else "",
        ),
        access=reading.access,
        signed=reading.signed,
        hashes=reading.hashes,
        genuine=reading.genuine,
        expired=reading.expired,
        level=reading.evidence.level,
        reader=reading.evidence.device,
        apdus=reading.apdus,
        ms=reading.ms,
        problems=list(reading.problems),
        verdicts=[VerdictReport(name=v.name, state=v.state, reason=v.reason) for v in reading.evidence.verdicts],
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
