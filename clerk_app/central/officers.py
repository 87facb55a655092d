"""What somebody who did something is called outside this system: by name and by their place in the office."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from clerk_app.central.database import users
from clerk_app.domain.rules import Rules

NOBODY = "Cán bộ một cửa"
"""The place of somebody whose role the rules of the day do not know."""


@dataclass(frozen=True, slots=True)
class Officer:
    """`name` as central has it (NguoiXuLy), `title` what their role is called in Vietnamese (ChucDanh)."""

    name: str
    title: str


def officer_of(connection: Connection, who: str, rules: Rules) -> Officer:
    """Who that is; of several roles the one that stands last in the catalogue, which lists them as they rise.

    Somebody whom central does not know keeps the name by which they sign in.
    """
    row = connection.execute(select(users.c.name, users.c.roles).where(users.c.id == who)).first()
    held = set(row.roles.split()) if row is not None else set()
    titles = [rules.role_names[role].vi for role in rules.roles if role in held and role in rules.role_names]
    return Officer((row.name if row is not None else "") or who, titles[-1] if titles else NOBODY)
