"""From what arrived to pages: each sheet that is still raw is made, in the order of the strip, while the clerk goes on.

Nothing here is remembered but in the journal: after a crash the raw pages of a draft are what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from clerk_app.desk.assigning import assigned
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.facts import decision_of
from clerk_app.desk.page_ports import MadePage, PageMaker
from clerk_app.desk.ports import Cancel
from clerk_app.desk.views import IntakeView
from clerk_app.domain.assigning import Title
from clerk_app.domain.dossier import Dossier, Entry, PageArrived, PageMade, arranged, waits_for
from clerk_app.domain.pages import Page, Wish, unmade
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.wire import MAX_SHEET_BYTES

GIVEN_UP = "PAGE_GIVEN_UP"

ReadTitle = Callable[[UUID, Page, Cancel], Title | None]
"""Reads the title of a page as made; None where there is none, or nothing to read it with. Takes about a second."""


class Making:
    """The raw pages of a dossier. Every verb blocks for about half a second a page; call it from a lane of its own."""

    def __init__(self, counter: Counter, show: Show, maker: PageMaker, title: ReadTitle | None = None) -> None:
        """With `title` pages get their item by themselves; without they stay with the one they were scanned for."""
        self._counter = counter
        self._show = show
        self._maker = maker
        self._title = title
        self._hopeless: set[tuple[str, Wish | None]] = set()

    def pending(self, dossier: UUID) -> int:
        """How many pages of the list are not made yet."""
        return len(unmade(self._counter.journal.dossier(dossier).pages))

    def unfinished(self) -> tuple[UUID, ...]:
        """The drafts of whoever sits here in which pages are not made yet: after a start, what a crash left undone."""
        journal = self._counter.journal
        drafts = (journal.dossier(dossier) for dossier in self._counter.sheets.originals())
        left = (state for state in drafts if state.status == "draft" and unmade(state.pages))
        return tuple(state.id for state in left if self._counter.may("dossier.take", state))

    def make_next(self, dossier: UUID, cancel: Cancel) -> IntakeView | None:
        """Make the first page that is still raw, and show the dossier; None when none is left to make.

        What the maker cannot make of a sheet stays a page as it came. Raises `DeviceFault` `PAGE_GIVEN_UP` when
        cancelled, and `Refusal` (`DISK_FULL`, `SHEET_…`): the page stays raw then and can be made later. So does one of
        which nothing can be made and that is too large for central as it came: `PAGE_UNDELIVERABLE`, when all the
        others are made.
        """
        self._counter.demand("dossier.take", dossier)
        state = self._counter.journal.dossier(dossier)
        if state.status != "draft":
            return None
        unreadable: Refusal | None = None
        for page in unmade(state.pages):
            try:
                made = self._made(page, cancel)
            except _PassedOver as passed:
                # One that is damaged on the disk, or of which no page can be made, keeps no other from being made.
                unreadable = unreadable or passed.why
                continue
            made = self._given(dossier, page, made, cancel)
            return self._show(self._journalled(dossier, page, made))
        if unreadable is not None:
            raise unreadable
        return None

    def finish(self, dossier: UUID) -> None:
        """Make every page that is still raw. Raises like `make_next`."""
        while self.make_next(dossier, _never) is not None:
            pass

    def remake(self, dossier: UUID, index: int, wish: Wish) -> IntakeView:
        """Let a page be made again of what had arrived, otherwise: it is raw again. Undo brings back the one there was.

        Where several pages were made of one sheet, this one takes the place of all of them until it is made. Raises
        `Refusal` `ORIGINAL_RELEASED`, `PAGE_UNKNOWN`.
        """
        who = self._counter.demand("dossier.take", dossier).id
        page = page_at(self._counter.draft(dossier).pages, index)
        again = replace(self._arrived(dossier, page), paper=page.paper, by=page.by, turned=page.turned, wish=wish)
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            pages = state.pages
            if page_at(pages, index) != page:
                raise page_unknown()
            same = _made_with(pages, index)
            left = tuple(again if at == index else one for at, one in enumerate(pages) if at == index or at not in same)
            state = self._counter.write(dossier, arranged(state, left, "remake"), who=who)
        return self._show(state)

    def _arrived(self, dossier: UUID, page: Page) -> Page:
        """The page as it arrived, whose picture is still here."""
        original = page.sheet if page.raw else page.original
        self._counter.sheets.original(original)
        for entry in self._counter.journal.entries(dossier):
            if isinstance(entry.what, PageArrived) and entry.what.page.sheet == original:
                return entry.what.page
        raise page_unknown()

    def _made(self, page: Page, cancel: Cancel) -> tuple[Page, ...]:
        if (page.sheet, page.wish) in self._hopeless:
            raise _PassedOver(_undeliverable())
        try:
            sheet = self._counter.sheets.original(page.sheet)
        except Refusal as refusal:
            raise _PassedOver(refusal) from refusal
        try:
            made = self._maker.make(sheet, page.dpi, page.wish or Wish(), cancel)
        except DeviceFault as fault:
            if fault.code == GIVEN_UP:
                raise
            made = ()
        if not made:
            if len(sheet) > MAX_SHEET_BYTES:
                self._hopeless.add((page.sheet, page.wish))
                raise _PassedOver(_undeliverable())
            # Whatever it is, it is what the scanner gave: a person looks at it, and central gets it as it came.
            kept = self._counter.sheets.put(sheet)
            return (replace(page, sheet=kept, original=page.sheet, raw=False),)
        return tuple(self._kept(page, one) for one in made)

    def _kept(self, page: Page, made: MadePage) -> Page:
        return Page(
            sheet=self._counter.sheets.put(made.data),
            paper=page.paper,
            width=made.width,
            height=made.height,
            dpi=made.dpi,
            size_bytes=len(made.data),
            media=made.media,
            original=page.sheet,
            aside="blank" if made.made.blank else "",
            wish=page.wish,
            made=made.made,
            by=page.by,
        )

    def _given(self, dossier: UUID, page: Page, made: tuple[Page, ...], cancel: Cancel) -> tuple[Page, ...]:
        """The pages with the items that they belong to, as far as it can be seen by now; what the clerk says meanwhile
        holds.
        """
        read, counter = self._title, self._counter
        state = counter.journal.dossier(dossier)
        wanted_for = {one.paper for one in state.pages if one.raw and one.sheet == page.sheet}
        if read is None or len(wanted_for) > 1:
            # The same bytes came for two items: each raw page knows its own, and nothing seen on them says which.
            return tuple(replace(one, paper="", by="") for one in made)
        rules = counter.rules_of(state)
        _, decision = decision_of(state, counter.clock(), rules)
        since = _began(state, counter.journal.entries(dossier), page)

        def title(one: Page) -> Title | None:
            try:
                return read(dossier, one, cancel)
            except DeviceFault:
                return None  # a title that cannot be read gives no item, and holds up no page

        return assigned(state, page.sheet, made, decision, rules, title, since)

    def _journalled(self, dossier: UUID, page: Page, made: tuple[Page, ...]) -> Dossier:
        """Written down unless another lane did it meanwhile, or the draft was closed."""
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            if state.status != "draft" or not waits_for(state, page):
                return state
            return self._counter.write(dossier, PageMade(page.sheet, made), who=who)


def _began(state: Dossier, entries: tuple[Entry, ...], page: Page) -> int:
    """The place in the list where the stack of a page begins: with the first of the sheets that came before it in one
    row, in the same way and for the same item.
    """
    row: list[PageArrived] = []
    for entry in entries:
        if not isinstance(entry.what, PageArrived):
            continue
        if row and (row[-1].how, row[-1].page.paper) != (entry.what.how, entry.what.page.paper):
            row = []
        row.append(entry.what)
        if entry.what.page.sheet == page.sheet:
            break
    begun = {arrived.page.sheet for arrived in row}
    return next((at for at, one in enumerate(state.pages) if (one.sheet if one.raw else one.original) in begun), 0)


def _made_with(pages: tuple[Page, ...], index: int) -> set[int]:
    """Where the other pages stand that were made of the same sheet of paper as the one at `index`: of each picture the
    nearest, for the same bytes may have arrived twice.
    """
    page = pages[index]
    nearest: dict[str, int] = {}
    for at, one in enumerate(pages):
        if page.raw or one.raw or one.original != page.original or one.wish != page.wish or one.sheet == page.sheet:
            continue
        if one.sheet not in nearest or abs(at - index) < abs(nearest[one.sheet] - index):
            nearest[one.sheet] = at
    return set(nearest.values())


def page_at(pages: tuple[Page, ...], index: int) -> Page:
    """The page at this place of the list. Raises `Refusal` `PAGE_UNKNOWN`."""
    if not 0 <= index < len(pages):
        raise page_unknown()
    return pages[index]


class _PassedOver(Exception):
    """A page that stays raw, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.code)
        self.why = why


