"""One entry of the trail in full: its sentence, who, when, from where and how, and what it changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from clerk_app.desk.telling_names import NONE
from clerk_app.desk.trail_views import TrailChange, TrailLine
from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import t
from ui.widgets.kit import Label, Muted, SubHeading, Text


class TrailDetail(QScrollArea):
    """Empty until an entry is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.line: TrailLine | None = None
        inside = QWidget()
        inside.setProperty("class", "clear")
        self.setProperty("class", "clear")
        self.setWidget(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.SPACE["l"], theme.SPACE["m"], theme.SPACE["l"], theme.SPACE["m"])
        column.setSpacing(theme.SPACE["s"])
        self.sentence = SubHeading()
        self.sentence.setWordWrap(True)
        self.by, self.at, self.session, self.central, self.seal = (Muted() for _ in range(5))
        column.addWidget(self.sentence)
        for part in (self.by, self.at, self.session, self.central, self.seal):
            column.addWidget(part)
        self.none = Muted("trail.no_changes")
        column.addWidget(self.none)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE["m"])
        self._grid.setVerticalSpacing(theme.SPACE["s"])
        for place, stretch in enumerate((3, 3, 4)):
            self._grid.setColumnStretch(place, stretch)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._cells: list[Text] = []
        self.show_line(None)

    def show_line(self, line: TrailLine | None) -> None:
        """Show an entry, or that none is chosen."""
        if line == self.line and self._cells:
            return
        self.line = line
        for cell in self._cells:
            cell.hide()
            cell.deleteLater()
        self._cells = []
        for part in (self.by, self.at, self.session, self.central, self.seal, self.none):
            part.setVisible(line is not None)
        if line is None:
            self.sentence.say("trail.detail_empty")
            return
        self.sentence.show_words(line.sentence)
        self.by.show_words(Words(f"{line.who} · {line.roles.vi}", f"{line.who} · {line.roles.en}"))
        at = f"{line.at:%H:%M:%S · %d/%m/%Y}"
        self.at.say("trail.at_of" if line.code else "trail.at", at=at, station=line.station, code=line.code)
        self.session.show_words(Words(_capital(line.session.vi), _capital(line.session.en)))
        self.session.setVisible(bool(line.session.vi))
        self.central.show_words(Words(f"Trung tâm: {line.central.vi}", f"Central: {line.central.en}"))
        self.seal.say("trail.seal", n=line.n, digest=line.digest[:16])
        self.none.setVisible(not line.changes)
        if line.changes:
            heads = [Label(f"trail.{key}") for key in ("thing", "before", "after")]
            self._row(0, heads)
        for row, change in enumerate(line.changes, 1):
            self._row(row, self._texts(change))
        self.verticalScrollBar().setValue(0)

    def scroll_by(self, pages: int) -> None:
        """Up or down by most of what is in sight."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep() * 2 // 3)

    def retranslate(self) -> None:
        self.setAccessibleName(t("trail.detail"))

    def _texts(self, change: TrailChange) -> list[Text]:
        """What was nothing stands back."""
        cells: list[Text] = []
        for words in (change.label, change.before, change.after):
            cell = Text(look="muted" if words == NONE or words is change.label else "body")
            cell.setWordWrap(True)
            cell.show_words(words)
            cells.append(cell)
        return cells

    def _row(self, row: int, cells: list[Text] | list[Label]) -> None:
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
            self._cells.append(cell)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
