"""Reports at the desk: asked of central where there is a line, else counted here of this counter; and taken out.

The same function counts at both. Nobody's name is in a report; a list of dossiers that leaves the desk is an entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.giving_way import Questions
from clerk_app.desk.report_form import forms_of
from clerk_app.desk.report_ports import ReportPapers, ReportsAtCentral
from clerk_app.desk.report_table import csv_of, csv_of_dossiers
from clerk_app.desk.report_views import (
    CHANNELS,
    BehindLine,
    BehindView,
    ReportQuery,
    ReportView,
    Source,
    charts_of,
    doubts_of,
    group_name,
    tables_of,
)
from clerk_app.desk.trail import Trail
from clerk_app.desk.trail_export import ExportedFile
from clerk_app.desk.trail_views import Purpose
from clerk_app.desk.views import Badge
from clerk_app.domain.calendar import HANOI, format_day, in_hanoi
from clerk_app.domain.oversight import Exported
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.report_facts import Facts
from clerk_app.domain.report_law import closed_states, measures_of, undefined
from clerk_app.domain.reports import Wanted, behind, make, page_of
from clerk_app.domain.roles import reach_of
from clerk_app.domain.rules import Rules
from clerk_app.wire_reports import Behind, BehindAsked, ReportAsked, ReportOf, ReportSaid, told, wanted_of

READ = "report.read"
SHOWN = 500
"""Dossiers behind a figure that are shown at once."""
_AT_ONCE = 5_000
"""Dossiers of a list that are asked of central at once while it is taken out."""


class Reports:
    """Makes reports and lists what is behind a figure. Writes only that something was taken out."""

    def __init__(
        self,
        counter: Counter,
        central: ReportsAtCentral,
        papers: ReportPapers,
        trail: Trail,
        new_id: Callable[[], UUID],
        questions: Questions | None = None,
    ) -> None:
        """`questions` hears how long somebody waits for an answer of central."""
        self._counter = counter
        self._central = central
        self._papers = papers
        self._trail = trail
        self._new_id = new_id
        self._questions = questions or Questions()

    def allowed(self) -> bool:
        """Whether whoever sits here may read reports."""
        return self._counter.may(READ)

    def make(self, query: ReportQuery) -> ReportView:
        """The report: central's, or without a line (or where the query says so) this counter's own from this desk.

        Raises `Refusal` NOT_ALLOWED, PERIOD_WRONG, REPORT_UNDEFINED, and what else central says.
        """
        who = self._counter.demand(READ).id
        of = self._of(query)
        if not query.here:
            try:
                with self._questions.open():
                    said = self._central.report(ReportAsked(who, of))
                return self._view(query, said, "central")
            except Refusal as refusal:
                if refusal.code not in NO_LINE:
                    raise
        return self._view(query, self._made_here(query), "here")

    def behind(
        self, view: ReportView, line: str, group: str | None = None, limit: int = SHOWN, first: int = 0
    ) -> BehindView:
        """One page of the dossiers behind a figure of a report, counted where the report was, as of its moment.

        Raises `Refusal` as `make`, and REPORT_LINE_UNKNOWN.
        """
        who = self._counter.demand(READ).id
        query = view.query
        if view.source == "central":
            asked = BehindAsked(who, self._of(query), line, group, limit, first, view.at)
            with self._questions.open():
                said = self._central.report_dossiers(asked)
            found, total = said.dossiers, said.total
        else:
            wanted, law = self._wanted(query, view.at), self._law(query).reports
            every = behind(self._rows(wanted, query), wanted, law, measures_of(law, line), group)
            page, total = page_of(every, first, limit)
            found = [told(one, wanted) for one in page]
        rules = self._law(query)
        here = self._counter.journal.here([one.dossier for one in found])
        lines = tuple(self._line(one, rules, one.dossier in here) for one in found)
        return BehindView(_name(view, line, group), lines, total, first)

    def here(self, dossier: UUID) -> bool:
        """Whether a dossier lies at this desk and can be opened here now."""
        return bool(self._counter.journal.here([dossier]))

    def purposes(self) -> tuple[Purpose, ...]:
        """What a list of dossiers may be taken out for, where it must be said; nothing for who need not say."""
        return self._trail.purposes() if self._trail.purpose_asked() else ()

    # ---- taking out

    def csv(self, view: ReportView, language: str) -> ExportedFile:
        """The tables as CSV (RFC 4180, UTF-8 with a byte order mark)."""
        return self._out("report.csv", lambda: csv_of(view, language), view)

    def xlsx(self, view: ReportView, language: str) -> ExportedFile:
        """The tables as a workbook."""
        return self._out("report.xlsx", lambda: self._papers.xlsx(view, language), view)

    def pdf(self, view: ReportView, language: str) -> ExportedFile:
        """The tables and charts on paper, A4 landscape. Raises `Refusal` `FORM_FONT`."""
        return self._out("report.pdf", lambda: self._papers.pdf(view, language), view)

    def csv_behind(self, view: ReportView, line: str, group: str | None, purpose: str, language: str) -> ExportedFile:
        """The dossiers behind a figure as CSV: codes and moments, nobody's name.

        Raises `Refusal` as `behind`, and `PURPOSE_…`.
        """
        self._counter.demand(READ)
        if self.purposes():
            purpose = self._trail.checked_purpose(purpose)
        found = self.behind(view, line, group, _AT_ONCE)
        lines = list(found.lines)
        for first in range(_AT_ONCE, found.total, _AT_ONCE):
            lines += self.behind(view, line, group, _AT_ONCE, first).lines
        data = csv_of_dossiers(lines, language)
        return self._told("report.dossiers.csv", data, purpose, len(lines))

    def _out(self, what: str, made: Callable[[], bytes], view: ReportView) -> ExportedFile:
        self._counter.demand(READ)
        return self._told(what, made(), "", sum(len(table.lines) for table in view.tables))

    def _told(self, what: str, data: bytes, purpose: str, rows: int) -> ExportedFile:
        """The entry is written before the file leaves, as of the trail."""
        digest = hashlib.sha256(data).hexdigest()
        self._counter.write(self._new_id(), Exported(what, digest, purpose, rows))
        return ExportedFile(data, digest, rows, None)

    # ---- counting here

    def _of(self, query: ReportQuery) -> ReportOf:
        since, until = _bounds(query.first, query.last)
        return ReportOf(
            since,
            until,
            query.by,
            list(query.offices),
            list(query.counters),
            list(query.procedures),
            list(query.channels),
        )

    def _wanted(self, query: ReportQuery, at: datetime | None = None) -> Wanted:
        """What this desk counts of: its own counter, and of trainees what they opened; as of now, or of `at`."""
        user = self._counter.demand(READ)
        station = self._counter.station
        reach = reach_of(user.roles, READ, self._counter.authority().roles)
        wanted = wanted_of(self._of(query), self._counter.clock(), at)
        if query.counters and station.counter not in query.counters:
            raise _elsewhere(station.counter, query.here)
        return replace(
            wanted, offices=(station.office,), counters=(station.counter,), clerk=user.id if reach == "own" else ""
        )

    def _law(self, query: ReportQuery) -> Rules:
        today = in_hanoi(self._counter.clock()).date()
        law = self._counter.newest or self._counter.pack
        return law.as_of(max(query.first, min(query.last, today)))

    def _rows(self, wanted: Wanted, query: ReportQuery) -> Iterator[Facts]:
        law = self._law(query).reports
        return self._counter.journal.report_rows(wanted.since_ms, wanted.end_ms, closed_states(law))

    def _made_here(self, query: ReportQuery) -> ReportSaid:
        wanted, law = self._wanted(query), self._law(query)
        if not law.reports.lines:
            raise undefined()
        report = make(self._rows(wanted, query), wanted, law.reports)
        station = self._counter.station
        names = {station.office: (station.office_name_vi, station.office_name_en)}
        return ReportSaid(report, in_hanoi(self._counter.clock()), "counter", law.version, names)

    # ---- in words

    def _view(self, query: ReportQuery, said: ReportSaid, source: Source) -> ReportView:
        rules, station = self._law(query), self._counter.station
        tables = tables_of(said.report, query.by, rules, said.names)
        office = Words(station.office_name_vi, station.office_name_en)
        forms = forms_of(tables, rules.reports)
        until = min(query.last, in_hanoi(said.at).date())
        return ReportView(
            query,
            Words("Báo cáo tình hình giải quyết thủ tục hành chính", "Report on administrative procedures"),
            _period(query.first, query.last),
            source,
            self._sign(said, source, query),
            said.at,
            tables,
            charts_of(tables),
            said.report.dossiers,
            said.pack,
            office,
            self._scope(query, said, source, rules),
            forms,
            doubts_of(query.first, until, rules, forms),
        )

    def _sign(self, said: ReportSaid, source: Source, query: ReportQuery) -> Badge:
        clock = f"{in_hanoi(said.at):%H:%M %d/%m/%Y}"
        counter = self._counter.station.counter
        if source == "central":
            return Badge(Words(f"Tính tại trung tâm lúc {clock}", f"Counted at central, {clock}"), "good")
        if query.here:
            words = Words(
                f"Riêng quầy {counter}, tính tại máy này lúc {clock}", f"Counter {counter} only, counted here, {clock}"
            )
            return Badge(words, "info")
        words = Words(
            f"Không có đường truyền: chỉ riêng quầy {counter}, tính tại máy này lúc {clock}",
            f"No line: counter {counter} only, counted at this desk, {clock}",
        )
        return Badge(words, "warn")

    def _scope(self, query: ReportQuery, said: ReportSaid, source: Source, rules: Rules) -> Words:
        station = self._counter.station
        office = Words(station.office_name_vi, station.office_name_en)
        if source == "here":
            return Words(f"{office.vi}, quầy {station.counter}", f"{office.en}, counter {station.counter}")
        parts = [Words("Mọi đơn vị", "Every office") if said.reach == "any" and not query.offices else office]
        if query.offices:
            parts = [group_name(one, "office", rules, said.names) for one in query.offices]
        parts += [Words(f"quầy {one}", f"counter {one}") for one in query.counters]
        parts += [group_name(one, "procedure", rules, {}) for one in query.procedures]
        parts += [CHANNELS.get(one, Words(one, one)) for one in query.channels]
        return Words(", ".join(one.vi for one in parts), ", ".join(one.en for one in parts))

    def _line(self, one: Behind, rules: Rules, here: bool) -> BehindLine:
        station = self._counter.station
        state = rules.states.get(one.state)
        names = {station.office: (station.office_name_vi, station.office_name_en)}
        return BehindLine(
            one.dossier,
            one.code,
            group_name(one.office, "office", rules, names),
            one.counter,
            group_name(one.procedure, "procedure", rules, {}),
            CHANNELS.get(one.channel, Words(one.channel, one.channel)),
            state.name if state is not None else Words(one.state, one.state),
            in_hanoi(one.since),
            in_hanoi(one.due_at) if one.due_at is not None else None,
            here,
            {"office": one.office, "procedure": one.procedure, "channel": one.channel, "state": one.state},
        )


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight of the first day to that after the last, in Hanoi."""
    return datetime.combine(first, time(), HANOI), datetime.combine(last + timedelta(days=1), time(), HANOI)


