"""The tables of what central asked of foreign systems, for `database`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid


def register_queries(metadata: MetaData) -> Table:
    """Every question to a register. Step 0 when it goes out, 1 when it is over. Append-only by trigger."""
    made = Table(
        "register_queries",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("step", Integer, primary_key=True, autoincrement=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("system", String, nullable=False),
        Column("officer", String, nullable=False),
        Column("office", String, nullable=False),
        Column("station", String, nullable=False),
        Column("purpose", String, nullable=False),
        Column("subject", LargeBinary(32), nullable=False),
        Column("dossier", Uuid),
        Column("outcome", String, nullable=False),
        Column("cause", String, nullable=False),
    )
    Index("register_queries_by_time", made.c.at_ms)
    return made


def register_answers(metadata: MetaData) -> Table:
    """The last answer to a question, named by a keyed digest of it."""
    return Table(
        "register_answers",
        metadata,
        Column("question", LargeBinary(32), primary_key=True),
        Column("system", String, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )
