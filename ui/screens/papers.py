"""Step 3: the papers. Left what is needed, in the middle the page, right all pages; Space lets the next ones come.

Nothing here waits for a scanner: pages come, are made and read in lanes of their own (`ui.page_work`), and every key
works meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.folder_watch import FolderWatch
from ui.page_pictures import PagePictures
from ui.scan_sides import ScanSides
from ui.screens.papers_arrivals import DOUBTFUL, UNEVEN, PageArrivals
from ui.screens.papers_deeds import PageDeeds
from ui.screens.papers_hands import PapersHands
from ui.screens.papers_page_card import PageCard
from ui.screens.step import StepPage
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.checklist import short_name
from ui.widgets.checklist_card import ChecklistCard
from ui.widgets.notice import Notice
from ui.widgets.strip_card import StripCard
from ui.widgets.strip_cell import EDGE
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.views import IntakeView, PageView
    from ui.dossier_work import DossierWork
    from ui.page_work import PageWork

ROOMY = 1100
"""From this width on everything has its full width."""
TALL = 620
"""From this height on what is done with pages has buttons beside its keys."""
AMPLE = 740
"""From this height on there is room for a third value that was read; in a low window for one only."""
SHORT = 540
"""Below this height what is done seldom has its key only."""
LOW = 460
"""Below this height the two buttons stand side by side, with short words."""
TONES = {"PAPER_NOT_SCANNED": "info", DOUBTFUL: "warn", UNEVEN: "warn"}
STRIP_TOOLS = (("split", "S"), ("join", "J"), ("pair", "P"), ("backs", "D"))


class PapersPage(StepPage):
    """Checklist, page, strip."""

    step = "papers"
    wide = True

    def __init__(self, work: DossierWork, pages: PageWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.page_work = pages
        self._shown = ""
        self.crop_when_here = False
        self._follow = False
        self._warned: tuple[str, ...] = ()
        self._dossier: object = None
        self._narrow = False
        self.pictures = PagePictures(work.app, lambda _sheet: work.view.dossier if work.view else None, self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.SPACE["m"])
        outer.addWidget(self._build_fault())
        self.reason = AskLine("intake.papers.waiver.why", "intake.papers.waiver.ask")
        self.reason.shut.connect(lambda: self.list.setFocus())
        outer.addWidget(self.reason)
        columns = QHBoxLayout()
        columns.setSpacing(theme.SPACE["l"])
        columns.addWidget(self._build_list())
        self.card = PageCard(work)
        columns.addWidget(self.card, 1)
        columns.addWidget(self._build_strip())
        outer.addLayout(columns, 1)
        self.preview = self.card.preview
        self.deeds = PageDeeds(work, pages, self.strip, self)
        self.arrivals = PageArrivals(work, pages, self.deeds, self)
        self.sides = ScanSides(work.app, self)
        self.hands = PapersHands(self)
        self.folder = FolderWatch(work.app, self)
        self._connect()

    def _build_fault(self) -> Notice:
        self.fault = Notice("bad", closable=True)
        self._again = SecondaryButton("intake.papers.scan.on", "Space", "refresh-cw")
        self._anyway = SecondaryButton("intake.papers.anyway", "V")
        self._other = SecondaryButton("intake.papers.other_order", "Shift+V")
        for button in (self._again, self._anyway, self._other):
            self.fault.buttons.addWidget(button)
        self.fault.closed.connect(self.page_work.forget_trouble)
        return self.fault

    def _build_list(self) -> ChecklistCard:
        self._list_card = card = ChecklistCard()
        self.list = card.list
        self.list.chosen.connect(self._chosen)
        self.list.entered.connect(self._list_entered)
        return card

    def _build_strip(self) -> StripCard:
        self.strip_card = card = StripCard()
        self.strip = card.strip
        return card

    def _connect(self) -> None:
        strip, card, hands = self.strip, self.card, self.hands
        for name, key in STRIP_TOOLS:
            button = narrow(QuietButton(f"intake.papers.{name}", key))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(getattr(hands, name))
            self.strip_card.tools.add(button)
        for asked, call in (
            (self._list_card.scan_asked, hands.scan),
            (self._list_card.stack_asked, hands.scan_stack),
            (self._list_card.mark_asked, hands.mark_seen),
            (self._list_card.cancel_asked, self.page_work.stop),
            (self._list_card.files_asked, hands.choose_files),
            (self._list_card.folder_asked, hands.take_folder),
            (self._list_card.camera_asked, hands.camera),
            (self.strip_card.undo_asked, hands.undo),
            (self.strip_card.redo_asked, hands.redo),
            (self.strip_card.tray_asked, hands.tray),
            (self._list_card.sides_asked, hands.other_sides),
            (self._again.clicked, hands.scan),
            (self._anyway.clicked, hands.put_together),
            (self._other.clicked, lambda: hands.put_together(other_order=True)),
            (self.list.offer_asked, hands.take_offer),
            (self.list.waiver_asked, hands.ask_waiver),
            (self.reason.answered, hands.waive),
            (card.tool, hands.use),
            (card.settled, hands.settled),
            (card.fields.shut, self.list.setFocus),
            (card.cropped, hands.cropped),
            (card.camera.taken, hands.shot),
            (card.camera.shut, hands.camera_over),
            (card.camera.failed, hands.camera_failed),
            (strip.chosen, self._page_chosen),
            (strip.entered, self.primary_changed),
            (strip.move_asked, hands.shift),
            (strip.dropped, hands.drop),
            (strip.pictures_wanted, self._want_pictures),
            (card.original_wanted, self.load_original),
            (card.stack.currentChanged, lambda place: self.primary_changed.emit()),
            (self.folder.found, self._list_card.show_folder),
            (self.pictures.small, strip.put_picture),
            (self.pictures.large, self._large_came),
            (self.deeds.refused, self.say),
            (self.arrivals.refused, self.say),
            (self.arrivals.begun, self._begun),
            (self.arrivals.together, self.fault.hide),
            (self.sides.changed, self._list_card.show_sides),
            (self.sides.refused, self.say),
            (self.page_work.changed, self._show_arriving),
            (self.page_work.failed, self._work_failed),
        ):
            asked.connect(call)
        for keys, shortcut in (
            ("Ctrl+Z", hands.undo),
            ("Ctrl+Y", hands.redo),
            ("Ctrl+Shift+Z", hands.redo),
            ("Ctrl+O", hands.choose_files),
        ):
            QShortcut(QKeySequence(keys), self, shortcut, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _want_pictures(self, sheets: tuple[str, ...]) -> None:
        self.pictures.want(sheets, round(EDGE * self.devicePixelRatioF()))

    # ---- room -----------------------------------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        """With little room the strip goes; Page Up and Page Down turn the pages all the same."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        self.strip_card.setVisible(not self._narrow)
        roomy = self.width() >= ROOMY
        self.strip_card.set_room(narrow=not roomy, low=self.height() < TALL)
        self.card.proposals.most = 3 if self.height() >= AMPLE else 2 if self.height() >= LOW else 1
        self.card.set_low(self.height() < LOW)
        self._list_card.set_room(
            narrow=not roomy and not self._narrow, low=self.height() < LOW, short=self.height() < SHORT
        )
        self._show_buttons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.folder.begin()
        self.sides.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.folder.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything has as much room as there is."""
        super().resizeEvent(event)
        self._fit()
        self.card.retranslate()

    # ---- showing --------------------------------------------------------------------------------------------------

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        papers = view.papers
        if view.dossier != self._dossier:
            self._another(view)
        before = {page.index for page in self.strip.pages}
        self.list.show_lines(papers.lines)
        order = self.strip_card.show_papers(papers, self.work.editable)
        newest = max(range(len(order.pages)), key=lambda row: order.pages[row].index, default=-1)
        if self._follow and newest >= 0 and order.pages[newest].index not in before:
            self.strip.setCurrentRow(newest)
            self._follow = True
        self._show_page()
        self.card.fields.show_fields(papers.fields, self.work.changes, self.work.editable)
        self._show_arriving()

    def _another(self, view: IntakeView) -> None:
        """Nothing of the last citizen stays."""
        self._dossier = view.dossier
        self._shown, self._warned, self._follow = "", (), False
        self.hands.ask("")
        self.strip_card.tray_open = False
        self.fault.hide()
        self.reason.hide()
        self.card.look()
        self.card.show_side("made")
        self.strip.forget_pictures()
        self.pictures.forget()
        self.list.current = ""

    def page(self) -> PageView | None:
        """The page that is shown large."""
        row = self.strip.currentRow()
        return self.strip.pages[row] if row >= 0 else None

    def _show_page(self) -> None:
        page = self.page()
        editable = self.work.editable and page is not None and page.index >= 0
        line = self.list.line(page.paper) if page is not None and page.paper else None
        lacking = line is not None and line.missing is not None
        self.card.show_page(page, self._place(page), editable, lacking)
        if page is None or page.raw:
            self._shown = ""
            self.preview.say("intake.preview.none" if page is None else "intake.preview.making")
            self.card.show_image(None)
            return
        image = self.pictures.kept(page.sheet)
        if page.sheet == self._shown:
            self.card.show_proposals(image)
            return
        self._shown = page.sheet
        self.preview.say("intake.preview.loading")
        self.card.show_image(image)
        if image is None:
            self.pictures.load(page.sheet)
        if self.preview.side != "made":
            self.load_original()

    def _place(self, page: PageView | None) -> str:
        """`Giấy phép lái xe cũ · 2/3`, or how many pages are chosen."""
        row, chosen = self.strip.currentRow(), len(self.strip.selected())
        if page is None or row < 0:
            return ""
        if chosen > 1:
            return t("intake.strip.chosen", count=chosen)
        line = self.list.line(page.paper) if page.paper else None
        name = short_name(words(line.name)) if line is not None else words(page.caption)
        number, count = self.strip.number(row)
        return f"{name} · {number}/{count}"

    def _large_came(self, name: str, image: QImage | None) -> None:
        page = self.page()
        if page is None:
            return
        if name == page.sheet == self._shown:
            if image is None:
                self.preview.say("intake.preview.broken")
            else:
                self.card.show_image(image)
                if self.preview.side != "made":
                    self.load_original()
        if page.original and name == f"·{page.original}":
            self._original_came(page, image)

    def load_original(self) -> None:
        """What the page was made from; where it is gone, that is said."""
        page, view = self.page(), self.work.view
        if page is None or view is None:
            return
        self.preview.say("intake.preview.loading" if page.original else "intake.preview.released", original=True)
        if not page.original:
            return
        name, desk, dossier, index = f"·{page.original}", self.work.app.desk, view.dossier, page.index
        kept = self.pictures.kept(name)
        if kept is not None:
            self._original_came(page, kept)
        else:
            self.pictures.load(name, lambda: desk.papers.original_picture(dossier, index))

    def _original_came(self, page: PageView, image: QImage | None) -> None:
        if image is None:
            self.crop_when_here = False
            self.preview.say("intake.preview.broken", original=True)
            return
        self.preview.show_original(image)
        size = self.pictures.size(f"·{page.original}")
        if self.crop_when_here and size is not None:
            self.crop_when_here = False
            self.card.begin_crop(image, size, page.corners)

    def _show_buttons(self) -> None:
        view, coming, trouble = self.work.view, self.page_work.arriving, self.page_work.trouble
        here = coming is not None and view is not None and coming.dossier == view.dossier
        again = trouble is not None and view is not None and trouble.dossier == view.dossier and trouble.count > 0
        self._list_card.show_buttons(self.work.editable, here, again)

    # ---- pages that come ------------------------------------------------------------------------------------------

    def _begun(self) -> None:
        self.fault.hide()
        self._follow = True
        if not self.list.hasFocus() and not self.strip.hasFocus():
            self.list.setFocus()

    def _show_arriving(self) -> None:
        """How the pages come, and why they stopped coming."""
        view, coming, trouble = self.work.view, self.page_work.arriving, self.page_work.trouble
        if view is None:
            return
        if coming is not None and coming.dossier == view.dossier:
            if coming.stopped:
                self._list_card.stopping()
            elif coming.notice is not None:
                self._list_card.say_words(coming.notice)
            elif coming.count:
                self._list_card.say("intake.papers.arrived", count=coming.count)
            else:
                self._list_card.say("intake.papers.warming")
        else:
            self._list_card.over()
        if trouble is not None and trouble.dossier == view.dossier:
            self._offer(again=trouble.how in ("scan", "backs"))
            if trouble.refusal is None:
                self.fault.set_tone("info")
                self.fault.say("intake.papers.cancelled", "intake.papers.cancelled.rest")
            else:
                self.fault.set_tone("bad")
                self.fault.show_refusal(trouble.refusal)
        self._show_buttons()

    def say(self, refusal: Refusal) -> None:
        """A verb was refused; what still comes goes on coming."""
        self._offer(piles=refusal.code)
        self.fault.set_tone(TONES.get(refusal.code, "bad"))
        self.fault.show_refusal(refusal)

    def _offer(self, again: bool = False, piles: str = "") -> None:
        """What can be pressed beside the words: go on, or put two piles together all the same."""
        self._again.setVisible(again)
        self._anyway.setVisible(piles in (DOUBTFUL, UNEVEN))
        self._anyway.say("intake.papers.anyway" if piles == DOUBTFUL else "intake.papers.together")
        self._other.setVisible(piles == DOUBTFUL)

    def _work_failed(self, dossier: UUID, refusal: Refusal) -> None:
        if dossier == self._dossier:
            self.say(refusal)

    # ---- keys and the screen around it ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Bare keys of this step. They are no shortcuts, so that a scanner's text never works them."""
        if not self.hands.key(event):
            event.ignore()

    def hint(self) -> str:
        if self.hands.asking:
            return f"intake.hint.papers.{self.hands.asking}"
        if self.card.stack.currentWidget() is self.card.crop:
            return "intake.crop.keys"
        if not self.work.editable:
            return "intake.hint.papers.look"
        return "intake.hint.papers.strip" if self.strip.hasFocus() else "intake.hint.papers"

    def _chosen(self, code: str) -> None:
        self.work.at("papers", code)
        self._list_card.bring_into_sight(code)
        first = next((row for row, page in enumerate(self.strip.pages) if page.paper == code), None)
        if first is not None and not self._follow:
            self.strip.setCurrentRow(first)
        self._show_buttons()

    def _list_entered(self) -> None:
        self.work.at("papers", self.list.current)
        self.primary_changed.emit()

    def _page_chosen(self, _row: int) -> None:
        """The clerk looks at this page: what comes meanwhile does not take it away."""
        self._follow = False
        self._show_page()

    def primary(self) -> tuple[str, str, bool]:
        return "intake.next.fee", "Enter", True

    def back(self) -> bool:
        coming, view = self.page_work.arriving, self.work.view
        if self.hands.ask(""):
            return True
        if self.card.fields.is_open:
            self.card.fields.fold()
            return True
        if coming is not None and view is not None and coming.dossier == view.dossier and not coming.stopped:
            self.page_work.stop()
            return True
        return False

    def enter(self) -> None:
        """Say once what is missing; the second Enter goes on all the same."""
        missing = self.list.missing() if self.page_work.arriving is None else ()
        codes = tuple(line.code for line in missing)
        if missing and codes != self._warned:
            self._warned = codes
            names = ", ".join(words(line.name) for line in missing)
            self._offer()
            self.fault.set_tone("warn")
            self.fault.say("intake.papers.missing", "intake.papers.missing.rest", names=names)
            self.list.choose(codes[0])
            self.list.setFocus()
            return
        self.fault.clear()
        self.advance.emit()

    def focus_on(self, name: str = "") -> None:
        self.list.choose(name or self.list.first_missing())
        self.list.setFocus()

    def show_why(self, on: bool) -> None:
        self.list.show_why(on)

    def retranslate(self) -> None:
        if self.work.view is not None:
            self.show_view(self.work.view)
