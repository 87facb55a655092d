"""Whether this computer's clock is right: by central's, and between two contacts by a clock that nobody can set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from clerk_app.desk.ports import Clock
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words

CLOCKS_DIFFER = timedelta(minutes=2)


def elapsed_s() -> float:
    """Seconds since the computer was started, those asleep too; no setting of the clock changes them."""
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def clock_wrong(here: datetime, there: datetime) -> Refusal:
    """The clock of this machine is wrong, by central's."""
    minutes = round(abs((there - here).total_seconds()) / 60)
    late = here < there
    return Refusal(
        "CLOCK_WRONG",
        Words(
            f"Đồng hồ máy này {'chậm' if late else 'nhanh'} khoảng {minutes} phút so với trung tâm.",
            f"This machine's clock is about {minutes} minutes {'behind' if late else 'ahead of'} central.",
        ),
        _set_it(there),
    )


def _jumped(here: datetime, there: datetime) -> Refusal:
    minutes = round(abs((there - here).total_seconds()) / 60)
    back = here < there
    return Refusal(
        "CLOCK_JUMPED",
        Words(
            f"Đồng hồ máy này vừa bị chỉnh {'lùi' if back else 'tiến'} khoảng {minutes} phút.",
            f"This machine's clock was set {'back' if back else 'forward'} by about {minutes} minutes.",
        ),
        _set_it(there),
    )


def _set_it(there: datetime) -> Words:
    right = f"{in_hanoi(there):%H:%M %d/%m/%Y}"
    return Words(f"Chỉnh đồng hồ: giờ đúng là {right}.", f"Set the clock: the right time is {right}.")


class ClockWatch:
    """Knows what time it should be: since the start by this clock itself, since the last contact by central's."""

    def __init__(self, clock: Clock, elapsed: Callable[[], float] = elapsed_s) -> None:
        self._clock = clock
        self._elapsed = elapsed
        self._base = clock(), elapsed()
        self._by_central = False

    def heard(self, there: datetime) -> None:
        """Central said what time it is."""
        self._base = there, self._elapsed()
        self._by_central = True

    def expected(self) -> datetime:
        """What time it should be now."""
        at, elapsed = self._base
        return at + timedelta(seconds=self._elapsed() - elapsed)

    def wrong(self) -> Refusal | None:
        """CLOCK_WRONG or CLOCK_JUMPED with the difference and the right time, or None while the clock is right.

        A computer that was started with a wrong clock and never met central cannot know it.
        """
        here, there = self._clock(), self.expected()
        if abs(there - here) <= CLOCKS_DIFFER:
            return None
        return clock_wrong(here, there) if self._by_central else _jumped(here, there)
