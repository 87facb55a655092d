"""The lamps: is each device there, is the line up. A shape, words and only then a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Text

if TYPE_CHECKING:
    from clerk_app.desk.delivery import DeliveryState
    from clerk_app.desk.views import LampView

TONES = {"ready": "good", "busy": "info", "missing": "calm", "trouble": "warn", "unknown": "calm"}


class Sign(QWidget):
    """ready ●   busy ◐   missing ○   trouble ▲   unknown ·"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = "unknown"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A small square."""
        return QSize(10, 10)

    def show_state(self, state: str) -> None:
        """Draw the shape of a state."""
        self.state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The shape, in the tone of the state."""
        tone = theme.colour(TONES[self.state])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tone, 1.5))
        box = QRectF(1.5, 1.5, 7, 7)
        if self.state == "trouble":
            painter.setBrush(tone)
            painter.drawPolygon(QPolygonF([QPointF(5, 1.5), QPointF(9, 8.5), QPointF(1, 8.5)]))
        elif self.state == "busy":
            painter.drawEllipse(box)
            painter.setBrush(tone)
            painter.drawPie(box, 90 * 16, 180 * 16)
        elif self.state == "ready":
            painter.setBrush(tone)
            painter.drawEllipse(box)
        elif self.state == "missing":
            painter.drawEllipse(box)
        else:
            painter.setBrush(tone)
            painter.drawEllipse(QRectF(3.5, 3.5, 3, 3))


class Lamp(QPushButton):
    """One device in the status bar; a click goes to the devices page, the remedy is its tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: LampView | None = None
        self.setProperty("class", "lamp")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(6)
        self._row = row
        self._sign = Sign()
        self._words = Text(look="caption")
        for part in (self._sign, self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)

    def show_lamp(self, view: LampView) -> None:
        """Show a device as it is."""
        self._view = view
        self._sign.show_state(view.state)
        self._words.show_words(view.words)
        self.retranslate()

    def retranslate(self) -> None:
        """Tool tip and spoken name in the language of the moment."""
        if self._view is not None:
            self.setAccessibleName(words(self._view.words))
            self.setAccessibleDescription(words(self._view.remedy))
            self.setToolTip(words(self._view.remedy))
            self._words.setText(words(self._view.words))
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As large as its words."""
        return self._row.sizeHint()


class Line(QPushButton):
    """The pill in the top bar: is the line up, what waits. A click opens the outbox."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: LampView | None = None
        self._sending = "goes"
        self.setProperty("class", "line")
        self.setProperty("tone", "calm")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 12, 3)
        row.setSpacing(8)
        self._row = row
        self._sign = Sign()
        self._words = Text(look="line-words")
        for part in (self._sign, self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        self.retranslate()

    def show_lamp(self, view: LampView) -> None:
        """Show the line as it is."""
        self._view = view
        self.retranslate()

    def show_sending(self, state: DeliveryState) -> None:
        """How the last delivery ended: where it was refused, or put off, a line alone sends nothing."""
        sending = "stopped" if state in ("refused", "ahead") else "later" if state == "later" else "goes"
        if self._sending != sending:
            self._sending = sending
            self.retranslate()

    def text_shown(self) -> str:
        """What the pill says."""
        return self._words.text()

    def retranslate(self) -> None:
        """The words of the state in the language of the moment."""
        view = self._view
        if view is None or view.state == "unknown":
            state, tone, text = "unknown", "calm", t("shell.line_unknown")
        elif view.state in ("ready", "busy") and self._sending != "goes":
            key = f"shell.{self._sending}_waiting" if view.waiting else f"shell.{self._sending}"
            state, tone, text = "trouble", "warn", t(key, count=view.waiting)
        elif view.state in ("ready", "busy"):
            key = "shell.online_waiting" if view.waiting else "shell.online"
            state, tone, text = view.state, "good", t(key, count=view.waiting)
        elif view.state == "trouble":
            # The line is up: it is this computer's clock that is wrong.
            key = "shell.clock_wrong_waiting" if view.waiting else "shell.clock_wrong"
            state, tone, text = "trouble", "warn", t(key, count=view.waiting)
        else:
            key = "shell.offline_waiting" if view.waiting else "shell.offline"
            state, tone, text = "trouble", "warn", t(key, count=view.waiting)
        self._sign.show_state(state)
        self._words.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(t("shell.line_hint"))
        self.setToolTip(words(view.remedy) if view is not None and view.remedy.vi else t("shell.line_hint"))
        if self.property("tone") != tone:
            theme.mark(self, tone=tone)
            theme.mark(self._words, tone=tone)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As large as its words."""
        return self._row.sizeHint()
