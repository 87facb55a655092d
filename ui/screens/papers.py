"""Step 3: the papers. Left what is needed, in the middle the page, right all pages; Space scans the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.page_pictures import PagePictures
from ui.screens.step import StepPage
from ui.texts import words
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.checklist import short_name
from ui.widgets.checklist_card import ChecklistCard
from ui.widgets.kit import Card, Text
from ui.widgets.notice import Notice
from ui.widgets.page_preview import ZOOMS, PagePreview
from ui.widgets.page_strip import THUMB
from ui.widgets.strip_card import StripCard
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.views import IntakeView, PageView
    from ui.dossier_work import DossierWork, Running, Verb

ROOMY = 1100
"""From this width on everything has its full width."""
LOW = 420
"""Below this height the two buttons stand side by side, with short words."""


class PapersPage(StepPage):
    """Checklist, preview, strip."""

    step = "papers"
    wide = True

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self._job: Running | None = None
        self._arrived = 0
        self._row = 0
        self._shown = ""
        self._warned: tuple[str, ...] = ()
        self._dossier: object = None
        self._narrow = False
        self.pictures = PagePictures(work.app, self)
        self.pictures.large.connect(self._large_came)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.SPACE["m"])
        self.fault = Notice("bad", closable=True)
        again = SecondaryButton("intake.again", "Space", "refresh-cw")
        again.clicked.connect(self.scan)
        self.fault.buttons.addWidget(again)
        outer.addWidget(self.fault)
        columns = QHBoxLayout()
        columns.setSpacing(theme.SPACE["l"])
        columns.addWidget(self._build_list())
        columns.addWidget(self._build_preview(), 1)
        columns.addWidget(self._build_strip())
        outer.addLayout(columns, 1)
        for keys, call in (("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo)):
            QShortcut(QKeySequence(keys), self, call, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build_list(self) -> ChecklistCard:
        self._list_card = card = ChecklistCard()
        self.list = card.list
        self.list.chosen.connect(self._chosen)
        self.list.entered.connect(lambda: self.work.at("papers", self.list.current))
        card.scan_asked.connect(self.scan)
        card.mark_asked.connect(self.mark_seen)
        card.cancel_asked.connect(self.cancel)
        return card

    def _build_preview(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self._tools = []
        for key_words, key, icon, call in (
            ("intake.papers.turn", "R", "rotate-cw", self.turn),
            ("intake.papers.remove", "Del", "trash-2", self.remove),
            ("intake.papers.zoom", "Z", "zoom-in", self.closer),
        ):
            button = narrow(QuietButton(key_words, key, icon))
            button.clicked.connect(call)
            row.addWidget(button)
            self._tools.append(button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.preview = PagePreview()
        card.body.addWidget(self.preview, 1)
        self._facts = Text(look="caption")
        self._facts.setMinimumWidth(1)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card.body.addWidget(self._facts)
        return card

    def set_narrow(self, narrow: bool) -> None:
        """With little room the strip goes; Page Up and Page Down turn the pages all the same."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        self._strip_card.setVisible(not self._narrow)
        roomy = self.width() >= ROOMY
        self._strip_card.set_narrow(not roomy)
        self._list_card.set_room(narrow=not roomy and not self._narrow, low=self.height() < LOW)
        self._show_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The name below the page is as long as there is room for."""
        super().resizeEvent(event)
        self._fit()
        self._say_facts()

    def _build_strip(self) -> StripCard:
        self._strip_card = card = StripCard()
        self.strip = card.strip
        self.strip.chosen.connect(self._page_chosen)
        self.strip.move_asked.connect(self.move_page)
        self.strip.picture_wanted.connect(self._load)
        self.pictures.small.connect(self.strip.put_picture)
        card.undo_asked.connect(self.undo)
        card.redo_asked.connect(self.redo)
        return card

    # ---- showing --------------------------------------------------------------------------------------------------

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        papers = view.papers
        if view.dossier != self._dossier:
            self._dossier = view.dossier
            self._row, self._shown, self._warned = 0, "", ()
            self.fault.clear()
            self.strip.forget_pictures()
            self.pictures.forget()
            self.list.current = ""
        self.list.show_lines(papers.lines)
        self._row = max(0, min(self._row, len(papers.pages) - 1))
        self._strip_card.show_papers(papers, self._row, self.work.editable)
        self._show_page()
        self._show_buttons()

    def page(self) -> PageView | None:
        """The page that is shown large."""
        pages = self.strip.pages
        return pages[self._row] if 0 <= self._row < len(pages) else None

    def _show_page(self) -> None:
        page = self.page()
        for tool in self._tools:
            tool.setEnabled(page is not None)
        if page is None:
            self._shown = ""
            self.preview.say("intake.preview.none")
            self.preview.show_image(None)
            self._facts.setText("")
            return
        self._say_facts()
        if page.sheet == self._shown:
            self.preview.turn(page.turned)
            return
        self._shown = page.sheet
        self.preview.say("intake.preview.loading")
        large = self.pictures.kept(page.sheet)
        if large is not None:
            self.preview.show_image(large, page.turned)
        else:
            self.preview.show_image(None)
            self._load(page.sheet)

    def _say_facts(self) -> None:
        """`2/3 · Giấy phép lái xe cũ · 214 KB`; the name is what gives way."""
        page = self.page()
        if page is None:
            return
        line = self.list.line(page.paper)
        place = f"{self._row + 1}/{len(self.strip.pages)}"
        metrics = self._facts.fontMetrics()
        room = self.preview.width() - metrics.horizontalAdvance(f"{place} ·  · {page.size}") - 8
        name = short_name(words(line.name)) if line is not None else ""
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0, room))
        self._facts.setText(" · ".join(part for part in (place, name, page.size) if part))
        self._facts.setToolTip(f"{words(page.caption)} · {page.width} × {page.height} · {page.size}")

    def _load(self, sheet: str) -> None:
        self.pictures.load(sheet, round(max(THUMB.width(), THUMB.height()) * self.devicePixelRatioF()))

    def _large_came(self, sheet: str, image: QImage | None) -> None:
        page = self.page()
        if page is None or sheet != page.sheet or sheet != self._shown:
            return
        if image is None:
            self.preview.say("intake.preview.broken")
        else:
            self.preview.show_image(image, page.turned)

    def _show_buttons(self) -> None:
        self._list_card.show_buttons(self.work.editable, self._job is not None)
        if not self.work.editable:
            for tool in self._tools[:2]:
                tool.setEnabled(False)

    # ---- doing ----------------------------------------------------------------------------------------------------

    def scan(self) -> None:
        """Scan the next page, or all of the feeder, for the chosen item."""
        line = self.list.line()
        if self._job is not None or not self.work.editable or line is None:
            return
        if not line.can_scan:
            self.fault.set_tone("info")
            self.fault.show_words(line.name, line.detail)
            return
        self.fault.clear()
        self._arrived = 0
        paper = line.code
        pages_before = len(self.strip.pages)

        def over(view: IntakeView) -> None:
            self._scan_over()
            if len(view.papers.pages) > pages_before:
                self._row = len(view.papers.pages) - 1
                self.show_view(view)

        self._job = self.work.run(
            "scanner",
            lambda desk, dossier, cancel, progress: desk.papers.scan(
                dossier, paper, lambda number: progress(number, 0), cancel
            ),
            over,
            self._scan_failed,
            self._page_arrived,
        )
        self._list_card.say("intake.papers.warming")
        self._show_buttons()
        self.primary_changed.emit()

    def _page_arrived(self, number: int, _total: int) -> None:
        self._arrived = number
        self._list_card.say("intake.papers.arrived", count=number)

    def _scan_over(self) -> None:
        stopped = self._job is not None and self._job.cancelled
        self._job = None
        if stopped:
            self.fault.set_tone("info")
            self.fault.say("intake.papers.cancelled", "intake.papers.cancelled.rest")
        self._list_card.over()
        self._show_buttons()
        self.primary_changed.emit()

    def _scan_failed(self, error: Exception) -> None:
        stopped = self._job is not None and self._job.cancelled
        self._scan_over()
        if isinstance(error, Refusal) and not stopped:
            self.fault.set_tone("bad")
            self.fault.show_refusal(error)
        self.work.refresh()
        self.list.setFocus()

    def cancel(self) -> None:
        """Stop the scanner; the pages that arrived stay."""
        if self._job is not None and not self._job.cancelled:
            self._job.cancel()
            self._list_card.stopping()

    def mark_seen(self) -> None:
        """The chosen item was seen (or take that back)."""
        line = self.list.line()
        if line is None or not line.can_mark or not self.work.editable or self._job is not None:
            return
        how: Literal["seen", "unmarked"] = "unmarked" if line.done and not line.pages else "seen"
        code = line.code
        self._do(lambda desk, dossier, cancel, progress: desk.papers.mark(dossier, code, how))

    def closer(self) -> None:
        """One step closer; from the closest back to the whole page."""
        self.preview.zoom(-9 if self.preview.zoomed() == ZOOMS[-1] else 1)

    def turn(self) -> None:
        """Turn the page by a quarter."""
        page = self.page()
        if page is not None:
            index = page.index
            self._do(lambda desk, dossier, cancel, progress: desk.pages.turn(dossier, index))

    def remove(self) -> None:
        """Take the page out; Ctrl Z brings it back."""
        page = self.page()
        if page is not None:
            index = page.index
            self._do(lambda desk, dossier, cancel, progress: desk.pages.remove(dossier, index))

    def move_page(self, row: int, to: int) -> None:
        """Move a page to another place."""
        pages = self.strip.pages
        if 0 <= row < len(pages) and 0 <= to < len(pages) and self.work.editable:
            index, place = pages[row].index, pages[to].index
            self._row = to
            self._do(lambda desk, dossier, cancel, progress: desk.pages.move(dossier, index, place))

    def shift(self, by: int) -> None:
        """Move the page that is shown one place on or back."""
        self.move_page(self._row, self._row + by)

    def leaf(self, by: int) -> None:
        """Show the next page, or the one before."""
        if self.strip.pages:
            self._row = max(0, min(self._row + by, len(self.strip.pages) - 1))
            self.strip.setCurrentRow(self._row)
            self._show_page()

    def undo(self) -> None:
        """Take back the last change of the pages."""
        if self._strip_card.undo.isEnabled():
            self._do(lambda desk, dossier, cancel, progress: desk.pages.undo(dossier))

    def redo(self) -> None:
        """Do it after all."""
        if self._strip_card.redo.isEnabled():
            self._do(lambda desk, dossier, cancel, progress: desk.pages.redo(dossier))

    def _do(self, verb: Verb) -> None:
        if not self.work.editable or self._job is not None:
            return

        def failed(error: Exception) -> None:
            if isinstance(error, Refusal):
                self.fault.set_tone("bad")
                self.fault.show_refusal(error)

        self.work.run("store", verb, None, failed)

    # ---- keys and the screen around it ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Bare keys of this step. They are no shortcuts, so that a scanner's text never works them."""
        bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier
        calls: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Space: self.scan,
            Qt.Key.Key_M: self.mark_seen,
            Qt.Key.Key_R: self.turn,
            Qt.Key.Key_Delete: self.remove,
            Qt.Key.Key_Z: self.closer,
            Qt.Key.Key_Plus: lambda: self.preview.zoom(1),
            Qt.Key.Key_Equal: lambda: self.preview.zoom(1),
            Qt.Key.Key_Minus: lambda: self.preview.zoom(-1),
        }
        call = calls.get(Qt.Key(event.key())) if bare and not event.isAutoRepeat() else None
        if call is not None:
            call()
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self.strip.pages:
            self.leaf(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return
        event.ignore()

    def _chosen(self, code: str) -> None:
        self.work.at("papers", code)
        self._list_card.bring_into_sight(code)
        first = next((row for row, page in enumerate(self.strip.pages) if page.paper == code), None)
        if first is not None:
            self.strip.setCurrentRow(first)
            self._page_chosen(first)
        self._show_buttons()

    def _page_chosen(self, row: int) -> None:
        self._row = row
        self._show_page()

    def primary(self) -> tuple[str, str, bool]:
        return "intake.next.fee", "Enter", self._job is None

    def back(self) -> bool:
        if self._job is not None:
            self.cancel()
            return True
        return False

    def enter(self) -> None:
        """Say once what is missing; the second Enter goes on all the same."""
        missing = self.list.missing()
        codes = tuple(line.code for line in missing)
        if missing and codes != self._warned:
            self._warned = codes
            names = ", ".join(words(line.name) for line in missing)
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
