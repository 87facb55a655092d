"""Generated years of a counter's work: 105,518 dossiers of 2023, of which 14,456 online, and 20,043 of the first
quarter of 2024, of which 11,946 online. **Generated, not real**: only these four counts are those that were reported
for Hanoi; when each came, how long it took, which of its papers were scanned or taken from an earlier dossier, how it
was paid and how it ended is drawn.

Each dossier is a small real journal: opened, handed in online where it was, papers, fee (online by the word of the
payment platform), accepted, processed; sealed in the chain of a station that central knows and written in bulk, with
central's rulings. What `clerk journal verify` holds against central holds here, too. It skips only the judging of each
entry, which takes a hundred times as long.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from clerk_app import wire
from clerk_app.central import audit, entry_numbers, report_rows
from clerk_app.central.database import Database, claims, dossiers, entries, heads, metadata, milliseconds
from clerk_app.central.engines import insert_all
from clerk_app.central.stations import enrol, new_code
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import ArchiveMade, Entry, FeeTaken, Happening, Opened, PaperTaken, Submitted
from clerk_app.domain.systems import PAID, OrderHeard, OrderPlaced

OFFICE = "PC08-HN"
_COUNTERS = tuple(f"Q{number:02d}" for number in range(1, 13))
_FEE_VND = 135_000
PAPERS = ("DON", "GKSK", "GPLX_CU")
SCANNED = PAPERS[1:]
"""The papers that citizens bring; the application form is filled in at the counter."""
_BATCH = 20_000
Dated = tuple[datetime, str, Happening]
"""When, by whom, what."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many dossiers received on the working days of a stretch, so many of them online."""

    first: date
    last: date
    received: int
    online: int


YEAR_2023 = Stretch(date(2023, 1, 1), date(2023, 12, 31), 105_518, 14_456)
QUARTER_2024 = Stretch(date(2024, 1, 1), date(2024, 3, 31), 20_043, 11_946)
WHOLE = (YEAR_2023, QUARTER_2024)


