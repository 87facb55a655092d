"""Addresses as documents print them. Nothing is rewritten: it is said what kind of address it is, and what its parts
seem to be for whoever has to write them apart.

Since 01/7/2025 an address has a commune (xã, phường, đặc khu) and a province, and no district; those on older papers
stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.domain.people import nfc, search_key
from clerk_app.domain.rules import Province

Levels = Literal["district", "commune", "unknown"]
"""`district`: it names a level that there is no more; `commune`: two levels; `unknown`: it does not say."""

_KIND = re.compile(r"^(tinh\s+|thanh pho\s+|tp\.\s*|tp\s+)")
_CITY = re.compile(r"^(thanh pho\s|tp\.\s*\S|tp\s)")
_DISTRICT = re.compile(r"^(quan|huyen|thi xa)\s|^(q|h|tx)\.\s*\S|^q\s*\d")
_TOWN = re.compile(r"^(thi tran\s|tt\.\s*\S)")
_COMMUNE = re.compile(r"^(xa|phuong|dac khu)\s|^(x|p)\.\s*\S|^p\s*\d")


@dataclass(frozen=True, slots=True)
class Address:
    """An address: its text as it was printed, the levels it shows, the province it ends with, and what that is now.

    Both provinces are the empty text where the table knows none of that name.
    """

    text: str = field(repr=False)
    levels: Levels
    province: str = field(repr=False)
    province_now: str = field(repr=False)

    @property
    def old(self) -> bool:
        """Whether it is surely an address from before 01/7/2025. Many do not say."""
        return self.levels == "district" or self.province != self.province_now


def read(text: str, provinces: Collection[Province]) -> Address:
    """What kind of address a text is, by the provinces of the day it is asked on. Total; the text comes back composed,
    and otherwise as it was."""
    kept = nfc(text)
    parts = [part for part in (search_key(part) for part in re.split(r"[,;]", kept)) if part]
    named = _province(_bare(_KIND.sub("", parts[-1])), provinces) if parts else None
    if named is None:
        return Address(kept, _levels(parts[:-1], ""), "", "")
    return Address(kept, _levels(parts[:-1], named[0]), *named)


def parts(text: str) -> tuple[str, str, str]:
    """Street, commune and province as they stand in a text, to be looked at by a person. Total; what lacks is empty.

    What stands before the last two parts is the street, a district among it: the post still delivers by it.
    """
    found = [part for part in (part.strip() for part in re.split(r"[,;]", nfc(text))) if part]
    province = found.pop() if len(found) > 1 else ""
    commune = found.pop() if len(found) > 1 else ""
    return ", ".join(found), commune, province


def _province(name: str, provinces: Collection[Province]) -> tuple[str, str] | None:
    """The province of that name, and the one it belongs to now."""
    for one in provinces:
        if _bare(search_key(one.name)) == name:
            return one.name, one.merged_into
    return next(
        ((one.merged_into, one.merged_into) for one in provinces if _bare(search_key(one.merged_into)) == name), None
    )


def _bare(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


def _levels(before: list[str], province: str) -> Levels:
    """The levels of what stands before the last part."""
    if any(pattern.match(part) for part in before for pattern in (_DISTRICT, _TOWN, _CITY)):
        return "district"
    if not province or not before:
        return "unknown"
    if _COMMUNE.match(before[-1]):
        return "commune"
    # What stands between a commune and its province can only be a district.
    return "district" if any(_COMMUNE.match(part) for part in before) else "unknown"
