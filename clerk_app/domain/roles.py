"""Who may do what, and to whose dossiers: roles are sets of scopes with a reach, given by the rules of the day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Dossier

Reach = Literal["own", "office", "any"]
"""How far a scope goes: dossiers that somebody opened or took over, those of their office, those of every office."""
REACHES: tuple[Reach, ...] = ("own", "office", "any")
"""The narrowest first."""
BARE: Reach = "office"
"""What a scope reaches that says nothing of it."""
Whose = Literal["own", "office", "other"]
"""Whose a dossier is, seen by one person: theirs, another's of their office, another office's."""

RoleTable = Mapping[str, Mapping[str, Reach]]
"""Role → what it may do → how far."""

_COVERED: Mapping[Reach, frozenset[Whose]] = {
    "own": frozenset({"own"}),
    "office": frozenset({"own", "office"}),
    "any": frozenset({"own", "office", "other"}),
}

PARTS: Mapping[str, str] = {"dossier.take_over": "dossier.take", "dossier.discard": "dossier.take"}
"""Scopes that were part of another one before packs listed their scopes."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the catalogue. What somebody `supervised` accepts, a second person looks at first."""

    code: str
    name: Words
    scopes: Mapping[str, Reach]
    supervised: bool = False


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """Something that can be allowed, what people call it, and how far it can reach at most."""

    code: str
    name: Words
    widest: Reach


def scopes_of(roles: Iterable[str], table: RoleTable) -> frozenset[str]:
    """Every scope that these roles have together; a role nobody knows has none."""
    return frozenset().union(*(table.get(role, {}) for role in roles))


def reach_of(roles: Iterable[str], scope: str, table: RoleTable) -> Reach | None:
    """How far these roles together reach with a scope; None where no role has it."""
    found = [table[role][scope] for role in roles if role in table and scope in table[role]]
    return max(found, key=REACHES.index, default=None)


def may(roles: Iterable[str], scope: str, table: RoleTable) -> bool:
    """Whether somebody with these roles may do what the scope names at all."""
    return reach_of(roles, scope, table) is not None


def may_on(roles: Iterable[str], scope: str, table: RoleTable, whose: Whose) -> bool:
    """Whether somebody with these roles may do what the scope names to such a dossier."""
    reach = reach_of(roles, scope, table)
    return reach is not None and whose in _COVERED[reach]


def narrower(one: Reach, other: Reach) -> Reach:
    """The reach that goes less far."""
    return min(one, other, key=REACHES.index)


def holders(scope: str, table: RoleTable, whose: Whose) -> tuple[str, ...]:
    """The roles that may do it to such a dossier, in the order of the table."""
    return tuple(role for role in table if may_on([role], scope, table, whose))


def who_could(scope: str, table: RoleTable, names: Mapping[str, Words], whose: Whose) -> Words:
    """Whom to ask for what a scope allows to such a dossier, by the names of the roles."""
    able = holders(scope, table, whose)
    if not able and whose == "other":
        return Words("Chuyển cho cán bộ của đơn vị đó.", "Leave it to somebody of that office.")
    found = [names.get(role, Words(role, role)) for role in able]
    if not found:
        return Words(
            "Không vai trò nào được làm việc này; báo đơn vị phát hành danh mục.",
            "No role may do this; tell the publisher of the catalogue.",
        )
    vi, en = ", ".join(name.vi for name in found), ", ".join(name.en for name in found)
    return Words(f"Nhờ người có vai trò: {vi}.", f"Ask somebody whose role is: {en}.")


def whose(dossier: Dossier, user: str, office: str) -> Whose:
    """Whose a dossier is for somebody of an office. One that was never opened belongs to whoever is there."""
    if dossier.office and dossier.office != office:
        return "other"
    if not dossier.clerk or user == dossier.clerk or user in dossier.takers:
        return "own"
    return "office"


def supervised(roles: Iterable[str], table: RoleTable, marked: Collection[str]) -> bool:
    """Whether somebody accepts dossiers only by roles that are `marked` as supervised."""
    accepting = [role for role in roles if may([role], "dossier.submit", table)]
    return bool(accepting) and all(role in marked for role in accepting)


def with_parts(scopes: Mapping[str, Reach]) -> dict[str, Reach]:
    """The scopes of a role by a pack from before scopes were listed: what was part of another one goes with it."""
    parts = {part: scopes[whole] for part, whole in PARTS.items() if whole in scopes}
    return dict(scopes) | parts
