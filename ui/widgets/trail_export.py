"""Taking the trail out: what for, where to, signed by whom; and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from clerk_app.desk.trail_export import save
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from ui import texts
from ui.texts import number, t
from ui.widgets.ask_line import AskLine
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.page_ports import SigningToken
    from clerk_app.desk.trail_export import ExportedFile
    from clerk_app.desk.trail_views import TrailSearch
    from ui.application import App
    from ui.widgets.purpose_line import PurposeLine


class TrailExportLine(QWidget):
    """purpose → file ─(a PDF, and a token is there)→ PIN → writing → told"""

    shut = Signal()
    """Nothing is asked any more."""

    def __init__(self, app: App, purpose: PurposeLine) -> None:
        super().__init__()
        self._app = app
        self._purpose = purpose
        self._kind = "csv"
        self._search: TrailSearch | None = None
        self._full = False
        self._code = ""
        self._path = Path()
        self._token: SigningToken | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.pin = AskLine("trail.pin", "trail.sign", secret=True)
        self.pin.answered.connect(self._signed)
        self.pin.shut.connect(lambda: self._write(None, ""))
        column.addWidget(self.pin)
        self.notice = Notice("good", closable=True)
        self.notice.closed.connect(self._fit)
        column.addWidget(self.notice)
        self.hide()

    def begin(self, kind: str, search: TrailSearch, full: bool = False) -> None:
        """Ask what for, then where to. What is taken out in `full` never is without a purpose."""
        self._kind, self._search, self._full = kind, search, full
        self.notice.clear()
        purposes = self._app.desk.trail.purposes()
        if purposes and (full or self._app.desk.trail.purpose_asked()):
            label = "trail.purpose_export_full" if full else "trail.purpose_export"
            self._purpose.ask(label, purposes, self.choose_where)
        else:
            self.choose_where("")

    def close_line(self) -> None:
        """Leave what was asked."""
        if not self.pin.isHidden():
            self.pin.hide()
        self._fit()

    def choose_where(self, purpose: str) -> None:
        """A file; the window goes on while somebody chooses. Its name says nothing of a person."""
        self._code = purpose
        suffix = self._kind
        kinds = f"{t(f'trail.kind_{suffix}')} (*.{suffix})"
        dialog = QFileDialog(self.parentWidget() or self, t(f"trail.choose_{suffix}"), "", kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"trail-{self._app.session.counter}-{in_hanoi(datetime.now(UTC)):%y%m%d-%H%M}.{suffix}")
        dialog.fileSelected.connect(lambda name: self.write_to(Path(name)))
        dialog.rejected.connect(self.shut)
        dialog.open()

    def write_to(self, path: Path) -> None:
        """The file is chosen: sign it with a token that is there, else seal it."""
        self._path = path
        if self._kind == "pdf":
            self._app.jobs.start(
                "network",
                self,
                lambda cancel, progress: self._app.desk.trail_export.tokens(),
                self._tokens_seen,
                lambda error: self._write(None, ""),
            )
        else:
            self._write(None, "")

    def _tokens_seen(self, tokens: tuple[SigningToken, ...]) -> None:
        usable = [token for token in tokens if token.state == "ready"]
        if usable:
            self._token = usable[0]
            self.show()
            self.pin.ask()
        else:
            self._write(None, "")

    def _signed(self, pin: str) -> None:
        self._write(self._token, pin)

    def _write(self, token: SigningToken | None, pin: str) -> None:
        search, code, kind, path, full = self._search, self._code, self._kind, self._path, self._full
        if search is None:
            return
        export, language = self._app.desk.trail_export, texts.language()

        def work() -> tuple[ExportedFile, Path | None]:
            if kind == "csv":
                made = export.csv(search, code, language, full)
            else:
                made = export.pdf(search, code, token, pin, full)
            return made, save(made, path)

        self.show()
        self.notice.set_tone("calm")
        self.notice.say("trail.exporting")
        self._app.jobs.start("store", self, lambda cancel, progress: work(), partial(self._written, path), self._failed)
        self.shut.emit()

    def _written(self, path: Path, done: tuple[ExportedFile, Path | None]) -> None:
        made, seal = done
        self.notice.set_tone("good")
        hint = "trail.exported_signed" if seal is None else "trail.exported_seal"
        self.notice.say("trail.exported", hint, rows=number(made.rows), file=str(path), seal=seal.name if seal else "")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.notice.set_tone("bad")
            self.notice.show_refusal(error)
        else:
            self.notice.clear()

    def _fit(self) -> None:
        self.setVisible(not self.notice.isHidden() or not self.pin.isHidden())
