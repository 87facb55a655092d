"""Pages that come to this desk: one scan at a time, for the dossier it was begun for, whoever sits here meanwhile.

    begin --> arriving (a notice, 1 page, 2 pages …) --> over     with `trouble` where it was not the end of the paper

It lives as long as the desk is open. Somebody who locks the window leaves the scanner to its work: the sheets are drawn
all the same, every page goes to its dossier under the name of who began, and whoever signs in next sees how it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal, Slot

from clerk_app.domain.refusals import Refusal, Words
from ui.jobs import Cancel, Jobs, OurFault

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView

How = Literal["scan", "rescan", "backs", "files", "folder", "camera"]
OnPage = Callable[[int], None]
OnNotice = Callable[[Words], None]
Arrive = Callable[["Desk", UUID, OnPage, Cancel, OnNotice], "IntakeView"]


@dataclass(slots=True)
class Arriving:
    """Pages that are coming for one dossier: from where, for which item, how many so far, what is waited for."""

    dossier: UUID
    how: How
    paper: str
    count: int = 0
    stopped: bool = False
    notice: Words | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why pages stopped coming, and what had come until then."""

    dossier: UUID
    how: How
    paper: str
    count: int
    refusal: Refusal | None
    """None where the clerk stopped it."""


class Feed(QObject):
    """What comes now and why the last did not come to its end."""

    changed = Signal()
    came = Signal(object)
    """A page of the dossier with this id came."""
    over = Signal(object, object)
    """Pages stopped coming for the dossier with this id; its `IntakeView`, None where `trouble` says why."""
    _noticed = Signal(object, object)

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self.arriving: Arriving | None = None
        self.trouble: Trouble | None = None
        self._noticed.connect(self._notice, Qt.ConnectionType.QueuedConnection)

    def begin(self, dossier: UUID, how: How, paper: str, arrive: Arrive) -> bool:
        """Let pages come for a dossier; False if others are still coming."""
        if self.arriving is not None:
            return False
        coming = self.arriving = Arriving(dossier, how, paper)
        self.trouble = None
        desk = self._desk
        self._jobs.start(
            "scanner",
            self,
            lambda cancel, progress: arrive(
                desk,
                dossier,
                lambda number: progress(number, 0),
                lambda: coming.stopped or cancel(),
                lambda words: self._noticed.emit(coming, words),
            ),
            lambda fresh: self._end(coming, fresh),
            lambda error: self._broke_off(coming, error),
            lambda number, _total: self._page(coming, number),
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

    def _page(self, coming: Arriving, number: int) -> None:
        coming.count, coming.notice = number, None
        self.came.emit(coming.dossier)
        self.changed.emit()

    @Slot(object, object)
    def _notice(self, coming: Arriving, words: Words) -> None:
        if coming is self.arriving and words != coming.notice:
            coming.notice = words
            self.changed.emit()

    def _end(self, coming: Arriving, view: IntakeView) -> None:
        self.arriving = None
        if coming.stopped:
            self.trouble = self._why(coming, None)
        self.changed.emit()
        self.over.emit(coming.dossier, view)

    def _broke_off(self, coming: Arriving, error: Exception) -> None:
        self.arriving = None
        if isinstance(error, OurFault):
            self.trouble = self._why(coming, our_fault(error.reference))
        elif coming.stopped:
            self.trouble = self._why(coming, None)
        elif isinstance(error, Refusal):
            self.trouble = self._why(coming, error)
        self.changed.emit()
        self.over.emit(coming.dossier, None)

    def _why(self, coming: Arriving, refusal: Refusal | None) -> Trouble:
        return Trouble(coming.dossier, coming.how, coming.paper, coming.count, refusal)


def our_fault(reference: str) -> Refusal:
    """The program itself made a mistake; the log says where under this reference."""
    return Refusal(
        "PAGES_FAULT",
        Words(
            f"Trang ngừng vào do lỗi của phần mềm, mã tham chiếu {reference}. Các trang đã nhận vẫn còn.",
            f"Pages stopped coming by a mistake of the program, reference {reference}. Pages received are kept.",
        ),
        Words(
            "Có thể nhận tiếp. Nếu lặp lại, báo mã này cho bộ phận kỹ thuật.",
            "You can go on. If it happens again, tell the support desk this reference.",
        ),
    )
