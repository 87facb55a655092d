"""The first thing a clerk sees: who are you. Built from as little as possible, because it is the first frame.

The desk opens behind it; whoever types faster than it opens just goes on when it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.texts import words
from ui.theme import SPACE, mark
from ui.widgets.buttons import Button, PrimaryButton, SecondaryButton
from ui.widgets.entry import Entry
from ui.widgets.kit import Logo, Text
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from clerk_app.bootstrap import Peek
    from clerk_app.domain.refusals import Refusal
    from ui.widgets.countdown import Countdown


LOW = 640
HELP_KEY = "F4"
CODE_LENGTH = 11
"""Six digits, and the gaps that people type between them."""
ASKS_PASSPHRASE = frozenset({"KEY_WRONG", "PASSPHRASE_NEEDED"})
"""Codes that another passphrase can mend."""
ASKS_CODE = frozenset({"CODE_NEEDED", "CODE_WRONG", "CODE_USED", "CODE_CLOCK"})
"""Codes that a code of the second factor, or the next one, can mend."""
DAMAGED = frozenset({"DATABASE_DAMAGED", "DATABASE_TAIL_LOST", "DATABASE_ALTERED", "DATABASE_MISSING"})
"""Codes of a store that can be made anew from what is left of it and from central."""


class SignIn(QFrame):
    """The sign-in page.

    opening ─→ ready ─(Enter)→ checking ─→ gone, or ready again with a problem beside its field
       │  (Enter while opening: remembered)         or with a field for the code, where one is asked for
       ├→ ready for a supervisor (F4, after a wait was told) ─(Enter)→ checking ─→ ready for who waited
       ├→ closed: the desk could not be opened; the button opens it again
       └→ damaged: its store is damaged; the button gets it back
    """

    submitted = Signal(str, str, str)
    """User, password and the code of a second factor (or none), once the desk is there."""
    unlock_wanted = Signal(str, str, str, str)
    """Whose wait shall end, and a supervisor's name, password and code (or none)."""
    open_wanted = Signal(str)
    """The desk shall be opened, with this passphrase (or none)."""
    salvage_wanted = Signal(str)
    """The damaged desk shall be got back, with this passphrase (or none)."""
    language_wanted = Signal()

    def __init__(self, peek: Peek) -> None:
        super().__init__()
        self._peek = peek
        self._state = "closed"
        self._eager = False
        self._low = False
        self.code: Entry | None = None
        """The field for the code of a second factor, once somebody is asked for one."""
        self.help: SecondaryButton | None = None
        """Lets a supervisor end the wait that was told."""
        self._waiting = ""
        """Whose wait a supervisor is about to end."""
        self._countdown: Countdown | None = None
        """Tells what is left of the wait, once somebody has to wait."""
        self.setProperty("class", "page")
        self._page = page = QVBoxLayout(self)
        page.setContentsMargins(SPACE["xl"], SPACE["xl"], SPACE["xl"], SPACE["l"])
        page.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card())
        middle.addStretch(1)
        page.addLayout(middle)
        page.addStretch(3)
        page.addLayout(self._foot())
        self.retranslate()
        self._set_state("closed" if peek.enrolled else "absent")

    def settle(self) -> None:
        """What can wait until the first frame is out."""
        hints = Qt.InputMethodHint
        self.state.draw()
        self.user.edit.setInputMethodHints(hints.ImhNoAutoUppercase | hints.ImhNoPredictiveText | hints.ImhPreferLatin)

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        empty = next((entry for entry in self._entries() if not entry.text()), self.password)
        empty.edit.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the card gives up its air and its head before a field or a word is pressed."""
        super().resizeEvent(event)
        self._give_air(self.height() >= LOW)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """A message that came may be long."""
        done = super().event(event)
        if event.type() == event.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        if not self._low and not self.state.isHidden() and self._page.totalHeightForWidth(self.width()) > self.height():
            self._give_air(False)

    def _give_air(self, air: bool) -> None:
        if air is not self._low:
            return
        self._low = not air
        side, above = SPACE["xxl"], SPACE["xxl" if air else "m"]
        self._column.setContentsMargins(side, above, side, above)
        self._column.setSpacing(SPACE["l" if air else "xs"])
        self._page.setContentsMargins(SPACE["xl"], SPACE["xl" if air else "s"], SPACE["xl"], SPACE["l" if air else "s"])
        self._head.setVisible(air)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setProperty("class", "card sign-in")
        card.setFixedWidth(432)
        self._column = column = QVBoxLayout(card)
        column.setContentsMargins(SPACE["xxl"], SPACE["xxl"], SPACE["xxl"], SPACE["xxl"])
        column.setSpacing(SPACE["l"])
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(SPACE["m"])
        head.addWidget(Logo(44))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Text("shell.brand", look="brand"))
        self.office = Text(look="caption")
        self.office.setWordWrap(True)
        names.addWidget(self.office)
        head.addLayout(names, 1)
        column.addWidget(self._head)
        title = QHBoxLayout()
        self.title = Text("sign_in.title", look="heading")
        self.title.setWordWrap(True)
        title.addWidget(self.title, 1)
        self.practice = Text("shell.practice", look="badge practice")
        self.practice.setProperty("tone", "warn")
        self.practice.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        title.addWidget(self.practice)
        column.addSpacing(SPACE["s"])
        column.addLayout(title)
        self.state = Notice("warn", drawn=False)
        column.addWidget(self.state)
        self.passphrase = Entry("sign_in.passphrase", secret=True)
        self.user = Entry("sign_in.user")
        self.password = Entry("sign_in.password", secret=True)
        self._form = [self.passphrase, self.user, self.password]
        for entry in self._form:
            column.addWidget(entry)
            entry.edit.returnPressed.connect(self._go_on)
        self.button = PrimaryButton("sign_in.button", "Enter")
        self.button.clicked.connect(self.submit)
        column.addSpacing(SPACE["xs"])
        column.addWidget(self.button)
        self.hint = Text("sign_in.practice_users", look="caption")
        for part, wanted in (
            (self.practice, self._peek.practice),
            (self.passphrase, self._peek.passphrase_needed),
            (self.hint, self._peek.practice),
        ):
            if not wanted:
                part.hide()
        column.addWidget(self.hint)
        return card

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.addWidget(Text("shell.product_line", look="caption"))
        foot.addStretch(1)
        self.language = Button("actions.language", "Ctrl+L")
        self.language.setProperty("class", "quiet")
        self.language.clicked.connect(self.language_wanted)
        foot.addWidget(self.language)
        return foot

    def retranslate(self) -> None:
        """Words that are not keys."""
        parts = (self._peek.counter, words(self._peek.office))
        self.office.setText(" · ".join(part for part in parts if part))
        self.office.setVisible(bool(self.office.text()))

    # What the application tells this page.

    def opening(self) -> None:
        """The desk is being opened."""
        self._set_state("opening")

    def opened(self) -> None:
        """The desk is there; go on at once if Enter was already pressed."""
        eager, self._eager = self._eager, False
        self._set_state("ready")
        self.passphrase.hide()
        if eager:
            self.submit()
        elif self.button.hasFocus():
            self.focus_first()

    def could_not_open(self, refusal: Refusal) -> None:
        """The desk could not be opened; say why."""
        self._eager = False
        self._set_state("closed")
        if self._peek.passphrase_needed and refusal.code in ASKS_PASSPHRASE:
            self.passphrase.show_refusal(refusal)
        else:
            self.state.set_tone("bad")
            self.state.show_refusal(refusal)
            self.button.say("sign_in.salvage" if refusal.code in DAMAGED else "sign_in.retry")
            if refusal.code in DAMAGED:
                # Here a button does what the refusal tells to type in a terminal.
                self.state.remedy.say("sign_in.damaged_remedy")
                self.state.retranslate()
                self._set_state("damaged")
                self.button.setFocus()

    def refused(self, refusal: Refusal) -> None:
        """The sign-in was refused; say why beside the field that can mend it."""
        self._set_state("ready")
        if self.code is not None:
            # Whatever it was, a code that was sent is of no use any more.
            self.code.edit.clear()
        if refusal.code in ASKS_CODE:
            self._ask_code(refusal)
        elif refusal.code.startswith("SIGN_IN_WRONG"):
            self.password.show_refusal(refusal)
        elif refusal.code.startswith("USER_"):
            self.user.show_refusal(refusal)
        else:
            self.state.set_tone("bad")
            self.state.show_refusal(refusal)
            self.password.edit.setFocus()
        self._offer_help(refusal.code == "SIGN_IN_WAIT" and not self._waiting)
        if refusal.code == "SIGN_IN_WAIT" and refusal.wait_s:
            self._count_down(refusal.wait_s)

    def _count_down(self, seconds: float) -> None:
        from clerk_app.domain.sign_in import still_to_wait

        if self._countdown is None:
            # Not for the first frame, and most never need it.
            from ui.widgets.countdown import Countdown

            self._countdown = Countdown(self)
            self._countdown.over.connect(self._wait_over)
        self._countdown.count(self.state, seconds, still_to_wait)

    def _wait_over(self) -> None:
        self.state.set_tone("calm")
        self.state.say("sign_in.wait_over", "sign_in.unlocked_remedy")
        self._offer_help(False)

    # Somebody has to wait, and a supervisor may end it.

    def _offer_help(self, wanted: bool) -> None:
        if wanted and self.help is None:
            self.help = SecondaryButton("sign_in.unlock", HELP_KEY)
            self.help.clicked.connect(self.ask_supervisor)
            self._column.insertWidget(self._column.indexOf(self.button) + 1, self.help)
            shortcut = QShortcut(QKeySequence(HELP_KEY), self)
            shortcut.activated.connect(self.ask_supervisor)
        if self.help is not None:
            self.help.setVisible(wanted)

    def ask_supervisor(self) -> None:
        """The same fields, for the supervisor who ends the wait; nobody is signed in by it."""
        if self.help is None or self.help.isHidden() or self._state != "ready":
            return
        self._turn(self.user.text().strip(), "")
        self.state.set_tone("calm")
        self.state.say("sign_in.unlock_who")
        self.user.edit.setFocus()

    def unlocked(self) -> None:
        """The wait is over: who had to wait goes on, their name is there."""
        waited = self._waiting
        self._set_state("ready")
        self._turn("", waited)
        self.state.set_tone("good")
        self.state.say("sign_in.unlocked", "sign_in.unlocked_remedy")
        self.password.edit.setFocus()

    def _turn(self, waiting: str, user: str) -> None:
        """From who waits to who helps, or back: fields of another person, and nothing said of the one before."""
        self._waiting = waiting
        if self._countdown is not None:
            self._countdown.stop()
        self._offer_help(False)
        self._forget_code()
        self.state.clear()
        for entry in (self.user, self.password):
            entry.edit.clear()
            entry.clear_problem()
        self.user.edit.setText(user)
        self.title.say("sign_in.unlock_title" if waiting else "sign_in.title", user=waiting)
        self.button.say("sign_in.unlock_button" if waiting else "sign_in.button")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: no supervisor after all."""
        if event.key() == Qt.Key.Key_Escape and self._waiting and self._state == "ready":
            self._turn("", self._waiting)
            self.password.edit.setFocus()
        else:
            super().keyPressEvent(event)

    def _ask_code(self, refusal: Refusal) -> None:
        """The password stays as it was typed; a field for the code is there, with the caret in it."""
        if self.code is None:
            self.code = Entry("sign_in.code")
            self.code.edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
            self.code.edit.setMaxLength(CODE_LENGTH)
            self.code.edit.returnPressed.connect(self._go_on)
            # Whoever it is now, they were not asked yet.
            self.user.edit.textEdited.connect(self._forget_code)
            self._column.insertWidget(self._column.indexOf(self.password) + 1, self.code)
            self._form.append(self.code)
            self.setTabOrder(self.password.edit, self.code.edit)
        self.code.show()
        self.hint.hide()
        self.code.notice.set_tone("calm" if refusal.code == "CODE_NEEDED" else "bad")
        self.code.show_refusal(refusal)
        mark(self.code.edit, wrong="no" if refusal.code == "CODE_NEEDED" else "yes")

    def _forget_code(self) -> None:
        if self.code is not None and not self.code.isHidden():
            self.code.clear_problem()
            self.code.edit.clear()
            self.code.hide()

    def failed(self) -> None:
        """A fault of ours; the window says so, here the button works again."""
        self._set_state("ready" if self._state == "checking" else "closed")

    def show_line(self, online: bool) -> None:
        """Say that there is no line, unless something worse is being said."""
        if self._state not in ("ready", "checking"):
            return
        if not online and self.state.isHidden():
            self.state.set_tone("warn")
            self.state.say("sign_in.offline", "sign_in.offline_remedy")

    def submit(self) -> None:
        """Go in with what was typed."""
        if self._state in ("absent", "checking", "salvaging"):
            return
        if self._state == "damaged":
            self._set_state("salvaging")
            self.salvage_wanted.emit(self.passphrase.text())
            return
        for entry, problem in (
            (self.passphrase, "sign_in.passphrase_missing"),
            (self.user, "sign_in.user_missing"),
            (self.password, "sign_in.password_missing"),
            (self.code, "sign_in.code_missing"),
        ):
            if entry is not None and not entry.isHidden() and not entry.text():
                entry.show_problem(problem)
                return
        if self._state == "opening":
            self._eager = True
            self._set_state("opening")
        elif self._state == "closed":
            self._eager = True
            self.open_wanted.emit(self.passphrase.text())
        else:
            self._set_state("checking")
            code = self.code.text() if self.code is not None and not self.code.isHidden() else ""
            user, password = self.user.text().strip(), self.password.text()
            if self._waiting:
                self.unlock_wanted.emit(self._waiting, user, password, code)
            else:
                self.submitted.emit(user, password, code)

    def _entries(self) -> list[Entry]:
        return [entry for entry in self._form if not entry.isHidden()]

    def _go_on(self) -> None:
        """Enter goes on to the next empty field, and in after the last."""
        entries = self._entries()
        here = next((number for number, entry in enumerate(entries) if entry.edit.hasFocus()), 0)
        later = next((entry for entry in entries[here + 1 :] if not entry.text()), None)
        if later is not None:
            later.edit.setFocus()
        else:
            self.submit()

    def _set_state(self, state: str) -> None:
        self._state = state
        if self._countdown is not None:
            self._countdown.stop()
        for entry in (self.user, self.password):
            entry.setVisible(state not in ("damaged", "salvaging"))
        if state in ("opening", "checking", "closed", "salvaging"):
            self.state.clear()
            self.button.say("sign_in.unlock_button" if self._waiting else "sign_in.button")
        known = {"opening": "sign_in.opening", "checking": "sign_in.checking", "salvaging": "sign_in.salvaging"}
        self.button.set_busy(known.get(state, "") if state in ("checking", "salvaging") or self._eager else "")
        if state == "absent":
            self.state.set_tone("warn")
            self.state.say("sign_in.not_enrolled", "sign_in.not_enrolled_remedy")
            self.button.setEnabled(False)
            for entry in self._form:
                entry.setEnabled(False)
