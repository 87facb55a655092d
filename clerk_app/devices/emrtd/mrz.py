"""The machine readable zone of a citizen card (TD1, ICAO 9303-5) and the key made from it (ICAO 9303-11 §9.7.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.domain.people import Sex

_ALPHABET = {c: value for value, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_LENGTH = 90
_LINE = 30
_FILLERS = str.maketrans("«»‹›〈〉＜", "<<<<<<<")
"""What keyboards and readers write for the filler."""
TYPED = {"O": "0"}
"""Letters that a person types for a digit."""
SEEN = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
"""Letters that a reading of a picture makes of a digit."""


def check_digit(text: str) -> str:
    """The check digit over `text`, weights 7, 3, 1 (ICAO 9303-3 §4.9). Raises `Malformed` for a foreign character."""
    try:
        return str(sum(_ALPHABET[c] * (7, 3, 1)[at % 3] for at, c in enumerate(text)) % 10)
    except KeyError:
        raise Malformed("character outside the MRZ alphabet") from None


@dataclass(frozen=True, slots=True)
class Mrz:
    """The three lines taken apart. `number` is the 12-digit ID number where the optional data hold one."""

    country: str
    number: str = field(repr=False)
    document: str = field(repr=False)
    name: str = field(repr=False)
    born: date | None = field(repr=False)
    sex: Sex | None = field(repr=False)
    expires: date | None = field(repr=False)
    nationality: str = field(repr=False)
    wrong_digits: tuple[str, ...] = ()


def zone_of(text: str) -> str:
    """The 90 characters of a zone as a person or machine wrote it: lines, blanks and case do not count.

    Fillers missing at the end of the third line are added. Raises `Malformed` for anything that is not a TD1 zone.
    """
    if len(text) > 4 * _LENGTH:
        raise Malformed("MRZ length")
    lines = ["".join(line.split()) for line in text.translate(_FILLERS).upper().splitlines()]
    lines = [line for line in lines if line]
    if len(lines) == 3 and len(lines[2]) < _LINE:
        lines[2] = lines[2].ljust(_LINE, "<")
    zone = "".join(lines)
    if len(zone) != _LENGTH or (len(lines) == 3 and any(len(line) != _LINE for line in lines)):
        raise Malformed("MRZ length")
    if not re.fullmatch(r"[IAC1][A-Z0-9<]{89}", zone) or "<" not in zone:
        raise Malformed("MRZ alphabet")
    return zone


def read(text: str, today: date, mistaken: Mapping[str, str] = TYPED) -> Mrz:
    """Take a zone apart that was typed or seen; raises as `zone_of` does.

    Letters that are `mistaken` for digits are taken for those digits where only a digit can stand, and only if every
    check digit fits then.
    """
    zone = zone_of(text)
    found = parse(zone, today)
    if not found.wrong_digits:
        return found
    meant = parse("".join(mistaken.get(c, c) if at in _digits_of(zone) else c for at, c in enumerate(zone)), today)
    return found if meant.wrong_digits else meant


def _digits_of(zone: str) -> frozenset[int]:
    """Where no letter can stand: dates and check digits, and on a Vietnamese card both of its numbers."""
    one, two = [14], [*range(30, 37), *range(38, 45), 59]
    if zone[2:5] == "VNM":
        one += [*range(5, 14), *range(15, 27), 29]
    return frozenset(one + two)


def parse(zone: str, today: date) -> Mrz:
    """Take a TD1 zone apart. `today` decides the century of a birth date that the ID number does not decide.

    Check digits that do not fit are named in `wrong_digits`. Raises `Malformed` for anything that is not a TD1 zone.
    """
    if len(zone) != _LENGTH:
        raise Malformed("MRZ length")
    one, two, three = zone[:30], zone[30:60], zone[60:]
    checked = {
        "document": (one[5:14], one[14]),
        "born": (two[0:6], two[6]),
        "expires": (two[8:14], two[14]),
        "composite": (one[5:] + two[0:7] + two[8:15] + two[18:29], two[29]),
    }
    wrong = tuple(name for name, (text, digit) in checked.items() if check_digit(text) != digit.replace("<", "0"))
    check_digit(three)
    number = one[15:27] if one[15:27].isdigit() else one[15:30].rstrip("<")
    surname, _, given = three.rstrip("<").partition("<<")
    return Mrz(
        country=one[2:5].rstrip("<"),
        number=number,
        document=one[5:14].rstrip("<"),
        name=" ".join(f"{surname}<{given}".replace("<", " ").split()),
        born=_born(two[0:6], number, today),
        sex={"M": "M", "F": "F"}.get(two[7]),  # type: ignore[arg-type]
        expires=_day(two[8:14], 2000),
        nationality=two[15:18].rstrip("<"),
        wrong_digits=wrong,
    )


def _born(text: str, number: str, today: date) -> date | None:
    """The fourth digit of an ID number tells the century (NĐ 137/2015, TT 07/2016 art. 7)."""
    if len(number) == 12 and number.isdigit():
        return _day(text, 1900 + int(number[3]) // 2 * 100)
    recent = _day(text, 2000)
    return recent if recent and recent <= today else _day(text, 1900)


def _day(text: str, century: int) -> date | None:
    if not text.isdigit():
        return None
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def key_seed(number: str, born: str, expires: str) -> bytes:
    """The 20 octets that PACE takes as password and BAC, cut to 16, as key seed.

    `number` is the nine-character document number or the 12-digit ID number whose last nine it is; dates are YYMMDD.
    Raises `Malformed` when they cannot be printed in a zone.
    """
    document = number[3:] if len(number) == 12 else number.ljust(9, "<")
    if len(document) != 9 or not all(len(day) == 6 and day.isascii() and day.isdigit() for day in (born, expires)):
        raise Malformed("MRZ key")
    parts = (document, born, expires)
    return hashlib.sha1("".join(part + check_digit(part) for part in parts).encode("ascii")).digest()
