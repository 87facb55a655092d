"""How pages come to a dossier: from the feeder, the backs of a pile, one sheet again, files, a folder, a camera.

All of them go the same way: they run in the scanner's lane, what they bring stands in the strip at once, and what goes
wrong is said with the key that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.refusals import Refusal, Words
from ui.screens.papers_deeds import places_of

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork
    from ui.page_work import PageWork
    from ui.screens.papers_deeds import PageDeeds
    from ui.widgets.strip_order import Key

BUSY = Refusal(
    "PAGES_BUSY",
    Words("Máy quét đang nhận trang.", "Pages are already coming."),
    Words("Chờ hết chồng giấy, hoặc dừng lại (Ctrl Shift X).", "Wait for the end of the stack, or stop it."),
)
NO_FRONTS = Refusal(
    "NO_FRONTS",
    Words("Chưa có mặt trước nào để ghép mặt sau.", "There are no fronts for these backs."),
    Words(
        "Quét các mặt trước trước (Space), lật cả chồng rồi bấm D.",
        "Scan the fronts first (Space), turn the whole pile over, then press D.",
    ),
)


@dataclass(frozen=True, slots=True)
class Pile:
    """What came last from the feeder: where it begins in the dossier's list."""

    dossier: UUID
    paper: str
    first: int


class PageArrivals(QObject):
    """Starts them, and puts the backs of a pile between its fronts when they are there."""

    refused = Signal(object)
    """A `Refusal`: nothing comes."""
    begun = Signal()

    def __init__(self, work: DossierWork, pages: PageWork, deeds: PageDeeds, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._pages = pages
        self._deeds = deeds
        self._pile: Pile | None = None
        self._backs: Pile | None = None
        pages.over.connect(self._over)

    # ---- the feeder -----------------------------------------------------------------------------------------------

    def scan(self, paper: str) -> None:
        """The next page, or all of the feeder, for an item; for the empty code every page finds its own."""
        trouble, pile = self._pages.trouble, self._pile
        goes_on = (
            trouble is not None
            and trouble.how == "scan"
            and pile is not None
            and (trouble.dossier, trouble.paper) == (pile.dossier, paper)
        )
        first = self._count()
        if self._begin("scan", paper) and not goes_on:
            self._pile = self._pile_at(paper, first)

    def backs(self) -> None:
        """The pile that came last was turned over: its backs, to stand between its fronts."""
        pile = self._pile
        view = self._work.view
        if pile is None or view is None or pile.dossier != view.dossier:
            self.refused.emit(NO_FRONTS)
            return
        first = self._count()
        if self._begin("backs", pile.paper):
            self._backs = self._pile_at(pile.paper, first)

    def _begin(self, how: str, paper: str) -> bool:
        begun = self._pages.bring(
            "backs" if how == "backs" else "scan",
            paper,
            lambda desk, dossier, on_page, cancel: desk.papers.scan(dossier, paper, on_page, cancel),
        )
        return self._told(begun)

    def rescan(self, key: Key) -> None:
        """One sheet again, in the place of a page."""

        def arrive(desk: object, dossier: UUID, on_page: object, cancel: object) -> IntakeView:
            fresh = self._work.app.desk.intake.view(dossier)
            places = places_of(fresh.papers, (key,))
            return self._work.app.desk.papers.rescan(dossier, places[0], cancel) if places else fresh  # type: ignore[arg-type]

        self._told(self._pages.bring("rescan", "", arrive))

    # ---- files and the camera -------------------------------------------------------------------------------------

    def files(self, paths: list[Path], paper: str) -> None:
        """Pages of files for an item."""
        if paths:
            self._told(
                self._pages.bring(
                    "files",
                    paper,
                    lambda desk, dossier, on_page, cancel: desk.papers.bring_files(
                        dossier, paper, paths, on_page, cancel
                    ),
                )
            )

    def folder(self, paper: str) -> None:
        """What lies in the watched folder, for an item."""
        self._told(
            self._pages.bring(
                "folder",
                paper,
                lambda desk, dossier, on_page, cancel: desk.papers.take_in(dossier, paper, on_page, cancel),
            )
        )

    def shoot(self, jpeg: bytes, paper: str) -> None:
        """A picture of the document camera for an item."""
        self._told(
            self._pages.bring(
                "camera", paper, lambda desk, dossier, on_page, cancel: desk.papers.shoot(dossier, paper, jpeg)
            )
        )

    # ---- how it ends ----------------------------------------------------------------------------------------------

    def _told(self, begun: bool) -> bool:
        if begun:
            self.begun.emit()
        elif self._work.view is not None:
            self.refused.emit(BUSY)
        return begun

    def _count(self) -> int:
        view = self._work.view
        return len(view.papers.pages) + len(view.papers.tray) if view is not None else 0

    def _pile_at(self, paper: str, first: int) -> Pile | None:
        view = self._work.view
        return Pile(view.dossier, paper, first) if view is not None else None

    def _over(self, dossier: UUID) -> None:
        """The backs came: between the fronts with them. What the desk has against it is said, and D can be pressed
        again once the pile is right."""
        backs, fronts = self._backs, self._pile
        if backs is None or backs.dossier != dossier:
            return
        self._backs = None
        view = self._work.view
        if self._pages.trouble is None and fronts is not None and view is not None and view.dossier == dossier:
            self._deeds.interleave(fronts.first, backs.first, anyway=False)
            self._pile = None
