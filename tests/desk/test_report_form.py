"""The official table 06a: every column adds up what the catalogue says, every row balances, and both papers say it."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from bench import generated_years
from clerk_app import bootstrap
from clerk_app.desk.report_form import forms_of
from clerk_app.desk.report_views import FormView, ReportQuery, ReportView, charts_of, only, tables_of
from clerk_app.desk.views import Badge
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Entry, replay
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_facts import Facts, facts_of, milliseconds
from clerk_app.domain.report_law import DIMENSIONS, Dimension
from clerk_app.domain.reports import Wanted, make
from clerk_app.domain.rules import Rules
from clerk_app.printing.report import ReportPaper
from tests.peers.pack import training_pack
from tests.printing.paper import text_of

RULES = training_pack().as_of(date(2023, 12, 31))
SINCE, UNTIL = (milliseconds(datetime(2023, month, 1, tzinfo=HANOI)) for month in (6, 9))
NOW = datetime(2026, 11, 29, tzinfo=HANOI)
SAID = Words("Đơn vị", "Office")


@pytest.fixture(scope="module")
def rows() -> list[Facts]:
    found = []
    for dossier, happened in generated_years.histories(generated_years.smaller(400), seed=3):
        made = [Entry(uuid4(), dossier, what, who, at) for at, who, what in happened]
        one = facts_of(replay(made))
        assert one is not None
        found.append(one)
    return found


def viewed(rows: list[Facts], by: Dimension = "counter", rules: Rules = RULES) -> ReportView:
    report = make(rows, Wanted(SINCE, UNTIL, milliseconds(NOW), by), rules.reports)
    tables = tables_of(report, by, rules, {})
    query = ReportQuery(date(2023, 6, 1), date(2023, 8, 31), by)
    sign, forms = Badge(SAID, "good"), forms_of(tables, rules.reports)
    return ReportView(
        query, SAID, SAID, "central", sign, NOW, tables, charts_of(tables), report.dossiers, "x", SAID, SAID, forms
    )


def form(view: ReportView) -> FormView:
    (found,) = view.forms
    assert (found.code, found.doubt) == ("06a", True)
    return found


def test_every_row_balances_and_the_last_is_the_sum_of_all(rows: list[Facts]) -> None:
    found = form(viewed(rows))
    numbers = [one.number for one in found.heads]
    assert numbers == list(range(3, 17))
    for _, counts in found.rows:
        at = dict(zip(numbers, counts, strict=True))
        assert at[3] == at[4] + at[5] + at[6] == at[7] + at[11] + at[14] + at[15] + at[16]
        assert at[7] == at[8] + at[9] + at[10]
        assert at[11] == at[12] + at[13]
    *groups, (_, whole) = found.rows
    assert len(groups) == 12
    assert whole == tuple(sum(counts[at] for _, counts in groups) for at in range(len(whole)))
    assert whole[0] > 0


def test_the_form_of_today_stands_beside_the_one_before_and_says_what_nobody_compared(rows: list[Facts]) -> None:
    """Form 07a of the Ministry of Justice names the post apart; both say the same of the same dossiers."""
    view = viewed(rows, rules=training_pack().as_of(date(2026, 11, 29)))
    before, today = view.forms
    assert (before.code, today.code, today.doubt) == ("06a", "07a", True)
    numbers = [one.number for one in today.heads]
    assert numbers == list(range(3, 18))
    for (name, counts), (_, old) in zip(today.rows, before.rows, strict=True):
        at = dict(zip(numbers, counts, strict=True))
        was = dict(zip((one.number for one in before.heads), old, strict=True))
        assert at[3] == at[4] + at[5] + at[6] + at[7] == at[8] + at[12] + at[15] + at[16] + at[17], name
        assert at[8] == at[9] + at[10] + at[11]
        assert at[12] == at[13] + at[14]
        assert (at[3], at[4], at[5] + at[6], at[8]) == (was[3], was[4], was[5], was[7])
    said = text_of(ReportPaper(bootstrap.RESOURCES, True).pdf(view, "vi"))
    for text in ("Biểu 06a", "Biểu 07a", "(17)", "theo Biểu 07a/BTP"):
        assert text in " ".join(said.split())


def test_paper_and_workbook_say_the_form(rows: list[Facts]) -> None:
    view, paper = viewed(rows), ReportPaper(bootstrap.RESOURCES, True)
    said = text_of(paper.pdf(view, "vi"))
    whole = f"{form(view).rows[-1][1][0]:,}".replace(",", ".")
    for text in ("Biểu 06a", "(16)", "Người lập biểu", "Thủ trưởng đơn vị", "chưa đối chiếu", whole, "Q12"):
        assert text in said
    book = zipfile.ZipFile(io.BytesIO(paper.xlsx(view, "en")))
    assert 'name="Form 06a"' in book.read("xl/workbook.xml").decode()
    assert f"<v>{form(view).rows[-1][1][0]}</v>" in book.read("xl/worksheets/sheet1.xml").decode()


def test_only_one_group_is_asked_of_every_dimension() -> None:
    day = date(2026, 1, 1)
    for by in DIMENSIONS:
        query = only(ReportQuery(day, day + timedelta(days=1), by), by, "X")
        chosen = (query.offices, query.counters, query.procedures, query.channels)
        assert chosen.count(("X",)) == bool(by)
        assert query.by == ""
