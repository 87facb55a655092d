"""The page over a locked desk: whose it is, one field to come back, one button for somebody else.

    ready --Enter--> checking --right--> (the desk as it was)
      ^                `--refused--> ready, the cause beside the field
      `--back-- somebody else --signed in--> (their own desk)

It says nothing of any dossier: it looks the same whatever stands behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.sign_in import still_to_wait
from ui import theme
from ui.screens.sign_in import HELP_KEY, SignIn
from ui.texts import words
from ui.widgets.buttons import Button, PrimaryButton, SecondaryButton
from ui.widgets.countdown import Countdown
from ui.widgets.entry import Entry
from ui.widgets.kit import Logo, PracticeBadge, Text, Titled, reveal
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.bootstrap import Peek
    from clerk_app.desk.views import SessionView
    from clerk_app.domain.refusals import Refusal

OTHER_KEY = "F2"
WIDTH = 432
LOW = 620
BESIDE = frozenset(
    {"SIGN_IN_WRONG_PASSWORD", "SIGN_IN_WRONG", "SIGN_IN_WAIT", "LOCK_EMPTY", "PIN_WRONG", "PIN_SPENT", "PIN_UNSET"}
)
"""Codes of what is to be mended in the field."""


class LockPage(QWidget):
    """All that is to be seen of a locked desk."""

    secret_given = Signal(str)
    other_wanted = Signal()
    help_wanted = Signal()
    """A supervisor shall end the wait that was told."""
    language_wanted = Signal()

    def __init__(self, session: SessionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._checking = False
        self._countdown = Countdown(self)
        self._countdown.over.connect(self._wait_over)
        self.setProperty("class", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        space = theme.SPACE
        page = QVBoxLayout(self)
        page.setContentsMargins(space["xl"], space["l"], space["xl"], space["l"])
        page.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card())
        middle.addStretch(1)
        page.addLayout(middle)
        page.addStretch(3)
        foot = QHBoxLayout()
        foot.addWidget(Text("shell.product_line", look="caption"))
        foot.addStretch(1)
        self.language = Button("actions.language", "Ctrl+L")
        self.language.setProperty("class", "quiet")
        self.language.clicked.connect(self.language_wanted)
        foot.addWidget(self.language)
        page.addLayout(foot)
        for key, wanted in ((OTHER_KEY, self._other), (HELP_KEY, self._help)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(wanted)
        self.retranslate()

    def _card(self) -> QFrame:
        space = theme.SPACE
        card = QFrame()
        card.setProperty("class", "card sign-in")
        card.setFixedWidth(WIDTH)
        self._column = column = QVBoxLayout(card)
        column.setContentsMargins(space["xxl"], space["xl"], space["xxl"], space["xl"])
        column.setSpacing(space["m"])
        head = QHBoxLayout()
        head.setSpacing(space["m"])
        head.addWidget(Logo(44))
        names = Titled(Text("lock.title", look="heading"))
        self.office = names.below
        head.addLayout(names, 1)
        column.addLayout(head)
        person = QHBoxLayout()
        self.who = Text(look="subheading")
        self.who.setWordWrap(True)
        person.addWidget(self.who, 1)
        practice = PracticeBadge()
        reveal(practice, self._session.practice)
        person.addWidget(practice)
        column.addSpacing(space["s"])
        column.addLayout(person)
        self._kept = Text("lock.kept", look="muted")
        self._kept.setWordWrap(True)
        column.addWidget(self._kept)
        self.state = Notice("bad")
        column.addWidget(self.state)
        self.secret = Entry("lock.secret", secret=True)
        self.secret.edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhPreferLatin)
        self.secret.edit.returnPressed.connect(self.submit)
        column.addWidget(self.secret)
        self.button = PrimaryButton("lock.open", "Enter")
        self.button.clicked.connect(self.submit)
        column.addWidget(self.button)
        self.help = SecondaryButton("sign_in.unlock", HELP_KEY)
        self.help.clicked.connect(self._help)
        self.help.hide()
        column.addWidget(self.help)
        self.other = SecondaryButton("lock.other", OTHER_KEY, "user")
        self.other.clicked.connect(self._other)
        column.addWidget(self.other)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the card gives up its air and what is not needed before a word is pressed."""
        super().resizeEvent(event)
        roomy = self.height() >= LOW
        space = theme.SPACE
        above = space["xl" if roomy else "m"]
        self._column.setContentsMargins(space["xxl"], above, space["xxl"], above)
        self._column.setSpacing(space["m" if roomy else "s"])
        self._kept.setVisible(roomy)
        self.office.setVisible(roomy)

    def take_focus(self) -> None:
        """The cursor is where typing begins. As when the window came to the front: nothing is selected anew."""
        if not self.button.busy:
            self.secret.edit.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def submit(self) -> None:
        """Come back with what was typed."""
        if self._checking:
            return
        if not self.secret.text():
            self.secret.show_problem("lock.secret_missing")
            return
        self._checking = True
        self._countdown.stop()
        self.state.clear()
        self.help.hide()
        self.button.set_busy("sign_in.checking")
        self.secret_given.emit(self.secret.text())

    def refused(self, refusal: Refusal) -> None:
        """Say the true cause: beside the field where it can be mended there, else above it."""
        self.failed()
        if refusal.code in BESIDE:
            self.secret.notice.set_tone("bad")
            self.secret.show_refusal(refusal)
            self.help.setVisible(bool(refusal.wait_s))
            if refusal.wait_s:
                self._countdown.count(self.secret.notice, refusal.wait_s, still_to_wait)
        else:
            self.state.set_tone("bad")
            self.state.show_refusal(refusal)

    def _wait_over(self) -> None:
        self.secret.notice.set_tone("calm")
        self.secret.notice.say("sign_in.wait_over", "lock.wait_over_remedy")
        theme.mark(self.secret.edit, wrong="no")
        self.help.hide()

    def unlocked(self) -> None:
        """A supervisor ended the wait: whoever locked it goes on."""
        self.forget()
        self.help.hide()
        self.secret.notice.set_tone("good")
        self.secret.notice.say("sign_in.unlocked", "lock.wait_over_remedy")
        self.secret.edit.setFocus()

    def failed(self) -> None:
        """It did not come to an answer: it may be tried again."""
        self._checking = False
        self.button.set_busy()
        self.secret.edit.setFocus()
        self.secret.edit.selectAll()

    def forget(self) -> None:
        """Nobody came back with what was typed so far."""
        if not self._checking:
            self.secret.edit.clear()
            self.secret.clear_problem()
            self.state.clear()

    def scanned(self) -> None:
        """A code scanner typed something: nothing of it is taken here."""
        self.state.set_tone("warn")
        self.state.say("lock.scanned", "lock.scanned_remedy")

    def say_fault(self, reference: str) -> None:
        """A fault of ours."""
        self.failed()
        self.state.set_tone("bad")
        self.state.say("shell.fault", "shell.fault_remedy", reference=reference)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc forgets what was typed."""
        if event.key() == Qt.Key.Key_Escape:
            self.forget()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Whose desk it is, in the language of the moment."""
        session = self._session
        self.who.setText(session.name)
        self.office.setText(" · ".join(part for part in (session.counter, words(session.office)) if part))

    def _help(self) -> None:
        if not self._checking and not self.help.isHidden():
            self.help_wanted.emit()

    def _other(self) -> None:
        if not self._checking:
            self.other_wanted.emit()


class SomebodyElse(SignIn):
    """The sign-in page for whoever comes to a locked desk; Esc leads back to the lock."""

    back = Signal()
    helped = Signal(str)
    """A supervisor ended the wait of this person."""

    def __init__(self, peek: Peek) -> None:
        super().__init__(peek)
        shortcut = QShortcut(QKeySequence("Esc"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self._go_back)

    def unlocked(self) -> None:
        """Whose wait it was may be who locked the desk."""
        waited = self.waiting
        super().unlocked()
        self.helped.emit(waited)

    def _go_back(self) -> None:
        """While a token is waited for, Esc first ends that."""
        if not self.give_token_up():
            self.back.emit()

    def _foot(self) -> QHBoxLayout:
        foot = super()._foot()
        button = Button("lock.back", "Esc", "arrow-left")
        button.setProperty("class", "quiet")
        button.clicked.connect(self.back)
        foot.insertWidget(foot.count() - 1, button)
        return foot
