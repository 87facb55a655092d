"""What the portal says is paid once nobody at a desk is about to ask: the fee was taken another way, or the dossier was
accepted or came to its end. Central asks the platform about it by itself, once; what it hears is written into the
dossier like the end of any payment, and shown there as to be given back.

A draft waits for its desk: there the fee cannot be taken before the platform was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central import own_stations
from clerk_app.central.database import Database, entries, milliseconds, orders, submissions
from clerk_app.central.failures import described
from clerk_app.central.online import v7
from clerk_app.central.order_claims import check_new
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.payment_news import OWN, SYSTEM, is_held
from clerk_app.central.register import Register, accepted, story_of
from clerk_app.central.registers.payment import HttpPaymentPlatform
from clerk_app.central.rules import ORDER_SCOPES
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.paying import Claim, asked_vnd, claimed
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.roles import may
from clerk_app.domain.systems import OrderPlaced
from clerk_app.wire_orders import OrderAsked, PaymentClaim

_LOG = logging.getLogger("quay.central")
REACH = timedelta(days=2)
"""How long ago the newest entry of a dossier came that is looked at when central starts."""
_FINAL = ("ORDER_", "PAYMENT_")
"""How the codes of refusals begin that say the same until there is another entry."""


@dataclass(frozen=True, slots=True)
class LateClaims:
    """Looks for them. `_known`: the newest entry with which a dossier was looked at."""

    database: Database
    register: Register
    orders: Orders
    platform: HttpPaymentPlatform | None
    clock: Callable[[], datetime]
    _known: dict[UUID, int] = field(default_factory=dict, repr=False)

    def ask_due(self) -> int:
        """Ask about every one; how many were asked about. One dossier that fails stops no other.

        Raises `Refusal` of the database.
        """
        now = self.clock()
        if self.platform is None or not may([OWN.role], ORDER_SCOPES[SYSTEM], self._roles(now)):
            return 0
        asked = 0
        for row in self._stirred(now):
            try:
                asked += self._looked_at(row.dossier, row.newest, row.office, now)
            except (Refusal, SQLAlchemyError, OSError, MemoryError):
                # Central's own trouble, which is every dossier's.
                raise
            except Exception as problem:  # noqa: BLE001 one dossier nobody foresaw must not stop those behind it
                self._known[row.dossier] = row.newest
                _LOG.error("no question about a payment of dossier %s: %s", row.dossier, described(problem))
        return asked

    def _roles(self, now: datetime) -> Any:
        return self.register.law.standing().roles(now)

    def _stirred(self, now: datetime) -> Sequence[Any]:
        """Dossiers into which something came not long ago, as they were not looked at yet."""
        newest = func.max(entries.c.number).label("newest")
        mine = (entries.c.dossier == submissions.c.dossier) & entries.c.accepted
        old = select(entries.c.number).where(entries.c.received_ms < milliseconds(now - REACH))
        # Backwards from the newest: what is older than that is not walked through.
        last = old.order_by(entries.c.number.desc()).limit(1).scalar_subquery()
        chosen = select(submissions.c.dossier, submissions.c.office, newest).join_from(submissions, entries, mine)
        late = chosen.where(entries.c.number > func.coalesce(last, 0))
        grouped = late.group_by(submissions.c.dossier, submissions.c.office)
        with self.database.read() as connection:
            return [row for row in connection.execute(grouped) if self._known.get(row.dossier) != row.newest]

    def _looked_at(self, dossier: UUID, newest: int, office: str, now: datetime) -> int:
        with self.database.read() as connection:
            state = accepted(connection, dossier)
            held = is_held(connection, dossier, office)
        claim = claimed(state) if state is not None and state.erased is None else None
        asked = 0
        if state is not None and claim is not None and _nobody_asks(state, claim):
            station = OWN.made(self.database, office, now) if not held else None
            if station is None:
                return 0
            try:
                asked = int(self._asked(state, claim, station, newest, now))
            except Refusal as refusal:
                _LOG.warning("what the portal claims was not asked about: %s", refusal.code)
                if not refusal.code.startswith(_FINAL):
                    # Another process was quicker, or the database is away.
                    return 0
        self._known[dossier] = newest
        return asked

    def _asked(self, state: Dossier, claim: Claim, station: KnownStation, newest: int, now: datetime) -> bool:
        amount_vnd = asked_vnd(state, claim, self.register.law.standing().rules_of(state, now))
        if not amount_vnd:
            _LOG.warning("what the portal claims of dossier %s is not asked about: no amount is known", state.id)
            return False
        with self.database.read() as connection:
            mine = (orders.c.system == SYSTEM) & (orders.c.reference == claim.reference)
            if connection.execute(select(orders.c.id).where(mine)).first() is not None or self.platform is None:
                return False
        of_it = [one for one in state.orders if one.placed.reference == claim.reference]
        still = (one.placed for one in of_it if not one.over and one.placed.amount_vnd == amount_vnd)
        begun = next((one.order for one in still), None)
        at, who = claim.at or now, OWN.person(station.office)
        # Beside those of which nothing can come it is another.
        it = begun or v7(at, f"claim {claim.reference} {len(of_it)}".encode() + state.id.bytes)
        order = PaymentClaim(state.local_code or state.code, claim.reference, amount_vnd)
        asked = OrderAsked(it, order, who, state.id)
        if begun is None:
            what = OrderPlaced(it, "payment", amount_vnd, claim.reference)
            entry = Entry(v7(at, b"claimed" + it.bytes), state.id, what, who, now, newest)
            key = OWN.key(self.database, station.office)
            codes = own_stations.write(self.database, self.register, station, key, lambda: [entry], now)
            if any(codes):
                _LOG.warning("a question about a payment was not taken: %s", codes[0])
                return False
        reference, body = self.platform.claim(order)
        about = str(amount_vnd)
        placed = Placed(it, SYSTEM, reference, msgspec.json.encode(order), body, state.id, about)

        def check(connection: Any) -> None:
            story = story_of(connection, state.id)
            check_new(connection, asked, accepted(connection, state.id), story, self.register.law.standing(), now)

        self.orders.place(placed, who, station, check)
        return True


def _nobody_asks(state: Dossier, claim: Claim) -> bool:
    """Whether no desk is about to ask, although it can be asked about, also where the portal tells no amount."""
    return bool(claim.reference) and (state.status != "draft" or state.fee is not None)
