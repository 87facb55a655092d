"""What was proven about the document, line by line: a sign, a question, an answer. And the holder's portrait.

all passed:  ✓ each line                    something failed:  ✗ why, ! why, – why, then  ✓ 6 others passed  +
                                            opened:            the same, each passed line, and  ✓ fold        −
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Card, Muted, Text

if TYPE_CHECKING:
    from clerk_app.desk.views import CheckLine
    from clerk_app.domain.refusals import Words

ROOM = 3
"""Pixels above and below a line: nine of them and the summary below fit a window of 900."""
MADE_AT_FIRST = 11
"""Rows that are there before the first card: making them while one is shown would hold up the window."""
TONES = ("bad", "warn", "info", "calm", "good")
"""What speaks against a card comes first, what passed last."""
TOLD = "i"
"""The sign of what is no verdict."""
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
        self._sign = _sign()
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
        if line == self._line:
            return
        self._line = line
        self._sign.setText(line.sign)
        for part in (self._sign, self._title):
            if part.property("tone") != line.tone:
                theme.mark(part, tone=line.tone)
        self._title.show_words(line.title)
        self._detail.show_words(line.detail)
        self.show_why(self._why)

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


class Fold(QPushButton):
    """One line in the place of all that passed; pressed, it opens and closes them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._open = False
        self.setProperty("class", "fold")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, ROOM + 1, theme.SPACE["xs"], ROOM + 1)
        row.setSpacing(theme.SPACE["m"])
        sign = _sign()
        sign.setText("✓")
        sign.setProperty("tone", "good")
        self._words = QLabel()
        self._words.setProperty("class", "check-title")
        self._picture = QLabel()
        row.addWidget(sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._picture)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_fold(self, count: int, opened: bool) -> None:
        """Say how many passed, and which way pressing it goes."""
        self._count, self._open = count, opened
        self.retranslate()

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._row.minimumSize()

    def retranslate(self) -> None:
        self._words.setText(t("intake.evidence.passed", count=self._count))
        self._picture.setPixmap(theme.pixmap("minus" if self._open else "plus", "muted", 16))
        act = t("intake.evidence.fold" if self._open else "intake.evidence.unfold")
        self.setToolTip(act)
        self.setAccessibleName(f"{self._words.text()}. {act}")


class EvidencePanel(Card):
    """Every check of the document. Nothing checked is said in words, never left white.

    Where something did not pass, that comes first, and what passed is one line until somebody opens it or asks why.
    """

    turned = Signal()
    """The fold was opened or closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.evidence.title", parent)
        self.body.setSpacing(0)
        self._took = Text(look="muted")
        self.head.addWidget(self._took)
        self._none = Muted("intake.evidence.none")
        self._none.setContentsMargins(0, 8, 0, 4)
        self.body.addWidget(self._none)
        self._why = False
        self._opened = False
        self._lines: tuple[CheckLine, ...] = ()
        self._rows: list[CheckRow] = []
        self._rules: list[QFrame] = []
        self.fold = Fold()
        self.fold.clicked.connect(self._turn)
        self._fold_rule = _rule()
        for part in (self._fold_rule, self.fold):
            self.body.addWidget(part)
        self._add_rows(MADE_AT_FIRST)
        self.show_checks((), None)

    def show_checks(self, lines: tuple[CheckLine, ...], took: Words | None) -> None:
        """Show the verdicts and how long the reading took."""
        self._took.show_words(took)
        self._none.setVisible(not lines)
        self._lines = tuple(sorted(lines, key=_loudness))
        self._add_rows(len(lines))
        for row, line in zip(self._rows, self._lines, strict=False):
            row.show_line(line)
        self._show_rows()

    def show_why(self, on: bool) -> None:
        """Show or hide how what passed was found out."""
        self._why = on
        for row in self._rows:
            row.show_why(on)
        self._show_rows()

    def _turn(self) -> None:
        self._opened = not self._opened
        self._show_rows()
        self.turned.emit()

    def _show_rows(self) -> None:
        quiet = [line for line in self._lines if line.tone == "good" or line.sign == TOLD]
        passed = sum(line.tone == "good" for line in quiet)
        foldable = passed > 1 and len(quiet) < len(self._lines) and not self._why
        shown = len(self._lines) - (len(quiet) if foldable and not self._opened else 0)
        for number, (rule, row) in enumerate(zip(self._rules, self._rows, strict=True)):
            row.setVisible(number < shown)
            rule.setVisible(0 < number < shown)
        self._fold_rule.setVisible(foldable)
        self.fold.setVisible(foldable)
        self.fold.show_fold(passed, self._opened)

    def _add_rows(self, count: int) -> None:
        while len(self._rows) < count:
            row = CheckRow()
            row.show_why(self._why)
            self._rules.append(_rule())
            self._rows.append(row)
            place = self.body.indexOf(self._fold_rule)
            self.body.insertWidget(place, self._rules[-1])
            self.body.insertWidget(place + 1, row)


def _loudness(line: CheckLine) -> int:
    return len(TONES) if line.sign == TOLD else TONES.index(line.tone)


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("class", "rule")
    return rule


def _sign() -> QLabel:
    sign = QLabel()
    sign.setProperty("class", "sign")
    sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
    sign.setFixedSize(26, 22)
    return sign


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
