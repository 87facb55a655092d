"""Which request is looked at here, said to central again and again while it is, and who else looks at which.

nobody --a request is shown--> said, and again every few seconds --another one, page left, signed out--> nobody
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.desk.approvals import RENEW_S

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import HandlingView
    from ui.application import App


class HandlingWork(QObject):
    """Asked in a lane that waits behind no delivery; without a line it is simply silent."""

    heard = Signal(object)
    """Who else looks at which, as a tuple of `HandlingView`; told only when it changed."""

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._request: UUID | None = None
        self._others: tuple[HandlingView, ...] = ()
        self._asking = False
        self._again = False
        self._clock = QTimer(self)
        self._clock.setInterval(round(RENEW_S * 1000))
        self._clock.timeout.connect(self._ask)

    def begin(self) -> None:
        """Somebody looks at the page."""
        self._clock.start()
        self._ask()

    def end(self) -> None:
        """Nobody does any more."""
        self._clock.stop()
        self.look_at(None)

    def look_at(self, request: UUID | None) -> None:
        """This one is looked at now."""
        if request != self._request:
            self._request = request
            self._ask()

    def _ask(self) -> None:
        if self._asking:
            self._again = True
            return
        self._asking, request = True, self._request
        self._app.jobs.start(
            "people",
            self,
            lambda cancel, progress: self._app.desk.approvals.handle(request),
            self._heard,
            lambda error: self._over(),
        )

    def _heard(self, others: tuple[HandlingView, ...]) -> None:
        before, self._others = self._others, others
        if others != before:
            self.heard.emit(others)
        self._over()

    def _over(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self._ask()
