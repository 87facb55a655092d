"""Whose the open dossier is, asked of central again and again while it is open; never in the way of who works without
a line.

    nobody asked --dossier shown--> ours --another desk took it over--> theirs, read-only --taken over--> ours
                                     `--parked, signed out, another dossier--> given back
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.desk.leases import RENEW_S
from clerk_app.domain.refusals import Refusal

if TYPE_CHECKING:
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.views import IntakeView, LeaseView
    from ui.application import App
    from ui.dossier_work import DossierWork


def leave_unopened(app: App, owner: QObject, dossier: UUID) -> None:
    """It was lent to this desk after whoever asked went on: nobody opens it, and it goes back unless it is open."""
    shell = app.window.shell
    if shell is None or shell.dossier != dossier:
        app.jobs.start(
            "people",
            owner,
            lambda cancel, progress: app.desk.online.give_back(dossier),
            lambda done: None,
            lambda error: None,
        )


class LeaseWork(QObject):
    """The lease of the dossier that `work` has open. It is asked for in a lane that waits behind no delivery."""

    changed = Signal(object)
    """A `LeaseView`; None once no dossier is open."""
    refused = Signal(object)
    """Why it could not be taken over, as a `Refusal`."""

    def __init__(self, work: DossierWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._app = work.app
        self._dossier: UUID | None = None
        self._asking = False
        self._again = False
        self._lease: LeaseView | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(round(RENEW_S * 1000))
        self._clock.timeout.connect(self.ask)
        work.arrived.connect(self._arrived)
        self._app.bridge.delivered.connect(self._delivered)
        self._app.bridge.came.connect(self._came)

    @property
    def lease(self) -> LeaseView | None:
        """As it was last heard."""
        return self._lease

    def leave(self) -> None:
        """The dossier is not open any more."""
        self._clock.stop()
        dossier, self._dossier, self._lease = self._dossier, None, None
        if dossier is not None:
            self.changed.emit(None)
            self._app.jobs.start(
                "people",
                self,
                lambda cancel, progress: self._app.desk.leases.release(dossier),
                lambda done: None,
                lambda error: None,
            )

    def ask(self) -> None:
        """Say that it is still open here, and hear whose it is."""
        dossier = self._dossier
        if dossier is None:
            return
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._app.jobs.start(
            "people",
            self,
            lambda cancel, progress: self._app.desk.leases.hold(dossier),
            lambda lease: self._heard(dossier, lease),
            lambda error: self._over(),
        )

    def take_over(self, reason: str) -> None:
        """Work on it here although another desk has it open."""
        dossier = self._dossier
        if dossier is None:
            return
        self._app.jobs.start(
            "people",
            self,
            lambda cancel, progress: self._app.desk.leases.take_over(dossier, reason),
            lambda lease: self._taken(dossier, lease),
            self._not_taken,
        )

    def _taken(self, dossier: UUID, lease: LeaseView) -> None:
        self._heard(dossier, lease)
        # The other desk is to hear of it now.
        self._app.bridge.deliver_now()

    def _not_taken(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.refused.emit(error)

    def _heard(self, dossier: UUID, lease: LeaseView) -> None:
        self._over()
        if dossier != self._dossier:
            return
        before, self._lease = self._lease, lease
        if before == lease:
            return
        if lease.state == "theirs":
            # What was typed until now is kept before the page is only to be looked at.
            self._work.save_now()
        if lease.state == "theirs" or (before is not None and before.state == "theirs"):
            self._work.refresh()
        self.changed.emit(lease)

    def _over(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self.ask()

    def _arrived(self, view: IntakeView, _checked: bool) -> None:
        if view.dossier == self._dossier:
            return
        self.leave()
        if view.status == "draft":
            self._dossier = view.dossier
            self._clock.start()
            self.ask()

    def _delivered(self, report: DeliveryReport) -> None:
        """Something came from other desks: it may be that one of them took this dossier over."""
        self._came(report.pulled)

    def _came(self, entries: int) -> None:
        if entries:
            self.ask()
