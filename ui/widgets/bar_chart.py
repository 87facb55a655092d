"""Bars painted from plain values: each with its label and figure, on one scale from nothing to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from clerk_app.desk.report_views import Bar, Chart

_WRAPPED = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
_BAR, _GAP, _BETWEEN = 14, 12, 26


class BarChart(QWidget):
    """Charts below each other. A screen reader hears every bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._charts: tuple[Chart, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.retranslate()

    def show_charts(self, charts: tuple[Chart, ...]) -> None:
        """Show these charts instead of what was there."""
        self._charts = charts
        self.retranslate()
        self.updateGeometry()

    def retranslate(self) -> None:
        self.setAccessibleName(t("reports.charts"))
        told = [
            f"{words(chart.name)}: " + "; ".join(f"{words(bar.label)} {words(bar.text)}" for bar in chart.bars)
            for chart in self._charts
        ]
        self.setAccessibleDescription(". ".join(told))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._height())

    def sizeHint(self) -> QSize:
        return QSize(320, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrower chart is a higher one: labels are wrapped, never cut."""
        super().resizeEvent(event)
        self.updateGeometry()

    def _label(self, bar: Bar) -> int:
        """How high the label of a bar is where it is set as wide as the chart."""
        room = QRect(0, 0, max(self.width(), 160), 1000)
        return QFontMetrics(self.font()).boundingRect(room, _WRAPPED, words(bar.label)).height()

    def _line(self) -> int:
        return QFontMetrics(self.font()).height()

    def _height(self) -> int:
        bars = sum(self._label(bar) + 4 + _BAR + _GAP for chart in self._charts for bar in chart.bars)
        return bars + len(self._charts) * (self._line() + 12 + _BETWEEN) or 40

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for chart in self._charts:
            top = self._heading(painter, top, words(chart.name))
            for bar in chart.bars:
                top = self._bar(painter, top, bar)
            top += _BETWEEN
        painter.end()

    def _heading(self, painter: QPainter, top: float, text: str) -> float:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("ink"))
        line = self._line()
        painter.drawText(QRectF(0, top, self.width(), line), Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(self.font())
        return top + line + 12

    def _bar(self, painter: QPainter, top: float, bar: Bar) -> float:
        line, said = self._line(), words(bar.text)
        metrics = QFontMetrics(self.font())
        painter.setPen(theme.colour("muted"))
        high = self._label(bar)
        painter.drawText(QRect(0, int(top), self.width(), high), _WRAPPED, words(bar.label))
        painter.setPen(theme.colour("ink"))
        top += high + 4
        room = metrics.horizontalAdvance("100,0 %") + 10
        level = QRectF(0, top + (_BAR - line) / 2, self.width(), line)
        painter.drawText(level, Qt.AlignmentFlag.AlignRight, said)
        whole = QRectF(0.5, top + 0.5, self.width() - room - 1, _BAR - 1)
        painter.setPen(theme.colour("line_strong"))
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(whole, 3, 3)
        length = whole.width() * min(bar.thousandths, 1000) / 1000
        if length > 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("info"))
            painter.drawRoundedRect(QRectF(whole.left(), whole.top(), length, whole.height()), 3, 3)
        return top + _BAR + _GAP
