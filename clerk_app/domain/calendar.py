"""Working time: which half days count, and the moment a time limit ends.

The day of reception is not counted, make-up Saturdays are, and a limit that ends on a day off ends on the next working
day (Civil Code 2015 art. 147–148). Half days exist since the limit of an exchange is 3.5 working days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from clerk_app.domain.refusals import Refusal, Words

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam's only time zone; no summer time since 1975."""

Reading = Literal["noon", "hours"]
"""How half a working day is read: noon of the day it falls on, or working hours from the minute of reception."""

Verified = Literal["yes", "partial", "no"]
_DAY = timedelta(days=1)
_SATURDAY = 5
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

    def halves(self) -> tuple[tuple[time, time], tuple[time, time]]:
        """The morning and the afternoon, each from its first to its last moment."""
        return (self.opens, self.noon), (self.resumes, self.closes)


@dataclass(frozen=True, slots=True)
class Session:
    """When an office receives on a weekday (Monday is 0), beside its office hours."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Due:
    """The moment a limit ends, and what makes it doubtful: the unconfirmed special days it was counted across, and the
    years it touches of which no day off is known."""

    at: datetime
    unconfirmed: tuple[SpecialDay, ...] = ()
    unknown_years: tuple[int, ...] = ()

    def doubts(self) -> tuple[Words, ...]:
        """What people are told about it, if anything."""
        said = []
        if self.unconfirmed:
            days = ", ".join(format_day(special.day) for special in self.unconfirmed)
            said.append(
                Words(
                    f"Ngày hẹn trả đi qua ngày nghỉ hoặc làm bù chưa được xác nhận: {days}.",
                    f"The appointment was counted across days off or swaps that are not confirmed: {days}.",
                )
            )
        for year in self.unknown_years:
            vi, en = f"Danh mục chưa có ngày nghỉ của năm {year}.", f"The catalogue has no holidays of {year} yet."
            said.append(Words(vi, en))
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood from the moment a supplement was asked for until it came."""

    asked_at: datetime
    came_at: datetime


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Every special day that is known, the office hours, and when the office receives beside them."""

    special: Mapping[date, SpecialDay]
    hours: Hours
    reading: Reading = "noon"
    sessions: tuple[Session, ...] = ()

    def works(self, day: date) -> bool:
        """Whether the office works on this day."""
        special = self.special.get(day)
        return special.works if special else day.weekday() < _SATURDAY

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
            return self._doubted(received_at, self._after(received_at, timedelta(hours=hours)))
        return self._doubted(received_at, self._after_half_days(received_at.date(), half_days))

    def after_hours(self, start: datetime, hours: int) -> datetime:
        """When so many office hours have passed since `start`."""
        return self._after(in_hanoi(start), timedelta(hours=hours))

    def due_after_pauses(
        self, received_at: datetime, pauses: Sequence[Pause], half_days: int, hours: int
    ) -> tuple[Due, ...]:
        """Every due moment a dossier ever had: the first, and one more for each supplement that came.

        What was left when the clock stopped (of half days, at least one) is counted from the moment the paper came, as
        from a reception. A pause after the due moment moves nothing: what is late stays late. Raises `Refusal`
        `PAUSES_OVERLAP` where a pause ends before it begins, or begins before the reception or the end of the one
        before.
        """
        dues = [self.due(received_at, half_days, hours)]
        by_hours = self.reading == "hours" and half_days % 2 == 1
        runs_from, left_half_days, left_time = in_hanoi(received_at), half_days, timedelta(hours=hours)
        for pause in pauses:
            asked_at, came_at = in_hanoi(pause.asked_at), in_hanoi(pause.came_at)
            if not runs_from <= asked_at <= came_at:
                raise _pauses_overlap()
            if asked_at > dues[-1].at:
                dues.append(dues[-1])
                continue
            if by_hours:
                left_time -= self.time_worked(runs_from, asked_at)
                end = self._after(came_at, left_time)
            else:
                left_half_days = max(1, left_half_days - self.half_days_used(runs_from, asked_at))
                end = self._after_half_days(came_at.date(), left_half_days)
            dues.append(self._doubted(in_hanoi(received_at), end))
            runs_from = came_at
        return tuple(dues)

    def due_moved(self, held: datetime, runs_from: datetime, pause: Pause) -> Due:
        """An appointment that was set rather than counted, after a supplement came.

        What was left of it when the clock stopped (at least half a working day, or office time where a broken day is
        read so) is counted from the moment the paper came; the day on which the clock began, `runs_from`, is not
        counted. A pause after it moves nothing.
        """
        held, asked_at, came_at = in_hanoi(held), in_hanoi(pause.asked_at), in_hanoi(pause.came_at)
        if asked_at > held:
            return self._doubted(asked_at, held)
        if self.reading == "hours":
            return self._doubted(asked_at, self._after(came_at, self.time_worked(asked_at, held)))
        left, day = 0, max(asked_at.date(), in_hanoi(runs_from).date() + _DAY)
        while day <= held.date():
            if self.works(day):
                halves = self.hours.halves()
                left += sum(
                    asked_at < moment_of(day, ends) and moment_of(day, begins) < held for begins, ends in halves
                )
            day += _DAY
        return self._doubted(asked_at, self._after_half_days(came_at.date(), max(1, left)))

    def half_days_used(self, received_at: datetime, until: datetime) -> int:
        """How many counted half days had ended at `until`."""
        received_at, until = in_hanoi(received_at), in_hanoi(until)
        used, day = 0, received_at.date()
        while (day := day + _DAY) <= until.date():
            if self.works(day):
                used += sum(moment_of(day, ends) <= until for _, ends in self.hours.halves())
        return used

    def working_days(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and with `last`."""
        days = (last - first).days
        return sum(self.works(first + _DAY * (one + 1)) for one in range(days))

    def time_worked(self, start: datetime, until: datetime) -> timedelta:
        """How much of the time between two moments is office hours."""
        start, until = in_hanoi(start), in_hanoi(until)
        worked, day = timedelta(), start.date()
        while day <= until.date():
            if self.works(day):
                for begins, ends in self.hours.halves():
                    inside = min(until, moment_of(day, ends)) - max(start, moment_of(day, begins))
                    worked += max(inside, timedelta())
            day += _DAY
        return worked

    def _doubted(self, received_at: datetime, end: datetime) -> Due:
        first, last = received_at.date(), end.date()
        crossed = tuple(
            special
            for day, special in sorted(self.special.items())
            if first < day <= last and special.verified != "yes"
        )
        known = {day.year for day, special in self.special.items() if not special.works}
        return Due(end, crossed, tuple(year for year in range(first.year, last.year + 1) if year not in known))

    def _after_half_days(self, day: date, half_days: int) -> datetime:
        for _ in range((half_days + 1) // 2):
            day = self.next_working(day)
        return moment_of(day, self.hours.noon if half_days % 2 else self.hours.closes)

    def _after(self, start: datetime, left: timedelta) -> datetime:
        day = start.date() - _DAY
        while True:
            day = self.next_working(day)
            for begins, ends in self.hours.halves():
                begun, stop = max(moment_of(day, begins), start), moment_of(day, ends)
                if begun < stop:
                    if stop - begun >= left:
                        return begun + left
                    left -= stop - begun


def _pauses_overlap() -> Refusal:
    return Refusal(
        "PAUSES_OVERLAP",
        Words("Các lần tạm dừng để bổ sung hồ sơ chồng lên nhau.", "The pauses for supplements overlap."),
        Words(
            "Đối chiếu ngày yêu cầu và ngày nhận bổ sung của từng lần.",
            "Compare when each supplement was asked for and when it came.",
        ),
    )


def moment_of(day: date, at: time) -> datetime:
    """That time of day in Vietnam."""
    return datetime.combine(day, at, HANOI)


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


def day_in_words(day: date) -> str:
    """`ngày 05 tháng 02 năm 2026`, as official papers are dated: a nought before days below 10 and before the months 1
    and 2 only (NĐ 30/2020/NĐ-CP, Annex I, part II, point 4b)."""
    return f"ngày {day.day:02d} tháng {day.month:0{2 if day.month <= 2 else 1}d} năm {day.year}"


def time_in_words(at: time) -> str:
    """`09 giờ 32 phút`."""
    return f"{at:%H} giờ {at:%M} phút"


def format_day(day: date) -> str:
    """`23/11/2026`, in any language of the counter."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def day(text: str) -> date | None:
    """The day an ISO text names, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
