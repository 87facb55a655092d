"""The table of messages to citizens, for `database`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid


def messages(metadata: MetaData) -> Table:
    """Every message to a citizen, written down in the transaction that accepted the entry which causes it.

    `id` follows from that entry and `slot` (`portal`, or `own` for telephone and e-mail; those that need a consent have
    slots of their own), so the same entry never makes a second one. `letter` is whole what is sent. A queued one is
    tried when `due_ms` has come; whoever does so moves that on first. `open_try`: a try has no end yet, so it may have
    gone out; `handed_ms` is when it was last handed over so, `absent_ms` when the carrier first said after that that
    it does not have it. `within` and `hours` say how long there is a point to it. `again_of` is what it repeats.
    """
    made = Table(
        "messages",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("entry", Uuid, nullable=False),
        Column("dossier", Uuid, nullable=False),
        Column("office", String, nullable=False),
        Column("slot", String, nullable=False),
        Column("code", String, nullable=False),
        Column("step", String, nullable=False),
        Column("way", String, nullable=False),
        Column("ground", String, nullable=False),
        Column("basis", String, nullable=False),
        Column("verified", String, nullable=False),
        Column("language", String, nullable=False),
        Column("taken_ms", BigInteger, nullable=False),
        Column("made_ms", BigInteger, nullable=False),
        Column("within", String, nullable=False),
        Column("hours", Integer, nullable=False),
        Column("letter", LargeBinary, nullable=False),
        Column("alphabet", String, nullable=False),
        Column("parts", Integer, nullable=False),
        Column("again_of", Uuid),
        Column("state", String, nullable=False),
        Column("sent_ms", BigInteger),
        Column("heard_ms", BigInteger),
        Column("open_try", Boolean, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("due_ms", BigInteger),
        Column("cause", String, nullable=False),
        Column("handed_ms", BigInteger),
        Column("absent_ms", BigInteger),
    )
    Index("messages_by_due", made.c.due_ms)
    Index("messages_by_dossier", made.c.dossier)
    return made
