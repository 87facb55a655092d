"""A page as plain values: sections of tables, every cell in both languages, doubts marked. Drawn as text or HTML."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.domain.calendar import Verified
from clerk_app.domain.refusals import Words


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `basis` and `verified` are those of the rule it shows, if it shows one."""

    cells: tuple[Words, ...]
    basis: str = ""
    verified: Verified = "yes"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading and anchor; `picture` names a procedure whose steps are drawn above it."""

    anchor: str
    title: Words
    columns: tuple[Words, ...]
    rows: tuple[Row, ...]
    intro: tuple[Words, ...] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its heading, and its tables."""

    anchor: str
    title: Words
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What holds on a day, ready to be drawn."""

    title: Words
    intro: tuple[Words, ...]
    sections: tuple[Section, ...]
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Procedure → its drawing in Vietnamese and in English."""


BOTH_EMPTY = Words("", "")
DOUBTS: dict[Verified, Words] = {
    "yes": BOTH_EMPTY,
    "partial": Words("xác nhận một phần", "partly confirmed"),
    "no": Words("chưa xác nhận", "not confirmed"),
}


def same(text: object) -> Words:
    """A text that is the same in both languages."""
    return Words(str(text), str(text))


def yes_no(value: bool) -> Words:
    return Words("có", "yes") if value else Words("không", "no")


def listed(words: list[Words], between: str = ", ") -> Words:
    """Several in one cell."""
    return Words(between.join(one.vi for one in words), between.join(one.en for one in words))
