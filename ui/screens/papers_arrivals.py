"""How pages come to a dossier: from the feeder, the backs of a pile, one sheet again, files, a folder, a camera.

All of them go the same way: they run in the scanner's lane, what they bring stands in the strip at once, and what goes
wrong is said with the key that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.refusals import Refusal, Words
from ui.screens.papers_deeds import places_of

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView, PapersView
    from ui.dossier_work import DossierWork
    from ui.feed import OnNotice, OnPage
    from ui.jobs import Cancel
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


DOUBTFUL, UNEVEN = "DUPLEX_DOUBTFUL", "DUPLEX_COUNT"
"""What the desk has against two piles: sheets do not fit, which the clerk may know better; or one is missing."""


@dataclass(frozen=True, slots=True)
class Pile:
    """What came in one go: everything but the sheets that were there `before`, whatever becomes of their places."""

    dossier: UUID
    paper: str
    before: frozenset[str]

    def begins(self, papers: PapersView) -> int:
        """Where its first page stands in the dossier's list now; -1 if none is left."""
        pages = (*papers.pages, *papers.tray)
        return min((page.index for page in pages if (page.original or page.sheet) not in self.before), default=-1)


@dataclass(frozen=True, slots=True)
class Duplex:
    """Fronts and backs that wait to be put together, how they were last tried, and what the desk had against it."""

    fronts: Pile
    backs: Pile
    backwards: bool = True
    doubt: str = ""


class PageArrivals(QObject):
    """Starts them, and puts the backs of a pile between its fronts when they are there."""

    refused = Signal(object)
    """A `Refusal`: nothing comes."""
    begun = Signal()
    together = Signal()
    """Fronts and backs stand where they belong."""

    def __init__(self, work: DossierWork, pages: PageWork, deeds: PageDeeds, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._pages = pages
        self._deeds = deeds
        self._pile: Pile | None = None
        self._backs: Pile | None = None
        self._duplex: Duplex | None = None
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
        fresh = self._fresh_pile(paper)
        if self._begin("scan", paper) and not goes_on:
            self._pile, self._duplex = fresh, None

    def backs(self) -> None:
        """The pile that came last was turned over: its backs, to stand between its fronts."""
        pile = self._pile
        view = self._work.view
        if pile is None or view is None or pile.dossier != view.dossier:
            self.refused.emit(NO_FRONTS)
            return
        fresh = self._fresh_pile(pile.paper)
        if self._begin("backs", pile.paper):
            self._backs = fresh

    def _begin(self, how: str, paper: str) -> bool:
        begun = self._pages.bring(
            "backs" if how == "backs" else "scan",
            paper,
            lambda desk, dossier, on_page, cancel, notice: desk.papers.scan(dossier, paper, on_page, cancel, notice),
        )
        return self._told(begun)

    def rescan(self, key: Key) -> None:
        """One sheet again, in the place of a page."""

        def arrive(desk: Desk, dossier: UUID, on_page: OnPage, cancel: Cancel, notice: OnNotice) -> IntakeView:
            fresh = desk.intake.view(dossier)
            places = places_of(fresh.papers, (key,))
            return desk.papers.rescan(dossier, places[0], cancel, notice) if places else fresh

        self._told(self._pages.bring("rescan", "", arrive))

    # ---- files and the camera -------------------------------------------------------------------------------------

    def files(self, paths: list[Path], paper: str) -> None:
        """Pages of files for an item."""
        if paths:
            self._told(
                self._pages.bring(
                    "files",
                    paper,
                    lambda desk, dossier, on_page, cancel, notice: desk.papers.bring_files(
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
                lambda desk, dossier, on_page, cancel, notice: desk.papers.take_in(dossier, paper, on_page, cancel),
            )
        )

    def shoot(self, jpeg: bytes, paper: str) -> None:
        """A picture of the document camera for an item."""
        self._told(
            self._pages.bring(
                "camera", paper, lambda desk, dossier, on_page, cancel, notice: desk.papers.shoot(dossier, paper, jpeg)
            )
        )

    # ---- how it ends ----------------------------------------------------------------------------------------------

    def _told(self, begun: bool) -> bool:
        if begun:
            self.begun.emit()
        elif self._work.view is not None:
            self.refused.emit(BUSY)
        return begun

    def _fresh_pile(self, paper: str) -> Pile | None:
        """What comes from now on."""
        view = self._work.view
        if view is None:
            return None
        there = (*view.papers.pages, *view.papers.tray)
        return Pile(view.dossier, paper, frozenset(page.original or page.sheet for page in there))

    def _over(self, dossier: UUID) -> None:
        """The backs came: between the fronts with them. What the desk has against it is said."""
        backs, fronts = self._backs, self._pile
        if backs is None or backs.dossier != dossier:
            return
        self._backs = None
        if self._pages.trouble is None and fronts is not None:
            self._duplex = Duplex(fronts, backs)
            view = self._work.view
            if view is not None and view.dossier == dossier:
                self._interleave(self._duplex, anyway=False)

    def put_together(self, other_order: bool = False) -> None:
        """Try both piles once more: as they are by now, the backs in the other order, or against a doubt that the
        clerk has read."""
        duplex, view = self._duplex, self._work.view
        if duplex is None or view is None or duplex.fronts.dossier != view.dossier:
            self.refused.emit(NO_FRONTS)
        elif other_order:
            self._duplex = replace(duplex, backwards=not duplex.backwards, doubt="")
            self._interleave(self._duplex, anyway=False)
        else:
            self._interleave(duplex, anyway=duplex.doubt == DOUBTFUL)

    def _interleave(self, duplex: Duplex, anyway: bool) -> None:
        def verb(desk: Desk, dossier: UUID, cancel: object, progress: object) -> IntakeView:
            papers = desk.intake.view(dossier).papers
            first, second = duplex.fronts.begins(papers), duplex.backs.begins(papers)
            if first < 0 or second < 0:
                raise NO_FRONTS
            return desk.pages.interleave(dossier, first, second, duplex.backwards, anyway)

        def done(_view: IntakeView) -> None:
            self._pile = self._duplex = None
            self.together.emit()

        def doubted(refusal: Refusal) -> None:
            if refusal.code in (DOUBTFUL, UNEVEN):
                self._duplex = replace(duplex, doubt=refusal.code)

        self._deeds.do(verb, done, doubted)
