"""Pages come: from the scanner, a file or a camera. Each is on the disk and in the journal before the next is taken.

What arrived is an original and the page raw; making pages of it is `desk.making`, which never holds up the scanner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Literal
from uuid import UUID

from clerk_app.desk.assigning import UNKNOWN_PAPER, profile_of, wish_of
from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.half_taken import HalfTaken, begun_for_closed, fingerprint, half_taken
from clerk_app.desk.making import page_at
from clerk_app.desk.page_ports import Files, WatchedFolder
from clerk_app.desk.ports import Cancel, Pixels, ScannedPage, Scanners
from clerk_app.desk.scanner_choice import ScannerChoice, Sides
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, PageArrived, PaperMarked, sheets_of
from clerk_app.domain.pages import Page, Wish
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

Decoded = Callable[[bytes, int], Pixels]
"""Turns a stored picture into pixels, no longer on either side than the number says; 0 leaves its size."""

Mark = Literal["seen", "chip", "generated", "unmarked"]
_DPI = 300
"""Dots per inch where no profile says how many."""
MOST_PAGES = 250
"""No more are taken: the list of pages is one entry, whose size is bounded. What a scanner had fed by then is kept."""
_FEEDER_EMPTY = frozenset({"SCANNER_NO_PAPER", "SCANNER_NO_DATA"})
_NOT_THE_FILE = frozenset({"PDF_READER_MISSING"})
"""What is wrong with this computer and not with the file, which waits until that is mended."""
How = Literal["scan", "import", "camera", "folder"]


def unheard(words: Words) -> None:
    """Nobody listens to what the scanner is busy with."""


class Papers:
    """Pages of one dossier. Each page is encrypted on the disk and journalled the moment it arrives."""

    def __init__(
        self,
        counter: Counter,
        show: Show,
        scanners: Scanners,
        decoded: Decoded,
        device: Callable[[], str],
        source: Callable[[], str],
        look: Callable[[str, str], None],
        opened: Callable[[bytes], ScannedPage],
        files: Files,
        folder: Callable[[], WatchedFolder | None] = lambda: None,
        sides: Callable[[], Sides] = lambda: "",
        keep_sides: Callable[[Sides], object] = lambda sides: None,
    ) -> None:
        """`device`, `source` and `sides` are this desk's settings, as `ScannerChoice` reads them; `keep_sides` sets the
        last of them.

        `look` is told which scanner and paper come next (training mode lays the specimen there). `opened` takes the
        bytes of a picture file for a page, or refuses them. `folder` is the watched folder, if one is set.
        """
        self._counter = counter
        self._show = show
        self._scanners = scanners
        self._decoded = decoded
        self._choice = ScannerChoice(scanners, device, source, sides, keep_sides)
        self._look = look
        self._opened = opened
        self._files = files
        self._folder = folder

    def sides(self) -> Sides:
        """Which sides the feeder of this desk takes."""
        return self._choice.sides()

    def take_sides(self, sides: Sides) -> Sides:
        """From the next scan on, and for whoever sits here: these sides. What holds now."""
        self._counter.demand("dossier.take")
        self._choice.keep_sides(sides)
        return self._choice.sides()

    def scan(
        self,
        dossier: UUID,
        paper: str,
        on_page: Callable[[int], None],
        cancel: Cancel,
        on_notice: Callable[[Words], None] = unheard,
    ) -> IntakeView:
        """Scan until the source is empty; pages go to `paper`. A fault keeps the pages that had arrived.

        `on_notice` hears what the scanner is busy with meanwhile.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        profile = profile_of(self._counter.rules_of(state), paper)
        wish, dpi = self._wish(state, paper), self._dpi(state, paper)
        # A mixed stack lies in the feeder, a kind of paper where its profile says; what a camera is for, on the glass.
        scanner = self._choice.for_paper(profile) if paper else self._choice.for_stack()
        self._look(scanner.device, paper)
        came = 0

        def arrived(scanned: ScannedPage) -> None:
            nonlocal state, came
            state = self._kept(dossier, self._raw(dossier, paper, scanned, wish), "scan", who)
            came += 1
            on_page(came)

        def enough() -> bool:
            return len(state.pages) >= MOST_PAGES or cancel()

        try:
            self._scanners.scan(scanner.device, scanner.source, arrived, enough, dpi, on_notice)
        except DeviceFault as fault:
            if came or not paper or not scanner.glass or fault.code not in _FEEDER_EMPTY:
                raise
            # Nobody put it into the feeder: then it lies on the glass.
            self._scanners.scan(scanner.device, scanner.glass, arrived, enough, dpi, on_notice)
        return self._show(_with_room(state))

    def _dpi(self, state: Dossier, paper: str) -> int:
        profile = profile_of(self._counter.rules_of(state), paper)
        return profile.dpi if profile is not None else _DPI

    def _wish(self, state: Dossier, paper: str) -> Wish | None:
        """How pages that are scanned for an item are to be made, where its profile says anything."""
        wish = wish_of(self._counter.rules_of(state), paper)
        return wish if wish != UNKNOWN_PAPER else None

    def rescan(
        self, dossier: UUID, index: int, cancel: Cancel, on_notice: Callable[[Words], None] = unheard
    ) -> IntakeView:
        """Scan a page anew: the next one takes the place of that at `index`, which undo brings back.

        Further sheets that the feeder takes stand at the end of the list. Raises `Refusal` `PAGE_UNKNOWN`.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.draft(dossier)
        old = page_at(state.pages, index)
        scanner = self._choice.for_sheet()
        self._look(scanner.device, old.paper)
        came = False

        def arrived(scanned: ScannedPage) -> None:
            nonlocal came, state
            page = replace(self._raw(dossier, old.paper, scanned, old.wish), by=old.by)
            state = self._kept(dossier, page, "scan", who, None if came else (index, old))
            came = True

        dpi = self._dpi(state, old.paper)
        self._scanners.scan(scanner.device, scanner.source, arrived, lambda: came or cancel(), dpi, on_notice)
        return self._show(state)

    def bring(self, dossier: UUID, paper: str, picture: bytes) -> IntakeView:
        """The pages of a file that somebody names for an item, and so vouches for: there they stay, whatever is seen.

        Raises `DeviceFault` for bytes that are no picture and no PDF.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        sheets = (self._opened(picture),) if _is_picture(picture) else self._files.pages(picture, lambda: False)
        for sheet in sheets:
            _with_room(state)
            raw = self._raw(dossier, paper, sheet, self._wish(state, paper))
            state = self._kept(dossier, replace(raw, by="clerk", looked_at=True), "import", who)
        return self._show(state)

    def bring_files(
        self, dossier: UUID, paper: str, files: Sequence[Path], on_page: Callable[[int], None], cancel: Cancel
    ) -> IntakeView:
        """The pages of these files, each kept as it comes; `on_page` is told how many there are.

        A file that cannot be opened holds up no other: the first fault is raised when all were tried.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        wish = self._wish(state, paper)
        came = count(1)
        trouble: DeviceFault | None = None
        for file in files:
            try:
                for scanned in self._files.pages(file, cancel):
                    _with_room(self._counter.draft(dossier))
                    self._kept(dossier, self._raw(dossier, paper, scanned, wish), "import", who)
                    on_page(next(came))
            except DeviceFault as fault:
                trouble = trouble or fault
            if cancel():
                break
        return self._brought(dossier, trouble)

    def take_in(self, dossier: UUID, paper: str, on_page: Callable[[int], None], cancel: Cancel) -> IntakeView:
        """The pages of every file in the watched folder, oldest first; then the file is moved away.

        Each page comes once and all of a file into one dossier, also if the program ends before its file was moved. A
        file that cannot be opened is put aside and holds up no other: the first fault is raised when all were tried.
        Raises `FOLDER_NOT_SET`, `PAGES_TOO_MANY`.
        """
        self._counter.demand("dossier.take", dossier)
        needed_of(self._counter, _with_room(self._counter.draft(dossier)), paper)
        folder = self._folder()
        if folder is None:
            raise _no_folder()
        came = count(1)
        trouble: DeviceFault | None = None
        for file in folder.arrived():
            try:
                self._take(folder, file, dossier, paper, lambda: on_page(next(came)), cancel)
            except DeviceFault as fault:
                trouble = trouble or fault
            if cancel():
                break
        return self._brought(dossier, trouble)

    def _take(
        self,
        folder: WatchedFolder,
        file: Path,
        dossier: UUID,
        paper: str,
        on_page: Callable[[], None],
        cancel: Cancel,
    ) -> None:
        """What is not kept yet of a file, which then leaves the folder. Given up, it stays to be gone on with; one that
        another desk is taking, or that is still being written, is left alone.
        """
        own = folder.claimed(file)
        if own is None:
            return
        notes, name = HalfTaken(self._counter.journal), fingerprint(own)
        try:
            self._take_claimed(folder, own, name, dossier, paper, on_page, cancel)
        finally:
            if own.exists() and notes.of(name) is None:
                folder.released(own)

    def _take_claimed(
        self,
        folder: WatchedFolder,
        file: Path,
        name: str,
        dossier: UUID,
        paper: str,
        on_page: Callable[[], None],
        cancel: Cancel,
    ) -> None:
        notes = HalfTaken(self._counter.journal)
        other = notes.elsewhere(name, dossier)
        if other is not None:
            if other.status == "draft":
                raise half_taken(other)
            folder.refused(file)
            notes.over(name)
            raise begun_for_closed(other)
        try:
            self._take_pages(file, name, dossier, paper, on_page, cancel)
        except _BeingWritten:
            return
        except DeviceFault as fault:
            if cancel() or fault.code in _NOT_THE_FILE:
                raise
            if fingerprint(file) != name:
                return  # what is still being written could not be opened yet
            folder.refused(file)
            notes.over(name)
            raise
        if not cancel():
            folder.taken(file)
            notes.over(name)

    def _take_pages(
        self, file: Path, name: str, dossier: UUID, paper: str, on_page: Callable[[], None], cancel: Cancel
    ) -> None:
        who, notes = self._counter.demand("dossier.take", dossier).id, HalfTaken(self._counter.journal)
        begun = notes.of(name)
        known = begun.pages if begun is not None and begun.dossier == dossier else 0
        for at, scanned in enumerate(self._files.pages(file, cancel), 1):
            # All of the file was read before its first page came: what it was is known now, and nothing is kept yet.
            if at == 1 and fingerprint(file) != name:
                raise _BeingWritten
            if at <= known:
                continue
            state = _with_room(self._counter.draft(dossier))
            page = self._raw(dossier, paper, scanned, self._wish(state, paper))
            with self._counter.journal.together():
                self._kept(dossier, page, "folder", who)
                notes.kept(name, dossier, at)
            on_page()

    def waiting_files(self) -> int:
        """How many complete files lie in the watched folder; none where no folder is set. Raises like `arrived`."""
        self._counter.demand("dossier.take")
        folder = self._folder()
        return len(folder.arrived()) if folder is not None else 0

    def _brought(self, dossier: UUID, trouble: DeviceFault | None) -> IntakeView:
        if trouble is not None:
            raise trouble
        return self._show(self._counter.journal.dossier(dossier))

    def shoot(self, dossier: UUID, paper: str, frame: bytes) -> IntakeView:
        """A page from the document camera (JPEG), whose perspective is taken out when it is made."""
        who = self._counter.demand("dossier.take", dossier).id
        needed_of(self._counter, self._counter.draft(dossier), paper)
        page = self._raw(dossier, paper, self._opened(frame), Wish(cut="photo"))
        return self._show(self._kept(dossier, page, "camera", who))

    def _raw(self, dossier: UUID, paper: str, scanned: ScannedPage, wish: Wish | None = None) -> Page:
        """The page as it came, its picture on the disk, to be made by that wish or by its content."""
        return Page(
            sheet=self._counter.sheets.keep_original(scanned.data, dossier),
            paper=paper,
            width=scanned.width,
            height=scanned.height,
            dpi=scanned.dpi,
            size_bytes=len(scanned.data),
            media=scanned.media,
            raw=True,
            wish=wish,
        )

    def _kept(
        self, dossier: UUID, page: Page, how: How, who: str, instead_of: tuple[int, Page] | None = None
    ) -> Dossier:
        with self._counter.journal.together():
            pages = self._counter.draft(dossier, begun=True).pages
            place = _place_of(pages, *instead_of) if instead_of is not None else -1
            instead = pages[place].sheet if place >= 0 else ""
            return self._counter.write(dossier, PageArrived(page, how, place, instead), who=who)

    def mark(self, dossier: UUID, paper: str, how: Mark, seen: int | None = None) -> IntakeView:
        """Meet an item of the checklist without a page, or take that back.

        `seen` is that of the view in which it was marked.

        Raises `Refusal` `PAPER_UNKNOWN`, or `PAPER_NOT_SO` where the rules want it otherwise.
        """
        who = self._counter.demand("dossier.take", dossier).id
        needed = needed_of(self._counter, self._counter.draft(dossier), paper)
        allowed = (
            needed is not None
            and {
                "seen": needed.by_seeing,
                "chip": needed.by_chip,
                "generated": needed.generated,
                "unmarked": True,
            }[how]
        )
        if not allowed:
            raise Refusal(
                "PAPER_NOT_SO",
                Words("Quy định không cho đáp ứng giấy tờ này theo cách đó.", "The rules do not allow that here."),
                Words("Quét giấy tờ này.", "Scan the paper."),
            )
        with self._counter.journal.together():
            self._counter.draft(dossier)
            state = self._counter.write(dossier, PaperMarked(paper, how), who=who, seen=seen)
        return self._show(state)

    def original_picture(self, dossier: UUID, index: int, longest_edge: int = 0) -> Pixels:
        """What arrived for a page, before anything was made of it. Raises `Refusal` like `picture`, and
        `ORIGINAL_RELEASED` once central has accepted the dossier.
        """
        self._counter.demand("dossier.find", dossier)
        page = page_at(self._counter.journal.dossier(dossier).pages, index)
        return self._decoded(self._counter.sheets.original(page.original or page.sheet), longest_edge)

    def picture(self, sheet: str, longest_edge: int = 0, dossier: UUID | None = None, here: bool = False) -> Pixels:
        """A sheet of a dossier as pixels, made smaller if it is longer than `longest_edge` on a side.

        With its `dossier` it comes from central where this desk has no copy; `here`: never.

        Raises `Refusal`: SHEET_MISSING, SHEET_DAMAGED, SHEET_AT_CENTRAL, PICTURE_UNREADABLE, PICTURE_TOO_LARGE;
        NOT_YOURS for a sheet that the dossier does not mention, for who sees their own dossiers only.
        """
        user = self._counter.demand("dossier.find", dossier)
        if not self._counter.reaches_all("dossier.find", user) and not self._mentions(dossier, sheet):
            raise self._counter.beyond("dossier.find")
        data = self._counter.sheets.get(sheet) if here else self._counter.sheet(sheet, dossier)
        return self._decoded(data, longest_edge)

    def _mentions(self, dossier: UUID | None, sheet: str) -> bool:
        entries = self._counter.journal.entries(dossier) if dossier is not None else ()
        return any(sheet in sheets_of(entry) for entry in entries)


class _BeingWritten(Exception):
    """A file changed while it was read: it will arrive again when it is complete."""


def _no_folder() -> Refusal:
    return Refusal(
        "FOLDER_NOT_SET",
        Words("Máy này chưa đặt thư mục nhận bản quét.", "No folder is set here in which scans arrive."),
        Words("Đặt scan_folder trong settings.json.", "Set scan_folder in settings.json."),
    )


def _place_of(pages: tuple[Page, ...], index: int, old: Page) -> int:
    """Where a page that stood at `index` stands by now, also if it was made or turned since; -1 if it is gone."""

    def same(page: Page) -> bool:
        return page.sheet in (old.sheet, old.original) or page.original == old.sheet

    if index < len(pages) and same(pages[index]):
        return index
    return next((at for at, page in enumerate(pages) if same(page)), -1)


def _is_picture(data: bytes) -> bool:
    """PNG or JPEG by their first octets (ISO/IEC 15948 §5.2, ISO/IEC 10918-1 B.1.1.3)."""
    return data.startswith((b"\x89PNG", b"\xff\xd8"))


def _with_room(state: Dossier) -> Dossier:
    """The dossier, if it may have one page more. Raises `Refusal` `PAGES_TOO_MANY`."""
    if len(state.pages) >= MOST_PAGES:
        raise Refusal(
            "PAGES_TOO_MANY",
            Words(f"Hồ sơ đã có {len(state.pages)} trang.", f"The dossier has {len(state.pages)} pages."),
            Words(
                "Xóa những trang không cần; những tờ chưa quét hoặc tệp còn lại vẫn ở chỗ cũ.",
                "Take out pages that are not needed; sheets and files that were not taken are where they were.",
            ),
        )
    return state
