"""What is held on a person beside the entries: kept answers of registers, and orders to foreign systems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, or_, select

from clerk_app.central import messages
from clerk_app.central.database import Database, moment, orders, register_answers, register_queries
from clerk_app.central.registers.asking import answer_in
from clerk_app.central.registers.log import mark_of

_AT_ONCE = 500


def in_hand(connection: Connection, dossiers: Iterable[UUID]) -> frozenset[UUID]:
    """The dossiers of which an order is still to be made, or what came of it still to be heard."""
    named, found = list(dossiers), set[UUID]()
    for at in range(0, len(named), _AT_ONCE):
        mine = orders.c.dossier.in_(named[at : at + _AT_ONCE])
        open_still = or_(orders.c.state == "waiting", orders.c.due_ms.is_not(None))
        found.update(connection.execute(select(orders.c.dossier).where(mine, open_still)).scalars())
    return frozenset(found)


def forget_dossier(connection: Connection, dossier: UUID) -> None:
    """Let go of every order of this dossier, and of every message about it."""
    messages.forget_dossier(connection, dossier)
    connection.execute(delete(orders).where(orders.c.dossier == dossier))


def forget_subject(connection: Connection, database: Database, number: str) -> None:
    """Let go of every kept answer about whom has this number. That it was asked for stays, without the number."""
    connection.execute(delete(register_answers).where(register_answers.c.subject == mark_of(database, number)))


def told(database: Database, number: str, dossiers: Iterable[UUID]) -> dict[str, list[dict[str, Any]]]:
    """Who asked which register about this number, the answers that are still kept; these dossiers' orders and messages.

    Of a question for another dossier than these it is not said for which.
    """
    reached = list(dossiers)
    mark = mark_of(database, number)
    asked = select(register_queries).where(register_queries.c.subject == mark)
    kept = select(register_answers).where(register_answers.c.subject == mark)
    with database.read() as connection:
        return {
            "register_queries": [
                _query(row, row.dossier in reached)
                for row in connection.execute(asked.order_by(register_queries.c.at_ms, *_STEPS))
            ],
            "register_answers": [_answer(row) for row in connection.execute(kept.order_by(register_answers.c.at_ms))],
            "messages": messages.told(database, reached),
            "orders": [
                _order(row)
                for dossier in reached
                for row in connection.execute(
                    select(orders).where(orders.c.dossier == dossier).order_by(orders.c.placed_ms, orders.c.id)
                )
            ],
        }


_STEPS = register_queries.c.id, register_queries.c.step


def _query(row: Any, reached: bool) -> dict[str, Any]:
    names = ("system", "officer", "office", "station", "purpose", "outcome", "cause")
    named = {name: getattr(row, name) for name in names}
    dossier = str(row.dossier) if reached else None
    return {"query": str(row.id), "at": moment(row.at_ms).isoformat(), **named, "dossier": dossier}


def _answer(row: Any) -> dict[str, Any]:
    said = msgspec.to_builtins(answer_in(row.body))
    return {"system": row.system, "at": moment(row.at_ms).isoformat(), "said": said}


def _order(row: Any) -> dict[str, Any]:
    names = ("system", "state", "reference", "officer", "office", "station", "about", "outcome", "cause")
    return {
        "order": str(row.id),
        "dossier": str(row.dossier),
        "placed_at": moment(row.placed_ms).isoformat(),
        **{name: getattr(row, name) for name in names},
        "result": msgspec.json.decode(row.result),
        "sent": msgspec.json.decode(row.body) if row.body else None,
    }
