"""One defect of a pack, with its place; and how defects with one cause become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from clerk_app.catalogue.signing import PackRefusal
from clerk_app.catalogue.tables import Dated, Row
from clerk_app.domain.refusals import Words

Kind = Literal[
    "signature",
    "unreadable",
    "overlap",
    "gap",
    "name",
    "condition",
    "step",
    "sum",
    "text",
    "basis",
    "letters",
    "example",
]
DECIDES: frozenset[Kind] = frozenset({"unreadable", "overlap", "gap", "name", "condition", "sum"})
"""Defects that change decisions: while one stands, an example that does not come out says nothing new."""

_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a pack. `line` 0 is the whole file; `also` are further places with the same cause."""

    file: str
    line: int
    words: Words
    kind: Kind
    also: tuple[str, ...] = ()

    @property
    def said(self) -> Words:
        """The words, and where else the same cause shows."""
        if not self.also:
            return self.words
        listed = ", ".join(self.also[:_MOST_PLACES])
        rest = len(self.also) - _MOST_PLACES
        more_vi, more_en = (f" và {rest} chỗ nữa", f" and {rest} more") if rest > 0 else ("", "")
        return Words(f"{self.words.vi} (cũng ở {listed}{more_vi})", f"{self.words.en} (also {listed}{more_en})")


def at(row: Dated[Any] | Row, kind: Kind, vi: str, en: str) -> Problem:
    """A defect of one row."""
    return Problem(row.file, row.line, Words(vi, en), kind)


def refusal_as_problem(refusal: PackRefusal) -> Problem:
    """What made a pack, or a row of it, unusable."""
    kind: Kind = "unreadable" if refusal.code == "PACK_ROW" else "signature"
    return Problem(refusal.file, refusal.line, refusal.plain, kind)


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Each cause once, at the first place where it shows."""
    first: dict[tuple[Kind, Words], Problem] = {}
    for problem in dict.fromkeys(problems):
        key = (problem.kind, problem.words)
        if key in first:
            first[key] = replace(first[key], also=(*first[key].also, f"{problem.file}:{problem.line}"))
        else:
            first[key] = problem
    return list(first.values())
