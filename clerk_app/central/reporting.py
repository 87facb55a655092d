"""Reports at central: who may read them, how far, by which law, of which rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from clerk_app.central import report_rows
from clerk_app.central.acting import acting, role_reach
from clerk_app.central.database import Database, moment, offices
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Law
from clerk_app.central.stations import KnownStation
from clerk_app.domain.report_facts import Facts
from clerk_app.domain.report_law import ReportLaw, closed_states, measures_of, undefined
from clerk_app.domain.reports import Wanted, behind, make, page_of
from clerk_app.domain.roles import Reach, reach_of
from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportOf, ReportSaid, told, wanted_of

SCOPE = "report.read"
REFUSALS = ("PERIOD_WRONG", "REPORT_UNDEFINED", "REPORT_LINE_UNKNOWN")


@dataclass(frozen=True, slots=True)
class Reporting:
    """Reports of one central."""

    database: Database
    law: Law
    clock: Callable[[], datetime]

    def asked(self, asked: ReportAsked, station: KnownStation) -> ReportSaid:
        """A report for somebody at a station, as far as their role reaches.

        Raises `Refusal` as `acting`, PERIOD_WRONG, REPORT_UNDEFINED, ROLE_REACH for another office than theirs.
        """
        with self.database.read() as connection:
            wanted, reach = self._within(connection, asked.who, asked.of, station)
            return self.made(connection, wanted, reach)

    def behind(self, asked: BehindAsked, station: KnownStation) -> BehindSaid:
        """The dossiers behind a figure. Raises `Refusal` as `asked`, and REPORT_LINE_UNKNOWN."""
        with self.database.read() as connection:
            wanted, _ = self._within(connection, asked.who, asked.of, station)
            return self.listed(connection, wanted, asked)

    def made(self, connection: Connection, wanted: Wanted, reach: str) -> ReportSaid:
        """The report, whoever asks."""
        law, version = self._law(wanted)
        report = make(_rows(connection, wanted, law), wanted, law)
        known = connection.execute(select(offices.c.code, offices.c.name_vi, offices.c.name_en))
        names = {row.code: (row.name_vi, row.name_en) for row in known}
        return ReportSaid(report, moment(wanted.now_ms), reach, version, names)

    def listed(self, connection: Connection, wanted: Wanted, asked: BehindAsked) -> BehindSaid:
        """The dossiers behind a figure, whoever asks: one page of them."""
        law, _ = self._law(wanted)
        found = behind(_rows(connection, wanted, law), wanted, law, measures_of(law, asked.line), asked.group)
        page, total = page_of(found, asked.first, asked.limit)
        return BehindSaid([told(facts, wanted) for facts in page], total)

    def _within(self, connection: Connection, who: str, of: ReportOf, station: KnownStation) -> tuple[Wanted, Reach]:
        table = self.law.standing().roles(self.clock())
        user = acting(connection, who, SCOPE, station, table, lambda: None)
        reach = reach_of(user.roles, SCOPE, table)
        assert reach is not None
        wanted = wanted_of(of, self.clock())
        if reach == "any":
            return wanted, reach
        if set(wanted.offices) - {station.office}:
            raise role_reach()
        return replace(wanted, offices=(station.office,), clerk=user.id if reach == "own" else ""), reach

    def _law(self, wanted: Wanted) -> tuple[ReportLaw, str]:
        standing = self.law.standing()
        assert isinstance(standing, PackedLaw)
        law = standing.rules(moment(max(wanted.since_ms, wanted.end_ms - 1))).reports
        if not law.lines:
            raise undefined()
        return law, standing.pack.version


def _rows(connection: Connection, wanted: Wanted, law: ReportLaw) -> Iterable[Facts]:
    return report_rows.chosen(connection, wanted.since_ms, wanted.end_ms, closed_states(law), wanted.offices)
