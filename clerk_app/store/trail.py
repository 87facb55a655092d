"""The trail as it lies in the journal: entries by moment, newest first, of dossiers, of a person who works here, of a
station, page by page.

Moments are compared as seconds, whatever zone a station wrote them in; the indexes hold the same expressions.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from clerk_app import wire
from clerk_app.desk.ports import TrailFound, TrailWanted
from clerk_app.domain.settling import Record

MOMENT = "unixepoch(entries.at)"
_TEXT = "CAST(entries.body AS TEXT)"
WHO = f"CASE WHEN json_valid({_TEXT}) THEN json_extract({_TEXT}, '$.who') END"
"""Written as the index has it: a body that is none, and that only a damaged store can hold, is nobody's."""
_COLUMNS = (
    f'SELECT entries."row", {MOMENT} AS moment, body, station, n, digest, accepted, number, code '
    "FROM entries LEFT JOIN answers ON answers.entry = entries.id"
)
_OWN = (
    f'entries."row" IN (SELECT entries."row" FROM entries WHERE {WHO} = ? UNION '
    'SELECT "row" FROM entries WHERE dossier IN '
    f"(SELECT entries.dossier FROM entries WHERE {WHO} = ? AND kind IN ('Opened', 'TakenOver')))"
)
_FEW = 400
"""Dossiers that are asked for in one statement."""


def page(connection: Connection, wanted: TrailWanted) -> tuple[tuple[TrailFound, ...], tuple[int, int] | None]:
    """The next entries, and where the page after them begins; None where there is none.

    An entry that only a newer program can read is left out.
    """
    where, values = _where(wanted)
    order = f'ORDER BY {MOMENT} DESC, entries."row" DESC LIMIT ?'
    statement = f"{_COLUMNS}{' WHERE ' if where else ' '}{' AND '.join(where)} {order}"
    rows = connection.exec_driver_sql(statement, (*values, wanted.limit + 1)).all()
    more = rows[: wanted.limit]
    after = (int(more[-1].moment), int(more[-1].row)) if len(rows) > wanted.limit else None
    return tuple(one for one in map(_found, more) if one is not None), after


def count(connection: Connection, wanted: TrailWanted, most: int) -> int:
    """How many entries there are, counted up to `most`."""
    where, values = _where(wanted)
    inner = f"SELECT 1 FROM entries{' WHERE ' if where else ''}{' AND '.join(where)} LIMIT ?"
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM ({inner})", (*values, most)).scalar_one())


def mentioning(connection: Connection, text: str, limit: int) -> tuple[UUID, ...]:
    """The dossiers in an entry of which somebody's number once stood, also where it was corrected since.

    Reads every body of the kinds that hold one.
    """
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT dossier FROM entries WHERE kind IN ('IdentityRead', 'FieldsEntered', 'PageRead', "
        "'RegisterAnswered', 'SystemAnswered') "
        "AND instr(CAST(body AS TEXT), ?) > 0 LIMIT ?",
        (f'"{text}"', limit),
    )
    return tuple(UUID(bytes=row[0]) for row in rows)


def _where(wanted: TrailWanted) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if wanted.dossiers is not None:
        chosen = wanted.dossiers[:_FEW]
        where.append(f"entries.dossier IN ({', '.join('?' * len(chosen))})")
        values += [one.bytes for one in chosen]
    if wanted.who:
        where.append(f"{WHO} IN ({', '.join('?' * len(wanted.who))})" if len(wanted.who) > 1 else f"{WHO} = ?")
        values += wanted.who
    if wanted.kinds:
        where.append(f"kind IN ({', '.join('?' * len(wanted.kinds))})")
        values += wanted.kinds
    if wanted.own:
        # By the index of persons and that of dossiers: the rest of the journal is not read.
        where.append(_OWN)
        values += [wanted.own, wanted.own]
    if wanted.station:
        # Not by the index of stations: then all of its entries would have to be sorted.
        where.append("+entries.station = ?")
        values.append(wanted.station)
    if wanted.since is not None:
        where.append(f"{MOMENT} >= ?")
        values.append(int(wanted.since.timestamp()))
    if wanted.until is not None:
        where.append(f"{MOMENT} < ?")
        values.append(int(wanted.until.timestamp()))
    if wanted.after is not None:
        where += [f"{MOMENT} <= ?", f'({MOMENT}, entries."row") < (?, ?)']
        values += [wanted.after[0], *wanted.after]
    return where, values


def _found(row: Any) -> TrailFound | None:
    try:
        entry = wire.decode_entry(row.body)
    except wire.Unreadable:
        return None
    record = Record(entry, row.station, row.number if row.accepted else 0, row.code or "")
    return TrailFound(record, row.n, bytes(row.digest), (int(row.moment), int(row.row)))
