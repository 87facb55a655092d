"""Which printed cards an office awaits: granted dossiers of all its counters of which no card was checked in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from clerk_app.central.database import Database, entries
from clerk_app.central.register import accepted
from clerk_app.central.report_rows import report_rows
from clerk_app.central.rules import Law
from clerk_app.domain.collecting import awaits_card, card_states
from clerk_app.domain.dossier import Dossier
from clerk_app.wire_results import ExpectedCard, ExpectedCards

MOST = 2_000
"""Cards that are named; so many in no box of an office."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Reads it. A dossier is folded once for each of its newest entries."""

    database: Database
    law: Law
    _known: dict[UUID, tuple[int, ExpectedCard | None]] = field(default_factory=dict, repr=False)

    def of(self, office: str, now: datetime) -> ExpectedCards:
        """What this office awaits."""
        law = self.law.standing()
        r = report_rows.c
        newest = (
            select(r.dossier, func.max(entries.c.number))
            .join_from(report_rows, entries, entries.c.dossier == r.dossier)
            .where(r.office == office, r.last_state.in_(card_states(law.rules(now))), entries.c.accepted)
            .group_by(r.dossier)
        )
        found = []
        with self.database.read() as connection:
            for dossier, number in connection.execute(newest).all():
                known = self._known.get(dossier)
                if known is None or known[0] != number:
                    known = self._known[dossier] = number, _card(law, accepted(connection, dossier), now)
                if known[1] is not None:
                    found.append(known[1])
        found.sort(key=lambda one: (one.since or now, one.code))
        return ExpectedCards(found[:MOST], now)


def _card(law: Law, state: Dossier | None, now: datetime) -> ExpectedCard | None:
    if state is None or state.erased is not None or state.handing.state:
        return None
    if not awaits_card(state, law.rules_of(state, now)):
        return None
    return ExpectedCard(state.id, state.code, state.course.since)
