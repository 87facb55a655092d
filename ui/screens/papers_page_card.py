"""The card in the middle: the page, what was seen of it, what was read on it, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from clerk_app.desk.views import Badge as BadgeView
from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import words
from ui.widgets.buttons import QuietButton
from ui.widgets.crop_frame import CropFrame
from ui.widgets.flow import Flow
from ui.widgets.kit import Badge, Card, Text
from ui.widgets.page_camera import PageCamera
from ui.widgets.page_preview import SIDES, ZOOMS, PagePreview, Side
from ui.widgets.paper_fields import PaperFields
from ui.widgets.proposals import Proposals
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from clerk_app.desk.views import PageView, ProposalView
    from ui.dossier_work import DossierWork

LEAST, LEAST_LOW = 110, 76
"""How high the frame of the page is at least; so much in a low window."""
MAKING = Words("Đang xử lý…", "Being made…")
ASIDE = Words("Đã bỏ ra, không thuộc hồ sơ", "Set aside, no part of the dossier")
TOOLS = (
    ("turn", "R"),
    ("crop", "C"),
    ("colour", "G"),
    ("original", "O"),
    ("rescan", "Q"),
    ("keep", "L"),
    ("aside", "B"),
    ("remove", "Del"),
    ("zoom", "Z"),
)
"""What can be done with the page that is shown: its words are `intake.papers.…`."""


class PageCard(Card):
    """Shows a page that it is told; it says which tool was pressed."""

    tool = Signal(str)
    """The name of a tool of `TOOLS`."""
    settled = Signal(str, bool)
    cropped = Signal(object)
    original_wanted = Signal()

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._page: PageView | None = None
        self._editable = False
        self._place = ""
        self.tools = Flow()
        self.buttons: dict[str, QuietButton] = {}
        for name, key in TOOLS:
            button = narrow(QuietButton(f"intake.papers.{name}", key))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, name=name: self.tool.emit(name))
            self.buttons[name] = button
            self.tools.add(button)
        self.body.addWidget(self.tools)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self._facts = Text(look="caption")
        self._facts.setMinimumWidth(1)
        self.verdict = Badge()
        row.addWidget(self._facts, 1)
        row.addWidget(self.verdict)
        row.addStrut(self.tools.fontMetrics().height() + 8)
        self.body.addLayout(row)
        self.body.setSpacing(theme.SPACE["s"])
        self.preview = PagePreview()
        self.crop = CropFrame()
        self.camera = PageCamera(work.app)
        self.stack = QStackedWidget()
        for part in (self.preview, self.crop, self.camera):
            self.stack.addWidget(part)
        self.body.addWidget(self.stack, 1)
        self.proposals = Proposals()
        self.proposals.settled.connect(self.settled)
        self.proposals.pointed.connect(self._point)
        self.body.addWidget(self.proposals)
        self.fields = PaperFields(work.changes)
        self.fields.form.edited.connect(lambda _name, _value: work.save_soon())
        self.fields.form.entered.connect(lambda name: work.at("papers", name))
        self.fields.form.left.connect(lambda _name: work.save_soon())
        self.body.addWidget(self.fields)
        self.crop.taken.connect(self._cropped)
        self.crop.given_up.connect(self.look)

    # ---- showing --------------------------------------------------------------------------------------------------

    def set_low(self, low: bool) -> None:
        """In a low window the page leaves room for what was read on it; Z brings it closer."""
        for part in (self.preview, self.crop, self.camera):
            part.setMinimumHeight(LEAST_LOW if low else LEAST)

    def show_page(self, page: PageView | None, place: str, editable: bool, lacking: bool = False) -> None:
        """Show what is known of a page; `place` says which one it is. Its picture comes with `show_image`.

        `lacking`: something is to be said against its item, which the clerk may let pass.
        """
        other = page is None or self._page is None or page.sheet != self._page.sheet
        self._page, self._place, self._editable = page, place, editable
        if other:
            self.look()
        for name, button in self.buttons.items():
            button.setEnabled(page is not None and (editable or name in ("zoom", "original")))
        there = page is not None and bool(page.original) and not page.raw
        for name in ("crop", "colour", "original"):
            self.buttons[name].setEnabled(there and (editable or name == "original"))
        for name, button in self.buttons.items():
            # Of a dossier that is only looked at, nothing is offered that cannot be done.
            button.setVisible(editable or page is None or page.index < 0 or name in ("zoom", "original"))
        self.buttons["keep"].setVisible(editable and page is not None and (bool(page.flaws) or lacking))
        self.buttons["aside"].say("intake.papers.back" if page is not None and page.aside else "intake.papers.aside")
        self.tools.again()
        if page is not None:
            self.preview.turn(page.turned)
        self.retranslate()

    def show_image(self, image: QImage | None) -> None:
        """The picture of the page, or none."""
        page = self._page
        self.preview.show_image(image, page.turned if page is not None else 0)
        self._show_proposals(image)

    def show_proposals(self, image: QImage | None) -> None:
        """What waits of the page, with pieces of this picture."""
        self._show_proposals(image)

    def _show_proposals(self, image: QImage | None) -> None:
        self.proposals.show_page(self._page, image, self._editable)

    def _point(self, box: tuple[int, int, int, int] | None) -> None:
        page = self._page
        if box is None or page is None or not page.width or not page.height:
            self.preview.point_at(None)
            return
        left, top, width, height = box
        self.preview.point_at((left / page.width, top / page.height, width / page.width, height / page.height))

    # ---- sides, cut, camera ---------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a cut or the camera stands in the frame."""
        return self.stack.currentWidget() is not self.preview

    def look(self) -> None:
        """Back to the page itself."""
        self.stack.setCurrentWidget(self.preview)

    def other_side(self) -> None:
        """As made, its original, both side by side: the next of them."""
        self.show_side(SIDES[(SIDES.index(self.preview.side) + 1) % len(SIDES)])

    def show_side(self, side: Side) -> None:
        """Show it so."""
        self.preview.show_side(side)
        if side != "made":
            self.original_wanted.emit()

    def begin_crop(self, image: QImage, size: QSize, corners: tuple[float, ...] = ()) -> None:
        """Let the clerk say where the paper lies, beginning at where it was found."""
        self.crop.begin(image, size, corners)
        self.stack.setCurrentWidget(self.crop)
        self.crop.setFocus()

    def begin_camera(self) -> None:
        """Look through the document camera."""
        self.stack.setCurrentWidget(self.camera)
        self.camera.begin()
        self.camera.setFocus()

    def _cropped(self, corners: tuple[float, ...]) -> None:
        self.look()
        self.cropped.emit(corners)

    def closer(self) -> None:
        """One step closer; from the closest back to the whole page."""
        self.preview.zoom(-9 if self.preview.zoomed() == ZOOMS[-1] else 1)

    def settle(self, taken: bool) -> bool:
        """Take the value that is looked at or turn it down; False if there is none."""
        return self.proposals.settle(taken)

    def proposal(self) -> ProposalView | None:
        """The value that is looked at."""
        return self.proposals.current()

    # ---- words ----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """What was seen of the page, in the language of the moment."""
        page = self._page
        if page is None:
            self._facts.setText("")
            self.verdict.show_badge(None)
            return
        metrics = self._facts.fontMetrics()
        self.verdict.show_badge(verdict_of(page))
        room = self.width() - 2 * theme.SPACE["l"] - theme.SPACE["s"] - self.verdict.sizeHint().width()
        name, dot, which = self._place.rpartition(" · ")
        room -= metrics.horizontalAdvance(dot + which)
        self._facts.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0, room)) + dot + which)
        why = f" · {words(page.why_here)}" if page.why_here is not None else ""
        self._facts.setToolTip(f"{self._place}{why} · {page.width} × {page.height} · {page.size}")


def verdict_of(page: PageView) -> BadgeView:
    """What was seen of a page in one line: what is wrong with it first, else what is right, and how heavy it is."""
    if page.raw:
        return BadgeView(MAKING, "info")
    if page.aside:
        return BadgeView(ASIDE, "calm")
    if page.flaws:
        vi, en = ", ".join(flaw.vi for flaw in page.flaws), ", ".join(flaw.en for flaw in page.flaws)
        return BadgeView(Words(vi[:1].upper() + vi[1:], en[:1].upper() + en[1:]), "warn")
    seen = page.facts
    if seen is None:
        return BadgeView(Words(page.size, page.size), "calm")
    return BadgeView(Words(f"{seen.vi} · {page.size}", f"{seen.en} · {page.size}"), "good")
