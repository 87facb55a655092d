"""Orders to other systems through central: each has its id, and stands in the journal, before it is first sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.system_ports import ForeignSystems
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.subject import erased
from clerk_app.domain.systems import Ordered, OrderHeard, OrderPlaced, OrderSystem
from clerk_app.wire_orders import Order, OrderState, PaymentClaim, PaymentOrder, PostOrder

SCOPES: Mapping[OrderSystem, str] = {"payment": "fee.take", "post": "result.deliver", "portal": "dossier.submit"}

UNKNOWN = "ORDER_UNKNOWN"
"""Central does not have the order."""


class Ordering:
    """Places orders, asks how they stand, fetches their papers. Every verb blocks for some seconds."""

    def __init__(self, counter: Counter, systems: ForeignSystems, new_id: Callable[[], UUID]) -> None:
        self._counter = counter
        self._systems = systems
        self._new_id = new_id

    def place(
        self, dossier: UUID, what: Order, order: UUID | None = None, until_heard: Collection[str] = ()
    ) -> Ordered:
        """Have it made; with `order` one that was placed before, sent again. Without a line it stays as it is, and so
        where central refuses it by one of the codes `until_heard`: what it says before it has the whole dossier.

        Raises `Refusal`: DOSSIER_ERASED, DOSSIER_ELSEWHERE, and what central says; where central does not have the
        order then, it is written down as rejected. While that is not known it stays as it is: a try of before may have
        reached central, and only its answer was lost.
        """
        system = system_of(what)
        who = self._counter.demand(SCOPES[system], dossier).id
        chosen = order or self._new_id()
        with self._counter.journal.together():
            state = self._open(dossier)
            if all(one.placed.order != chosen for one in state.orders):
                amount = what.amount_vnd if isinstance(what, PaymentOrder | PaymentClaim) else 0
                reference = what.reference if isinstance(what, PaymentClaim) else ""
                self._counter.write(dossier, OrderPlaced(chosen, system, amount, reference), who=who)
        try:
            stands = self._sent(dossier, what, chosen, who)
        except Refusal as refusal:
            if refusal.code in NO_LINE or refusal.code in until_heard:
                return _found(self._counter.journal.dossier(dossier), chosen)
            try:
                stands = self._systems.state(chosen, who)
            except Refusal as second:
                if second.code == UNKNOWN:
                    self._given_up(dossier, chosen, who, refusal.code)
                raise refusal from None
        return self._heard(dossier, stands, who)

    def ask(self, dossier: UUID, order: UUID, fresh: bool = True, give_up: bool = False) -> Ordered:
        """How it stands; with `fresh` by the other system's word of now. Raises `Refusal` as central does.

        With `give_up` an order that central does not have, and never was heard of, is written down as rejected.
        """
        known = self._known(dossier, order)
        who = self._counter.demand(SCOPES[known.placed.system], dossier).id
        try:
            stands = self._systems.state(order, who, fresh)
        except Refusal as refusal:
            if refusal.code == UNKNOWN and give_up and known.heard is None:
                return self._given_up(dossier, order, who, refusal.code)
            raise
        return self._heard(dossier, stands, who)

    def paper(self, dossier: UUID, order: UUID) -> bytes:
        """The PDF of it: the receipt of a payment, the label of a parcel. Raises `Refusal` ORDER_PAPER."""
        known = self._known(dossier, order)
        who = self._counter.demand(SCOPES[known.placed.system], dossier).id
        return self._systems.paper(order, who)

    def _given_up(self, dossier: UUID, order: UUID, who: str, cause: str) -> Ordered:
        """Written down as rejected, unless it was heard of before. Central takes none of this id once it has this."""
        with self._counter.journal.together():
            known = _found(self._counter.journal.dossier(dossier), order)
            if known.heard is not None:
                return known
            rejected = OrderHeard(order, "rejected", self._counter.clock(), cause=cause)
            return _found(self._counter.write(dossier, rejected, who=who), order)

    def _known(self, dossier: UUID, order: UUID) -> Ordered:
        self._counter.demand("dossier.find", dossier)
        return _found(self._counter.journal.dossier(dossier), order)

    def _open(self, dossier: UUID) -> Dossier:
        state = self._counter.journal.dossier(dossier)
        if state.status == "draft":
            return self._counter.draft(dossier)
        if state.erased is not None:
            raise erased()
        return state

    def _sent(self, dossier: UUID, what: Order, order: UUID, who: str) -> OrderState:
        try:
            return self._systems.place(order, what, who, dossier)
        except Refusal as refusal:
            if refusal.code != "ORDER_DIFFERS":
                raise
            # It was made before with what stood in the dossier then: that one counts.
            return self._systems.state(order, who)

    def _heard(self, dossier: UUID, stands: OrderState, who: str) -> Ordered:
        heard = OrderHeard(
            stands.id,
            stands.state,
            stands.heard_at or self._counter.clock(),
            stands.outcome,
            stands.reference,
            stands.result,
            stands.cause,
        )
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            before = _found(state, stands.id).heard
            if before is None or _told(before) != _told(heard):
                state = self._counter.write(dossier, heard, who=who)
        return _found(state, stands.id)


def system_of(what: Order) -> OrderSystem:
    """Which system makes it."""
    return (
        "payment"
        if isinstance(what, PaymentOrder | PaymentClaim)
        else "post"
        if isinstance(what, PostOrder)
        else "portal"
    )


def _told(heard: OrderHeard) -> tuple[object, ...]:
    """What of it is news: not that it was said once more."""
    return heard.state, heard.outcome, heard.reference, dict(heard.result), heard.cause


def _found(state: Dossier, order: UUID) -> Ordered:
    for one in state.orders:
        if one.placed.order == order:
            return one
    raise Refusal(
        "ORDER_UNKNOWN",
        Words("Hồ sơ này không có yêu cầu đó.", "The dossier has no such order."),
        Words("Xem lại hồ sơ.", "Look at the dossier again."),
    )
