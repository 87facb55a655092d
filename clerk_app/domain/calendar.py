"""Working time: which half days count, and the moment a time limit ends.

The day of reception is not counted, make-up Saturdays are, and a limit that ends on a day off ends on the next working
day (Civil Code 2015 art. 147–148). Half days exist since the limit of an exchange is 3.5 working days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from clerk_app.domain.refusals import Words

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam's only time zone; no summer time since 1975."""

Reading = Literal["noon", "hours"]
"""How half a working day is read: noon of the day it falls on, or working hours from the minute of reception."""

Verified = Literal["yes", "partial", "no"]
_DAY = timedelta(days=1)
_SEARCH_DAYS = 366


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says: a holiday, a swapped day off, or a make-up Saturday."""

    day: date
    name: Words
    works: bool
    verified: Verified
    basis: str


@dataclass(frozen=True, slots=True)
class Hours:
    """The office hours of a working day: a morning and an afternoon."""

    opens: time
    noon: time
    resumes: time
    closes: time


@dataclass(frozen=True, slots=True)
class Due:
    """The moment a limit ends, and the unconfirmed special days it was counted across."""

    at: datetime
    unconfirmed: tuple[SpecialDay, ...] = ()
    beyond: bool = False
    """It ends in a year of which no holiday is known."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Every special day that is known, and the office hours."""

    special: Mapping[date, SpecialDay]
    hours: Hours
    reading: Reading = "noon"

    def works(self, day: date) -> bool:
        """Whether the office works on this day."""
        special = self.special.get(day)
        return special.works if special else day.weekday() < 5

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        for _ in range(_SEARCH_DAYS):
            day += _DAY
            if self.works(day):
                return day
        return day

    def due(self, received_at: datetime, half_days: int, hours: int) -> Due:
        """When a limit of `half_days` (or, by the other reading of a broken day, `hours`) ends."""
        received_at = in_hanoi(received_at)
        if self.reading == "hours" and half_days % 2:
            end = self._after_minutes(received_at, hours * 60)
        else:
            end = self._after_half_days(received_at.date(), half_days)
        crossed = tuple(
            special
            for day, special in sorted(self.special.items())
            if received_at.date() < day <= end.date() and special.verified != "yes"
        )
        return Due(end, crossed, all(day.year != end.year for day in self.special))

    def due_after_pause(self, received_at: datetime, paused_at: datetime, resumed_at: datetime, half_days: int) -> Due:
        """The new moment after a supplement: what was left when the clock stopped, counted from when it went on."""
        used = self.half_days_used(received_at, paused_at)
        left = max(1, half_days - used)
        return self.due(resumed_at, left, left * 4)

    def half_days_used(self, received_at: datetime, until: datetime) -> int:
        """How many counted half days had ended at `until`."""
        received_at, until = in_hanoi(received_at), in_hanoi(until)
        used, day = 0, received_at.date()
        while (day := day + _DAY) <= until.date():
            if self.works(day):
                used += (self._at(day, self.hours.noon) <= until) + (self._at(day, self.hours.closes) <= until)
        return used

    def _after_half_days(self, day: date, half_days: int) -> datetime:
        for _ in range((half_days + 1) // 2):
            day = self.next_working(day)
        return self._at(day, self.hours.noon if half_days % 2 else self.hours.closes)

    def _after_minutes(self, moment: datetime, minutes: int) -> datetime:
        left = timedelta(minutes=minutes)
        day = moment.date() - _DAY
        while True:
            day = self.next_working(day)
            for begins, ends in ((self.hours.opens, self.hours.noon), (self.hours.resumes, self.hours.closes)):
                start, stop = max(self._at(day, begins), moment), self._at(day, ends)
                if start < stop:
                    if stop - start >= left:
                        return start + left
                    left -= stop - start

    @staticmethod
    def _at(day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, HANOI)


def in_hanoi(moment: datetime) -> datetime:
    """The moment in Vietnam's time; a moment without a zone is taken as one of Vietnam."""
    return moment.replace(tzinfo=HANOI) if moment.tzinfo is None else moment.astimezone(HANOI)


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the last day of the month where that day does not exist (Civil Code art. 148)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year >= date.max.year:
        return date.max
    last = (date(year + (month0 == 11), (month0 + 1) % 12 + 1, 1) - _DAY).day
    return date(year, month0 + 1, min(day.day, last))


def add_years(day: date, years: int) -> date:
    """The same day `years` later; 28 February for 29 February where that does not exist."""
    return add_months(day, 12 * years)


def age_on(born: date, day: date) -> int:
    """Whole years lived on `day`; somebody born on 29 February turns a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def format_day(day: date) -> str:
    """`23/11/2026`, in any language of the counter."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
