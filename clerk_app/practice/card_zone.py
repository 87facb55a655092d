"""The machine readable zone of a practice card (TD1, ICAO 9303-5), and what opens its chip with it."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import date

from clerk_app.domain.people import Person

_NO_DATE = "<<<<<<"
"""A card that never runs out. How real cards print that is not known; 9303-3 has fillers for a date nobody knows."""

_LENGTH = 30


def mrz(person: Person) -> str:
    """The TD1 zone: nine digits as document number, the whole ID number in the optional data (ICAO 9303-5 §4.2)."""
    if person.born is None:
        raise ValueError("a specimen card needs its holder's birth date")
    document = person.number[3:]
    one = f"IDVNM{document}{digit(document)}{person.number}<<{digit(person.number)}"
    born, expires = f"{person.born:%y%m%d}", _day(person.expires)
    two = f"{born}{digit(born)}{person.sex}{expires}{digit(expires)}VNM".ljust(29, "<")
    two += digit(one[5:30] + two[0:7] + two[8:15] + two[18:29])
    return one + two + _names(person.name)


def digit(text: str) -> str:
    """The check digit: weights 7, 3, 1, letters from 10, the filler 0."""
    total = 0
    for at, letter in enumerate(text):
        value = 0 if letter == "<" else int(letter, 36)
        total += value * (7, 3, 1)[at % 3]
    return str(total % 10)


def seed(person: Person) -> bytes:
    """What BAC and PACE make of the zone: the digest of number, birth and expiry with their check digits (§9.7.2)."""
    if person.born is None:
        raise ValueError("a specimen card needs its holder's birth date")
    parts = (person.number[3:], f"{person.born:%y%m%d}", _day(person.expires))
    return hashlib.sha1("".join(part + digit(part) for part in parts).encode()).digest()


def _day(day: date | None) -> str:
    return f"{day:%y%m%d}" if day else _NO_DATE


def _names(name: str) -> str:
    """The third line: the surname, then the other names.

    A line that is too long is cut so that it ends with a letter, for that says it was cut (9303-5 §4.2.3).
    """
    surname, *given = _plain(name).split()
    line = _joined(surname, given)
    while len(line) > _LENGTH and line[_LENGTH - 1] == "<":
        # A name before loses its last letter, so that the first one of the next moves to the end of the line.
        whole = line[:_LENGTH].count("<") - 2
        shortened = next((at for at in reversed(range(whole)) if len(given[at]) > 1), None)
        if shortened is None:
            surname = surname[:-1]
        else:
            given[shortened] = given[shortened][:-1]
        line = _joined(surname, given)
    return line.ljust(_LENGTH, "<")[:_LENGTH]


def _joined(surname: str, given: list[str]) -> str:
    return f"{surname}<<{'<'.join(given)}"


def _plain(name: str) -> str:
    """The name without marks, as 9303-3 §6 transliterates Vietnamese."""
    letters = unicodedata.normalize("NFD", name.upper().replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
