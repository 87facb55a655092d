"""How much goes into one request, and what is done when the line comes and goes: on clocks that the tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.desk.clock_watch import ClockWatch
from clerk_app.desk.delivery import LONGEST_WAIT_S, POLL_S, next_delay_s
from clerk_app.desk.line import CEILING_BYTES, FLOOR_BYTES, QUICK_S, SLOW_S, START_BYTES, Pace
from clerk_app.desk.returning import PROBE_S, SPREAD_S, Returning
from clerk_app.throttle import Throttle


def test_a_quick_line_gets_more_until_the_ceiling() -> None:
    pace = Pace()
    sizes = [pace.size]
    while pace.size < CEILING_BYTES:
        pace.went(QUICK_S / 2, pace.size)
        sizes.append(pace.size)
    assert sizes[:3] == [START_BYTES, 2 * START_BYTES, 4 * START_BYTES]
    pace.went(QUICK_S / 2, pace.size)
    assert pace.size == CEILING_BYTES


def test_a_request_that_was_small_for_want_of_more_says_nothing() -> None:
    pace = Pace()
    pace.went(0.01, 300)
    assert pace.size == START_BYTES
    pace.went((QUICK_S + SLOW_S) / 2, START_BYTES)
    assert pace.size == START_BYTES


def test_a_slow_answer_or_a_cut_halves_down_to_the_floor() -> None:
    pace = Pace()
    pace.went(SLOW_S * 2, START_BYTES)
    assert pace.size == START_BYTES // 2
    for _ in range(40):
        pace.broke()
    assert pace.size == FLOOR_BYTES


def test_bytes_count_after_compression() -> None:
    pace = Pace()
    pace.went(0.1, START_BYTES, plain=4 * START_BYTES)
    assert (pace.ratio, pace.plain) == (0.25, 4 * pace.size)


@given(st.lists(st.one_of(st.none(), st.tuples(st.floats(0, 60), st.integers(0, 2**24), st.integers(0, 2**26)))))
def test_whatever_the_line_does_the_size_stays_within_its_bounds(happened: list[tuple[float, int, int] | None]) -> None:
    pace = Pace()
    for one in happened:
        if one is None:
            pace.broke()
        else:
            pace.went(*one)
        assert FLOOR_BYTES <= pace.size <= CEILING_BYTES
        assert pace.size <= pace.plain <= 50 * pace.size + 50


# ---- the cap -----------------------------------------------------------------------------------------------------


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[tuple[float, int]] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, throttle: Throttle, *pieces: bytes) -> None:
        for data in throttle.slices(pieces):
            self.sent.append((self.now, len(data)))

    def within(self, seconds: float) -> int:
        """The most that went in any stretch of this length."""
        starts = [at for at, _ in self.sent]
        return max(sum(size for at, size in self.sent if start <= at < start + seconds) for start in starts)


@given(st.integers(1_000, 10_000_000), st.lists(st.integers(1, 300_000), min_size=1, max_size=6))
def test_the_cap_holds_over_every_two_seconds(rate: int, sizes: list[int]) -> None:
    time = Time()
    throttle = Throttle(rate, time, time.sleep)
    time.send(throttle, *(bytes(min(size, 10 * rate)) for size in sizes))
    assert time.within(2.0) <= 2.5 * rate + 512
    total = sum(size for _, size in time.sent)
    assert total == sum(min(size, 10 * rate) for size in sizes)
    assert time.now - 100.0 <= total / rate + 0.001, "and the line is used"


def test_a_clerks_own_request_waits_for_nobody_and_the_delivery_pays_for_it() -> None:
    time = Time()
    throttle = Throttle(10_000, time, time.sleep)
    time.send(throttle, bytes(10_000))
    before = time.now
    throttle.count(20_000)
    assert time.now == before
    time.send(throttle, bytes(100))
    assert time.now - before >= 2.0


def test_without_a_cap_nothing_is_cut_small_and_nobody_sleeps() -> None:
    time = Time()
    time.send(Throttle(0, time, time.sleep), bytes(5_000_000), b"", b"x")
    assert [size for _, size in time.sent] == [5_000_000, 1]
    assert time.now == 100.0


# ---- coming back -------------------------------------------------------------------------------------------------


def test_a_line_that_is_back_is_used_within_two_seconds_and_not_by_all_at_once() -> None:
    from random import Random

    moments = []
    for station in range(200):
        returning = Returning(Random(station).random)
        assert returning.seen(False) is None
        probe_s = returning.next_probe_s()
        delay_s = returning.seen(True)
        assert delay_s is not None
        moments.append(probe_s + delay_s)
    assert max(moments) <= PROBE_S + SPREAD_S < 2.0
    busiest = max(sum(at <= other < at + 0.1 for other in moments) for at in moments)
    assert busiest <= 40, "of two hundred stations"


def test_whoever_has_no_window_rests_until_the_line_is_back() -> None:
    time = Time()
    back_at = time.now + 30.0
    Returning(lambda: 0.5).rest(300.0, lambda: time.now >= back_at, time, time.sleep)
    assert back_at <= time.now <= back_at + 2.0
    start = time.now
    Returning(lambda: 0.5).rest(5.0, lambda: False, time, time.sleep)
    assert time.now == pytest.approx(start + 5.0)


def test_who_takes_connections_and_no_deliveries_is_left_to_the_back_off() -> None:
    returning = Returning(lambda: 0.5)
    assert [returning.seen(True) for _ in range(5)] == [None] * 5
    assert [returning.seen(up) is not None for up in (False, False, True, True)] == [False, False, True, False]


def test_the_time_that_central_asked_for_is_kept_and_spread() -> None:
    assert (next_delay_s(1, lambda: 0.0, wait_s=30.0), next_delay_s(1, lambda: 1.0, wait_s=30.0)) == (30.0, 45.0)
    assert next_delay_s(0, lambda: 0.0, wait_s=1.0) == POLL_S / 2
    assert next_delay_s(30, lambda: 1.0, wait_s=1.0) == LONGEST_WAIT_S
    assert next_delay_s(0, lambda: 1.0, poll_s=60.0) == 60.0


# ---- the clock ---------------------------------------------------------------------------------------------------


class Clocks:
    """A clock on the wall, which somebody may set, and one that only goes on."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
        self.elapsed = 1000.0

    def go_on(self, **by: float) -> None:
        self.wall += timedelta(**by)
        self.elapsed += timedelta(**by).total_seconds()

    def watch(self) -> ClockWatch:
        return ClockWatch(lambda: self.wall, lambda: self.elapsed)


