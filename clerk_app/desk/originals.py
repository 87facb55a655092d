"""What arrived stays at this desk until nobody can want it any more, and not a day longer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from clerk_app.desk.ports import Journal, Sheets
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.withdrawn import brought


class Originals:
    """Lets go of the originals, and of what was read of them, once a dossier is finished here and at central."""

    def __init__(self, journal: Journal, sheets: Sheets, at_once: Callable[[], bool] = lambda: True) -> None:
        """Unless they go `at_once`, their days are counted by `desk.retention`."""
        self._journal = journal
        self._sheets = sheets
        self._at_once = at_once

    def release(self, dossiers: frozenset[UUID] | None = None) -> int:
        """Look through these dossiers, or all of which something is kept; how many originals were let go.

        A dossier is finished when central has accepted every entry of it and it was given up, or accepted with an
        archive copy of every item that has pages. Until then undo and another making are possible.
        """
        if (dossiers is not None and not dossiers) or not self._at_once():
            return 0
        kept = self._sheets.originals()
        wanted = kept if dossiers is None else tuple(dossier for dossier in kept if dossier in dossiers)
        finished = [dossier for dossier in wanted if self._finished(self._journal.dossier(dossier))]
        return sum(self._sheets.release(dossier) for dossier in finished)

    def _finished(self, dossier: Dossier) -> bool:
        if dossier.status == "draft" or self._journal.open_counts(dossier.id) != (0, 0):
            return False
        return dossier.status == "discarded" or archived(dossier)


def archived(dossier: Dossier) -> bool:
    """Whether the archive copy of every item holds all the pages that stand for it."""
    copied = {paper: set(copy.pages) for paper, copy in dossier.archive.items()}
    return all(page.sheet in copied.get(page.paper, ()) for page in brought(dossier) if page.paper)
