"""Whoever stands at the desk sent a dossier online: it is named beside the new one, and opened by one key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from clerk_app.domain.refusals import Refusal
from ui.widgets.buttons import SecondaryButton
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.online_views import OnlineDossierView, OnlineRow
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

KEY = "Ctrl+Shift+O"


class OnlineHint(Notice):
    """Looks once for each number that stands in a draft."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent)
        self._work = work
        self._looked: tuple[UUID, str] | None = None
        self._row: OnlineRow | None = None
        self._opening = SecondaryButton("intake.online.open", KEY, "globe")
        self._opening.clicked.connect(self.open_it)
        self.buttons.addWidget(self._opening)

    def look(self, view: IntakeView) -> None:
        """Ask for another dossier of this applicant, if nobody asked for that yet."""
        number = next((one.value for one in view.identity.fields if one.name == "applicant.number"), "")
        wanted = view.dossier, number if self._work.editable and re.fullmatch(r"[0-9]{12}", number) else ""
        if wanted == self._looked:
            return
        self._looked = wanted
        self._show(None)
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

    def _take(self, row: OnlineRow) -> None:
        def taken(view: OnlineDossierView) -> None:
            self._opening.set_busy()
            self._work.app.window.open_dossier(view.row.dossier)

        def refused(error: Exception) -> None:
            self._opening.set_busy()
            if isinstance(error, Refusal):
                self._work.refused.emit(error)

        self._work.app.jobs.start(
            "people", self, lambda cancel, progress: self._work.app.desk.online.take(row.dossier), taken, refused
        )

    def _show(self, row: OnlineRow | None) -> None:
        self._row = row
        if row is None:
            self.clear()
        else:
            self.say("intake.online.there", "intake.online.there_remedy", code=row.code)
