"""While a payment stands open on the fee page, the platform is asked how it stands; nobody has to press for it.

the page is shown and the citizen may still pay --wait--> asked --still open--> wait longer --> asked … until it is over
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

FIRST_MS = 4_000
MOST_MS = 30_000
LONGER = 1.5
"""By how much each wait is longer than the one before: who pays does so soon or much later."""


class PaymentWatch(QObject):
    """Asks for one page. What the platform did not say is silence and no fault: it is asked again."""

    def __init__(
        self,
        page: QWidget,
        work: DossierWork,
        verb: Callable[[Desk, UUID], IntakeView],
        open_now: Callable[[], bool],
    ) -> None:
        """`open_now` says whether there is anything to ask about."""
        super().__init__(page)
        self._page = page
        self._work = work
        self._verb = verb
        self._open_now = open_now
        self._asking = False
        self._wait_ms = float(FIRST_MS)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    @property
    def waiting(self) -> bool:
        """Whether it is asked, or will be, by itself."""
        return self._timer.isActive() or self._asking

    def look(self) -> None:
        """What is shown may be another thing now: begin to wait, go on, or stop."""
        if not self._wanted():
            self._timer.stop()
            self._wait_ms = FIRST_MS
        elif not self.waiting:
            self._timer.start(round(self._wait_ms))

    def _wanted(self) -> bool:
        return self._page.isVisible() and self._open_now()

    def _ask(self) -> None:
        view = self._work.view
        if view is None or not self._wanted():
            return
        app, dossier = self._work.app, view.dossier
        self._asking = True
        self._wait_ms = min(MOST_MS, self._wait_ms * LONGER)
        app.jobs.start(
            "network", self, lambda cancel, progress: self._verb(app.desk, dossier), self._answered, self._silent
        )

    def _answered(self, view: IntakeView) -> None:
        self._asking = False
        self._work.take_if_open(view)
        self.look()

    def _silent(self, _error: Exception) -> None:
        """What was heard before goes on standing there, with its time."""
        self._asking = False
        self.look()
