"""Central's own numbers of entries: they only grow, and none is ever given to a second entry."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

import msgspec
from sqlalchemy import Connection, func, insert, select, text, update

from clerk_app.central.database import entries, facts

GAP = 1_000_000_000
"""How many numbers are left out at least once central was brought back from an older copy."""
_EACH_SECOND = 100_000_000
"""What every second of the clock is worth then: the same copy may be brought back again, and must not give out the same
numbers again. 18 digits, which is what a cursor may have, are enough until the year 2286."""

_LEFT_OUT = "entry numbers left out"
_SEQUENCE = "pg_get_serial_sequence('entries', 'number')"


def draw(connection: Connection, count: int) -> Sequence[int]:
    """The next `count` numbers in their order. What PostgreSQL gave to nobody in the end is never used."""
    if connection.dialect.name == "sqlite":
        first = _highest(connection) + 1
        return range(first, first + count)
    drawn = text(f"SELECT nextval({_SEQUENCE}) FROM generate_series(1, :count)")
    return sorted(connection.execute(drawn, {"count": count}).scalars()) if count else ()


def pass_over(connection: Connection) -> None:
    """Go on far above whatever a central that is forgotten may have given out.

    Stations sealed by its numbers how far they had seen: under one of those no other entry may ever stand.
    """
    by_the_clock = int(time() * _EACH_SECOND)
    if connection.dialect.name != "sqlite":
        further = text(f"SELECT setval({_SEQUENCE}, greatest(nextval({_SEQUENCE}) + :gap, :clock))")
        connection.execute(further, {"gap": GAP, "clock": by_the_clock})
        return
    highest, gaps = _highest(connection), left_out(connection)
    value = msgspec.json.encode([*gaps, (highest + 1, max(highest + GAP, by_the_clock))]).decode()
    if gaps:
        connection.execute(update(facts).where(facts.c.name == _LEFT_OUT).values(value=value))
    else:
        connection.execute(insert(facts), {"name": _LEFT_OUT, "value": value})


def left_out(connection: Connection) -> list[tuple[int, int]]:
    """First and last of the numbers that were passed over, where the database itself does not remember them."""
    kept = connection.execute(select(facts.c.value).where(facts.c.name == _LEFT_OUT)).scalar()
    return msgspec.json.decode(kept, type=list[tuple[int, int]]) if kept else []


def _highest(connection: Connection) -> int:
    """The highest number that is given or passed over; nobody writes beside us on SQLite."""
    given = connection.execute(select(func.max(entries.c.number))).scalar() or 0
    return max([given, *(last for _, last in left_out(connection))])
