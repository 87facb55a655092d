"""Whether a counter takes dossiers at a moment: in office hours, or in a session of reception beside them.

A session lets people come after hours or on a Saturday; it makes no working day of that day, so a limit begins to count
on the next one (Civil Code 2015 art. 147).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from clerk_app.domain.calendar import WorkingCalendar, format_day, in_hanoi, moment_of
from clerk_app.domain.refusals import Words

_SEARCH_DAYS = 60
_WEEKDAYS = (
    Words("Thứ Hai", "Monday"),
    Words("Thứ Ba", "Tuesday"),
    Words("Thứ Tư", "Wednesday"),
    Words("Thứ Năm", "Thursday"),
    Words("Thứ Sáu", "Friday"),
    Words("Thứ Bảy", "Saturday"),
    Words("Chủ nhật", "Sunday"),
)


@dataclass(frozen=True, slots=True)
class Reception:
    """Whether the counter receives at a moment: in `hours`, in a `session` beside them, or not. `words` say what that
    means, or why not; `next_at` is the next moment at which it does, if that is known: this one where it is open."""

    kind: Literal["hours", "session", "closed"]
    words: Words
    next_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether a dossier can be taken now."""
        return self.kind != "closed"

    @property
    def told(self) -> Words:
        """What somebody at the door is told: also when the counter opens again."""
        if self.open or self.next_at is None:
            return self.words
        at = f"{self.next_at:%H:%M} {format_day(self.next_at.date())}"
        return Words(f"{self.words.vi} Tiếp nhận lại lúc {at}.", f"{self.words.en} Dossiers are taken again at {at}.")


def receives(calendar: WorkingCalendar, at: datetime) -> Reception:
    """Whether the counter takes dossiers at this moment, and why not; total for moments of this system's years."""
    at = in_hanoi(at)
    day = at.date()
    if any(_within(at, day, hours) for hours in _office_hours(calendar, day)):
        return Reception("hours", Words("Trong giờ làm việc.", "Within office hours."), at)
    if any(_within(at, day, hours) for hours in _sessions(calendar, day)):
        first = calendar.next_working(day)
        words = Words(
            f"Tiếp nhận ngoài giờ làm việc: thời hạn tính từ ngày làm việc tiếp theo, {format_day(first)}.",
            f"Received outside office hours: the limit counts from the next working day, {format_day(first)}.",
        )
        return Reception("session", words, at)
    return Reception("closed", _why_not(calendar, at), _next_opening(calendar, at))


def _why_not(calendar: WorkingCalendar, at: datetime) -> Words:
    day = at.date()
    special = calendar.special.get(day)
    if special is not None and not special.works:
        return Words(f"Ngày nghỉ: {special.name.vi}.", f"A day off: {special.name.en}.")
    opens = [*_office_hours(calendar, day), *_sessions(calendar, day)]
    if not opens:
        name = _WEEKDAYS[day.weekday()]
        return Words(f"{name.vi}, đơn vị không tiếp nhận.", f"{name.en}: this office does not receive.")
    if at < min(moment_of(day, begins) for begins, _ in opens):
        return Words("Chưa đến giờ tiếp nhận.", "Reception has not begun.")
    if at >= max(moment_of(day, ends) for _, ends in opens):
        return Words("Đã hết giờ tiếp nhận.", "Reception is over for today.")
    return Words("Giờ nghỉ giữa hai buổi.", "The break between two sessions.")


def _next_opening(calendar: WorkingCalendar, at: datetime) -> datetime | None:
    day = at.date()
    for _ in range(_SEARCH_DAYS):
        begins = [moment_of(day, begin) for begin, _ in (*_office_hours(calendar, day), *_sessions(calendar, day))]
        later = [begin for begin in begins if begin > at]
        if later:
            return min(later)
        day += timedelta(days=1)
    return None


def _office_hours(calendar: WorkingCalendar, day: date) -> tuple[tuple[time, time], ...]:
    return calendar.hours.halves() if calendar.works(day) else ()


def _sessions(calendar: WorkingCalendar, day: date) -> tuple[tuple[time, time], ...]:
    """The sessions of a day; a day off has none, whatever its weekday."""
    special = calendar.special.get(day)
    if special is not None and not special.works:
        return ()
    return tuple((one.opens, one.closes) for one in calendar.sessions if one.weekday == day.weekday())


def _within(at: datetime, day: date, hours: tuple[time, time]) -> bool:
    return moment_of(day, hours[0]) <= at < moment_of(day, hours[1])
