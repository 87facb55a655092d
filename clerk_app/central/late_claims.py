"""What the portal says is paid once nobody at a desk is about to ask: the fee was taken another way, or the dossier was
accepted or came to its end. Central asks the platform about it by itself, once; what it hears is written into the
dossier like the end of any payment, and shown there as to be given back.

A draft waits for its desk: there the fee cannot be taken before the platform was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central import own_stations
from clerk_app.central.database import Database, entries, facts, milliseconds, orders, submissions
from clerk_app.central.failures import described
from clerk_app.central.online import v7
from clerk_app.central.order_claims import check_new
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.payment_news import OWN, SYSTEM
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
REACH = timedelta(days=30)
"""How far back a central looks that never looked before."""
_FINAL = ("ORDER_", "PAYMENT_")
"""How the codes of refusals begin that say the same until there is another entry."""
_FACT = "late claims"
"""The fact that says of each office up to which number of an entry everything was looked at, by whatever process."""


@dataclass(frozen=True, slots=True)
class _Stirred:
    """A dossier with the newest entry that came into it."""

    dossier: UUID
    office: str
    newest: int


@dataclass(slots=True)
class LateClaims:
    """Looks for them in every online dossier into which something came. `_up_to` says how far, by office: numbers grow
    as they are committed in one office alone. `_later` are those that wait for something else than another entry (an
    account is closed, a refusal is not settled, the database is away).
    """

    database: Database
    register: Register
    orders: Orders
    platform: HttpPaymentPlatform | None
    clock: Callable[[], datetime]
    _up_to: dict[str, int] | None = field(default=None, repr=False)
    _noted: dict[str, int] = field(default_factory=dict, repr=False)
    _later: dict[UUID, _Stirred] = field(default_factory=dict, repr=False)

    def ask_due(self) -> int:
        """Ask about every one; how many were asked about. One dossier that fails stops no other.

        Raises `Refusal` of the database.
        """
        now = self.clock()
        if self.platform is None or not may([OWN.role], ORDER_SCOPES[SYSTEM], self._roles(now)):
            return 0
        found, up_to = self._stirred(now)
        asked = 0
        for one in (self._later | {one.dossier: one for one in found}).values():
            self._later[one.dossier] = one
            try:
                count = self._looked_at(one, now)
            except (Refusal, SQLAlchemyError, OSError, MemoryError):
                # Central's own trouble, which is every dossier's.
                raise
            except Exception as problem:  # noqa: BLE001 one dossier nobody foresaw must not stop those behind it
                _LOG.error("no question about a payment of dossier %s: %s", one.dossier, described(problem))
                count = 0
            if count is not None:
                asked += count
                del self._later[one.dossier]
        self._up_to = up_to
        self._note()
        return asked

    def _roles(self, now: datetime) -> Any:
        return self.register.law.standing().roles(now)

    def _stirred(self, now: datetime) -> tuple[list[_Stirred], dict[str, int]]:
        """Dossiers into which something came since they were looked at, and up to which numbers that is so."""
        newest = func.max(entries.c.number).label("newest")
        mine = (entries.c.dossier == submissions.c.dossier) & (entries.c.office == submissions.c.office)
        chosen = select(submissions.c.dossier, newest).join_from(submissions, entries, mine & entries.c.accepted)
        found: list[_Stirred] = []
        up_to: dict[str, int] = {}
        with self.database.read() as connection:
            before = self._up_to if self._up_to is not None else _noted(connection)
            for office in connection.execute(select(submissions.c.office).distinct()).scalars():
                after = before[office] if office in before else _begin(connection, office, now)
                of_it = entries.c.office == office
                last = connection.execute(select(func.max(entries.c.number)).where(of_it)).scalar() or 0
                up_to[office] = max(last, after)
                if last > after:
                    between = of_it & (entries.c.number > after) & (entries.c.number <= last)
                    rows = connection.execute(chosen.where(between).group_by(submissions.c.dossier))
                    found += [_Stirred(row.dossier, office, row.newest) for row in rows]
        return found, up_to

    def _note(self) -> None:
        """Remember up to where nothing is left to look at."""
        done = dict(self._up_to or {})
        for one in self._later.values():
            done[one.office] = min(done.get(one.office, one.newest), one.newest - 1)
        if done == self._noted:
            return
        value = msgspec.json.encode(done).decode()

        def work(connection: Connection) -> None:
            mine = facts.c.name == _FACT
            if not connection.execute(update(facts).where(mine).values(value=value)).rowcount:
                connection.execute(insert(facts), {"name": _FACT, "value": value})

        self.database.written(work, _FACT)
        self._noted = done

    def _looked_at(self, one: _Stirred, now: datetime) -> int | None:
        """How many were asked about; None where it has to be looked at again."""
        with self.database.read() as connection:
            state = accepted(connection, one.dossier)
        claim = claimed(state) if state is not None and state.erased is None else None
        if state is None or claim is None or not _nobody_asks(state, claim):
            return 0
        with self.database.read() as connection:
            held = OWN.is_held(connection, one.dossier, one.office)
        if held:
            return None
        station = OWN.made(self.database, one.office, now)
        if station is None:
            # Revoked: that stays so.
            return 0
        try:
            return int(self._asked(state, claim, station, one.newest, now))
        except Refusal as refusal:
            _LOG.warning("what the portal claims was not asked about: %s", refusal.code)
            # Else another process was quicker, or the database is away.
            return 0 if refusal.code.startswith(_FINAL) else None

    def _asked(self, state: Dossier, claim: Claim, station: KnownStation, newest: int, now: datetime) -> bool:
        amount_vnd = asked_vnd(state, claim, self.register.law.standing().rules_of(state, now))
        if not amount_vnd:
            _LOG.warning("what the portal claims of dossier %s is not asked about: no amount is known", state.id)
            return False
        with self.database.read() as connection:
            mine = (orders.c.system == SYSTEM) & (orders.c.reference == claim.reference)
            if connection.execute(select(orders.c.id).where(mine)).first() is not None or self.platform is None:
                return False
            again = OWN.told_again(connection, state.id, station.office)
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
            entry = Entry(v7(at, b"claimed" + it.bytes + again), state.id, what, who, now, newest)
            key = OWN.key(self.database, station.office)
            codes = own_stations.write(self.database, self.register, station, key, [entry], now)
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


def _noted(connection: Connection) -> dict[str, int]:
    said = connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar()
    return {} if said is None else msgspec.json.decode(said, type=dict[str, int])


def _begin(connection: Connection, office: str, now: datetime) -> int:
    """The number behind which a central looks at an office that was never looked at."""
    late = (entries.c.office == office) & (entries.c.received_ms < milliseconds(now - REACH))
    return connection.execute(select(func.max(entries.c.number)).where(late)).scalar() or 0


def _nobody_asks(state: Dossier, claim: Claim) -> bool:
    """Whether no desk is about to ask, although it can be asked about, also where the portal tells no amount."""
    return bool(claim.reference) and (state.status != "draft" or state.fee is not None)
