"""Reminders to collect a result, by themselves: on the days of the catalogue central writes each down once, as an entry
of a station of its own, and its message goes out with it.

Only whom a message would reach is reminded so; anybody else stands in the list of the counter, to be called. Where a
desk was quicker, its reminder counts. Nobody is told at night: it is done in office hours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central import own_stations
from clerk_app.central.database import Database, entries
from clerk_app.central.failures import described
from clerk_app.central.online import v7
from clerk_app.central.register import Register, accepted
from clerk_app.central.report_rows import report_rows
from clerk_app.central.rules import RESULTS
from clerk_app.domain.calendar import WorkingCalendar, in_hanoi, moment_of
from clerk_app.domain.collecting import reminder_due
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.handing import CollectionReminded
from clerk_app.domain.messages import REMINDED, REMINDED_BY, reaches
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.roles import may
from clerk_app.domain.rules import Rules

_LOG = logging.getLogger("quay.central")
OWN = own_stations.OwnKind(REMINDED_BY, "reminder", "Nhắc nhận kết quả")


@dataclass(frozen=True, slots=True)
class _Known:
    """What was worked out of a dossier by its newest entry: when the next reminder is due, and whether it reaches."""

    newest: int
    due: datetime | None
    reaches: bool


@dataclass(frozen=True, slots=True)
class Reminding:
    """Looks for what is due. What a dossier's newest entry says is worked out once."""

    database: Database
    register: Register
    clock: Callable[[], datetime]
    _known: dict[UUID, _Known] = field(default_factory=dict, repr=False)

    def send_due(self) -> int:
        """Write down every reminder whose day has come; how many. One dossier that fails stops no other.

        Raises `Refusal` of the database.
        """
        now, law = self.clock(), self.register.law.standing()
        if not may([OWN.role], RESULTS, law.roles(now)):
            # The law that is handed out does not know of it yet.
            return 0
        rules = law.rules(now)
        waiting = {name for step in rules.steps if "handing" in step.needs for name in step.start}
        done = 0
        for office, dossier, newest in self._candidates(waiting):
            try:
                if open_at(law.rules_of_office(office, now).calendar, now) and self._is_due(dossier, newest, now):
                    done += self._remind(office, dossier, newest, now)
            except (Refusal, SQLAlchemyError, OSError, MemoryError):
                # Central's own trouble, which is every dossier's.
                raise
            except Exception as problem:  # noqa: BLE001 one dossier nobody foresaw must not stop those behind it
                _LOG.error("no reminder of dossier %s: %s", dossier, described(problem))
        return done

    def _candidates(self, states: set[str]) -> list[tuple[str, UUID, int]]:
        """Office, dossier and the number of its newest entry, of all that stand where a result is handed over."""
        r = report_rows.c
        newest = (
            select(r.office, r.dossier, func.max(entries.c.number))
            .join_from(report_rows, entries, entries.c.dossier == r.dossier)
            .where(r.last_state.in_(states), entries.c.accepted)
            .group_by(r.office, r.dossier)
        )
        with self.database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(newest)]

    def _is_due(self, dossier: UUID, newest: int, now: datetime) -> bool:
        known = self._known.get(dossier)
        if known is None or known.newest != newest:
            with self.database.read() as connection:
                state = accepted(connection, dossier)
            if state is None or state.erased is not None:
                known = _Known(newest, None, False)
            else:
                rules = self._rules(state, now)
                known = _Known(newest, reminder_due(state, rules), reaches(REMINDED, state, rules))
            self._known[dossier] = known
        return known.reaches and known.due is not None and in_hanoi(known.due).date() <= in_hanoi(now).date()

    def _remind(self, office: str, dossier: UUID, newest: int, now: datetime) -> int:
        with self.database.read() as connection:
            state = accepted(connection, dossier)
            held = OWN.is_held(connection, dossier, office)
            again = OWN.told_again(connection, dossier, office)
        if state is None or held:
            return 0
        due = reminder_due(state, self._rules(state, now))
        station = OWN.made(self.database, office, now)
        if station is None or due is None:
            return 0
        stage = len(state.handing.reminded) + 1
        said = f"reminder {stage} {state.handing.arrived_at}".encode() + dossier.bytes + again
        entry = Entry(v7(due, said), dossier, CollectionReminded(stage, "message"), OWN.person(office), now, newest)
        try:
            codes = own_stations.write(
                self.database, self.register, station, OWN.key(self.database, office), [entry], now
            )
        except Refusal:
            # Another process was quicker, or central waits for something itself: looked at again the next time.
            return 0
        if any(codes):
            _LOG.warning("a reminder was not taken: %s", codes[0])
            return 0
        return 1

    def _rules(self, state: Dossier, now: datetime) -> Rules:
        return self.register.law.standing().rules_of(state, now)


def open_at(calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether it is office hours."""
    day = in_hanoi(now).date()
    halves = calendar.hours.halves()
    return calendar.works(day) and any(moment_of(day, begins) <= now < moment_of(day, ends) for begins, ends in halves)
