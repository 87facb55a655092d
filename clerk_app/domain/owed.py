"""Which results are owed now: those whose appointment passes before anybody works on them again.

An apology with a new appointment has to be given before the old one passes; afterwards the dossier is late.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from clerk_app.domain.calendar import WorkingCalendar, in_hanoi, moment_of
from clerk_app.domain.course import Course

Owed = Literal["", "soon", "overdue"]
"""Not yet, or nothing at all; it passes before the next working day has begun; it has passed."""


JUST_BEFORE = timedelta(microseconds=1)
"""What is due this very moment is not overdue yet."""


def owed_at(course: Course) -> datetime | None:
    """Until when the result of a dossier is owed; None where its clock does not run."""
    return course.due_at if course.clock == "runs" else None


def soon_until(now: datetime, calendar: WorkingCalendar) -> datetime:
    """Up to when an appointment leaves today alone to act: the next working day opens then."""
    return moment_of(calendar.next_working(in_hanoi(now).date()), calendar.hours.opens)


def owed(until: datetime | None, now: datetime, calendar: WorkingCalendar) -> Owed:
    """How a result that is owed until then stands at this moment."""
    if until is None:
        return ""
    if now > until:
        return "overdue"
    return "soon" if until <= soon_until(now, calendar) else ""
