"""When a counter takes dossiers, what that does to the limit, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI, Session, WorkingCalendar, in_hanoi
from clerk_app.domain.reception import receives
from tests.peers.pack import training_pack

CALENDAR = training_pack().as_of(date(2026, 11, 23)).calendar
EVENINGS = replace(CALENDAR, sessions=(*CALENDAR.sessions, Session(2, time(17), time(19))))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 1), timezones=st.just(HANOI))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("moment", "kind", "said", "next_at"),
    [
        ("2026-11-23T07:30", "closed", "Chưa đến giờ tiếp nhận.", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "hours", "Trong giờ làm việc.", "2026-11-23T08:00"),
        ("2026-11-23T11:59", "hours", "Trong giờ làm việc.", "2026-11-23T11:59"),
        ("2026-11-23T12:30", "closed", "Giờ nghỉ giữa hai buổi.", "2026-11-23T13:00"),
        ("2026-11-23T16:59", "hours", "Trong giờ làm việc.", "2026-11-23T16:59"),
        ("2026-11-23T17:30", "closed", "Đã hết giờ tiếp nhận.", "2026-11-25T08:00"),  # the 24th is a day off
        ("2026-11-24T09:00", "closed", "Ngày nghỉ: Ngày Văn hóa Việt Nam.", "2026-11-25T08:00"),
        ("2026-11-28T09:00", "session", "tính từ ngày làm việc tiếp theo, 30/11/2026", "2026-11-28T09:00"),
        ("2026-11-29T09:00", "closed", "Chủ nhật, đơn vị không tiếp nhận.", "2026-11-30T08:00"),
        ("2026-08-22T09:00", "hours", "Trong giờ làm việc.", "2026-08-22T09:00"),  # a make-up Saturday
        ("2027-05-01T09:00", "closed", "Ngày nghỉ: Quốc tế Lao động", "2027-05-04T08:00"),  # no session on a holiday
    ],
)
def test_when_the_counter_receives(moment: str, kind: str, said: str, next_at: str) -> None:
    reception = receives(CALENDAR, at(moment))
    assert (reception.kind, reception.next_at) == (kind, at(next_at))
    assert said in reception.words.vi
    assert reception.open is (kind != "closed")


def test_a_closed_counter_says_when_it_opens() -> None:
    closed = receives(CALENDAR, at("2026-11-23T12:30"))
    words = closed.told
    assert words.vi.endswith("Tiếp nhận lại lúc 13:00 23/11/2026.")
    assert closed.words.en == "The break between two sessions."
    assert words.en == "The break between two sessions. Dossiers are taken again at 13:00 23/11/2026."


def test_an_evening_session_counts_from_the_next_working_day() -> None:
    assert receives(EVENINGS, at("2026-11-25T18:00")).kind == "session"
    assert not receives(CALENDAR, at("2026-11-25T18:00")).open
    assert receives(EVENINGS, at("2026-11-25T19:00")).words.vi.startswith("Đã hết giờ tiếp nhận.")


def test_saturdays_are_open_since_the_police_receive() -> None:
    before, since = date(2025, 3, 7), date(2025, 3, 8)
    assert training_pack().as_of(before).calendar.sessions == ()
    assert {session.weekday for session in training_pack().as_of(since).calendar.sessions} == {5}


def test_who_is_received_on_a_saturday_is_counted_from_monday() -> None:
    on_saturday, on_sunday = at("2026-11-28T09:00"), at("2026-11-29T00:00")
    assert receives(CALENDAR, on_saturday).open
    assert CALENDAR.due(on_saturday, 7, 28) == CALENDAR.due(on_sunday, 7, 28)


@given(st.sampled_from([CALENDAR, EVENINGS]), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it(calendar: WorkingCalendar, moment: datetime) -> None:
    found = receives(calendar, moment)
    assert found.words.vi
    assert found.words.en
    assert found.next_at is not None
    assert found.next_at >= moment
    assert receives(calendar, found.next_at).open
    if not found.open:
        between = moment + (found.next_at - moment) / 2
        assert not receives(calendar, between).open
        assert receives(calendar, between).next_at == found.next_at


@given(MOMENTS)
def test_the_zone_does_not_matter(moment: datetime) -> None:
    assert receives(CALENDAR, moment.astimezone(UTC)) == receives(CALENDAR, in_hanoi(moment))
