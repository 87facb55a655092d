"""The print of pages, read in the background: for the search, the archive copy, and values that wait for the clerk.

Nothing that was read gets into the form by itself. The text stays at this desk; the journal names it by its digest.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.page_ports import PageReader
from clerk_app.desk.page_texts import search_words, text_in, written
from clerk_app.desk.ports import Cancel
from clerk_app.desk.reading_view import asked_fields, can_take, unread
from clerk_app.desk.views import IntakeView
from clerk_app.domain.assigning import Title
from clerk_app.domain.dossier import Dossier, FieldsEntered, PageRead
from clerk_app.domain.evidence import Source
from clerk_app.domain.pages import Page, PageText, Proposal
from clerk_app.domain.paper_reading import proposals, recognise
from clerk_app.domain.people import nfc
from clerk_app.domain.printed_values import Known
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.rules import Rules

_ANOTHER_TIME = frozenset(
    {"READING_GIVEN_UP", "READING_PROGRAM_MISSING", "READING_LANGUAGE_MISSING", "SHEET_AT_CENTRAL"}
)
"""Faults that are not the page's: it is read when they are over."""


class Reading:
    """What is read of the pages of a dossier, one page at a time, and what the clerk says to it."""

    def __init__(self, counter: Counter, show: Show, reader: PageReader) -> None:
        self._counter = counter
        self._show = show
        self._reader = reader
        self._failed: set[tuple[str, int]] = set()

    def available(self) -> bool:
        """Whether this desk can read print at all; starts nothing."""
        return self._reader.available()

    def pending(self, dossier: UUID) -> int:
        """How many pages still have to be read; 0 where there is nothing to read them with."""
        if not self._reader.available():
            return 0
        return len(self._unread(self._counter.journal.dossier(dossier)))

    def read_next(self, dossier: UUID, cancel: Cancel) -> IntakeView | None:
        """Read the next page that nobody read yet, keep its text and journal what it proposes; None: all are read.

        Raises `DeviceFault` READING_… (a page that cannot be read is passed over from then on) and what the store says
        of a damaged sheet.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.journal.dossier(dossier)
        page = next(iter(self._unread(state)), None)
        if page is None:
            return None
        try:
            text = self._text(state, page, cancel)
        except Refusal as refusal:
            if refusal.code not in _ANOTHER_TIME:
                self._failed.add((page.sheet, page.turned))
            raise
        reading = self._counter.sheets.keep_original(written(text), dossier)
        with self._counter.journal.together():
            now = self._counter.journal.dossier(dossier)
            if now.status != "discarded" and any(one.sheet == page.sheet for one in now.pages):
                read = self._read(now, page, text, reading)
                self._counter.journal.keep_words(reading, search_words(text))
                state = self._counter.write(dossier, read, who=who)
        return self._show(state)

    def finish(self, dossier: UUID, cancel: Cancel) -> None:
        """Read what is left, for the archive copy; a page that cannot be read is passed over, and stays a picture."""
        while self._reader.available() and not cancel():
            try:
                if self.read_next(dossier, cancel) is None:
                    return
            except Refusal as trouble:
                if trouble.code in _ANOTHER_TIME:
                    return
                if not (isinstance(trouble, DeviceFault) or trouble.code.startswith("SHEET_")):
                    raise

    def settle(self, dossier: UUID, sheet: str, field: str, take: bool, text: str | None = None) -> IntakeView:
        """The clerk's word on a proposal: it goes into the form, as read or as corrected (`text`), or is turned down.

        Either way it waits no longer. Raises `Refusal` `PROPOSAL_UNKNOWN`, or `PROPOSAL_NOT_TAKEN` for what is only
        compared: who somebody is, what the chip proved, a licence that the register knows.
        """
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            read = state.readings_of_pages.get(sheet)
            proposal = _proposed(read, field)
            if read is None or proposal is None:
                raise _unknown()
            if field in read.settled:
                return self._show(state)
            settled = replace(read, settled=(*read.settled, field))
            entered = (self._taken(state, proposal, text),) if take else ()
            state = self._counter.write(dossier, *entered, settled, who=who)
        return self._show(state)

    def text_of(self, state: Dossier, sheet: str) -> PageText | None:
        """What was read on a page; None where it was not read, or its text was released with the originals."""
        read = state.readings_of_pages.get(sheet)
        if read is None:
            return None
        try:
            return text_in(self._counter.sheets.original(read.reading))
        except (Refusal, ValueError):
            return None

    def title_of(self, dossier: UUID, page: Page, cancel: Cancel) -> Title | None:
        """Which kind of paper a page is by its title, read at once; None where none is recognised, and where there is
        nothing to read it with.

        Raises `DeviceFault` READING_….
        """
        if not self._reader.available():
            return None
        state = self._counter.journal.dossier(dossier)
        text = self.text_of(state, page.sheet)
        if text is None:
            text = self._reader.title(self._counter.sheet(page.sheet, state.id), page.dpi, cancel, page.turned)
        found = recognise(text, self._counter.rules_of(state).recognition, page.turned)
        return Title(found.paper, found.sure, found.side) if found is not None else None

    # ---- one page

    def _unread(self, state: Dossier) -> list[Page]:
        return [page for page in unread(state) if (page.sheet, page.turned) not in self._failed]

    def _text(self, state: Dossier, page: Page, cancel: Cancel) -> PageText:
        """The text that is kept, if the page only became another paper; else it is read."""
        read = state.readings_of_pages.get(page.sheet)
        known = self.text_of(state, page.sheet) if read is not None and read.turned == page.turned else None
        if known is not None:
            return known
        return self._reader.read(self._counter.sheet(page.sheet, state.id), page.dpi, cancel, page.turned)

    def _read(self, state: Dossier, page: Page, text: PageText, reading: str) -> PageRead:
        """What is to be journalled. A dossier that is closed gets no proposals any more."""
        rules = self._counter.rules_of(state)
        paper = page.paper
        if not paper:
            recognised = recognise(text, rules.recognition, page.turned)
            paper = recognised.paper if recognised else ""
        found: tuple[Proposal, ...] = ()
        if state.status == "draft":
            fields = asked_fields(state, rules)
            found = proposals(text, paper, rules.readings, known_in(rules), page.turned)
            found = tuple(one for one in found if one.field in fields)
        before = state.readings_of_pages.get(page.sheet)
        settled = before.settled if before is not None and before.paper == paper else ()
        return PageRead(page.sheet, reading, found, settled, paper, page.turned)

    def _taken(self, state: Dossier, proposal: Proposal, text: str | None) -> FieldsEntered:
        definition = asked_fields(state, self._counter.rules_of(state)).get(proposal.field)
        if definition is None or not can_take(state, proposal.field):
            raise _not_taken()
        value = proposal.text if text is None else nfc(text)
        if len(value) > definition.max_length:
            raise _too_long(definition.max_length)
        source: Source = "read" if value == proposal.text else "manual"
        return FieldsEntered({proposal.field: value}, state.step, state.focus, source)


def known_in(rules: Rules) -> Known:
    """What the catalogue of the day knows of numbers and classes."""
    return Known(frozenset(code for _, code in rules.classes), rules.id_provinces, rules.licence_prefixes)


def _proposed(read: PageRead | None, field: str) -> Proposal | None:
    return next((one for one in read.proposals if one.field == field), None) if read is not None else None


def _unknown() -> Refusal:
    return Refusal(
        "PROPOSAL_UNKNOWN",
        Words("Trang này không còn đề xuất nào cho ô đó.", "This page proposes nothing for that field any more."),
        Words("Xem lại trang và nhập tay nếu cần.", "Look at the page again, and type where needed."),
    )


def _not_taken() -> Refusal:
    return Refusal(
        "PROPOSAL_NOT_TAKEN",
        Words(
            "Nội dung này chỉ để đối chiếu, không điền vào đơn.", "This is only compared, it does not go into the form."
        ),
        Words(
            "Đối chiếu với giấy tờ gốc; danh tính lấy từ căn cước, giấy phép lấy từ CSDL.",
            "Compare with the paper; identity comes from the ID card, licences from the register.",
        ),
    )


def _too_long(limit: int) -> Refusal:
    return Refusal(
        "TEXT_TOO_LONG",
        Words(f"Dài quá {limit} ký tự; nội dung cũ được giữ.", f"Longer than {limit} characters; not taken over."),
        Words("Rút gọn nội dung rồi nhập lại.", "Shorten the text and enter it again."),
    )
