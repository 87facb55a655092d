"""Pages on their way: they arrive in one lane, are made in a second and read in a third, and nobody waits for any.

    a sheet leaves the scanner --> arrived (raw) --make_next--> made --read_next--> read, with proposals

It belongs to no step and to no dossier on the screen: the clerk may go on, park, or take in the next citizen meanwhile.
What arrives outlives even this window's dossier page (`ui.feed`): it goes on behind the lock.
What a crash or the end of the program left undone is taken up when somebody has signed in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from clerk_app.domain.refusals import Refusal
from ui.feed import Arrive, Arriving, How, Trouble
from ui.jobs import Cancel, Job, Lane, Progress

if TYPE_CHECKING:
    from clerk_app.desk.archive import Troubles
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

AT_CENTRAL = "SHEET_AT_CENTRAL"
Next = Callable[["Desk", UUID, Cancel], "IntakeView | None"]


@dataclass(slots=True)
class _Lane:
    """One dossier after the other through one kind of work, as long as something waits there."""

    name: Lane
    next: Next
    waiting: dict[UUID, None] = field(default_factory=dict)
    doing: Job | None = None
    dossier: UUID | None = None
    again: bool = False


class PageWork(QObject):
    """What goes on with pages. `changed` tells whoever shows it; views go to the dossier if it is open."""

    changed = Signal()
    arrived = Signal(object)
    """A page of the dossier with this id came."""
    over = Signal(object)
    """Pages stopped coming for the dossier with this id; `trouble` says why if it was not their end."""
    failed = Signal(object, object)
    """The dossier's id and the `Refusal` for which a page could not be made or read; it can be tried again."""

    def __init__(self, work: DossierWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._jobs = work.app.jobs
        self._desk = work.app.desk
        self._feed = feed = work.app.feed
        self._making = _Lane("pages", lambda desk, dossier, cancel: desk.making.make_next(dossier, cancel))
        self._reading = _Lane("reading", lambda desk, dossier, cancel: desk.reading.read_next(dossier, cancel))
        self._unmade: dict[UUID, int] = {}
        self._archived: set[UUID] = set()
        self._at_central: set[UUID] = set()
        """Dossiers of which a copy lacks because there was no line to its pages."""
        work.app.bridge.delivered.connect(self._delivered)
        work.arrived.connect(lambda view, checked: self.look(view))
        feed.changed.connect(self.changed)
        feed.came.connect(self._page_came)
        feed.over.connect(self._no_more)

    # ---- arriving -------------------------------------------------------------------------------------------------

    @property
    def arriving(self) -> Arriving | None:
        """What comes now."""
        return self._feed.arriving

    @property
    def trouble(self) -> Trouble | None:
        """Why the last did not come to its end."""
        return self._feed.trouble

    def bring(self, how: How, paper: str, arrive: Arrive) -> bool:
        """Let pages come for the dossier that is open; False if others are still coming."""
        view = self._work.view
        return view is not None and self._feed.begin(view.dossier, how, paper, arrive)

    def stop(self) -> None:
        """Let no more come; what came stays."""
        self._feed.stop()

    def forget_trouble(self) -> None:
        """It was read."""
        self._feed.forget_trouble()

    @Slot(object)
    def _page_came(self, dossier: UUID) -> None:
        self.arrived.emit(dossier)
        self._go_on(self._making, dossier)

    @Slot(object, object)
    def _no_more(self, dossier: UUID, view: IntakeView | None) -> None:
        self._go_on(self._making, dossier)
        if view is not None:
            self._work.take_if_open(view)
        elif self._work.view is not None and self._work.view.dossier == dossier:
            self._work.refresh()
        self.over.emit(dossier)

    # ---- making and reading ---------------------------------------------------------------------------------------

    def unmade(self, dossier: UUID) -> int:
        """How many pages of a dossier are still being made, as far as this window knows."""
        return self._unmade.get(dossier, 0)

    def resume(self) -> None:
        """Take up what an end of the program left undone."""
        desk = self._desk

        def take_up(left: tuple[tuple[UUID, ...], tuple[UUID, ...]]) -> None:
            for dossier in left[0]:
                self._go_on(self._making, dossier)
            for dossier in left[1]:
                self._archive(dossier)

        self._jobs.start(
            "reading",
            self,
            lambda cancel, progress: (desk.making.unfinished(), desk.archive.unfinished()),
            take_up,
            lambda error: None,
        )

    def look(self, view: IntakeView) -> None:
        """A dossier as it is now: what waits in it is taken up."""
        if view.status == "submitted":
            self._archive(view.dossier)
        if view.status != "draft":
            return
        self._know(view)
        if view.papers.raw:
            self._go_on(self._making, view.dossier)
        elif view.papers.unread:
            self._go_on(self._reading, view.dossier)

    def _archive(self, dossier: UUID) -> None:
        """Copies for the archive of an accepted dossier, once in this window's life: what fails for want of a line is
        tried once there is one, anything else at the next start, and a copy that is there is never made again.
        """
        if dossier in self._archived:
            return
        self._archived.add(dossier)
        desk = self._desk

        def made(cancel: Cancel, progress: Progress) -> Troubles:
            desk.reading.finish(dossier, cancel)
            return desk.archive.make(dossier, cancel)

        self._jobs.start(
            "reading",
            self,
            made,
            lambda told: self._copied(dossier, told),
            lambda error: self._archived.discard(dossier),
        )

    def _copied(self, dossier: UUID, told: Troubles) -> None:
        if any(refusal.code == AT_CENTRAL for _, refusal in told.failed):
            self._archived.discard(dossier)
            self._at_central.add(dossier)

    @Slot(object)
    def _delivered(self, report: DeliveryReport) -> None:
        if report.state == "idle":
            waiting, self._at_central = self._at_central, set()
            for dossier in waiting:
                self._archive(dossier)

    def _know(self, view: IntakeView) -> None:
        before = self._unmade.pop(view.dossier, 0)
        if view.papers.raw:
            self._unmade[view.dossier] = view.papers.raw
        if before != view.papers.raw:
            self.changed.emit()

    def _go_on(self, lane: _Lane, dossier: UUID) -> None:
        if lane.dossier == dossier:
            # It looks again when it is done: what came meanwhile is not forgotten.
            lane.again = True
        else:
            lane.waiting[dossier] = None
            self._begin(lane)

    def _begin(self, lane: _Lane) -> None:
        if lane.doing is not None or not lane.waiting:
            return
        dossier = next(iter(lane.waiting))
        del lane.waiting[dossier]
        lane.dossier, lane.again = dossier, False
        desk, step = self._desk, lane.next
        lane.doing = self._jobs.start(
            lane.name,
            self,
            lambda cancel, progress: step(desk, dossier, cancel),
            lambda view: self._done(lane, dossier, view),
            lambda error: self._failed(lane, dossier, error),
        )

    def _done(self, lane: _Lane, dossier: UUID, view: IntakeView | None) -> None:
        again, lane.doing, lane.dossier = lane.again, None, None
        if view is not None:
            left = view.papers.raw if lane is self._making else view.papers.unread
            if left or again:
                lane.waiting[dossier] = None
            self._know(view)
            if lane is self._making and view.papers.unread:
                self._go_on(self._reading, dossier)
            self._work.take_if_open(view)
        elif again:
            lane.waiting[dossier] = None
        self._begin(lane)

    def _failed(self, lane: _Lane, dossier: UUID, error: Exception) -> None:
        """It is tried again when the dossier is next looked at, not at once and for ever."""
        lane.doing = lane.dossier = None
        if isinstance(error, Refusal):
            self.failed.emit(dossier, error)
        self._begin(lane)
