"""Step 5: what is still missing is named; then the dossier is accepted, its code stands large, papers come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.screens.step import StepPage
from ui.texts import t, words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Badge, Card, Muted, Text
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.views import Finding, IntakeView, ReceiptView
    from clerk_app.domain.refusals import Words
    from ui.dossier_work import DossierWork, Running

PRINT_KEYS = ("P", "B", "I")


class FindingRow(QFrame):
    """One thing that is missing; Enter goes to where it is mended."""

    pressed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding: Finding | None = None
        self.setProperty("class", "finding")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(theme.SPACE["m"])
        self._sign = QLabel()
        self._sign.setProperty("class", "sign")
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign.setFixedSize(26, 22)
        self._words = Text()
        self._words.setWordWrap(True)
        self._where = Text(look="context")
        self._arrow = QLabel()
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._where)
        row.addWidget(self._arrow)

    def show_finding(self, finding: Finding) -> None:
        """Show it."""
        self.finding = finding
        self._sign.setText("!" if finding.blocking else "?")
        theme.mark(self._sign, tone="bad" if finding.blocking else "warn")
        self._words.show_words(finding.words)
        self._where.say(f"intake.step.{finding.step}")
        self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit(self.finding)
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: object) -> None:
        self.pressed.emit(self.finding)

    def retranslate(self) -> None:
        self._arrow.setPixmap(theme.pixmap("arrow-right", "muted", 16))
        if self.finding is not None:
            kind = t("intake.finding.blocking" if self.finding.blocking else "intake.finding.open")
            self.setAccessibleName(f"{kind}: {words(self.finding.words)}")


class PrintRow(QFrame):
    """One form that leaves the printer, how often it did, and what became of it."""

    asked = Signal(str)

    def __init__(self, form: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self._count = 0
        self.setProperty("class", "paper")
        self.setProperty("chosen", "no")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(theme.SPACE["m"])
        column = QVBoxLayout()
        column.setSpacing(1)
        self._name = Text(look="check-title")
        self._name.setWordWrap(True)
        self._state = Muted()
        column.addWidget(self._name)
        column.addWidget(self._state)
        row.addLayout(column, 1)
        self.button = SecondaryButton("intake.print", key, "printer")
        self.button.clicked.connect(lambda: self.asked.emit(self.form))
        row.addWidget(self.button)

    def show_form(self, name: Words, count: int) -> None:
        """Show the form and how many times it was printed."""
        self._name.show_words(name)
        self._count = count
        self.button.say("intake.print" if not count else "intake.reprint")
        self._say()
        self.setAccessibleName(words(name))

    def say_state(self, key: str, **values: object) -> None:
        """What is going on with it."""
        self._state.say(key, **values)

    def _say(self) -> None:
        if self._count == 0:
            self._state.say("intake.print.never")
        elif self._count == 1:
            self._state.say("intake.print.once")
        else:
            self._state.say("intake.print.often", count=self._count, again=self._count - 1)


class ReceiptPage(StepPage):
    """Findings and submission; afterwards code, appointment and printing."""

    step = "receipt"

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self._receipt: ReceiptView | None = None
        self._submitting = False
        self._printing: dict[str, Running] = {}
        self._dossier: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["l"])
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        column.addWidget(self._build_findings())
        column.addWidget(self._build_done())
        column.addWidget(self._build_prints())
        column.addStretch(1)
        QShortcut(QKeySequence("Ctrl+P"), self, self.print_next, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build_findings(self) -> Card:
        self._open = Card("intake.receipt.check")
        self._ready = Notice("good")
        self._open.body.addWidget(self._ready)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.SPACE["s"])
        self._open.body.addLayout(self._list)
        self._rows: list[FindingRow] = []
        return self._open

    def _build_done(self) -> Card:
        self._done = Card("intake.receipt.accepted")
        self._delivery = Badge()
        self._done.head.addWidget(self._delivery)
        self._code = Text(look="code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._due_label = Text("intake.receipt.due", look="context")
        self._due = Text(look="figure")
        for part in (self._code, self._due_label, self._due):
            self._done.body.addWidget(part)
        return self._done

    def _build_prints(self) -> Card:
        self._papers = Card("intake.receipt.prints")
        self._prints: dict[str, PrintRow] = {}
        self._watch = SecondaryButton("intake.print.stop_watching", "Esc")
        self._watch.clicked.connect(self.back)
        self._watch.hide()
        self._papers.body.addWidget(self._watch)
        return self._papers

    # ---- showing --------------------------------------------------------------------------------------------------

    def grow(self, view: IntakeView) -> bool:
        if len(self._rows) < len(view.receipt.findings):
            self._add_row()
            return False
        missing = next((form for form, _, _ in view.receipt.prints if form not in self._prints), "")
        if missing:
            self._add_print(missing)
        return not missing

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        receipt = view.receipt
        if view.dossier != self._dossier:
            self._dossier = view.dossier
            self._submitting = False
            self._printing.clear()
            self.fault.clear()
        # Whoever left while it went on hears of its end only here.
        self._submitting = self._submitting and not receipt.submitted
        self._receipt = receipt
        self._open.setVisible(not receipt.submitted)
        self._done.setVisible(receipt.submitted)
        self._papers.setVisible(receipt.submitted)
        self._show_findings(receipt)
        self._code.setText(receipt.code)
        self._code.setAccessibleName(f"{t('intake.receipt.code')}: {receipt.code}")
        self._due.setText(receipt.due)
        self._delivery.show_badge(receipt.delivery)
        for form, name, count in receipt.prints:
            if form not in self._prints:
                self._add_print(form)
            self._prints[form].show_form(name, count)
            if form in self._printing:
                self._prints[form].say_state("intake.print.printing")
        shown = {form for form, _, _ in receipt.prints}
        for form, row in self._prints.items():
            row.setVisible(form in shown)

    def _show_findings(self, receipt: ReceiptView) -> None:
        blocking = [finding for finding in receipt.findings if finding.blocking]
        if blocking:
            self._ready.set_tone("warn")
            self._ready.say("intake.receipt.missing", "intake.receipt.missing.rest", count=len(blocking))
        else:
            self._ready.set_tone("good")
            self._ready.say("intake.receipt.complete", "intake.receipt.complete.rest")
        while len(self._rows) < len(receipt.findings):
            self._add_row()
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(receipt.findings))
            if number < len(receipt.findings):
                row.show_finding(receipt.findings[number])

    def _add_row(self) -> None:
        row = FindingRow()
        row.pressed.connect(self._mend)
        self._rows.append(row)
        self._list.addWidget(row)

    def _add_print(self, form: str) -> None:
        """The first one has the key that prints the next."""
        row = PrintRow(form, "" if self._prints else f"Ctrl+{PRINT_KEYS[0]}")
        row.asked.connect(self.print_form)
        self._prints[form] = row
        self._papers.body.insertWidget(self._papers.body.count() - 1, row)

    def _mend(self, finding: Finding) -> None:
        self.jump.emit(finding.step, finding.field)

    # ---- accepting ------------------------------------------------------------------------------------------------

    def primary(self) -> tuple[str, str, bool]:
        receipt = self._receipt
        if self._submitting:
            return "intake.receipt.submitting", "", False
        if receipt is not None and receipt.submitted:
            if any(count == 0 for _, _, count in receipt.prints):
                return "intake.receipt.print_all", "Enter", not self._printing and self.work.permits("form.print")
            return "intake.receipt.another", "Enter", True
        return "intake.receipt.submit", "Enter", self.work.allows("dossier.submit")

    def enter(self) -> None:
        """Accept; then print; then the next citizen."""
        receipt = self._receipt
        if receipt is None or self._submitting:
            return
        if receipt.submitted:
            if any(count == 0 for _, _, count in receipt.prints):
                self.print_next()
            else:
                self.another.emit()
            return
        blocking = next((finding for finding in receipt.findings if finding.blocking), None)
        if blocking is not None:
            self._mend(blocking)
        elif self.work.allows("dossier.submit"):
            self.submit()

    def submit(self) -> None:
        """Accept the dossier under its final code."""
        # What comes while the last of the typing is saved was not looked at when the clerk pressed the key.
        seen = self.work.looked_at
        self._submitting = True
        self.fault.clear()
        self.primary_changed.emit()

        def over() -> None:
            self._submitting = False
            self.primary_changed.emit()

        def accepted(_view: IntakeView) -> None:
            over()
            self.focus_on()

        def failed(error: Exception) -> None:
            over()
            if isinstance(error, Refusal):
                self.fault.set_tone("bad")
                self.fault.show_refusal(error)
                if error.code == "DOSSIER_CHANGED":
                    self.work.refresh()

        self.work.after_save(
            lambda: self.work.run(
                "store", lambda desk, dossier, cancel, progress: desk.intake.submit(dossier, seen), accepted, failed
            ),
            over,
        )

    # ---- printing -------------------------------------------------------------------------------------------------

    def print_next(self) -> None:
        """Print every form that never was; if all were, the first one again."""
        receipt = self._receipt
        if receipt is None or not receipt.submitted:
            return
        fresh = [form for form, _, count in receipt.prints if count == 0]
        for form in fresh or [form for form, _, _ in receipt.prints[:1]]:
            self.print_form(form)

    def print_form(self, form: str) -> None:
        """Print a form and watch until it is out."""
        if form in self._printing or form not in self._prints or not self.work.permits("form.print"):
            return
        self.fault.clear()
        row = self._prints[form]

        def over(error: Exception | None) -> None:
            self._printing.pop(form, None)
            row.button.set_busy()
            self._watch.setVisible(bool(self._printing))
            if isinstance(error, Refusal):
                self.fault.set_tone("bad")
                self.fault.show_refusal(error)
                row.say_state("intake.print.failed")
            elif self.work.view is not None:
                self.show_view(self.work.view)
            self.primary_changed.emit()

        running = self.work.run(
            "printer",
            lambda desk, dossier, cancel, progress: desk.receipts.print(dossier, form, cancel),
            lambda view: over(None),
            over,
        )
        if running is not None:
            self._printing[form] = running
            row.button.set_busy("intake.print.busy")
            row.say_state("intake.print.printing")
            self._watch.show()
            self.primary_changed.emit()

    def back(self) -> bool:
        """Stop watching the printer."""
        if self._printing:
            for running in self._printing.values():
                running.cancel()
            return True
        return False

    def focus_on(self, name: str = "") -> None:
        receipt = self._receipt
        if receipt is not None and not receipt.submitted and any(f.blocking for f in receipt.findings):
            self._rows[0].setFocus()
        else:
            self.setFocus()