def smaller(by: int) -> tuple[Stretch, ...]:
    """The same stretches with one dossier in `by`."""
    return tuple(Stretch(one.first, one.last, one.received // by, one.online // by) for one in WHOLE)


def histories(stretches: Sequence[Stretch], seed: int = 766) -> Iterator[tuple[UUID, list[Dated]]]:
    """Every dossier with what happened to it. The same seed draws the same dossiers, but for their ids."""
    draw, number = Random(seed), 0
    for stretch in stretches:
        days = [
            day
            for offset in range((stretch.last - stretch.first).days + 1)
            if (day := stretch.first + timedelta(days=offset)).weekday() < 5
        ]
        online = set(draw.sample(range(stretch.received), stretch.online))
        for place in range(stretch.received):
            number += 1
            # Every working day has its share, so that the busy season of one year is no accident of the draw.
            day = days[place * len(days) // stretch.received]
            yield uuid_utils.compat.uuid7(), _history(draw, day, number, place in online)


def _history(draw: Random, day: date, number: int, online: bool) -> list[Dated]:
    received = datetime.combine(day, time(7, 30), HANOI) + timedelta(minutes=draw.randrange(9 * 60))
    due = _working(received, 5).replace(hour=17, minute=0)
    counter = draw.choice(_COUNTERS)
    sent = received - timedelta(minutes=draw.randrange(5, 400))
    opened = Opened("licence-exchange", "online" if online else "counter", f"{counter}-{number}", OFFICE, counter, "")
    found: list[Dated] = [(sent if online else received, "clerk", opened)]
    state = "begin"
    if online:
        found.append((sent, "clerk", StepTaken("register", state, "registered", "stopped")))
        state = "registered"
    found += [
        (received, "clerk", what)
        for what in (*_papers(draw, day, number, online), *_fee(draw, received, number, online))
    ]
    code = f"G01.801.308-{day:%y%m%d}-{number:06d}"
    case = "DOI_SAP_HET_HAN"
    found.append((received, "clerk", Submitted(code, received, due, "", case, _FEE_VND, PAPERS)))
    begun = received + timedelta(minutes=draw.randrange(30, 300))
    found.append((begun, "officer", StepTaken("hand-on", "accepted", "processing", "runs")))
    return found + _end(draw, begun, due)


def _papers(draw: Random, day: date, number: int, online: bool) -> Iterator[Happening]:
    """What was digitised: nearly all that came online, at the counter a third in 2023 and most of it later; of some an
    earlier dossier has the pages.
    """
    scanned = 90 if online else 35 if day.year < 2024 else 75
    for paper in SCANNED:
        way = draw.choices(("scanned", "taken", "none"), (scanned, 4, max(96 - scanned, 6)))[0]
        if way == "scanned":
            digest = hashlib.sha256(f"{number} {paper}".encode()).hexdigest()
            yield ArchiveMade(paper, digest, (), draw.randrange(60_000, 400_000))
        elif way == "taken":
            yield PaperTaken(paper, "dossier", f"{number - 1:06d}", draw.choice((2, 3)))


def _fee(draw: Random, at: datetime, number: int, online: bool) -> Iterator[Happening]:
    """How the fee came in. Of a few that were paid online the platform never said so."""
    method = draw.choices(("online", "vietqr", "cash"), (80, 15, 5) if online else (2, 28, 70))[0]
    order = None
    if method == "online" and draw.randrange(200):
        order = uuid_utils.compat.uuid7()
        yield OrderPlaced(order, "payment", _FEE_VND)
        yield OrderHeard(order, "done", at, PAID)
    yield FeeTaken(f"{number:07d}", _FEE_VND, method, _FEE_VND, 0, order)  # type: ignore[arg-type]


def _end(draw: Random, begun: datetime, due: datetime) -> list[Dated]:
    """How it ended: nearly all in time, some late, some refused or withdrawn, some waiting to this day."""
    way = draw.choices(("done", "late", "refused", "withdrawn", "waiting", "open"), (930, 40, 12, 8, 6, 4))[0]
    done = begun + (due - begun) * draw.uniform(0.3, 0.999)
    match way:
        case "done" | "late":
            at = done if way == "done" else _working(due, draw.randrange(1, 6)).replace(hour=10)
            return [(at, "officer", StepTaken("approve", "processing", "approved", "stopped"))]
        case "refused":
            return [(done, "officer", StepTaken("refuse", "processing", "not-accepted", "stopped", True, "x", "x"))]
        case "withdrawn":
            return [(done, "clerk", StepTaken("withdraw", "processing", "withdrawn", "stopped", True, "x"))]
        case "waiting":
            return [
                (done, "officer", StepTaken("ask-supplement", "processing", "supplement", "paused", items=("GKSK",)))
            ]
        case _:
            return []


def _working(at: datetime, days: int) -> datetime:
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at


def load(database: Database, stretches: Sequence[Stretch] = WHOLE, seed: int = 766) -> int:
    """Write these years into a practice central that has nothing else; how many entries that were."""
    key, now = Ed25519PrivateKey.generate(), datetime.now(HANOI)
    station = f"Q01-{secrets.token_hex(3).upper()}"
    code = new_code(database, station, now).code
    enrolled = enrol(database, wire.Enrolment(code, key.public_key().public_bytes_raw()), now)
    writer = _Writer(database, enrolled.station, key)
    for dossier, happened in histories(stretches, seed):
        writer.add(dossier, happened)
    writer.flush()
    report_rows.rebuild(database)
    return writer.n


class _Writer:
    """Seals entries in one chain and writes them in large transactions."""

    def __init__(self, database: Database, station: str, key: Ed25519PrivateKey) -> None:
        self._database, self._station, self._key = database, station, key
        self.n, self._head = 0, wire.FIRST
        self._rows: list[dict[str, Any]] = []
        self._dossiers: list[dict[str, Any]] = []
        self._claims: list[dict[str, Any]] = []

    def add(self, dossier: UUID, happened: Sequence[Dated]) -> None:
        """One dossier."""
        self._dossiers.append({"id": dossier, "office": OFFICE})
        for at, who, what in happened:
            entry = Entry(uuid_utils.compat.uuid7(), dossier, what, who, at)
            self.n += 1
            sealed = wire.seal(wire.encode_entry(entry), self._station, self.n, self._head, self._key.sign)
            self._head = sealed.digest
            self._rows.append(
                {
                    "id": entry.id,
                    "station": self._station,
                    "n": self.n,
                    "office": OFFICE,
                    "dossier": dossier,
                    "received_ms": milliseconds(at),
                    "accepted": True,
                    "refusal": None,
                    "body": sealed.body,
                    "previous": sealed.previous,
                    "digest": sealed.digest,
                    "signature": sealed.signature,
                }
            )
            if isinstance(what, Submitted):
                self._claims.append({"kind": "dossier", "value": what.code, "dossier": dossier})
            elif isinstance(what, FeeTaken):
                self._claims.append({"kind": "receipt", "value": what.receipt, "dossier": dossier})
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered, with central's ruling about each entry."""
        with self._database.write(f"office {OFFICE}") as connection:
            for row, number in zip(self._rows, entry_numbers.draw(connection, len(self._rows)), strict=True):
                row["number"] = number
            insert_all(connection, entries, self._rows)
            audit.rule(connection, metadata, self._database.secret, self._station, self._rows)
            insert_all(connection, dossiers, self._dossiers)
            insert_all(connection, claims, self._claims)
            connection.execute(heads.delete().where(heads.c.station == self._station))
            connection.execute(insert(heads), {"station": self._station, "n": self.n, "digest": self._head})
        self._rows, self._dossiers, self._claims = [], [], []
