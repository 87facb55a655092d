"""What the portal's own station writes of a dossier, sealed by its key and taken by central as any other entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, heads, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.online import Online, key_of, person_of
from clerk_app.central.people import PRACTICE_OFFICE
from clerk_app.central.register import Register
from clerk_app.central.sheets import open_sheets
from clerk_app.domain.dossier import Entry, FieldsEntered, Happening, Opened
from clerk_app.domain.online import COUNTER
from clerk_app.store.journal import new_id
from clerk_app.wire import FIRST, Batch, encode_entry, seal
from tests.peers.central import CentralProcess
from tests.peers.counter import opened
from tests.peers.pack import training_pack


def portal_writes(central: CentralProcess, dossier: UUID, said: dict[str, str], code: str = "") -> int:
    """It says this of a dossier, as `online` does it; with a `code` it began it. Central's number of it."""
    database = open_database(central.database_url)
    sheets = open_sheets(central.blobs or str(central.folder / "sheets"))
    register = Register(database, sheets, PackedLaw(training_pack()))
    typed = FieldsEntered(said, "identity", source="portal")
    begun = (sent(code),) if code else ()
    number = written(database, register, hanoi_now(), dossier, *begun, typed)
    database.close()
    return number


def sent(code: str) -> Opened:
    """A citizen sent a dossier; the portal calls it so."""
    return opened(counter=COUNTER, channel="online", local_code=code)


def written(database: Database, register: Register, now: datetime, dossier: UUID, *happened: Happening) -> int:
    """It seals these and central takes them in. Central's number of the last."""
    station = Online(database, register, cast(Any, None), hanoi_now)._station(PRACTICE_OFFICE)
    assert station is not None
    key = key_of(database, station.office)
    with database.read() as connection:
        head = connection.execute(select(heads.c.n, heads.c.digest).where(heads.c.station == station.code)).first()
    n, previous = (head.n, bytes(head.digest)) if head is not None else (0, FIRST)
    sealed = []
    for what in happened:
        n += 1
        entry = Entry(new_id(), dossier, what, person_of(station.office), now)
        sealed.append(seal(encode_entry(entry), station.code, n, previous, key.sign))
        previous = sealed[-1].digest
    answers = register.take(Batch(sealed), station, now).answers
    assert [one.code for one in answers if one.code] == []
    return answers[-1].number
