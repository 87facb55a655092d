"""Reports over the line: what a counter did stands in them at once, as far as a role reaches; made anew it is equal."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from clerk_app.central import report_rows
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.report_rows import report_rows as rows
from clerk_app.central.reporting import Kept
from clerk_app.central.verify import verify
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Happening
from clerk_app.domain.oversight import Exported
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.reports import Counted, Report, Wanted
from clerk_app.uplink import Uplink
from clerk_app.wire_reports import BehindAsked, ReportAsked, ReportOf
from tests.peers.central import BOTH, CentralProcess
from tests.peers.counter import Chain, codes, exchange

pytestmark = pytest.mark.wire
BACKINGS = BOTH
NOW = hanoi_now()
SINCE = datetime.combine(NOW.date(), time(), HANOI)
TODAY = ReportOf(SINCE, SINCE + timedelta(days=1))


class Counter:
    """A counter that takes exchanges, with its supervisor."""

    def __init__(self, central: CentralProcess, counter: str = "Q01") -> None:
        self.counter = counter
        self.chain = Chain(f"{counter}-{secrets.token_hex(4)}")
        self.uplink: Uplink = central.enrol(self.chain.station, "clerk", "supervisor", seed=self.chain.seed)
        self.codes = codes(self.uplink.lend("dossier", 20, uuid4()), hanoi_now())
        block = self.uplink.lend("receipt", 20, uuid4())
        self.receipts = [f"{number:07d}" for number in range(block.first, block.last + 1)]

    def accept(self, *further: Happening) -> UUID:
        dossier = uuid4()
        done = exchange(self.codes.pop(), self.receipts.pop(), hanoi_now(), self.counter)
        self.chain.happen(dossier, *done, who="clerk")
        for what in further:
            self.chain.happen(dossier, what, who="supervisor")
        self.push()
        return dossier

    def push(self) -> None:
        answers = self.uplink.push(self.chain.sealed)
        assert [answer.code for answer in answers.answers] == [""] * len(self.chain.sealed)

    def report(self, of: ReportOf = TODAY, who: str = "supervisor") -> Report:
        return self.uplink.report(ReportAsked(who, of)).report


def figures(report: Report) -> dict[str, int]:
    return {line.code: line.values[0].of for table in report.tables for line in table.lines}


def test_what_was_accepted_is_in_the_report_of_the_day_and_behind_its_figures(central: CentralProcess) -> None:
    counter = Counter(central)
    first = counter.accept()
    second = counter.accept(StepTaken("hand-on", "accepted", "processing", "runs"))
    f = figures(counter.report())
    assert (f["total"], f["received"], f["received-direct"], f["in-process"]) == (2, 2, 2, 2)
    assert f["paid-cash"] + f["paid-online"] + f["paid-transfer"] == 2
    said = counter.uplink.report_dossiers(BehindAsked("supervisor", TODAY, "received"))
    assert {one.dossier for one in said.dossiers} == {first, second}
    assert {one.state for one in said.dossiers} == {"accepted", "processing"}
    by_counter = counter.uplink.report(ReportAsked("supervisor", ReportOf(TODAY.since, TODAY.until, "counter")))
    assert by_counter.report.groups == ("Q01",)
    assert counter.uplink.report_dossiers(BehindAsked("supervisor", TODAY, "received", limit=1)).total == 2
    pages = [
        counter.uplink.report_dossiers(BehindAsked("supervisor", TODAY, "received", None, 1, first))
        for first in (0, 1, 2)
    ]
    assert [[one.dossier for one in page.dossiers] for page in pages] == [[first], [second], []]
    assert {page.total for page in pages} == {2}


def test_who_may_not_read_reports_is_told_so(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.accept()
    for asked in (TODAY, ReportOf(TODAY.since, TODAY.until, "office")):
        with pytest.raises(Refusal) as refused:
            counter.report(asked, "clerk")
        assert refused.value.code == "ROLE_MISSING"
    with pytest.raises(Refusal) as refused:
        counter.report(ReportOf(TODAY.since, TODAY.until, offices=["PC08-HP"]))
    assert refused.value.code == "ROLE_REACH"
    with pytest.raises(Refusal) as refused:
        counter.report(ReportOf(TODAY.until, TODAY.since))
    assert refused.value.code == "PERIOD_WRONG"
    with pytest.raises(Refusal) as refused:
        counter.uplink.report_dossiers(BehindAsked("supervisor", TODAY, "nothing"))
    assert refused.value.code == "REPORT_LINE_UNKNOWN"


def test_a_report_that_left_a_desk_is_accepted_of_who_may_read_it_alone(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.chain.happen(uuid4(), Exported("report.dossiers.csv", "0" * 64, "CONTROL", 3), who="supervisor")
    counter.chain.happen(uuid4(), Exported("report.pdf", "0" * 64, "", 3), who="clerk")
    answers = counter.uplink.push(counter.chain.sealed).answers
    assert [answer.code for answer in answers] == ["", "ROLE_MISSING"]


def kept(database: Database) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(rows).order_by(rows.c.dossier))]


def test_made_anew_the_rows_are_equal_and_an_altered_one_is_found(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.accept()
    counter.accept(StepTaken("hand-on", "accepted", "processing", "runs"))
    database = open_database(central.database_url)
    try:
        before = kept(database)
        assert len(before) == 2
        assert verify(central.database_url).ok
        with database.write() as connection:
            connection.execute(text("UPDATE report_rows SET last_state = 'ready'"))
        assert not verify(central.database_url).ok
        assert report_rows.rebuild(database) == 2
        assert kept(database) == before
        assert verify(central.database_url).ok
        # An older program's central has no rows: the next start makes them.
        with database.write() as connection:
            connection.execute(text("DELETE FROM report_rows"))
            connection.execute(text("DELETE FROM facts WHERE name = 'report_rows'"))
        report_rows.current(database)
        assert kept(database) == before
    finally:
        database.close()


def test_the_list_behind_a_figure_is_of_the_moment_of_its_report(central: CentralProcess) -> None:
    counter = Counter(central)
    first = counter.accept()
    said = counter.uplink.report(ReportAsked("supervisor", TODAY))
    second = counter.accept()

    def behind(at: datetime | None = None, line: str = "received") -> list[UUID]:
        found = counter.uplink.report_dossiers(BehindAsked("supervisor", TODAY, line, at=at))
        assert found.total == len(found.dossiers)
        return [one.dossier for one in found.dossiers]

    assert figures(said.report)["received"] == 1
    assert behind(said.at) == [first]
    assert behind() == [first, second]
    assert behind(said.at, "waiting") == []
    # Another process of central knows nothing of that report: it counts again, as of then.
    central.kill()
    central.start()
    assert behind(said.at) == [first]


def test_what_is_kept_of_a_report_is_for_its_question_alone_and_never_too_much() -> None:
    def counted(dossiers: int) -> Counted:
        return Counted([(("received_online", 1),)], [(at, "", uuid4(), "", 0) for at in range(dossiers)])

    one, two = Wanted(0, 10, 10), Wanted(0, 10, 10, clerk="trainee")
    kept = Kept(most=10)
    kept.keep(one, "1", small := counted(6))
    assert kept.found(one, "1") is small
    assert kept.found(one, "2") is None
    assert kept.found(two, "1") is None
    kept.keep(two, "1", other := counted(4))
    assert kept.found(one, "1") is small
    kept.keep(replace(one, now_ms=9), "1", counted(1))
    assert kept.found(one, "1") is None, "the oldest goes first"
    assert kept.found(two, "1") is other
    kept.keep(one, "1", counted(11))
    assert kept.found(one, "1") is None, "one that is too big is not kept"
