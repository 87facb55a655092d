"""Orders to foreign systems, each made once however often a line breaks: written down, sent, looked for, sent again.

An order is in the database before it is first sent. Whoever sends it moves its `due_ms` on first, so that no two do at
once; after a try that did not end, here or by a central that was killed, the other system is asked whether it has it
before it is sent again, and one that does not compare is given time to say so. What came of a payment is asked for
until it is over; the end of an order is never taken back. A payment that somebody else had made, and that is asked
about, is not found once the platform said so twice: whoever told of it may be ahead of the platform. For some time
after that it is still looked for.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, exists, insert, select, update

from clerk_app.central.database import Database, milliseconds, moment, orders
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, OrderSystem, Rejected
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import FAILED, NOT_FOUND, PAID
from clerk_app.wire_orders import OrderState

OPEN = {"payment": ("pending",)}
"""Outcomes of an order that is done which are asked for until they change."""


class Clock(Protocol):
    """The time at central."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How long after a try the next one comes: doubled each time, with some chance in it. `lease_s` is for one try.

    After `repeat_s` what was handed over to a system that does not compare may be so again, if nobody heard what came
    of it and the system said twice, half of that time apart, that it does not have it. What is only asked about is not
    found once it said so twice, as far apart; for `late_s` more it is looked for all the same.
    """

    first_s: float = 5.0
    most_s: float = 1800.0
    lease_s: float = 30.0
    repeat_s: float = 600.0
    late_s: float = 86400.0

    def wait_ms(self, tries: int) -> int:
        """Until the next try, in milliseconds."""
        wait_s = min(self.most_s, self.first_s * 2 ** min(tries, 20))
        return int(wait_s * random.uniform(500, 1000))

    def may_repeat(self, handed_ms: int, absent_ms: int, now_ms: int) -> bool:
        """Whether it may be handed over again, being absent at `absent_ms` and now."""
        return now_ms - handed_ms >= self.repeat_s * 1000 and self.is_absent(absent_ms, now_ms)

    def is_absent(self, absent_ms: int, now_ms: int) -> bool:
        """Whether what was absent at `absent_ms` and is so now is not only late."""
        return now_ms - absent_ms >= self.repeat_s * 500


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as it is written down: what was asked for, and the body that is sent for it.

    `about` is what the other system is asked about afterwards, `lane` names those that go one after another.
    """

    id: UUID
    system: str
    reference: str
    asked: bytes = field(repr=False)
    body: bytes = field(repr=False)
    dossier: UUID | None = None
    about: str = ""
    lane: str = ""

    @property
    def digest(self) -> bytes:
        """Of what was asked for: the body holds the time, and who we are to the other system."""
        return _digest(self.asked)


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one central to the systems that are joined here."""

    database: Database
    systems: Mapping[str, OrderSystem]
    clock: Clock
    pace: Pace = field(default_factory=Pace)
    ended: Callable[[str, str], bool] = lambda system, outcome: outcome == PAID
    """Whether this outcome, of an order to this system, is its last: nothing that is heard later takes it back."""
    over: Callable[[Connection, UUID], None] = lambda connection, order: None
    """Hears, in the transaction that writes it down, that an order was made or never will be."""
    returned: Callable[[str, str], bool] = lambda system, outcome: False
    """Whether by this outcome something that was sent comes back: that it was so stays known."""

    # ---- placing, reading

    def find(self, order: UUID, office: str) -> OrderState | None:
        """How an order of this office stands."""
        found = self.held(order, office)
        return None if found is None else found[0]

    def held(self, order: UUID, office: str) -> tuple[OrderState, UUID | None] | None:
        """How an order of this office stands, and for which dossier it was made."""
        with self.database.read() as connection:
            row = _row(connection, order)
        return None if row is None or row.office != office else (_state(row), row.dossier)

    def made(self, order: UUID, system: str, asked: bytes, office: str, dossier: UUID | None) -> OrderState | None:
        """The order where it was written down before. Raises `Refusal` ORDER_DIFFERS for another of its id."""
        with self.database.read() as connection:
            row = _row(connection, order)
        return None if row is None else _same(row, office, system, _digest(asked), dossier)

    def place(
        self,
        placed: Placed,
        officer: str,
        station: KnownStation,
        check: Callable[[Connection], None] = lambda connection: None,
    ) -> OrderState:
        """Write it down; the same once more changes nothing. Raises `Refusal` ORDER_DIFFERS for another of its id.

        `check` may refuse a new one, in the transaction that writes it down.
        """
        row = row_of(placed, officer, station, milliseconds(self.clock()))

        def work(connection: Connection) -> OrderState:
            there = _row(connection, placed.id)
            if there is None:
                check(connection)
                connection.execute(insert(orders), row)
                there = _row(connection, placed.id)
            return _same(there, station.office, placed.system, placed.digest, placed.dossier)

        return self.database.written(work, "orders")

    def open_ones(self) -> list[tuple[str, OrderState]]:
        """Office and state of every order that is not made yet, or never will be; the oldest first."""
        with self.database.read() as connection:
            found = connection.execute(
                select(orders).where(orders.c.state != "done").order_by(orders.c.placed_ms, orders.c.id)
            )
            return [(row.office, _state(row)) for row in found]

    # ---- trying

    def try_due(self, most: int = 20) -> int:
        """Try every order whose time has come; how many were tried."""
        with self.database.read() as connection:
            due = select(orders.c.id).where(orders.c.due_ms <= milliseconds(self.clock()), ~_behind(orders))
            ids = list(connection.execute(due.order_by(orders.c.due_ms).limit(most)).scalars())
        return sum(self.try_one(one) for one in ids)

    def try_one(self, order: UUID) -> bool:
        """Try this one, if its time has come and nobody else does."""
        claimed = self._claim(order)
        if claimed is None:
            return False
        system = self.systems.get(claimed.system)
        if system is None:
            self._later(claimed, "NOT_JOINED")
        elif claimed.state == "waiting":
            self._ended(claimed, self._made(claimed, system))
        else:
            self._heard(claimed, system.hear(claimed.reference, claimed.about))
        return True

    def hear(self, order: UUID) -> None:
        """Ask the other system now what came of an order that is done, or of one that it did not have."""
        with self.database.read() as connection:
            row = _row(connection, order)
        system = self.systems.get(row.system) if row is not None else None
        if row is None or system is None:
            return
        if row.state == "done" or _is_looked_for(row):
            self._heard(row, system.hear(row.reference, row.about))
        elif row.state == "waiting" and system.compares and row.absent_ms is not None:
            self._ended(row, self._made(row, system))

    def _made(self, row: Any, system: OrderSystem) -> Done | Rejected | Unknown:
        if row.tries > 1:
            found = system.look(row.reference, row.body)
            if not isinstance(found, Absent):
                return found
        if system.compares:
            end = system.send(row.reference, row.body)
            if isinstance(end, Absent):
                return Rejected(NOT_FOUND) if self._is_absent(row) else Unknown("ABSENT")
            return end
        if row.handed_ms is not None and not self._absent_for_long(row):
            return Unknown("ABSENT")
        # Written down before it goes: it may be carried out although nobody here hears of it.
        self._write(row, {"handed_ms": milliseconds(self.clock()), "absent_ms": None}, "waiting")
        end = system.send(row.reference, row.body)
        if isinstance(end, Unknown) and end.unheard:
            self._write(row, {"handed_ms": None}, "waiting")
        return Unknown("ABSENT") if isinstance(end, Absent) else end

    def _is_absent(self, row: Any) -> bool:
        """Whether a payment that somebody else had made is not there; the first time nobody knows."""
        now_ms = milliseconds(self.clock())
        if row.absent_ms is None:
            self._write(row, {"absent_ms": now_ms}, "waiting")
            return False
        return self.pace.is_absent(row.absent_ms, now_ms)

    def _absent_for_long(self, row: Any) -> bool:
        now_ms = milliseconds(self.clock())
        if row.absent_ms is None:
            self._write(row, {"absent_ms": now_ms}, "waiting")
            return False
        return self.pace.may_repeat(row.handed_ms, row.absent_ms, now_ms)

    def _claim(self, order: UUID) -> Any:
        """The row, once its time is moved on so that nobody else tries it."""
        now_ms = milliseconds(self.clock())

        def work(connection: Connection) -> Any:
            row = _row(connection, order)
            if row is None or row.due_ms is None or row.due_ms > now_ms:
                return None
            if connection.execute(select(orders.c.id).where(orders.c.id == order, _behind(orders))).first():
                return None
            mine = update(orders).where(orders.c.id == order, orders.c.due_ms == row.due_ms)
            lease = {"tries": row.tries + 1, "due_ms": now_ms + int(self.pace.lease_s * 1000)}
            return _row(connection, order) if connection.execute(mine.values(lease)).rowcount else None

        return self.database.written(work, "orders")

    def _ended(self, row: Any, end: Done | Rejected | Unknown) -> None:
        match end:
            case Unknown(cause):
                self._later(row, cause)
            case Rejected(cause):
                due = milliseconds(self.clock()) + self.pace.wait_ms(row.tries) if cause == NOT_FOUND else None
                rejected = {"state": "rejected", "cause": cause, "body": b"", "due_ms": due}
                self._write(row, rejected, "waiting")
            case Done(result, outcome):
                # That it was not there for a while was told to nobody.
                done = {"state": "done", "cause": "", "body": b"", "absent_ms": None}
                told = {"result": msgspec.json.encode(dict(result))} | self._outcome(row, outcome)
                self._write(row, done | told, "waiting")

    def _heard(self, row: Any, heard: Heard | Absent | Unknown) -> None:
        if isinstance(heard, Heard):
            self._write(row, {"state": "done", "cause": ""} | self._outcome(row, heard.outcome), row.state)
        else:
            self._later(row, heard.cause if isinstance(heard, Unknown) else "ABSENT")

    def _outcome(self, row: Any, outcome: str) -> dict[str, object]:
        now_ms = milliseconds(self.clock())
        due = now_ms + self.pace.wait_ms(row.tries) if outcome in OPEN.get(row.system, ()) else None
        heard: dict[str, object] = {"outcome": outcome, "heard_ms": now_ms, "due_ms": due}
        if outcome == FAILED:
            heard["failed_ms"] = now_ms
        # Its new end is to be written into the dossier.
        return heard if outcome == row.outcome else heard | {"told_ms": None}

    def _later(self, row: Any, cause: str) -> None:
        now_ms = milliseconds(self.clock())
        due = now_ms + self.pace.wait_ms(row.tries)
        if _is_looked_for(row):
            over = now_ms - row.placed_ms >= self.pace.late_s * 1000
            self._write(row, {"due_ms": None if over else due}, row.state)
            return
        over = row.state == "done" and row.outcome not in OPEN.get(row.system, ())
        self._write(row, {"cause": cause, "due_ms": None if over else due}, row.state)

    def _write(self, row: Any, values: Mapping[str, object], state: str) -> None:
        """Unless somebody was quicker; and what came to its end stays so."""
        now_ms = milliseconds(self.clock())

        def work(connection: Connection) -> None:
            there = _row(connection, row.id)
            if there is None or self.ended(row.system, there.outcome):
                return
            mine = orders.c.id == row.id, orders.c.state == state, orders.c.outcome == there.outcome
            new = dict(values) | self._came_back(there, str(values.get("outcome", "")), now_ms)
            written = connection.execute(update(orders).where(*mine).values(new)).rowcount
            if written and new.get("state", state) != state:
                self.over(connection, row.id)

        self.database.written(work, "orders")

    def _came_back(self, there: Any, outcome: str, now_ms: int) -> dict[str, object]:
        """When it was first heard that it comes back; also by the word that an older central wrote down."""
        if there.returned_ms is not None:
            return {}
        if self.returned(there.system, there.outcome):
            return {"returned_ms": there.heard_ms}
        return {"returned_ms": now_ms} if self.returned(there.system, outcome) else {}


def _behind(these: Table) -> ColumnElement[bool]:
    """Whether an order waits for one that was made before it, in the same lane."""
    before = orders.alias("before")
    sooner = (before.c.placed_ms < these.c.placed_ms) | (
        (before.c.placed_ms == these.c.placed_ms) & (before.c.id < these.c.id)
    )
    same = (before.c.system == these.c.system) & (before.c.lane == these.c.lane) & (before.c.state == "waiting")
    return (
        (these.c.lane != "")
        & (these.c.state == "waiting")
        & exists(select(before.c.id).where(same, sooner).correlate(these))
    )


def _is_looked_for(row: Any) -> bool:
    """Whether it is a payment of somebody else's that was not found: it may come to be there all the same."""
    return (row.state, row.cause) == ("rejected", NOT_FOUND)


