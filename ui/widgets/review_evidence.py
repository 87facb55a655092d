"""A drawn dossier with its evidence, for a second look: what proved the person, what was decided, entered and scanned.

.-------------------------------------------------------.
| G01.801.308-…  Nguyễn …          accepted · by · left |
| [face] ✓ evidence             | decided: class, fee … |
| Ngày cấp      12/03/2019      chip ✓                  |
| Hạng          B               typed                   |
| [] [] [] pages, one large below                       |
'-------------------------------------------------------'
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QMouseEvent, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from clerk_app.domain.calendar import day, format_day
from ui import theme
from ui.page_pictures import PagePictures, image_of
from ui.texts import t, words
from ui.widgets.copyable import Copyable
from ui.widgets.evidence import EvidencePanel, Portrait
from ui.widgets.kit import Badge, Card, Heading, Muted, Text
from ui.widgets.lines import Line, rove, walk

if TYPE_CHECKING:
    from clerk_app.desk.review_views import ReviewSheet
    from clerk_app.desk.views import FieldView, IntakeView, PageView
    from ui.application import App

THUMB = QSize(104, 136)
LABEL_WIDTH = 200


class FieldLine(Line):
    """A value as it stands in the dossier, and where it came from. It can be pointed at."""

    pointed = Signal(object)

    def __init__(self, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 3, 6, 3)
        row.setSpacing(theme.SPACE["m"])
        label = Text(look="fact")
        label.show_words(view.label)
        label.setFixedWidth(LABEL_WIDTH)
        label.setWordWrap(True)
        self._value = Copyable(look="strong")
        self._value.setWordWrap(True)
        self._source = Text(look="hint")
        if view.source is not None:
            self._source.show_words(view.source)
        row.addWidget(label)
        row.addWidget(self._value, 1)
        row.addWidget(self._source)
        self.entered.connect(lambda: self.pointed.emit(self.view))
        self.retranslate()

    def retranslate(self) -> None:
        """The value in words, and all of it for the ear."""
        text = said_value(self.view)
        self._value.setText(text)
        source = words(self.view.source) if self.view.source else ""
        self.setAccessibleName(f"{words(self.view.label)}: {text}. {source}")
        if self.view.told is not None:
            self.setToolTip(words(self.view.told))


def said_value(view: FieldView) -> str:
    """A field's value as people read it."""
    if view.kind == "date" and (on := day(view.value)) is not None:
        return format_day(on)
    chosen = dict(view.choices).get(view.value)
    if chosen is None:
        chosen = next((one.words for one in view.options if one.value == view.value), None)
    if chosen is not None:
        return words(chosen)
    if view.kind == "check":
        return t("review.yes") if view.value == "yes" else t("review.no")
    return view.value


