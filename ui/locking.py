"""The lock of the window: when it falls, what opens it, who may come instead.

    open --key, idle, the system's own lock--> locked --PIN or password--> open, as it was
                                                 |--somebody else signs in--> their own desk
                                                 `--access lost--> sign-in page, which says so

The shell is not taken down: what runs behind it runs on, what comes from the line and the scanner lands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from clerk_app.domain.refusals import Refusal, Words
from ui.behind import Behind, Place
from ui.idle import Idle
from ui.jobs import OurFault
from ui.screens.lock import LockPage, SomebodyElse
from ui.session_lock import SessionWatch, session_watch

if TYPE_CHECKING:
    from uuid import UUID

    from ui.application import App
    from ui.window import Window

GONE = frozenset({"USER_INACTIVE", "SIGN_IN_NEEDED"})
"""Codes that mean: this person does not sit here any more."""
CODE_WANTED = frozenset({"CODE_NEEDED"})
"""Codes after which the same password goes on with a code of the second factor."""


class Locking(QObject):
    """Locks and opens one window for whoever is signed in."""

    locked = Signal()
    opened = Signal()
    """By the same person; everything is as it was."""

    def __init__(self, window: Window, parent: QObject | None = None, session: SessionWatch | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._app: App | None = None
        self._after_s = 0
        self._page: LockPage | None = None
        self._other: SomebodyElse | None = None
        self._behind: Behind | None = None
        self._left: dict[str, tuple[UUID, Place]] = {}
        """Where each of those stood who left their seat to somebody else."""
        self._written = False
        """Whether the desk knows that it is locked; nobody opens it before."""
        self._given: str | None = None
        self.idle = Idle(self)
        self.idle.over.connect(self._nobody_there)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.idle.install(application, window.windowHandle())
        self._session = session or session_watch()
        self._session.begin(int(window.winId()), self.lock)
        window.lock_wanted.connect(self.lock)

    @property
    def is_locked(self) -> bool:
        """Whether the shell stands behind the lock."""
        return self._behind is not None

    @property
    def user(self) -> str:
        """Who is signed in, locked or not; empty for nobody."""
        return self._app.session.user if self._app is not None else ""

    @property
    def page(self) -> LockPage | None:
        """What is to be seen while it is locked."""
        return self._page

    def begin(self, app: App) -> None:
        """Somebody signed in: learn after what time without a hand the desk locks by itself."""
        self._app = app
        app.bridge.law_renewed.connect(self._ask_how_long)
        self._ask_how_long()

    def end(self) -> None:
        """Nobody is signed in any more, locked or not."""
        self.idle.end()
        if self._app is not None:
            self._app.bridge.law_renewed.disconnect(self._ask_how_long)
            self._app.bridge.hear_cards()
        self._app = None
        if self._behind is not None:
            self._behind.let_go()
            if self._other is self._window.sign_in:
                # The page of whoever comes instead stays until their own desk stands there.
                self._other = None
            self._put_away()

    def close(self) -> None:
        """The program ends."""
        self.idle.end()
        self._session.end()
        if self._behind is not None:
            self._behind.let_go()

    def leave(self) -> None:
        """Somebody else takes the seat: remember where this one stood."""
        shell, place = self._window.shell, self._behind.place() if self._behind is not None else None
        self._left.pop(self.user, None)
        if shell is not None and shell.dossier is not None and shell.page == "intake" and place is not None:
            self._left[self.user] = shell.dossier, place
        self.end()

    def place_of(self, user: str, dossier: UUID) -> Place | None:
        """Where in this dossier somebody stood when they left their seat, told once."""
        left = self._left.pop(user, None)
        return left[1] if left is not None and left[0] == dossier else None

    # ---- locking --------------------------------------------------------------------------------------------------

    @Slot()
    def lock(self) -> None:
        """Save what was typed, hide everything, and write down that the desk is locked."""
        app, shell = self._app, self._window.shell
        if app is None or shell is None or self.is_locked:
            return
        shell.go_behind()
        self._window.close_keys()
        page = self._page = LockPage(app.session)
        page.secret_given.connect(self._give)
        page.other_wanted.connect(self._ask_other)
        page.help_wanted.connect(self._ask_supervisor)
        page.language_wanted.connect(self._window.other_language)
        self._behind = Behind(self._window, shell, self)
        self._behind.put(self._cover)
        app.bridge.leave_cards()
        self._written, self._given = False, None
        app.jobs.start(
            "store",
            page,
            lambda cancel, progress: app.desk.lock.lock(),
            lambda done: self._was_written(),
            self._not_written,
        )
        self.idle.begin(self._after_s)
        self.locked.emit()

    def _cover(self) -> None:
        front = self._other or self._page
        if front is not None:
            self._window.bring_forward(front)
            front.take_focus() if isinstance(front, LockPage) else front.focus_first()

    def _was_written(self) -> None:
        self._written = True
        given, self._given = self._given, None
        if given is not None:
            self._give(given)

    def _not_written(self, error: Exception) -> None:
        """A full disk keeps nobody from locking; why it is in no journal is told behind the lock."""
        if isinstance(error, Refusal):
            self._window.say_refusal(error)
        self._was_written()

    def _nobody_there(self) -> None:
        """Nobody was here for too long: lock, or leave no half of a password on the lock's own pages."""
        if not self.is_locked:
            self.lock()
            return
        self._back()
        if self._page is not None:
            self._page.forget()
        self.idle.begin(self._after_s)

    def _ask_how_long(self) -> None:
        app = self._app
        if app is not None:
            app.jobs.start(
                "store-read",
                self,
                lambda cancel, progress: app.desk.lock.after_s(),
                self._told_how_long,
                lambda error: None,
            )

    def _told_how_long(self, after_s: int) -> None:
        self._after_s = after_s
        if self._app is not None:
            self.idle.begin(after_s)

    # ---- opening --------------------------------------------------------------------------------------------------

    def _give(self, secret: str) -> None:
        app, page = self._app, self._page
        if app is None or page is None:
            return
        if not self._written:
            self._given = secret
            return
        app.jobs.start(
            "people",
            page,
            lambda cancel, progress: app.desk.lock.unlock(secret),
            lambda factor: self.open(),
            self._refused,
        )

    def open(self) -> None:
        """Who locked it is back: everything as it was."""
        app, shell, behind = self._app, self._window.shell, self._behind
        if app is None or shell is None or behind is None:
            return
        behind.bring_back(lambda: self._window.bring_forward(shell))
        self._put_away()
        app.bridge.hear_cards()
        shell.come_back()
        self.idle.begin(self._after_s)
        self.opened.emit()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, Refusal) and error.code in GONE:
            self._window.sign_out(error)
        elif isinstance(error, Refusal) and error.code in CODE_WANTED:
            self._ask_code(error)
        elif self._page is not None and isinstance(error, Refusal):
            self._page.refused(error)
        elif self._page is not None and isinstance(error, OurFault):
            self._page.say_fault(error.reference)

    def _ask_code(self, refusal: Refusal) -> None:
        """The password is a new one that only central knew, and central wants the second factor with it: that is a
        sign-in, and there is a page for it."""
        page = self._page
        if page is None:
            return
        secret = page.secret.text()
        page.failed()
        page.forget()
        self._ask_other()
        if self._other is not None:
            self._other.user.edit.setText(self.user)
            self._other.password.edit.setText(secret)
            self._other.refused(refusal)

    def take_scan(self) -> None:
        """A code came while it is locked."""
        if self._page is not None:
            self._page.scanned()

    # ---- somebody else --------------------------------------------------------------------------------------------

    def _ask_other(self) -> None:
        """Who is it? The one who locked it stays behind."""
        if self._behind is None or self._other is not None:
            return
        self._other = self._window.ask_somebody_else(self._app is not None and self._app.desk.tokens.offered)
        self._other.back.connect(self._back)
        self._other.helped.connect(self._helped)
        self._cover()

    def _ask_supervisor(self) -> None:
        """Who ends the wait of the one who locked it? They stay behind the lock meanwhile."""
        self._ask_other()
        if self._other is not None:
            self._other.help_out(self.user)

    def _helped(self, waited: str) -> None:
        """Whose wait is over types their word where they typed it before."""
        if waited == self.user and self._page is not None:
            self._back()
            self._page.unlocked()

    def _back(self) -> None:
        """Nobody else after all."""
        other, self._other = self._other, None
        if other is not None:
            self._window.take_away(other)
            self._cover()

    def when_saved(self, then: Callable[[], None], refused: Callable[[Refusal], None]) -> None:
        """Call `then` once all that was typed behind the lock is in the journal: it was typed under that name."""
        page = self._window.shell.dossier_page if self._window.shell is not None else None
        if page is None or page.work.view is None:
            then()
        else:
            page.work.after_save(then, lambda: refused(unsaved()))

    # ---- pages ----------------------------------------------------------------------------------------------------

    def _put_away(self) -> None:
        pages = (self._page, self._other)
        self._page = self._behind = self._other = None
        for page in pages:
            if page is not None:
                self._window.take_away(page)


def unsaved() -> Refusal:
    """What was typed before the lock fell is not in the journal yet."""
    return Refusal(
        "LOCK_UNSAVED",
        Words("Còn nội dung của người trước chưa lưu được.", "Something the person before typed is not saved yet."),
        Words(
            "Đợi một lát rồi thử lại; nếu vẫn vậy, người đó mở khóa để xem nguyên nhân (ví dụ ổ đĩa đầy).",
            "Wait a moment and try again; else let that person unlock and see why, such as a full disk.",
        ),
    )
