"""The working calendar: which moments a limit ends at, and how a supplement, an office or a doubtful day moves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clerk_app.domain.calendar import (
    HANOI,
    Hours,
    Pause,
    WorkingCalendar,
    add_months,
    add_years,
    age_on,
    day_in_words,
    in_hanoi,
    time_in_words,
)
from clerk_app.domain.refusals import Refusal
from tests.peers.pack import training_pack, vectors

CALENDAR = training_pack().as_of(date(2026, 11, 23)).calendar
BY_HOURS = replace(CALENDAR, reading="hours")
LONG_DAYS = replace(CALENDAR, hours=Hours(time(7, 30), time(12), time(13, 30), time(17, 30)))
CALENDARS = st.sampled_from([CALENDAR, BY_HOURS, LONG_DAYS, replace(LONG_DAYS, reading="hours")])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 1), timezones=st.just(HANOI))  # noqa: DTZ001
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
HALF_DAYS = st.integers(1, 40)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize("row", vectors("working_days.csv"), ids=lambda row: row["received_date"])
def test_due_days_of_the_list(row: dict[str, str]) -> None:
    half_days = int(float(row["working_days"]) * 2)
    due = CALENDAR.due(at(f"{row['received_date']}T09:32"), half_days, half_days * 4).at
    assert due.date().isoformat() == row["due_date"]
    assert due.time() == (time(12) if row["due_moment"] == "noon" else time(17))


@pytest.mark.parametrize(
    ("received", "by_noon", "by_hours"),
    [
        ("2026-11-16T07:30", "2026-11-20T12:00", "2026-11-19T12:00"),  # before the office opens: from its opening
        ("2026-11-16T09:00", "2026-11-20T12:00", "2026-11-19T14:00"),
        ("2026-11-16T11:59", "2026-11-20T12:00", "2026-11-19T16:59"),
        ("2026-11-16T12:30", "2026-11-20T12:00", "2026-11-19T17:00"),  # at lunch: from the afternoon
        ("2026-11-16T16:59", "2026-11-20T12:00", "2026-11-20T11:59"),
        ("2026-11-16T17:30", "2026-11-20T12:00", "2026-11-20T12:00"),  # after hours: from the next morning
        ("2026-11-20T17:30", "2026-11-27T12:00", "2026-11-27T12:00"),  # Friday evening, across 24/11
        ("2026-11-21T09:00", "2026-11-27T12:00", "2026-11-27T12:00"),  # a session on Saturday, across 24/11
        ("2026-11-23T09:00", "2026-11-30T12:00", "2026-11-27T14:00"),  # across 24/11 and a weekend, or just before it
        ("2026-08-22T09:00", "2026-08-27T12:00", "2026-08-26T14:00"),  # a make-up Saturday is a working day
    ],
)
def test_three_and_a_half_days_in_both_readings(received: str, by_noon: str, by_hours: str) -> None:
    assert CALENDAR.due(at(received), 7, 28).at == at(by_noon)
    assert BY_HOURS.due(at(received), 7, 28).at == at(by_hours)


def test_whole_days_read_the_same_in_both_readings() -> None:
    assert BY_HOURS.due(at("2026-11-23T09:00"), 10, 40) == CALENDAR.due(at("2026-11-23T09:00"), 10, 40)


def test_a_moment_of_another_zone_counts_by_the_day_of_hanoi() -> None:
    late_in_london = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 06:30 on the 23rd in Hanoi
    assert CALENDAR.due(late_in_london, 7, 28).at == at("2026-11-30T12:00")


def test_an_unconfirmed_day_on_the_way_is_named_in_words() -> None:
    due = CALENDAR.due(at("2027-02-03T09:00"), 10, 40)
    assert date(2027, 2, 8) in [special.day for special in due.unconfirmed]
    assert "08/02/2027" in due.doubts()[0].vi
    swap = CALENDAR.due(at("2026-08-28T09:00"), 4, 16)
    assert "31/08/2026" in swap.doubts()[0].en
    assert CALENDAR.due(at("2026-11-16T09:00"), 7, 28).doubts() == ()


def test_a_year_without_known_holidays_is_named_whichever_end_it_is_at() -> None:
    assert CALENDAR.due(at("2028-03-01T09:00"), 7, 28).unknown_years == (2028,)
    over_the_end = CALENDAR.due(at("2027-12-30T09:00"), 10, 40)
    assert over_the_end.unknown_years == (2028,)
    assert over_the_end.doubts()[-1].vi == "Danh mục chưa có ngày nghỉ của năm 2028."
    assert CALENDAR.due(at("2024-12-31T09:00"), 7, 28).unknown_years == (2024,)
    assert CALENDAR.due(at("2027-03-01T09:00"), 7, 28).unknown_years == ()


def test_make_up_saturdays_work_and_swapped_days_do_not() -> None:
    assert CALENDAR.works(date(2026, 8, 22))
    assert not CALENDAR.works(date(2026, 8, 31))
    assert not CALENDAR.works(date(2026, 11, 24))
    assert not CALENDAR.works(date(2026, 11, 21))


# ---- supplements


def test_a_supplement_pauses_the_clock_and_both_moments_are_kept() -> None:
    received, pause = at("2026-11-16T09:00"), Pause(at("2026-11-18T11:00"), at("2026-11-25T10:00"))
    assert CALENDAR.half_days_used(received, pause.asked_at) == 2  # all of the 17th
    dues = CALENDAR.due_after_pauses(received, [pause], 7, 28)
    assert [due.at for due in dues] == [at("2026-11-20T12:00"), at("2026-11-30T12:00")]


def test_by_hours_exactly_what_was_left_goes_on_from_the_minute_the_paper_came() -> None:
    # 28 hours: 7 on Monday (9:00–12:00, 13:00–17:00), 8 on Tuesday, 3 on Wednesday until 11:00; 10 are left.
    pause = Pause(at("2026-11-18T11:00"), at("2026-11-25T10:00"))
    dues = BY_HOURS.due_after_pauses(at("2026-11-16T09:00"), [pause], 7, 28)
    assert [due.at for due in dues] == [at("2026-11-19T14:00"), at("2026-11-26T12:00")]


def test_a_second_supplement_counts_from_the_first() -> None:
    pauses = [
        Pause(at("2026-11-18T11:00"), at("2026-11-25T10:00")),
        Pause(at("2026-11-27T09:00"), at("2026-12-01T15:00")),
    ]
    dues = CALENDAR.due_after_pauses(at("2026-11-16T09:00"), pauses, 7, 28)
    # Two half days went by before the first, two (the 26th) between both; three are left.
    assert [due.at for due in dues] == [at("2026-11-20T12:00"), at("2026-11-30T12:00"), at("2026-12-03T12:00")]


def test_a_supplement_asked_for_too_late_moves_nothing() -> None:
    late = Pause(at("2026-11-20T14:00"), at("2026-11-25T10:00"))
    first, second = CALENDAR.due_after_pauses(at("2026-11-16T09:00"), [late], 7, 28)
    assert first == second


@pytest.mark.parametrize(
    "pauses",
    [
        [("2026-11-17T09:00", "2026-11-19T09:00"), ("2026-11-18T09:00", "2026-11-20T09:00")],
        [("2026-11-18T09:00", "2026-11-17T09:00")],
        [("2026-11-13T09:00", "2026-11-17T09:00")],
    ],
    ids=["two at once", "ends before it begins", "before the reception"],
)
def test_pauses_that_cannot_be_are_refused(pauses: list[tuple[str, str]]) -> None:
    asked = [Pause(at(one), at(other)) for one, other in pauses]
    with pytest.raises(Refusal) as refused:
        CALENDAR.due_after_pauses(at("2026-11-16T09:00"), asked, 7, 28)
    assert refused.value.code == "PAUSES_OVERLAP"


@given(CALENDARS, st.lists(MOMENTS, min_size=1, max_size=7).map(sorted), HALF_DAYS)
def test_a_pause_never_brings_a_due_moment_forward(
    calendar: WorkingCalendar, moments: list[datetime], half_days: int
) -> None:
    received, *rest = moments
    pauses = [Pause(one, other) for one, other in zip(rest[::2], rest[1::2], strict=False)]
    dues = calendar.due_after_pauses(received, pauses, half_days, half_days * 4)
    assert len(dues) == len(pauses) + 1
    assert dues[0] == calendar.due(received, half_days, half_days * 4)
    assert [due.at for due in dues] == sorted(due.at for due in dues)
    for due in dues:
        assert _is_working_time(calendar, due.at)


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted), HALF_DAYS)
def test_an_appointment_that_was_set_to_the_counted_one_moves_like_it(
    calendar: WorkingCalendar, moments: list[datetime], half_days: int
) -> None:
    assume(calendar.reading == "noon")
    received, pause = moments[0], Pause(moments[1], moments[2])
    counted = calendar.due_after_pauses(received, [pause], half_days, half_days * 4)
    assert calendar.due_moved(counted[0].at, received, pause).at == counted[1].at


# ---- what holds for every moment


def _is_working_time(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Within a half day of a working day, both its ends included."""
    there = in_hanoi(moment)
    return calendar.works(there.date()) and any(
        begins <= there.time() <= ends for begins, ends in calendar.hours.halves()
    )


