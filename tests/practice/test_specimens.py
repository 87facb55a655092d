"""The specimen citizens stay the same people with the same errand, in whatever year somebody practises."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from clerk_app.domain.calendar import HANOI
from clerk_app.practice import specimens


@pytest.mark.parametrize(
    ("today", "issued", "expires"),
    [
        (date(2026, 11, 29), date(2016, 12, 20), date(2026, 12, 20)),
        (date(2026, 12, 20), date(2016, 12, 20), date(2026, 12, 20)),
        (date(2026, 12, 21), date(2017, 12, 20), date(2027, 12, 20)),
        (date(2031, 1, 1), date(2021, 12, 20), date(2031, 12, 20)),
    ],
)
def test_a_licence_that_ran_out_counts_as_one_issued_later(today: date, issued: date, expires: date) -> None:
    assert specimens.in_force(date(2016, 12, 20), date(2026, 12, 20), today) == (issued, expires)


def test_a_licence_without_an_end_has_none_later_either() -> None:
    assert specimens.in_force(date(2009, 5, 3), None, date(2040, 1, 1)) == (date(2009, 5, 3), None)


def test_every_specimen_can_still_exchange_what_they_hold() -> None:
    today = datetime.now(HANOI).date()
    for one in specimens.people():
        for licence in one.licences:
            assert licence.expires is None or licence.expires >= today, one.at
            assert licence.issued is None or licence.issued <= today, one.at
