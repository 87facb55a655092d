"""How much one station, and one address, may ask of this process, so that a mad one does not starve the others.

Each process counts for itself: with several behind a balancer somebody gets as many times as much, which is still
little. Nothing here is a quota. A station that comes back with the work of a week stays below what is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from clerk_app.domain.refusals import Refusal, Words


class RateLimited(Refusal):
    """Too much was asked; `after_s` is when to ask again, in whole seconds from now."""

    def __init__(self, after_s: int) -> None:
        super().__init__(
            "RATE_LIMITED",
            Words("Gửi quá nhiều yêu cầu trong thời gian ngắn.", "Too many requests in a short time."),
            Words(
                f"Không mất gì; máy trạm tự thử lại sau {after_s} giây.",
                f"Nothing is lost; the station tries again in {after_s} seconds.",
            ),
        )
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Budgets:
    """Requests a minute. Fifty dossiers of five sheets come back in about 600 requests, from up to 200 stations behind
    one address; `at_once` is how many requests of one station are worked on side by side.

    `wrong` counts proofs, assertions and enrolment codes that were not right, by address.
    """

    station: int = 6000
    at_once: int = 16
    address_sign_in: int = 1200
    address_token: int = 2400
    address_enrol: int = 120
    wrong: int = 300
    wrong_codes: int = 10


@dataclass(slots=True)
class Rates:
    """The counters of one process; used on the event loop only."""

    budgets: Budgets = field(default_factory=Budgets)
    _window: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage()), repr=False
    )
    _busy: Counter[str] = field(default_factory=Counter, repr=False)

    @asynccontextmanager
    async def station(self, code: str) -> AsyncIterator[None]:
        """One request of a station, while it is worked on. Raises `RateLimited`."""
        if self._busy[code] >= self.budgets.at_once:
            raise RateLimited(1)
        self._busy[code] += 1
        try:
            await self._take(RateLimitItemPerMinute(self.budgets.station), "station", code)
            yield
        finally:
            self._busy[code] -= 1
            if not self._busy[code]:
                del self._busy[code]

    async def address(self, address: str, kind: str) -> None:
        """One request of this kind (`sign_in`, `token`, `enrol`) from an address. Raises `RateLimited`."""
        await self._take(RateLimitItemPerMinute(getattr(self.budgets, f"address_{kind}")), kind, address)

    async def wrong(self, address: str, kind: str) -> None:
        """A proof (`wrong`) or an enrolment code (`wrong_codes`) from this address was not right."""
        await self._window.hit(self._wrong(kind), kind, address)

    async def patient(self, address: str, kind: str) -> None:
        """Raises `RateLimited` where too much was wrong lately; asks before anything dear is done."""
        item = self._wrong(kind)
        if not await self._window.test(item, kind, address):
            raise RateLimited(await self._wait_s(item, kind, address))

    def _wrong(self, kind: str) -> RateLimitItem:
        return RateLimitItemPerMinute(getattr(self.budgets, kind))

    async def _take(self, item: RateLimitItem, kind: str, who: str) -> None:
        if not await self._window.hit(item, kind, who):
            raise RateLimited(await self._wait_s(item, kind, who))

    async def _wait_s(self, item: RateLimitItem, kind: str, who: str) -> int:
        stats = await self._window.get_window_stats(item, kind, who)
        return max(1, round(stats.reset_time - time() + 0.5))
