"""A counter's own report is central's report of that counter: whoever sent the dossier, and wherever it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.central.report_rows import differing
from clerk_app.central.reporting import Reporting
from clerk_app.desk.report_views import ReportQuery
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import FieldsEntered, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.report_law import Dimension
from clerk_app.domain.reports import Report
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from clerk_app.wire_reports import ReportOf, wanted_of
from tests.desk import fakes
from tests.desk.conftest import MORNING
from tests.peers import portal_station
from tests.peers.two_desks import OFFICE, Joined, Office

COUNTERS = ("Q01", "Q02")
QUERY = ReportQuery(MORNING.date() - timedelta(days=5), MORNING.date() + timedelta(days=5), here=True)
WHO = specimens.specimen(1)
WAYS = ("sent", "sent and taken over", "assisted", "counter", "counter and taken over")


@dataclass
class TwoCounters:
    """Central, and two counters of one office: `desks` by their names."""

    office: Office
    desks: dict[str, Joined]
    sent: int = 0

    def send(self) -> UUID:
        """A citizen sends a dossier from home."""
        self.sent += 1
        dossier, number = new_id(), WHO.person.number
        stated = {"applicant.number": number, "portal.sent_at": MORNING.isoformat(), "portal.payment": "due"}
        happened = (
            portal_station.sent(f"G01.801.308-261123-00{self.sent:04d}"),
            FieldsEntered(stated, "identity", source="portal"),
            StepTaken("register", "begin", "registered", "stopped"),
        )
        portal_station.written(self.office.database, self.office.register, MORNING, dossier, *happened)
        return dossier

    def begun(self, way: str, counter: str) -> UUID:
        """A dossier for this counter to accept; what is taken over was begun at the other."""
        other = next(one for one in COUNTERS if one != counter)
        at = self.desks[other if way.endswith("taken over") else counter].desk
        if way.startswith("sent"):
            dossier = self.send()
            self.deliver()
            if way.endswith("taken over"):
                at.online.take(dossier)
                at.course.take(dossier, "ask-fee")
                at.online.give_back(dossier)
        elif way == "assisted":
            dossier = at.online.assist("Không có điện thoại").dossier
        else:
            dossier = at.draft()
        self.deliver()
        return dossier

    def accepted(self, way: str, counter: str, step: str = "") -> UUID:
        """Begun in this way and accepted at this counter."""
        dossier = self.begun(way, counter)
        at = self.desks[counter].desk
        at.intake.take_qr(dossier, specimens.qr_text(WHO.person))
        at.readers.says = fakes.reading(WHO.person, at.clock())
        at.intake.read_card(dossier)
        self.desks[counter].line.says = RegisterAnswered(True, WHO.licences, WHO.sanctions, PRACTICE_FILE)
        at.intake.ask_register(dossier)
        at.filled(dossier)
        at.cashier.take(dossier, "cash", 200_000)
        at.intake.submit(dossier)
        if step:
            at.course.take(dossier, step)
        self.deliver()
        return dossier

    def deliver(self) -> None:
        for _ in range(2):
            for one in self.desks.values():
                one.deliver()
                assert one.refused() == []

    def here(self, counter: str, by: Dimension = "") -> Report:
        """What a counter counts of itself."""
        desk = self.desks[counter].desk
        desk.as_user("supervisor")
        made = desk.reports._made_here(replace(QUERY, by=by)).report
        desk.as_user("clerk")
        return made

    def central(self, *counters: str, by: Dimension = "") -> Report:
        """What central counts of these counters; of every one where none is named."""
        desk = self.desks[COUNTERS[0]].desk
        bounds = desk.reports._of(QUERY)
        asked = ReportOf(bounds.since, bounds.until, by, [OFFICE], list(counters))
        reporting = Reporting(self.office.database, self.office.register.law, desk.clock)
        with self.office.database.read() as connection:
            assert differing(connection) == []
            return reporting.made(connection, wanted_of(asked, desk.clock()), "office").report


@pytest.fixture
def two(tmp_path: Path, _empty_store: Path) -> Iterator[TwoCounters]:
    office = Office(tmp_path / "central")
    desks = {one: Joined(tmp_path / one, office, one, "clerk", _empty_store) for one in COUNTERS}
    made = TwoCounters(office, desks)
    made.deliver()
    yield made
    for one in desks.values():
        one.close()
    office.close()


def figures(report: Report) -> dict[str, int]:
    return {line.code: line.values[0].of for table in report.tables for line in table.lines}


@pytest.mark.parametrize("way", WAYS)
def test_a_dossier_counts_for_the_counter_that_accepted_it(two: TwoCounters, way: str) -> None:
    two.accepted(way, "Q01")
    online = int(not way.startswith("counter"))
    for counter, received in (("Q01", 1), ("Q02", 0)):
        here = two.here(counter)
        assert here == two.central(counter), counter
        assert (figures(here)["received"], figures(here)["received-online"]) == (received, received * online)
    assert two.central(by="counter").groups == ("Q01",)


def test_of_a_whole_day_each_counter_counts_as_central_does(two: TwoCounters) -> None:
    """Some of each way at each counter, one that nobody accepted yet, one that was declined."""
    for at, (way, (counter, _)) in enumerate((way, pair) for way in WAYS for pair in permutations(COUNTERS)):
        two.accepted(way, counter, "hand-on" if at % 3 else "")
    two.send()
    declined = two.send()
    two.deliver()
    two.desks["Q02"].desk.course.take(declined, "decline", reason="Sai thủ tục", basis="TT 12/2025/TT-BCA art.21")
    two.deliver()
    parts = []
    for counter in COUNTERS:
        for by in ("", "counter", "procedure", "channel"):
            assert two.here(counter, by) == two.central(counter, by=by), (counter, by)
        parts.append(figures(two.here(counter)))
        assert parts[-1]["received"] == len(WAYS)
    whole = figures(two.central())
    for line in ("total", "received", "received-online", "received-direct", "in-process"):
        assert whole[line] == sum(part[line] for part in parts), line
