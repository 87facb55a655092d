"""The one window: first the sign-in page alone, then the shell. What it needs later it imports later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QStackedLayout

from ui import texts, theme
from ui.screens.sign_in import SignIn
from ui.widgets.kit import retranslate_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QShortcut
    from PySide6.QtWidgets import QWidget

    from clerk_app.bootstrap import Peek
    from clerk_app.desk.views import IntakeView
    from clerk_app.domain.dossier import Channel
    from clerk_app.domain.refusals import Refusal, Words
    from ui.application import App
    from ui.behind import Place
    from ui.screens.intake import IntakeScreen
    from ui.screens.lock import SomebodyElse
    from ui.screens.pin import PinSheet
    from ui.shell import Shell
    from ui.widgets.overlay import KeySheet

SIZE = (1440, 900)
LEAST = (940, 500)
"""What is left of a screen of 1920 × 1080 at 200 %, between its own bars."""


class Window(QFrame):
    """sign-in ─(signed in)→ shell ─(Ctrl Shift L)→ sign-in, and nothing of a dossier stays in this window.

    shell ─(Ctrl Alt L, idle)→ the lock before it ─(unlocked)→ shell, exactly as it was (see `ui.locking`).
    """

    painted = Signal()
    """The first frame is on the screen."""
    closing = Signal()
    """Somebody closed the window; save and stop."""
    signed_out = Signal()
    sign_in_wanted = Signal(str, str, object)
    unlock_wanted = Signal(str, str, str, object)
    token_given_up = Signal()
    open_wanted = Signal(str)
    salvage_wanted = Signal(str)
    lock_wanted = Signal()
    translated = Signal(str)
    looks_changed = Signal()
    """Somebody chose another language or other colours: worth remembering."""

    def __init__(self, peek: Peek) -> None:
        super().__init__()
        self._peek = peek
        self._painted = False
        self._keys: KeySheet | None = None
        self._pin: PinSheet | None = None
        self.app: App | None = None
        self.shell: Shell | None = None
        self.setProperty("class", "window")
        self._stack = QStackedLayout(self)
        self.sign_in = self._fresh_sign_in()
        self._sign_in_keys: list[QShortcut] = []
        self.setWindowTitle(texts.t("shell.title"))
        self.setMinimumSize(*LEAST)
        self.resize(*SIZE)

    def settle(self) -> None:
        """The first frame is out: make the keys of the sign-in page work."""
        from PySide6.QtGui import QKeySequence, QShortcut

        for keys, call in (("Ctrl+L", self.other_language), ("Ctrl+Shift+H", self.other_contrast)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(call)
            self._sign_in_keys.append(shortcut)
        self.sign_in.settle()

    # From sign-in to work and back.

    def enter(self, app: App, left_open: IntakeView | None = None, place: Place | None = None) -> Iterator[None]:
        """Somebody signed in: build the shell and show today's list, with a pause after each large part.

        A dossier that was left open is on its way from the first moment that anything can be pressed; the caret goes to
        its `place` in the field.
        """
        from ui.shell import Shell

        self.app = app
        for key in self._sign_in_keys:
            key.setEnabled(False)
        shell = Shell(app)
        self._stack.addWidget(shell)
        yield
        yield from shell.build_queue()
        yield
        self.shell = shell
        self._stack.setCurrentWidget(shell)
        self._stack.removeWidget(self.sign_in)
        self.sign_in.deleteLater()
        shell.go_home()
        if left_open is not None:
            shell.show_dossier(left_open, place)

    def sign_out(self, because: Refusal | None = None) -> None:
        """Save, take everything off the screen, ask who is there.

        With `because` the desk has put the person out already: what was saved stands, and nothing more is written.
        """
        if self.shell is None:
            return
        if because is None:
            self.shell.flush()
        self.sign_in = self._fresh_sign_in()
        self._stack.setCurrentWidget(self.sign_in)
        self._drop_shell()
        for key in self._sign_in_keys:
            key.setEnabled(True)
        self.sign_in.settle()
        self.sign_in.focus_first()
        self.signed_out.emit()
        if because is not None:
            self.sign_in.refused(because)

    def leave(self) -> None:
        """Somebody else is about to take the seat: the shell of the one before goes, its dossier is saved."""
        self._drop_shell()

    def _drop_shell(self) -> None:
        for sheet in (self._keys, self._pin):
            if sheet is not None:
                sheet.hide()
                sheet.deleteLater()
        self._keys = self._pin = None
        gone, self.shell, self.app = self.shell, None, None
        if gone is not None:
            self.take_away(gone)

    # The lock.

    def lock(self) -> None:
        """Ctrl Alt L."""
        self.lock_wanted.emit()

    def bring_forward(self, page: QWidget) -> None:
        """Show a page of the stack, or one that comes into it now; the keys of the shell work only in front."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        for key in self._sign_in_keys:
            key.setEnabled(page is not self.shell)

    def take_away(self, page: QWidget) -> None:
        """A page that is needed no more."""
        self._stack.removeWidget(page)
        page.hide()
        page.deleteLater()

    def ask_somebody_else(self, tokens: bool = False) -> SomebodyElse:
        """The sign-in page for somebody else than who locked the window; this desk reads `tokens` or not."""
        from ui.screens.lock import SomebodyElse

        page = SomebodyElse(self._peek)
        self.sign_in = self._connected(page)
        page.settle()
        page.opened(tokens)
        return page

    def close_keys(self) -> None:
        """The sheet of keys goes, if it is there, and what was typed on the one for a PIN."""
        for sheet in (self._keys, self._pin):
            if sheet is not None and sheet.isVisible():
                sheet.close_sheet()

    # What actions and screens call.

    def go(self, name: str) -> None:
        """Show a page: intake, queue, outbox, devices."""
        if self.shell is not None:
            self.shell.go(name)

    def new_dossier(self, channel: Channel = "counter") -> None:
        """The next citizen, or a dossier that came another way."""
        if self.shell is not None:
            self.shell.new_dossier(channel)

    def open_dossier(self, dossier: UUID) -> None:
        """Show a dossier."""
        if self.shell is not None:
            self.shell.open_dossier(dossier)

    def show_dossier(self, view: IntakeView) -> None:
        """Show a dossier whose view is here already."""
        if self.shell is not None:
            self.shell.show_dossier(view)

    def close_dossier(self) -> None:
        """Leave the dossier for today's list."""
        if self.shell is not None:
            self.shell.close_dossier()

    def go_to_step(self, step: str) -> None:
        """Show a step of the open dossier."""
        if self.shell is not None:
            self.shell.go_to_step(step)

    def go_to_answer(self) -> None:
        """To the dossier, and the field, of what a supervisor answered."""
        if self.shell is not None:
            self.shell.answers.go()

    @property
    def decides(self) -> bool:
        """Whether the person here decides exceptions."""
        return self.shell is not None and self.shell.answers.decides

    @property
    def page_name(self) -> str:
        """Which page is in front; empty before sign-in."""
        return self.shell.page if self.shell is not None else ""

    @property
    def intake(self) -> IntakeScreen | None:
        """The page of the open dossier, while it is in front."""
        return self.shell.intake if self.shell is not None else None

    def rebind(self) -> None:
        """A page's actions changed; make their keys work."""
        if self.shell is not None:
            self.shell.bind()

    def search(self) -> None:
        """Ctrl K."""
        if self.shell is not None:
            self.shell.search.open()

    def show_keys(self) -> None:
        """F1: the sheet of keys; again, and it goes away."""
        from ui.widgets.overlay import KeySheet

        if self.shell is None:
            return
        if self._keys is None:
            self._keys = KeySheet(self)
        if self._keys.isVisible():
            self._keys.close_sheet()
        else:
            self._keys.open(self.shell.key_groups())

    def choose_pin(self) -> None:
        """Ctrl Alt P: the sheet on which somebody chooses their PIN at this desk."""
        from ui.screens.pin import PinSheet

        if self.app is None:
            return
        if self._pin is None:
            self._pin = PinSheet(self, self.app)
        if not self._pin.isVisible():
            self._pin.open()

    def other_language(self) -> None:
        """Vietnamese and English, everywhere, at once."""
        self.set_language("en" if texts.language() == "vi" else "vi")
        self.looks_changed.emit()

    def set_language(self, code: str) -> None:
        """Show a language everywhere, at once."""
        texts.set_language(code)
        self.translated.emit(texts.language())
        self.setWindowTitle(texts.t("shell.title"))
        retranslate_tree(self)
        if self.app is not None:
            self.app.bridge.language_changed.emit(texts.language())

    def other_contrast(self) -> None:
        """Calm colours and strong ones."""
        theme.set_high_contrast(not theme.is_high_contrast())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.dress(application)
        retranslate_tree(self)
        if self.app is not None:
            self.app.bridge.contrast_changed.emit(theme.is_high_contrast())
        self.looks_changed.emit()

    def say_refusal(self, refusal: Refusal) -> None:
        """Show a refusal that no screen shows: its true cause and the remedy."""
        self.say_words("bad", refusal.words, refusal.remedy)

    def say_words(self, tone: str, headline: Words, remedy: Words | None = None) -> None:
        """Show a banner above the page; it goes away by itself."""
        if self.shell is not None:
            self.shell.show_notice(tone).show_words(headline, remedy)
        else:
            self.sign_in.state.set_tone(tone)
            self.sign_in.state.show_words(headline, remedy)

    def say_fault(self, reference: str) -> None:
        """A fault of ours: what to tell the support desk, and that the work goes on."""
        if self.shell is not None:
            notice = self.shell.show_notice("bad")
        else:
            notice = self.sign_in.state
            notice.set_tone("bad")
            self.sign_in.failed()
        notice.say("shell.fault", "shell.fault_remedy", reference=reference)

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first one is announced, once the frame is out."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save first; the rest happens with the window already gone."""
        if self.shell is not None:
            self.shell.flush()
        self.hide()
        self.closing.emit()
        event.accept()

    def _fresh_sign_in(self) -> SignIn:
        page = self._connected(SignIn(self._peek))
        self._stack.addWidget(page)
        return page

    def _connected(self, page: SignIn) -> SignIn:
        page.language_wanted.connect(self.other_language)
        page.submitted.connect(self.sign_in_wanted)
        page.unlock_wanted.connect(self.unlock_wanted)
        page.open_wanted.connect(self.open_wanted)
        page.salvage_wanted.connect(self.salvage_wanted)
        page.token_given_up.connect(self.token_given_up)
        return page
