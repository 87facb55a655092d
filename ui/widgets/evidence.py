"""What was proven about the document, line by line: a sign, a question, an answer. And the holder's portrait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Card, Muted, Text

if TYPE_CHECKING:
    from clerk_app.desk.views import CheckLine
    from clerk_app.domain.refusals import Words

ROOM = 3
"""Pixels above and below a line: nine of them and the summary below fit a window of 900."""
SPOKEN = {
    "✓": "intake.check.yes",
    "✗": "intake.check.no",
    "!": "intake.check.care",
    "–": "intake.check.none",
    "?": "intake.check.unknown",
    "i": "intake.check.told",
}


class CheckRow(QWidget):
    """One verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: CheckLine | None = None
        self._why = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, ROOM, 0, ROOM)
        row.setSpacing(theme.SPACE["m"])
        self._sign = QLabel()
        self._sign.setProperty("class", "sign")
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign.setFixedSize(26, 22)
        column = QVBoxLayout()
        column.setSpacing(1)
        self._title = Text(look="check-title")
        self._detail = Text(look="muted")
        for text in (self._title, self._detail):
            text.setWordWrap(True)
            column.addWidget(text)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(column, 1)

    def show_line(self, line: CheckLine) -> None:
        """Show one verdict."""
        self._line = line
        self._sign.setText(line.sign)
        theme.mark(self._sign, tone=line.tone)
        theme.mark(self._title, tone=line.tone)
        self._title.show_words(line.title)
        self._detail.show_words(line.detail)
        self.show_why(self._why)
        self.retranslate()

    def show_why(self, on: bool) -> None:
        """Show or hide how a brief line was found out; where it is hidden, pointing at it tells."""
        self._why = on
        line = self._line
        if line is not None:
            self._detail.setVisible(bool(line.detail.vi) and (on or not line.brief))
            self.retranslate()

    def retranslate(self) -> None:
        line = self._line
        if line is not None:
            said, detail = t(SPOKEN[line.sign]), words(line.detail)
            self.setAccessibleName(f"{words(line.title)}: {said}. {detail}")
            self.setToolTip(detail if line.brief and not self._why else "")


class EvidencePanel(Card):
    """Every check of the document. Nothing checked is said in words, never left white."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.evidence.title", parent)
        self.body.setSpacing(0)
        self._took = Text(look="muted")
        self.head.addWidget(self._took)
        self._none = Muted("intake.evidence.none")
        self._none.setContentsMargins(0, 8, 0, 4)
        self.body.addWidget(self._none)
        self._why = False
        self._rows: list[CheckRow] = []
        self._rules: list[QFrame] = []

    def show_checks(self, lines: tuple[CheckLine, ...], took: Words | None) -> None:
        """Show the verdicts and how long the reading took."""
        self._took.show_words(took)
        self._none.setVisible(not lines)
        while len(self._rows) < len(lines):
            rule = QFrame()
            rule.setProperty("class", "rule")
            row = CheckRow()
            row.show_why(self._why)
            self.body.addWidget(rule)
            self.body.addWidget(row)
            self._rules.append(rule)
            self._rows.append(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(lines))
            self._rules[number].setVisible(0 < number < len(lines))
            if number < len(lines):
                row.show_line(lines[number])

    def show_why(self, on: bool) -> None:
        """Show or hide how what passed was found out."""
        self._why = on
        for row in self._rows:
            row.show_why(on)


def portrait_frame(widget: QWidget) -> tuple[QPainter, QRectF]:
    """A painter within the rounded frame of a face, its ground laid."""
    painter = QPainter(widget)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    frame = QRectF(widget.rect())
    shape = QPainterPath()
    shape.addRoundedRect(frame, theme.RADIUS["m"], theme.RADIUS["m"])
    painter.setClipPath(shape)
    painter.fillRect(frame, theme.colour("portrait"))
    return painter, frame


class Portrait(QWidget):
    """The holder's face in a rounded frame; a drawn outline while there is none."""

    SIZE = QSize(104, 132)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def show_image(self, image: QImage | None) -> None:
        """Show a decoded picture, or the outline."""
        self._picture = QPixmap.fromImage(image) if image is not None and not image.isNull() else QPixmap()
        self.retranslate()
        self.update()

    def has_picture(self) -> bool:
        """Whether a face is shown."""
        return not self._picture.isNull()

    def retranslate(self) -> None:
        self.setAccessibleName(t("intake.portrait.there" if self.has_picture() else "intake.portrait.none"))

    def sizeHint(self) -> QSize:
        return self.SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, frame = portrait_frame(self)
        if self.has_picture():
            size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 3
            painter.drawPixmap(
                QRectF(left, top, size.width(), size.height()), self._picture, QRectF(self._picture.rect())
            )
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("portrait_shape"))
        middle = frame.center().x()
        painter.drawEllipse(QRectF(middle - 18, frame.height() * 0.21, 36, 40))
        painter.drawRoundedRect(QRectF(middle - 38, frame.height() * 0.59, 76, 80), 34, 34)
