"""What citizens sent through the national portal, written down as entries of a station that stands nowhere: the same
`Judge` decides about them as about any desk's.

Each office has such a station, with a key that follows from central's secret and a person of its own who may do
nothing else. Ids follow from the portal's code, so that the same submission is the same entries, however often it is
listed and by how many processes; what changed since is written behind it. A submission of which something could not be
read stays `waiting` and is asked for again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, case, func, insert, select, update

from clerk_app.central import own_stations
from clerk_app.central.database import (
    Database,
    entries,
    milliseconds,
    moment,
    offices,
    submissions,
)
from clerk_app.central.online_files import Files, Later, Papers, Room, Sent, sent_of
from clerk_app.central.online_story import Begins, Written, lacking
from clerk_app.central.own_stations import held_back, settled
from clerk_app.central.register import Register, accepted
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.submissions import Listed
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry, Happening, after
from clerk_app.domain.online import COUNTER, awaited
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.registers import Submission
from clerk_app.domain.roles import may

_LOG = logging.getLogger("quay.central")

ROLE = "portal"
OWN = own_stations.OwnKind(COUNTER, ROLE, "Cổng Dịch vụ công quốc gia")
_OVERLAP = timedelta(hours=1)
"""How much is asked for again: what was changed while it was listed is missed by nobody."""
_AFTER_S = 0.001
_AT_ONCE = 500
_CLOSED = "DOSSIER_CLOSED"
_MOVED = "FILES_NOT_ASKED"
"""Only the moment of a submission changed, at a time when its dossier takes no pages."""
_UNKNOWN = ("OFFICE_UNKNOWN", "PROCEDURE_UNKNOWN")
_REVOKED = "STATION_REVOKED"
"""Its office does not take in anything of the portal any more: that stays so."""

State = Literal["taken", "waiting", "refused"]


class Portal(Papers, Protocol):
    """What citizens sent, and the files that they sent with it."""

    def submitted(self, since: datetime | None) -> Listed | Unknown: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """How one submission stands at central."""

    code: str
    office: str
    dossier: UUID
    sent_at: datetime
    arrived_at: datetime
    state: str
    cause: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one look at the portal brought. `problem` is why nothing could be asked, else empty."""

    problem: str = ""
    written: int = 0
    waiting: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Online:
    """Brings the portal's submissions into one central's register."""

    database: Database
    register: Register
    portal: Portal
    clock: Callable[[], datetime]
    files: Files | None = None
    """Without it only pictures can be shown; other files are named."""
    _looked: dict[UUID, int] = field(default_factory=dict, repr=False)
    """The newest entry with which a closed dossier was looked at."""

    def fetch(self) -> Fetched:
        """Ask for what is new or changed, and write down what is not written yet. Raises `Refusal` of the database."""
        self._reopen()
        since = self._since()
        listed = self.portal.submitted(since)
        if isinstance(listed, Unknown):
            return Fetched(listed.cause)
        counts = {"written": 0, "waiting": len(listed.unreadable), "refused": 0}
        for code in listed.unreadable:
            _LOG.warning("a submission of the portal is not of the agreed shape: %s", code or "without a code")
            if code:
                self._note_unreadable(code, since)
        with self.database.read() as connection:
            known = {row.code: row for row in connection.execute(select(submissions))}
        for one in sorted(listed.found, key=lambda found: (found.sent_at, found.code)):
            row = known.get(one.code)
            if row is not None and row.state != "waiting" and row.digest == digest_of(one):
                continue
            if row is not None and self._says_the_same(one, row):
                continue
            counts[self._take(one, row.dossier if row is not None and row.office else dossier_of(one))] += 1
        return Fetched("", counts["written"], counts["waiting"], counts["refused"])

    def _since(self) -> datetime | None:
        """From when on to ask: never later than what still waits, nor than what was last heard of, less an overlap.

        What the portal dates in the future counts from when it came: nothing that is sent before then is missed.
        """
        dated, came = submissions.c.changed_ms, submissions.c.arrived_ms
        heard = case((dated < came, dated), else_=came)
        with self.database.read() as connection:
            first = connection.execute(select(func.min(heard)).where(submissions.c.state == "waiting")).scalar()
            last = connection.execute(select(func.max(heard))).scalar()
        since = first if first is not None else last
        return None if since is None else moment(since) - _OVERLAP

    def _says_the_same(self, one: Submission, row: Any) -> bool:
        """Whether nothing but the moment changed, as after each step that the portal is told by us, and the dossier
        takes no pages now: then no file is fetched before a supplement is asked for.
        """
        if row.state == "waiting" or row.content is None or bytes(row.content) != content_of(one):
            return False
        with self.database.read() as connection:
            state = accepted(connection, row.dossier)
        if state is None or state.status == "draft":
            return False
        if awaited(state, self.register.law.standing().rules_of(state, self.clock())):
            return False
        # A file may be another one under the same name.
        self._note(one, row.office, row.dossier, row.state, row.cause or _MOVED)
        return True

    def _take(self, one: Submission, dossier: UUID) -> Literal["written", "waiting", "refused"]:
        # What became a dossier stays its office's, under its procedure, whatever the portal does with it later.
        with self.database.read() as connection:
            state = accepted(connection, dossier)
        office = (state.office if state is not None else "") or self._office(one.unit)
        station = self._station(office)
        procedure = (state.procedure if state is not None else "") or self._procedures().get(one.procedure)
        if station is None or procedure is None:
            # What is a dossier stays where it is, also where its office's station was revoked.
            known = state.office if state is not None else ""
            away = _REVOKED if office else "OFFICE_UNKNOWN"
            self._note(one, known, dossier, "refused", away if station is None else "PROCEDURE_UNKNOWN")
            return "refused"
        if not may([ROLE], "dossier.take", self.register.law.standing().roles(self.clock())):
            # The law that is handed out does not know the portal yet.
            self._note(one, station.office, dossier, "waiting", "ROLE_UNKNOWN")
            return "waiting"
        with self.database.read() as connection:
            written = Written.of(connection, dossier, station.code)
            held = bool(held_back(connection, dossier, station.code))
        try:
            if held:
                # Nothing of it is accepted before a supervisor settled what was refused: then it is looked at again.
                raise Later("DOSSIER_HELD")
            room = Room(written.opened, written.sheets, len(state.pages) if state is not None else 0)
            sent = sent_of(one, room, self.portal, self.register.sheets, self.files)
            cause = self._write(one, station, procedure, dossier, sent)
        except Later as later:
            self._note(one, station.office, dossier, "waiting", later.cause)
            return "waiting"
        self._note(one, station.office, dossier, "refused" if cause else "taken", cause)
        return "refused" if cause else "written"

    # ---- entries

    def _write(
        self,
        one: Submission,
        station: KnownStation,
        procedure: str,
        dossier: UUID,
        sent: Sent,
    ) -> str:
        """Bring the dossier to what the submission says; the code of what central's rules refused, or nothing."""
        key, now = key_of(self.database, station.office), self.clock()
        who = person_of(station.office)
        with self.database.read() as connection:
            state = accepted(connection, dossier) or Dossier(dossier)
            written = Written.of(connection, dossier, station.code)
            newest = select(func.max(entries.c.number)).where(entries.c.dossier == dossier)
            seen = int(connection.execute(newest).scalar() or 0)
        begins = Begins(
            self.register.law.standing(), procedure, station.office, station.counter, self.database.practice
        )
        happenings, closed = lacking(one, begins, state, written, sent, now)
        fresh: list[Entry] = []
        for what in happenings:
            fresh.append(Entry(entry_id(one, state.entries, what), dossier, what, who, now, seen))
            state = after(state, fresh[-1])
        if not fresh:
            return _CLOSED if closed else ""
        try:
            codes = own_stations.write(self.database, self.register, station, key, fresh, now)
        except Refusal as refusal:
            # Another process was quicker, or central waits for something itself: looked at again the next time.
            raise Later(refusal.code) from None
        return next((code for code in codes if code), _CLOSED if closed else "")

    # ---- what is known of them

    def _note(self, one: Submission, office: str, dossier: UUID, state: State, cause: str) -> None:
        values = {
            "office": office,
            "dossier": dossier,
            "sent_ms": milliseconds(one.sent_at),
            "changed_ms": milliseconds(one.changed_at),
            "digest": digest_of(one),
            "content": content_of(one),
            "state": state,
            "cause": cause,
            "unit": one.unit,
            "procedure": one.procedure,
        }

        def work(connection: Connection) -> None:
            if not connection.execute(
                update(submissions).where(submissions.c.code == one.code).values(values)
            ).rowcount:
                row = {"code": one.code, "arrived_ms": milliseconds(self.clock()), **values}
                connection.execute(insert(submissions), row)

        self.database.written(work, "submissions")

    def _note_unreadable(self, code: str, since: datetime | None) -> None:
        """It is asked for again until it can be read: from the same moment on, or from when it was last read."""
        since_ms = milliseconds(since) if since is not None else 0
        row = {"code": code, "office": "", "dossier": v7(moment(0), code.encode()), "digest": bytes(32)}
        row |= {"sent_ms": since_ms, "changed_ms": since_ms, "arrived_ms": milliseconds(self.clock())}
        waits = {"state": "waiting", "cause": "SHAPE"}

        def work(connection: Connection) -> None:
            if not connection.execute(update(submissions).where(submissions.c.code == code).values(waits)).rowcount:
                connection.execute(insert(submissions), row | waits)

        self.database.written(work, "submissions")

    def _reopen(self) -> None:
        """What was turned away is asked for again once its office or procedure is known, or a supplement asked for; and
        once where what was refused of it was settled: what is refused then is not taken before the citizen changes it.
        """
        with self.database.read() as connection:
            away = connection.execute(
                select(submissions).where((submissions.c.state == "refused") | (submissions.c.cause == _MOVED))
            ).all()
            units = set(connection.execute(select(offices.c.unit_code)).scalars()) if away else set()
            closed = {row.dossier for row in away if row.cause in (_CLOSED, _MOVED)}
            taken = self._procedures() if away else {}
            codes = [row.code for row in away if row.cause in _UNKNOWN and row.unit in units and row.procedure in taken]
            asked, looked = self._asked_again(connection, closed)
            over = [
                row
                for row in away
                if row.cause not in (_CLOSED, _MOVED, *_UNKNOWN)
                and (row.again is None or bytes(row.again) != bytes(row.digest))
                and settled(connection, row.dossier, station_of(row.office))
            ]
        codes += [row.code for row in away if row.dossier in asked]

        def work(connection: Connection) -> None:
            mine = submissions.c.code.in_([*codes, *(row.code for row in over)])
            connection.execute(update(submissions).where(mine).values(state="waiting"))
            for row in over:
                once = update(submissions).where(submissions.c.code == row.code)
                connection.execute(once.values(again=row.digest))

        if codes or over:
            self.database.written(work, "submissions")
        # Not before that is written: where the database was busy it is looked at again.
        self._looked.update(looked)

    def _asked_again(self, connection: Connection, dossiers: Collection[UUID]) -> tuple[set[UUID], dict[UUID, int]]:
        """Those whose citizens are asked for a supplement now, and the newest entry of each that was folded for it."""
        found, looked = set[UUID](), dict[UUID, int]()
        newest = select(entries.c.dossier, func.max(entries.c.number)).where(entries.c.accepted)
        every, law = sorted(dossiers), self.register.law.standing()
        for at in range(0, len(every), _AT_ONCE):
            some = every[at : at + _AT_ONCE]
            rows = connection.execute(newest.where(entries.c.dossier.in_(some)).group_by(entries.c.dossier)).all()
            for dossier, number in rows:
                if self._looked.get(dossier) == number:
                    continue
                looked[dossier] = number
                state = accepted(connection, dossier)
                if state is not None and awaited(state, law.rules_of(state, self.clock())):
                    found.add(dossier)
        return found, looked

    def _procedures(self) -> Mapping[str, str]:
        """The procedures that are taken here, by their national numbers: those for which the law of today has one."""
        known = self.register.law.standing().rules(self.clock()).procedures.values()
        return {one.tthc: one.code for one in known if one.tthc}

    def _office(self, unit: str) -> str:
        """The office that is this unit; empty where none is."""
        with self.database.read() as connection:
            return connection.execute(select(offices.c.code).where(offices.c.unit_code == unit)).scalar() or ""

    def _station(self, office: str) -> KnownStation | None:
        """The station by which an office's submissions are written; made when the first one comes. None where it was
        revoked.
        """
        if not office:
            return None
        return OWN.made(self.database, office, self.clock())


