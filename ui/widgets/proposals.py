"""What was read on a page, one line each: the piece of the picture, the text, how sure; the clerk takes it or not.

Nothing goes into the form by itself. Arrows walk the lines, Enter or Y takes, N turns down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.flow import snug
from ui.widgets.kit import Text
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from clerk_app.desk.views import PageView, ProposalView

PIECE_HEIGHT = 30
PIECE_WIDTH, PIECE_NARROW = 160, 96
AROUND = 0.35
"""How much of the page around a value is shown with it, as a part of its height."""
WIDE = 560
"""From this width on a line has room for a long piece."""


def piece(image: QImage, page: PageView, box: tuple[int, int, int, int]) -> QImage:
    """The part of a page's picture where a value stands, on its feet; `box` is in pixels of the page's sheet."""
    if not page.width or not page.height:
        return QImage()
    across, down = image.width() / page.width, image.height() / page.height
    left, top, width, height = box
    air = height * AROUND
    cut = QRect(
        round((left - air) * across),
        round((top - air) * down),
        round((width + 2 * air) * across),
        round((height + 2 * air) * down),
    ).intersected(image.rect())
    if cut.isEmpty():
        return QImage()
    found = image.copy(cut)
    return found.transformed(QTransform().rotate(page.turned)) if page.turned else found


class ProposalLine(QFrame):
    """One value."""

    pressed = Signal(str)
    settled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "proposal")
        self.setProperty("chosen", "no")
        self._view: ProposalView | None = None
        self._cut = QImage()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 4, 3)
        row.setSpacing(theme.SPACE["s"])
        self._piece = QLabel()
        self._piece.setFixedWidth(PIECE_WIDTH)
        self._piece.setProperty("class", "piece")
        column = QVBoxLayout()
        column.setSpacing(0)
        self._detail = Text(look="proposal-detail")
        self._text = Text(look="strong")
        self.take = QuietButton("intake.read.take", "Y")
        self.leave = QuietButton("intake.read.leave", "N")
        above = QHBoxLayout()
        above.setSpacing(0)
        above.addWidget(self._detail, 1)
        for button, taken in ((self.take, True), (self.leave, False)):
            snug(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, taken=taken: self._settle(taken))
            above.addWidget(button)
        above.addStrut(self.take.sizeHint().height())
        column.addLayout(above)
        column.addWidget(self._text)
        for part in (self._detail, self._text):
            part.setMinimumWidth(1)
        row.addWidget(self._piece)
        row.addLayout(column, 1)

    @property
    def name(self) -> str:
        """The field that the value is for."""
        return self._view.name if self._view is not None else ""

    def show_proposal(self, view: ProposalView, cut: QImage | None) -> None:
        """Show a value and, if the page's picture is here, where it was read."""
        self._view = view
        self._cut = cut if cut is not None else QImage()
        tone = "warn" if view.doubtful or view.differs else "calm"
        if self.property("tone") != tone:
            theme.mark(self, tone=tone)
            theme.mark(self._detail, tone=tone)
        self.retranslate()

    def choose(self, chosen: str) -> None:
        """`no`, `yes`, or `focus` where the keyboard is here. What can be done stands beside the chosen one."""
        for button in (self.take, self.leave):
            button.setVisible(chosen != "no")
        self.take.setEnabled(self._view is not None and self._view.can_take)
        if self.property("chosen") != chosen:
            theme.mark(self, chosen=chosen)
        self._fit()

    def retranslate(self) -> None:
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Words and piece as long as there is room for; all of the words are in their tool tips."""
        view = self._view
        if view is None:
            return
        piece = PIECE_WIDTH if self.width() >= WIDE else PIECE_NARROW
        self._piece.setFixedWidth(piece)
        self._show_piece(piece)
        room = self.width() - piece - 2 * theme.SPACE["s"] - 12
        buttons = (self.take, self.leave)
        beside = room - sum(button.sizeHint().width() for button in buttons if not button.isHidden())
        sure = t("intake.read.doubtful" if view.doubtful else "intake.read.sure", sure=view.sure)
        parts = [words(view.label), sure, t("intake.read.differs", held=view.held) if view.differs else ""]
        detail = " · ".join(part for part in parts if part)
        for label, said, least in ((self._detail, detail, beside), (self._text, view.text, room)):
            label.setText(label.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, max(1, least)))
            label.setToolTip(said)

    def _show_piece(self, width: int) -> None:
        picture = QPixmap()
        if not self._cut.isNull():
            ratio = self.devicePixelRatioF()
            size = self._cut.size().scaled(
                round(width * ratio), round(PIECE_HEIGHT * ratio), Qt.AspectRatioMode.KeepAspectRatio
            )
            picture = QPixmap.fromImage(
                self._cut.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            )
            picture.setDevicePixelRatio(ratio)
        self._piece.setPixmap(picture)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.name)

    def _settle(self, taken: bool) -> None:
        self.settled.emit(self.name, taken)


class Proposals(QFrame):
    """All values of a page that wait for a word. One control for the keyboard."""

    settled = Signal(str, bool)
    """The clerk takes the value of this field into the form, or turns it down."""
    pointed = Signal(object)
    """The box of the value that the clerk looks at, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "proposals")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._page: PageView | None = None
        self._image: QImage | None = None
        self._lines: list[ProposalLine] = []
        self._current = ""
        self.most = 3
        """So many lines at once; the others are scrolled to."""
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.setSpacing(2)
        head = QHBoxLayout()
        self._title = Text(look="proposals-title")
        self._hint = Text("intake.read.keys", look="caption")
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._hint)
        column.addLayout(head)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._area = Scrolling(inside)
        column.addWidget(self._area)
        self.hide()

    def show_page(self, page: PageView | None, image: QImage | None, editable: bool) -> None:
        """Show what waits of a page; nothing where nothing does."""
        self._page, self._image = page, image
        found = page.proposals if page is not None and editable else ()
        names = [proposal.name for proposal in found]
        if self._current not in names:
            self._current = names[0] if names else ""
        while len(self._lines) < len(found):
            line = ProposalLine()
            line.pressed.connect(self._pressed)
            line.settled.connect(self.settled)
            self._lines.append(line)
            self._column.addWidget(line)
        for number, line in enumerate(self._lines):
            line.setVisible(number < len(found))
            if number < len(found) and page is not None:
                cut = piece(image, page, found[number].box) if image is not None else None
                line.show_proposal(found[number], cut)
        high = max((line.sizeHint().height() for line in self._lines[: len(found)]), default=0) + 2
        self._area.setFixedHeight(high * min(len(found), self.most))
        self.setVisible(bool(found))
        self._redraw()

    def current(self) -> ProposalView | None:
        """The value that the clerk looks at."""
        found = self._page.proposals if self._page is not None and not self.isHidden() else ()
        return next((proposal for proposal in found if proposal.name == self._current), None)

    def settle(self, taken: bool) -> bool:
        """Take the current value or turn it down; False if there is none, or it is only compared."""
        here = self.current()
        if here is None or (taken and not here.can_take):
            return False
        self.settled.emit(self._current, taken)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._page is not None:
            names = [proposal.name for proposal in self._page.proposals]
            if self._current in names:
                step = 1 if key == Qt.Key.Key_Down else -1
                self._pressed(names[max(0, min(names.index(self._current) + step, len(names) - 1))])
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.settle(True)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._redraw()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._redraw()

    def retranslate(self) -> None:
        self._redraw()

    def _pressed(self, name: str) -> None:
        self._current = name
        self._redraw()

    def _redraw(self) -> None:
        shown = [line for line in self._lines if not line.isHidden()]
        self._title.setText(t("intake.read.title", count=len(shown)))
        here = self.current()
        for line in shown:
            chosen = ("focus" if self.hasFocus() else "yes") if line.name == self._current else "no"
            line.choose(chosen)
            if line.name == self._current:
                self._area.bring_into_sight(line, 2)
        said = f": {words(here.label)} {here.text}, {here.sure}" if here is not None else ""
        self.setAccessibleName(f"{t('intake.read.title', count=len(shown))}{said}")
        self.pointed.emit(here.box if here is not None else None)
