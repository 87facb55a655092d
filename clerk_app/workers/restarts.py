"""How soon a worker that ended by itself is started again: later every time, and after some times hardly at all."""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_S = 1.0
MOST = 5
"""A driver that crashed so often in a row crashes the next time too."""
REST_S = 60.0
"""Then it is tried once a minute: somebody may have changed the cable or the driver."""


class Restarts:
    """The tries of one kind of worker.

    fine --failed--> pausing 1, 2, 4, 8 s --failed for the fifth time--> hopeless: one try a minute --worked--> fine
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._not_before = float("-inf")
        self._why = ""

    @property
    def why(self) -> str:
        """What went wrong the last time; empty where nothing did."""
        return self._why

    @property
    def hopeless(self) -> bool:
        """Whether it failed so often in a row that a person has to do something."""
        return self._failures >= MOST

    def may_start(self) -> bool:
        """Whether the pause after the last failure is over."""
        return self._monotonic() >= self._not_before

    def failed(self, why: str = "", for_good: str = "") -> None:
        """It crashed, hung or wrote nonsense: what that is called, and what if it is hopeless from now on."""
        self._failures += 1
        self._why = for_good if self.hopeless else why
        pause_s = REST_S if self.hopeless else FIRST_S * 2 ** (self._failures - 1)
        self._not_before = self._monotonic() + pause_s

    def worked(self) -> None:
        """It did what it is for."""
        self._why = ""
        self._failures = 0
        self._not_before = float("-inf")
