"""Pages on their way: they arrive in one lane, are made in a second and read in a third, and nobody waits for any.

    a sheet leaves the scanner --> arrived (raw) --make_next--> made --read_next--> read, with proposals

It belongs to no step and to no dossier on the screen: the clerk may go on, park, or take in the next citizen meanwhile.
What a crash or the end of the program left undone is taken up when somebody has signed in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.refusals import Refusal
from ui.jobs import Cancel, Job, Lane, Progress

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

How = Literal["scan", "rescan", "backs", "files", "folder", "camera"]
Arrive = Callable[["Desk", UUID, Callable[[int], None], Cancel], "IntakeView"]
Next = Callable[["Desk", UUID, Cancel], "IntakeView | None"]


@dataclass(slots=True)
class Arriving:
    """Pages that are coming for one dossier: from where, for which item, and how many came so far."""

    dossier: UUID
    how: How
    paper: str
    count: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why pages stopped coming, and what had come until then."""

    dossier: UUID
    how: How
    paper: str
    count: int
    refusal: Refusal | None
    """None where the clerk stopped it."""


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
        self._job: Job | None = None
        self.arriving: Arriving | None = None
        self.trouble: Trouble | None = None
        self._making = _Lane("pages", lambda desk, dossier, cancel: desk.making.make_next(dossier, cancel))
        self._reading = _Lane("reading", lambda desk, dossier, cancel: desk.reading.read_next(dossier, cancel))
        self._unmade: dict[UUID, int] = {}
        self._archived: set[UUID] = set()
        work.arrived.connect(lambda view, checked: self.look(view))

    # ---- arriving -------------------------------------------------------------------------------------------------

    def bring(self, how: How, paper: str, arrive: Arrive) -> bool:
        """Let pages come for the dossier that is open; False if others are still coming."""
        view = self._work.view
        if self.arriving is not None or view is None:
            return False
        coming = self.arriving = Arriving(view.dossier, how, paper)
        self.trouble = None
        desk, dossier = self._desk, view.dossier
        self._job = self._jobs.start(
            "scanner",
            self,
            lambda cancel, progress: arrive(
                desk, dossier, lambda number: progress(number, 0), lambda: coming.stopped or cancel()
            ),
            lambda fresh: self._came_to_an_end(coming, fresh),
            lambda error: self._broke_off(coming, error),
            lambda number, _total: self._page_came(coming, number),
        )
        self.changed.emit()
        return True

    def stop(self) -> None:
        """Let no more come; what came stays."""
        if self.arriving is not None and not self.arriving.stopped:
            self.arriving.stopped = True
            self.changed.emit()

    def forget_trouble(self) -> None:
        """It was read."""
        if self.trouble is not None:
            self.trouble = None
            self.changed.emit()

    def _page_came(self, coming: Arriving, number: int) -> None:
        coming.count = number
        self.arrived.emit(coming.dossier)
        self._go_on(self._making, coming.dossier)
        self.changed.emit()

    def _came_to_an_end(self, coming: Arriving, view: IntakeView) -> None:
        self.arriving = self._job = None
        if coming.stopped:
            self.trouble = Trouble(coming.dossier, coming.how, coming.paper, coming.count, None)
        self._go_on(self._making, coming.dossier)
        self._work.take_if_open(view)
        self.changed.emit()
        self.over.emit(coming.dossier)

    def _broke_off(self, coming: Arriving, error: Exception) -> None:
        self.arriving = self._job = None
        refusal = error if isinstance(error, Refusal) and not coming.stopped else None
        if coming.stopped or refusal is not None:
            self.trouble = Trouble(coming.dossier, coming.how, coming.paper, coming.count, refusal)
        self._go_on(self._making, coming.dossier)
        view = self._work.view
        if view is not None and view.dossier == coming.dossier:
            self._work.refresh()
        self.changed.emit()
        self.over.emit(coming.dossier)

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
        """Copies for the archive of an accepted dossier, once in this window's life: what fails is tried at the next
        start, and a copy that is there is never made again."""
        if dossier in self._archived:
            return
        self._archived.add(dossier)
        desk = self._desk

        def made(cancel: Cancel, progress: Progress) -> object:
            desk.reading.finish(dossier, cancel)
            return desk.archive.make(dossier, cancel)

        self._jobs.start(
            "reading",
            self,
            made,
            lambda _told: None,
            lambda error: self._archived.discard(dossier),
        )

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
