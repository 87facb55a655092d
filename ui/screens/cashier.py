"""Step 4: the fee. What is due, how it is paid, what the citizen gave, what goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from clerk_app.domain.dossier import PayMethod
from clerk_app.domain.paying import ANOTHER_WAY
from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.payment_watch import PaymentWatch
from ui.screens.step import StepPage
from ui.texts import t
from ui.widgets.buttons import Button, SecondaryButton
from ui.widgets.choices import ChoiceRow
from ui.widgets.inputs import MoneyInput, grouped
from ui.widgets.kit import Card, Label, Muted, Text
from ui.widgets.notice import Notice
from ui.widgets.payment_panel import PaymentPanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import FeeView, IntakeView
    from ui.dossier_work import DossierWork
    from ui.jobs import Lane

METHODS: dict[str, PayMethod] = {"cash": "cash", "vietqr": "vietqr", "online": "online"}


class CashierPage(StepPage):
    """The amount, the method, the change; afterwards the receipt's number."""

    step = "fee"

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self._fee: FeeView | None = None
        self._taking = False
        self._dossier: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["l"])
        self.fault = Notice("bad")
        column.addWidget(self.fault)
        column.addWidget(self._build_due())
        column.addWidget(self._build_taking())
        column.addWidget(self._build_paid())
        column.addStretch(1)
        self.watch = PaymentWatch(self, work, _asked_payment, self._may_be_paid)
        QShortcut(QKeySequence("Ctrl+P"), self, self.print_bill, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.retranslate()

    def _build_due(self) -> Card:
        card = Card("intake.fee.due")
        self._amount = Text(look="display")
        self._in_words = Muted()
        self._name = Text(look="context")
        self._basis = Text(look="caption")
        row = QHBoxLayout()
        left = QVBoxLayout()
        left.addWidget(self._amount)
        left.addWidget(self._in_words)
        right = QVBoxLayout()
        for text in (self._name, self._basis):
            text.setAlignment(Qt.AlignmentFlag.AlignRight)
            text.setWordWrap(True)
            right.addWidget(text)
        right.addStretch(1)
        row.addLayout(left, 1)
        row.addLayout(right, 1)
        card.body.addLayout(row)
        return card

    def _build_taking(self) -> Card:
        self._form = Card("intake.fee.how")
        self.method = ChoiceRow()
        self.method.set_choices(
            (
                ("cash", Words("Tiền mặt", "Cash")),
                ("vietqr", Words("VietQR", "VietQR")),
                ("online", Words("Nộp trực tuyến", "Pay online")),
            )
        )
        self.method.set_value("cash")
        self.method.edited.connect(self._method_changed)
        self._form.body.addWidget(self.method)
        self._cash = QWidget()
        column = QVBoxLayout(self._cash)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        given = QHBoxLayout()
        given.setSpacing(theme.SPACE["xl"])
        left = QVBoxLayout()
        left.setSpacing(4)
        self._given_words = Label("intake.fee.tendered")
        self.tendered = MoneyInput()
        self.tendered.setProperty("class", "money")
        self.tendered.amount_changed.connect(self._tendered)
        self.tendered.entered.connect(lambda: self.work.at("fee", "tendered"))
        left.addWidget(self._given_words)
        left.addWidget(self.tendered)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(Label("intake.fee.change"))
        self.change = QLabel()
        self.change.setProperty("class", "change")
        self.change.setProperty("tone", "calm")
        right.addWidget(self.change)
        given.addLayout(left, 1)
        given.addLayout(right, 1)
        column.addLayout(given)
        self._suggestions = QHBoxLayout()
        self._suggestions.setSpacing(theme.SPACE["s"])
        self._offers: list[Button] = []
        column.addLayout(self._suggestions)
        self._keys = Muted("intake.fee.keys")
        column.addWidget(self._keys)
        self._form.body.addWidget(self._cash)
        self._other = Muted()
        self._form.body.addWidget(self._other)
        self.payment = PaymentPanel()
        self.payment.another_way.connect(self._ask_supervisor)
        self._form.body.addWidget(self.payment)
        return self._form

    def _build_paid(self) -> Card:
        self._paid = Card("intake.fee.paid")
        self._receipt = Text(look="figure")
        self._receipt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts = Muted()
        self._paid.body.addWidget(self._receipt)
        self._paid.body.addWidget(self._facts)
        self._twice = Notice("bad")
        self._paid.body.addWidget(self._twice)
        self._bill = SecondaryButton("intake.fee.bill", "Ctrl+P", "printer")
        self._bill.clicked.connect(self.print_bill)
        row = QHBoxLayout()
        row.addWidget(self._bill)
        row.addStretch(1)
        self._paid.body.addLayout(row)
        return self._paid

    # ---- showing --------------------------------------------------------------------------------------------------

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        fee = view.fee
        if view.dossier != self._dossier:
            self._dossier = view.dossier
            self._taking = False
            self.fault.clear()
            self.method.set_value("online" if _stands(fee) else "cash")
            self.tendered.set_amount(0)
        # Whoever left while it went on hears of its end only here.
        self._taking = self._taking and not fee.paid
        caret = QApplication.focusWidget()
        here = caret is not None and self._form.isAncestorOf(caret)
        self._fee = fee
        self._amount.setText(fee.fee)
        self._in_words.setText(fee.fee_words)
        self._name.show_words(fee.name)
        self._basis.setText(fee.basis)
        self._form.setVisible(not fee.paid and fee.fee_vnd > 0)
        self._paid.setVisible(fee.paid)
        self._receipt.setText(fee.receipt)
        self._say_paid()
        self.payment.show_view(fee.payment, self.work.allows("fee.take"))
        self._show_bill()
        self._offer(fee.suggestions)
        self._method_changed(self.method.value())
        if here and fee.paid:
            # The platform said it by itself: the caret must not stand in what is gone.
            self.setFocus()

    def _offer(self, amounts: tuple[int, ...]) -> None:
        amounts = amounts[:4]
        while len(self._offers) < len(amounts):
            place = len(self._offers)
            button = Button("intake.fee.offer", str(place + 1))
            button.clicked.connect(lambda _on=False, place=place: self.take_offer(place))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._offers.append(button)
            self._suggestions.addWidget(button, 1)
        for place, button in enumerate(self._offers):
            button.setVisible(place < len(amounts))
            if place < len(amounts):
                button.say("intake.fee.offer", amount=grouped(amounts[place]))

    def take_offer(self, place: int) -> None:
        """The citizen gave the suggested amount."""
        if self._fee is not None and place < len(self._fee.suggestions):
            self.tendered.set_amount(self._fee.suggestions[place])

    def change_vnd(self) -> int:
        """What goes back; negative while it is not enough."""
        return self.tendered.amount() - (self._fee.fee_vnd if self._fee is not None else 0)

    def _tendered(self, _amount: int) -> None:
        self.fault.clear()
        self._show_change()
        self.primary_changed.emit()

    def _show_change(self) -> None:
        change = self.change_vnd()
        given = self.tendered.amount()
        tone = "calm" if not given else "good" if change >= 0 else "warn"
        if not given:
            text = "–"
        elif change >= 0:
            text = f"{grouped(change)} đ"
        else:
            text = t("intake.fee.short", amount=grouped(-change))
        self.change.setText(text)
        self.change.setAccessibleName(f"{t('intake.fee.change')}: {text}")
        if self.change.property("tone") != tone:
            theme.mark(self.change, tone=tone)

    def _method_changed(self, method: str) -> None:
        cash = method == "cash"
        self._cash.setVisible(cash)
        self._other.setVisible(method == "vietqr")
        self.payment.setVisible(method == "online")
        if method == "vietqr":
            self._other.say("intake.fee.vietqr.words")
        self._show_change()
        self.watch.look()
        self.primary_changed.emit()

    def _say_paid(self) -> None:
        fee = self._fee
        if fee is not None and fee.paid:
            method = t(f"intake.fee.method.{fee.method}") if fee.method in METHODS else fee.method
            if fee.method == "cash":
                self._facts.setText(t("intake.fee.facts", method=method, tendered=fee.tendered, change=fee.change))
            else:
                self._facts.setText(method)

    # ---- taking ---------------------------------------------------------------------------------------------------

    def primary(self) -> tuple[str, str, bool]:
        fee = self._fee
        if self._taking:
            return "intake.fee.asking" if self.method.value() == "online" else "intake.fee.taking", "", False
        if fee is None or fee.paid or fee.fee_vnd == 0 or not self.work.allows("fee.take"):
            return "intake.next.receipt", "Enter", True
        if self.method.value() == "online":
            return "intake.fee.online.ask" if _stands(fee) else "intake.fee.online.order", "Enter", True
        return "intake.fee.take", "Enter", True

    def enter(self) -> None:
        """Take the money; afterwards go on."""
        fee = self._fee
        if fee is None or fee.paid or fee.fee_vnd == 0 or not self.work.allows("fee.take"):
            self.advance.emit()
        elif self._taking:
            return
        elif self.method.value() == "online":
            self.pay_online()
        else:
            self.take()

    def take(self) -> None:
        """Take the fee as it stands in the form."""
        method = METHODS[self.method.value() or "cash"]
        tendered = self.tendered.amount() if method == "cash" else self._fee.fee_vnd if self._fee else 0
        if method == "cash" and self.change_vnd() < 0:
            self.fault.set_tone("warn")
            if not tendered:
                self.fault.say("intake.fee.nothing")
            else:
                self.fault.say("intake.fee.not_enough", amount=grouped(-self.change_vnd()))
            self.tendered.setFocus()
            return
        seen = self.work.looked_at
        self._run("store", lambda desk, dossier: desk.cashier.take(dossier, method, tendered, seen))

    def pay_online(self) -> None:
        """Ask the platform for a place where the citizen pays; where it was, how it stands now."""
        self._run("network", _asked_payment if self._fee is not None and _stands(self._fee) else _ordered_payment)

    def _ask_supervisor(self, reason: str) -> None:
        self._run("store", lambda desk, dossier: desk.exceptions.raise_by_hand(dossier, ANOTHER_WAY, reason))

    def print_bill(self) -> None:
        """Print the platform's own receipt."""
        if not self._has_bill() or self._bill.busy:
            return
        self.fault.clear()
        self._bill.set_busy("intake.fee.bill.printing")

        def failed(error: Exception) -> None:
            self._bill.set_busy()
            if isinstance(error, Refusal):
                self.fault.set_tone("bad")
                self.fault.show_refusal(error)

        self.work.run(
            "printer",
            lambda desk, dossier, cancel, progress: desk.receipts.print_bill(dossier, cancel),
            lambda view: self._bill.set_busy(),
            failed,
        )

    def _has_bill(self) -> bool:
        """Whether the platform has a receipt that may be printed here."""
        view = self._fee.payment if self._fee is not None else None
        return view is not None and view.paid and self.work.permits("form.print")

    def _show_bill(self) -> None:
        view = self._fee.payment if self._fee is not None else None
        self._bill.setVisible(self._has_bill())
        if view is not None and (view.twice or (view.claimed and view.taken)):
            self._twice.show_words(view.badge.words)
        else:
            self._twice.clear()

    def _run(self, lane: Lane, verb: Callable[[Desk, UUID], IntakeView]) -> None:
        """Do something about the money once what was typed is saved; nothing else is done about it meanwhile."""
        self.fault.clear()
        self._taking = True
        self.primary_changed.emit()

        def over() -> None:
            self._taking = False
            self.watch.look()
            self.primary_changed.emit()

        def taken(_view: IntakeView) -> None:
            over()
            self.setFocus()

        def failed(error: Exception) -> None:
            over()
            if isinstance(error, Refusal):
                self.fault.set_tone("bad")
                self.fault.show_refusal(error)
                if error.code == "DOSSIER_CHANGED" or lane == "network":
                    # What the platform said, or did not, stands in the journal too.
                    self.work.refresh()

        self.work.after_save(
            lambda: self.work.run(lane, lambda desk, dossier, cancel, progress: verb(desk, dossier), taken, failed),
            over,
        )

    def _may_be_paid(self) -> bool:
        """Whether a payment stands open here that the platform may be asked about."""
        payment = self._fee.payment if self._fee is not None else None
        shown = payment is not None and payment.open and self.method.value() == "online"
        return shown and not self._taking and self.work.allows("fee.take")

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever comes to the page while a payment is open need not ask."""
        super().showEvent(event)
        self.watch.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for it any more."""
        super().hideEvent(event)
        self.watch.look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1–4 take a suggestion unless the caret is in the amount; any other digit begins to type one there."""
        digit = event.text()
        free = self._form.isVisible() and self.method.value() == "cash" and not event.modifiers()
        if free and digit in ("1", "2", "3", "4"):
            self.take_offer(int(digit) - 1)
            return
        if free and digit and digit in "056789" and not self.tendered.hasFocus():
            self.tendered.setFocus()
            self.tendered.set_amount(int(digit))
            return
        if free and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._fee is not None:
            offers = self._fee.suggestions
            if offers:
                here = offers.index(self.tendered.amount()) if self.tendered.amount() in offers else -1
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.take_offer(max(0, min(here + step, len(offers) - 1)))
            return
        event.ignore()

    def focus_on(self, name: str = "") -> None:
        if self._form.isVisibleTo(self) and name == "tendered":
            self.tendered.setFocus()
        elif self._form.isVisibleTo(self):
            self.method.setFocus()
        else:
            self.setFocus()

    def retranslate(self) -> None:
        self.method.setAccessibleName(t("intake.fee.how"))
        self.tendered.setAccessibleName(t("intake.fee.tendered"))
        self._show_change()
        self._say_paid()


def _stands(fee: FeeView) -> bool:
    """Whether a payment online was asked for that is paid, or may be."""
    return fee.payment is not None and fee.payment.order is not None and not fee.payment.over


def _ordered_payment(desk: Desk, dossier: UUID) -> IntakeView:
    desk.payments.order(dossier)
    return desk.intake.view(dossier)


def _asked_payment(desk: Desk, dossier: UUID) -> IntakeView:
    desk.payments.ask(dossier)
    return desk.intake.view(dossier)
