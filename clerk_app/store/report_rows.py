"""The rows that reports are made of, one for each dossier that took a step: derived from the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app.domain.altered import Finding
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.report_facts import Facts, facts_of
from clerk_app.store import schema
from clerk_app.wire_reports import decode_facts, encode_facts

R = schema.report_rows.c
_KEEP = "INSERT OR REPLACE INTO report_rows (dossier, begun_ms, last_ms, last_state, body) VALUES (?, ?, ?, ?, ?)"
_AT_ONCE = 500
_REMOVE = "DELETE FROM report_rows WHERE dossier = ?"


def project(connection: Connection, dossier: Dossier) -> None:
    """Write the row of a dossier as it stands now; a draft that took no step has none, and costs nothing."""
    found = facts_of(dossier)
    if found is not None:
        connection.exec_driver_sql(_KEEP, _row(found))
    elif dossier.settled or dossier.erased is not None:
        connection.exec_driver_sql(_REMOVE, (dossier.id.bytes,))


def clear(connection: Connection) -> None:
    """Forget all of them."""
    connection.exec_driver_sql("DELETE FROM report_rows")


def chosen(connection: Connection, since_ms: int, until_ms: int, closed: Collection[str]) -> Iterator[Facts]:
    """Those that may concern a period."""
    wanted = sa.select(R.body).where(R.begun_ms < until_ms)
    wanted = wanted.where(sa.or_(R.last_ms >= since_ms, R.last_state.not_in(list(closed))))
    return decode_facts(connection.execute(wanted).scalars().all())


def of(connection: Connection, dossiers: Collection[UUID]) -> Iterator[Facts]:
    """Those of these dossiers, in no order."""
    keys = [one.bytes for one in dossiers]
    for first in range(0, len(keys), _AT_ONCE):
        wanted = sa.select(R.body).where(R.dossier.in_(keys[first : first + _AT_ONCE]))
        yield from decode_facts(connection.execute(wanted).scalars().all())


def differences(connection: Any, fresh: Mapping[UUID, Dossier]) -> list[Finding]:
    """Where the rows are not what the journal says. Of the driver's connection."""
    stored = {row[0]: tuple(row) for row in connection.execute("SELECT * FROM report_rows")}
    wrong = []
    for key, dossier in fresh.items():
        found = facts_of(dossier)
        if stored.pop(key.bytes, None) != (None if found is None else _row(found)):
            wrong.append(Finding("report_rows", str(key), "changed", _ANEW))
    return wrong + [Finding("report_rows", "?", "extra", _ANEW) for _ in stored]


def _row(found: Facts) -> tuple[Any, ...]:
    last = found.moves[-1]
    return found.dossier.bytes, found.moves[0].at_ms, last.at_ms, last.state, encode_facts(found)


_ANEW = "what reports count differs from its entries; journal rebuild makes it anew"
