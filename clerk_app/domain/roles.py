"""Who may do what: roles are sets of scopes, given by the rules of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

RoleTable = Mapping[str, frozenset[str]]


def scopes_of(roles: Iterable[str], table: RoleTable) -> frozenset[str]:
    """Every scope that these roles have together; a role nobody knows has none."""
    return frozenset().union(*(table.get(role, frozenset()) for role in roles))


def may(roles: Iterable[str], scope: str, table: RoleTable) -> bool:
    """Whether somebody with these roles may do what the scope names."""
    return scope in scopes_of(roles, table)
