"""The figures of second looks: how many were drawn, looked at and found wanting, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from clerk_app.domain.calendar import format_day
from ui import theme
from ui.screens.queue import Tile
from ui.texts import language, number, t, words
from ui.widgets.kit import Card, Muted
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from clerk_app.desk.review_views import ReviewFigures

CAUSES = (
    Column("review.figure.cause", lambda row: Cell(words(row.name), bold=row.count > 0, muted=not row.count), 1),
    Column("review.figure.count", lambda row: Cell(number(row.count), muted=not row.count), right=True),
)
CLERKS = (
    Column("review.figure.clerk", lambda row: Cell(row.clerk), 1),
    Column("review.figure.looked", lambda row: Cell(number(row.looked)), right=True),
    Column("review.figure.findings", lambda row: Cell(number(row.findings)), right=True),
)
TILES = ("accepted", "drawn", "looked", "findings")


class FiguresPanel(QScrollArea):
    """Tiles, then a row for each cause."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: ReviewFigures | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("class", "page")
        self.setWidget(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        column.setSpacing(theme.SPACE["l"])
        self.period = Muted()
        column.addWidget(self.period)
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.SPACE["l"])
        self.tiles = {name: Tile(f"review.tile.{name}") for name in TILES}
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        column.addLayout(tiles)
        self.causes, self.clerks = Table(CAUSES, "review.by_cause"), Table(CLERKS, "review.by_clerk")
        for table in (self.causes, self.clerks):
            # Nothing is opened from here: no row stands out.
            table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        by_cause, self._by_clerk = Card("review.by_cause"), Card("review.by_clerk")
        by_cause.body.addWidget(self.causes)
        self._by_clerk.body.addWidget(self.clerks)
        column.addWidget(by_cause)
        column.addWidget(self._by_clerk)
        self.anonymous = Muted("review.anonymous")
        column.addWidget(self.anonymous)
        column.addStretch(1)

    def show_figures(self, view: ReviewFigures) -> None:
        """Show the figures of some days."""
        self._view = view
        for table, rows in ((self.causes, view.causes), (self.clerks, view.clerks)):
            table.show_rows(rows)
            table.setFixedHeight(table.content_height())
        self._by_clerk.setVisible(view.named)
        self.anonymous.setVisible(not view.named)
        self.retranslate()

    def retranslate(self) -> None:
        """Numbers with their words in the language of the moment."""
        view = self._view
        if view is None:
            return
        self.period.setText(t("review.period", first=format_day(view.first), last=format_day(view.last)))
        self.tiles["accepted"].show_figure(number(view.accepted), t("review.of_days"))
        share = f"{100 * view.drawn / view.accepted:.1f}" if view.accepted else "0"
        if language() == "vi":
            share = share.replace(".", ",")
        self.tiles["drawn"].show_figure(number(view.drawn), t("review.of_accepted", share=share))
        self.tiles["looked"].show_figure(number(view.looked), t("review.of_looked", sound=number(view.sound)))
        told = t("review.of_findings", answered=number(view.answered))
        self.tiles["findings"].show_figure(number(view.findings), told)
