"""What was asked of a register: by whom, where, what for, about whom as a keyed digest, and what came of it.

Written before the question goes out, and again when it is over: a question without an end was cut short. What was
asked and what was said are not in it, but for a keyed digest of the answer, by which it is known again. Answers are
kept beside it for the time that the law gives, for when a register is silent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, false, func, insert, or_, select, update

from clerk_app.carried import derived
from clerk_app.central.database import Database, milliseconds, register_answers, register_queries

queries, answers = register_queries, register_answers
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Query:
    """One question as it is written down."""

    id: UUID
    system: str
    officer: str
    office: str
    station: str
    purpose: str
    subject: bytes
    dossier: UUID | None = None


def mark_of(database: Database, text: str) -> bytes:
    """What stands for somebody's number: the same each time, and only central can make it."""
    return hmac.digest(derived(database.secret, b"subject of a query"), text.encode(), hashlib.sha256)


def note(
    database: Database, query: Query, outcome: str, at: datetime, cause: str = "", answer: bytes | None = None
) -> None:
    """Write down that it goes out (`asked`), or what came of it and the mark of the `answer`.

    Raises `Refusal` as every writing.
    """
    row = {
        "id": query.id,
        "step": 0 if outcome == ASKED else 1,
        "at_ms": milliseconds(at),
        "system": query.system,
        "officer": query.officer,
        "office": query.office,
        "station": query.station,
        "purpose": query.purpose,
        "subject": query.subject,
        "dossier": query.dossier,
        "outcome": outcome,
        "cause": cause,
        "answer": answer,
    }
    with database.write("register_queries") as connection:
        connection.execute(insert(queries), row)


def keep(database: Database, question: bytes, query: Query, body: bytes, at: datetime, age: timedelta) -> None:
    """Keep an answer instead of the one of before, and none of this system that is older than `age`."""
    row = {
        "question": question,
        "system": query.system,
        "subject": query.subject,
        "at_ms": milliseconds(at),
        "body": body,
    }
    old = (answers.c.system == query.system) & (answers.c.at_ms < milliseconds(at - age))

    def work(connection: Connection) -> None:
        connection.execute(delete(answers).where(old))
        if not age:
            connection.execute(delete(answers).where(answers.c.question == question))
            return
        same = update(answers).where(answers.c.question == question).values(at_ms=row["at_ms"], body=body)
        if not connection.execute(same).rowcount:
            connection.execute(insert(answers), row)

    database.written(work, "register_answers")


def forget(database: Database, ages: Mapping[str, timedelta], now: datetime) -> int:
    """Let go of every answer that is older than its system's age; how many there were."""
    old = or_(
        false(),
        *((answers.c.system == system) & (answers.c.at_ms < milliseconds(now - age)) for system, age in ages.items()),
    )
    with database.read() as connection:
        if connection.execute(select(answers.c.question).where(old).limit(1)).first() is None:
            return 0
    return database.written(
        lambda connection: connection.execute(delete(answers).where(old)).rowcount, "register_answers"
    )


def kept(database: Database, question: bytes, now: datetime, age: timedelta) -> bytes | None:
    """The answer of before, if there is one that is not older than `age`."""
    young = (answers.c.question == question) & (answers.c.at_ms >= milliseconds(now - age))
    if not age:
        return None
    with database.read() as connection:
        found: bytes | None = connection.execute(select(answers.c.body).where(young)).scalar()
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one officer asked one system, by what came of it. `outcome` asked: it was cut short."""

    office: str
    officer: str
    system: str
    purpose: str
    outcome: str
    count: int


def counted(database: Database, since: datetime, until: datetime) -> Sequence[Counted]:
    """The questions that went out from `since` until before `until`, in the order of offices and officers."""
    begun, over = queries.alias("begun"), queries.alias("over")
    came = func.coalesce(over.c.outcome, ASKED)
    by = (begun.c.office, begun.c.officer, begun.c.system, begun.c.purpose, came)
    chosen = (
        select(*by, func.count())
        .select_from(begun.outerjoin(over, (over.c.id == begun.c.id) & (over.c.step == 1)))
        .where(begun.c.step == 0, begun.c.at_ms >= milliseconds(since), begun.c.at_ms < milliseconds(until))
        .group_by(*by)
        .order_by(*by)
    )
    with database.read() as connection:
        return [Counted(*row) for row in connection.execute(chosen)]
