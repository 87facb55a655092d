"""A bandwidth cap: how much of the line the delivery may take, so that the counter's other work keeps its share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

_AT_ONCE_S = 0.1
_SAVED_S = 0.25
"""What was not used within this time is lost: the cap holds over one second or two, not over an hour."""
_SLICE_BYTES = 64 * 1024


class Throttle:
    """Lets `bytes_per_s` pass; 0 lets everything pass."""

    def __init__(
        self,
        bytes_per_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = bytes_per_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at = float("-inf")
        self._lock = Lock()

    def count(self, size: int) -> float:
        """Bytes that go now whatever the cap is, such as a clerk's own request; seconds until they are paid for."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._monotonic()
            begin = max(self._free_at, now - _SAVED_S)
            self._free_at = begin + size / self._rate
            return max(0.0, begin - now)

    def slices(self, pieces: Sequence[bytes]) -> Iterator[bytes]:
        """The pieces cut small, each slice when there is room for it."""
        most = min(_SLICE_BYTES, max(256, int(self._rate * _AT_ONCE_S))) if self._rate else 0
        for piece in pieces:
            for at in range(0, len(piece), most or len(piece) or 1):
                data = piece[at : at + most] if most else piece
                wait_s = self.count(len(data))
                if wait_s:
                    self._sleep(wait_s)
                yield data
