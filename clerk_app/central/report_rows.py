"""The rows that reports are made of, one for each dossier that took a step: a projection of the accepted entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    Uuid,
    delete,
    insert,
    or_,
    select,
    update,
)

from clerk_app import wire
from clerk_app.central.database import Database, entries, facts, metadata
from clerk_app.central.engines import insert_all
from clerk_app.domain import withdrawn
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, after
from clerk_app.domain.report_facts import VERSION, Facts, facts_of
from clerk_app.wire_reports import decode_facts, encode_facts

report_rows = Table(
    "report_rows",
    metadata,
    Column("dossier", Uuid, primary_key=True),
    Column("office", String, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False, index=True),
    Column("last_state", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""`begun_ms` and `last_ms` are the first and last move of a dossier, `last_state` is where it stands."""

COUNTED = frozenset(
    {
        *(
            "Submitted",
            "StepTaken",
            "FeeTaken",
            "OrderPlaced",
            "OrderHeard",
            "ArchiveMade",
            "PaperTaken",
            "PagesArranged",
            "PageMade",
        ),
        *("ExceptionAsked", "ExceptionDecided", "RefusalSettled", "Erased", "ErasureDone"),
    }
)
"""The kinds of entries that may change the row of a dossier; so does what names pages that were taken back."""
_FACT = "report_rows"
"""The fact that says by which `VERSION` the rows were made."""
_AT_ONCE = 500


def may_change(kind: str, entry: Entry | None) -> bool:
    """Whether the row of its dossier may be another one after it."""
    if kind in COUNTED:
        return True
    return entry is not None and isinstance(entry.what, FieldsEntered) and withdrawn.FIELD in entry.what.values


def row_of(found: Facts) -> dict[str, Any]:
    """The row as it is kept."""
    last = found.moves[-1]
    return {
        "dossier": found.dossier,
        "office": found.office,
        "begun_ms": found.moves[0].at_ms,
        "last_ms": last.at_ms,
        "last_state": last.state,
        "body": encode_facts(found),
    }


def project(connection: Connection, dossiers: Iterable[Dossier]) -> None:
    """Write the rows of these dossiers as they stand now."""
    every = list(dossiers)
    remove(connection, [one.id for one in every])
    insert_all(connection, report_rows, [row_of(found) for one in every if (found := facts_of(one)) is not None])


def remove(connection: Connection, dossiers: Collection[UUID]) -> None:
    """Nothing is counted of these any more."""
    if dossiers:
        connection.execute(delete(report_rows).where(report_rows.c.dossier.in_(list(dossiers))))


def chosen(
    connection: Connection, since_ms: int, until_ms: int, closed: Collection[str], offices: Collection[str]
) -> Iterator[Facts]:
    """The rows that may concern a period, of these offices or of all.

    Left out is what began after it, and what came to one of the `closed` states before it and stayed there.
    """
    r = report_rows.c
    wanted = select(r.body).where(r.begun_ms < until_ms)
    wanted = wanted.where(or_(r.last_ms >= since_ms, r.last_state.not_in(list(closed))))
    if offices:
        wanted = wanted.where(r.office.in_(list(offices)))
    return decode_facts(connection.execute(wanted).scalars())


def of(connection: Connection, dossiers: Sequence[UUID]) -> list[Facts]:
    """The rows of these dossiers as they stand now, in their order; of what has none any more nothing."""
    found: dict[UUID, Facts] = {}
    for first in range(0, len(dossiers), _AT_ONCE):
        r = report_rows.c
        wanted = select(r.body).where(r.dossier.in_(list(dossiers[first : first + _AT_ONCE])))
        found |= {one.dossier: one for one in decode_facts(connection.execute(wanted).scalars())}
    return [found[dossier] for dossier in dossiers if dossier in found]


def rebuilt(connection: Connection) -> Iterator[Dossier]:
    """Every dossier anew from its accepted entries."""
    order = select(entries.c.dossier, entries.c.body).where(entries.c.accepted)
    order = order.order_by(entries.c.dossier, entries.c.number).execution_options(yield_per=_AT_ONCE)
    state: Dossier | None = None
    for dossier, body in connection.execute(order):
        if state is None or state.id != dossier:
            if state is not None:
                yield state
            state = Dossier(dossier)
        try:
            entry = wire.decode_entry(body)
        except wire.Unreadable:
            continue
        state = after(state, entry)
    if state is not None:
        yield state


def rebuild(database: Database) -> int:
    """Throw the rows away and make them again from the entries; how many there are."""

    def work(connection: Connection) -> int:
        anew = [row_of(found) for state in rebuilt(connection) if (found := facts_of(state)) is not None]
        connection.execute(delete(report_rows))
        insert_all(connection, report_rows, anew)
        _note(connection)
        return len(anew)

    return database.written(work, "report rows")


def current(database: Database) -> None:
    """Make the rows anew where an earlier program made them, or none did."""
    with database.read() as connection:
        there = made(connection)
    if not there:
        rebuild(database)


def made(connection: Connection) -> bool:
    """Whether the rows are those that this program makes: nobody made them before its first start."""
    return connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar() == VERSION


def differing(connection: Connection) -> list[UUID]:
    """The dossiers whose row is not what their entries say."""
    kept = {row.dossier: dict(row._mapping) for row in connection.execute(select(report_rows))}
    wrong = []
    for state in rebuilt(connection):
        found = facts_of(state)
        here = kept.pop(state.id, None)
        if here != (None if found is None else row_of(found)):
            wrong.append(state.id)
    return [*wrong, *kept]


def _note(connection: Connection) -> None:
    if connection.execute(select(facts.c.name).where(facts.c.name == _FACT)).first() is None:
        connection.execute(insert(facts), {"name": _FACT, "value": VERSION})
    else:
        connection.execute(update(facts).where(facts.c.name == _FACT).values(value=VERSION))
