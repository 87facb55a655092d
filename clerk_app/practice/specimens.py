"""The specimen citizens of `resources/practice/people.toml`, and what is printed on their cards."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from clerk_app.domain.calendar import HANOI, add_years
from clerk_app.domain.licence import Licence, Sanctions
from clerk_app.domain.people import Person


@dataclass(frozen=True, slots=True)
class Specimen:
    """One fictitious citizen with what the registers know about them. `at` counts from 1, as on the command line."""

    at: int
    person: Person
    licences: tuple[Licence, ...]
    sanctions: Sanctions
    sanction: str
    origin: str
    father: str
    mother: str
    phone: str

    @property
    def can(self) -> str:
        """What opens the chip: the last six digits of the ID number."""
        return self.person.number[-6:]


@dataclass(frozen=True, slots=True)
class MrzKey:
    """Document number and dates as the chip wants them for BAC: nine digits, YYMMDD, YYMMDD."""

    number: str = field(repr=False)
    born: str = field(repr=False)
    expires: str = field(repr=False)


def folder() -> Path:
    """Where the specimens and the specimen authority's certificates lie."""
    return Path(__file__).resolve().parents[2] / "resources" / "practice"


@lru_cache(maxsize=1)
def people() -> tuple[Specimen, ...]:
    """Every specimen citizen in order."""
    with (folder() / "people.toml").open("rb") as file:
        rows: list[dict[str, Any]] = tomllib.load(file)["person"]
    return tuple(_specimen(at, row) for at, row in enumerate(rows, start=1))


def specimen(at: int) -> Specimen:
    """The specimen citizen number `at`, from 1. Raises `IndexError` when there is none."""
    if not 1 <= at <= len(people()):
        raise IndexError(f"there is no specimen citizen {at}")
    return people()[at - 1]


def authority() -> bytes:
    """The certificate (PEM) of the specimen authority that signed every practice card."""
    return (folder() / "specimen-csca.pem").read_bytes()


def qr_text(person: Person) -> str:
    """The text of the QR code on the front of a 2021 card: seven fields between bars."""
    fields = (
        person.number,
        person.old_number,
        person.name.title(),
        _printed(person.born),
        {"M": "Nam", "F": "Nữ"}.get(person.sex or "", ""),
        person.residence,
        _printed(person.issued),
    )
    return "|".join(fields)


def mrz_key(person: Person) -> MrzKey:
    """What is typed from the card to open the chip without its CAN."""
    if person.born is None or person.expires is None:
        raise ValueError("a specimen without dates has no MRZ key")
    return MrzKey(person.number[3:], f"{person.born:%y%m%d}", f"{person.expires:%y%m%d}")


def _printed(day: date | None) -> str:
    return f"{day:%d%m%Y}" if day else ""


def in_force(issued: date, expires: date | None, today: date) -> tuple[date, date | None]:
    """The days of a licence that a citizen exchanges before it runs out, today too.

    Once its last day is over it counts as one issued a year later, or as many as it takes: the guided story, the
    register and the papers go on as they were written.
    """
    if expires is None:
        return issued, None
    later = next(years for years in range(200) if add_years(expires, years) >= today)
    return add_years(issued, later), add_years(expires, later)


def _specimen(at: int, row: dict[str, Any]) -> Specimen:
    person = Person(
        number=row["number"],
        name=row["name"],
        born=row["born"],
        sex=row["sex"],
        residence=row["residence"],
        issued=row["issued"],
        expires=row["expires"],
        old_number=row.get("old_number", ""),
    )
    today = datetime.now(HANOI).date()
    days = [in_force(one["issued"], one.get("expires"), today) for one in row.get("licence", ())]
    licences = tuple(
        Licence(
            regime=one["regime"],
            code=one["class"],
            number=one["number"],
            issued=issued,
            expires=expires,
            status=one["status"],
            issuer=one["issuer"],
            points=one["points"],
            sanction=one.get("sanction", ""),
            restriction=one.get("restriction", ""),
            fraud_decided=one.get("fraud_decided"),
        )
        for one, (issued, expires) in zip(row.get("licence", ()), days, strict=True)
    )
    return Specimen(
        at,
        person,
        licences,
        row.get("sanctions", "clear"),
        row.get("sanction", ""),
        row["origin"],
        row["father"],
        row["mother"],
        row["phone"],
    )
