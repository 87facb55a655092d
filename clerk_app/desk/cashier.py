"""Taking the fee: exact, once, with change and a numbered receipt."""

from __future__ import annotations

from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.facts import decision_of
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, FeeTaken, PayMethod
from clerk_app.domain.money import format_vnd
from clerk_app.domain.receipt_numbers import SETTING, written
from clerk_app.domain.refusals import Refusal, Words

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
        `TENDERED_UNLIKELY`, `NUMBERS_USED_UP`.
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
        rules = self._counter.rules_of(state)
        facts, decision = decision_of(state, self._counter.clock(), rules)
        fee = decision.fee_vnd
        if decision.refusals and facts.licences:
            raise Refusal(
                "CASE_REFUSED",
                decision.refusals[0].words,
                Words("Chưa thu lệ phí. Chọn trường hợp khác, hoặc hủy bản nháp.", "Take no fee. Choose another case."),
            )
        if fee <= 0 or not facts.licences:
            raise Refusal(
                "FEE_UNKNOWN",
                Words("Chưa xác định được mức lệ phí.", "The fee is not known yet."),
                Words("Hoàn tất bước Đơn đề nghị trước.", "Complete the application step first."),
            )
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
