"""Telling a station at once what others at its office did: it waits for it without holding a worker thread.

What this process records rings at once. What another process records is found by one look a second at the newest
entries, however many stations wait; nobody waits, nobody looks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool

from clerk_app.central.database import Database, entries
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal

LOOK_EVERY_S = 1.0
LONGEST_WAIT_S = 60.0
_LOOK_BACK = 1000
"""Numbers before the newest that are looked at again: a transaction may become visible after a later one."""

Heads = dict[tuple[str, str], int]
"""(office, station) → the newest number of what was recorded of it: what was refused concerns others, too."""


@dataclass(eq=False, slots=True)
class _Waiter:
    office: str
    station: str
    called: asyncio.Event = field(default_factory=asyncio.Event)


class News:
    """The stations that wait at this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiters: set[_Waiter] = set()
        self._heads: Heads = {}
        self._newest = 0
        self._watching: asyncio.Task[None] | None = None
        self._rung = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many stations wait now."""
        return len(self._waiters)

    @property
    def _watches(self) -> bool:
        return self._watching is not None and not self._watching.done()

    @asynccontextmanager
    async def waiter(self, station: KnownStation) -> AsyncIterator[_Waiter]:
        """Whatever is recorded from now on, of others at the station's office, calls the waiter."""
        waiter = _Waiter(station.office, station.code)
        if not self._watches:
            # How it stands is known before anybody relies on being called for what is newer.
            self._call(await run_in_threadpool(self._look))
        self._waiters.add(waiter)
        if not self._watches and not self._closed:
            self._watching = asyncio.create_task(self._watch())
        if self._closed:
            waiter.called.set()
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
            if not self._waiters and self._watching is not None:
                self._watching.cancel()
                self._watching = None

    @staticmethod
    async def called(waiter: _Waiter, wait_s: float) -> None:
        """Wait until there is something, at most `wait_s` seconds, or until central stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(waiter.called.wait(), min(wait_s, LONGEST_WAIT_S))

    def ring(self) -> None:
        """This process recorded something; from the event loop's thread."""
        self._rung.set()

    def close(self) -> None:
        """Central stops: nobody waits any longer."""
        self._closed = True
        for waiter in self._waiters:
            waiter.called.set()

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK_EVERY_S)
            self._rung.clear()
            try:
                changed = await run_in_threadpool(self._look)
            except Refusal:
                # The database is away for a moment. Whoever waits goes on waiting, and the next look finds it all.
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            self._call(changed)

    def _call(self, changed: set[tuple[str, str]]) -> None:
        for waiter in self._waiters:
            if any(office == waiter.office and station != waiter.station for office, station in changed):
                waiter.called.set()

    def _look(self) -> set[tuple[str, str]]:
        """From whom something came since the last look."""
        recent = (
            select(entries.c.office, entries.c.station, func.max(entries.c.number))
            .where(entries.c.number > self._newest - _LOOK_BACK)
            .group_by(entries.c.office, entries.c.station)
        )
        with self._database.read() as connection:
            if not self._newest:
                self._newest = connection.execute(select(func.max(entries.c.number))).scalar() or 0
            heads: Heads = {(row[0], row[1]): row[2] for row in connection.execute(recent)}
        changed = {key for key, number in heads.items() if number > self._heads.get(key, 0)}
        self._heads = heads
        self._newest = max([self._newest, *heads.values()])
        return changed
