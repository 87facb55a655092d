"""One request with everything that somebody decides on: who, both pictures, the sources side by side, why, the pages.

.------------------------------------------------------------.
| [chip] [camera]  NAME                                      |
|                  number · born · desk                      |
|                  ! what it is · what exactly is not proven |
| Compared   Chip   QR   Register   Typed                    |
| Why: the clerk's words            Amount                   |
| facts                                                      |
| [page] [page] [page]                                       |
'------------------------------------------------------------'
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QTransform
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.page_pictures import PagePictures
from ui.texts import t, words
from ui.widgets.comparison import ComparisonTable
from ui.widgets.evidence import Portrait
from ui.widgets.kit import Badge, Heading, Label, Muted, SubHeading, Text

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import EvidencePage, RequestView
    from ui.application import App

THUMB = QSize(74, 98)
FACE_EDGE = 300
MOST_IN_A_ROW = 6


class PageButton(QLabel):
    """A small picture of a page; pressed, it is shown large."""

    pressed = Signal(int)

    def __init__(self, place: int, page: EvidencePage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self.page = page
        self.setFixedSize(THUMB)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("class", "version-page")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.mark(self, differs="yes" if page.asked else "no")
        self.retranslate()

    def show_picture(self, image: QImage | None) -> None:
        """The picture; without one a question mark."""
        if image is None or image.isNull():
            self.setText("?")
            return
        turned = image.transformed(QTransform().rotate(self.page.turned)) if self.page.turned else image
        inner = THUMB - QSize(6, 6)
        kept = turned.scaled(inner, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self.setPixmap(QPixmap.fromImage(kept))

    def retranslate(self) -> None:
        named = words(self.page.caption)
        said = f"{named} ({t('approvals.page.asked')})" if self.page.asked else named
        self.setToolTip(said)
        self.setAccessibleName(said)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self._place)


class _Face(QWidget):
    """A face and where its picture is from."""

    def __init__(self, key: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["xs"])
        self.portrait = Portrait()
        said = Text(key, look="caption")
        said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.portrait)
        column.addWidget(said)
        column.addStretch(1)


class RequestCard(QWidget):
    """Shows a `RequestView`; the same again changes nothing, so that what is looked at does not move."""

    page_wanted = Signal(int)
    """The place of a page that is to be shown large."""

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._view: RequestView | None = None
        self._pin = ""
        self.pictures = PagePictures(app, self._whose, self)
        self.pictures.small.connect(self._picture_came)
        self.thumbs: list[PageButton] = []
        self.table: ComparisonTable | None = None
        self.setProperty("class", "clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._build_head())
        # What somebody asks for comes before what speaks for it: it is in sight however much is compared.
        self._why_head = SubHeading("approvals.reason_head")
        column.addWidget(self._why_head)
        self._reason = Text(look="said")
        self._reason.setWordWrap(True)
        column.addWidget(self._reason)
        self._compared = SubHeading("approvals.compared")
        column.addWidget(self._compared)
        self._tables = QVBoxLayout()
        column.addLayout(self._tables)
        self._amount = Text(look="strong")
        column.addWidget(self._amount)
        self._before = Muted()
        column.addWidget(self._before)
        self._doubt = Text(look="doubt")
        self._doubt.setWordWrap(True)
        column.addWidget(self._doubt)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(theme.SPACE["l"])
        self._facts.setVerticalSpacing(theme.SPACE["xs"])
        self._facts.setColumnStretch(1, 1)
        column.addLayout(self._facts)
        self._pages_head = SubHeading("approvals.pages")
        column.addWidget(self._pages_head)
        self._pages = QGridLayout()
        self._pages.setSpacing(theme.SPACE["s"])
        self._pages.setColumnStretch(MOST_IN_A_ROW, 1)
        column.addLayout(self._pages)

    def _whose(self, _sheet: str) -> UUID | None:
        """The dossier whose pictures stand here."""
        return self._view.row.dossier if self._view is not None else None

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.chip, self.camera = _Face("approvals.face.chip"), _Face("approvals.face.camera")
        for face in (self.chip, self.camera):
            row.addWidget(face)
        told = QVBoxLayout()
        told.setSpacing(theme.SPACE["xs"])
        self._name = Heading()
        self._name.setWordWrap(True)
        self._who = Text(look="muted")
        self._who.setWordWrap(True)
        self._kind = Text(look="strong")
        self._kind.setWordWrap(True)
        self._details = Muted()
        self._level = Badge()
        for part in (self._name, self._who, self._level, self._kind, self._details):
            told.addWidget(part)
        told.addStretch(1)
        row.addLayout(told, 1)
        return row

    @property
    def view(self) -> RequestView | None:
        """What is shown."""
        return self._view

    def show_request(self, view: RequestView | None) -> None:
        """Show this one; nothing for None."""
        if view == self._view:
            return
        before, self._view = self._view, view
        if view is None or before is None or before.row.request != view.row.request:
            self.pictures.forget()
            self._pin = ""
            for face in (self.chip, self.camera):
                face.portrait.show_image(None)
        self._clear()
        if view is None:
            return
        self.table = ComparisonTable(view.comparison)
        self._tables.addWidget(self.table)
        self.table.point_at(self._pin)
        self._compared.setVisible(bool(view.comparison.rows))
        for line, (label, value) in enumerate(view.facts):
            name, said = Label(), Text()
            name.show_words(label)
            said.show_words(value)
            said.setWordWrap(True)
            self._facts.addWidget(name, line, 0)
            self._facts.addWidget(said, line, 1)
        for place, page in enumerate(view.pages):
            thumb = PageButton(place, page)
            thumb.pressed.connect(self.page_wanted)
            self.thumbs.append(thumb)
            self._pages.addWidget(thumb, place // MOST_IN_A_ROW, place % MOST_IN_A_ROW)
        self._pages_head.setVisible(bool(view.pages))
        sheets = dict.fromkeys((view.portrait, view.photo, *(page.sheet for page in view.pages)))
        self.pictures.want(tuple(sheet for sheet in sheets if sheet), FACE_EDGE)
        self.retranslate()

    def point_at(self, field: str) -> None:
        """Raise the field that a comment points at; the empty text for none."""
        self._pin = field
        if self.table is not None:
            self.table.point_at(field)

    def _clear(self) -> None:
        if self.table is not None:
            self._tables.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
            self.table = None
        self.thumbs = []
        for grid in (self._facts, self._pages):
            while (item := grid.takeAt(0)) is not None:
                part = item.widget()
                if part is not None:
                    part.hide()
                    part.deleteLater()

    def _picture_came(self, sheet: str, image: QImage | None) -> None:
        view = self._view
        if view is None:
            return
        for face, whose in ((self.chip, view.portrait), (self.camera, view.photo)):
            if sheet == whose:
                face.portrait.show_image(image)
        for thumb in self.thumbs:
            if thumb.page.sheet == sheet:
                thumb.show_picture(image)

    def retranslate(self) -> None:
        """The words that are put together here; what has words of its own says them itself."""
        view = self._view
        if view is None:
            return
        row = view.row
        self._name.setText(view.title or t("queue.nobody"))
        number = " ".join(part for part in (view.number[:3], view.number[3:6], view.number[6:]) if part)
        parts = [number, t("approvals.born", day=view.born) if view.born else "", t("approvals.desk", desk=row.counter)]
        self._who.setText(" · ".join(part for part in (*parts, row.dossier_code) if part))
        self._level.show_badge(view.badge)
        self._kind.show_words(view.words)
        details = [words(one) for one in view.details]
        if view.face is not None:
            details.append(f"{view.face.sign} {words(view.face.title)}: {words(view.face.detail)}")
        self._details.setText("\n".join(details))
        self._details.setVisible(bool(details))
        self._reason.setText(view.reason)
        for part in (self._reason, self._why_head):
            part.setVisible(bool(view.reason))
        self._amount.setVisible(view.amount is not None)
        if view.amount is not None:
            self._amount.setText(t("approvals.amount", amount=words(view.amount)))
        before = [words(one) for one in view.before]
        if view.granted_by is not None:
            before.append(t("intake.exception.granted_by", who=words(view.granted_by)))
        self._before.setText("\n".join(before))
        self._before.setVisible(bool(before))
        self._doubt.show_words(view.doubt)
        self._doubt.setVisible(view.doubt is not None)
        self.setAccessibleName(f"{self._name.text()}. {words(view.words)}")
