"""Whoever stands at the desk sent a dossier online: it is named beside the new one, and opened by one key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from clerk_app.domain.refusals import Refusal
from ui.lease_work import leave_unopened
from ui.widgets.buttons import SecondaryButton
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.online_views import OnlineDossierView, OnlineRow
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

KEY = "Ctrl+Shift+O"


class OnlineHint(Notice):
    """Looks for each number that stands in a draft, and again after other dossiers changed, while it is in front."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent)
        self._work = work
        self._looked: tuple[UUID, str] | None = None
        self._stale = False
        self._row: OnlineRow | None = None
        self._opening = SecondaryButton("online.hint.open", KEY, "globe")
        self._opening.clicked.connect(self.open_it)
        self.buttons.addWidget(self._opening)
        work.app.bridge.changed.connect(self._changed)

    def look(self, view: IntakeView) -> None:
        """Ask for another dossier of this applicant, if nobody asked for that yet or others changed since."""
        number = next((one.value for one in view.identity.fields if one.name == "applicant.number"), "")
        wanted = view.dossier, number if self._work.editable and re.fullmatch(r"[0-9]{12}", number) else ""
        if wanted == self._looked and not self._stale:
            return
        if wanted != self._looked:
            self._show(None)
        self._looked, self._stale = wanted, False
        if wanted[1]:
            self._work.app.jobs.start(
                "store-read",
                self,
                lambda cancel, progress: self._work.app.desk.online.sent_by(number, view.dossier),
                lambda row: self._show(row) if wanted == self._looked else None,
            )

    def open_it(self) -> None:
        """Go on with the one that was sent; this draft stays in today's list."""
        row = self._row
        if row is None or self._opening.busy:
            return
        self._opening.set_busy("online.taking")
        self._work.after_save(lambda: self._take(row), self._opening.set_busy)

    def _in_front(self, dossier: UUID | None) -> bool:
        """Whether the page of this draft is looked at, with words here or without."""
        view, page = self._work.view, self.parentWidget()
        return view is not None and view.dossier == dossier and page is not None and page.isVisible()

    def _changed(self, dossiers: frozenset[UUID]) -> None:
        view = self._work.view
        if view is None or dossiers - {view.dossier}:
            self._stale = True
            if view is not None and self._in_front(view.dossier):
                self.look(view)

    def _take(self, row: OnlineRow) -> None:
        beside = self._work.view.dossier if self._work.view is not None else None

        def taken(view: OnlineDossierView) -> None:
            self._opening.set_busy()
            if self._in_front(beside):
                self._work.app.window.open_dossier(view.row.dossier)
            else:
                leave_unopened(self._work.app, self, view.row.dossier)

        def refused(error: Exception) -> None:
            self._opening.set_busy()
            if isinstance(error, Refusal):
                self._work.refused.emit(error)

        if not self._in_front(beside):
            self._opening.set_busy()
            return
        self._work.app.jobs.start(
            "people", self, lambda cancel, progress: self._work.app.desk.online.take(row.dossier), taken, refused
        )

    def _show(self, row: OnlineRow | None) -> None:
        self._row = row
        if row is None:
            self.clear()
        else:
            self.say("online.hint.there", "online.hint.there_remedy", code=row.code)
