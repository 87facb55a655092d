"""What reports count, over generated journals: every table balances, and every figure is what one counts by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import ACCEPT, StepTaken
from clerk_app.domain.dossier import (
    ArchiveMade,
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    Happening,
    Opened,
    PaperTaken,
    Submitted,
    after,
    replay,
)
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.report_facts import Facts, facts_of, milliseconds
from clerk_app.domain.report_law import POSITIONS, ReportLaw, closed_states, measures_of
from clerk_app.domain.reports import Report, Wanted, behind, count, make, page_of
from clerk_app.domain.systems import PAID, OrderHeard, OrderPlaced
from clerk_app.domain.worked_time import WorkedTime
from tests.peers.pack import training_pack

PACK = training_pack()
DAY = date(2026, 11, 30)
RULES = PACK.as_of(DAY)
LAW: ReportLaw = RULES.reports
START = datetime(2026, 11, 2, 8, 0, tzinfo=HANOI)
LATEST = milliseconds(datetime(2027, 6, 1, tzinfo=HANOI))
WORKED = WorkedTime(RULES.calendar)
CHANNELS = ("counter", "online", "post")


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """The entries of a dossier that went some way through the steps of the catalogue."""
    dossier, at = uuid4(), START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 40)))
    channel = draw(st.sampled_from(CHANNELS))
    counter = draw(st.sampled_from(("Q01", "Q02")))
    opened = Opened("licence-exchange", channel, f"{counter}-1", "PC08-HN", counter, PACK.version)
    entries = [Entry(uuid4(), dossier, opened, "clerk", at)]
    state = "begin"
    for _ in range(draw(st.integers(0, 9))):
        ways = [row for row in RULES.steps if state in row.start and row.of("licence-exchange")]
        if not ways:
            break
        row = draw(st.sampled_from(ways))
        at += timedelta(minutes=draw(st.integers(0, 60 * 24 * 12)))
        due = at + timedelta(days=draw(st.integers(1, 8)), minutes=draw(st.integers(0, 600)))
        if row.code == ACCEPT:
            fee = draw(st.sampled_from((0, 115_000)))
            if fee and draw(st.booleans()):
                method = draw(st.sampled_from(("cash", "vietqr", "online")))
                entries.append(Entry(uuid4(), dossier, FeeTaken("1", fee, method, fee, 0), "clerk", at))
            done = Submitted("G01-1", at, due, "B", "DOI_SAP_HET_HAN", fee, ("GKSK", "GPLX_CU"))
            entries.append(Entry(uuid4(), dossier, done, "clerk", at))
        else:
            sets = due if "due" in row.needs or (row.clock == "runs" and draw(st.booleans())) else None
            ends = RULES.states[row.to].ends
            taken = StepTaken(row.code, state, row.to, row.clock, ends, due_at=sets)
            entries.append(Entry(uuid4(), dossier, taken, "officer", at))
        state = row.to
    return entries


journals = st.lists(histories(), min_size=1, max_size=12)
periods = st.tuples(st.integers(0, 60), st.integers(1, 40))


def rows_of(journal: list[list[Entry]]) -> list[Facts]:
    return [found for entries in journal if (found := facts_of(replay(entries))) is not None]


def wanted_for(period: tuple[int, int], **more: object) -> Wanted:
    since = START.replace(hour=0) + timedelta(days=period[0])
    return Wanted(milliseconds(since), milliseconds(since + timedelta(days=period[1])), LATEST, **more)  # type: ignore[arg-type]


def figures(report: Report, column: int = 0) -> dict[str, int]:
    return {line.code: line.values[column].of for table in report.tables for line in table.lines}


@given(journals, periods)
@settings(max_examples=150, deadline=None)
def test_what_was_there_and_came_in_is_what_was_finished_and_what_is_left(
    journal: list[list[Entry]], period: tuple[int, int]
) -> None:
    rows, wanted = rows_of(journal), wanted_for(period)
    f = figures(make(rows, wanted, LAW))
    assert f["total"] == f["carried"] + f["reopened"] + f["received"]
    ended = ("processed", "in-process", "waiting", "stopped", "returned", "withdrawn")
    assert f["total"] == sum(f[name] for name in ended)
    assert f["processed"] == f["early"] + f["on-time"] + f["late"]
    assert f["received"] == f["received-online"] + f["received-direct"] + f["received-post"]
    # What is left is what the next period begins with, however long that one is.
    after_it = figures(make(rows, wanted_for((period[0] + period[1], 7)), LAW))
    assert after_it["carried"] == f["in-process"] + f["waiting"]


@given(journals, periods)
@settings(max_examples=150, deadline=None)
def test_every_figure_is_what_one_counts_by_hand(journal: list[list[Entry]], period: tuple[int, int]) -> None:
    """Counted from the histories themselves: how each stood at the two ends of the period, and what lay between."""
    wanted = wanted_for(period)
    f = figures(make(rows_of(journal), wanted, LAW))
    since, until = (datetime.fromtimestamp(ms / 1000, HANOI) for ms in (wanted.since_ms, wanted.until_ms))
    hand = dict.fromkeys(("carried", "received", "received-online", "early", "late", "on-time", "overdue"), 0)
    hand |= dict.fromkeys(("waiting", "reopened", "stopped", "with-fee", "paid-cash", "components"), 0)
    hand |= {"waiting-before": 0}
    open_now = {"accepted", "test", "processing", "supplement"}
    for entries in journal:
        states = _states(entries)
        accepted = next((at for at, one in states if one.submitted is not None), None)
        then = [one for at, one in states if at < until]
        if accepted is None or accepted >= until:
            if then and then[-1].course.state in ("registered", "incomplete", "fee-due"):
                hand["waiting-before"] += 1
            continue
        last, course = then[-1], then[-1].course
        if accepted >= since:
            hand["received"] += 1
            hand["received-online"] += last.channel == "online"
            whole = states[-1][1]
            assert whole.submitted is not None
            hand["components"] += len(whole.submitted.papers)
            if whole.submitted.fee_vnd:
                hand["with-fee"] += 1
                hand["paid-cash"] += whole.fee is not None and whole.fee.method == "cash"
        else:
            before = [one for at, one in states if at < since][-1].course.state
            between = {one.course.state for at, one in states if since <= at < until}
            if before in open_now:
                hand["carried"] += 1
            elif between & open_now:
                hand["reopened"] += 1
            else:
                continue
        due = course.due_at
        assert due is not None
        if course.state in ("approved", "ready", "handed-over"):
            done = _finished(states, until)
            hand[
                "early"
                if done.date() < _due(states, done).date()
                else "late"
                if done > _due(states, done)
                else "on-time"
            ] += 1
        elif course.state == "supplement":
            hand["waiting"] += 1
        elif course.state == "stopped":
            hand["stopped"] += 1
        elif course.state in open_now:
            hand["overdue"] += due < until
    assert {name: f[name] for name in hand} == hand


def _states(entries: list[Entry]) -> list[tuple[datetime, Dossier]]:
    """The dossier after each of its steps."""
    found, state = [], Dossier(entries[0].dossier)
    for entry in entries:
        state = after(state, entry)
        if isinstance(entry.what, Submitted | StepTaken):
            found.append((entry.at, state))
    return found


def _finished(states: list[tuple[datetime, Dossier]], until: datetime) -> datetime:
    done = {"approved", "ready", "handed-over"}
    at = None
    for moment, one in [row for row in states if row[0] < until]:
        if one.course.state not in done:
            at = None
        elif at is None:
            at = moment
    assert at is not None
    return at


def _due(states: list[tuple[datetime, Dossier]], at: datetime) -> datetime:
    due = [one.course.due_at for moment, one in states if moment <= at][-1]
    assert due is not None
    return due


@given(journals, periods, st.sampled_from(("counter", "channel", "procedure", "office")))
@settings(max_examples=80, deadline=None)
def test_groups_add_up_to_the_whole_and_lists_are_as_long_as_their_figures(
    journal: list[list[Entry]], period: tuple[int, int], by: str
) -> None:
    rows, wanted = rows_of(journal), wanted_for(period, by=by)
    report = make(rows, wanted, LAW)
    for table in report.tables:
        for line in table.lines:
            whole, *parts = (value.of for value in line.values)
            assert whole == sum(parts)
            if line.kind == "count" and table.code in ("progress", "payment", "outside"):
                measures = measures_of(LAW, line.code)
                single = [name for name in measures if name not in ("extended", "supplements")]
                if single == list(measures):
                    assert len(list(behind(rows, wanted, LAW, measures))) == whole
                    for group, part in zip(report.groups, parts, strict=True):
                        assert len(list(behind(rows, wanted, LAW, measures, group))) == part


@given(journals, periods, st.sampled_from(("", "counter", "channel")), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_what_a_report_knows_of_its_figures_is_what_one_finds_by_looking_again(
    journal: list[list[Entry]], period: tuple[int, int], by: str, limit: int
) -> None:
    rows, wanted = rows_of(journal), wanted_for(period, by=by)
    report, known = count(rows, wanted, LAW)
    assert report == make(reversed(rows), wanted, LAW)
    for line in ("received", "processed", "late", "waiting", "paid-cash", "extended", "stay:processing"):
        measures = measures_of(LAW, line)
        for group in (None, *report.groups):
            pages = [known.page(measures, group, first, limit) for first in range(0, len(rows) + 1, limit)]
            looked, total = page_of(behind(rows, wanted, LAW, measures, group), 0, len(rows))
            assert [dossier for page, _ in pages for dossier in page] == [one.dossier for one in looked]
            assert {number for _, number in pages} == {total}


@given(journals, periods)
@settings(max_examples=80, deadline=None)
def test_what_is_left_out_of_the_rows_of_a_period_changes_nothing(
    journal: list[list[Entry]], period: tuple[int, int]
) -> None:
    """The stores leave out what began later, and what was closed before and stayed so."""
    rows, wanted = rows_of(journal), wanted_for(period)
    closed = closed_states(LAW)
    few = [
        row
        for row in rows
        if row.moves[0].at_ms < wanted.end_ms
        and (row.moves[-1].at_ms >= wanted.since_ms or row.moves[-1].state not in closed)
    ]
    assert make(few, wanted, LAW) == make(rows, wanted, LAW)


def accepted(
    due: datetime, papers: tuple[str, ...] = (), channel: str = "counter", fee_vnd: int = 0
) -> tuple[UUID, list[Entry]]:
    dossier = uuid4()
    opened = Opened("licence-exchange", channel, "Q01-1", "PC08-HN", "Q01", PACK.version)  # type: ignore[arg-type]
    done = Submitted("G01-1", START, due, "B", "DOI_SAP_HET_HAN", fee_vnd, papers)
    return dossier, [Entry(uuid4(), dossier, opened, "clerk", START), Entry(uuid4(), dossier, done, "clerk", START)]


def finished(due: datetime, at: datetime) -> Facts:
    dossier, entries = accepted(due)
    for start, to, when in (("accepted", "processing", START), ("processing", "approved", at)):
        taken = StepTaken("x", start, to, "runs" if to == "processing" else "stopped")
        entries.append(Entry(uuid4(), dossier, taken, "officer", when))
    found = facts_of(replay(entries))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("minutes", "moment", "day"),
    [(-25 * 60, "early", "early"), (-1, "on-time", "on-time"), (0, "on-time", "on-time"), (1, "late", "on-time")],
)
def test_early_on_time_late_by_the_hour_or_by_the_day(minutes: int, moment: str, day: str) -> None:
    due = datetime(2026, 11, 11, 12, 0, tzinfo=HANOI)
    row = finished(due, due + timedelta(minutes=minutes))
    for compared, expected in (("moment", moment), ("day", day)):
        law = ReportLaw(LAW.positions, LAW.lines, LAW.tables, compared)  # type: ignore[arg-type]
        f = figures(make([row], wanted_for((0, 40)), law))
        assert [name for name in ("early", "on-time", "late") if f[name]] == [expected]


def test_a_result_of_after_the_end_was_still_open_at_it() -> None:
    due = datetime(2026, 11, 6, 12, 0, tzinfo=HANOI)
    row = finished(due, datetime(2026, 11, 9, 9, 0, tzinfo=HANOI))
    f = figures(make([row], wanted_for((0, 7)), LAW))
    assert (f["processed"], f["in-process"], f["overdue"]) == (0, 1, 1)
    # Made before the end of the period, a report knows nothing of what comes.
    early = Wanted(
        milliseconds(START), milliseconds(START + timedelta(days=30)), milliseconds(datetime(2026, 11, 5, tzinfo=HANOI))
    )
    f = figures(make([row], early, LAW))
    assert (f["processed"], f["in-time"], f["overdue"]) == (0, 1, 0)


def test_components_results_and_exceptions_are_counted() -> None:
    dossier, entries = accepted(START + timedelta(days=3), ("A", "B", "C", "D"))
    extra = [
        ArchiveMade("A", "0" * 64, (), 10),
        PaperTaken("B", "dossier", "x", 2),
        PaperTaken("C", "dossier", "y", 3),
        ExceptionAsked("PAPER_WAIVED:D", "x"),
        ExceptionAsked("IDENTITY_WEAK", "x"),
        ExceptionDecided("IDENTITY_WEAK", True),
    ]
    made = [
        Entry(uuid4(), dossier, what, "s" if isinstance(what, ExceptionDecided) else "clerk", START) for what in extra
    ]
    row = facts_of(replay([entries[0], *made, entries[1]]))
    assert row is not None
    report = make([row], wanted_for((0, 7)), LAW)
    f = figures(report)
    assert (f["components"], f["digitised"], f["reused"], f["reused-results"]) == (4, 1, 1, 1)
    assert [(one.code, one.granted, one.refused, one.open) for one in report.causes] == [
        ("IDENTITY_WEAK", 1, 0, 0),
        ("PAPER_WAIVED", 0, 0, 1),
    ]
    measures = measures_of(LAW, "exception:PAPER_WAIVED")
    assert [one.dossier for one in behind([row], wanted_for((0, 7)), LAW, measures)] == [dossier]


def test_times_per_step_are_those_of_the_steps_that_ended_in_the_period() -> None:
    row = finished(START + timedelta(days=3), START + timedelta(hours=50))
    report = make([row], wanted_for((0, 7)), LAW)
    # From Monday 08:00 to Wednesday 10:00 are 50 hours, of which the office worked 8, 8 and 2.
    assert {stay.state: (stay.count, stay.median_ms) for stay in report.stays} == {
        "accepted": (1, 0),
        "processing": (1, 18 * 3_600_000),
    }
    by_the_wall = make([row], wanted_for((0, 7)), replace(LAW, calendar=None)).stays
    assert by_the_wall[-1].median_ms == 50 * 3_600_000
    assert make([row], wanted_for((0, 1)), LAW).stays[-1].state == "accepted"


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 1), timezones=st.just(HANOI)),  # noqa: DTZ001
    st.timedeltas(timedelta(), timedelta(days=40)),
)
@settings(deadline=None)
def test_office_hours_that_are_added_up_are_those_of_the_calendar(since: datetime, length: timedelta) -> None:
    since, until = since.replace(microsecond=0), (since + length).replace(microsecond=0)
    found = WORKED.between(milliseconds(since), milliseconds(until))
    assert timedelta(milliseconds=found) == RULES.calendar.time_worked(since, until)


ORDER = uuid4()
PLACED = OrderPlaced(ORDER, "payment", 135_000)
IS_PAID = OrderHeard(ORDER, "done", START, PAID)
ONLINE, CASH = FeeTaken("1", 135_000, "online", 135_000, 0, ORDER), FeeTaken("1", 135_000, "cash", 135_000, 0)


@pytest.mark.parametrize(
    ("happened", "line"),
    [
        ((PLACED, IS_PAID, ONLINE), "paid-online"),
        # The platform says that it is paid, and no receipt was made yet.
        ((PLACED, IS_PAID), "paid-online"),
        # Written down as paid online: nobody but the clerk says so.
        ((ONLINE,), "paid-unconfirmed"),
        ((PLACED, ONLINE), "paid-unconfirmed"),
        ((PLACED, OrderHeard(ORDER, "done", START, "failed"), ONLINE), "paid-unconfirmed"),
        ((PLACED,), "unpaid"),
        ((CASH,), "paid-cash"),
        # Taken twice: what the platform took is given back.
        ((PLACED, CASH, IS_PAID), "paid-cash"),
    ],
)
def test_online_is_paid_by_the_word_of_the_platform_alone(happened: tuple[Happening, ...], line: str) -> None:
    dossier, entries = accepted(START + timedelta(days=3), fee_vnd=135_000)
    made = [Entry(uuid4(), dossier, what, "clerk", START) for what in happened]
    row = facts_of(replay([entries[0], *made, entries[1]]))
    assert row is not None
    f = figures(make([row], wanted_for((0, 7)), LAW))
    ways = ("paid-online", "paid-unconfirmed", "paid-cash", "paid-transfer", "unpaid")
    assert [name for name in ways if f[name]] == [line]
    assert f["with-fee"] == sum(f[name] for name in ways) == 1
    of_money = {"paid-online": "fees-online", "paid-unconfirmed": "fees-unconfirmed", "paid-cash": "fees-cash"}
    assert line not in of_money or f[of_money[line]] == f["fees"] == 135_000


@given(journals, periods, st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_the_pages_of_a_list_are_the_list(journal: list[list[Entry]], period: tuple[int, int], size: int) -> None:
    rows, wanted = rows_of(journal), wanted_for(period)
    found = list(behind(rows, wanted, LAW, measures_of(LAW, "total")))
    pages = [page_of(found, first, size) for first in range(0, len(found) + 1, size)]
    assert {total for _, total in pages} == {len(found)}
    every = [one for page, _ in pages for one in page]
    assert [one.moves[0].at_ms for one in every] == sorted(one.moves[0].at_ms for one in found)
    assert {one.dossier for one in every} == {one.dossier for one in found}
    assert len(every) == len(found)


def test_a_figure_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        measures_of(LAW, "nothing")
    assert refused.value.code == "REPORT_LINE_UNKNOWN"


def test_every_state_of_the_catalogue_has_a_position_on_every_day() -> None:
    for day in PACK.rule_days:
        rules = PACK.as_of(day)
        if rules.reports.lines:
            assert set(rules.reports.positions) == set(rules.states)
            assert {row.position for row in rules.reports.positions.values()} <= set(POSITIONS)
            tables = {code for code, _ in rules.reports.tables}
            assert {line.table for line in rules.reports.lines} == tables
            codes = [line.code for line in rules.reports.lines]
            assert len(codes) == len(set(codes))


def test_a_draft_and_what_is_of_the_station_stand_in_no_report() -> None:
    opened = Opened("licence-exchange", "counter", "Q01-1", "PC08-HN", "Q01", PACK.version)
    assert facts_of(replay([Entry(uuid4(), uuid4(), opened, "clerk", START)])) is None
