"""The figures of the years that the product descends from, generated small: the report against a count of its own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bench import generated_years
from clerk_app.central import report_rows
from clerk_app.central.database import database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.people import seed_practice
from clerk_app.central.reporting import Reporting
from clerk_app.central.verify import verify
from clerk_app.desk.report_views import percent, thousandths_of
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Opened, Submitted
from clerk_app.domain.reports import Report, Value
from clerk_app.wire_reports import ReportOf, wanted_of
from tests.peers.pack import training_pack

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=HANOI)
STRETCHES = generated_years.smaller(100)


def of(stretch: generated_years.Stretch) -> ReportOf:
    first, after = stretch.first, stretch.last + timedelta(days=1)
    return ReportOf(datetime.combine(first, time(), HANOI), datetime.combine(after, time(), HANOI))


def values(report: Report) -> dict[str, Value]:
    return {line.code: line.values[0] for table in report.tables for line in table.lines}


def test_the_report_prints_what_was_generated(tmp_path: Path) -> None:
    database = open_database(database_url(tmp_path), practice=True)
    seed_practice(database)
    written = generated_years.load(database, STRETCHES, seed=1)
    # Drawn once more by the same seed, and counted without anything of reports.
    drawn = [happened for _, happened in generated_years.histories(STRETCHES, seed=1)]
    assert written == sum(map(len, drawn))
    reporting = Reporting(database, PackedLaw(training_pack()), lambda: NOW)
    for stretch in STRETCHES:
        begin, end = of(stretch).since, of(stretch).until
        with database.read() as connection:
            v = values(reporting.made(connection, wanted_of(of(stretch), NOW), "any").report)
        hand: Counter[str] = Counter()
        for happened in drawn:
            accepted = next(one for _, _, one in happened if isinstance(one, Submitted))
            opened = next(one for _, _, one in happened if isinstance(one, Opened))
            ended = [(at, one.to) for at, _, one in happened if isinstance(one, StepTaken) and one.step != "register"]
            if accepted.received_at >= end:
                continue
            before = [to for at, to in ended if at < begin]
            if accepted.received_at >= begin:
                hand["received"] += 1
                hand["online"] += opened.channel == "online"
            elif not before or before[-1] in ("processing", "supplement"):
                hand["carried"] += 1
            else:
                continue
            at, state = max([(at, to) for at, to in ended if at < end], default=(begin, "accepted"))
            hand[state] += 1
            if state == "approved":
                hand["late"] += at > accepted.due_at
        assert (v["received"].of, v["received-online"].of) == (stretch.received, stretch.online)
        assert (hand["received"], hand["online"]) == (stretch.received, stretch.online)
        assert (v["carried"].of, v["late"].of) == (hand["carried"], hand["late"])
        assert v["processed"].of == hand["approved"]
        assert v["returned"].of == hand["not-accepted"]
        assert v["waiting"].of == hand["supplement"]
        assert v["total"].of == hand["received"] + hand["carried"]
    with database.read() as connection:
        assert report_rows.differing(connection) == []
    database.close()
    assert verify(database_url(tmp_path)).problems == ()


@pytest.mark.parametrize(("online", "received", "said"), [(14_456, 105_518, "13,7 %"), (11_946, 20_043, "59,6 %")])
def test_the_ratios_of_the_seed_are_said_as_they_were_reported(online: int, received: int, said: str) -> None:
    share = thousandths_of(Value(online, received))
    assert share is not None
    assert percent(share).vi == said


def test_the_stretches_are_those_that_were_reported() -> None:
    assert [(one.received, one.online) for one in generated_years.WHOLE] == [(105_518, 14_456), (20_043, 11_946)]