def _digest(asked: bytes) -> bytes:
    return hashlib.sha256(asked).digest()


def _same(row: Any, office: str, system: str, digest: bytes, dossier: UUID | None) -> OrderState:
    if (row.office, row.system, bytes(row.digest), row.dossier) != (office, system, digest, dossier):
        raise differs()
    return _state(row)


def differs() -> Refusal:
    """Another order has this id."""
    return Refusal(
        "ORDER_DIFFERS",
        Words("Yêu cầu này đã được lập với nội dung khác.", "This order was made before, with another content."),
        Words("Lập yêu cầu mới; xem yêu cầu cũ trước.", "Make a new one; look at the one of before first."),
    )


def row_of(placed: Placed, officer: str, station: KnownStation, now_ms: int) -> dict[str, object]:
    """How an order is written down that was not tried yet."""
    return {
        "id": placed.id,
        "system": placed.system,
        "reference": placed.reference,
        "dossier": placed.dossier,
        "officer": officer,
        "office": station.office,
        "station": station.code,
        "placed_ms": now_ms,
        "about": placed.about,
        "lane": placed.lane,
        "digest": placed.digest,
        "body": placed.body,
        "state": "waiting",
        "result": b"{}",
        "outcome": "",
        "heard_ms": None,
        "tries": 0,
        "due_ms": now_ms,
        "cause": "",
    }


def _row(connection: Connection, order: UUID) -> Any:
    return connection.execute(select(orders).where(orders.c.id == order)).first()


def _state(row: Any) -> OrderState:
    heard = None if row.heard_ms is None else moment(row.heard_ms)
    return OrderState(
        id=row.id,
        system=row.system,
        state=row.state,
        reference=row.reference,
        placed_at=moment(row.placed_ms),
        tries=row.tries,
        cause=row.cause,
        result=msgspec.json.decode(row.result, type=dict[str, str]),
        outcome=row.outcome,
        heard_at=heard,
    )
