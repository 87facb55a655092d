"""The checklist and its pages: scanned, turned, moved, taken away and brought back; kept as they arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.ports import Cancel, Pixels, ScannedPage, Scanners
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, Page, PagesArranged, PaperMarked
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

Decoded = Callable[[bytes, int], Pixels]
"""Turns a stored picture into pixels, no longer on either side than the number says; 0 leaves its size."""

Mark = Literal["seen", "chip", "generated", "unmarked"]


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
    ) -> None:
        """`device` and `source` are this desk's settings; empty means the first there is.

        `look` is told which scanner and paper come next (training mode lays the specimen there). `opened` takes the
        bytes of a picture file for a page, or refuses them.
        """
        self._counter = counter
        self._show = show
        self._scanners = scanners
        self._decoded = decoded
        self._device = device
        self._source = source
        self._look = look
        self._opened = opened

    def scan(self, dossier: UUID, paper: str, on_page: Callable[[int], None], cancel: Cancel) -> IntakeView:
        """Scan until the source is empty; pages go to `paper`. A fault keeps the pages that had arrived."""
        who = self._counter.demand("dossier.take").id
        state = self._counter.draft(dossier)
        needed_of(self._counter, state, paper)
        device, source = self._scanner()
        self._look(device, paper)
        count = 0

        def arrived(scanned: ScannedPage) -> None:
            nonlocal count, state
            state = self._kept(dossier, paper, scanned, "scan", who)
            count += 1
            on_page(count)

        self._scanners.scan(device, source, arrived, cancel)
        return self._show(state)

    def bring(self, dossier: UUID, paper: str, picture: bytes) -> IntakeView:
        """A page from a picture file, kept as it is. Raises `DeviceFault` for bytes that are not such a picture."""
        who = self._counter.demand("dossier.take").id
        needed_of(self._counter, self._counter.draft(dossier), paper)
        return self._show(self._kept(dossier, paper, self._opened(picture), "import", who))

    def _kept(
        self, dossier: UUID, paper: str, scanned: ScannedPage, act: Literal["scan", "import"], who: str
    ) -> Dossier:
        page = Page(
            sheet=self._counter.sheets.put(scanned.data),
            paper=paper,
            width=scanned.width,
            height=scanned.height,
            dpi=scanned.dpi,
            size_bytes=len(scanned.data),
            media=scanned.media,
        )
        with self._counter.journal.together():
            pages = self._counter.draft(dossier).pages
            return self._counter.write(dossier, PagesArranged((*pages, page), act), who=who)

    def _scanner(self) -> tuple[str, str]:
        wanted, source = self._device(), self._source()
        if wanted and source:
            return wanted, source
        for device in self._scanners.devices():
            if not wanted or device.name == wanted:
                return device.name, source or (device.sources[0] if device.sources else "")
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

    def picture(self, sheet: str, longest_edge: int = 0) -> Pixels:
        """A sheet as pixels, made smaller if it is longer than `longest_edge` on a side.

        Raises `Refusal`: SHEET_MISSING, SHEET_DAMAGED, PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
        """
        self._counter.demand("dossier.find")
        return self._decoded(self._counter.sheets.get(sheet), longest_edge)
