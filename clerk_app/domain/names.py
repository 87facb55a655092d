"""Names of persons: one text is the truth, as the identity document has it; parts and orders are derived from it.

Nothing here writes a name back, and no name is put in title case: H'Hen Niê and Y-Moan Êban are written so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.domain.people import nfc
from clerk_app.domain.sorting import SortKey, sort_key

PersonOrder = Literal["given", "full"]
"""How a list of persons is sorted: by tên, then họ, then đệm, as offices do; or by the name as it is written."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """Họ, đệm and tên of a name. A name of one word is a tên."""

    family: str = field(repr=False)
    middle: str = field(repr=False)
    given: str = field(repr=False)


def parts_of(name: str) -> NameParts:
    """The parts of a name, joined again the name itself. Only the order of words says which is which: that a họ has two
    words (Tôn Nữ), or stands last as in Êđê names, cannot be known."""
    words = nfc(name).split()
    if len(words) < 2:
        return NameParts("", "", " ".join(words))
    return NameParts(words[0], " ".join(words[1:-1]), words[-1])


def in_capitals(name: str) -> str:
    """The name as forms print it: `NGUYỄN VĂN AN`, `H'HEN NIÊ`."""
    return nfc(nfc(name).upper())


def by_given_name(name: str) -> tuple[SortKey, SortKey, SortKey]:
    """What a list of persons is sorted by: tên, then họ, then đệm."""
    parts = parts_of(name)
    return sort_key(parts.given), sort_key(parts.family), sort_key(parts.middle)


PERSON_ORDERS: Mapping[PersonOrder, Callable[[str], object]] = {"given": by_given_name, "full": sort_key}
"""What to sort a name by, for each order."""