def test_a_clock_that_goes_on_is_right() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.go_on(hours=30)
    assert watch.wrong() is None
    watch.heard(clocks.wall + timedelta(seconds=90))
    assert watch.wrong() is None


def test_a_clock_that_is_set_while_the_program_runs_is_noticed_without_a_line() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.go_on(hours=1)
    clocks.wall -= timedelta(minutes=45)
    wrong = watch.wrong()
    assert wrong is not None
    assert (wrong.code, "45" in wrong.words.vi, "lùi" in wrong.words.vi) == ("CLOCK_JUMPED", True, True)
    assert "17:00 28/11/2026" in wrong.remedy.en, "the right time, in Hanoi"
    clocks.wall += timedelta(minutes=45)
    assert watch.wrong() is None, "somebody set it right"


def test_central_knows_better_than_the_clock_that_the_program_began_with() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    right = clocks.wall + timedelta(hours=3)
    watch.heard(right)
    clocks.go_on(minutes=10)
    wrong = watch.wrong()
    assert wrong is not None
    assert (wrong.code, "180" in wrong.words.en, "behind" in wrong.words.en) == ("CLOCK_WRONG", True, True)
    assert "19:10 28/11/2026" in wrong.remedy.vi
    clocks.wall += timedelta(hours=3)
    assert watch.wrong() is None
