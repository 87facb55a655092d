"""Taking the fee: exact, once, with change and a numbered receipt."""

from __future__ import annotations

from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.facts import decision_of, fee_open
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, FeeTaken, PayMethod
from clerk_app.domain.money import format_vnd
from clerk_app.domain.paying import asked_first, held_by, paid_by_claim, paid_otherwise, payment_open
from clerk_app.domain.receipt_numbers import SETTING, written
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import Ordered, payment_of

MOST_TENDERED_VND = 100_000_000


class Cashier:
    """Money at the counter, in whole đồng."""

    def __init__(self, counter: Counter, show: Show) -> None:
        self._counter = counter
        self._show = show

    def take(self, dossier: UUID, method: PayMethod, tendered_vnd: int, seen: int | None = None) -> IntakeView:
        """Take the fee that applies today. Taking it again changes nothing.

        `seen` is that of the view that showed the fee; raises `DOSSIER_CHANGED` where another desk's work came after
        it: it may be another fee by now. Raises `Refusal` `FEE_UNKNOWN`, `CASE_REFUSED`, `TENDERED_TOO_LITTLE`,
        `TENDERED_UNLIKELY`, `NUMBERS_USED_UP`, `PAYMENT_OPEN` while the payment platform may still take it,
        `PAYMENT_CLAIMED` while nobody asked it about what the portal says is paid, `PAYMENT_DIFFERS` where what was
        paid there is not the fee and nobody let go of it, and `PAYMENT_UNCONFIRMED` for a payment online that the
        platform did not say is paid.
        """
        who = self._counter.demand("fee.take", dossier).id
        with self._counter.journal.together():
            state = self._taken(dossier, method, tendered_vnd, who, seen)
        return self._show(state)

    def _taken(self, dossier: UUID, method: PayMethod, tendered_vnd: int, who: str, seen: int | None) -> Dossier:
        state = self._counter.draft(dossier)
        if state.fee is not None:
            return state
        self._counter.looked_at(dossier, seen)
        rules, known = self._counter.rules_of(state), payment_of(state.orders)
        try:
            fee = fee_due(self._counter, state)
        except Refusal:
            if known is None or not known.paid:
                raise
            # What it was when it was paid.
            fee = known.placed.amount_vnd
        if known is not None and known.paid and known.placed.amount_vnd == fee:
            if method != "online":
                raise paid_online(known)
            return settled_online(self._counter, state, known, who)
        if (held := held_by(state, rules, fee)) is not None:
            raise paid_otherwise(held, fee) if held.paid else payment_open(held)
        if method == "online":
            raise unconfirmed()
        if (claim := asked_first(state, rules)) is not None:
            raise paid_by_claim(claim)
        tendered = tendered_vnd if method == "cash" else fee
        if tendered < fee:
            raise Refusal(
                "TENDERED_TOO_LITTLE",
                Words(f"Tiền nhận ít hơn lệ phí {format_vnd(fee)}.", f"Less than the fee of {format_vnd(fee)}."),
                Words("Nhập lại số tiền khách đưa.", "Enter what was handed over."),
            )
        if tendered > MOST_TENDERED_VND:
            raise Refusal(
                "TENDERED_UNLIKELY",
                Words("Số tiền quá lớn, có lẽ nhập nhầm.", "The amount is too large to be right."),
                Words("Kiểm tra số chữ số 0 rồi nhập lại.", "Check the number of zeros."),
            )
        number = self._counter.journal.draw("receipt")
        receipt = written(number, rules.settings.get(SETTING, ""))
        taken = FeeTaken(receipt, fee, method, tendered, tendered - fee)
        return self._counter.write(dossier, taken, who=who, seen=seen)


def fee_due(counter: Counter, state: Dossier) -> int:
    """The fee that applies to a draft now, in đồng. Raises `Refusal` CASE_REFUSED, FEE_UNKNOWN."""
    facts, decision = decision_of(state, counter.clock(), counter.rules_of(state))
    fee_vnd = fee_open(state, facts, decision)
    if fee_vnd:
        return fee_vnd
    if decision.refusals and facts.licences:
        raise Refusal(
            "CASE_REFUSED",
            decision.refusals[0].words,
            Words("Chưa thu lệ phí. Chọn trường hợp khác, hoặc hủy bản nháp.", "Take no fee. Choose another case."),
        )
    raise Refusal(
        "FEE_UNKNOWN",
        Words("Chưa xác định được mức lệ phí.", "The fee is not known yet."),
        Words("Hoàn tất bước Đơn đề nghị trước.", "Complete the application step first."),
    )


def settled_online(counter: Counter, state: Dossier, paid: Ordered, who: str) -> Dossier:
    """The fee as taken by a payment that the platform says is paid; inside the transaction that looked at the draft."""
    number = counter.journal.draw("receipt")
    receipt = written(number, counter.rules_of(state).settings.get(SETTING, ""))
    amount = paid.placed.amount_vnd
    return counter.write(state.id, FeeTaken(receipt, amount, "online", amount, 0, paid.placed.order), who=who)


def paid_online(known: Ordered) -> Refusal:
    """The citizen paid on the platform already."""
    amount = format_vnd(known.placed.amount_vnd)
    return Refusal(
        "PAYMENT_PAID",
        Words(f"Người dân đã nộp {amount} trực tuyến.", f"The citizen paid {amount} online."),
        Words("Không thu nữa; ghi nhận khoản đã nộp.", "Take nothing more; take what was paid."),
    )


def unconfirmed() -> Refusal:
    """Only the platform says that something is paid on it."""
    return Refusal(
        "PAYMENT_UNCONFIRMED",
        Words("Nền tảng thanh toán chưa báo đã nộp tiền.", "The payment platform did not say that it is paid."),
        Words(
            "Lập yêu cầu nộp tiền trực tuyến rồi hỏi lại, hoặc thu cách khác.",
            "Ask for a payment online and ask again, or take it another way.",
        ),
    )
