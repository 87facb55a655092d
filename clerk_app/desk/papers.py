"""Pages come: from the scanner, a file or a camera. Each is on the disk and in the journal before the next is taken.

What arrived is an original and the page raw; making pages of it is `desk.making`, which never holds up the scanner.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal
from uuid import UUID

from clerk_app.desk.assigning import UNKNOWN_PAPER, profile_of, wish_of
from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.making import page_at
from clerk_app.desk.page_ports import Files, WatchedFolder
from clerk_app.desk.ports import Cancel, Pixels, ScannedPage, Scanners
from clerk_app.desk.views import IntakeView
from clerk_app.domain import scanning
from clerk_app.domain.dossier import Dossier, PageArrived, PaperMarked
from clerk_app.domain.pages import Page, Wish
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.scanning import Kind

Decoded = Callable[[bytes, int], Pixels]
"""Turns a stored picture into pixels, no longer on either side than the number says; 0 leaves its size."""

Mark = Literal["seen", "chip", "generated", "unmarked"]
_DPI = 300
"""Dots per inch where no profile says how many."""
MOST_PAGES = 250
"""Nothing more is begun from here on: the list of pages is one entry, whose size is bounded."""
_FEEDER_EMPTY = frozenset({"SCANNER_NO_PAPER", "SCANNER_NO_DATA"})
_TAKING = "taking_from_folder"
"""The fact that says which file of the watched folder is being taken, and how many of its pages are kept."""
How = Literal["scan", "import", "camera", "folder"]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Where to scan. `glass` is where to look when the feeder, which nobody insisted on, turns out to be empty."""

    device: str
    source: str
    glass: str = ""


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
    ) -> None:
        """`device` and `source` are this desk's settings; empty means the first there is.

        `look` is told which scanner and paper come next (training mode lays the specimen there). `opened` takes the
        bytes of a picture file for a page, or refuses them. `folder` is the watched folder, if one is set.
        """
        self._counter = counter
        self._show = show
        self._scanners = scanners
        self._decoded = decoded
        self._device = device
        self._source = source
        self._look = look
        self._opened = opened
        self._files = files
        self._folder = folder

    def scan(self, dossier: UUID, paper: str, on_page: Callable[[int], None], cancel: Cancel) -> IntakeView:
        """Scan until the source is empty; pages go to `paper`. A fault keeps the pages that had arrived."""
        who = self._counter.demand("dossier.take").id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        profile = profile_of(self._counter.rules_of(state), paper)
        wish, dpi = self._wish(state, paper), profile.dpi if profile is not None else _DPI
        # A mixed stack lies in the feeder, a kind of paper where its profile says; what a camera is for, on the glass.
        wanted: Kind = "glass" if profile is not None and profile.source != "feeder" else "feeder"
        scanner = self._scanner(wanted)
        self._look(scanner.device, paper)
        came = 0

        def arrived(scanned: ScannedPage) -> None:
            nonlocal state, came
            state = self._kept(dossier, self._raw(dossier, paper, scanned, wish), "scan", who)
            came += 1
            on_page(came)

        try:
            self._scanners.scan(scanner.device, scanner.source, arrived, cancel, dpi)
        except DeviceFault as fault:
            if came or not paper or not scanner.glass or fault.code not in _FEEDER_EMPTY:
                raise
            # Nobody put it into the feeder: then it lies on the glass.
            self._scanners.scan(scanner.device, scanner.glass, arrived, cancel, dpi)
        return self._show(state)

    def _wish(self, state: Dossier, paper: str) -> Wish | None:
        """How pages that are scanned for an item are to be made, where its profile says anything."""
        wish = wish_of(self._counter.rules_of(state), paper)
        return wish if wish != UNKNOWN_PAPER else None

    def rescan(self, dossier: UUID, index: int, cancel: Cancel) -> IntakeView:
        """Scan a page anew: the next one takes the place of that at `index`, which undo brings back.

        Further sheets that the feeder takes stand at the end of the list. Raises `Refusal` `PAGE_UNKNOWN`.
        """
        who = self._counter.demand("dossier.take").id
        state = self._counter.draft(dossier)
        old = page_at(state.pages, index)
        scanner = self._scanner("glass")
        self._look(scanner.device, old.paper)
        came = False

        def arrived(scanned: ScannedPage) -> None:
            nonlocal came, state
            page = replace(self._raw(dossier, old.paper, scanned, old.wish), by=old.by)
            state = self._kept(dossier, page, "scan", who, None if came else (index, old))
            came = True

        self._scanners.scan(scanner.device, scanner.source, arrived, lambda: came or cancel())
        return self._show(state)

    def bring(self, dossier: UUID, paper: str, picture: bytes) -> IntakeView:
        """The pages of a file that somebody names for an item, and so vouches for: there they stay, whatever is seen.

        Raises `DeviceFault` for bytes that are no picture and no PDF.
        """
        who = self._counter.demand("dossier.take").id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        sheets = (self._opened(picture),) if _is_picture(picture) else self._files.pages(picture, lambda: False)
        for sheet in sheets:
            raw = self._raw(dossier, paper, sheet, self._wish(state, paper))
            state = self._kept(dossier, replace(raw, by="clerk", looked_at=True), "import", who)
        return self._show(state)

    def bring_files(
        self, dossier: UUID, paper: str, files: Sequence[Path], on_page: Callable[[int], None], cancel: Cancel
    ) -> IntakeView:
        """The pages of these files, each kept as it comes; `on_page` is told how many there are.

        A file that cannot be opened holds up no other: the first fault is raised when all were tried.
        """
        who = self._counter.demand("dossier.take").id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        wish = self._wish(state, paper)
        came = count(1)
        trouble: DeviceFault | None = None
        for file in files:
            _with_room(self._counter.draft(dossier))
            try:
                for scanned in self._files.pages(file, cancel):
                    self._kept(dossier, self._raw(dossier, paper, scanned, wish), "import", who)
                    on_page(next(came))
            except DeviceFault as fault:
                trouble = trouble or fault
            if cancel():
                break
        return self._brought(dossier, trouble)

    def take_in(self, dossier: UUID, paper: str, on_page: Callable[[int], None], cancel: Cancel) -> IntakeView:
        """The pages of every file in the watched folder, oldest first; then the file is moved away.

        Each page comes once, also if the program ends before its file was moved. A file that cannot be opened is put
        aside and holds up no other: the first fault is raised when all were tried. Raises `FOLDER_NOT_SET`.
        """
        who = self._counter.demand("dossier.take").id
        state = _with_room(self._counter.draft(dossier))
        needed_of(self._counter, state, paper)
        wish = self._wish(state, paper)
        folder = self._folder()
        if folder is None:
            raise _no_folder()
        came = count(1)
        trouble: DeviceFault | None = None
        for file in folder.arrived():
            try:
                for arrival in self._not_taken_yet(file, cancel):
                    page = self._raw(dossier, paper, arrival.page, wish)
                    with self._counter.journal.together():
                        self._kept(dossier, page, "folder", who)
                        self._counter.journal.note(_TAKING, arrival.note)
                    on_page(next(came))
            except DeviceFault as fault:
                trouble = trouble or fault
                if cancel():
                    break
                folder.refused(file)
            else:
                if cancel():
                    break
                folder.taken(file)
            self._counter.journal.note(_TAKING, "")
        return self._brought(dossier, trouble)

    def waiting_files(self) -> int:
        """How many complete files lie in the watched folder; none where no folder is set. Raises like `arrived`."""
        self._counter.demand("dossier.take")
        folder = self._folder()
        return len(folder.arrived()) if folder is not None else 0

    def _not_taken_yet(self, file: Path, cancel: Cancel) -> Iterator[_Arrival]:
        """The pages of a file but those that were kept before the program ended in the middle of it."""
        name = _fingerprint(file)
        before, _, number = self._counter.journal.noted(_TAKING).partition(" ")
        known = int(number) if before == name else 0
        for at, scanned in enumerate(self._files.pages(file, cancel), 1):
            if at > known:
                yield _Arrival(scanned, f"{name} {at}")

    def _brought(self, dossier: UUID, trouble: DeviceFault | None) -> IntakeView:
        if trouble is not None:
            raise trouble
        return self._show(self._counter.journal.dossier(dossier))

    def shoot(self, dossier: UUID, paper: str, frame: bytes) -> IntakeView:
        """A page from the document camera (JPEG), whose perspective is taken out when it is made."""
        who = self._counter.demand("dossier.take").id
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

    def _scanner(self, wanted: Kind) -> _Chosen:
        """The scanner and source of the settings; a source that is not set is the one that is wanted."""
        name, source = self._device(), self._source()
        if name and source:
            return _Chosen(name, source)
        for device in self._scanners.devices():
            if name in ("", device.name):
                chosen = source or scanning.preferred(device.sources, wanted)
                glass = next((one for one in device.sources if scanning.kind_of(one) == "glass"), "")
                other = glass if not source and scanning.feeds(chosen) else ""
                return _Chosen(device.name, chosen, other)
        raise DeviceFault(
            "SCANNER_MISSING",
            Words("Không tìm thấy máy quét.", "No scanner was found."),
            Words("Cắm và bật máy quét, rồi xem mục Thiết bị & hệ thống.", "Connect and switch it on; see Devices."),
        )

    def mark(self, dossier: UUID, paper: str, how: Mark) -> IntakeView:
        """Meet an item of the checklist without a page, or take that back.

        Raises `Refusal` `PAPER_UNKNOWN`, or `PAPER_NOT_SO` where the rules want it otherwise.
        """
        who = self._counter.demand("dossier.take").id
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
            state = self._counter.write(dossier, PaperMarked(paper, how), who=who)
        return self._show(state)

    def original_picture(self, dossier: UUID, index: int, longest_edge: int = 0) -> Pixels:
        """What arrived for a page, before anything was made of it. Raises `Refusal` like `picture`, and
        `ORIGINAL_RELEASED` once central has accepted the dossier.
        """
        self._counter.demand("dossier.find")
        page = page_at(self._counter.journal.dossier(dossier).pages, index)
        return self._decoded(self._counter.sheets.original(page.original or page.sheet), longest_edge)

    def picture(self, sheet: str, longest_edge: int = 0) -> Pixels:
        """A sheet as pixels, made smaller if it is longer than `longest_edge` on a side.

        Raises `Refusal`: SHEET_MISSING, SHEET_DAMAGED, PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
        """
        self._counter.demand("dossier.find")
        return self._decoded(self._counter.sheets.get(sheet), longest_edge)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A page of a file in the watched folder, and the note that says it is kept."""

    page: ScannedPage
    note: str


def _fingerprint(file: Path) -> str:
    """Tells a file from any other and from another copy of it, and says nothing of its name."""
    try:
        with file.open("rb") as octets:
            content = hashlib.file_digest(octets, "sha256").hexdigest()
            found = os.fstat(octets.fileno())
    except OSError:
        return ""  # whoever opens it next says what is wrong with it
    return f"{content}/{found.st_ino}/{found.st_mtime_ns}"


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
    """The dossier, if more pages may be begun."""
    if len(state.pages) >= MOST_PAGES:
        raise Refusal(
            "PAGES_TOO_MANY",
            Words(f"Hồ sơ đã có {len(state.pages)} trang.", f"The dossier has {len(state.pages)} pages."),
            Words("Xóa những trang không cần.", "Take out pages that are not needed."),
        )
    return state
