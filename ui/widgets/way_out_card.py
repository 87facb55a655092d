"""The way out when the line stays down: what waits goes on a stick, central's answer comes back from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from clerk_app.domain.refusals import Refusal
from ui.texts import number, t
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Card, Muted
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.carrying import CarriedHome, CarriedOut
    from ui.application import App
    from ui.jobs import Cancel, Progress

SUFFIX = ".quay"


class WayOutCard(Card):
    """waiting → choose a file → writing → told;   choose an answer → taking it in → told"""

    told = Signal(object)
    """The words of what came of it: they are to be in sight."""

    def __init__(self, app: App) -> None:
        super().__init__("way_out.title")
        self._app = app
        row = QHBoxLayout()
        row.addWidget(Muted("way_out.hint"), 1)
        self.out = SecondaryButton("way_out.export", "", "send")
        self.out.clicked.connect(self.choose_where)
        self.home = SecondaryButton("way_out.import", "", "inbox")
        self.home.clicked.connect(self.choose_answer)
        for button in (self.out, self.home):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.notice = Notice("good", closable=True)
        self.body.addWidget(self.notice)

    def show_waiting(self, waiting: int) -> None:
        """Nothing can be carried where nothing waits."""
        self.out.setEnabled(waiting > 0)

    def choose_where(self) -> None:
        """A file on the stick; the window goes on while somebody chooses."""
        dialog = self._dialog("way_out.export.choose")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.selectFile(f"{self._app.session.counter}{SUFFIX}")
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.open()

    def choose_answer(self) -> None:
        """The file that came back."""
        dialog = self._dialog("way_out.import.choose")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, t(title), "", f"{t('way_out.kind')} (*{SUFFIX})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def export(self, path: Path) -> None:
        """Write what waits."""
        self.out.set_busy("way_out.exporting")

        def work(cancel: Cancel, progress: Progress) -> CarriedOut:
            return self._app.desk.carrying.export(path, cancel, progress)

        self._app.jobs.start("network", self, work, self._exported, self._failed)

    def take(self, path: Path) -> None:
        """Take in an answer."""
        self.home.set_busy("way_out.importing")

        def work(cancel: Cancel, progress: Progress) -> CarriedHome:
            return self._app.desk.carrying.take_answer(path)

        self._app.jobs.start("network", self, work, self._taken, self._failed)

    def _exported(self, out: CarriedOut) -> None:
        self.out.set_busy()
        self.notice.set_tone("good")
        self.notice.say(
            "way_out.exported", "way_out.exported_hint", entries=number(out.entries), sheets=number(out.sheets)
        )
        self.told.emit(self.notice)

    def _taken(self, home: CarriedHome) -> None:
        self.home.set_busy()
        if home.problem is not None:
            self.notice.set_tone("warn")
            self.notice.show_refusal(home.problem)
        else:
            self.notice.set_tone("good")
            self.notice.say("way_out.imported", accepted=number(home.accepted), refused=number(home.refused))
        self.told.emit(self.notice)

    def _failed(self, error: Exception) -> None:
        self.out.set_busy()
        self.home.set_busy()
        if isinstance(error, Refusal):
            self.notice.set_tone("bad")
            self.notice.show_refusal(error)
            self.told.emit(self.notice)
