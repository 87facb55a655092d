"""The keys of the papers step and what each of them does: pages come, are chosen, given to items, made otherwise.

A digit scans for its item while the checklist has the keyboard, and gives the chosen pages to it everywhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog

from clerk_app.domain.refusals import Refusal
from ui.texts import t

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.screens.papers import PapersPage

FILES = "*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.heic"
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
DIGITS = tuple(Qt.Key(Qt.Key.Key_1 + number) for number in range(9))
Asking = Literal["", "split", "join"]


class PapersHands(QObject):
    """What the clerk's hands do in the papers step."""

    def __init__(self, page: PapersPage) -> None:
        super().__init__(page)
        self._page = page
        self.asking: Asking = ""
        """What waits for the digit of an item."""
        self._calls: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Space: self.scan,
            Qt.Key.Key_A: self.scan_stack,
            Qt.Key.Key_M: self.mark_seen,
            Qt.Key.Key_D: self.backs,
            Qt.Key.Key_H: self.other_sides,
            Qt.Key.Key_K: self.camera,
            Qt.Key.Key_I: self.take_folder,
            Qt.Key.Key_X: self.ask_waiver,
            Qt.Key.Key_T: self.tray,
            Qt.Key.Key_E: self.fields,
            Qt.Key.Key_S: self.split,
            Qt.Key.Key_J: self.join,
            Qt.Key.Key_P: self.pair,
            Qt.Key.Key_R: self.turn,
            Qt.Key.Key_C: self.crop,
            Qt.Key.Key_G: self.colour,
            Qt.Key.Key_O: self.original,
            Qt.Key.Key_Q: self.rescan,
            Qt.Key.Key_L: self.keep,
            Qt.Key.Key_B: self.aside,
            Qt.Key.Key_Delete: self.remove,
            Qt.Key.Key_Z: self.zoom,
            Qt.Key.Key_Plus: lambda: page.preview.zoom(1),
            Qt.Key.Key_Equal: lambda: page.preview.zoom(1),
            Qt.Key.Key_Minus: lambda: page.preview.zoom(-1),
            Qt.Key.Key_Y: lambda: self.settle(True),
            Qt.Key.Key_N: lambda: self.settle(False),
        }

    # ---- keys -----------------------------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key means here; False if it means nothing."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and not modifiers and self._page.strip.pages:
            self.leaf(1 if key == Qt.Key.Key_PageDown else -1)
            return True
        if modifiers == ALT and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift(1 if key == Qt.Key.Key_Down else -1)
            return True
        if modifiers & ~SHIFT or event.isAutoRepeat():
            return False
        if key in (Qt.Key.Key_U, Qt.Key.Key_V):
            self.ask("")
            if key == Qt.Key.Key_U:
                self.reuse(1 if modifiers else 0)
            else:
                self.put_together(other_order=bool(modifiers))
            return True
        if key in DIGITS and not modifiers:
            self._digit(DIGITS.index(key) + 1)
            return True
        call = self._calls.get(key)
        if call is None:
            return False
        self.ask("")
        call()
        return True

    def use(self, name: str) -> None:
        """A tool was pressed with the mouse."""
        getattr(self, name)()

    def _digit(self, number: int) -> None:
        """An item by its number: for the chosen pages, for what is asked, or to scan for it."""
        page = self._page
        line = page.list.by_key(str(number))
        if line is None or not page.work.editable:
            return
        asking = self.asking
        self.ask("")
        if asking == "split":
            page.deeds.split(line.code)
        elif asking == "join":
            page.deeds.join(line.code)
        elif page.list.hasFocus() or not page.strip.pages:
            page.list.choose(line.code)
            self.scan()
        else:
            page.deeds.assign(line.code)

    def ask(self, what: Asking) -> bool:
        """Wait for the digit of an item; with the empty word no more. Whether something was asked until now."""
        before, self.asking = self.asking, what
        if before != what:
            self._page.primary_changed.emit()
        return bool(before)

    # ---- pages come -----------------------------------------------------------------------------------------------

    def scan(self) -> None:
        """The next page, or all of the feeder, for the chosen item; after a jam for the item that it came for."""
        page = self._page
        trouble, view = page.page_work.trouble, page.work.view
        if not page.work.editable or view is None:
            return
        line = page.list.line()
        if trouble is not None and trouble.dossier == view.dossier and trouble.how == "scan":
            page.arrivals.scan(trouble.paper)
        elif line is not None and not line.can_scan:
            page.say(Refusal("PAPER_NOT_SCANNED", line.name, line.detail))
        elif line is not None:
            page.arrivals.scan(line.code)

    def scan_stack(self) -> None:
        """A mixed pile: every page finds its item by itself."""
        if self._page.work.editable:
            self._page.arrivals.scan("")

    def backs(self) -> None:
        """The backs of the pile that came last."""
        if self._page.work.editable:
            self._page.arrivals.backs()

    def put_together(self, other_order: bool = False) -> None:
        """Backs between their fronts in spite of the doubt, or in the other order."""
        if self._page.work.editable:
            self._page.arrivals.put_together(other_order)

    def other_sides(self) -> None:
        """The feeder takes one side of a sheet, both, or what the kind of paper wants: the next of them."""
        if self._page.work.editable:
            self._page.sides.next()

    def rescan(self) -> None:
        """The sheet once more, in the place of the page that is shown."""
        page = self._page
        row = page.strip.currentRow()
        if row >= 0 and page.work.editable:
            page.arrivals.rescan(page.strip.keys((row,))[0])

    def choose_files(self) -> None:
        """Files of this computer; the window goes on while somebody chooses."""
        if not self._page.work.editable:
            return
        kinds = f"{t('intake.files.kinds')} ({FILES})"
        dialog = QFileDialog(self._page, t("intake.files.title"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.take_files([Path(name) for name in names]))
        dialog.open()

    def take_files(self, paths: list[Path]) -> None:
        """Pages of these files come for the chosen item."""
        line = self._page.list.line()
        if self._page.work.editable and line is not None:
            self._page.arrivals.files(paths, line.code)

    def take_folder(self) -> None:
        """What lies in the watched folder comes for the chosen item."""
        line = self._page.list.line()
        if self._page.work.editable and line is not None:
            self._page.arrivals.folder(line.code)

    def camera(self) -> None:
        """Look through the document camera, or back."""
        card = self._page.card
        if card.stack.currentWidget() is card.camera:
            self.camera_over()
        elif self._page.work.editable:
            card.begin_camera()

    def shot(self, jpeg: bytes) -> None:
        """The picture was taken."""
        line = self._page.list.line()
        self.camera_over()
        if line is not None:
            self._page.arrivals.shoot(jpeg, line.code)

    def camera_over(self) -> None:
        """Back to the pages."""
        self._page.card.look()
        self._page.list.setFocus()

    def camera_failed(self, refusal: Refusal) -> None:
        """There is no picture, and why."""
        self.camera_over()
        self._page.say(refusal)

    # ---- pages that are there -------------------------------------------------------------------------------------

    def turn(self) -> None:
        """A quarter turn."""
        self._page.deeds.turn()

    def remove(self) -> None:
        """Out of the dossier; Ctrl Z brings it back."""
        self._page.deeds.remove()

    def aside(self) -> None:
        """Into the tray, or back."""
        self._page.deeds.aside()

    def keep(self) -> None:
        """It is kept in spite of what is wrong with it."""
        self._page.deeds.keep()

    def colour(self) -> None:
        """Grey, colour, or as the content wants it."""
        self._page.deeds.colour()

    def original(self) -> None:
        """As it arrived, then both, then as made."""
        self._page.card.other_side()

    def leaf(self, by: int) -> None:
        """The next page, or the one before."""
        strip = self._page.strip
        if strip.pages:
            strip.setCurrentRow(max(0, min(strip.currentRow() + by, len(strip.pages) - 1)))

    def zoom(self) -> None:
        """One step closer."""
        self._page.card.closer()

    def pair(self) -> None:
        """Front and back of one card."""
        self._page.deeds.pair()

    def split(self) -> None:
        """From this page on another item: which one, is asked."""
        self._ask_for_item("split")

    def join(self) -> None:
        """All pages of this item to another: which one, is asked."""
        self._ask_for_item("join")

    def _ask_for_item(self, what: Asking) -> None:
        page = self._page.page()
        if page is not None and not page.aside and self._page.work.editable:
            self.ask(what)

    def shift(self, by: int) -> None:
        """One place on or back."""
        self._page.deeds.move(by)

    def drop(self, at: QPoint) -> None:
        """The chosen pages were let go over an item of the checklist, or between others."""
        page = self._page
        code = page.list.code_under(at)
        if code:
            page.deeds.assign(code)
            return
        place = page.strip.place_under(at)
        if place is not None:
            page.deeds.drop(*place)

    def crop(self) -> None:
        """Say on the original where the paper lies."""
        page = self._page.page()
        if page is not None and page.original and not page.raw and self._page.work.editable:
            self._page.crop_when_here = True
            self._page.load_original()

    def cropped(self, corners: tuple[float, ...]) -> None:
        """Make the page of what lies between these corners."""
        page = self._page
        row = page.strip.currentRow()
        if row >= 0:
            page.deeds.crop(page.strip.keys((row,))[0], corners)
            page.strip.setFocus()

    def tray(self) -> None:
        """Show what was set aside, or put it out of sight."""
        page, view = self._page, self._page.work.view
        if view is None or not view.papers.tray:
            return
        card = page.strip_card
        card.tray_open = not card.tray_open
        page.show_view(view)
        if card.tray_open:
            page.strip.setCurrentRow(len(page.strip.pages) - len(view.papers.tray))
        page.strip.setFocus()

    def undo(self) -> None:
        """Take back the last change of the pages."""
        if self._page.strip_card.undo.isEnabled():
            self._page.deeds.undo()

    def redo(self) -> None:
        """Do it after all."""
        if self._page.strip_card.redo.isEnabled():
            self._page.deeds.redo()

    # ---- items ----------------------------------------------------------------------------------------------------

    def mark_seen(self) -> None:
        """The chosen item was seen (or take that back)."""
        line = self._page.list.line()
        if line is not None and line.can_mark:
            self._page.deeds.mark(line.code, "unmarked" if line.done and not line.pages else "seen")

    def fields(self) -> None:
        """What the form asks of the papers, to be filled in."""
        self._page.card.fields.toggle()

    def settle(self, taken: bool) -> None:
        """The value that is looked at goes into the form, or is turned down."""
        self._page.card.settle(taken)

    def settled(self, name: str, taken: bool) -> None:
        """A value that was read goes into the form, or is turned down."""
        page = self._page.page()
        if page is not None:
            self._page.deeds.settle(page.sheet, name, taken)

    def take_offer(self, _code: str, offer: str) -> None:
        """An item is met by what is on record."""
        self._page.deeds.take_offer(offer)

    def reuse(self, place: int = 0) -> None:
        """The chosen item is met by what is offered for it."""
        line = self._page.list.line()
        if line is not None and place < len(line.offers):
            self.take_offer(line.code, line.offers[place].id)

    def ask_waiver(self, _code: str = "") -> None:
        """Why this item should be done without."""
        line = self._page.list.line()
        if line is not None and line.waiver == "possible" and self._page.work.editable:
            self._page.reason.ask()

    def waive(self, reason: str) -> None:
        """A supervisor is asked."""
        line = self._page.list.line()
        self._page.list.setFocus()
        if line is not None:
            self._page.deeds.waive(line.code, reason)
