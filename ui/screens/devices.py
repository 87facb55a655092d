"""Everything around the desk, checked: what works, what does not, and the exact remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.actions import Action
from ui.texts import known, t, words
from ui.widgets.buttons import PrimaryButton
from ui.widgets.kit import Card, Heading, Muted, Skeleton, Text

if TYPE_CHECKING:
    from clerk_app.desk.views import DoctorCheck, DoctorView
    from ui.application import App

ICONS = {
    "reader": "id-card",
    "scanner": "scan-line",
    "printer": "printer",
    "camera": "camera",
    "code_scanner": "qr-code",
    "central": "server",
    "clock": "clock",
    "disk": "folder-open",
    "database": "lock",
    "catalogue": "file-text",
    "trust": "shield-check",
    "limits": "chart-column",
}
TONES = {"ok": "good", "warn": "warn", "fail": "bad"}
SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}


class CheckRow(QWidget):
    """One thing that was looked at: its picture, name, words and remedy, and its state at the end."""

    def __init__(self, check: DoctorCheck) -> None:
        super().__init__()
        self._check = check
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.SPACE["s"], 0, theme.SPACE["s"])
        row.setSpacing(theme.SPACE["l"])
        self._picture = QLabel()
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        self._name = Text(look="strong")
        self._words = Muted()
        self._remedy = Text(look="remedy")
        self._remedy.setWordWrap(True)
        for part in (self._name, self._words, self._remedy):
            column.addWidget(part)
        row.addLayout(column, 1)
        self._state = Text(look="badge")
        self._state.setProperty("tone", TONES[check.state])
        row.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        self.retranslate()

    def retranslate(self) -> None:
        """Words and icon of the moment."""
        check = self._check
        key = f"devices.name.{check.name}"
        self._picture.setPixmap(theme.pixmap(ICONS.get(check.name, "sliders-horizontal"), "muted", 20))
        self._name.setText(t(key) if known(key) else check.name)
        self._words.setText(words(check.words))
        self._remedy.setText("" if check.state == "ok" else words(check.remedy))
        self._remedy.setVisible(bool(self._remedy.text()))
        self._state.setText(f"{SIGNS[check.state]} {t('devices.state.' + check.state)}")
        self.setAccessibleName(f"{self._name.text()}: {self._state.text()}. {self._words.text()} {self._remedy.text()}")


class DevicesScreen(QScrollArea):
    """The page of the doctor."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: DoctorView | None = None
        self._loading = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        page.setProperty("class", "page")
        self.setWidget(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["xl"])
        column.setSpacing(theme.SPACE["l"])
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["l"])
        head.addWidget(Heading("nav.devices"))
        self.context = Text(look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.again = PrimaryButton("devices.again", "Ctrl+R", "refresh-cw")
        self.again.clicked.connect(self.load)
        head.addWidget(self.again)
        column.addLayout(head)
        self.card = Card()
        self.card.body.setSpacing(0)
        self._waiting = Skeleton(8)
        self.card.body.addWidget(self._waiting)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.card.body.addLayout(self._list)
        column.addWidget(self.card)
        column.addStretch(1)

    def actions(self) -> list[Action]:  # type: ignore[override]
        """Look again."""
        return [Action("devices.again", "devices.again", "Ctrl+R", lambda app: self.load(), icon="refresh-cw")]

    def arrive(self) -> None:
        """The page came to the front: look."""
        self.again.setFocus()
        self.load()

    def load(self) -> None:
        """Let the desk look at everything; some devices take a few seconds to answer."""
        if not self._loading:
            self._loading = True
            self.again.set_busy("devices.looking")
            self._app.jobs.start(
                "lamps", self, lambda cancel, progress: self._app.desk.lamps.doctor(), self.show_view, self._lost
            )

    def show_view(self, view: DoctorView) -> None:
        """Show what was found, what is wrong first."""
        self._over()
        self._view = view
        self._waiting.hide()
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        order = {"fail": 0, "warn": 1, "ok": 2}
        for number, check in enumerate(sorted(view.checks, key=lambda check: order[check.state])):
            if number:
                rule = QFrame()
                rule.setProperty("class", "rule")
                self._list.addWidget(rule)
            self._list.addWidget(CheckRow(check))
        self.retranslate()

    def retranslate(self) -> None:
        """How many are not well."""
        if self._view is not None:
            bad = sum(check.state != "ok" for check in self._view.checks)
            self.context.setText(t("devices.all_well") if not bad else t("devices.not_well", count=bad))

    def _lost(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        self._over()
        if isinstance(error, Refusal):
            self._app.window.say_refusal(error)

    def _over(self) -> None:
        self._loading = False
        self.again.set_busy()
