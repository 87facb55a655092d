"""Two desks of one office and their central in this process: every message goes through the bytes of the wire."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import insert, select

from clerk_app import wire
from clerk_app.central import blocks, draws, handlings, leases, proofs, returning, reviews
from clerk_app.central.database import Database, database_url, entries, open_database, sign_ins, stations
from clerk_app.central.law import PackedLaw
from clerk_app.central.online_queue import OnlineQueues
from clerk_app.central.people import seed_practice
from clerk_app.central.register import Register
from clerk_app.central.sheets import SheetFolder
from clerk_app.central.stations import KnownStation
from clerk_app.desk.delivery import Delivery, DeliveryReport
from clerk_app.desk.ports import OutgoingSheet
from clerk_app.domain.dossier import Dossier, RegisterAnswered, replay
from clerk_app.domain.online import Filter
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.roles import RoleTable
from clerk_app.uplink import unreachable
from clerk_app.wire_online import OnlineQueue
from tests.desk.conftest import MORNING, SIGNER, Desk, never
from tests.peers.counter import pack

OFFICE, UNIT = "PC08-HN", "G01.801.308"
PEOPLE = ("clerk", "clerk2", "supervisor", "supervisor2")
T = TypeVar("T")


def over_the_wire(message: T) -> T:
    """What arrives at the other end."""
    return wire.unpack(wire.pack(message), type(message))


class Office:
    """Central, and the stations that it knows."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_database(database_url(folder), practice=True)
        seed_practice(self.database)
        self.sheets = SheetFolder(folder / "sheets")
        self.register = Register(self.database, self.sheets, PackedLaw(pack()))

    def station(self, code: str, counter: str) -> KnownStation:
        """An enrolled station at which everybody signed in once."""
        public = SIGNER.public_key().public_bytes_raw()
        with self.database.write() as connection:
            rows = [{"station": code, "user": user, "failures": 0, "tried_ms": 1, "succeeded_ms": 1} for user in PEOPLE]
            connection.execute(insert(sign_ins), rows)
            row = {"code": code, "office": OFFICE, "counter": counter, "public_key": public, "enrolled_ms": 1}
            connection.execute(insert(stations), row)
        return KnownStation(code, OFFICE, counter, UNIT, public)

    def roles(self, now: datetime) -> RoleTable:
        """What each role may do, by central's law."""
        return self.register.law.roles(now)

    def dossier(self, dossier: UUID) -> Dossier:
        """As central has it."""
        chosen = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted)
        with self.database.read() as connection:
            bodies = connection.execute(chosen.order_by(entries.c.number)).scalars().all()
        return replay(wire.decode_entry(body) for body in bodies)

    def close(self) -> None:
        self.database.close()


