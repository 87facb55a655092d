"""The end of a payment becomes an entry of its dossier by itself: what the platform said is written there once, by a
station of central's own, and comes to every desk like the work of another one.

Nobody has to ask for it. A desk that asked has time to bring its own entry, and that one counts; what an entry says is
judged by the same rules as a desk's. It takes no fee: that has a receipt, whose number a desk was lent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central import own_stations
from clerk_app.central.database import Database, entries, milliseconds, moment, orders
from clerk_app.central.failures import described
from clerk_app.central.online import v7
from clerk_app.central.register import Register, accepted
from clerk_app.central.rules import ORDER_SCOPES
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.roles import may
from clerk_app.domain.systems import FAILED, PAID, OrderHeard

_LOG = logging.getLogger("quay.central")
OWN = own_stations.OwnKind("NTTT", "payments", "Nền tảng thanh toán")
SYSTEM: Final = "payment"
PATIENCE_S = 60
"""How long a desk that asked has to bring its own entry."""
_ENDS = (PAID, FAILED)


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """Looks for ends of payments that do not stand in their dossiers. `_known`: the newest entry of a dossier that does
    not name its order yet, or takes no word of it.
    """

    database: Database
    register: Register
    clock: Callable[[], datetime]
    _known: dict[UUID, int] = field(default_factory=dict, repr=False)

    def write_due(self) -> int:
        """Write every end that lacks; how many were written. One dossier that fails stops no other.

        Raises `Refusal` of the database.
        """
        now = self.clock()
        if not may([OWN.role], ORDER_SCOPES[SYSTEM], self.register.law.standing().roles(now)):
            # The law that is handed out does not know of it yet.
            return 0
        done = 0
        for row in self._untold(now):
            try:
                done += self._told(row, now)
            except (Refusal, SQLAlchemyError, OSError, MemoryError):
                # Central's own trouble, which is every dossier's.
                raise
            except Exception as problem:  # noqa: BLE001 one dossier nobody foresaw must not stop those behind it
                self._known[row.id] = row.newest
                _LOG.error("no end of a payment of dossier %s: %s", row.dossier, described(problem))
        return done

    def _untold(self, now: datetime) -> Sequence[Any]:
        """The rows of ends of which nobody knows yet that they stand in their dossier, each with its newest entry."""
        mine = (entries.c.dossier == orders.c.dossier) & entries.c.accepted
        newest = select(func.max(entries.c.number)).where(mine).scalar_subquery()
        over = or_(orders.c.state == "rejected", orders.c.outcome.in_(_ENDS))
        lacking = (orders.c.system == SYSTEM) & orders.c.told_ms.is_(None) & orders.c.dossier.is_not(None)
        old = func.coalesce(orders.c.heard_ms, orders.c.placed_ms) <= milliseconds(now) - PATIENCE_S * 1000
        chosen = select(orders, newest.label("newest")).where(lacking, over, old)
        with self.database.read() as connection:
            found = connection.execute(chosen.order_by(orders.c.placed_ms, orders.c.id)).all()
        return [row for row in found if row.newest is not None and self._known.get(row.id) != row.newest]

    def _told(self, row: Any, now: datetime) -> int:
        with self.database.read() as connection:
            state = accepted(connection, row.dossier)
            held = OWN.is_held(connection, row.dossier, row.office)
            again = OWN.told_again(connection, row.dossier, row.office)
        known = next((one for one in state.orders if one.placed.order == row.id), None) if state is not None else None
        if state is None or known is None:
            # The desk's own word of the order is still on its way.
            self._known[row.id] = row.newest
            return 0
        done = 0
        if state.erased is None and not _stands(state, row):
            if held:
                return 0
            station = OWN.made(self.database, row.office, now)
            if station is None:
                return 0
            who, key = OWN.person(row.office), OWN.key(self.database, row.office)
            said = f"payment {row.state} {row.outcome}".encode() + row.id.bytes + again
            at = now if row.heard_ms is None else moment(row.heard_ms)
            entry = Entry(v7(at, said), row.dossier, _heard(row, at), who, now, row.newest)
            try:
                codes = own_stations.write(self.database, self.register, station, key, [entry], now)
            except Refusal:
                # Another process was quicker, or central waits for something itself: looked at again the next time.
                return 0
            if any(codes):
                _LOG.warning("the end of a payment was not taken: %s", codes[0])
                self._known[row.id] = row.newest
                return 0
            done = 1
        self._known.pop(row.id, None)
        self._settled(row, now)
        return done

    def _settled(self, row: Any, now: datetime) -> None:
        """It stands there, unless it has another end by now."""
        mine = (orders.c.id == row.id) & (orders.c.state == row.state) & (orders.c.outcome == row.outcome)

        def work(connection: Connection) -> None:
            connection.execute(update(orders).where(mine).values(told_ms=milliseconds(now)))

        self.database.written(work, "orders")


def _stands(state: Dossier, row: Any) -> bool:
    """Whether the dossier knows this end, or that it is paid: nothing takes that back."""
    for one in state.orders:
        if one.placed.order == row.id and one.heard is not None:
            return one.paid or (one.heard.state, one.heard.outcome) == (row.state, row.outcome)
    return False


def _heard(row: Any, at: datetime) -> OrderHeard:
    result = msgspec.json.decode(row.result, type=dict[str, str])
    return OrderHeard(row.id, row.state, at, row.outcome, row.reference, result, row.cause)
