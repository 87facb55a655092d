"""Paying the fee on the payment platform: the address as text and QR code, how it stands, and a way out of waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import SecondaryButton
from ui.widgets.copyable import Copyable
from ui.widgets.kit import Badge, Muted
from ui.widgets.qr_picture import QrPicture

if TYPE_CHECKING:
    from clerk_app.desk.payment_view import PaymentView

QR_SIZE = 168
_UNNAMED = {
    "": "intake.fee.online.unnamed",
    "asked": "intake.fee.online.unnamed.asked",
    "refused": "intake.fee.online.unnamed.refused",
}
"""What comes next, by what a supervisor said, where the portal names no transaction that can be asked about."""


class PaymentPanel(QWidget):
    """What there is of the payment. It asks nobody itself: the page does."""

    another_way = Signal(str)
    """A supervisor shall let the fee be taken another way, for this reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: PaymentView | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(theme.SPACE["l"])
        left = QVBoxLayout()
        left.setSpacing(theme.SPACE["s"])
        self.badge = Badge()
        self.told, self.next = Muted(), Muted()
        self.url = Copyable(look="muted")
        self.url.setWordWrap(True)
        self.out = SecondaryButton("intake.fee.online.out", icon="shield-check")
        self.out.clicked.connect(self.ask_out)
        self.reason = AskLine("intake.fee.online.reason", "intake.fee.online.send")
        self.reason.answered.connect(self.another_way)
        left.addWidget(self.badge)
        for part in (self.told, self.next, self.url):
            left.addWidget(part)
        buttons = QHBoxLayout()
        buttons.addWidget(self.out)
        buttons.addStretch(1)
        left.addLayout(buttons)
        left.addWidget(self.reason)
        left.addStretch(1)
        row.addLayout(left, 1)
        self.qr = QrPicture(QR_SIZE)
        row.addWidget(self.qr)

    def show_view(self, view: PaymentView | None, may_take: bool) -> None:
        """Show it as far as it was heard of."""
        if view != self.view:
            self.reason.hide()
        self.view = view
        asked = view is not None and (view.order is not None or view.claimed)
        shown = view if asked else None
        self.badge.show_badge(shown.badge if shown is not None else None)
        waits = shown is not None and shown.open
        self.qr.show_text(shown.url if shown is not None and waits else "")
        self.url.setText(shown.url if shown is not None else "")
        self.url.setVisible(waits and bool(self.url.text()))
        self.out.setVisible(shown is not None and shown.holds and may_take and shown.way_out in ("", "refused"))
        self.retranslate()

    def ask_out(self) -> None:
        """Ask for the reason why the fee shall be taken another way."""
        if not self.out.isHidden():
            self.reason.ask()

    def step(self) -> str:
        """The key of the words on what comes next."""
        view = self.view
        if view is not None and view.differs:
            return "intake.fee.online.differs"
        if view is not None and view.claimed and not view.open and not view.askable and view.way_out in _UNNAMED:
            return _UNNAMED[view.way_out]
        if view is not None and view.claimed and not view.open and view.way_out == "":
            return "intake.fee.online.claimed"
        if view is None or view.over or (view.order is None and not view.claimed):
            return "intake.fee.online.none"
        if view.paid:
            return "intake.fee.online.paid"
        if view.way_out == "" and view.open and not view.url:
            return "intake.fee.online.unheard"
        return {
            "": "intake.fee.online.wait",
            "asked": "intake.fee.online.asked",
            "granted": "intake.fee.online.granted",
            "refused": "intake.fee.online.refused",
        }[view.way_out]

    def retranslate(self) -> None:
        """The same in the language of the moment."""
        view = self.view
        told = ""
        if view is not None and view.order is not None:
            cause = words(view.cause) if view.cause is not None else ""
            at = t("intake.fee.online.heard", at=view.when) if view.when else ""
            told = " · ".join(part for part in (at, cause) if part)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.next.say(self.step())
        self.qr.setAccessibleName(t("intake.fee.online.qr"))
