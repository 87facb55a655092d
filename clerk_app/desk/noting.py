"""Moments that the journal keeps about this desk itself: when central was heard, when something was confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from clerk_app.desk.ports import Journal

_EVERY = timedelta(hours=1)


def moment(journal: Journal, name: str) -> datetime | None:
    """The moment noted under this name, if there is one."""
    try:
        return datetime.fromisoformat(journal.noted(name))
    except ValueError:
        return None


def note_moment(journal: Journal, name: str, at: datetime, now: datetime) -> None:
    """Note that it happened at `at`: never an earlier one than before, and nothing within the hour of the last.

    What was noted by a clock that has been set back since lies in the future, and gives way.
    """
    before = moment(journal, name)
    if before is None or before > now or at - before >= _EVERY:
        journal.note(name, min(at, now).isoformat())
