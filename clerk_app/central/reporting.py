"""Reports at central: who may read them, how far, by which law, of which rows.

What stands behind the figures of the last reports is kept for a while: who reads one opens its figures next. Only ids
and places are kept; what is told of a dossier is read anew, and of one that was erased nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
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
from clerk_app.domain.reports import Counted, Wanted, count
from clerk_app.domain.roles import Reach, reach_of
from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportOf, ReportSaid, told, wanted_of

SCOPE = "report.read"
REFUSALS = ("PERIOD_WRONG", "REPORT_UNDEFINED", "REPORT_LINE_UNKNOWN")
MOST_KEPT = 250_000
"""Dossiers behind the figures of all reports that are kept together: less than a hundred megabytes."""


class Kept:
    """What stands behind the figures of the newest reports, as much as `most` dossiers are. Threads may share it."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._reports: dict[tuple[Wanted, str], Counted] = {}

    def keep(self, wanted: Wanted, version: str, counted: Counted) -> None:
        """Keep it; the oldest go where there is no room."""
        reports = {**self._reports, (wanted, version): counted}
        while sum(len(one.lines) for one in reports.values()) > self._most:
            del reports[next(iter(reports))]
        self._reports = reports

    def found(self, wanted: Wanted, version: str) -> Counted | None:
        """What was counted for just this question by this law; None where that is not known any more."""
        return self._reports.get((wanted, version))


@dataclass(frozen=True, slots=True)
class Reporting:
    """Reports of one central."""

    database: Database
    law: Law
    clock: Callable[[], datetime]
    kept: Kept = field(default_factory=Kept)

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
            wanted, _ = self._within(connection, asked.who, asked.of, station, asked.at)
            return self.listed(connection, wanted, asked)

    def made(self, connection: Connection, wanted: Wanted, reach: str) -> ReportSaid:
        """The report, whoever asks."""
        law, version = self._law(wanted)
        report, counted = count(_rows(connection, wanted, law), wanted, law)
        self.kept.keep(wanted, version, counted)
        known = connection.execute(select(offices.c.code, offices.c.name_vi, offices.c.name_en))
        names = {row.code: (row.name_vi, row.name_en) for row in known}
        return ReportSaid(report, moment(wanted.now_ms), reach, version, names)

    def listed(self, connection: Connection, wanted: Wanted, asked: BehindAsked) -> BehindSaid:
        """The dossiers behind a figure, whoever asks: one page of them."""
        law, version = self._law(wanted)
        measures = measures_of(law, asked.line)
        counted = self.kept.found(wanted, version)
        if counted is None:
            counted = count(_rows(connection, wanted, law), wanted, law)[1]
            self.kept.keep(wanted, version, counted)
        page, total = counted.page(measures, asked.group, asked.first, asked.limit)
        return BehindSaid([told(facts, wanted) for facts in report_rows.of(connection, page)], total)

    def _within(
        self, connection: Connection, who: str, of: ReportOf, station: KnownStation, at: datetime | None = None
    ) -> tuple[Wanted, Reach]:
        table = self.law.standing().roles(self.clock())
        user = acting(connection, who, SCOPE, station, table, lambda: None)
        reach = reach_of(user.roles, SCOPE, table)
        assert reach is not None
        wanted = wanted_of(of, self.clock(), at)
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
