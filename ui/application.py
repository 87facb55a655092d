"""How the window begins, opens its desk, changes people and ends; and what every screen is given."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from ui import texts, theme
from ui.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from clerk_app.bootstrap import Peek
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView, LampView, SessionView
    from clerk_app.domain.refusals import Words
    from clerk_app.domain.token_proofs import Purpose, Second
    from ui.bridge import Bridge
    from ui.feed import Feed
    from ui.gradually import Gradually
    from ui.jobs import Job, Jobs
    from ui.locking import Locking
    from ui.qt_words import QtWords
    from ui.scans import Scans
    from ui.sweeper import Sweeper
    from ui.token_work import Typed
    from ui.wedge import Wedge


SWITCH_S = 0.0005
"""How long a lane may hold the interpreter while the window waits for it."""
FORESEEN = (
    *("ui.bridge", "ui.actions", "ui.widgets.buttons", "ui.widgets.lamps", "ui.widgets.search_box"),
    *("ui.widgets.side_bar", "ui.answers_watch", "ui.shell", "ui.widgets.table", "ui.screens.queue", "ui.scans"),
    *("ui.wedge", "ui.locking"),
)
"""What is needed once somebody signed in, loaded while they type."""


@dataclass(slots=True, eq=False)
class App:
    """Passed to every screen by its constructor; there is no global."""

    desk: Desk
    jobs: Jobs
    bridge: Bridge
    session: SessionView
    window: Window
    feed: Feed
    """Pages that come; they go on coming when this person has signed out."""

    def may(self, scope: str, of_dossier: bool = False) -> bool:
        """Whether the law of today lets whoever sits here do it at all, or to the dossier that is in front."""
        intake = self.window.intake if of_dossier else None
        view = intake.work.view if intake is not None else None
        return self.desk.may(scope) if view is None or view.may is None else scope in view.may


class Application(QObject):
    """One window on one profile. Before the first frame it does only what that frame needs."""

    def __init__(
        self,
        qt: QApplication,
        peek: Peek,
        open_desk: Callable[[str], Desk],
        wedge_prefix: str = "",
        remember: Callable[[str, str], object] | None = None,
        salvage: Callable[[str, Callable[[], bool]], tuple[Words, ...]] | None = None,
    ) -> None:
        """`wedge_prefix` is what the bar code scanner types before a code; `remember(language, contrast)` keeps how
        this desk likes to be shown, `salvage(passphrase, cancel)` makes a damaged store anew, asks central unless it is
        cancelled, and says what came of it; both may block."""
        super().__init__()
        self._wedge_prefix = wedge_prefix
        self._remember = remember
        self._salvage = salvage
        self._qt = qt
        self._peek = peek
        self._open_desk = open_desk
        self._jobs: Jobs | None = None
        self._sweeper: Sweeper | None = None
        self._bridge: Bridge | None = None
        self._feed: Feed | None = None
        self._desk: Desk | None = None
        self._opening = False
        self._foreseen = _foreseen()
        self._foreseeing: Gradually | None = None
        self._entering: Gradually | None = None
        self._translator: QtWords | None = None
        self._wedge: Wedge | None = None
        self._scans: Scans | None = None
        self._locking: Locking | None = None
        self._asked_token: Job | None = None
        self.window = Window(peek)
        self.window.painted.connect(self._after_first_frame)
        self.window.sign_in_wanted.connect(self._sign_in)
        self.window.unlock_wanted.connect(self._unlock)
        self.window.token_given_up.connect(self._give_token_up)
        self.window.open_wanted.connect(self._open)
        self.window.salvage_wanted.connect(self._get_back)
        self.window.signed_out.connect(self._signed_out)
        self.window.closing.connect(self.close)
        self.window.translated.connect(self._translate_qt)
        self.window.looks_changed.connect(self._keep_looks)

    def begin(self) -> None:
        """Show the sign-in page."""
        self.window.show()
        self.window.sign_in.focus_first()

    @property
    def jobs(self) -> Jobs:
        """The lanes, made when first needed."""
        if self._jobs is None:
            from ui.jobs import Jobs
            from ui.sweeper import Sweeper

            # Qt takes and gives the interpreter with every call: a lane that computes must not keep it 5 ms each time.
            sys.setswitchinterval(SWITCH_S)
            self._sweeper = Sweeper(self)
            self._jobs = Jobs(self)
            self._jobs.unexpected.connect(self.window.say_fault)
            self._jobs.refused.connect(self.window.say_refusal)
        return self._jobs

    @property
    def desk(self) -> Desk | None:
        """The desk, once it is open."""
        return self._desk

    def close(self) -> None:
        """Stop asking, finish what is being saved, let the desk go."""
        for work in (self._foreseeing, self._entering):
            if work is not None:
                work.stop()
        self._stop_listening()
        if self._locking is not None:
            self._locking.close()
        if self.window.shell is not None:
            self.window.shell.rest()
        if self._translator is not None:
            self._translator.be_silent()
        if self._bridge is not None:
            self._bridge.end()
        if self._jobs is not None:
            self._jobs.close()
        if self._sweeper is not None:
            self._sweeper.stop()
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        self._qt.quit()

    def _after_first_frame(self) -> None:
        sys.excepthook = self._our_fault
        theme.fonts()
        self.window.settle()
        self._translate_qt(texts.language())
        if self._peek.enrolled and not self._peek.passphrase_needed:
            self._open("")

    def _open(self, passphrase: str) -> None:
        if self._opening or self._desk is not None:
            return
        self._opening = True
        self.window.sign_in.opening()
        jobs = self.jobs
        if self._sweeper is not None:
            self._sweeper.pause()
        jobs.start("store", self, lambda cancel, progress: self._open_desk(passphrase), self._opened, self._not_opened)

    def _opened(self, desk: Desk) -> None:
        from ui.bridge import Bridge
        from ui.feed import Feed

        self._opening = False
        self._settle()
        self._desk = desk
        self._bridge = Bridge(desk, self.jobs, self)
        self._feed = Feed(desk, self.jobs, self)
        self._bridge.access_lost.connect(self.window.sign_out)
        self.window.sign_in.opened(desk.tokens.offered)
        self._look_at_line()

    def _not_opened(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        self._opening = False
        self._settle()
        if isinstance(error, Refusal):
            self.window.sign_in.could_not_open(error)
        else:
            self.window.sign_in.failed()

    def _get_back(self, passphrase: str) -> None:
        """The store is damaged: make it anew, open the desk and say what was saved and what was not."""
        from clerk_app.domain.refusals import Words as Said

        salvage = self._salvage
        if salvage is None:
            return

        def done(told: tuple[Words, ...]) -> None:
            self._open(passphrase)
            rest = Said("\n".join(one.vi for one in told[1:]), "\n".join(one.en for one in told[1:]))
            self.window.say_words("warn", told[0], rest)

        # Central is asked on the way: who closes the window meanwhile does not wait for the line.
        self.jobs.start("network", self, lambda cancel, progress: salvage(passphrase, cancel), done, self._not_opened)

    def _settle(self) -> None:
        if self._sweeper is not None:
            self._sweeper.settle()

    def _look_at_line(self) -> None:
        desk = self._desk
        if desk is not None:
            self.jobs.start(
                "lamps",
                self.window.sign_in,
                lambda cancel, progress: desk.lamps.now(cancel),
                self._line_seen,
                lambda error: self._foresee(),
            )

    def _foresee(self) -> None:
        """The lanes rest: what they load themselves, the window's thread would have to wait for."""
        from ui.gradually import Gradually

        if self._foreseeing is None and self._entering is None:
            self._foreseeing = Gradually(self._foreseen, self)

    def _line_seen(self, lamps: tuple[LampView, ...]) -> None:
        self._foresee()
        central = next((lamp for lamp in lamps if lamp.name == "central"), None)
        if central is not None and self.window.shell is None:
            self.window.sign_in.show_line(central.state in ("ready", "busy"))

    def _sign_in(self, user: str, password: str, typed: Typed) -> None:
        desk, locking = self._desk, self._locking
        if desk is None:
            return
        is_locked = locking is not None and locking.is_locked

        def work(second: Second) -> tuple[SessionView, IntakeView | None]:
            come_in = desk.lock.take_over if is_locked else desk.sign_in.sign_in
            return come_in(user, password, second), desk.intake.resume()

        def come(second: Second) -> None:
            self.jobs.start(
                "people",
                self,
                lambda cancel, progress: work(second),
                lambda both: self._enter(*both),
                self._not_signed_in,
            )

        def start() -> None:
            self._ask_token(desk, typed, "sign-in", user, "", come)

        if locking is not None and is_locked:
            locking.when_saved(start, self._not_signed_in)
        else:
            start()

    def _unlock(self, waiting: str, supervisor: str, password: str, typed: Typed) -> None:
        """A supervisor ends somebody's wait; nobody is signed in by it."""
        desk = self._desk
        if desk is None:
            return

        def end_it(second: Second) -> None:
            self.jobs.start(
                "people",
                self,
                lambda cancel, progress: desk.sign_in.unlock_user(waiting, supervisor, password, second),
                lambda by: self.window.sign_in.unlocked(),
                self._not_signed_in,
            )

        self._ask_token(desk, typed, "unlock", supervisor, waiting, end_it)

    def _ask_token(
        self, desk: Desk, typed: Typed, purpose: Purpose, user: str, about: str, then: Callable[[Second], None]
    ) -> None:
        """Go on with the code that was typed, or once the token has signed."""
        from ui.token_work import second_of

        self._asked_token = second_of(self.jobs, self, desk, typed, purpose, user, about, then, self._not_signed_in)

    def _give_token_up(self) -> None:
        """Whoever waited for their token does not any more: the page is theirs again, and the lane soon is."""
        job = self._asked_token
        if job is not None and job.running and not job.cancelled:
            job.cancel()
            self.jobs.hurry(job)
            self.window.sign_in.failed()

    def _not_signed_in(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        if isinstance(error, Refusal):
            self.window.sign_in.refused(error)
        else:
            self.window.sign_in.failed()

    def _enter(self, session: SessionView, left_open: IntakeView | None) -> None:
        from ui.gradually import Gradually

        if self._desk is None or self._bridge is None or self._feed is None:
            return
        if self._foreseeing is not None:
            self._foreseeing.stop()
        if self._locking is not None and self._locking.is_locked:
            if session.user == self._locking.user:
                self._locking.open()
                return
            self._stop_listening()
            self._locking.leave()
            self.window.leave()
        app = App(self._desk, self.jobs, self._bridge, session, self.window, self._feed)
        self._entering = Gradually(self._way_in(app, self._bridge, left_open), self)
        self._entering.hurry()

    def _way_in(self, app: App, bridge: Bridge, left_open: IntakeView | None) -> Iterator[None]:
        yield from self._foreseen
        locking, place = self._locking, None
        if locking is not None and left_open is not None:
            place = locking.place_of(app.session.user, left_open.dossier)
        yield from self.window.enter(app, left_open, place)
        bridge.begin()
        self._watch_over(app)
        self._settle()
        if self.window.shell is not None:
            self.window.shell.prepared.connect(self._settle)
        yield
        self._listen()

    def _watch_over(self, app: App) -> None:
        # The lock falls by a key, and by itself where nobody is there.
        if self._locking is None:
            from ui.locking import Locking

            self._locking = Locking(self.window, self)
        self._locking.begin(app)

    def _listen(self) -> None:
        # A scanner types faster than a person and is heard wherever the focus is, but only while somebody works here.
        if self._wedge is None:
            from ui.scans import Scans
            from ui.wedge import Framing, Wedge

            self._wedge = Wedge(self, Framing(self._wedge_prefix))
            self._wedge.install(self._qt)
            self._scans = Scans(self.jobs, self._desk.code_scanner if self._desk is not None else None, self)
            self._wedge.scanned.connect(self._scans.hear)
            self._scans.scanned.connect(self._scanned)
            self._scans.refused.connect(self.window.say_refusal)
            self._scans.begin()

    def _stop_listening(self) -> None:
        if self._scans is not None:
            self._scans.end()
            self._scans.deleteLater()
            self._scans = None
        if self._wedge is not None:
            self._wedge.uninstall(self._qt)
            self._wedge.deleteLater()
            self._wedge = None

    def _scanned(self, text: str) -> None:
        if self._locking is not None and self._locking.is_locked:
            self._locking.take_scan()
        elif self.window.shell is not None:
            self.window.shell.take_scan(text)

    def _signed_out(self) -> None:
        self._stop_listening()
        if self._locking is not None:
            self._locking.end()
        desk = self._desk
        if desk is None or self._bridge is None:
            return
        self.window.sign_in.opened(desk.tokens.offered)
        self.jobs.start(
            "store", self, lambda cancel, progress: desk.sign_in.sign_out(), lambda done: self._look_at_line()
        )
        # What was open here is nobody's any more; without a line central forgets it by itself.
        self.jobs.start("people", self, lambda cancel, progress: desk.leases.release_all(), lambda done: None)

    def _translate_qt(self, language: str) -> None:
        from ui.qt_words import QtWords

        if self._translator is None:
            self._translator = QtWords(self)
        self._translator.speak(language)

    def _keep_looks(self) -> None:
        remember = self._remember
        if remember is not None:
            language, contrast = texts.language(), "high" if theme.is_high_contrast() else ""
            self.jobs.start("store", self, lambda cancel, progress: remember(language, contrast), lambda done: None)

    def _our_fault(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        # Qt brings an exception of a slot here; the work goes on.
        from PySide6.QtCore import QTimer

        from ui.jobs import reference_of

        reference = reference_of(error)
        QTimer.singleShot(0, self.window, lambda: self.window.say_fault(reference))


def _foreseen() -> Iterator[None]:
    """Have ready what is needed once somebody signed in, with a pause after each part that takes some milliseconds."""
    from importlib import import_module

    for module in FORESEEN:
        import_module(module)
        yield
    from PySide6.QtWidgets import QScrollArea

    # The bindings look at every kind of widget there is when they first meet one that Qt made by itself.
    QScrollArea().viewport()
    yield


def application(arguments: list[str], language: str) -> QApplication:
    """The Qt application in our fonts and colours."""
    qt = QApplication(arguments)
    qt.setApplicationName("Quầy")
    qt.setDesktopFileName("quay")
    texts.set_language(language)
    theme.fonts(first_frame_only=True)
    theme.dress(qt)
    return qt
