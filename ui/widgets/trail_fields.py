"""What is looked for in the trail: a few fields, and Enter in any of them asks."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from clerk_app.desk.trail_views import TrailSearch
from ui import theme
from ui.texts import t
from ui.widgets.inputs import DateInput, TextInput, commit_open_syllable
from ui.widgets.kit import Label

FIELDS = ("dossier", "person", "user", "first", "last", "station")
SHARES = (3, 4, 3, 2, 2, 2)
WIDE = 900
"""From this width on all fields stand in one row."""


class TrailFields(QWidget):
    """`asked` gives what is looked for, `wrong` a text that is no day."""

    asked = Signal(object)
    wrong = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE["m"])
        self._grid.setVerticalSpacing(theme.SPACE["s"])
        self._cells: list[QWidget] = []
        self._columns = 0
        self.inputs: dict[str, TextInput] = {}
        self._labels: dict[str, Label] = {}
        for name in FIELDS:
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            label = Label(f"trail.field.{name}")
            box = DateInput() if name in ("first", "last") else TextInput(100)
            box.returnPressed.connect(self.ask)
            column.addWidget(label)
            column.addWidget(box)
            self.inputs[name], self._labels[name] = box, label
            self._cells.append(cell)
        self._arrange(len(FIELDS))
        self.retranslate()

    def focus_first(self) -> None:
        """The caret in the first field, its text selected."""
        self.inputs["dossier"].setFocus()
        self.inputs["dossier"].selectAll()

    def show_search(self, search: TrailSearch) -> None:
        """Write what is looked for into the fields."""
        self.inputs["dossier"].set_value(search.dossier)
        self.inputs["person"].set_value(search.person)
        self.inputs["user"].set_value(search.user)
        self.inputs["first"].set_value(search.first.isoformat() if search.first else "")
        self.inputs["last"].set_value(search.last.isoformat() if search.last else "")
        self.inputs["station"].set_value(search.station)

    def forget(self) -> None:
        """No citizen's name or number stays in a field that nobody looks at."""
        self.inputs["person"].set_value("")

    def ask(self) -> None:
        """Look for what stands there."""
        commit_open_syllable()
        days: list[date | None] = []
        for name in ("first", "last"):
            text = self.inputs[name].value()
            try:
                days.append(date.fromisoformat(text) if text else None)
            except ValueError:
                self.inputs[name].setFocus()
                self.wrong.emit(text)
                return
        dossier, person, user = (self.inputs[name].value() for name in FIELDS[:3])
        station = self.inputs["station"].value()
        self.asked.emit(TrailSearch(dossier, person, user, days[0], days[1], station))

    def retranslate(self) -> None:
        for name, box in self.inputs.items():
            box.setAccessibleName(t(f"trail.field.{name}"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window they stand in two rows."""
        super().resizeEvent(event)
        self._arrange(len(FIELDS) if self.width() >= WIDE else len(FIELDS) // 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, cell in enumerate(self._cells):
            self._grid.addWidget(cell, place // columns, place % columns)
            self._grid.setColumnStretch(place % columns, SHARES[place] if columns == len(FIELDS) else 1)
        for spare in range(columns, len(FIELDS)):
            self._grid.setColumnStretch(spare, 0)
