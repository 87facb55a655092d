"""Three stages of a limit, what lifts it, and how often it is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import limits
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.limits import Limit

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("used", "stage"), [(0, "ok"), (69.9, "ok"), (70, "notice"), (89.9, "notice"), (90, "urgent"), (100, "reached")]
)
def test_told_at_seventy_and_ninety_and_refused_at_a_hundred(used: float, stage: str) -> None:
    assert Limit("central", used, 100).stage(NOW) == stage


def test_lifted_it_is_urgent_until_the_moment_it_ends() -> None:
    lifted = Limit("central", 200, 100, NOW + timedelta(hours=1))
    assert lifted.stage(NOW) == "urgent"
    assert lifted.stage(NOW + timedelta(hours=1)) == "reached"
    assert Limit("central", 10, 100, NOW + timedelta(hours=1)).stage(NOW) == "ok"


def test_each_stage_is_told_once_a_day() -> None:
    warm, fine = Limit("central", 75, 100), Limit("disk", 1, 100)
    assert limits.to_tell([warm, fine], {}, NOW) == (warm,)
    told = {"central": limits.told_mark(warm, NOW)}
    assert limits.to_tell([warm], told, NOW) == ()
    hot = Limit("central", 95, 100)
    assert limits.to_tell([hot], told, NOW) == (hot,)
    assert limits.to_tell([warm], told, NOW + timedelta(days=1)) == (warm,)


@given(st.floats(0, 1e7), st.floats(0, 1e4), st.floats(1, 1e5))
def test_the_disk_is_used_up_when_only_the_reserve_is_left(free: float, reserve: float, room: float) -> None:
    used = limits.disk_used_mb(free, reserve, room)
    assert 0 <= used <= room
    if free <= reserve:
        assert used == room
    if free >= reserve + room:
        assert used == 0


def test_a_clock_that_was_set_back_makes_nothing_older() -> None:
    assert limits.days_between(NOW, NOW - timedelta(days=3)) == 0
    assert limits.days_between(NOW, NOW + timedelta(days=3)) == 3


def test_a_setting_that_is_no_figure_is_its_default() -> None:
    assert limits.setting({}, "limit_users_days") == 14
    assert limits.setting({"limit_users_days": "0"}, "limit_users_days") == 0
    assert limits.setting({"limit_users_days": "nhiều"}, "limit_users_days") == 14
    assert limits.setting({"limit_users_days": "-2"}, "limit_users_days") == 0
