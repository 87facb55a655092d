"""Paying the fee on the payment platform: asked for once, believed by the platform's word alone, taken once."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from clerk_app.desk.cashier import fee_due, settled_online
from clerk_app.desk.counter import Counter
from clerk_app.desk.ordering import UNKNOWN, Ordering
from clerk_app.desk.payment_view import PaymentView, payment_view
from clerk_app.desk.register_views import tthc_of
from clerk_app.desk.telling_names import METHODS
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FeeTaken
from clerk_app.domain.paying import claimed, payment_open
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
        state = self._counter.journal.dossier(dossier)
        if state.fee is not None:
            raise fee_taken(state, state.fee)
        state = self._counter.draft(dossier)
        fee_vnd, what = _due(self._counter, state), _order_of(self._counter, state)
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

        Raises `Refusal` PAYMENT_NONE where none was asked for, FEE_TAKEN where that is because the fee was taken at the
        counter, and what central says.
        """
        self._counter.demand("fee.take", dossier)
        state = self._counter.journal.dossier(dossier)
        known = payment_of(state.orders)
        if known is None:
            raise no_payment() if state.fee is None else fee_taken(state, state.fee)
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


def _due(counter: Counter, state: Dossier) -> int:
    """The fee that applies now, in đồng; where none does, what the portal says of a payment that it claims: before such
    a dossier is declined, the platform is asked about it. Raises `Refusal` as `fee_due`.
    """
    try:
        return fee_due(counter, state)
    except Refusal:
        stated = state.text("portal.fee_vnd")
        if not (claimed(state) and stated.isascii() and stated.isdigit() and int(stated[:12]) > 0):
            raise
        return int(stated[:12])


def _order_of(counter: Counter, state: Dossier) -> PaymentOrder | PaymentClaim:
    """The payment of the fee that applies now. Raises `Refusal` as `fee_due`."""
    fee_vnd, rules = _due(counter, state), counter.rules_of(state)
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


def fee_taken(state: Dossier, fee: FeeTaken) -> Refusal:
    """The fee of the dossier was taken before: there is nothing to ask for, and nothing to wait for."""
    how = METHODS[fee.method]
    day = f"{in_hanoi(state.fee_at):%d/%m/%Y}" if state.fee_at is not None else ""
    remedy = Words("Không lập yêu cầu nộp tiền nào nữa.", "Ask for no other payment.")
    if state.status == "discarded":
        remedy = Words(
            "Hồ sơ không được tiếp nhận: hoàn lại khoản đã thu.", "It was not accepted: give back what was taken."
        )
    return Refusal(
        "FEE_TAKEN",
        Words(
            f"Lệ phí đã thu bằng {how.vi} ngày {day}, biên lai {fee.receipt}.",
            f"The fee was taken on {day} ({how.en}), receipt {fee.receipt}.",
        ),
        remedy,
    )


def no_payment() -> Refusal:
    """Nobody asked the platform for a payment."""
    return Refusal(
        "PAYMENT_NONE",
        Words("Hồ sơ chưa có yêu cầu nộp tiền trực tuyến.", "No payment was asked for on the platform."),
        Words("Lập yêu cầu nộp tiền trước.", "Ask for one first."),
    )