def _period(first: date, last: date) -> Words:
    if first == last:
        return Words(f"Ngày {format_day(first)}", f"{format_day(first)}")
    return Words(f"Từ {format_day(first)} đến {format_day(last)}", f"{format_day(first)} to {format_day(last)}")


def _name(view: ReportView, code: str, group: str | None) -> Words:
    for table in view.tables:
        for line in table.lines:
            for place, figure in enumerate(line.figures):
                if figure.line == code and figure.group == group:
                    if group is None:
                        return line.name
                    head = table.heads[place]
                    return Words(f"{line.name.vi} · {head.vi}", f"{line.name.en} · {head.en}")
    return Words(code, code)


def save(made: ExportedFile, path: Path) -> None:
    """Write the file. Raises `Refusal` `FILE_NOT_WRITTEN`."""
    from clerk_app.desk.trail_export import save as written

    written(made, path)


def _elsewhere(counter: str, here: bool) -> Refusal:
    """Another counter was asked for where this one alone is counted: by the wish of who asks, or for want of a line."""
    only = Words(f"Máy này chỉ tính được quầy {counter}", f"This desk can count counter {counter} alone")
    if here:
        return Refusal(
            "REPORT_ELSEWHERE",
            Words(f"{only.vi} khi chọn “Chỉ quầy này”.", f"{only.en} where “This counter only” is chosen."),
            Words("Bỏ chọn quầy khác, hoặc bỏ “Chỉ quầy này”.", "Choose no other counter, or not “This counter only”."),
        )
    return Refusal(
        "REPORT_ELSEWHERE",
        Words(f"Không có đường truyền. {only.vi}.", f"There is no line. {only.en}."),
        Words("Bỏ chọn quầy khác, hoặc chờ có đường truyền.", "Choose no other counter, or wait for the line."),
    )
