"""Where the sources disagree about the applicant: every value side by side, nothing silently overwritten.

Names are compared as names, addresses as addresses, everything else as values. That two documents are of two persons
is another matter than a spelling: nothing can be submitted on it, at the desk or at central.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from clerk_app.domain.calendar import day
from clerk_app.domain.dossier import Dossier, Value
from clerk_app.domain.evidence import MIXED, PROVEN, STATED, Level, Source, names_in_latin, worth
from clerk_app.domain.people import said_of, same_address, same_name, search_key

SOURCES: tuple[Source, ...] = ("chip", "qr", "camera", "register", "read", "portal", "manual")
"""The order in which they stand side by side."""

NUMBER, NAME = "applicant.number", "applicant.name"
ID_DIGITS = 12
DATES = frozenset({"applicant.born", "applicant.expires", "applicant.issued"})

UNSAID: frozenset[tuple[Source, str]] = frozenset({("qr", "applicant.nationality")})
"""What stands in a field after a reading although the document did not say it: a QR code names no nationality."""


BETWEEN_SOURCES = frozenset({"register", "documents"})
"""Kinds of differences about which a supervisor decides."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of a field and what that is worth. An empty text: that part is of another person."""

    source: Source
    text: str = field(repr=False)
    level: Level
    used: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field about which sources disagree, and who does.

    kind: `persons` documents of two persons, which blocks; `register` the licence register against the rest;
    `documents` the documents among themselves; `typed` only what somebody typed.
    """

    field: str
    said: tuple[Said, ...]
    kind: Literal["persons", "register", "documents", "typed"]


def differences(dossier: Dossier) -> tuple[Difference, ...]:
    """Every disagreement, in the order of the fields. A dossier with one source has none."""
    found = []
    for name in PROVEN:
        said = _said(dossier, name)
        # What was typed and given up says nothing about who is there; what stands in the field does.
        standing = [one for one in said if one.source not in STATED or one.used]
        documents = [one for one in said if one.source not in (*STATED, "register")]
        if name == NUMBER and _mixed(dossier):
            found.append(Difference(name, (*said, Said("chip", "", "manual")), "persons"))
        elif name == NUMBER and _differ(dossier, name, standing):
            found.append(Difference(name, said, "persons"))
        elif any(one.source == "register" and _differ(dossier, name, [*_used(said), one]) for one in said):
            found.append(Difference(name, said, "register"))
        elif _differ(dossier, name, said):
            found.append(Difference(name, said, "documents" if _differ(dossier, name, documents) else "typed"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Compared:
    """What every source says of a field, whether they agree or not; `difference` says who disagrees."""

    field: str
    said: tuple[Said, ...]
    difference: Difference | None = None


def side_by_side(dossier: Dossier) -> tuple[Compared, ...]:
    """Every field of which some source says something, in the order of the fields, differing ones with what differs."""
    differing = {one.field: one for one in differences(dossier)}
    compared = []
    for name in PROVEN:
        found = differing.get(name)
        said = found.said if found is not None else _said(dossier, name)
        if said:
            compared.append(Compared(name, said, found))
    return tuple(compared)


def sources_differ(dossier: Dossier) -> bool:
    """Whether documents or the register say something else of the same person than the dossier: a person decides."""
    return any(one.kind in BETWEEN_SOURCES for one in differences(dossier))


def of_another_person(dossier: Dossier) -> bool:
    """Whether documents of two persons stand in this dossier."""
    return any(one.kind == "persons" for one in differences(dossier))


def _used(said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.used]


def _mixed(dossier: Dossier) -> bool:
    chip = dossier.readings.get("chip")
    return chip is not None and MIXED in chip.evidence.problems


def _said(dossier: Dossier, name: str) -> tuple[Said, ...]:
    held = dossier.fields.get(name)
    found: list[Said] = []
    for source, text, level in _texts(dossier, name):
        used = held is not None and (source, text) == (held.source, held.text)
        found.append(Said(source, text, level, used))
    if held is not None and held.text and not any(one.used for one in found) and _complete(name, held.text):
        worth_of_it: Level = worth(held.evidence, dossier.practice) if held.evidence else "manual"
        found.append(Said(held.source, held.text, worth_of_it, used=True))
    return tuple(sorted(found, key=lambda one: SOURCES.index(one.source)))


def _texts(dossier: Dossier, name: str) -> Iterator[tuple[Source, str, Level]]:
    typed: Value | None = dossier.typed.get(name)
    by_hand = typed is not None and bool(typed.text) and _complete(name, typed.text)
    for source, reading in dossier.readings.items():
        text = said_of(reading.person).get(name, "")
        if text and (source, name) not in UNSAID and not (source == "manual" and by_hand):
            yield source, text, worth(reading.evidence, dossier.practice)
    holder = dossier.register.holder if dossier.register and dossier.register.answered else None
    of_register = (
        {NAME: holder.name, "applicant.born": holder.born.isoformat() if holder.born else ""} if holder else {}
    )
    if of_register.get(name):
        yield "register", of_register[name], "manual"
    if typed is not None and by_hand:
        yield typed.source, typed.text, "manual"


def _complete(name: str, text: str) -> bool:
    """Half a date or number is not one that differs: it is judged as a field, not here."""
    if name == NUMBER:
        return len(text) == ID_DIGITS
    return name not in DATES or day(text) is not None


def _differ(dossier: Dossier, name: str, said: Sequence[Said]) -> bool:
    chip = dossier.readings.get("chip")
    if name == NAME and chip is not None and names_in_latin(chip.evidence):
        marked = [one for one in said if one.source != "chip"]
        bare = {search_key(one.text) for one in said}
        return len(bare) > 1 or any(not same_name(marked[0].text, other.text) for other in marked[1:])
    same = _SAME.get(name, _same_value)
    return any(not same(said[0].text, other.text) for other in said[1:])


def _same_value(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> date | str:
    return day(text) or "".join(text.split()).casefold()


_SAME: Mapping[str, Callable[[str, str], bool]] = {NAME: same_name, "applicant.residence": same_address}
