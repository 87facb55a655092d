"""The books of a counter on paper: the register of dossiers, and the money of a day at the end of the shift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from clerk_app.desk import notices
from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Forms
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Entry, Submitted
from clerk_app.domain.notices import RegisterLine
from clerk_app.domain.refusals import Refusal, Words

_MOST = 30_000
"""Dossiers that are looked at for a book; the store answers questions about that many at once."""


class Books:
    """Both are made from the journal each time; nothing is kept beside it."""

    def __init__(self, counter: Counter, forms: Forms) -> None:
        self._counter = counter
        self._forms = forms

    def register(self, first: date, last: date) -> tuple[bytes, int]:
        """M07 of the dossiers received from `first` to `last` as PDF, and how many they are.

        Raises `Refusal` `DAYS_WRONG`, `BOOK_TOO_LONG`, `NOT_ALLOWED`.
        """
        self._counter.demand("dossier.find")
        if last < first:
            raise Refusal(
                "DAYS_WRONG",
                Words("Ngày cuối đứng trước ngày đầu.", "The last day is before the first."),
                Words("Sửa lại khoảng ngày.", "Mend the days."),
            )
        practice = self._counter.station.practice
        book = notices.register_book(self._lines(first), first, last, practice)
        return self._forms.notice(book, 1, self._counter.clock()), len(book.lines)

    def handover(self, on: date) -> tuple[bytes, int]:
        """The money that the person signed in took on a day, as PDF, and on how many receipts.

        Raises `Refusal` `BOOK_TOO_LONG`, `NOT_ALLOWED`.
        """
        user = self._counter.demand("fee.take")
        station = self._counter.station
        entries = (entry for dossier in self._since(on) for entry in self._entries(dossier))
        made = notices.cash_handover(entries, on, station.counter, user.id, user.name, station.practice)
        return self._forms.notice(made, 1, self._counter.clock()), len(made.receipts)

    def _lines(self, first: date) -> Iterator[RegisterLine]:
        for found in self._since(first, "submitted"):
            if not self._counter.may("dossier.find", found):
                continue
            by = next((entry.who for entry in self._entries(found) if isinstance(entry.what, Submitted)), "")
            user = self._counter.who()
            state = self._counter.journal.dossier(found)
            rules = self._counter.rules_of(state)
            line = notices.register_line(state, user.name if user.id == by else by, rules)
            if line is not None:
                yield line

    def _entries(self, dossier: UUID) -> tuple[Entry, ...]:
        return self._counter.journal.entries(dossier)

    def _since(self, first: date, status: str = "") -> Iterator[UUID]:
        """Dossiers that changed on `first` or later: nothing else can have been received or paid then."""
        lines = self._counter.journal.find(limit=_MOST, status=status)
        if len(lines) == _MOST and in_hanoi(lines[-1].changed_at).date() >= first:
            raise Refusal(
                "BOOK_TOO_LONG",
                Words("Khoảng ngày này có quá nhiều hồ sơ cho một quyển sổ.", "Too many dossiers for one book."),
                Words("Chọn ngày bắt đầu gần hơn.", "Choose a later first day."),
            )
        for line in lines:
            if in_hanoi(line.changed_at).date() >= first:
                yield line.dossier
