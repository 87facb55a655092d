"""Paper for the citizen: rendered, printed, its outcome watched, reprints counted and marked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from clerk_app.desk import notices
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.payments import no_payment
from clerk_app.desk.ports import Cancel, Forms, Printers, PrintQueue, Ticket
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, Printed
from clerk_app.domain.notices import Officer
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

FORMS = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "DON", "fee_receipt")
"""What can be asked for; which of them a dossier has the facts for is found out then."""

BILL = "payment_bill"
"""The receipt that the payment platform itself made."""
_TITLES = {"fee_receipt": "Quay receipt", BILL: "Quay payment"}


def no_bill(_dossier: UUID) -> bytes:
    """A desk that is joined to no payment platform. Raises `Refusal` PAYMENT_NONE."""
    raise no_payment()


class Receipts:
    """Forms of one dossier. A form that went to the printer once is a marked reprint the next time."""

    def __init__(
        self,
        counter: Counter,
        show: Show,
        forms: Forms,
        printers: Printers,
        queue: Callable[[], str],
        bill: Callable[[UUID], bytes] = no_bill,
    ) -> None:
        """`queue` is the desk's setting: a queue URI or name, empty for the first queue there is. `bill` fetches the
        payment platform's own receipt, a PDF.
        """
        self._counter = counter
        self._show = show
        self._forms = forms
        self._printers = printers
        self._queue = queue
        self._bill = bill

    def pdf(self, dossier: UUID, form: str) -> bytes:
        """The form as the next printing would be. Raises `Refusal` where the dossier has no facts for it."""
        self._counter.demand("dossier.find", dossier)
        state = self._counter.journal.dossier(dossier)
        return self._rendered(state, form, state.prints.get(form, 0) + 1)

    def ticket(self, dossier: UUID) -> Ticket:
        """The appointment for a ticket printer. Raises `Refusal` `NOT_SUBMITTED`."""
        self._counter.demand("dossier.find", dossier)
        state = self._counter.journal.dossier(dossier)
        self._ready(state, "M01")
        return self._forms.ticket(state, 1, self._counter.clock())

    def print(self, dossier: UUID, form: str, cancel: Cancel) -> IntakeView:
        """Print a form and write down what became of it. Raises `DeviceFault`; a failed printing is journalled too."""
        who = self._counter.demand("form.print", dossier).id
        state = self._counter.journal.dossier(dossier)
        serial = state.prints.get(form, 0) + 1
        return self._printed(state, form, self._rendered(state, form, serial), who, cancel)

    def print_bill(self, dossier: UUID, cancel: Cancel) -> IntakeView:
        """Print the payment platform's own receipt; each time the same paper, counted as any other.

        Raises `Refusal` PAYMENT_NONE, ORDER_PAPER, and what central says; `DeviceFault`.
        """
        who = self._counter.demand("form.print", dossier).id
        pdf = self._bill(dossier)
        return self._printed(self._counter.journal.dossier(dossier), BILL, pdf, who, cancel)

    def _printed(self, state: Dossier, form: str, pdf: bytes, who: str, cancel: Cancel) -> IntakeView:
        serial = state.prints.get(form, 0) + 1
        queue = chosen_queue(self._printers, self._queue())
        title = _TITLES.get(form, f"Quay {form}")
        outcome = self._printers.print(queue.uri, pdf, title, 1, cancel)
        definition = self._counter.rules_of(state).printed.get(form)
        copies = definition.copies if definition else 1
        printed = Printed(form, serial, copies, outcome.state, outcome.detail[:200])
        state = self._counter.write(state.id, printed, who=who)
        if outcome.state == "failed":
            raise DeviceFault(
                "PRINT_FAILED",
                Words("Máy in không in được biểu mẫu này.", "The printer could not print this form."),
                Words("Kiểm tra giấy và nắp máy in rồi in lại.", "Check paper and cover, then print again."),
            )
        return self._show(state)

    def _rendered(self, state: Dossier, form: str, serial: int) -> bytes:
        """The form with the facts it needs. Raises `Refusal` where they are not there."""
        now, rules = self._counter.clock(), self._counter.rules_of(state)
        if form in notices.NOT_YET:
            raise Refusal(*notices.NOT_YET[form])
        if form == "M02":
            officer = Officer(self._counter.who().name)
            return self._forms.notice(notices.supplement(state, rules, officer, now), serial, now)
        if form == "M03":
            return self._forms.notice(notices.refusal(state, rules, now), serial, now)
        if form == "M04":
            return self._forms.notice(notices.apology(state, rules), serial, now)
        if form == "M05":
            return self._forms.notice(notices.stop(state, rules), serial, now)
        if form == "M06":
            office = self._counter.station.office_name_vi
            return self._forms.notice(notices.control_slip(state, rules, office), serial, now)
        self._ready(state, form)
        return self._forms.render(form, state, serial, now)

    @staticmethod
    def _ready(state: Dossier, form: str) -> None:
        if form == "M01" and state.submitted is None:
            raise Refusal(
                "NOT_SUBMITTED",
                Words("Hồ sơ chưa được tiếp nhận nên chưa in được giấy tiếp nhận.", "Not accepted yet: no receipt."),
                Words("Tiếp nhận hồ sơ trước.", "Submit the dossier first."),
            )
        if form == "fee_receipt" and state.fee is None:
            raise Refusal(
                "FEE_OPEN",
                Words("Chưa thu lệ phí nên chưa có biên lai.", "No fee was taken, so there is no receipt."),
                Words("Thu lệ phí trước.", "Take the fee first."),
            )


def chosen_queue(printers: Printers, wanted: str) -> PrintQueue:
    """The queue of this URI or name; the first there is for the empty text. Raises `DeviceFault` PRINTER_MISSING."""
    for queue in printers.queues():
        if not wanted or wanted in (queue.uri, queue.name):
            return queue
    raise DeviceFault(
        "PRINTER_MISSING",
        Words("Không tìm thấy máy in đã chọn.", "The chosen printer was not found."),
        Words("Bật máy in, hoặc chọn máy in khác ở Thiết bị & hệ thống.", "Switch it on, or choose another."),
    )
