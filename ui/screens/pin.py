"""The sheet on which somebody chooses a PIN for this desk. It lies over the window; nothing waits for it.

closed --Ctrl Alt P--> asking --Enter--> checking --kept--> closed, and said so
                          ^                  `--refused--> asking, the cause beside its field
                          `--Esc, the lock, a sign-out--> closed, nothing of what was typed is left
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from clerk_app.domain.sign_in import PIN_MOST
from ui import theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.entry import Entry
from ui.widgets.kit import Heading, Text

if TYPE_CHECKING:
    from ui.application import App

WIDTH = 432
LOW = 620


class PinSheet(QWidget):
    """Password, the new PIN, and the same once more."""

    def __init__(self, over: QWidget, app: App) -> None:
        super().__init__(over)
        self._over, self._app = over, app
        self._back: QWidget | None = None
        self._checking = False
        self.setProperty("class", "veil")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        space = theme.SPACE
        column = QVBoxLayout(self)
        column.addStretch(1)
        panel = QFrame()
        panel.setProperty("class", "panel")
        panel.setFixedWidth(WIDTH)
        # An alignment would take the height that a long refusal needs.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(panel)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addStretch(2)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(space["xl"], space["l"], space["xl"], space["l"])
        inside.setSpacing(space["m"])
        inside.addWidget(Heading("pin.title"))
        self._what = Text("pin.what", look="muted")
        self._what.setWordWrap(True)
        inside.addWidget(self._what)
        self.password = Entry("sign_in.password", secret=True)
        self.pin = Entry("pin.new", secret=True)
        self.again = Entry("pin.again", secret=True)
        self._form = (self.password, self.pin, self.again)
        for entry in self._form:
            inside.addWidget(entry)
            entry.edit.returnPressed.connect(self._go_on)
        for entry in (self.pin, self.again):
            entry.edit.setMaxLength(PIN_MOST)
            entry.edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhHiddenText)
        buttons = QHBoxLayout()
        self.leave = SecondaryButton("pin.leave", "Esc")
        self.leave.clicked.connect(self.close_sheet)
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        self.keep = PrimaryButton("pin.keep", "Enter")
        self.keep.clicked.connect(self.submit)
        buttons.addWidget(self.keep)
        inside.addSpacing(space["xs"])
        inside.addLayout(buttons)
        over.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Cover the window and ask."""
        self._back = self.window().focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self.password.edit.setFocus()

    def close_sheet(self) -> None:
        """Go away and leave nothing of what was typed; the cursor goes back to where it was."""
        for entry in self._form:
            entry.edit.clear()
            entry.clear_problem()
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()
        self._back = None

    def submit(self) -> None:
        """Keep the PIN, if it is typed twice and the password is theirs."""
        if self._checking:
            return
        for entry, problem in (
            (self.password, "sign_in.password_missing"),
            (self.pin, "pin.missing"),
            (self.again, "pin.again_missing"),
        ):
            if not entry.text():
                entry.show_problem(problem)
                return
        if self.pin.text() != self.again.text():
            self.again.show_problem("pin.differs")
            return
        self._checking = True
        self.keep.set_busy("sign_in.checking")
        pins, password, pin = self._app.desk.pins, self.password.text(), self.pin.text()
        self._app.jobs.start(
            "people", self, lambda cancel, progress: pins.choose(password, pin), lambda done: self._kept(), self._failed
        )

    def _kept(self) -> None:
        self._rest()
        self.close_sheet()
        if self._app.window.shell is not None:
            self._app.window.shell.show_notice("good").say("pin.kept", "pin.kept_remedy")

    def _failed(self, error: Exception) -> None:
        self._rest()
        if not isinstance(error, Refusal):
            return
        beside = self.pin if error.code.startswith("PIN_") else self.password
        beside.show_refusal(error)

    def _rest(self) -> None:
        self._checking = False
        self.keep.set_busy()

    def _go_on(self) -> None:
        """Enter goes on to the next empty field, and in after the last."""
        here = next((number for number, entry in enumerate(self._form) if entry.edit.hasFocus()), 0)
        later = next((entry for entry in self._form[here + 1 :] if not entry.text()), None)
        if later is not None:
            later.edit.setFocus()
        else:
            self.submit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """The keyboard stays inside."""
        round_trip: tuple[QWidget, ...] = (*(entry.edit for entry in self._form), self.leave, self.keep)
        here = next((number for number, part in enumerate(round_trip) if part.hasFocus()), 0)
        round_trip[(here + (1 if forward else -1)) % len(round_trip)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fit()
        return False

    def _fit(self) -> None:
        """In a low window what is said of PINs gives way to what is wrong with one."""
        self.setGeometry(self._over.rect())
        self._what.setVisible(self.height() >= LOW)
