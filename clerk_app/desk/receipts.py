"""Paper for the citizen: rendered, printed, its outcome watched, reprints counted and marked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.ports import Cancel, Forms, Printers, PrintQueue
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, Printed
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

_TITLES = {"M01": "Quay M01", "fee_receipt": "Quay receipt"}


class Receipts:
    """M01 and the fee receipt. A form that went to the printer once is a marked reprint the next time."""

    def __init__(
        self, counter: Counter, show: Show, forms: Forms, printers: Printers, queue: Callable[[], str]
    ) -> None:
        """`queue` is the desk's setting: a queue URI or name, empty for the first queue there is."""
        self._counter = counter
        self._show = show
        self._forms = forms
        self._printers = printers
        self._queue = queue

    def pdf(self, dossier: UUID, form: str) -> bytes:
        """The form as the next printing would be. Raises `Refusal` `NOT_SUBMITTED` or `FEE_OPEN`."""
        self._counter.demand("dossier.find")
        state = self._counter.journal.dossier(dossier)
        self._ready(state, form)
        return self._forms.render(form, state, state.prints.get(form, 0) + 1, self._counter.clock())

    def print(self, dossier: UUID, form: str, cancel: Cancel) -> IntakeView:
        """Print a form and write down what became of it. Raises `DeviceFault`; a failed printing is journalled too."""
        who = self._counter.demand("form.print").id
        state = self._counter.journal.dossier(dossier)
        self._ready(state, form)
        serial = state.prints.get(form, 0) + 1
        pdf = self._forms.render(form, state, serial, self._counter.clock())
        queue = self._chosen()
        outcome = self._printers.print(queue.uri, pdf, _TITLES.get(form, "Quay"), 1, cancel)
        copies = 2 if form == "M01" else 1
        printed = Printed(form, serial, copies, outcome.state, outcome.detail[:200])
        state = self._counter.write(dossier, printed, who=who)
        if outcome.state == "failed":
            raise DeviceFault(
                "PRINT_FAILED",
                Words("Máy in không in được biểu mẫu này.", "The printer could not print this form."),
                Words("Kiểm tra giấy và nắp máy in rồi in lại.", "Check paper and cover, then print again."),
            )
        return self._show(state)

    def _chosen(self) -> PrintQueue:
        wanted = self._queue()
        queues = self._printers.queues()
        for queue in queues:
            if not wanted or wanted in (queue.uri, queue.name):
                return queue
        raise DeviceFault(
            "PRINTER_MISSING",
            Words("Không tìm thấy máy in đã chọn.", "The chosen printer was not found."),
            Words("Bật máy in, hoặc chọn máy in khác ở Thiết bị & hệ thống.", "Switch it on, or choose another."),
        )

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
