from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI, WorkingCalendar, add_months, add_years, age_on
from tests.peers.pack import specimen_rows, training_pack

CALENDAR = training_pack().as_of(date(2026, 11, 23)).calendar
BY_HOURS = replace(CALENDAR, reading="hours")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 1), timezones=st.just(HANOI))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize("row", specimen_rows("working_day_tests.csv"), ids=lambda row: row["received_date"])
def test_due_days_of_the_list(row: dict[str, str]) -> None:
    half_days = int(float(row["working_days"]) * 2)
    due = CALENDAR.due(at(f"{row['received_date']}T09:32"), half_days, half_days * 4).at
    assert due.date().isoformat() == row["due_date"]
    assert due.time() == (time(12) if row["due_moment"] == "noon" else time(17))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-16T09:00", "2026-11-19T14:00"),  # Monday morning, no holiday
        ("2026-11-23T09:00", "2026-11-27T14:00"),  # across 24/11
        ("2026-11-16T18:30", "2026-11-20T12:00"),  # after hours: from the next morning
        ("2026-11-21T09:00", "2026-11-27T12:00"),  # on a Saturday
        ("2026-11-16T12:30", "2026-11-19T17:00"),  # at lunch
    ],
)
def test_the_other_reading_counts_28_working_hours_from_the_minute(received: str, due: str) -> None:
    assert BY_HOURS.due(at(received), 7, 28).at == at(due)


def test_whole_days_read_the_same_in_both_readings() -> None:
    assert BY_HOURS.due(at("2026-11-23T09:00"), 10, 40) == CALENDAR.due(at("2026-11-23T09:00"), 10, 40)


def test_a_moment_of_another_zone_counts_by_the_day_of_hanoi() -> None:
    late_in_london = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 06:30 on the 23rd in Hanoi
    assert CALENDAR.due(late_in_london, 7, 28).at == at("2026-11-30T12:00")


def test_an_unconfirmed_holiday_on_the_way_is_named() -> None:
    due = CALENDAR.due(at("2027-02-03T09:00"), 10, 40)
    assert date(2027, 2, 8) in [special.day for special in due.unconfirmed]
    assert CALENDAR.due(at("2026-11-16T09:00"), 7, 28).unconfirmed == ()


def test_a_year_without_known_holidays_is_said() -> None:
    assert CALENDAR.due(at("2028-03-01T09:00"), 7, 28).beyond
    assert not CALENDAR.due(at("2027-03-01T09:00"), 7, 28).beyond


def test_make_up_saturdays_work_and_swapped_days_do_not() -> None:
    assert CALENDAR.works(date(2026, 8, 22))
    assert not CALENDAR.works(date(2026, 8, 31))
    assert not CALENDAR.works(date(2026, 11, 24))
    assert not CALENDAR.works(date(2026, 11, 21))


def test_a_supplement_pauses_the_clock() -> None:
    received, asked, back = at("2026-11-16T09:00"), at("2026-11-18T11:00"), at("2026-11-25T10:00")
    assert CALENDAR.half_days_used(received, asked) == 2  # all of the 17th
    assert CALENDAR.due_after_pause(received, asked, back, 7).at == at("2026-11-30T12:00")


@given(MOMENTS, st.integers(1, 40))
def test_a_limit_ends_in_office_hours_after_the_day_of_reception(received: datetime, half_days: int) -> None:
    due = CALENDAR.due(received, half_days, half_days * 4).at
    assert due.date() > received.date()
    assert CALENDAR.works(due.date())
    assert CALENDAR.half_days_used(received, due) == half_days


@given(MOMENTS, MOMENTS, st.integers(1, 40))
def test_who_comes_later_is_not_served_earlier(one: datetime, other: datetime, half_days: int) -> None:
    first, second = sorted((one, other))
    for calendar in (CALENDAR, BY_HOURS):
        assert calendar.due(first, half_days, half_days * 4).at <= calendar.due(second, half_days, half_days * 4).at


@given(MOMENTS, st.integers(1, 60))
def test_working_hours_add_up(received: datetime, hours: int) -> None:
    due = BY_HOURS.due(received, 7, hours).at
    assert _worked_minutes(BY_HOURS, received, due) == hours * 60


def _worked_minutes(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    total = 0.0
    day = start.date()
    while day <= end.date():
        if calendar.works(day):
            for opens, closes in ((time(8), time(12)), (time(13), time(17))):
                begins = max(start, datetime.combine(day, opens, HANOI))
                stops = min(end, datetime.combine(day, closes, HANOI))
                total += max(0.0, (stops - begins).total_seconds() / 60)
        day = date.fromordinal(day.toordinal() + 1)
    return round(total)


def test_years_and_months_end_where_the_day_does_not_exist() -> None:
    assert add_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert add_years(date(2028, 2, 29), 4) == date(2032, 2, 29)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_ages_turn_on_the_birthday() -> None:
    assert age_on(date(2008, 11, 23), date(2026, 11, 22)) == 17
    assert age_on(date(2008, 11, 23), date(2026, 11, 23)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
