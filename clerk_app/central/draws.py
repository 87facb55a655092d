"""The seeds by which accepted dossiers are drawn for a second look: one chain for each office, from central's secret.

The last seed of the chain is made first and each day's is the digest of the next day's, so all of them stood fixed
before the first was published, in every process and every restored copy.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from clerk_app import wire
from clerk_app.carried import derived
from clerk_app.central.database import Database
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.reviewing import SeedOfDay, linked

LAST_DAY = date(2150, 1, 1)
"""Where the chains end: 45 000 digests from today, some hundredths of a second once a day."""


def published(database: Database, office: str, now: datetime) -> SeedOfDay:
    """The newest seed that stations of this office may know: that of the last day that is over in Hanoi."""
    day = in_hanoi(now).date() - timedelta(days=1)
    return SeedOfDay(day, _seed(derived(database.secret, b"review draw " + office.encode()), day))


def told(database: Database, office: str, now: datetime) -> wire.Draw:
    """The same as it goes over the line."""
    newest = published(database, office, now)
    return wire.Draw(newest.day.isoformat(), newest.seed)


@lru_cache(maxsize=1024)
def _seed(root: bytes, day: date) -> bytes:
    return linked(root, (LAST_DAY - day).days)
