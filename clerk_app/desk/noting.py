"""Moments that the journal keeps among the facts about this desk, written down seldom enough to cost nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from clerk_app.desk.ports import Journal

_EVERY = timedelta(hours=1)


def note_hourly(journal: Journal, note: str, at: datetime, now: datetime) -> None:
    """Write down that it happened `at` this moment: once an hour at most, and never an earlier one than stands there.

    One that lies in the future was written by a clock that was wrong: it counts as if nothing had been written.
    """
    try:
        before = datetime.fromisoformat(journal.noted(note))
    except ValueError:
        before = None
    if before is None or before > now or at - before >= _EVERY:
        journal.note(note, min(at, now).isoformat())
