"""Where sources disagree about the applicant: every value side by side, which one is in use, and what to make of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.copyable import Copyable
from ui.widgets.kit import SIGNS, Card, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clerk_app.desk.views import DifferenceView, SourceValue
    from clerk_app.domain.refusals import Words

LABEL_WIDTH = 118
NOTHING = "–"


class ValueCell(QWidget):
    """What one source says of a field, what that is worth, and whether it stands in the form."""

    def __init__(self, value: SourceValue | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        self.said = Copyable(look="difference-value")
        self.level = QLabel()
        self.level.setProperty("class", "difference-level")
        theme.mark(self.said, used="yes" if value is not None and value.used else "no")
        theme.mark(self.level, tone=value.level.tone if value is not None else "calm")
        for text in (self.said, self.level):
            text.setWordWrap(True)
            column.addWidget(text)
        column.addStretch(1)
        self.retranslate()

    def spoken(self) -> str:
        """The same for the ear; nothing where the source is silent."""
        if self._value is None:
            return ""
        return f"{words(self._value.source)} {self.said.text()} ({self.level.text()})".replace("\n", ", ")

    def retranslate(self) -> None:
        value = self._value
        self.level.setVisible(value is not None)
        if value is None:
            self.said.setText(NOTHING)
            return
        self.said.setText(words(value.value))
        sign = SIGNS[value.level.tone]
        level = f"{sign} {words(value.level.words)}" if sign else words(value.level.words)
        self.level.setText(f"{level}\n▸ {t('intake.differences.used')}" if value.used else level)


Column = tuple["Words", int]
"""A source, and which of its values: a chip may have said two things, one of another person."""


def _numbered(view: DifferenceView) -> Iterator[tuple[Column, SourceValue]]:
    count: Counter[Words] = Counter()
    for value in view.values:
        yield (value.source, count[value.source]), value
        count[value.source] += 1


def _columns(views: tuple[DifferenceView, ...]) -> list[Column]:
    """Every column that some field needs, those of one source beside each other."""
    keys = list(dict.fromkeys(key for view in views for key, _ in _numbered(view)))
    order = list(dict.fromkeys(source for source, _ in keys))
    return sorted(keys, key=lambda key: (order.index(key[0]), key[1]))


class DifferenceTable(QWidget):
    """One row per field, one column per source; below each row what it means."""

    def __init__(self, views: tuple[DifferenceView, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = views
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE["m"])
        self._grid.setVerticalSpacing(theme.SPACE["xs"])
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._keys = _columns(views)
        for place, (source, _) in enumerate(self._keys, 1):
            head = Text(look="difference-head")
            head.show_words(source)
            self._grid.addWidget(head, 0, place)
            self._grid.setColumnStretch(place, 1)
        self.labels: list[Text] = []
        self.cells: list[list[ValueCell]] = []
        self.meanings: list[Text] = []
        for number, view in enumerate(views):
            self._add(view, 1 + 3 * number)
        self.retranslate()

    def _add(self, view: DifferenceView, row: int) -> None:
        rule = QFrame()
        rule.setProperty("class", "rule")
        self._grid.addWidget(rule, row, 0, 1, len(self._keys) + 1)
        label = Text(look="check-title")
        label.setWordWrap(True)
        theme.mark(label, tone=view.tone)
        self._grid.addWidget(label, row + 1, 0, Qt.AlignmentFlag.AlignTop)
        said = dict(_numbered(view))
        cells = [ValueCell(said.get(key)) for key in self._keys]
        for place, cell in enumerate(cells, 1):
            self._grid.addWidget(cell, row + 1, place)
        meaning = Text(look="muted")
        meaning.setWordWrap(True)
        meaning.setContentsMargins(0, 0, 0, theme.SPACE["s"])
        self._grid.addWidget(meaning, row + 2, 0, 1, len(self._keys) + 1)
        self.labels.append(label)
        self.cells.append(cells)
        self.meanings.append(meaning)

    def retranslate(self) -> None:
        rows = []
        for view, label, cells, meaning in zip(self._views, self.labels, self.cells, self.meanings, strict=True):
            label.setText(f"{'✗' if view.tone == 'bad' else '≠'} {words(view.label)}")
            meaning.setText(words(view.words))
            for cell in cells:
                cell.retranslate()
            values = "; ".join(said for cell in cells if (said := cell.spoken()))
            rows.append(f"{words(view.label)}: {values}. {words(view.words)}")
        self.setAccessibleName("\n".join(rows))


class DifferenceCard(Card):
    """Every difference of a dossier; hidden while the sources agree."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.differences.title", parent)
        self._views: tuple[DifferenceView, ...] = ()
        self.table: DifferenceTable | None = None
        self.hide()

    def show_differences(self, views: tuple[DifferenceView, ...]) -> None:
        """Show these; the same again changes nothing."""
        if views != self._views:
            self._views = views
            if self.table is not None:
                self.body.removeWidget(self.table)
                self.table.hide()
                self.table.deleteLater()
            self.table = DifferenceTable(views) if views else None
            if self.table is not None:
                self.body.addWidget(self.table)
        self.setVisible(bool(views))
