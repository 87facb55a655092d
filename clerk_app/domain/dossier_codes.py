"""How a dossier code is written and read back: the unit, the day of reception, and a running number.

TT 01/2018/TT-VPCP art. 19 has four digits for the number; six are seen at the police. Which of them is written is a
setting of the catalogue; both are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

SETTING = "dossier_code_format"
PLAIN = "{unit}-{day:%y%m%d}-{number:06d}"
"""Where the catalogue prescribes no other form."""

SHAPE = r"([A-Z0-9]+(?:\.[A-Z0-9]+)*)-(\d{6})-(\d{4,6})"
"""Unit code, day as YYMMDD, running number."""

_ANYWHERE = re.compile(rf"(?<![A-Z0-9.]){SHAPE}(?![0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class DossierCode:
    """The parts of a code. `serial` keeps its noughts: 0128 and 000128 are two codes."""

    unit: str
    day: date
    serial: str

    def __str__(self) -> str:
        return f"{self.unit}-{self.day:%y%m%d}-{self.serial}"


def written(unit: str, day: date, number: int, form: str) -> str:
    """The code of a dossier received on `day`. `form` is the catalogue's setting, empty for the plain one."""
    return (form or PLAIN).format(unit=unit, day=day, number=number)


def found_in(text: str) -> tuple[DossierCode, ...]:
    """Every code that stands in a longer text, such as the address in a QR code, in its order."""
    found = (read(one.group(0)) for one in _ANYWHERE.finditer(text))
    return tuple(code for code in found if code is not None)


def read(text: str) -> DossierCode | None:
    """The parts of a code of this century, or None for a text that is none: also where its day does not exist."""
    found = re.fullmatch(SHAPE, text, re.ASCII)
    if found is None:
        return None
    unit, day, serial = found.groups()
    try:
        return DossierCode(unit, date(2000 + int(day[:2]), int(day[2:4]), int(day[4:])), serial)
    except ValueError:
        return None
