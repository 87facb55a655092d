"""Whether somebody had access, and which roles, when they did what an entry says.

What a person did while they had access stands, whenever it arrives: the morning's work of a counter without a line is
not lost because its clerk was let go at noon. Nothing they did without access does, also once they have it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from clerk_app.central.database import entries, milliseconds, moment
from clerk_app.central.people import earlier_roles, without_access
from clerk_app.domain.facts import in_reach
from clerk_app.wire import User

_CLOCKS_DIFFER_MS = 600_000
"""How far a clock may be set back in a working day before the order of the chain says that a time cannot be."""


@dataclass(slots=True)
class Access:
    """Knows it for one batch of one station.

    The time of an entry is its station's own word. But a chain is sealed in the order in which things happened: what
    stands behind an entry of after the revocation was not made before it, whatever it says.
    """

    connection: Connection
    station: str
    _closed: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict, repr=False)
    _roles: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict, repr=False)
    _before_batch_ms: dict[int, int] = field(default_factory=dict, repr=False)
    _in_batch_ms: int = field(default=0, repr=False)
    _tail: Iterator[tuple[int, int]] | None = field(default=None, repr=False)
    _tail_read_ms: int | None = field(default=None, repr=False)
    _tail_reached_ms: int = field(default=0, repr=False)

    def had(self, user: User, at: datetime) -> bool:
        """Whether `user` had access at this moment, as the next entry of the chain gives it."""
        if user.id not in self._closed:
            self._closed[user.id] = without_access(self.connection, user.id)
        closed, at_ms = self._closed[user.id], milliseconds(at)
        if any(since <= at_ms and (until is None or at_ms < until) for since, until in closed):
            return False
        if user.active:
            return True
        since = next((since for since, until in closed if until is None), None)
        return since is not None and self._reached_ms(since) < since + _CLOCKS_DIFFER_MS

    def roles(self, user: User, at: datetime) -> list[str]:
        """The roles that `user` had at this moment, as the next entry of the chain gives it."""
        if user.id not in self._roles:
            self._roles[user.id] = earlier_roles(self.connection, user.id)
        for until_ms, roles in self._roles[user.id]:
            if self.was_before(at, until_ms):
                return roles
        return user.roles

    def was_before(self, at: datetime, moment_ms: int) -> bool:
        """Whether the next entry of the chain, which says `at`, was made before this moment."""
        return milliseconds(at) < moment_ms and self._reached_ms(moment_ms) < moment_ms + _CLOCKS_DIFFER_MS

    def reached(self, at: datetime, now: datetime) -> datetime:
        """The latest moment that the chain is known to have come to before its next entry, which says `at`.

        Only what is later than `at` matters, and arrived after it. No entry was made after it arrived, at `now` for
        those of this batch: one that says so was written by a clock that was ahead.
        """
        if self._tail is None:
            self._tail = self._read_back()
        since_ms = milliseconds(at)
        while self._tail_read_ms is None or self._tail_read_ms >= since_ms:
            received_ms, written_ms = next(self._tail, (-1, 0))
            self._tail_read_ms = received_ms
            self._tail_reached_ms = max(self._tail_reached_ms, min(written_ms, received_ms))
        return moment(max(self._tail_reached_ms, min(self._in_batch_ms, milliseconds(now))))

    def _read_back(self) -> Iterator[tuple[int, int]]:
        """When each entry of the chain arrived and what it says, the newest first."""
        columns = entries.c.n, entries.c.body, entries.c.received_ms
        newest = select(*columns).where(entries.c.station == self.station).order_by(entries.c.n.desc()).limit(100)
        rows = self.connection.execute(newest).all()
        while rows:
            for row in rows:
                yield row.received_ms, _written_ms(row.body)
            rows = self.connection.execute(newest.where(entries.c.n < rows[-1].n)).all()

    def passed(self, at: datetime) -> None:
        """An entry of this moment stands in the chain now."""
        if in_reach(at):
            self._in_batch_ms = max(self._in_batch_ms, milliseconds(at))

    def _reached_ms(self, since_ms: int) -> int:
        """The latest moment in the chain so far, as far as it arrived after `since_ms`."""
        if since_ms not in self._before_batch_ms:
            chain = select(entries.c.body, entries.c.received_ms).where(entries.c.station == self.station)
            latest = 0
            for row in self.connection.execute(chain.order_by(entries.c.n.desc()).execution_options(yield_per=200)):
                if row.received_ms < since_ms:
                    break
                latest = max(latest, _written_ms(row.body))
            self._before_batch_ms[since_ms] = latest
        return max(self._before_batch_ms[since_ms], self._in_batch_ms)


class _Written(msgspec.Struct):
    at: datetime


def _written_ms(body: bytes) -> int:
    try:
        at = msgspec.json.decode(body, type=_Written).at
    except msgspec.MsgspecError:
        return 0
    return milliseconds(at) if in_reach(at) else 0
