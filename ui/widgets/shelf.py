"""What central refused, for a supervisor: both versions side by side, and the ways out.

.--------------------------------------------------------------.
| code  name                       who · when · desk     [Xem] |
| ! why central refused it                                     |
|            this desk           central                       |
| Phone      0911 …              0922 …  Q02 · clerk2 · 09:12  |
| Pages      [] [] [*]           [] []                         |
| [Alt 1 keep central's]   what that means                     |
| [Alt 2 enter ours again] what that means                     |
| [Alt 3 new dossier]      what that means                     |
'--------------------------------------------------------------'
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QTransform
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.page_pictures import PagePictures
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import Button, SecondaryButton
from ui.widgets.copyable import Copyable
from ui.widgets.kit import Card, Muted, Text
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.views import IntakeView, ShelfView, VersionLine, VersionPage
    from clerk_app.domain.dossier import Way
    from ui.application import App

KEYS: dict[Way, str] = {"central": "Alt+1", "ours": "Alt+2", "new": "Alt+3"}
ICONS: dict[Way, str] = {"central": "check", "ours": "undo-2", "new": "file-plus"}
NOTHING = "–"
BREAK = "\u200b"
LONGEST_WORD = 18
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
THUMB = QSize(58, 76)
MOST_THUMBS = 4
LABEL_WIDTH = 148
WAY_WIDTH = 236


class PageThumb(QLabel):
    """A small picture of a page; its outline until it comes, and where its picture lies at another desk."""

    def __init__(self, page: VersionPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self._here = True
        self.setFixedSize(THUMB)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("class", "version-page")
        theme.mark(self, differs="yes" if page.differs else "no")
        self.retranslate()

    def show_picture(self, image: QImage | None) -> None:
        """The picture; without one only its outline."""
        if image is None or image.isNull():
            self.setText("?")
            self._here = False
            self.retranslate()
            return
        turned = image.transformed(QTransform().rotate(self.page.turned)) if self.page.turned else image
        inner = THUMB - QSize(6, 6)
        kept = turned.scaled(inner, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self.setPixmap(QPixmap.fromImage(kept))

    def retranslate(self) -> None:
        """What it is of, for the ear."""
        name = words(self.page.caption)
        told = [key for key, said in (("differs", self.page.differs), ("elsewhere", not self._here)) if said]
        said = f"{name} ({', '.join(t(f'shelf.page_{key}') for key in told)})" if told else name
        self.setToolTip(said)
        self.setAccessibleName(said)


class ShelfItem(QFrame):
    """One dossier with what was refused of it."""

    settled = Signal(object)
    """The `IntakeView` of the dossier to go on with."""
    asking = Signal(object)
    """The line in which it asks for the reason: it is to be in sight."""

    def __init__(self, app: App, view: ShelfView, pictures: PagePictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.view = view
        self.thumbs: list[PageThumb] = []
        self.setProperty("class", "exception shelf-item")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(*([theme.SPACE["m"]] * 4))
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._head())
        self.cause = Notice("bad")
        self.cause.show_words(view.words, view.remedy)
        column.addWidget(self.cause)
        self._heads: list[Text] = []
        self._labels: list[tuple[Text, VersionLine]] = []
        self._told: list[tuple[QLabel, VersionLine]] = []
        self._values: list[tuple[QLabel, QLabel, VersionLine]] = []
        if view.lines or view.our_pages or view.central_pages:
            column.addLayout(self._versions())
        self._ways = self._build_ways()
        column.addLayout(self._ways)
        self.reason = AskLine("shelf.reason", "shelf.decide")
        self.reason.answered.connect(self._settle)
        self.reason.shut.connect(self.setFocus)
        column.addWidget(self.reason)
        self.problem = Notice("bad", closable=True)
        column.addWidget(self.problem)
        self._way: Way = "central"
        pictures.small.connect(self._picture_came)
        self.retranslate()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.code = Text(look="strong")
        self.code.setWordWrap(True)
        self.code.setText(" · ".join(part for part in (self.view.code, self.view.name) if part))
        self._who = Text(look="caption")
        look = SecondaryButton("outbox.look", icon="eye")
        look.clicked.connect(lambda: self._app.window.open_dossier(self.view.dossier))
        row.addWidget(self.code, 1)
        row.addWidget(self._who)
        row.addWidget(look)
        return row

    def _versions(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE["l"])
        grid.setVerticalSpacing(theme.SPACE["s"])
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        self._heads = [Text(look="difference-head"), Text(look="difference-head")]
        for place, head in enumerate(self._heads, 1):
            grid.addWidget(head, 0, place)
        for number, line in enumerate(self.view.lines):
            self._add_line(grid, line, 2 * number + 1)
        if self.view.our_pages or self.view.central_pages:
            row = 2 * len(self.view.lines) + 1
            label = Text("shelf.pages", look="check-title")
            grid.addWidget(_rule(), row, 0, 1, 3)
            grid.addWidget(label, row + 1, 0, Qt.AlignmentFlag.AlignTop)
            for place, pages in enumerate((self.view.our_pages, self.view.central_pages), 1):
                grid.addLayout(self._thumbs(pages), row + 1, place)
        return grid

    def _add_line(self, grid: QGridLayout, line: VersionLine, row: int) -> None:
        grid.addWidget(_rule(), row, 0, 1, 3)
        label = Text(look="check-title")
        label.setWordWrap(True)
        theme.mark(label, tone="bad" if line.differs else "calm")
        grid.addWidget(label, row + 1, 0, Qt.AlignmentFlag.AlignTop)
        ours, central = _value(), _value()
        for said in (ours, central):
            theme.mark(said, used="yes" if line.differs else "no")
        told = QLabel()
        told.setProperty("class", "difference-level")
        theme.mark(told, tone="calm")
        cell = QVBoxLayout()
        cell.setSpacing(1)
        cell.addWidget(central)
        cell.addWidget(told)
        grid.addWidget(ours, row + 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(cell, row + 1, 2)
        self._labels.append((label, line))
        self._told.append((told, line))
        self._values.append((ours, central, line))

    def _thumbs(self, pages: tuple[VersionPage, ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        # What differs first: that is what is decided about.
        shown = sorted(pages, key=lambda page: not page.differs)[:MOST_THUMBS]
        for page in sorted(shown, key=pages.index):
            thumb = PageThumb(page)
            self.thumbs.append(thumb)
            row.addWidget(thumb)
        if len(pages) > len(shown):
            more = Text(look="caption")
            more.setText(f"+{len(pages) - len(shown)}")
            row.addWidget(more)
        if not pages:
            row.addWidget(_value())
        row.addStretch(1)
        return row

    def _build_ways(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE["m"])
        grid.setVerticalSpacing(theme.SPACE["s"])
        grid.setColumnStretch(1, 1)
        self.buttons: dict[Way, Button] = {}
        for row, way in enumerate(self.view.ways):
            button = SecondaryButton(f"shelf.way.{way.way}", KEYS[way.way], ICONS[way.way])
            button.setMinimumWidth(WAY_WIDTH)
            button.setEnabled(way.open)
            button.clicked.connect(partial(self.ask, way.way))
            told = Muted()
            told.show_words(way.words)
            grid.addWidget(button, row, 0)
            grid.addWidget(told, row, 1)
            self.buttons[way.way] = button
        if not self.view.ways:
            grid.addWidget(Muted("shelf.supervisor"), 0, 0, 1, 2)
        return grid

    def ask(self, way: Way, _checked: bool = False) -> None:
        """Why, please: the reason stands in the journal."""
        button = self.buttons.get(way)
        if button is not None and button.isEnabled():
            self._way = way
            self.problem.clear()
            self.reason.ask()
            self.asking.emit(self.reason)

    def _settle(self, reason: str) -> None:
        view, way = self.view, self._way
        self.buttons[way].set_busy("shelf.deciding")
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.shelf.settle(view.dossier, view.station, way, reason),
            self._done,
            self._failed,
        )

    def _done(self, fresh: IntakeView) -> None:
        self.buttons[self._way].set_busy()
        self.settled.emit(fresh)

    def _failed(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        self.buttons[self._way].set_busy()
        if isinstance(error, Refusal):
            self.problem.show_refusal(error)
        self.setFocus()

    def _picture_came(self, sheet: str, image: QImage | None) -> None:
        for thumb in self.thumbs:
            if thumb.page.sheet == sheet:
                thumb.show_picture(image)

    def retranslate(self) -> None:
        """Words of the moment, and the whole of it for the ear."""
        view = self.view
        self._who.setText(t("shelf.who", who=view.who, at=view.at, station=view.station, count=view.refused))
        for head, key in zip(self._heads, ("shelf.ours", "shelf.central"), strict=False):
            head.setText(t(key, station=view.station))
        for label, line in self._labels:
            label.setText(f"≠ {words(line.label)}" if line.differs else words(line.label))
        for told, line in self._told:
            told.setText(words(line.told))
            told.setVisible(bool(line.told.vi))
        for ours, central, line in self._values:
            ours.setText(breakable(words(line.ours)) or NOTHING)
            central.setText(breakable(words(line.central)) or NOTHING)
        spoken = "; ".join(
            f"{words(line.label)}: {t('shelf.ours', station=view.station)} {words(line.ours)}, "
            f"{t('shelf.central')} {words(line.central)} ({words(line.told)})"
            for line in view.lines
        )
        self.setAccessibleName(f"{self.code.text()}. {words(view.words)} {spoken}")
        for thumb in self.thumbs:
            thumb.retranslate()


class ShelfCard(Card):
    """Everything that waits for a supervisor's decision; hidden while nothing does."""

    settled = Signal(object)
    asking = Signal(object)

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__("outbox.shelf", parent)
        self._app = app
        self._views: tuple[ShelfView, ...] = ()
        self._pictures = PagePictures(app, self._whose, self)
        self.items: list[ShelfItem] = []
        self.body.addWidget(Muted("outbox.shelf_hint"))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.SPACE["l"])
        self.body.addLayout(self._list)
        self.hide()

    def show_shelf(self, views: tuple[ShelfView, ...]) -> None:
        """Show these; what did not change stays as it is, with the reason that is being typed."""
        if views != self._views:
            kept = {(item.view.dossier, item.view.station): item for item in self.items}
            self._views = views
            self.items = []
            for view in views:
                item = kept.pop((view.dossier, view.station), None)
                if item is None or item.view != view:
                    if item is not None:
                        _drop(self._list, item)
                    item = ShelfItem(self._app, view, self._pictures)
                    item.settled.connect(self.settled)
                    item.asking.connect(self.asking)
                self._list.addWidget(item)
                self.items.append(item)
            for gone in kept.values():
                _drop(self._list, gone)
            sheets = dict.fromkeys(thumb.page.sheet for item in self.items for thumb in item.thumbs)
            self._pictures.want(tuple(sheets), THUMB.height() * 2)
        self.setVisible(bool(views))

    def _whose(self, sheet: str) -> UUID | None:
        """The dossier on the shelf that has this page."""
        return next((item.view.dossier for item in self.items if any(t.page.sheet == sheet for t in item.thumbs)), None)

    def current(self) -> ShelfItem | None:
        """The one that has the focus; else the first, while there is one."""
        focus = QApplication.focusWidget()
        among = (item for item in self.items if focus is not None and (item is focus or item.isAncestorOf(focus)))
        return next(among, self.items[0] if self.items else None)


def _drop(layout: QVBoxLayout, item: ShelfItem) -> None:
    layout.removeWidget(item)
    item.hide()
    item.deleteLater()


def breakable(text: str) -> str:
    """The same words, with places where a line may end inside one that is too long for any column."""
    return _LONG_WORD.sub(
        lambda word: BREAK.join(word[0][at : at + LONGEST_WORD] for at in range(0, len(word[0]), LONGEST_WORD)), text
    )


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("class", "rule")
    return rule


def _value() -> QLabel:
    label = Copyable(look="difference-value")
    label.setText(NOTHING)
    label.setWordWrap(True)
    return label