def arrivals(database: Database, office: str = "") -> list[Arrival]:
    """Every submission that was heard of, the oldest first; of one office, or of all."""
    chosen = select(submissions).order_by(submissions.c.sent_ms, submissions.c.code)
    with database.read() as connection:
        rows = connection.execute(chosen.where(submissions.c.office == office) if office else chosen).all()
    return [
        Arrival(row.code, row.office, row.dossier, moment(row.sent_ms), moment(row.arrived_ms), row.state, row.cause)
        for row in rows
    ]


def station_of(office: str) -> str:
    """The code of the station by which an office's submissions are written."""
    return OWN.station(office)


def person_of(office: str) -> str:
    """Under whose name."""
    return OWN.person(office)


def key_of(database: Database, office: str) -> Ed25519PrivateKey:
    """What that station seals with."""
    return OWN.key(database, office)


def dossier_of(one: Submission) -> UUID:
    """The dossier of a submission that is new (UUIDv7, RFC 9562 §5.7, of the moment it was sent)."""
    return v7(one.sent_at, b"dossier " + one.code.encode())


def entry_id(one: Submission, number: int, what: Happening) -> UUID:
    """The id of the entry that says this as the dossier's number `number`, always the same."""
    said = repr((type(what).__name__, number)).encode() + digest_of(one)
    return v7(one.sent_at + timedelta(seconds=_AFTER_S * (number + 1)), one.code.encode() + b" " + said)


def digest_of(one: Submission) -> bytes:
    """SHA-256 of everything that a submission says; a file may be another one under the same name, so that when it was
    changed counts too.
    """
    return hashlib.sha256(content_of(one) + one.changed_at.isoformat().encode()).digest()


def content_of(one: Submission) -> bytes:
    """The same without when it was changed."""
    said: list[Any] = [one.code, one.procedure, one.unit, one.sent_at.isoformat(), sorted(one.fields.items())]
    said += [[paper.id, paper.paper, paper.place] for paper in one.papers]
    said += [one.fee_vnd, one.payment, one.payment_reference]
    return hashlib.sha256(repr(said).encode()).digest()


def v7(at: datetime, name: bytes) -> UUID:
    """An id of this moment that follows from the name (UUIDv7, RFC 9562 §5.7)."""
    random = int.from_bytes(hashlib.sha256(name).digest()[:10], "big")
    value = (milliseconds(at) & ((1 << 48) - 1)) << 80 | random
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)
