"""The first thing a clerk sees: who are you. Built from as little as possible, because it is the first frame.

The desk opens behind it; whoever types faster than it opens just goes on when it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.texts import words
from ui.theme import SPACE, mark
from ui.token_work import TokenPin, Typed
from ui.widgets.buttons import Button, PrimaryButton, SecondaryButton
from ui.widgets.entry import Entry
from ui.widgets.kit import Logo, PracticeBadge, Text, Titled
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
ASKS_CODE = frozenset(
    {"CODE_NEEDED", "CODE_OR_TOKEN_NEEDED", "CODE_WRONG", "CODE_USED", "CODE_CLOCK", "TOKEN_NOT_WANTED"}
)
"""Codes that a code of the second factor, or the next one, can mend."""
ASKS_TOKEN = frozenset({"TOKEN_NEEDED", "CODE_OR_TOKEN_NEEDED"})
"""Codes that a token can mend, where this desk reads tokens."""
NOT_YET = frozenset({"CODE_NEEDED", "TOKEN_NEEDED", "CODE_OR_TOKEN_NEEDED"})
"""Codes of what is still to come, and no mistake."""
DAMAGED = frozenset({"DATABASE_DAMAGED", "DATABASE_TAIL_LOST", "DATABASE_ALTERED", "DATABASE_MISSING"})
"""Codes of a store that can be made anew from what is left of it and from central."""


def _ask(entry: Entry, refusal: Refusal) -> None:
    """Show the field, with the caret in it and what is wanted or wrong below."""
    entry.show()
    entry.notice.set_tone("calm" if refusal.code in NOT_YET else "bad")
    entry.show_refusal(refusal)
    mark(entry.edit, wrong="no" if refusal.code in NOT_YET else "yes")


class SignIn(QFrame):
    """The sign-in page.

    opening ─→ ready ─(Enter)→ checking ─→ gone, or ready again with a problem beside its field
       │  (Enter while opening: remembered)         or with a field for the code, where one is asked for
       ├→ ready for a supervisor (F4, after a wait was told) ─(Enter)→ checking ─→ ready for who waited
       ├→ closed: the desk could not be opened; the button opens it again
       └→ damaged: its store is damaged; the button gets it back
    """

    submitted = Signal(str, str, object)
    """User, password and what was typed for a second factor (`token_work.Typed`), once the desk is there."""
    unlock_wanted = Signal(str, str, str, object)
    """Whose wait shall end, and a supervisor's name, password and what they typed for a second factor."""
    token_given_up = Signal()
    """Whoever waited for their token does not any more."""
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
        self.token: Entry | None = None
        """The field for the PIN of a token, once somebody is asked for theirs."""
        self._tokens = False
        """Whether this desk reads tokens."""
        self.help: SecondaryButton | None = None
        """Lets a supervisor end the wait that was told."""
        self._waiting = ""
        """Whose wait a supervisor is about to end."""
        self._countdown: Countdown | None = None
        """Tells what is left of the wait, once somebody has to wait."""
        self._counting: Notice | None = None
        """Where it tells so."""
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
        names = Titled(Text("shell.brand", look="brand"))
        self.office = names.below
        head.addLayout(names, 1)
        column.addWidget(self._head)
        title = QHBoxLayout()
        self.title = Text("sign_in.title", look="heading")
        self.title.setWordWrap(True)
        title.addWidget(self.title, 1)
        self.practice = PracticeBadge()
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

    def opened(self, tokens: bool = False) -> None:
        """The desk is there, and reads `tokens` or not; go on at once if Enter was already pressed."""
        eager, self._eager, self._tokens = self._eager, False, tokens
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
        for entry in (self.code, self.token):
            if entry is not None:
                # Whatever it was, a code that was sent is of no use any more, and a PIN is typed each time.
                entry.edit.clear()
        asked = self.token is not None and not self.token.isHidden()
        if self._tokens and (refusal.code in ASKS_TOKEN or (asked and refusal.code.startswith(("TOKEN_", "PROOF_")))):
            self._ask_token(refusal)
        elif refusal.code in ASKS_CODE:
            self._ask_code(refusal)
        elif refusal.code.startswith("SIGN_IN_WRONG"):
            self.password.notice.set_tone("bad")
            self.password.show_refusal(refusal)
        elif refusal.code.startswith("USER_"):
            self.user.show_refusal(refusal)
        else:
            self.state.set_tone("bad")
            self.state.show_refusal(refusal)
            self.password.edit.setFocus()
            self.password.edit.selectAll()
        beside = refusal.code.startswith("SIGN_IN_WRONG")
        waits = bool(refusal.wait_s) and (beside or refusal.code == "SIGN_IN_WAIT")
        self._offer_help((waits or refusal.code == "SIGN_IN_WAIT") and not self._waiting)
        if waits:
            self._count_down(self.password.notice if beside else self.state, refusal.wait_s)
        if self._waiting and self.state.isHidden():
            self._say_who_helps()

    def _count_down(self, notice: Notice, seconds: float) -> None:
        from clerk_app.domain.sign_in import still_to_wait

        if self._countdown is None:
            # Not for the first frame, and most never need it.
            from ui.widgets.countdown import Countdown

            self._countdown = Countdown(self)
            self._countdown.over.connect(self._wait_over)
        self._counting = notice
        self._countdown.count(notice, seconds, still_to_wait)

    def _wait_over(self) -> None:
        notice = self._counting or self.state
        notice.set_tone("calm")
        notice.say("sign_in.wait_over", "sign_in.unlocked_remedy")
        mark(self.password.edit, wrong="no")
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
        self.help_out(self.user.text().strip())

    def help_out(self, waiting: str) -> None:
        """The fields are for whoever ends the wait of this person."""
        self._turn(waiting, "")
        self._say_who_helps()
        self.user.edit.setFocus()

    def _say_who_helps(self) -> None:
        self.state.set_tone("calm")
        self.state.say("sign_in.unlock_who")

    @property
    def waiting(self) -> str:
        """Whose wait a supervisor is about to end; empty where nobody's."""
        return self._waiting

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
        """Esc: no supervisor after all, or no token."""
        if event.key() == Qt.Key.Key_Escape and self._waiting and self._state == "ready":
            self._turn("", self._waiting)
            self.password.edit.setFocus()
        elif event.key() != Qt.Key.Key_Escape or not self.give_token_up():
            super().keyPressEvent(event)

    def _ask_code(self, refusal: Refusal) -> None:
        """The password stays as it was typed; a field for the code is there, with the caret in it."""
        if refusal.code == "TOKEN_NOT_WANTED":
            self._forget_code()
        _ask(self._code_entry(), refusal)

    def _ask_token(self, refusal: Refusal) -> None:
        """The same for the PIN of the token; where a code would do as well, its field stands above."""
        token = self._token_entry()
        if refusal.code == "CODE_OR_TOKEN_NEEDED":
            token.show()
            token.clear_problem()
            _ask(self._code_entry(), refusal)
        else:
            _ask(token, refusal)

    def _code_entry(self) -> Entry:
        if self.code is None:
            self.code = self._second_entry(Entry("sign_in.code"), self.password)
            self.code.edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
            self.code.edit.setMaxLength(CODE_LENGTH)
        self.hint.hide()
        return self.code

    def _token_entry(self) -> Entry:
        if self.token is None:
            self.token = self._second_entry(Entry("sign_in.token_pin", secret=True), self.code or self.password)
        self.hint.hide()
        return self.token

    def _second_entry(self, entry: Entry, above: Entry) -> Entry:
        entry.edit.returnPressed.connect(self._go_on)
        # Whoever it is now, they were not asked yet.
        self.user.edit.textEdited.connect(self._forget_code)
        self._column.insertWidget(self._column.indexOf(above) + 1, entry)
        self._form.insert(self._form.index(above) + 1, entry)
        self.setTabOrder(above.edit, entry.edit)
        return entry

    def _seconds(self) -> list[Entry]:
        """The fields for a second factor that stand there; one of them is enough."""
        return [entry for entry in (self.code, self.token) if entry is not None and not entry.isHidden()]

    def _forget_code(self) -> None:
        for entry in self._seconds():
            entry.clear_problem()
            entry.edit.clear()
            entry.hide()

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
        ):
            if not entry.isHidden() and not entry.text():
                entry.show_problem(problem)
                return
        seconds = self._seconds()
        if seconds and not any(entry.text() for entry in seconds):
            seconds[0].show_problem("sign_in.code_missing" if seconds[0] is self.code else "sign_in.token_pin_missing")
            return
        if self._state == "opening":
            self._eager = True
            self._set_state("opening")
        elif self._state == "closed":
            self._eager = True
            self.open_wanted.emit(self.passphrase.text())
        else:
            code = self._typed()
            self._set_state("checking")
            if isinstance(code, TokenPin):
                self.button.set_busy("sign_in.token_asking")
            user, password = self.user.text().strip(), self.password.text()
            if self._waiting:
                self.unlock_wanted.emit(self._waiting, user, password, code)
            else:
                self.submitted.emit(user, password, code)

    def give_token_up(self) -> bool:
        """Do not wait for the token any longer; whether one is waited for."""
        waits = self._state == "checking" and isinstance(self._typed(), TokenPin)
        if waits:
            self.token_given_up.emit()
        return waits

    def _typed(self) -> Typed:
        """The code, or else the PIN of the token: whoever typed both wants the code."""
        filled = next((entry for entry in self._seconds() if entry.text()), None)
        if filled is None:
            return ""
        return TokenPin(filled.text()) if filled is self.token else filled.text()

    def _entries(self) -> list[Entry]:
        return [entry for entry in self._form if not entry.isHidden()]

    def _go_on(self) -> None:
        """Enter goes on to the next empty field, and in after the last."""
        entries = self._entries()
        here = next((number for number, entry in enumerate(entries) if entry.edit.hasFocus()), 0)
        done = self._seconds() if any(entry.text() for entry in self._seconds()) else []
        later = next((entry for entry in entries[here + 1 :] if not entry.text() and entry not in done), None)
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
