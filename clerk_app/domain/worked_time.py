"""Office hours between moments, for hundreds of thousands of pairs: each day of the calendar is looked at once.

Moments are whole milliseconds since 1970. The same as `WorkingCalendar.time_worked`, which looks at every day of every
pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from clerk_app.domain.calendar import WorkingCalendar

_DAY_MS = 86_400_000
_HANOI_MS = 7 * 3_600_000
_EPOCH = date(1970, 1, 1)
_FIRST = (date(2000, 1, 1) - _EPOCH).days
"""The day from which hours are added up; nothing that reports count happened before it."""


class WorkedTime:
    """Office hours of one calendar, added up."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._halves = [(_ms(begins), _ms(ends)) for begins, ends in calendar.hours.halves()]
        self._whole = sum(ends - begins for begins, ends in self._halves)
        self._before = [0]
        """What was worked before each day since the first, in milliseconds; a day more than is known which work."""
        self._works: list[bool] = []

    def until(self, at_ms: int) -> int:
        """How many milliseconds were worked from the first day to a moment."""
        day, within = divmod(at_ms + _HANOI_MS, _DAY_MS)
        place = day - _FIRST
        if place < 0:
            return 0
        while len(self._works) <= place:
            self._add()
        worked = self._before[place]
        if self._works[place]:
            for begins, ends in self._halves:
                if within > begins:
                    worked += min(within, ends) - begins
        return worked

    def between(self, since_ms: int, until_ms: int) -> int:
        """How many milliseconds of a time are office hours."""
        return self.until(until_ms) - self.until(since_ms)

    def lengths(self, moments_ms: Sequence[int]) -> list[int]:
        """How much of each time is office hours: of hundreds of thousands of pairs of its beginning and its end, one
        behind the other. Nothing that was before the first day counts.
        """
        last = (max(moments_ms, default=0) + _HANOI_MS) // _DAY_MS - _FIRST
        while len(self._works) <= last:
            self._add()
        known, works = self._before, self._works
        (opens, noon), (resumes, closes) = self._halves
        sums: list[int] = []
        for at_ms in moments_ms:
            day, within = divmod(at_ms + _HANOI_MS, _DAY_MS)
            place = day - _FIRST
            if place < 0:
                sums.append(0)
                continue
            worked = known[place]
            if works[place] and within > opens:
                worked += (within if within < noon else noon) - opens
                if within > resumes:
                    worked += (within if within < closes else closes) - resumes
            sums.append(worked)
        return [until - since for since, until in zip(sums[::2], sums[1::2], strict=True)]

    def _add(self) -> None:
        works = self._calendar.works(_EPOCH + timedelta(days=_FIRST + len(self._works)))
        self._works.append(works)
        self._before.append(self._before[-1] + (self._whole if works else 0))


def _ms(at: time) -> int:
    return (at.hour * 3600 + at.minute * 60 + at.second) * 1000
