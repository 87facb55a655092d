"""What a central that was brought back from a copy may have told citizens after it, and forgot.

A carrier that answers is asked before anything is handed over, so nothing of its goes out twice. Of an e-mail nobody
can say whether it went out: what was caused until the restore does not go by itself, a clerk decides.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from clerk_app.central.database import Database, facts, messages, milliseconds

CANNOT_BE_ASKED = ("email",)
RESTORED = "RESTORED"
_UNTIL = "messages forgotten until"


def hold_back(database: Database, now: datetime) -> None:
    """Nothing of which nobody can say whether it went out until `now` goes out by itself; before central serves
    anybody."""

    def work(connection: Connection) -> None:
        now_ms = str(milliseconds(now))
        if connection.execute(select(facts.c.value).where(facts.c.name == _UNTIL)).scalar() is None:
            connection.execute(insert(facts), {"name": _UNTIL, "value": now_ms})
        else:
            connection.execute(update(facts).where(facts.c.name == _UNTIL).values(value=now_ms))
        waiting = messages.c.way.in_(CANNOT_BE_ASKED), messages.c.state == "queued"
        ended = {"state": "unknown", "cause": RESTORED, "due_ms": None, "open_try": False}
        connection.execute(update(messages).where(*waiting).values(ended))

    database.written(work, "messages")


def as_remembered(connection: Connection, values: dict[str, object], caused: datetime) -> dict[str, object]:
    """The values of a row by what was `caused` at that moment: the step itself, another address, that a clerk asked for
    it again. One that central may have sent by it before it was brought back is `unknown`.
    """
    if values["way"] not in CANNOT_BE_ASKED or values["state"] != "queued":
        return values
    until = connection.execute(select(facts.c.value).where(facts.c.name == _UNTIL)).scalar()
    if until is None or milliseconds(caused) > int(until):
        return values
    return values | {"state": "unknown", "cause": RESTORED, "due_ms": None}
