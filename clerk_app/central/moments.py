"""Whether a moment that an entry names can be the one in which it was made, where a right hangs on being in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from clerk_app.central.access import Access
from clerk_app.central.database import entries, moment
from clerk_app.domain.clocks import tolerance
from clerk_app.domain.dossier import Entry
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules


def check_not_dated_back(
    connection: Connection, entry: Entry, access: Access, rules: Rules, now: datetime, practice: bool
) -> None:
    """Raises `Refusal` STEP_TIME_WRONG for an entry that says it was made in time and cannot have been: its station had
    sealed something later before it, or its author had seen what another desk did later.

    A counter without a line is believed by the order of its own chain, however late the entry arrives. In training the
    clocks of the desks are not those of central.
    """
    reached = access.reached(entry.at, now)
    seen = None if practice else _seen_at(connection, entry.seen)
    if max(reached, seen or reached) - entry.at > tolerance(rules):
        raise Refusal(
            "STEP_TIME_WRONG",
            Words(
                "Giờ của bước này sớm hơn việc máy trạm đã ghi trước đó: đồng hồ đã bị chỉnh lùi.",
                "The step is dated before what its station wrote earlier: the clock was set back.",
            ),
            Words("Chỉnh đồng hồ máy trạm; bước này đã quá hạn.", "Set the station's clock; it is too late for this."),
        )


def _seen_at(connection: Connection, number: int) -> datetime | None:
    """When the newest entry of another desk that the author saw arrived here; None where there was none."""
    if not number:
        return None
    found = connection.execute(select(entries.c.received_ms).where(entries.c.number == number)).scalar()
    return None if found is None else moment(found)
