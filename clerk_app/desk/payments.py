"""Paying the fee on the payment platform: asked for once, believed by the platform's word alone, taken once."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from clerk_app.desk.cashier import fee_due, payment_open, settled_online
from clerk_app.desk.counter import Counter
from clerk_app.desk.ordering import UNKNOWN, Ordering
from clerk_app.desk.payment_view import PaymentView, payment_view
from clerk_app.desk.register_views import tthc_of
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.paying import claimed
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import Ordered, payment_of
from clerk_app.wire_orders import FeeLine, PaymentClaim, PaymentOrder

STATE_FEE: Literal["2"] = "2"
"""LoaiPhiLePhi of a fee of the State (lệ phí); 1 is a charge (phí)."""


class Payments:
    """Asks for payments and hears of them. Every verb that asks blocks for some seconds."""

    def __init__(self, counter: Counter, ordering: Ordering) -> None:
        self._counter = counter
        self._ordering = ordering

    def view(self, dossier: UUID) -> PaymentView:
        """As far as it was heard. Asks nobody."""
        self._counter.demand("dossier.find", dossier)
        return payment_view(self._counter.journal.dossier(dossier))

    def order(self, dossier: UUID) -> PaymentView:
        """Ask the platform for a place where the citizen pays the fee that applies now; once, however often this is.
        Where the portal says that they paid, the platform is asked about that first: what it confirms is taken as the
        fee, and only what it does not have is asked for anew.

        Raises `Refusal`: FEE_TAKEN, FEE_UNKNOWN, CASE_REFUSED, PAYMENT_OPEN for one of another amount, and what central
        says.
        """
        self._counter.demand("fee.take", dossier)
        state = self._counter.draft(dossier)
        if state.fee is not None:
            raise fee_taken()
        fee_vnd, what = fee_due(self._counter, state), _order_of(self._counter, state)
        known = payment_of(state.orders)
        if known is not None and not known.over:
            if known.placed.amount_vnd != fee_vnd:
                raise payment_open(known)
            if known.heard is not None and (known.paid or "url" in known.heard.result):
                return payment_view(state)
            placed = self._ordering.place(dossier, what, known.placed.order)
        else:
            placed = self._ordering.place(dossier, what)
        if placed.paid:
            self._settle(dossier, placed)
        return payment_view(self._counter.journal.dossier(dossier))

    def ask(self, dossier: UUID) -> PaymentView:
        """Ask the platform now; what is paid by its word is taken as the fee, once.

        Raises `Refusal` PAYMENT_NONE where none was asked for, and what central says.
        """
        self._counter.demand("fee.take", dossier)
        known = payment_of(self._counter.journal.dossier(dossier).orders)
        if known is None:
            raise no_payment()
        if not known.paid:
            known = self._asked(dossier, known)
        if known.paid:
            self._settle(dossier, known)
        return payment_view(self._counter.journal.dossier(dossier))

    def paper(self, dossier: UUID) -> bytes:
        """The platform's own receipt, a PDF. Raises `Refusal` PAYMENT_NONE, ORDER_PAPER."""
        self._counter.demand("fee.take", dossier)
        known = payment_of(self._counter.journal.dossier(dossier).orders)
        if known is None:
            raise no_payment()
        return self._ordering.paper(dossier, known.placed.order)

    def _asked(self, dossier: UUID, known: Ordered) -> Ordered:
        """How it stands now. What central does not have is sent again under the same id where it still fits the
        dossier; where it does not, nothing can come of it any more, and that is written down.
        """
        try:
            return self._ordering.ask(dossier, known.placed.order)
        except Refusal as refusal:
            if refusal.code != UNKNOWN:
                raise
            state = self._counter.journal.dossier(dossier)
            if self._fits(state, known):
                return self._ordering.place(dossier, _order_of(self._counter, state), known.placed.order)
            return self._ordering.ask(dossier, known.placed.order, give_up=True)

    def _fits(self, state: Dossier, known: Ordered) -> bool:
        """Whether the payment is still what the dossier needs."""
        if state.status != "draft" or state.fee is not None:
            return False
        try:
            return fee_due(self._counter, state) == known.placed.amount_vnd
        except Refusal:
            return False

    def _settle(self, dossier: UUID, paid: Ordered) -> None:
        who = self._counter.demand("fee.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            if state.fee is None and state.status == "draft":
                settled_online(self._counter, self._counter.draft(dossier), paid, who)


def _order_of(counter: Counter, state: Dossier) -> PaymentOrder | PaymentClaim:
    """The payment of the fee that applies now. Raises `Refusal` as `fee_due`."""
    fee_vnd, rules = fee_due(counter, state), counter.rules_of(state)
    if reference := claimed(state):
        return PaymentClaim(state.code or state.local_code, reference, fee_vnd)
    case = next((one for one in rules.cases if one.code == state.text("case")), None)
    name = case.name.vi if case is not None else state.procedure
    number = tthc_of(state, rules) or state.procedure
    line = FeeLine(STATE_FEE, case.fee if case is not None else state.procedure, name, fee_vnd)
    return PaymentOrder(
        state.code or state.local_code,
        number,
        name,
        fee_vnd,
        [line],
        state.text("applicant.name") or state.text("applicant.number") or state.local_code,
        state.text("applicant.number"),
        state.text("applicant.residence"),
    )


def fee_taken() -> Refusal:
    """The fee of the dossier was taken before."""
    return Refusal(
        "FEE_TAKEN",
        Words("Lệ phí của hồ sơ này đã được thu.", "The fee of this dossier was taken."),
        Words("Không lập yêu cầu nộp tiền nữa.", "Ask for no other payment."),
    )


def no_payment() -> Refusal:
    """Nobody asked the platform for a payment."""
    return Refusal(
        "PAYMENT_NONE",
        Words("Hồ sơ chưa có yêu cầu nộp tiền trực tuyến.", "No payment was asked for on the platform."),
        Words("Lập yêu cầu nộp tiền trước.", "Ask for one first."),
    )