def _never() -> bool:
    return False


def _undeliverable() -> Refusal:
    mib = MAX_SHEET_BYTES >> 20
    return Refusal(
        "PAGE_UNDELIVERABLE",
        Words(
            f"Không xử lý được một trang, và bản gốc của nó lớn hơn {mib} MiB nên không gửi được về trung tâm.",
            f"A page cannot be made of one sheet, which is larger than {mib} MiB and cannot be delivered as it came.",
        ),
        Words("Xóa trang đó và quét lại ở 300 dpi.", "Remove that page and scan it again at 300 dpi."),
    )


def page_unknown() -> Refusal:
    """The page that was meant is not in the list any more."""
    return Refusal(
        "PAGE_UNKNOWN",
        Words("Trang này không còn trong hồ sơ.", "This page is no longer in the dossier."),
        Words("Tải lại hồ sơ rồi chọn lại trang.", "Look at the dossier again and choose the page."),
    )


def pages_unfinished(count: int) -> Refusal:
    """Some pages are not made yet, and cannot be at the moment."""
    return Refusal(
        "PAGES_UNFINISHED",
        Words(f"Còn {count} trang chưa được xử lý xong.", f"{count} pages are not finished yet."),
        Words(
            "Đợi xử lý xong rồi tiếp nhận lại; nếu trang không mở được, xóa trang đó và quét lại giấy tờ.",
            "Wait until they are and accept again; if a page cannot be opened, remove it and scan the paper again.",
        ),
    )
