"""One small line that says wherever the clerk is how the pages come, with a button that stops them.

nothing on its way --> hidden      coming --> `Đang quét · 4 trang` [Dừng]      jammed --> `Kẹt giấy · 4 trang đã giữ`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Text
from ui.widgets.lamps import Sign
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from uuid import UUID

    from ui.page_work import PageWork

STOP_KEY = "Ctrl+Shift+X"
MOST = 360


class ScanLine(QWidget):
    """A sign, some words, one button."""

    stop_asked = Signal()
    look_asked = Signal()
    """Show the step where the trouble can be mended."""

    def __init__(self, parent: QWidget | None = None, look_key: str = "F4") -> None:
        super().__init__(parent)
        self._said: tuple[str, str, dict[str, object]] | None = None
        self._whole = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE["s"])
        self._sign = Sign()
        self.words = Text(look="caption")
        self.stop = narrow(QuietButton("intake.pages.stop", STOP_KEY))
        self.look = narrow(QuietButton("intake.pages.look", look_key))
        row.addWidget(self._sign)
        row.addWidget(self.words)
        for button, asked in ((self.stop, self.stop_asked), (self.look, self.look_asked)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(asked)
            button.hide()
            row.addWidget(button)
        self.hide()

    def show_work(self, work: PageWork, dossier: UUID | None, *, at_papers: bool = False) -> None:
        """How the pages of one dossier come, None for whichever; where its papers are shown, they say the rest."""
        coming, trouble = work.arriving, work.trouble
        if coming is not None and dossier is not None and coming.dossier != dossier:
            coming = None
        if trouble is not None and dossier is not None and trouble.dossier != dossier:
            trouble = None
        unmade = work.unmade(dossier) if dossier is not None else 0
        self.stop.setVisible(coming is not None and not coming.stopped)
        self.look.setVisible(coming is None and trouble is not None and trouble.refusal is not None and not at_papers)
        if coming is not None and coming.notice is not None and not coming.stopped:
            self._said = None
            self._sign.show_state("busy")
            self._show(words(coming.notice))
        elif coming is not None:
            key = "stopping" if coming.stopped else "coming" if coming.count else "begins"
            self._say("busy", f"intake.pages.{key}", count=coming.count)
        elif trouble is not None and trouble.refusal is not None and not at_papers:
            self._said = None
            self._sign.show_state("trouble")
            kept = f" {t('intake.pages.kept', count=trouble.count)}" if trouble.count else ""
            self._show(f"{words(trouble.refusal.words)}{kept}")
        elif unmade:
            self._say("busy", "intake.pages.making", count=unmade)
        else:
            self._said = None
            self.hide()

    def _say(self, state: str, key: str, **values: object) -> None:
        self._said = (state, key, values)
        self._sign.show_state(state)
        self._show(t(key, **values))

    def wanted(self) -> int:
        """How wide it is with all of its words, as far as it may be."""
        whole = min(MOST, self.words.fontMetrics().horizontalAdvance(self._whole) + 1)
        return self.sizeHint().width() - self.words.sizeHint().width() + whole

    def fit(self, room: int) -> None:
        """Shorten the words so that all of it is no wider than `room`; what is left out is told where one points."""
        beside = self.sizeHint().width() - self.words.sizeHint().width()
        metrics = self.words.fontMetrics()
        most = max(0, min(MOST, room - beside - 1))
        short = metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, most)
        if short != self.words.text():
            self.words.setText(short)

    def _show(self, text: str) -> None:
        self._whole = text
        self.fit(MOST * 2)
        self.words.setToolTip(text)
        self.setAccessibleName(text)
        self.show()

    def retranslate(self) -> None:
        """Say it again in the language of the moment."""
        if self._said is not None:
            state, key, values = self._said
            self._say(state, key, **values)
