"""A QR code on the screen, to be read by the telephone of whoever sits before it: black on white in every theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme

QUIET = 4
"""Modules around it that stay white (ISO/IEC 18004 §6.3.8)."""


class QrPicture(QWidget):
    """The code of one text; hidden without one, or where it is too long to be one."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._text = ""
        self.rows: tuple[bytes, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show the code of this text."""
        if text != self._text:
            self._text = text
            self.rows = _modules(text) if text else ()
            self.update()
        self.setVisible(bool(self.rows))

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Whole pixels for each module where there is room: edges stay sharp."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.CODE_GROUND)
        whole = len(self.rows) + 2 * QUIET
        edge = min(self.width(), self.height())
        # In pixels of the screen, which are smaller than those of the layout where everything is drawn larger.
        ratio = self.devicePixelRatioF()
        module = max(1, int(edge * ratio / whole)) / ratio
        margin = (edge - len(self.rows) * module) / 2
        for top, row in enumerate(self.rows):
            for left, black in enumerate(row):
                if black:
                    place = QRectF(margin + left * module, margin + top * module, module, module)
                    painter.fillRect(place, theme.CODE_INK)
        painter.end()


def _modules(text: str) -> tuple[bytes, ...]:
    import segno

    try:
        return tuple(bytes(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix)
    except segno.DataOverflowError:
        return ()