@given(CALENDARS, MOMENTS, HALF_DAYS)
def test_a_limit_ends_in_working_time(calendar: WorkingCalendar, received: datetime, half_days: int) -> None:
    assert _is_working_time(calendar, calendar.due(received, half_days, half_days * 4).at)


@given(CALENDARS, MOMENTS, st.integers(2, 40))
def test_a_day_or_more_ends_on_a_later_day(calendar: WorkingCalendar, received: datetime, half_days: int) -> None:
    due = calendar.due(received, half_days, half_days * 4).at
    assert due.date() > received.date()


@given(MOMENTS, HALF_DAYS)
def test_half_days_add_up(received: datetime, half_days: int) -> None:
    due = CALENDAR.due(received, half_days, half_days * 4).at
    assert CALENDAR.half_days_used(received, due) == half_days


@given(CALENDARS, MOMENTS, MOMENTS, HALF_DAYS)
def test_who_comes_later_is_not_served_earlier(
    calendar: WorkingCalendar, one: datetime, other: datetime, half_days: int
) -> None:
    first, second = sorted((one, other))
    assert calendar.due(first, half_days, half_days * 4).at <= calendar.due(second, half_days, half_days * 4).at


@given(st.sampled_from([CALENDAR, LONG_DAYS]), MOMENTS, HALF_DAYS, HALF_DAYS)
def test_a_longer_limit_ends_later(calendar: WorkingCalendar, received: datetime, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    due, later = calendar.due(received, shorter, shorter * 4).at, calendar.due(received, longer, longer * 4).at
    assert due < later if shorter < longer else due == later


@given(MOMENTS, st.integers(1, 100), st.integers(1, 100))
def test_more_working_hours_end_later(received: datetime, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert (BY_HOURS.due(received, 7, shorter).at < BY_HOURS.due(received, 7, longer).at) is (shorter < longer)


@given(CALENDARS, MOMENTS, ZONES, HALF_DAYS)
def test_the_zone_a_moment_is_written_in_does_not_matter(
    calendar: WorkingCalendar, received: datetime, zone: timezone, half_days: int
) -> None:
    elsewhere = received.astimezone(zone)
    assert calendar.due(elsewhere, half_days, half_days * 4) == calendar.due(received, half_days, half_days * 4)


@given(MOMENTS, st.integers(1, 60))
def test_working_hours_add_up(received: datetime, hours: int) -> None:
    due = BY_HOURS.due(received, 7, hours).at
    assert BY_HOURS.time_worked(received, due) == timedelta(hours=hours)
    assert _worked_minutes(BY_HOURS, received, due) == hours * 60


def _worked_minutes(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """The same, counted another way."""
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


# ---- days and moments


def test_years_and_months_end_where_the_day_does_not_exist() -> None:
    assert add_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert add_years(date(2028, 2, 29), 4) == date(2032, 2, 29)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_ages_turn_on_the_birthday() -> None:
    assert age_on(date(2008, 11, 23), date(2026, 11, 22)) == 17
    assert age_on(date(2008, 11, 23), date(2026, 11, 23)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 23), "ngày 23 tháng 11 năm 2026"),
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2026, 9, 2), "ngày 02 tháng 9 năm 2026"),
        (date(2027, 10, 10), "ngày 10 tháng 10 năm 2027"),
    ],
)
def test_official_papers_write_days_out(day: date, said: str) -> None:
    assert day_in_words(day) == said


def test_times_are_written_out() -> None:
    assert time_in_words(time(9, 32)) == "09 giờ 32 phút"
    assert time_in_words(time(17, 5, 59)) == "17 giờ 05 phút"
