"""The queue of one office's online dossiers as central knows it, and who has which open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from clerk_app.central.database import Database, entries, milliseconds, submissions
from clerk_app.central.leases import held_in
from clerk_app.central.register import accepted
from clerk_app.central.rules import Law
from clerk_app.domain.online import Filter, OnlineLine, fits, line_of, staged, until
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import Lease
from clerk_app.wire_online import OnlineItem, OnlineQueue


@dataclass(frozen=True, slots=True)
class OnlineQueues:
    """Reads it. A dossier is folded once for each of its newest entries."""

    database: Database
    law: Law
    _known: dict[UUID, tuple[int, OnlineLine | None]] = field(default_factory=dict, repr=False)

    def of(self, office: str, wanted: Filter, now: datetime) -> OnlineQueue:
        """This part of an office's queue."""
        mine = submissions.c.office == office
        newest = (
            select(entries.c.dossier, func.max(entries.c.number))
            .join_from(submissions, entries, entries.c.dossier == submissions.c.dossier)
            .where(mine, entries.c.accepted)
            .group_by(entries.c.dossier)
        )
        with self.database.read() as connection:
            holders: Mapping[UUID, Lease] = held_in(connection, office, milliseconds(now))
            lines = []
            for dossier, number in connection.execute(newest).all():
                known = self._known.get(dossier)
                if known is None or known[0] != number:
                    state = accepted(connection, dossier)
                    known = self._known[dossier] = number, None if state is None else line_of(state)
                if known[1] is not None:
                    lines.append(known[1])
        rules = self.law.standing().rules_of_office(office, now)
        found = [(until(one, rules), one) for one in (staged(line, rules) for line in lines)]
        chosen = [(ends, one) for ends, one in found if fits(one, wanted, ends, now)]
        chosen.sort(key=lambda pair: (pair[0] is None, pair[0] or pair[1].sent_at, pair[1].code))
        items = [
            OnlineItem(
                one.dossier, one.code, one.stage, one.state, one.payment, one.sent_at, ends, holders.get(one.dossier)
            )
            for ends, one in chosen
        ]
        return OnlineQueue(items, now)


def unknown_filter() -> Refusal:
    """Nobody knows this part of a queue."""
    return Refusal(
        "FILTER_UNKNOWN",
        Words("Không có nhóm hồ sơ này.", "There is no such part of the queue."),
        Words("Cập nhật máy trạm.", "Update the station."),
    )