class Wire:
    """One station's line to that central. `up` False: nobody answers."""

    def __init__(self, office: Office, station: KnownStation) -> None:
        self._office, self._station = office, station
        self.up = True
        self.now: datetime = MORNING
        self.bytes_sent = 0
        self.says: RegisterAnswered | None = None

    def _say(self, work: Callable[[], T]) -> T:
        if not self.up:
            raise unreachable()
        return over_the_wire(work())

    def push(self, sealed: Sequence[wire.Sealed], era: str = "") -> wire.Answers:
        batch = over_the_wire(wire.Batch(list(sealed), era=era))
        return self._say(lambda: self._office.register.take(batch, self._station, self.now))

    def answers(self, after: int, limit: int = 500) -> wire.Answers:
        return self._say(lambda: self._office.register.answers(self._station, after, limit, self.now))

    def pull(self, after: int, limit: int = 500, era: str = "") -> wire.Pulled:
        def said() -> wire.Pulled:
            draw = draws.told(self._office.database, self._station.office, self.now)
            return msgspec.structs.replace(self._office.register.pull(self._station, after, limit, era), draw=draw)

        return self._say(said)

    def proofs(self, dossiers: Sequence[UUID]) -> wire.Proofs:
        asked = over_the_wire(wire.ProofsAsked(list(dossiers)))
        database, sheets = self._office.database, self._office.sheets
        return self._say(lambda: proofs.proofs(database, sheets, self._station, asked, self.now))

    def fetch_sheet(self, digest: str, dossier: UUID) -> bytes:
        office, now = self._office, self.now

        waits = reviews.Reviewing(office.database, office.register.law).waiting(self._station.office, now)

        def said() -> bytes:
            return returning.sheet_of(office.database, office.sheets, self._station, digest, dossier, now, waits)

        return self._say(said)

    def sheet_states(self, digests: Sequence[str]) -> list[wire.SheetState]:
        return [self.sheet_state(digest) for digest in digests]

    def send_sheets(self, sheets: Sequence[OutgoingSheet]) -> list[wire.SheetState]:
        return [self.send_sheet(one.digest, one.data, one.offset) for one in sheets]

    def sheet_state(self, digest: str) -> wire.SheetState:
        return self._say(lambda: self._office.sheets.state(digest, self._station.code))

    def send_sheet(self, digest: str, data: bytes, offset: int) -> wire.SheetState:
        part = self._office.sheets.open_part(digest, self._station.code, offset, len(data))
        part.write(data[offset:])
        part.close()
        return self._say(lambda: self._office.sheets.finish(digest, self._station.code, len(data)))

    def sheet_lost(self, digest: str) -> None:
        self._office.register.sheet_lost(digest, self._station, self.now)

    def lend(self, kind: str, size: int, key: UUID, held: Sequence[tuple[int, int]] = ()) -> wire.Block:
        said = {"kind": kind, "size": size, "key": key, "held": list(held)}
        asked = over_the_wire(msgspec.convert(said, wire.BlockAsked))
        return self._say(lambda: blocks.lend(self._office.database, asked, self._station, self.now))

    def licences(self, number: str, who: str, dossier: UUID | None = None) -> RegisterAnswered:
        if self.says is None:
            raise unreachable()
        return self.says

    def sign_in(self, user: str, password: str) -> wire.SignedIn:
        raise unreachable()

    def lease(self, dossier: UUID) -> wire.LeaseState:
        return self._say(lambda: leases.look(self._office.database, dossier, self._station, self.now))

    def hold_lease(self, dossier: UUID, who: str, take_over: bool = False) -> wire.LeaseState:
        asked = over_the_wire(wire.LeaseAsked(who, take_over))
        return self._say(
            lambda: leases.hold(
                self._office.database, dossier, asked, self._station, self._office.roles(self.now), self.now
            )
        )

    def release_lease(self, dossier: UUID) -> wire.LeaseState:
        return self._say(lambda: leases.release(self._office.database, dossier, self._station, self.now))

    def handle(self, who: str, request: UUID | None) -> wire.Handlings:
        asked = over_the_wire(wire.HandlingAsked(who, request))
        office, now = self._office, self.now
        return self._say(lambda: handlings.handle(office.database, asked, self._station, office.roles(now), now))

    def online(self, wanted: Filter = "open") -> OnlineQueue:
        queues = OnlineQueues(self._office.database, self._office.register.law)
        return self._say(lambda: queues.of(self._station.office, wanted, self.now))

    def alive(self) -> bool:
        return self.up


class Joined:
    """A desk with everything a clerk can do, on that line."""

    def __init__(
        self, folder: Path, office: Office, counter: str, user: str, empty_store: Path, station: str = ""
    ) -> None:
        """`station` is the counter's name unless it is given."""
        folder.mkdir()
        shutil.copy(empty_store, folder / "desk.db")
        self.line = Wire(office, office.station(station or counter, counter))
        self.desk = Desk(folder, code=station or counter, counter=counter, central=self.line)
        self.desk.as_user(user)
        self.delivery = Delivery(self.desk.journal, self.desk.sheets, self.line, self.desk.clock)
        self.delivery.pulled.append(self.desk.draws.heard)

    def deliver(self) -> DeliveryReport:
        return self.delivery.once(never)

    def enter(self, dossier: UUID, **values: str) -> None:
        """Type into the fields of the applicant and of the application."""
        named = {name.replace("__", "."): text for name, text in values.items()}
        self.desk.intake.enter(dossier, named, "application", "")

    def state(self, dossier: UUID) -> Dossier:
        return self.desk.journal.dossier(dossier)

    def refused(self) -> list[str]:
        return [one.code for one in self.desk.journal.refused()]

    def close(self) -> None:
        self.desk.database.close()


def refusal_of(call: Callable[[], object]) -> str:
    """The code with which it is refused; the empty text where it is not."""
    try:
        call()
    except Refusal as refusal:
        return refusal.code
    return ""
