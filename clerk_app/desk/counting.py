"""How days were counted, in words: how long a licence is overdue, and which days a time limit does not count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from clerk_app.domain.calendar import SpecialDay, WorkingCalendar, add_months, add_years, format_day, in_hanoi
from clerk_app.domain.conditions import View
from clerk_app.domain.licence import Licence
from clerk_app.domain.licensing import expires_at_all, overdue
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import ExpiryBand, LimitRow, Rules, Span

_DAY = timedelta(days=1)
_UNITS = {
    "day": Words("ngày", "day"),
    "month": Words("tháng", "month"),
    "year": Words("năm", "year"),
}
WEEKDAYS = (
    Words("thứ Hai", "Monday"),
    Words("thứ Ba", "Tuesday"),
    Words("thứ Tư", "Wednesday"),
    Words("thứ Năm", "Thursday"),
    Words("thứ Sáu", "Friday"),
    Words("thứ Bảy", "Saturday"),
    Words("Chủ nhật", "Sunday"),
)
_KINDS = {
    "holiday": Words("nghỉ lễ", "holiday"),
    "weekend": Words("cuối tuần", "weekend"),
    "make-up": Words("làm bù", "make-up day"),
}


def span(length: Span) -> Words:
    """`30 ngày`, `1 năm`."""
    unit = _UNITS[length.unit]
    return Words(f"{length.count} {unit.vi}", f"{length.count} {unit.en}{'' if length.count == 1 else 's'}")


def days(count: int) -> Words:
    """`29 ngày`."""
    return span(Span(count, "day"))


def band_words(band: ExpiryBand) -> Words:
    """`dưới 30 ngày`, `từ 30 ngày đến dưới 1 năm`, `từ 1 năm`."""
    start = span(band.start) if band.start.count else None
    end = span(band.end) if band.end is not None else None
    if start is not None and end is not None:
        return Words(f"từ {start.vi} đến dưới {end.vi}", f"from {start.en} to under {end.en}")
    if end is not None:
        return Words(f"dưới {end.vi}", f"under {end.en}")
    return Words(f"từ {start.vi}", f"{start.en} or more") if start else Words("quá hạn", "overdue")


def band_of(licence: Licence, on: date, rules: Rules, view: View) -> ExpiryBand | None:
    """The rule of overdue licences that holds for this one on this day."""
    used = {rule.id for rule in overdue((licence,), on, rules, view).rules}
    return next((band for band in rules.expiry if band.rule.id in used), None)


def ends_on(licence: Licence, band: ExpiryBand) -> date | None:
    """The first day on which this band does not hold for the licence any more."""
    if licence.expires is None or band.end is None:
        return None
    match band.end.unit:
        case "day":
            return licence.expires + timedelta(days=band.end.count)
        case "month":
            return add_months(licence.expires, band.end.count)
        case "year":
            return add_years(licence.expires, band.end.count)


def standing(licence: Licence, on: date, rules: Rules, view: View) -> Words:
    """How a licence stands on this day: `quá hạn 29 ngày, dưới 30 ngày`, `còn hạn 27 ngày`, `không thời hạn`."""
    if licence.expires is None:
        if expires_at_all(licence, rules) is None:
            return Words("chưa rõ ngày hết hạn", "its expiry day is not known")
        return Words("không thời hạn", "no expiry")
    left = (licence.expires - on).days
    if left == 0:
        return Words("hết hạn hôm nay, vẫn còn hạn", "expires today, still valid")
    if left > 0:
        return Words(f"còn hạn {days(left).vi}", f"{days(left).en} left")
    band = band_of(licence, on, rules, view)
    over = days(-left)
    if band is None:
        return Words(f"quá hạn {over.vi}", f"{over.en} overdue")
    within = band_words(band)
    return Words(f"quá hạn {over.vi}, {within.vi}", f"{over.en} overdue, {within.en}")


def limit_words(limit: LimitRow, calendar: WorkingCalendar) -> Words:
    """`3,5 ngày làm việc`, or `28 giờ làm việc` where half a day is read so."""
    if calendar.reading == "hours" and limit.half_days % 2:
        return Words(f"{limit.hours} giờ làm việc", f"{limit.hours} working hours")
    count = f"{limit.half_days / 2:g}"
    return Words(f"{count.replace('.', ',')} ngày làm việc", f"{count} working days")


def _kind(day: date, calendar: WorkingCalendar) -> str:
    special = calendar.special.get(day)
    if special is not None and special.works:
        return "make-up" if day.weekday() >= 5 else ""
    if special is not None:
        return "holiday"
    return "weekend" if day.weekday() >= 5 else ""


def _stretches(received: date, due: date, calendar: WorkingCalendar) -> Iterator[tuple[date, date, str]]:
    """Consecutive days of one kind between the reception and the appointment."""
    day, first, kind = received, received, ""
    while day < due:
        day += _DAY
        now = _kind(day, calendar)
        if now != kind:
            if kind:
                yield first, day - _DAY, kind
            first, kind = day, now
    if kind:
        yield first, due, kind


def _from_to(first: date, last: date) -> str:
    if first == last:
        return f"{first:%d/%m}"
    return f"{first:%d}–{last:%d/%m}" if first.month == last.month else f"{first:%d/%m}–{last:%d/%m}"


def counted(received_at: datetime, due_at: datetime, limit: LimitRow, calendar: WorkingCalendar) -> Words:
    """`3,5 ngày làm việc; không tính 24/11 (nghỉ lễ), 28–29/11 (cuối tuần)`."""
    received, due = in_hanoi(received_at).date(), in_hanoi(due_at).date()
    length = limit_words(limit, calendar)
    vi, en = [length.vi], [length.en]
    off: list[tuple[str, Words]] = []
    more: list[tuple[str, Words]] = []
    for first, last, kind in _stretches(received, due, calendar):
        said = (_from_to(first, last), _KINDS[kind])
        (more if kind == "make-up" else off).append(said)
    if not calendar.works(received):
        on = WEEKDAYS[received.weekday()]
        vi.append(f"nhận {on.vi}, tính từ ngày làm việc tiếp theo")
        en.append(f"received on a {on.en}, counted from the next working day")
    if off:
        vi.append("không tính " + ", ".join(f"{when} ({kind.vi})" for when, kind in off))
        en.append("not counting " + ", ".join(f"{when} ({kind.en})" for when, kind in off))
    if more:
        vi.append("có tính " + ", ".join(f"{when} ({kind.vi})" for when, kind in more))
        en.append("counting " + ", ".join(f"{when} ({kind.en})" for when, kind in more))
    return Words("; ".join(vi), "; ".join(en))


def counted_in_full(received_at: datetime, due_at: datetime, limit: LimitRow, calendar: WorkingCalendar) -> Words:
    """The whole sentence: from when it was counted, how far, and what the broken day means."""
    received, due = in_hanoi(received_at), in_hanoi(due_at)
    on = WEEKDAYS[due.weekday()]
    how = counted(received_at, due_at, limit, calendar)
    if calendar.reading == "hours" and limit.half_days % 2:
        start = Words(f"Tính từ {received:%H:%M} ngày nhận", f"Counted from {received:%H:%M} on the day of reception")
    else:
        start = Words("Không tính ngày nhận", "The day of reception is not counted")
    half = limit.half_days % 2 and calendar.reading == "noon"
    broken_vi = f" Nửa ngày cuối hết lúc {calendar.hours.noon:%H:%M}." if half else ""
    broken_en = f" The last half day ends at {calendar.hours.noon:%H:%M}." if half else ""
    return Words(
        f"{start.vi} {format_day(received.date())}. Thời hạn {how.vi}. "
        f"Hẹn {due:%H:%M}, {on.vi} {format_day(due.date())}.{broken_vi}",
        f"{start.en} ({format_day(received.date())}). Time limit: {how.en}. "
        f"Due at {due:%H:%M}, {on.en} {format_day(due.date())}.{broken_en}",
    )


def half_day_words(calendar: WorkingCalendar) -> Words:
    """How the office reads a broken day of a time limit."""
    if calendar.reading == "hours":
        return Words(
            "Nửa ngày lẻ được đọc là giờ làm việc tính từ phút tiếp nhận.",
            "Half a day is read as working hours from the minute of reception.",
        )
    return Words("Nửa ngày lẻ được đọc là đến trưa của ngày đó.", "Half a day is read as until noon of that day.")


def special_days(received_at: datetime, due_at: datetime, calendar: WorkingCalendar) -> tuple[SpecialDay, ...]:
    """The days between reception and appointment that are not what their weekday says."""
    received, due = in_hanoi(received_at).date(), in_hanoi(due_at).date()
    return tuple(special for day, special in sorted(calendar.special.items()) if received < day <= due)
