"""Paying the fee on the payment platform: asked for once, believed by the platform's word alone, taken once."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from clerk_app.desk.cashier import fee_due, settled_online
from clerk_app.desk.counter import Counter
from clerk_app.desk.facts import decision_of, fee_open
from clerk_app.desk.ordering import UNKNOWN, Ordering
from clerk_app.desk.payment_view import PaymentView, payment_view
from clerk_app.desk.register_views import tthc_of
from clerk_app.desk.telling_names import METHODS
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FeeTaken
from clerk_app.domain.paying import Claim, asked_first, asked_vnd, claimed, paid_by_claim, payment_open
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
        return self._shown(dossier)

    def order(self, dossier: UUID) -> PaymentView:
        """Ask the platform for a place where the citizen pays the fee that applies now; once, however often this is.
        Where the portal says that they paid, the platform is asked about that first, also after the fee was taken or
        the dossier ended: what it confirms is taken as the fee, or to be given back, and only what it does not have is
        asked for anew.

        Raises `Refusal`: FEE_TAKEN, FEE_UNKNOWN, CASE_REFUSED, PAYMENT_OPEN for one of another amount, PAYMENT_CLAIMED
        where the portal names no transaction, and what central says.
        """
        self._counter.demand("fee.take", dossier)
        state = self._counter.journal.dossier(dossier)
        claim = claimed(state)
        if claim is not None and not self._is_let_go(state, claim):
            return self._about(dossier, state, claim)
        if state.fee is not None:
            raise fee_taken(state, state.fee)
        state = self._counter.draft(dossier)
        fee_vnd, known = fee_due(self._counter, state), payment_of(state.orders)
        if known is not None and known.paid:
            self._settle(dossier, known)
        elif known is not None and not known.over:
            if known.placed.amount_vnd != fee_vnd:
                raise payment_open(known)
            if known.heard is None or "url" not in known.heard.result:
                self._placed(dossier, _again(self._counter, state, known), known)
        else:
            self._placed(dossier, _link(self._counter, state, fee_vnd))
        return self._shown(dossier)

    def ask(self, dossier: UUID) -> PaymentView:
        """Ask the platform now about every payment that may still come to something, and about what the portal says is
        paid; what is paid by the platform's word is taken as the fee, once.

        Raises `Refusal` PAYMENT_NONE where none was asked for, PAYMENT_CLAIMED where the portal says that it is paid
        and names no transaction that can be asked about, FEE_TAKEN where that is because the fee was taken at the
        counter, and what central says.
        """
        self._counter.demand("fee.take", dossier)
        state = self._counter.journal.dossier(dossier)
        known, claim = payment_of(state.orders), claimed(state)
        about = claim.reference if claim is not None else ""
        refused = bool(about) and any(one.over and one.placed.reference == about for one in state.orders)
        asks = claim is not None and claim.reference and not refused and _question(state, claim) is None
        if known is None and not asks:
            if claim is not None and not self._is_let_go(state, claim):
                raise paid_by_claim(claim)
            raise no_payment() if state.fee is None else fee_taken(state, state.fee)
        said: Refusal | None = None
        if claim is not None and asks:
            try:
                self._about(dossier, state, claim)
            except Refusal as refusal:
                # What else is open is asked about all the same.
                said = refusal
        still = [one for one in state.orders if one.placed.system == "payment" and not one.over and not one.paid]
        if known is not None and known.paid:
            self._settle(dossier, known)
        elif known is not None and not still and not (refused and known.placed.reference):
            # What was over may have been paid since; what central refused to ask about was not.
            still = [known]
        for one in still:
            found = self._asked(dossier, one)
            if found.paid:
                self._settle(dossier, found)
        if said is not None:
            raise said
        return self._shown(dossier)

    def _about(self, dossier: UUID, state: Dossier, claim: Claim) -> PaymentView:
        """Ask about what the portal says is paid, once, however often this is."""
        if not claim.reference:
            raise paid_by_claim(claim)
        known = _question(state, claim)
        if known is not None and known.heard is not None:
            found = self._asked(dossier, known)
            if found.paid:
                self._settle(dossier, found)
        else:
            rules = self._counter.rules_of(state)
            amount = claim.amount_vnd or (known.placed.amount_vnd if known else asked_vnd(state, claim, rules))
            if not amount:
                # Says why the fee is not known.
                amount = fee_due(self._counter, state)
            self._placed(dossier, _claim_of(state, claim.reference, amount), known)
        return self._shown(dossier)

    def _placed(self, dossier: UUID, what: PaymentOrder | PaymentClaim, known: Ordered | None = None) -> None:
        placed = self._ordering.place(dossier, what, known.placed.order if known is not None else None)
        if placed.paid:
            self._settle(dossier, placed)

    def _is_let_go(self, state: Dossier, claim: Claim) -> bool:
        """Whether a supervisor let go of a claim that nobody can ask about."""
        return not claim.reference and asked_first(state, self._counter.rules_of(state)) is None

    def _shown(self, dossier: UUID) -> PaymentView:
        state = self._counter.journal.dossier(dossier)
        return payment_view(state, self._fee_of(state))

    def _fee_of(self, state: Dossier) -> int:
        """The fee that is to be taken of a draft, in đồng; 0 where it was, or is not known."""
        return fee_open(state, *decision_of(state, self._counter.clock(), self._counter.rules_of(state)))

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
                return self._ordering.place(dossier, _again(self._counter, state, known), known.placed.order)
            return self._ordering.ask(dossier, known.placed.order, give_up=True)

    def _fits(self, state: Dossier, known: Ordered) -> bool:
        """Whether the payment is still what the dossier needs."""
        if known.placed.reference:
            claim = claimed(state)
            return claim is not None and claim.reference == known.placed.reference
        return known.placed.amount_vnd == self._fee_of(state)

    def _settle(self, dossier: UUID, paid: Ordered) -> None:
        """Take it as the fee; another amount than the fee is left to people: it is missing, or to be given back."""
        who = self._counter.demand("fee.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            open_still = state.status == "draft" and state.fee is None
            if open_still and self._fee_of(state) in (0, paid.placed.amount_vnd):
                settled_online(self._counter, self._counter.draft(dossier), paid, who)


def _claim_of(state: Dossier, reference: str, amount_vnd: int) -> PaymentClaim:
    """Named by the code that it has from the beginning: central may not have heard of its acceptance yet."""
    return PaymentClaim(state.local_code or state.code, reference, amount_vnd)


def _question(state: Dossier, claim: Claim) -> Ordered | None:
    """The order that asks about what is claimed, where it was placed before and is not over."""
    mine = (one for one in state.orders if one.placed.system == "payment" and not one.over)
    return next((one for one in mine if claim.reference in (one.placed.reference, _known_by(one))), None)


def _known_by(one: Ordered) -> str:
    return one.heard.reference if one.heard is not None else ""


def _again(counter: Counter, state: Dossier, known: Ordered) -> PaymentOrder | PaymentClaim:
    """The order as it was placed before."""
    if known.placed.reference:
        return _claim_of(state, known.placed.reference, known.placed.amount_vnd)
    return _link(counter, state, known.placed.amount_vnd)


def _link(counter: Counter, state: Dossier, fee_vnd: int) -> PaymentOrder:
    """Asks for a place where the citizen pays this fee, in đồng."""
    rules = counter.rules_of(state)
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
