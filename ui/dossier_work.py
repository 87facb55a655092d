"""One dossier in the clerk's hands: what was typed goes to the desk by itself, verbs run in lanes, views come home.

Three promises: every change is on its way within `SAVE_AFTER_MS`; a verb that needs what was typed waits until it was
saved; a view older than the one shown is dropped, and no view overwrites what the desk has not answered yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Step
from clerk_app.domain.refusals import Refusal
from ui.form import Changes
from ui.jobs import Cancel, Lane, Progress

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from ui.application import App

SAVE_AFTER_MS = 400
RETRY_SAVE_MS = 2_000
LATE_S = 5.0
NEVER_TAKEN = frozenset({"TEXT_TOO_LONG"})
"""Codes that mean: this value, however often it is sent, is not taken. The desk keeps every other field."""
NO_MORE = frozenset({"DOSSIER_CLOSED", "NOT_ALLOWED", "NOT_YOURS"})
"""Codes that mean: nothing more is taken for this dossier from whoever sits here."""
Verb = Callable[["Desk", UUID, Cancel, Progress], IntakeView]


class Running:
    """A verb under way. Cancelling asks it to stop; what it did until then still comes home: it is in the journal."""

    __slots__ = ("_hurry", "cancelled")

    def __init__(self) -> None:
        self.cancelled = False
        self._hurry: Callable[[], None] | None = None

    def begins(self, hurry: Callable[[], None]) -> None:
        """It is on its way; `hurry` frees its lane when a device does not come back."""
        self._hurry = hurry

    def cancel(self) -> None:
        """Ask it to stop at its next look, and do not wait for a device that has none."""
        self.cancelled = True
        if self._hurry is not None:
            self._hurry()


class DossierWork(QObject):
    """Autosave and verbs of the dossier that is open; without one it does nothing."""

    arrived = Signal(object, bool)
    """An `IntakeView` to show, and whether it is the answer to a check."""
    saving = Signal(str)
    """`saving`, `saved` or `failed`."""
    refused = Signal(object)
    """A `Refusal` that the verb's caller does not show by itself."""
    field_refused = Signal(str, object)
    """The name of a field whose text the desk will never take, and the `Refusal` that says why."""

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.app = app
        self.changes = Changes()
        self.view: IntakeView | None = None
        self.step: Step = "identity"
        self.focus = ""
        self._told: tuple[str, str] = ("", "")
        self._seen: int | None = None
        """That of the view in which the first thing was typed that is not on its way yet."""
        self._on_way = 0
        self._running = 0
        self._look_again = False
        self._after_save: list[tuple[Callable[[], object], Callable[[], object]]] = []
        """What waits for the save, each with what is done instead where it never comes."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save_now)

    # ---- views ----------------------------------------------------------------------------------------------------

    def take(self, view: IntakeView, checked: bool = False) -> None:
        """A view came home: show it unless a younger one of the same dossier is already shown.

        Two lanes overtake each other by moments only; a view that seems much older means that the clock was set back.
        One that holds more of other desks is the younger one, whatever their clocks say.
        """
        old = self.view
        if (
            old is not None
            and old.dossier == view.dossier
            and view.seen <= old.seen
            and 0 < (old.saved_at - view.saved_at).total_seconds() < LATE_S
        ):
            return
        if old is None or old.dossier != view.dossier:
            self.changes = Changes()
            self._seen = None
            self._give_up()
            self._timer.stop()
            self.step, self.focus = view.step, view.focus
            # The desk shall know which dossier stands here, so that this one comes back after a crash.
            self._told = ("", "")
        self.view = view
        self.arrived.emit(view, checked)

    def take_if_open(self, view: IntakeView) -> None:
        """A view came home from work that goes on whatever stands on the screen: show it if it is of this dossier."""
        if self.view is not None and self.view.dossier == view.dossier:
            self.take(view)

    def put_away(self) -> None:
        """No dossier is open any more."""
        self._timer.stop()
        self._give_up()
        self.view = None
        self.changes = Changes()

    @property
    def editable(self) -> bool:
        """Whether something may be entered here: the dossier is a draft of theirs, and no other desk has it open."""
        return self.allows("dossier.take")

    def allows(self, scope: str) -> bool:
        """Whether this may be done to the draft here: no other desk has it open, and whoever sits here may."""
        view = self.view
        return self._draft and view is not None and view.elsewhere is None and self.permits(scope)

    def permits(self, scope: str) -> bool:
        """Whether whoever sits here may do this to the dossier, a draft or not."""
        view = self.view
        return view is not None and (view.may is None or scope in view.may)

    @property
    def _draft(self) -> bool:
        """Whether what was typed may still be kept, also after another desk took the dossier over."""
        return self.view is not None and self.view.status == "draft"

    @property
    def looked_at(self) -> int | None:
        """How far the view that stands here holds what other desks did; for an act that is based on it."""
        return None if self.view is None else self.view.seen

    @property
    def busy(self) -> bool:
        """Whether a verb of this window is under way; its own view is on its way too."""
        return self._running > 0 or self._on_way > 0

    # ---- autosave -------------------------------------------------------------------------------------------------

    def save_soon(self) -> None:
        """Something changed: save it in a moment. Typing on does not put the moment off for ever."""
        if self._seen is None and self.view is not None:
            self._seen = self.view.seen
        if self._draft and not self._timer.isActive():
            self._timer.start()

    def at(self, step: Step, focus: str) -> None:
        """The clerk is at this step and field now; remembered like a value."""
        self.step, self.focus = step, focus
        if (step, focus) != self._told:
            self.save_soon()

    def save_now(self) -> None:
        """Save what waits and where the clerk is."""
        self._timer.stop()
        view = self.view
        if view is None or not self._draft:
            return
        if not self.permits("dossier.take"):
            # Who only looks writes nothing: neither where they are, nor what got into a field all the same.
            self.changes.answered(self.changes.send())
            self._saved_all()
            return
        here = (self.step, self.focus)
        if not self.changes.waiting and (here == self._told or not self.editable):
            self._saved_all()
            return
        self._told = here
        seen, self._seen = view.seen if self._seen is None else self._seen, None
        self._send(view.dossier, self.changes, self.changes.send(), here, seen)

    def _send(self, dossier: UUID, changes: Changes, values: dict[str, str], here: tuple[Step, str], seen: int) -> None:
        self._on_way += 1
        self.saving.emit("saving")
        step, focus = here

        def stored(fresh: IntakeView) -> None:
            self._on_way -= 1
            changes.answered(values)
            if self.view is not None and self.view.dossier == fresh.dossier:
                self.take(fresh)
                self.saving.emit("saving" if self._on_way else "saved")
                self._saved_all()
            self._came_home()

        def failed(error: Exception) -> None:
            self._on_way -= 1
            self._give_up()
            code = error.code if isinstance(error, Refusal) else ""
            if code in NEVER_TAKEN and len(values) > 1:
                for alone in changes.apart(values):
                    self._send(dossier, changes, alone, here, seen)
                return
            if isinstance(error, Refusal) and code in NEVER_TAKEN | NO_MORE:
                changes.answered(values)
                self._refused_for_good(dossier, values, error)
                return
            changes.failed(values)
            self._seen = seen
            self._told = ("", "")
            self.saving.emit("failed")
            if isinstance(error, Refusal):
                self.refused.emit(error)
            self._timer.start(RETRY_SAVE_MS)

        self.app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self.app.desk.intake.enter(dossier, values, step, focus, seen),
            stored,
            failed,
        )

    def _refused_for_good(self, dossier: UUID, values: dict[str, str], refusal: Refusal) -> None:
        """Sending it again would change nothing: say why where it was typed, and show what the desk keeps."""
        if self.view is None or self.view.dossier != dossier:
            return
        name = next(iter(values), "")
        if refusal.code in NEVER_TAKEN and name:
            self.field_refused.emit(name, refusal)
        else:
            self.refused.emit(refusal)
        self.saving.emit("saving" if self._on_way else "saved")
        self.run("store", lambda desk, which, cancel, progress: desk.intake.view(which))

    def after_save(self, call: Callable[[], object], given_up: Callable[[], object] = lambda: None) -> None:
        """Do `call` when everything typed so far is saved; `given_up` instead if saving fails."""
        self._after_save.append((call, given_up))
        self.save_now()
        if not self._draft:
            self._saved_all()

    def _saved_all(self) -> None:
        if self.changes or self._on_way:
            return
        waiting, self._after_save = self._after_save, []
        for call, _given_up in waiting:
            call()

    def _give_up(self) -> None:
        waiting, self._after_save = self._after_save, []
        for _call, given_up in waiting:
            given_up()

    # ---- verbs ----------------------------------------------------------------------------------------------------

    def run(
        self,
        lane: Lane,
        verb: Verb,
        then: Callable[[IntakeView], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progressed: Callable[[int, int], None] | None = None,
        checked: bool = False,
    ) -> Running | None:
        """Run a verb of the desk in `lane`; its view is shown, then `then` hears of it. None without a dossier."""
        view = self.view
        if view is None:
            return None
        dossier = view.dossier
        desk = self.app.desk
        self._running += 1
        running = Running()

        def home(fresh: IntakeView) -> None:
            self._running -= 1
            if self.view is not None and self.view.dossier == fresh.dossier:
                self.take(fresh, checked)
                if then is not None:
                    then(self.view)
            self._came_home()

        def broken(error: Exception) -> None:
            self._running -= 1
            if failed is not None:
                failed(error)
            elif isinstance(error, Refusal):
                self.refused.emit(error)
            self._came_home()

        job = self.app.jobs.start(
            lane,
            self,
            lambda cancel, progress: verb(desk, dossier, lambda: running.cancelled or cancel(), progress),
            home,
            broken,
            progressed,
        )
        running.begins(lambda: self.app.jobs.hurry(job))
        return running

    def refresh(self) -> None:
        """Somebody changed this dossier: look at it again, as soon as no answer of our own is on its way."""
        self._look_again = self.busy
        if self.view is not None and not self.busy:
            self.run("store", lambda desk, dossier, cancel, progress: desk.intake.view(dossier))

    def _came_home(self) -> None:
        if self._look_again and not self.busy:
            self.refresh()
