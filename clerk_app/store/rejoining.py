"""Going on with the chain that central has of this desk, after a part of it was lost here.

The only place where entries are ever taken out, and only such as come back at once: under the seal that central has,
or, where nobody heard of them yet, under a new seal on top of it. Body, identity, author and time stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app import wire
from clerk_app.store import schema
from clerk_app.store.rows import KEEP, row_of
from clerk_app.store.seals import Seals
from clerk_app.wire import Answer, Sealed

E = schema.entries.c
_TRIGGERS = ("entries_update_never", "entries_delete_never", "answers_delete_never")

_ANSWER = (
    "INSERT OR REPLACE INTO answers "
    "(entry, own_n, accepted, number, code, words_vi, words_en, remedy_vi, remedy_en) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def rejoin(
    connection: Connection,
    station: str,
    sign: Callable[[bytes], bytes],
    after: int,
    back: Sequence[tuple[Sealed, Answer]],
    head: tuple[int, bytes],
    seals: Seals,
) -> None:
    """Put central's entries after number `after` in their places and seal what it never got on top.

    `back` are central's entries that are not here under the same seal, `head` number and digest of its last one; where
    that is not beyond `after`, the chain here is whole up to `after` and goes on from there. One transaction of the
    caller: all of it happens or nothing.
    """
    mine = E.station == station
    if head[0] <= after:
        ours = connection.execute(sa.select(E.digest).where(mine, E.n == after)).scalar()
        head = after, ours if ours is not None else wire.FIRST
    coming = {answer.id.bytes for _, answer in back}
    places = {sealed.n for sealed, _ in back}
    rows = connection.execute(sa.select(schema.entries).where(mine, E.n > after).order_by(E.n)).all()
    leaving = [row for row in rows if row.n > head[0] or row.n in places or row.id in coming]
    returning = [row for row in leaving if row.id not in coming]
    made = _trigger_texts(connection)
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    # What is taken out must not be found again in free pages by a later salvage.
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for row in leaving:
        connection.execute(schema.entries.delete().where(E.row == row.row))
        # An answer of then stood under another number; what central still has is answered again.
        connection.execute(schema.answers.delete().where(schema.answers.c.entry == row.id))
    for sealed, _ in back:
        connection.exec_driver_sql(KEEP, _values(sealed))
    n, digest = head
    for row in returning:
        n += 1
        sealed = wire.seal(row.body, station, n, digest, sign)
        digest = sealed.digest
        connection.exec_driver_sql(KEEP, _values(sealed))
    if back:
        # What came back drew numbers that nobody here knows of: the lent ones are used no more.
        connection.execute(schema.blocks.delete())
    for sealed, answer in back:
        connection.exec_driver_sql(_ANSWER, _answered(sealed, answer))
    seals.reorder(connection.connection.dbapi_connection)
    for text in made:
        connection.exec_driver_sql(text)


def _trigger_texts(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?, ?)", _TRIGGERS
    )
    return list(found.scalars())


def _values(sealed: Sealed) -> tuple[Any, ...]:
    return row_of(wire.decode_entry(sealed.body), sealed)


def _answered(sealed: Sealed, answer: Answer) -> tuple[Any, ...]:
    return (
        answer.id.bytes, sealed.n, int(answer.accepted), answer.number, answer.code, answer.words_vi, answer.words_en,
        answer.remedy_vi, answer.remedy_en,
    )  # fmt: skip
