"""The desk's news as Qt signals: what changed, what was delivered, how the devices are, which language is shown.

Everything that waits (the card reader, the line) waits in a lane of `ui.jobs`; this object only listens and decides
when to ask again.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from clerk_app.desk.delivery import POLL_S, next_delay_s
from clerk_app.desk.giving_way import GIVEN_WAY_S
from clerk_app.desk.news import POLL_BESIDE_S
from ui.ear import Ear, Hearing
from ui.jobs import Cancel, Job, Jobs, Progress

if TYPE_CHECKING:
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.lamps import CardWatch
    from clerk_app.desk.ports import ReaderState
    from clerk_app.desk.views import LampView

GATHER_MS = 30
LAMPS_EVERY_MS = 4_000
CARD_WAIT_S = 0.5
CARD_PAUSE_MS = 1_000
DELIVERY_AFTER_CHANGE_MS = 400


class Bridge(QObject):
    """One desk, heard by one window."""

    changed = Signal(object)
    """A `frozenset[UUID]` of dossiers; several changes within one moment come as one."""
    language_changed = Signal(str)
    contrast_changed = Signal(bool)
    lamps_changed = Signal(object)
    """A `tuple[LampView, ...]`."""
    delivered = Signal(object)
    """A `DeliveryReport`."""
    came = Signal(int)
    """So many entries of other desks came by themselves, between two deliveries."""
    law_renewed = Signal(str)
    """The version of a newer law, which holds from the next dossier on. Nothing that is shown changes by it."""
    law_refused = Signal(object)
    """A `Refusal`: why the newer law that central hands out is not taken here; told once."""
    access_lost = Signal(object)
    """A `Refusal`: why the person who sits here is signed out. The desk already did."""
    card_changed = Signal(bool)
    """Whether a card lies on a reader now; again for each card that came, went or was exchanged."""
    _heard = Signal(object)

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._gathered: set[UUID] = set()
        self._lamps: tuple[LampView, ...] = ()
        self._running = False
        self._delivering: Job | None = None
        self._deliver_again = False
        self._failures = 0
        self._wait_s = 0.0
        self._report: DeliveryReport | None = None
        self._down_since: datetime | None = None
        self._ear = Ear(desk, jobs, self)
        self._ear.deliver.connect(self._deliver_in)
        self._ear.came.connect(self.came)
        self._card_token: tuple[ReaderState, ...] = ()
        self._card_present = False
        self._cards_left = False
        self._card_missed = False
        """Whether a card came or went while nobody was to hear of it."""
        self._gather = self._timer(self._tell)
        self._delivery = self._timer(self._deliver)
        self._lamp_clock = self._timer(self._ask_lamps)
        self._card_clock = self._timer(self._watch_card)
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)
        desk.subscribe(self._heard.emit)

    @property
    def lamps(self) -> tuple[LampView, ...]:
        """The devices and the line as they were last seen."""
        return self._lamps

    @property
    def card_present(self) -> bool:
        """Whether a card lay on a reader when the watch last looked."""
        return self._card_present

    @property
    def report(self) -> DeliveryReport | None:
        """How the last delivery ended; None before the first."""
        return self._report

    @property
    def down_since(self) -> datetime | None:
        """When the first of the deliveries ended that central did not answer; None while the line is up."""
        return self._down_since

    def begin(self) -> None:
        """Start delivering and watching the devices: somebody signed in."""
        if not self._running:
            self._running = True
            self._lamp_clock.start(0)
            self._card_clock.start(0)
            self._delivery.start(200)

    def end(self) -> None:
        """Stop asking; what is under way may finish."""
        self._running = False
        for clock in (self._gather, self._delivery, self._lamp_clock, self._card_clock):
            clock.stop()
        self._ear.hear("stopped")
        if self._delivering is not None:
            self._delivering.cancel()

    def deliver_now(self) -> None:
        """Send what waits without waiting for the next turn."""
        if self._delivering is not None:
            self._deliver_again = True
        elif self._running:
            self._delivery.start(0)

    @Slot(int)
    def _deliver_in(self, delay_ms: int) -> None:
        """Sooner than planned, unless central asked for the time."""
        if self._running and self._delivering is None and not self._wait_s:
            self._delivery.start(delay_ms)

    def ask_lamps_now(self) -> None:
        """Look at the devices again."""
        if self._running:
            self._lamp_clock.start(0)

    def leave_cards(self) -> None:
        """The window is locked: a card that is laid down now is read by nobody."""
        self._cards_left, self._card_missed = True, False

    def hear_cards(self) -> None:
        """Somebody is there again: what came and went meanwhile is told as it lies now."""
        self._cards_left = False
        if self._card_missed:
            self._card_missed = False
            self.card_changed.emit(self._card_present)

    def _tell_card(self) -> None:
        if self._cards_left:
            self._card_missed = True
        else:
            self.card_changed.emit(self._card_present)

    def _timer(self, call: object) -> QTimer:
        clock = QTimer(self)
        clock.setSingleShot(True)
        clock.timeout.connect(call)
        return clock

    @Slot(object)
    def _take(self, dossiers: frozenset[UUID]) -> None:
        self._gathered |= dossiers
        if not self._gather.isActive():
            self._gather.start(GATHER_MS)

    @Slot()
    def _tell(self) -> None:
        dossiers, self._gathered = frozenset(self._gathered), set()
        self.changed.emit(dossiers)
        if self._running and self._delivering is None and self._failures == 0:
            self._delivery.start(DELIVERY_AFTER_CHANGE_MS)

    @Slot()
    def _deliver(self) -> None:
        if self._delivering is not None or not self._running:
            return

        def work(cancel: Cancel, progress: Progress) -> DeliveryReport:
            return self._desk.delivery.once(cancel, progress)

        self._delivering = self._jobs.start("network", self, work, self._delivery_over, self._delivery_failed)

    def _delivery_over(self, report: DeliveryReport) -> None:
        self._failures = 0 if report.state == "idle" else self._failures + 1
        self._wait_s = report.wait_s
        self._report = report
        if report.state != "offline":
            self._down_since = None
        elif self._down_since is None:
            self._down_since = datetime.now(UTC)
        if self._running and not (report.state == "idle" and report.gave_way):
            # What is left is pulled by the next delivery, not by both.
            hearing: dict[str, Hearing] = {"idle": "listening", "offline": "probing"}
            self._ear.hear(hearing.get(report.state, "stopped"))
        self.delivered.emit(report)
        if report.catalogue:
            self.law_renewed.emit(report.catalogue)
        if report.catalogue_refused is not None:
            self.law_refused.emit(report.catalogue_refused)
        if report.signed_out is not None:
            self.access_lost.emit(report.signed_out)
        self._plan_delivery(report.state == "idle" and report.gave_way)

    def _delivery_failed(self, _error: Exception) -> None:
        self._failures += 1
        self._plan_delivery()

    def _plan_delivery(self, gave_way: bool = False) -> None:
        self._delivering = None
        again, self._deliver_again = self._deliver_again, False
        if self._running:
            poll_s = POLL_BESIDE_S if self._ear.listening else POLL_S
            delay_s = 0.0 if again else next_delay_s(self._failures, random.random, self._wait_s, poll_s)
            if gave_way:
                delay_s = min(delay_s, GIVEN_WAY_S)
            self._delivery.start(round(delay_s * 1000))
            self._lamp_clock.start(0)

    @Slot()
    def _ask_lamps(self) -> None:
        if self._running:
            self._jobs.start(
                "lamps", self, lambda cancel, progress: self._desk.lamps.now(cancel), self._lamps_seen, self._lamps_lost
            )

    def _lamps_seen(self, lamps: tuple[LampView, ...]) -> None:
        if lamps != self._lamps:
            self._lamps = lamps
            self.lamps_changed.emit(lamps)
        self._lamps_lost()

    def _lamps_lost(self, _error: Exception | None = None) -> None:
        if self._running and not self._lamp_clock.isActive():
            self._lamp_clock.start(LAMPS_EVERY_MS)

    @Slot()
    def _watch_card(self) -> None:
        if self._running:
            token = self._card_token
            self._jobs.start(
                "card",
                self,
                lambda cancel, progress: self._desk.lamps.watch_card(token, CARD_WAIT_S),
                self._card_seen,
                self._card_lost,
            )

    def _card_seen(self, seen: CardWatch) -> None:
        self._card_token = seen.token
        self._card_present = seen.present
        if seen.changed:
            self._tell_card()
            self.ask_lamps_now()
        if self._running:
            self._card_clock.start(0)

    def _card_lost(self, _error: Exception) -> None:
        """The service went away. What lies on the readers when it comes back was laid there anew, for all we know."""
        if self._card_token:
            self._card_token = ()
            self._card_present = False
            self._tell_card()
            self.ask_lamps_now()
        if self._running:
            self._card_clock.start(CARD_PAUSE_MS)
