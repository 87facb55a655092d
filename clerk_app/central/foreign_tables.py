"""The tables of what central asked of foreign systems, for `database`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)


def register_queries(metadata: MetaData) -> Table:
    """Every question to a register. Step 0 when it goes out, 1 when it is over. Append-only by trigger.

    `answer` is a keyed digest of what was said and when; empty where nobody knows, and of before it was written down.
    """
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
        Column("answer", LargeBinary(32)),
    )
    Index("register_queries_by_time", made.c.at_ms)
    Index("register_queries_by_dossier", made.c.dossier)
    return made


def register_answers(metadata: MetaData) -> Table:
    """The last answer to a question, named by a keyed digest of it; `subject` as in `register_queries`."""
    made = Table(
        "register_answers",
        metadata,
        Column("question", LargeBinary(32), primary_key=True),
        Column("system", String, nullable=False),
        Column("subject", LargeBinary(32), nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )
    Index("register_answers_by_subject", made.c.subject)
    return made


def orders(metadata: MetaData) -> Table:
    """Every order to a foreign system, written down before it is first sent.

    `state` waiting, done or rejected; a waiting one is sent when `due_ms` has come, and whoever does so moves that on
    first; in a `lane` they go one after another. `about` is what the other system is asked about afterwards: the đồng
    of a payment, the dossier at the portal. `body` is what is sent, empty once it is over; `digest` tells whether a
    second order of the same id is this one. `outcome` is what the other system says came of it, `heard_ms` when.
    `due_ms` is empty once nothing is to be done any more. `handed_ms` is when it was last handed over with no end that
    was heard, `absent_ms` when the other system first said after that that it does not have it; `returned_ms` when the
    post first said that it brings something back.
    """
    made = Table(
        "orders",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("system", String, nullable=False),
        Column("reference", String, nullable=False),
        Column("dossier", Uuid),
        Column("officer", String, nullable=False),
        Column("office", String, nullable=False),
        Column("station", String, nullable=False),
        Column("placed_ms", BigInteger, nullable=False),
        Column("about", String, nullable=False),
        Column("lane", String, nullable=False),
        Column("digest", LargeBinary(32), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("state", String, nullable=False),
        Column("result", LargeBinary, nullable=False),
        Column("outcome", String, nullable=False),
        Column("heard_ms", BigInteger),
        Column("tries", Integer, nullable=False),
        Column("due_ms", BigInteger),
        Column("cause", String, nullable=False),
        Column("handed_ms", BigInteger),
        Column("absent_ms", BigInteger),
        Column("failed_ms", BigInteger),
        Column("told_ms", BigInteger),
        Column("returned_ms", BigInteger),
        UniqueConstraint("system", "reference"),
    )
    Index("orders_by_due", made.c.due_ms)
    Index("orders_by_lane", made.c.system, made.c.lane)
    Index("orders_by_dossier", made.c.dossier)
    untold = made.c.told_ms.is_(None)
    Index("orders_untold", made.c.system, made.c.outcome, sqlite_where=untold, postgresql_where=untold)
    return made


def submissions(metadata: MetaData) -> Table:
    """What is known of each dossier that a citizen sent, by the portal's code. `digest` is of what was last written,
    `content` of the same without the moment; `unit` and `procedure` are for whom and what it is by the portal's own
    codes; `again` is the digest with which it was looked at again once what was refused of it was settled."""
    return Table(
        "submissions",
        metadata,
        Column("code", String, primary_key=True),
        Column("office", String, nullable=False, index=True),
        Column("dossier", Uuid, nullable=False, unique=True),
        Column("sent_ms", BigInteger, nullable=False),
        Column("changed_ms", BigInteger, nullable=False),
        Column("arrived_ms", BigInteger, nullable=False),
        Column("digest", LargeBinary(32), nullable=False),
        Column("state", String, nullable=False),
        Column("cause", String, nullable=False),
        Column("unit", String, nullable=False, server_default=""),
        Column("procedure", String, nullable=False, server_default=""),
        Column("content", LargeBinary(32)),
        Column("again", LargeBinary(32)),
    )