class Thumb(QLabel):
    """A page, small; chosen, it is shown large."""

    chosen = Signal(object)

    def __init__(self, page: PageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.setFixedSize(THUMB)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("class", "version-page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.retranslate()

    def show_picture(self, image: QImage | None) -> None:
        """The picture, or that it cannot be shown here."""
        if image is None or image.isNull():
            self.setText(t("review.page_away"))
            self.setWordWrap(True)
            return
        self.setPixmap(QPixmap.fromImage(turned(image, self.page.turned, THUMB - QSize(6, 6))))

    def retranslate(self) -> None:
        """What it is of, for the ear."""
        self.setAccessibleName(words(self.page.caption))
        self.setToolTip(words(self.page.caption))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self.page)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit(self.page)


def turned(image: QImage, degrees: int, within: QSize) -> QImage:
    """The picture on its feet, as large as fits."""
    image = image.transformed(QTransform().rotate(degrees)) if degrees else image
    ratio, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(within, ratio, smooth)


class ReviewEvidence(QScrollArea):
    """Everything that somebody needs to see before they say that it is sound."""

    pointed = Signal(object)
    """The `FieldView` at which somebody points, None for none."""

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._pictures = PagePictures(app, lambda _sheet: self._dossier, self, unasked=False)
        self._pictures.small.connect(self._small_came)
        self._pictures.large.connect(self._large_came)
        self.fields: list[FieldLine] = []
        self.thumbs: list[Thumb] = []
        self._large: PageView | None = None
        self._sheet: ReviewSheet | None = None
        self._dossier: UUID | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("class", "page")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        self._column.setSpacing(theme.SPACE["l"])
        self.setWidget(inside)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        self.title = Heading()
        self.title.setWordWrap(True)
        self.badge = Badge()
        head.addWidget(self.title, 1)
        head.addWidget(self.badge)
        self._column.addLayout(head)
        self.context = Muted()
        self._column.addWidget(self.context)
        proof = QHBoxLayout()
        proof.setSpacing(theme.SPACE["l"])
        self.portrait = Portrait()
        proof.addWidget(self.portrait, 0, Qt.AlignmentFlag.AlignTop)
        self.evidence = EvidencePanel()
        proof.addWidget(self.evidence, 1)
        self._column.addLayout(proof)
        self.decided = Card("review.decided")
        self._decided = QGridLayout()
        self._decided.setHorizontalSpacing(theme.SPACE["m"])
        self._decided.setVerticalSpacing(theme.SPACE["xs"])
        self._decided.setColumnStretch(1, 1)
        self.decided.body.addLayout(self._decided)
        self._column.addWidget(self.decided)
        self.entered = Card("review.entered")
        self.entered.body.setSpacing(0)
        self._column.addWidget(self.entered)
        self.pages = Card("review.pages")
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.SPACE["m"])
        self.pages.body.addLayout(self._grid)
        self.large = QLabel()
        self.large.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.large.hide()
        self.pages.body.addWidget(self.large)
        self._column.addWidget(self.pages)
        self._column.addStretch(1)

    def show_sheet(self, sheet: ReviewSheet) -> None:
        """Show another dossier."""
        view = sheet.dossier
        self._pictures.forget()
        self._dossier = view.dossier
        self.title.setText(" · ".join(part for part in (sheet.row.code, sheet.row.name) if part))
        self.badge.show_badge(view.identity.badge)
        self._sheet = sheet
        self.evidence.show_checks(view.identity.checks, view.identity.took)
        self._show_portrait(view.identity.portrait)
        self._show_decided(view)
        self._show_fields(view)
        self._show_pages(view)
        self.verticalScrollBar().setValue(0)
        self.retranslate()

    def retranslate(self) -> None:
        """When it was accepted, by whom, in the language of the moment."""
        sheet = self._sheet
        if sheet is not None:
            row = sheet.row
            case = words(row.case)
            self.context.setText(t("review.context", case=case, at=row.accepted, by=row.by, left=words(row.left)))

    def point_first(self) -> None:
        """The keyboard walks through the fields from here."""
        if self.fields:
            self.fields[0].setFocus()

    def _show_decided(self, view: IntakeView) -> None:
        while (item := self._decided.takeAt(0)) is not None:
            if (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
        for number, line in enumerate(view.summary):
            label, value, detail = Text(look="fact"), Copyable(look="strong"), Text(look="hint")
            label.show_words(line.label)
            label.setFixedWidth(LABEL_WIDTH)
            value.setText(words(line.value))
            detail.show_words(line.detail)
            detail.setWordWrap(True)
            self._decided.addWidget(label, 2 * number, 0, Qt.AlignmentFlag.AlignTop)
            self._decided.addWidget(value, 2 * number, 1)
            if line.detail is not None:
                self._decided.addWidget(detail, 2 * number + 1, 1)

    def _show_fields(self, view: IntakeView) -> None:
        for line in self.fields:
            self.entered.body.removeWidget(line)
            line.hide()
            line.deleteLater()
        shown = [*view.identity.fields, *view.application.fields, *view.papers.fields]
        once = {one.name: one for one in shown if one.value}
        self.fields = [FieldLine(one) for one in once.values()]
        for line in self.fields:
            line.step.connect(partial(self._walk, line))
            line.pointed.connect(partial(self._pointed, line))
            self.entered.body.addWidget(line)
        if self.fields:
            rove(self.fields, self.fields[0])

    def _walk(self, line: FieldLine, step: int) -> None:
        walk(self.fields, line, step)

    def _pointed(self, line: FieldLine, view: FieldView) -> None:
        rove(self.fields, line)
        self.ensureWidgetVisible(line)
        self.pointed.emit(view)

    def _show_pages(self, view: IntakeView) -> None:
        for thumb in self.thumbs:
            self._grid.removeWidget(thumb)
            thumb.hide()
            thumb.deleteLater()
        self.large.hide()
        self._large = None
        self.thumbs = [Thumb(page) for page in (*view.papers.pages, *view.papers.taken) if not page.raw]
        for thumb in self.thumbs:
            thumb.chosen.connect(self._choose)
        self._lay_thumbs()
        self.pages.setVisible(bool(self.thumbs))
        self._pictures.want(tuple(dict.fromkeys(thumb.page.sheet for thumb in self.thumbs)), THUMB.height() * 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many pages in a row as there is room for."""
        super().resizeEvent(event)
        self._lay_thumbs()

    def _lay_thumbs(self) -> None:
        room = self.viewport().width() - 3 * theme.SPACE["l"]
        across = max(1, room // (THUMB.width() + theme.SPACE["m"]))
        for number, thumb in enumerate(self.thumbs):
            self._grid.addWidget(thumb, number // across, number % across)
        self._grid.setColumnStretch(across, 1)

    def _choose(self, page: PageView) -> None:
        self._large = page
        kept = self._pictures.kept(page.sheet)
        if kept is not None:
            self._large_came(page.sheet, kept)
        else:
            self._pictures.load(page.sheet)

    def _small_came(self, sheet: str, image: QImage | None) -> None:
        for thumb in self.thumbs:
            if thumb.page.sheet == sheet:
                thumb.show_picture(image)

    def _large_came(self, sheet: str, image: QImage | None) -> None:
        page = self._large
        if image is not None:
            # What somebody asked for is here now, small as well.
            self._small_came(sheet, image)
        if page is None or page.sheet != sheet or image is None:
            return
        room = QSize(max(240, self.viewport().width() - 4 * theme.SPACE["l"]), 4000)
        self.large.setPixmap(QPixmap.fromImage(turned(image, page.turned, room)))
        self.large.setAccessibleName(words(page.caption))
        self.large.show()

    def _show_portrait(self, portrait: str) -> None:
        self.portrait.show_image(None)
        self.portrait.setVisible(bool(portrait))
        if not portrait:
            return
        dossier = self._dossier

        def came(image: QImage) -> None:
            if dossier == self._dossier:
                self.portrait.show_image(image)

        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: image_of(self._app.desk.papers.picture(portrait, THUMB.height() * 2, dossier)),
            came,
            lambda error: None,
        )
