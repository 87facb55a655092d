"""A date of which old papers may know only the year, or the year and the month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from clerk_app.domain.people import nfc

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WRITTEN = re.compile(r"(?:(?:([0-9]{1,2})/)?([0-9]{1,2})/)?([0-9]{4})")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, and the month and day if they are known. Raises `ValueError` for a date that cannot be."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day without its month")
        date(self.year, self.month or 1, self.day or 1)

    @property
    def first(self) -> date:
        """The earliest day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day it can be: who was born then is certainly as old as they are taken for."""
        if self.day is not None:
            return self.first
        if self.month in (None, 12):
            return date(self.year, 12, 31)
        return date(self.year, (self.month or 0) + 1, 1) - timedelta(days=1)

    @property
    def exact(self) -> date | None:
        """The day, where all of it is known."""
        return self.first if self.day is not None else None

    @property
    def iso(self) -> str:
        """As it is kept: `1985`, `1985-03`, `1985-03-12`."""
        return "-".join([f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)])

    @property
    def written(self) -> str:
        """As people read it: `1985`, `03/1985`, `12/03/1985`."""
        return "/".join([*(f"{part:02d}" for part in (self.day, self.month) if part is not None), f"{self.year:04d}"])

    def may_be(self, other: PartialDate) -> bool:
        """Whether both can be the same day."""
        return self.first <= other.last and other.first <= self.last


def read(text: str) -> PartialDate | None:
    """The date a text names: as kept (`1985-03`), or as people write it (`03/1985`; `00/00/1985` for a bare year)."""
    text = nfc(text)
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _WRITTEN.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    known = [int(part) if part and int(part) else None for part in (month, day)]
    try:
        return PartialDate(int(year), *known)
    except ValueError:
        return None
