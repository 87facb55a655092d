"""What the clerk does with pages that are there: turn, move, give to an item, make otherwise, undo.

A page is named by what it was made from. While pages still come and are made the list changes under the clerk's hand:
then the verb looks at the list once more before it says which place it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import Refusal
from ui.widgets.strip_order import TRAY, Key, in_order

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView, PageView, PapersView
    from ui.dossier_work import DossierWork, Verb
    from ui.page_work import PageWork
    from ui.widgets.page_strip import PageStrip

At = Callable[["Desk", "UUID", list[int]], "IntakeView"]
Colour = Literal["auto", "colour", "grey"]


def places_of(papers: PapersView, keys: tuple[Key, ...]) -> list[int]:
    """Where pages stand in the dossier's list now; those that are gone, or only looked at, are left out."""
    order = in_order(papers.pages, papers.tray, sorted({line.code for line in papers.lines}))
    found = [order.pages[row].index for key in keys if (row := order.row(key)) >= 0]
    return [index for index in found if index >= 0]


class PageDeeds(QObject):
    """The verbs of the strip and of the page that is shown. None waits for a scanner."""

    refused = Signal(object)
    """The `Refusal` of a verb."""

    def __init__(self, work: DossierWork, pages: PageWork, strip: PageStrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._pages = pages
        self._strip = strip

    # ---- how they are done ----------------------------------------------------------------------------------------

    def do(
        self,
        verb: Verb,
        then: Callable[[IntakeView], None] | None = None,
        refused: Callable[[Refusal], None] | None = None,
    ) -> None:
        """A verb of the desk; its refusal is told, after `refused` heard of it."""
        if self._work.editable:

            def failed(error: Exception) -> None:
                if isinstance(error, Refusal):
                    if refused is not None:
                        refused(error)
                    self.refused.emit(error)
                self._work.refresh()

            self._work.run("store", verb, then, failed)

    def _at(self, keys: tuple[Key, ...], call: At) -> None:
        """Do something about these pages, wherever they stand by then."""
        view = self._work.view
        if view is None or not keys:
            return
        moving = self._pages.arriving is not None or bool(view.papers.raw)
        known = places_of(view.papers, keys)
        if not known:
            return

        def verb(desk: Desk, dossier: UUID, cancel: object, progress: object) -> IntakeView:
            if not moving:
                return call(desk, dossier, known)
            fresh = desk.intake.view(dossier)
            places = places_of(fresh.papers, keys)
            return call(desk, dossier, places) if places else fresh

        self.do(verb)

    def _chosen(self) -> tuple[Key, ...]:
        return self._strip.keys(self._strip.selected())

    def _current(self) -> tuple[PageView, Key] | None:
        row = self._strip.currentRow()
        return (self._strip.pages[row], self._strip.keys((row,))[0]) if row >= 0 else None

    # ---- where they belong ----------------------------------------------------------------------------------------

    def turn(self) -> None:
        """A quarter turn of the chosen pages."""
        self._at(self._chosen(), lambda desk, dossier, at: desk.pages.turn(dossier, at))

    def remove(self) -> None:
        """Take the chosen pages out; Ctrl Z brings them back."""
        self._at(self._chosen(), lambda desk, dossier, at: desk.pages.remove(dossier, at))

    def aside(self) -> None:
        """Put the chosen pages into the tray, or take them out of it."""
        here = self._current()
        if here is None:
            return
        if here[0].aside:
            self._at(self._chosen(), lambda desk, dossier, at: desk.pages.bring_back(dossier, at))
        else:
            self._at(self._chosen(), lambda desk, dossier, at: desk.pages.set_aside(dossier, at))

    def keep(self) -> None:
        """The clerk saw what is wrong with the chosen pages and keeps them."""
        self._at(self._chosen(), lambda desk, dossier, at: desk.pages.look_at(dossier, at))

    def assign(self, paper: str) -> None:
        """Give the chosen pages to an item."""
        self._at(self._chosen(), lambda desk, dossier, at: desk.pages.assign(dossier, at, paper))

    def split(self, paper: str) -> None:
        """Give the item's pages from this one on to another item."""
        here = self._current()
        if here is not None:
            self._at((here[1],), lambda desk, dossier, at: desk.pages.split(dossier, at[0], paper))

    def join(self, into: str) -> None:
        """Give all pages of this page's item to another."""
        here = self._current()
        if here is not None and here[0].paper != into:
            paper = here[0].paper
            self.do(lambda desk, dossier, cancel, progress: desk.pages.join(dossier, paper, into))

    def pair(self) -> None:
        """Two chosen pages become front and back of one card; of one alone the next page is the back."""
        chosen = self._chosen()[:2]
        self._at(
            chosen,
            lambda desk, dossier, at: desk.pages.pair(dossier, at[0], at[1] if len(at) > 1 else -1),
        )

    def move(self, by: int) -> None:
        """The current page one place on or back within its item."""
        row = self._strip.currentRow()
        pages = self._strip.pages
        if row < 0 or not 0 <= row + by < len(pages) or self._strip.group_of(row) != self._strip.group_of(row + by):
            return
        keys = self._strip.keys((row, row + by))

        def moved(desk: Desk, dossier: UUID, at: list[int]) -> IntakeView:
            return desk.pages.move(dossier, at[0], at[1]) if len(at) == 2 else desk.intake.view(dossier)

        self._at(keys, moved)

    def drop(self, group: str, before: Key | None) -> None:
        """The chosen pages were dropped under a heading, before one of its pages or behind its last."""
        keys = self._chosen()
        if group == TRAY:
            self._at(keys, lambda desk, dossier, at: desk.pages.set_aside(dossier, at))
            return

        def put(desk: Desk, dossier: UUID, at: list[int]) -> IntakeView:
            view = desk.intake.view(dossier)
            tray = {page.index for page in view.papers.tray}
            if back := [place for place in at if place in tray]:
                view = desk.pages.bring_back(dossier, back)
            if strangers := [page.index for page in view.papers.pages if page.index in at and page.paper != group]:
                view = desk.pages.assign(dossier, strangers, group)
            for key in keys if before not in keys else ():
                view = _put_before(desk, dossier, view, key, group, before)
            return view

        self._at(keys, put)

    # ---- how they are made ----------------------------------------------------------------------------------------

    def colour(self) -> None:
        """Grey, colour, or as the content wants it: the next of them."""
        here = self._current()
        if here is None or not here[0].original:
            return
        page, key = here
        other: Colour = "grey" if page.colour == "colour" else "colour"
        cycle: dict[Colour, Colour] = {"auto": other, "grey": "auto", "colour": "auto"}
        wish = replace(page.wish, colour=cycle[page.wish.colour])
        self._at((key,), lambda desk, dossier, at: desk.making.remake(dossier, at[0], wish))

    def crop(self, key: Key, corners: tuple[float, ...]) -> None:
        """Make the page of this part of its original."""
        here = self._current()
        before = here[0].wish if here is not None and here[1] == key else Wish()
        wish = replace(before, cut="corners", corners=corners)
        self._at((key,), lambda desk, dossier, at: desk.making.remake(dossier, at[0], wish))

    # ---- what else ------------------------------------------------------------------------------------------------

    def settle(self, sheet: str, field: str, taken: bool) -> None:
        """Take a value that was read into the form, or turn it down."""
        self.do(lambda desk, dossier, cancel, progress: desk.reading.settle(dossier, sheet, field, taken))

    def mark(self, code: str, how: Literal["seen", "unmarked"]) -> None:
        """An item was seen, or that is taken back."""
        seen = self._work.looked_at
        self.do(lambda desk, dossier, cancel, progress: desk.papers.mark(dossier, code, how, seen))

    def take_offer(self, offer: str) -> None:
        """An item is met by what is on record."""
        seen = self._work.looked_at
        self.do(lambda desk, dossier, cancel, progress: desk.reuse.take(dossier, offer, seen))

    def give_back(self, paper: str) -> None:
        """What was taken for an item stands for it no more."""
        seen = self._work.looked_at
        self.do(lambda desk, dossier, cancel, progress: desk.reuse.give_back(dossier, paper, seen))

    def waive(self, paper: str, reason: str) -> None:
        """Ask a supervisor to do without an item."""
        self.do(lambda desk, dossier, cancel, progress: desk.reuse.waive(dossier, paper, reason))

    def undo(self) -> None:
        """Take back the last change of the pages."""
        self.do(lambda desk, dossier, cancel, progress: desk.pages.undo(dossier))

    def redo(self) -> None:
        """Do it after all."""
        self.do(lambda desk, dossier, cancel, progress: desk.pages.redo(dossier))


def _put_before(desk: Desk, dossier: UUID, view: IntakeView, key: Key, group: str, before: Key | None) -> IntakeView:
    """Move one page to where it was dropped; each move shifts the places of the others."""
    here = places_of(view.papers, (key,))
    others = [page.index for page in view.papers.pages if page.paper == group and [page.index] != here]
    target = places_of(view.papers, (before,)) if before is not None else []
    if not here or not (target or others):
        return view
    to = target[0] if target else max(others) + 1
    to -= to > here[0]
    return desk.pages.move(dossier, here[0], to) if to != here[0] else view
