"""A page that somebody signed for their result, scanned at the counter, and kept once the result is handed over.

What is scanned stands in memory until then: it is no page of the dossier, and where nothing comes of it nothing stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.making import GIVEN_UP
from clerk_app.desk.page_ports import PageMaker
from clerk_app.desk.ports import Cancel, Pixels, ScannedPage, Scanners
from clerk_app.desk.results import DELIVER
from clerk_app.desk.scanner_choice import ScannerChoice
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.wire import MAX_SHEET_BYTES

MOST_PAGES = 4
"""A signature stands on one page; a receipt register's on two. What lies behind them in the feeder is not taken."""
DPI = 300
_SHOWN = 480
"""The longest edge of the picture that is shown, in pixels."""
_FEEDER_EMPTY = ("SCANNER_NO_PAPER", "SCANNER_NO_DATA")


@dataclass(frozen=True, slots=True)
class SignedPage:
    """A page as it is to be kept, and a small picture of it."""

    data: bytes = field(repr=False)
    shown: Pixels = field(repr=False)


class SignedPages:
    """Blocks while the scanner works, and while pages are made of what it brought."""

    def __init__(
        self,
        counter: Counter,
        scanners: Scanners,
        choice: ScannerChoice,
        look: Callable[[str, str], None],
        maker: PageMaker,
        decoded: Callable[[bytes, int], Pixels],
    ) -> None:
        """`look` is told which scanner comes next, as of `desk.papers.Papers`."""
        self._counter = counter
        self._scanners = scanners
        self._choice = choice
        self._look = look
        self._maker = maker
        self._decoded = decoded

    def scan(
        self, dossier: UUID, cancel: Cancel, on_notice: Callable[[Words], None] = lambda words: None
    ) -> tuple[SignedPage, ...]:
        """The pages in the feeder, or the one on the glass where nothing lies in it; blank sides are left out.

        Nothing is written down. Raises `Refusal` NOT_ALLOWED, NOT_YOURS, SIGNED_PAGE_BLANK, `DeviceFault` SCANNER_…,
        PAGE_….
        """
        self._counter.demand(DELIVER, dossier)
        scanner = self._choice.for_stack()
        self._look(scanner.device, "")
        came: list[ScannedPage] = []

        def enough() -> bool:
            return len(came) >= MOST_PAGES or cancel()

        try:
            self._scanners.scan(scanner.device, scanner.source, came.append, enough, DPI, on_notice)
        except DeviceFault as fault:
            if came or not scanner.glass or fault.code not in _FEEDER_EMPTY:
                raise
            self._scanners.scan(scanner.device, scanner.glass, came.append, enough, DPI, on_notice)
        found = tuple(page for sheet in came for page in self._made(sheet, cancel))
        if not found and not cancel():
            raise Refusal(
                "SIGNED_PAGE_BLANK",
                Words("Trang vừa quét là trang trắng.", "The page that was scanned is blank."),
                Words("Đặt mặt có chữ ký vào máy quét rồi quét lại.", "Turn the signed side over and scan again."),
            )
        return found

    def keep(self, page: SignedPage) -> str:
        """Write the page to the disk, sealed; its digest, for `HandingOver.hand_over`. Raises `Refusal` NOT_ALLOWED."""
        self._counter.demand(DELIVER)
        return self._counter.sheets.put(page.data)

    def _made(self, sheet: ScannedPage, cancel: Cancel) -> tuple[SignedPage, ...]:
        """Straight, cut to its paper and small; a sheet of which nothing can be made stays as it came."""
        try:
            made = self._maker.make(sheet.data, sheet.dpi, Wish(), cancel)
        except DeviceFault as fault:
            if fault.code == GIVEN_UP or len(sheet.data) > MAX_SHEET_BYTES:
                raise
            return (SignedPage(sheet.data, self._decoded(sheet.data, _SHOWN)),)
        return tuple(SignedPage(one.data, self._decoded(one.data, _SHOWN)) for one in made if not one.made.blank)
