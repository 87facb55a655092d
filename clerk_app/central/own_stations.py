"""Stations that stand nowhere: by them central itself writes entries, which the same `Judge` decides about as about any
desk's.

Each office has its own of each kind, with a key that follows from central's secret and a person of its own who may do
nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from clerk_app import wire
from clerk_app.carried import derived
from clerk_app.central import people
from clerk_app.central.database import Database, entries, heads, milliseconds, sign_ins, stations, users
from clerk_app.central.register import Register, accepted
from clerk_app.central.stations import KnownStation, find_station
from clerk_app.domain.dossier import Entry
from clerk_app.domain.refusals import Refusal, Words


@dataclass(frozen=True, slots=True)
class OwnKind:
    """One kind of them: where it stands (`counter`), the only `role` of its person, and what people call that one."""

    counter: str
    role: str
    name: str

    def station(self, office: str) -> str:
        """The code of an office's station of this kind."""
        return f"{self.counter}-{office}"

    def person(self, office: str) -> str:
        """Under whose name it writes."""
        return f"{self.role}.{office.lower()}"

    def key(self, database: Database, office: str) -> Ed25519PrivateKey:
        """What it seals with: the same in every process and every restored copy."""
        return Ed25519PrivateKey.from_private_bytes(derived(database.secret, f"{self.role} {office}".encode()))

    def made(self, database: Database, office: str, now: datetime) -> KnownStation | None:
        """An office's station of this kind; made when it is first needed. None where it was revoked, as when an office
        closes.
        """
        code, who = self.station(office), self.person(office)
        there = select(stations.c.code).where(stations.c.code == code)
        with database.read() as connection:
            if connection.execute(there).first() is not None:
                return _unless_revoked(connection, code)
        public = self.key(database, office).public_key().public_bytes_raw()

        def work(connection: Connection) -> None:
            if connection.execute(there).first() is None:
                now_ms = milliseconds(now)
                station = {"code": code, "office": office, "counter": self.counter, "public_key": public}
                connection.execute(insert(stations), station | {"enrolled_ms": now_ms})
                user = {"id": who, "name": self.name, "roles": self.role, "office": office}
                # No password fits an empty verifier: nobody ever signs in as this person.
                connection.execute(insert(users), user | {"active": True, "verifier": ""})
                proven = {"station": code, "user": who, "failures": 0, "tried_ms": now_ms, "succeeded_ms": now_ms}
                connection.execute(insert(sign_ins), proven)
                people.changed(connection, office)

        database.written(work, "people")
        with database.read() as connection:
            return _unless_revoked(connection, code)

    def is_held(self, connection: Connection, dossier: UUID, office: str) -> bool:
        """Whether nothing that is written into a dossier by it would be taken: what was refused before would be
        refused again until a supervisor settles it, and the account may be closed.
        """
        person = people.find_user(connection, self.person(office))
        closed = person is not None and not person.active
        return closed or bool(held_back(connection, dossier, self.station(office)))

    def told_again(self, connection: Connection, dossier: UUID, office: str) -> bytes:
        """What tells the name of an entry from that of the same one that was refused: how many of it were so far."""
        return b" again %d" % len(_refused(connection, dossier, self.station(office)))


def held_back(connection: Connection, dossier: UUID, station: str) -> frozenset[UUID]:
    """The entries of this station about a dossier that were refused and that nobody settled."""
    refused = _refused(connection, dossier, station)
    return refused - _settled(connection, dossier) if refused else refused


def settled(connection: Connection, dossier: UUID, station: str) -> bool:
    """Whether entries of it were refused, and every one is settled by now."""
    refused = _refused(connection, dossier, station)
    return bool(refused) and refused <= _settled(connection, dossier)


def _refused(connection: Connection, dossier: UUID, station: str) -> frozenset[UUID]:
    mine = (entries.c.dossier == dossier) & (entries.c.station == station) & ~entries.c.accepted
    return frozenset(connection.execute(select(entries.c.id).where(mine)).scalars())


def _settled(connection: Connection, dossier: UUID) -> frozenset[UUID]:
    state = accepted(connection, dossier)
    return frozenset(state.settled) if state is not None else frozenset()


def _unless_revoked(connection: Connection, code: str) -> KnownStation | None:
    try:
        return find_station(connection, code)
    except Refusal as refusal:
        if refusal.code != "STATION_REVOKED":
            raise
        return None


def write(
    database: Database,
    register: Register,
    station: KnownStation,
    key: Ed25519PrivateKey,
    fresh: Sequence[Entry],
    now: datetime,
) -> list[str]:
    """Seal `fresh` behind all that the station wrote, and take it in: for each entry the code of its refusal, empty
    where it was accepted, also by what another process wrote meanwhile. Raises `Refusal` where one was quicker.
    """
    with database.read() as connection:
        head = connection.execute(select(heads.c.n, heads.c.digest).where(heads.c.station == station.code)).first()
        # Looked at after the head: what is written later than that forks the chain.
        same = entries.c.id.in_([one.id for one in fresh]) & entries.c.accepted
        there = set(connection.execute(select(entries.c.id).where(same)).scalars())
    n, previous = (head.n, bytes(head.digest)) if head is not None else (0, wire.FIRST)
    codes = {one.id: "" for one in fresh}
    lacking = [one for one in fresh if one.id not in there]
    sealed: list[wire.Sealed] = []
    for entry in lacking:
        n += 1
        sealed.append(wire.seal(wire.encode_entry(entry), station.code, n, previous, key.sign))
        previous = sealed[-1].digest
    while sealed:
        answers = register.take(wire.Batch(sealed), station, now).answers
        if not answers:
            raise Refusal(
                "CHAIN_FORKED",
                Words("Tiến trình khác của trung tâm đã ghi trước.", "Another process of central wrote first."),
                Words("Không cần làm gì; trung tâm làm lại.", "Nothing; central does it again."),
            )
        codes |= {one.id: one.code for one in answers}
        # What is behind the first that cannot be recorded has no answer; asked for alone it says why.
        sealed = sealed[len(answers) :]
    return list(codes.values())
