"""Where the result of each accepted dossier is, derived from the journal: what lists of results are read from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app.desk.ports import ResultLine
from clerk_app.domain.altered import Finding
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import RESULT_PLACE, known_licences
from clerk_app.domain.handing import HandingState
from clerk_app.store import schema

_ANEW = "projection differs from its entries; journal rebuild makes it anew"
_DIGITS = 12


def row_of(dossier: Dossier) -> dict[str, Any] | None:
    """The row of a dossier; None of one that was never accepted."""
    if dossier.submitted is None or dossier.erased is not None:
        return None
    handing = dossier.handing
    since = handing.since or dossier.course.since
    return {
        "dossier": dossier.id.bytes,
        "course": dossier.course.state,
        "state": handing.state,
        "since": since.isoformat() if since is not None else "",
        "place": handing.place,
        "box": handing.box.bytes if handing.box is not None else None,
        "card": handing.card or _number(dossier),
        "arrived_at": handing.arrived_at.isoformat() if handing.arrived_at is not None else None,
        "reminded": len(handing.reminded),
        "reminded_at": handing.reminded[-1].isoformat() if handing.reminded else None,
        "item": handing.item,
        "wish": dossier.text(RESULT_PLACE),
        "pack": dossier.pack,
        "office": dossier.office,
        "received_at": dossier.submitted.received_at.isoformat(),
    }


def _number(dossier: Dossier) -> str:
    """The number of a person's licences, which the new card bears too."""
    numbers = (one.number for one in known_licences(dossier))
    return next((one for one in numbers if len(one) == _DIGITS and one.isascii() and one.isdigit()), "")


def project(connection: Connection, dossier: Dossier) -> None:
    """Write the row of one dossier, where it has changed."""
    row = row_of(dossier)
    table = schema.results
    before = connection.execute(sa.select(table).where(table.c.dossier == dossier.id.bytes)).one_or_none()
    if row is None:
        if before is not None:
            connection.execute(table.delete().where(table.c.dossier == dossier.id.bytes))
    elif before is None:
        connection.execute(table.insert(), row)
    elif dict(before._mapping) != row:
        connection.execute(table.update().where(table.c.dossier == row["dossier"]), row)


def differences(connection: Any, fresh: Mapping[UUID, Dossier]) -> list[Finding]:
    """Where the stored rows are not what the journal says. Of the driver's connection."""
    names = [str(column.name) for column in schema.results.columns]
    stored = {row[0]: dict(zip(names, row, strict=True)) for row in connection.execute("SELECT * FROM results")}
    found = []
    for key, dossier in fresh.items():
        wanted = None if dossier.of_station else row_of(dossier)
        kept = stored.pop(key.bytes, None)
        if kept != wanted:
            found.append(Finding("results", str(key), "missing" if kept is None else "changed", _ANEW))
    return found + [Finding("results", "?", "extra", f"it has no entries; {_ANEW}") for _ in stored]


def lines(
    connection: Connection,
    states: Collection[str] = (),
    courses: Collection[str] = (),
    box: UUID | None = None,
    card: str = "",
    code: str = "",
    dossiers: Collection[UUID] = (),
    limit: int = 2000,
) -> tuple[ResultLine, ...]:
    """Results that stand so, the longest waiting first; every condition that is given holds."""
    R, D = schema.results.c, schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
    chosen = sa.select(schema.results, D.code, D.name, D.number, D.procedure, D.clerk).join(
        schema.dossiers, D.id == R.dossier
    )
    for wanted, column in ((states, R.state), (courses, R.course)):
        if wanted:
            chosen = chosen.where(column.in_(tuple(wanted)))
    if box is not None:
        chosen = chosen.where(R.box == box.bytes)
    if dossiers:
        chosen = chosen.where(R.dossier.in_([one.bytes for one in dossiers]))
    if code:
        chosen = chosen.where(D.code == code)
    if card:
        chosen = chosen.where(R.card == card)
    rows = connection.execute(chosen.order_by(R.since, R.dossier).limit(limit)).all()
    return tuple(
        ResultLine(
            dossier=UUID(bytes=row.dossier),
            code=row.code,
            name=row.name,
            number=row.number,
            procedure=row.procedure,
            clerk=row.clerk,
            course=row.course,
            state=cast(HandingState, row.state),
            since=datetime.fromisoformat(row.since) if row.since else None,
            place=row.place,
            box=UUID(bytes=row.box) if row.box is not None else None,
            arrived_at=datetime.fromisoformat(row.arrived_at) if row.arrived_at else None,
            reminded=row.reminded,
            reminded_at=datetime.fromisoformat(row.reminded_at) if row.reminded_at else None,
            item=row.item,
            wish=row.wish,
            pack=row.pack,
            office=row.office,
            received_at=datetime.fromisoformat(row.received_at) if row.received_at else None,
        )
        for row in rows
    )


def counted(connection: Connection, box: UUID) -> int:
    """How many cards came in this box."""
    R = schema.results.c  # noqa: N806 - a table's columns, as everywhere here
    return int(connection.execute(sa.select(sa.func.count()).where(R.box == box.bytes)).scalar_one())


def taken_places(connection: Connection) -> frozenset[str]:
    """The places of the shelf at which a card lies."""
    R = schema.results.c  # noqa: N806 - a table's columns, as everywhere here
    found = connection.execute(sa.select(R.place).where(R.state.in_(("here", "posting")), R.place != ""))
    return frozenset(found.scalars())
