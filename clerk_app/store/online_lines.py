"""The queue of online dossiers as a projection: thrown away and made again from the entries like any other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app.domain.altered import Finding
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.online import OnlineLine, line_of
from clerk_app.store import schema

_TABLE = schema.online
_IN_ONE_QUERY = 500


def project(connection: Connection, dossier: Dossier) -> None:
    """Write the row of one dossier that came online."""
    if dossier.channel != "online":
        return
    key, line = dossier.id.bytes, line_of(dossier)
    connection.execute(_TABLE.delete().where(_TABLE.c.dossier == key))
    if line is not None:
        connection.execute(_TABLE.insert(), _row(line))


def remove(connection: Connection, dossier: bytes) -> None:
    """It stands in no list any more."""
    connection.execute(_TABLE.delete().where(_TABLE.c.dossier == dossier))


def clear(connection: Connection) -> None:
    """Forget all of them."""
    connection.execute(_TABLE.delete())


def lines(connection: Connection, dossiers: Collection[UUID] | None = None) -> tuple[OnlineLine, ...]:
    """Every line, or those of these dossiers."""
    chosen = sa.select(_TABLE)
    if dossiers is None:
        return tuple(_line(row) for row in connection.execute(chosen))
    keys = [one.bytes for one in dossiers]
    parts = [keys[at : at + _IN_ONE_QUERY] for at in range(0, len(keys), _IN_ONE_QUERY)]
    return tuple(_line(row) for part in parts for row in connection.execute(chosen.where(_TABLE.c.dossier.in_(part))))


def differences(connection: Any, fresh: Mapping[UUID, Dossier]) -> list[Finding]:
    """Where it is written otherwise than in the journal. Of the driver's connection."""
    names = [str(column.name) for column in _TABLE.columns]
    stored = {row[0]: dict(zip(names, row, strict=True)) for row in connection.execute("SELECT * FROM online")}
    wrong = []
    for key, dossier in fresh.items():
        line = line_of(dossier)
        if stored.pop(key.bytes, None) != (_row(line) if line is not None else None):
            wrong.append(str(key))
    wrong += [str(UUID(bytes=key)) if isinstance(key, bytes) and len(key) == 16 else "?" for key in stored]
    return [
        Finding("online", key, "changed", "the queue differs from its entries; journal rebuild mends it")
        for key in wrong
    ]


def _row(line: OnlineLine) -> dict[str, Any]:
    return {
        "dossier": line.dossier.bytes,
        "code": line.code,
        "receipt": line.receipt,
        "name": line.name,
        "number": line.number,
        "state": line.state,
        "ended": int(line.ended),
        "payment": line.payment,
        "sent_at": line.sent_at.isoformat(),
        "came_at": line.came_at.isoformat() if line.came_at else None,
        "paid_at": line.paid_at.isoformat() if line.paid_at else None,
        "due_at": line.due_at.isoformat() if line.due_at else None,
    }


def _line(row: Any) -> OnlineLine:
    return OnlineLine(
        UUID(bytes=row.dossier),
        row.code,
        row.receipt,
        row.name,
        row.number,
        row.state,
        bool(row.ended),
        row.payment,
        datetime.fromisoformat(row.sent_at),
        datetime.fromisoformat(row.came_at) if row.came_at else None,
        datetime.fromisoformat(row.paid_at) if row.paid_at else None,
        datetime.fromisoformat(row.due_at) if row.due_at else None,
    )
