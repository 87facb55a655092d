"""The line above the steps: who this dossier is about, how sure that is, how long it takes, whether it is saved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.texts import t
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Badge, Heading, Text
from ui.widgets.scan_line import ScanLine

if TYPE_CHECKING:
    from clerk_app.desk.views import IntakeView
    from clerk_app.domain.dossier import Step


def elapsed(since: datetime, now: datetime) -> str:
    """How long the citizen has been here: m:ss, from an hour on h:mm:ss; never negative if the clock was set back."""
    seconds = max(0, int((now - since).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes:02}:{second:02}"


class DossierHead(QWidget):
    """Name, badge, case, clock, and the button that parks the dossier."""

    park = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: IntakeView | None = None
        self._narrow = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE["m"])
        self.title = Heading()
        self.badge = Badge()
        self.subtitle = Text(look="context")
        self.pages = ScanLine()
        self.elapsed = Text(look="elapsed")
        self.saved = Text(look="caption")
        self._save = SecondaryButton("intake.save", "Ctrl+S")
        self._save.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._save.clicked.connect(self.park)
        who: tuple[QWidget, ...] = (self.title, self.badge, self.subtitle)
        state: tuple[QWidget, ...] = (self.pages, self.saved, self.elapsed, self._save)
        for part in who:
            row.addWidget(part)
        row.addStretch(1)
        for part in state:
            row.addWidget(part)
        row.addStrut(self._save.sizeHint().height())
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)

    def show_view(self, view: IntakeView, step: Step) -> None:
        """Show a dossier; the citizen's name stands here except where the first step shows it large anyway."""
        self._view = view
        if not view.title or step == "identity":
            self.title.say("intake.title")
            self.badge.show_badge(None)
        else:
            self.title.setText(view.title)
            self.badge.show_badge(view.identity.badge)
        self.subtitle.show_words(view.subtitle)
        self._save.setVisible(view.status == "draft")
        self._tick()

    def say_saved(self, state: str) -> None:
        """`saving`, `saved` or `failed`."""
        self.saved.say(f"intake.saved.{state}")

    def set_narrow(self, narrow: bool) -> None:
        """With little room the case goes; step 2 says it too."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        """Nothing is cut: where pages come and there is no room for all, the case goes, then that it is saved,
        last the end of the words."""
        gap = theme.SPACE["m"]
        stays = [part for part in (self.title, self.badge, self.elapsed, self._save) if not part.isHidden()]
        room = self.width() - sum(part.sizeHint().width() + gap for part in stays) - gap
        if not self.pages.isHidden():
            self.pages.fit(room - gap)
            room -= self.pages.wanted() + gap
        for part in (self.saved, self.subtitle):
            wide = part.sizeHint().width() + gap
            fits = room >= wide and not (part is self.subtitle and self._narrow)
            part.setVisible(fits)
            room -= wide if fits else 0

    def event(self, event: QEvent) -> bool:
        """Something came, went or has other words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _tick(self) -> None:
        view = self._view
        if view is not None:
            over = view.status != "draft"
            self.elapsed.setText(elapsed(view.opened_at, view.saved_at if over else datetime.now(UTC)))
            self.elapsed.setAccessibleName(f"{t('intake.elapsed')} {self.elapsed.text()}")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
