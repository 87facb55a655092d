"""The request that stands beside the list: its evidence or one of its pages, the comment, and what can be done.

evidence --V--> a page, PgUp and PgDown the others --V or Esc--> evidence
evidence --P, digit, words--> the comment stands below it and goes along with what is done
evidence --R or M--> words, unless a comment stands there --Enter--> done
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.kit import Card, Text
from ui.widgets.notice import Notice
from ui.widgets.page_preview import PagePreview
from ui.widgets.pin_list import PinList
from ui.widgets.request_card import RequestCard
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import PinTarget, RequestView
    from clerk_app.domain.refusals import Words
    from ui.application import App

Deed = Literal["grant", "refuse", "more"]
KEYS: dict[int, Deed] = {Qt.Key.Key_A: "grant", Qt.Key.Key_R: "refuse", Qt.Key.Key_M: "more"}
WITH_CTRL: dict[int, Deed] = {
    Qt.Key.Key_Return: "grant",
    Qt.Key.Key_Enter: "grant",
    Qt.Key.Key_D: "refuse",
}
"""The keys of the panel at a clerk's desk do the same here."""
STOOD_MS = 400
"""How long a request must have stood there before a key decides it: longer than a key that bounces."""


class ApprovalPanel(Card):
    """Shows one request at a time and says what somebody wants to do with it."""

    wanted = Signal(str, str, str)
    """A deed, the comment and the field that it points at; the request is the one that is shown."""
    left = Signal()
    """The keyboard may go back to the list."""

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._asked: Deed | Literal["pin", ""] = ""
        """What the line below is for."""
        self._pin: PinTarget | None = None
        self._comment = ""
        self._page = -1
        self._busy = False
        self._stood = QElapsedTimer()
        self.handled = Notice("info")
        self.why_not = Notice("warn")
        self.card = RequestCard(app)
        self.card.page_wanted.connect(self.show_page)
        self.card.pictures.large.connect(self._page_came)
        self.area = Scrolling(self.card)
        self.preview = PagePreview()
        self.sides = QStackedWidget()
        for side in (self.area, self.preview):
            self.sides.addWidget(side)
        self.pinned = Text(look="why")
        self.pinned.setWordWrap(True)
        self.pinned.hide()
        self.pins = PinList()
        self.pins.chosen.connect(self._pin_chosen)
        self.pins.shut.connect(self._over)
        self.line = AskLine("approvals.words", "approvals.say")
        self.line.answered.connect(self._answered)
        self.line.shut.connect(self._over)
        self.body.addWidget(self.handled)
        self.body.addWidget(self.why_not)
        self.body.addWidget(self.sides, 1)
        self.body.addWidget(self.pinned)
        self.body.addWidget(self.pins)
        self.body.addWidget(self.line)
        self.body.addWidget(self._build_buttons())
        self.show_request(None)

    def _build_buttons(self) -> QWidget:
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE["s"])
        self.pin = SecondaryButton("approvals.pin", "P")
        self.refuse = DangerButton("approvals.refuse", "R")
        self.more = SecondaryButton("approvals.more", "M")
        self.grant = PrimaryButton("approvals.grant", "A", "check")
        self.pin.clicked.connect(self.choose_pin)
        self.refuse.clicked.connect(lambda: self.do("refuse"))
        self.more.clicked.connect(lambda: self.do("more"))
        self.grant.clicked.connect(lambda: self.do("grant"))
        row.addWidget(self.pin)
        row.addStretch(1)
        for button in (self.refuse, self.more, self.grant):
            row.addWidget(button)
        for button in (self.pin, self.refuse, self.more, self.grant):
            # The keyboard belongs to the list: a button that had it would hear Enter.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self.buttons

    # ---- showing --------------------------------------------------------------------------------------------------

    @property
    def view(self) -> RequestView | None:
        """The request that stands there."""
        return self.card.view

    @property
    def ready(self) -> bool:
        """Whether it stood there for long enough to be decided by a key."""
        view = self.view
        stood = self._stood.isValid() and self._stood.elapsed() >= STOOD_MS
        return view is not None and view.row.may and stood and not self._busy and self.isVisible()

    def show_request(self, view: RequestView | None) -> None:
        """Show a request; the time for which it stood there begins anew where anything of it is new."""
        before = self.view
        if view is None or before is None or before.row.request != view.row.request:
            self._drop_comment()
            self.close_page()
            self.area.verticalScrollBar().setValue(0)
        if view is not None and (before is None or before.shown != view.shown):
            self._stood.start()
        self.card.show_request(view)
        may = view is not None and view.row.may
        for button in (self.grant, self.refuse, self.more, self.pin):
            button.setEnabled(may)
        if view is not None and view.row.why_not is not None:
            self.why_not.show_words(view.row.why_not)
        else:
            self.why_not.clear()

    def show_handled(self, said: Words | None) -> None:
        """Who else looks at it."""
        if said is not None:
            self.handled.show_words(said)
        else:
            self.handled.clear()

    def set_busy(self, busy: bool) -> None:
        """A decision is on its way."""
        self._busy = busy
        for button in (self.refuse, self.more):
            button.setEnabled(not busy and self.view is not None and self.view.row.may)
        self.grant.set_busy("approvals.deciding" if busy else "")

    def retranslate(self) -> None:
        """The comment in the language of the moment."""
        self._show_comment()

    # ---- pages ----------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """The first page, large; from there back to the evidence."""
        if self._page >= 0:
            self.close_page()
        else:
            self.show_page(0)

    def show_page(self, place: int) -> None:
        """Show a page of the dossier large."""
        view = self.view
        if view is None or not 0 <= place < len(view.pages):
            return
        self._page, page = place, view.pages[place]
        self.sides.setCurrentWidget(self.preview)
        kept = self.card.pictures.kept(page.sheet)
        self.preview.say("intake.preview.loading")
        self.preview.show_image(kept, page.turned)
        if kept is None:
            self.card.pictures.load(page.sheet)

    def close_page(self) -> None:
        """Back to the evidence."""
        self._page = -1
        self.sides.setCurrentWidget(self.area)

    def _page_came(self, sheet: str, image: QImage | None) -> None:
        view = self.view
        if view is not None and 0 <= self._page < len(view.pages) and view.pages[self._page].sheet == sheet:
            self.preview.say("intake.preview.none")
            self.preview.show_image(image, view.pages[self._page].turned)

    def scroll_by(self, by: int) -> None:
        """Scroll the evidence up (-1) or down (1)."""
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + by * self.area.viewport().height() // 2)

    # ---- doing ----------------------------------------------------------------------------------------------------

    def do(self, deed: Deed) -> None:
        """Do it, or ask for the words that it needs first."""
        if not self.ready:
            return
        if deed != "grant" and not self._comment:
            self._asked = deed
            self.line.ask_for(t(f"approvals.{deed}.words"), f"approvals.{deed}")
            return
        self._say(deed)

    def choose_pin(self) -> None:
        """Which field does the comment point at?"""
        view = self.view
        if view is not None and view.row.may and not self._busy:
            self.line.hide()
            self.pins.ask(view.pins)

    def _pin_chosen(self, pin: PinTarget) -> None:
        self._pin, self._asked = pin, "pin"
        self.card.point_at(pin.field)
        self.line.ask_for(t("approvals.pin.words", field=words(pin.label)), "approvals.pin.keep")

    def _answered(self, said: str) -> None:
        asked, self._asked, self._comment = self._asked, "", said
        if asked in ("", "pin"):
            self._show_comment()
            self.left.emit()
        else:
            self._say(asked)

    def _say(self, deed: Deed | Literal["pin", ""]) -> None:
        # The line takes the keyboard with it: the list hears the next key.
        self.left.emit()
        self.wanted.emit(deed, self._comment, self._pin.field if self._pin is not None else "")

    def _over(self) -> None:
        """Esc: nothing is asked any more."""
        if self._asked in ("", "pin") and not self._comment:
            self._pin = None
            self.card.point_at("")
        self._asked = ""
        self.left.emit()

    def _drop_comment(self) -> None:
        self._comment, self._pin, self._asked = "", None, ""
        self.line.hide()
        self.pins.hide()
        self.card.point_at("")
        self._show_comment()

    def _show_comment(self) -> None:
        self.pinned.setVisible(bool(self._comment))
        if self._comment and self._pin is not None:
            self.pinned.setText(t("approvals.pinned", field=words(self._pin.label), comment=self._comment))
        elif self._comment:
            self.pinned.setText(self._comment)

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether a key of the list was for this request. One that is held down is only the first press."""
        key, control = event.key(), event.modifiers() == Qt.KeyboardModifier.ControlModifier
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        deed = KEYS.get(key) if plain else WITH_CTRL.get(key) if control else None
        if deed is not None:
            if not event.isAutoRepeat():
                self.do(deed)
            return True
        if control and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.scroll_by(1 if key == Qt.Key.Key_Down else -1)
            return True
        return plain and self._plain_key(key)

    def _plain_key(self, key: int) -> bool:
        looks = self._page >= 0
        if key == Qt.Key.Key_P:
            self.choose_pin()
        elif key == Qt.Key.Key_V:
            self.look()
        elif looks and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.show_page(self._page + (1 if key == Qt.Key.Key_Right else -1))
        elif looks and key == Qt.Key.Key_Z:
            self.preview.zoom(1)
        elif key == Qt.Key.Key_Escape and (looks or self._comment):
            if looks:
                self.close_page()
            else:
                self._drop_comment()
        else:
            return False
        return True
