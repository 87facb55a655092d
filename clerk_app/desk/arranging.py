"""What a clerk does with the pages that are there: turn, move, take out, give to an item; all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, cast
from uuid import UUID

from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Page, PagesArranged, Turn
from clerk_app.domain.refusals import Refusal, Words


class Arranging:
    """The list of pages of one dossier. Every verb writes the list as it then stands; nothing is lost by any."""

    def __init__(self, counter: Counter, show: Show) -> None:
        self._counter = counter
        self._show = show

    def turn(self, dossier: UUID, index: int) -> IntakeView:
        """A quarter turn to the right."""

        def turned(pages: list[Page]) -> None:
            pages[index] = replace(pages[index], turned=cast(Turn, (pages[index].turned + 90) % 360))

        return self._rearrange(dossier, index, "rotate", turned)

    def remove(self, dossier: UUID, index: int) -> IntakeView:
        """Take a page out of the dossier. The sheet stays; undo brings the page back."""
        return self._rearrange(dossier, index, "delete", lambda pages: pages.__delitem__(index))

    def move(self, dossier: UUID, index: int, to: int) -> IntakeView:
        """Put a page at another place of the list."""
        return self._rearrange(
            dossier, index, "move", lambda pages: pages.insert(max(0, min(to, len(pages) - 1)), pages.pop(index))
        )

    def assign(self, dossier: UUID, index: int, paper: str) -> IntakeView:
        """Give a page to another item of the checklist."""
        needed_of(self._counter, self._counter.draft(dossier), paper)

        def assigned(pages: list[Page]) -> None:
            pages[index] = replace(pages[index], paper=paper)

        return self._rearrange(dossier, index, "move", assigned)

    def _rearrange(
        self, dossier: UUID, index: int, act: Literal["rotate", "delete", "move"], change: Callable[[list[Page]], None]
    ) -> IntakeView:
        who = self._counter.demand("dossier.take").id
        with self._counter.journal.together():
            pages = self._pages(dossier, index)
            change(pages)
            state = self._counter.write(dossier, PagesArranged(tuple(pages), act), who=who)
        return self._show(state)

    def undo(self, dossier: UUID) -> IntakeView:
        """Back to the list of pages before."""
        return self._step(dossier, "undo")

    def redo(self, dossier: UUID) -> IntakeView:
        """Forward again."""
        return self._step(dossier, "redo")

    def _step(self, dossier: UUID, act: Literal["undo", "redo"]) -> IntakeView:
        who = self._counter.demand("dossier.take").id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            lists = state.past_pages if act == "undo" else state.future_pages
            if lists:
                state = self._counter.write(dossier, PagesArranged(lists[-1], act), who=who)
        return self._show(state)

    def _pages(self, dossier: UUID, index: int) -> list[Page]:
        self._counter.demand("dossier.take")
        pages = list(self._counter.draft(dossier).pages)
        if not 0 <= index < len(pages):
            raise Refusal(
                "PAGE_UNKNOWN",
                Words("Trang này không còn trong hồ sơ.", "This page is no longer in the dossier."),
                Words("Tải lại hồ sơ rồi chọn lại trang.", "Look at the dossier again and choose the page."),
            )
        return pages
