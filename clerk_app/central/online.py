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
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, case, func, insert, select, update

from clerk_app import wire
from clerk_app.carried import derived
from clerk_app.central import people
from clerk_app.central.database import (
    Database,
    entries,
    heads,
    milliseconds,
    moment,
    offices,
    sign_ins,
    stations,
    submissions,
    users,
)
from clerk_app.central.online_files import Files, Later, Papers, Sent, sent_of
from clerk_app.central.register import Register, accepted
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.submissions import Listed
from clerk_app.central.stations import KnownStation, find_station
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, Happening, Opened, after, arranged, sheets_of
from clerk_app.domain.online import COUNTER, PAYMENT_CLAIM, awaited
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.registers import Submission
from clerk_app.domain.roles import may
from clerk_app.domain.stepping import taking

_LOG = logging.getLogger("quay.central")

ROLE = "portal"
REGISTER = "register"
PROCEDURES: Mapping[str, str] = {"3.000347": "licence-exchange"}
"""The portal's codes of the procedures that are taken here, and ours."""
_OVERLAP = timedelta(hours=1)
"""How much is asked for again: what was changed while it was listed is missed by nobody."""
_AFTER_S = 0.001
_AT_ONCE = 500
_CLOSED = "DOSSIER_CLOSED"
_UNKNOWN = ("OFFICE_UNKNOWN", "PROCEDURE_UNKNOWN")

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

    def _take(self, one: Submission, dossier: UUID) -> Literal["written", "waiting", "refused"]:
        station = self._station(one.unit)
        procedure = PROCEDURES.get(one.procedure)
        if station is None or procedure is None:
            self._note(one, "", dossier, "refused", "OFFICE_UNKNOWN" if station is None else "PROCEDURE_UNKNOWN")
            return "refused"
        if not may([ROLE], "dossier.take", self.register.law.standing().roles(self.clock())):
            # The law that is handed out does not know the portal yet.
            self._note(one, station.office, dossier, "waiting", "ROLE_UNKNOWN")
            return "waiting"
        with self.database.read() as connection:
            opened = _Written.of(connection, dossier, station.code).opened
        try:
            sent = sent_of(one, opened, self.portal, self.register.sheets, self.files)
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
            written = _Written.of(connection, dossier, station.code)
            head = connection.execute(select(heads.c.n, heads.c.digest).where(heads.c.station == station.code)).first()
            newest = select(func.max(entries.c.number)).where(entries.c.dossier == dossier)
            seen = int(connection.execute(newest).scalar() or 0)
        n, previous = (head.n, bytes(head.digest)) if head is not None else (0, wire.FIRST)
        sealed: list[wire.Sealed] = []
        happenings, closed = self._happenings(one, station, procedure, state, written, sent, now)
        for what in happenings:
            number = state.entries
            entry = Entry(entry_id(one, number, what), dossier, what, who, now, seen)
            state = after(state, entry)
            n += 1
            sealed.append(wire.seal(wire.encode_entry(entry), station.code, n, previous, key.sign))
            previous = sealed[-1].digest
        if not sealed:
            return _CLOSED if closed else ""
        try:
            answers = self.register.take(wire.Batch(sealed), station, now)
        except Refusal as refusal:
            # Another process was quicker, or central waits for something itself: looked at again the next time.
            raise Later(refusal.code) from None
        refused = next((one for one in answers.answers if not one.accepted), None)
        return refused.code if refused is not None else _CLOSED if closed else ""

    def _happenings(
        self,
        one: Submission,
        station: KnownStation,
        procedure: str,
        state: Dossier,
        written: _Written,
        sent: Sent,
        now: datetime,
    ) -> tuple[list[Happening], bool]:
        """What lacks of what the submission says, in its order, and whether the dossier is closed to the rest.

        To an accepted one papers are added as long as a supplement is asked for, and what the portal claims of its
        payment always; its form stays what was accepted.
        """
        said = dict(one.fields) | {
            # The office's hours run from when it was sent first.
            "portal.sent_at": written.fields.get("portal.sent_at", one.sent_at.isoformat()),
            "portal.payment": one.payment,
            "portal.fee_vnd": str(one.fee_vnd) if one.fee_vnd else "",
            "portal.payment_reference": one.payment_reference,
            "portal.unread": " ".join(sent.unread),
            "portal.files": " ".join(sent.files),
        }
        fresh = {name: text for name, text in said.items() if written.fields.get(name, "") != text}
        new = tuple(page for page in sent.pages if page.sheet not in written.sheets)
        closed = False
        if state.status != "draft":
            allowed = {name: text for name, text in fresh.items() if _allowed(name, state)}
            kept = new if awaited(state) else ()
            left = any(name.startswith("portal.") for name in fresh.keys() - allowed.keys()) or len(kept) < len(new)
            closed = left or (bool(fresh) and not allowed and not kept)
            fresh, new = allowed, kept
        found: list[Happening] = []
        if (fresh or new) and (state.status == "draft" or awaited(state)):
            # When the citizen last did something; also where they only added papers.
            fresh["portal.changed_at"] = one.changed_at.isoformat()
        if not state.entries:
            pack = self.register.law.standing().rules(now).version
            found.append(
                Opened(procedure, "online", one.code, station.office, station.counter, pack, self.database.practice)
            )
        if fresh:
            found.append(FieldsEntered(fresh, state.step, state.focus, source="portal"))
        if new:
            found.append(arranged(state, (*state.pages, *new), "import"))
        if state.status == "draft" and not state.course.passed:
            begun = replace(state, procedure=procedure, office=station.office)
            found.append(taking(begun, REGISTER, self.register.law.standing().rules_of(begun, now), now))
        return found, closed

    # ---- what is known of them

    def _note(self, one: Submission, office: str, dossier: UUID, state: State, cause: str) -> None:
        values = {
            "office": office,
            "dossier": dossier,
            "sent_ms": milliseconds(one.sent_at),
            "changed_ms": milliseconds(one.changed_at),
            "digest": digest_of(one),
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
        row = {"code": code, "office": "", "dossier": _v7(moment(0), code.encode()), "digest": bytes(32)}
        row |= {"sent_ms": since_ms, "changed_ms": since_ms, "arrived_ms": milliseconds(self.clock())}
        waits = {"state": "waiting", "cause": "SHAPE"}

        def work(connection: Connection) -> None:
            if not connection.execute(update(submissions).where(submissions.c.code == code).values(waits)).rowcount:
                connection.execute(insert(submissions), row | waits)

        self.database.written(work, "submissions")

    def _reopen(self) -> None:
        """What was turned away is asked for again once its office or procedure is known, or a supplement asked for."""
        with self.database.read() as connection:
            away = connection.execute(select(submissions).where(submissions.c.state == "refused")).all()
            units = set(connection.execute(select(offices.c.unit_code)).scalars()) if away else set()
            closed = {row.dossier for row in away if row.cause == _CLOSED}
            codes = [
                row.code for row in away if row.cause in _UNKNOWN and row.unit in units and row.procedure in PROCEDURES
            ]
            asked = self._asked_again(connection, closed)
        codes += [row.code for row in away if row.dossier in asked]
        if not codes:
            return

        def work(connection: Connection) -> None:
            mine = (submissions.c.state == "refused") & submissions.c.code.in_(codes)
            connection.execute(update(submissions).where(mine).values(state="waiting"))

        self.database.written(work, "submissions")

    def _asked_again(self, connection: Connection, dossiers: Collection[UUID]) -> set[UUID]:
        """Those whose citizens are asked for a supplement now. Each is folded once for its newest entry."""
        found = set[UUID]()
        newest = select(entries.c.dossier, func.max(entries.c.number)).where(entries.c.accepted)
        every = sorted(dossiers)
        for at in range(0, len(every), _AT_ONCE):
            some = every[at : at + _AT_ONCE]
            rows = connection.execute(newest.where(entries.c.dossier.in_(some)).group_by(entries.c.dossier)).all()
            for dossier, number in rows:
                if self._looked.get(dossier) == number:
                    continue
                self._looked[dossier] = number
                state = accepted(connection, dossier)
                if state is not None and awaited(state):
                    found.add(dossier)
        return found

    def _station(self, unit: str) -> KnownStation | None:
        """The station by which an office's submissions are written; made when the first one comes."""
        with self.database.read() as connection:
            office = connection.execute(select(offices.c.code).where(offices.c.unit_code == unit)).scalar()
        if office is None:
            return None
        code, who = station_of(office), person_of(office)
        public = key_of(self.database, office).public_key().public_bytes_raw()

        def work(connection: Connection) -> None:
            if connection.execute(select(stations.c.code).where(stations.c.code == code)).first() is None:
                now_ms = milliseconds(self.clock())
                station = {"code": code, "office": office, "counter": COUNTER, "public_key": public}
                connection.execute(insert(stations), station | {"enrolled_ms": now_ms})
                user = {"id": who, "name": "Cổng Dịch vụ công quốc gia", "roles": ROLE, "office": office}
                # No password fits an empty verifier: nobody ever signs in as the portal.
                connection.execute(insert(users), user | {"active": True, "verifier": ""})
                proven = {"station": code, "user": who, "failures": 0, "tried_ms": now_ms, "succeeded_ms": now_ms}
                connection.execute(insert(sign_ins), proven)
                people.changed(connection, office)

        self.database.written(work, "people")
        with self.database.read() as connection:
            return find_station(connection, code)


@dataclass(frozen=True, slots=True)
class _Written:
    """What the portal's station wrote into a dossier before: the last value of each field, and every sheet."""

    fields: Mapping[str, str]
    sheets: frozenset[str]

    @property
    def opened(self) -> frozenset[str]:
        """Marks of the files whose pages were written."""
        return frozenset(self.fields.get("portal.files", "").split())

    @staticmethod
    def of(connection: Connection, dossier: UUID, station: str) -> _Written:
        mine = (entries.c.dossier == dossier) & (entries.c.station == station) & entries.c.accepted
        fields: dict[str, str] = {}
        sheets: set[str] = set()
        for body in connection.execute(select(entries.c.body).where(mine).order_by(entries.c.n)).scalars():
            entry = wire.decode_entry(body)
            if isinstance(entry.what, FieldsEntered):
                fields |= entry.what.values
            sheets |= sheets_of(entry)
        return _Written(fields, frozenset(sheets))


def arrivals(database: Database, office: str = "") -> list[Arrival]:
    """Every submission that was heard of, the oldest first; of one office, or of all."""
    chosen = select(submissions).order_by(submissions.c.sent_ms, submissions.c.code)
    with database.read() as connection:
        rows = connection.execute(chosen.where(submissions.c.office == office) if office else chosen).all()
    return [
        Arrival(row.code, row.office, row.dossier, moment(row.sent_ms), moment(row.arrived_ms), row.state, row.cause)
        for row in rows
    ]


def _allowed(name: str, state: Dossier) -> bool:
    """Whether a field that the portal tells may be added to a dossier that is no draft any more."""
    if state.status != "submitted" or state.erased is not None:
        return False
    return name in PAYMENT_CLAIM or (awaited(state) and name.startswith("portal."))


def station_of(office: str) -> str:
    """The code of the station by which an office's submissions are written."""
    return f"{COUNTER}-{office}"


def person_of(office: str) -> str:
    """Under whose name."""
    return f"portal.{office.lower()}"


def key_of(database: Database, office: str) -> Ed25519PrivateKey:
    """What that station seals with: the same in every process and every restored copy."""
    return Ed25519PrivateKey.from_private_bytes(derived(database.secret, b"portal " + office.encode()))


def dossier_of(one: Submission) -> UUID:
    """The dossier of a submission that is new (UUIDv7, RFC 9562 §5.7, of the moment it was sent)."""
    return _v7(one.sent_at, b"dossier " + one.code.encode())


def entry_id(one: Submission, number: int, what: Happening) -> UUID:
    """The id of the entry that says this as the dossier's number `number`, always the same."""
    said = repr((type(what).__name__, number)).encode() + digest_of(one)
    return _v7(one.sent_at + timedelta(seconds=_AFTER_S * (number + 1)), one.code.encode() + b" " + said)


def digest_of(one: Submission) -> bytes:
    """SHA-256 of everything that a submission says."""
    said: list[Any] = [one.code, one.procedure, one.unit, one.sent_at.isoformat(), sorted(one.fields.items())]
    said += [[paper.id, paper.paper, paper.place] for paper in one.papers]
    said += [one.fee_vnd, one.payment, one.payment_reference]
    return hashlib.sha256(repr(said).encode()).digest()


def _v7(at: datetime, name: bytes) -> UUID:
    random = int.from_bytes(hashlib.sha256(name).digest()[:10], "big")
    value = (milliseconds(at) & ((1 << 48) - 1)) << 80 | random
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)
