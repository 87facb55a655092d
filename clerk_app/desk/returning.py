"""Coming back after an outage: soon, and not all at the same moment.

While there is no line a bare TCP connection is tried now and then: it costs central nothing to speak of. The delivery
itself follows at a moment of its own, so that two hundred stations do not open their batches in the same instant.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

PROBE_S = 0.8
SPREAD_S = 1.0


class Returning:
    """Notices that the line came back; one for all of an outage. Probes and spread together stay under two seconds."""

    def __init__(self, random: Callable[[], float]) -> None:
        """`random` gives numbers in [0, 1)."""
        self._random = random
        self._down = False

    def next_probe_s(self) -> float:
        """Seconds until the line is looked at again."""
        return PROBE_S * (0.5 + 0.5 * self._random())

    def seen(self, reachable: bool) -> float | None:
        """Seconds after which to deliver, if the line just came back; None while nothing changed.

        Somebody who takes connections and no deliveries is no line that came back: the back-off decides then.
        """
        came_back = reachable and self._down
        self._down = not reachable
        return SPREAD_S * self._random() if came_back else None

    def rest(
        self,
        longest_s: float,
        reachable: Callable[[], bool],
        elapsed: Callable[[], float] = monotonic,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        """Wait until the line is back, at most `longest_s` seconds: for whoever has no window and its lanes."""
        due = elapsed() + longest_s
        while (left := due - elapsed()) > 0:
            sleep(min(self.next_probe_s(), left))
            delay_s = self.seen(reachable())
            if delay_s is not None:
                sleep(min(delay_s, max(0.0, due - elapsed())))
                return
