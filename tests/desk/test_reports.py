"""Reports at a desk without a line: of this counter alone, with a sign that says so; and what leaves it is an entry."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from clerk_app.desk import reports
from clerk_app.desk.report_views import FigureView, ReportQuery, ReportView
from clerk_app.domain.dossier import Opened, Submitted
from clerk_app.domain.oversight import Exported
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.report_periods import month_of, quarter_of, year_of
from clerk_app.store.journal import new_id
from tests.desk.conftest import MORNING, Desk
from tests.printing.paper import text_of

DAY = MORNING.date()
QUERY = ReportQuery(DAY - timedelta(days=5), DAY + timedelta(days=5))


def figure(view: ReportView, code: str, column: int = 0) -> FigureView:
    return next(line.figures[column] for table in view.tables for line in table.lines if line.code == code)


def at_another_counter(table: Desk) -> None:
    """A dossier of the same office that another counter accepted."""
    dossier, now = new_id(), table.clock()
    opened = Opened("licence-exchange", "online", "Q09-1", "PC08-HN", "Q09", table.counter.pack.version, True)
    done = Submitted("G01-9", now, now + timedelta(days=3), "B", "DOI_SAP_HET_HAN", 0, ())
    table.journal.append(dossier, [opened, done], "somebody", now)


def test_without_a_line_this_counter_counts_for_itself_and_says_so(table: Desk) -> None:
    dossier = table.accepted()
    at_another_counter(table)
    table.as_user("supervisor")
    view = table.reports.make(QUERY)
    assert view.source == "here"
    assert view.sign.tone == "warn"
    assert "Q04" in view.sign.words.vi
    assert "Không có đường truyền" in view.sign.words.vi
    assert figure(view, "received").text.vi == "1"
    behind = table.reports.behind(view, "received")
    assert [(one.dossier, one.known) for one in behind.lines] == [(dossier, True)]
    assert table.reports.make(replace(QUERY, here=True)).sign.tone == "info"
    whole = table.reports.make(replace(QUERY, by="channel"))
    assert [head.vi for head in whole.tables[0].heads] == ["Tất cả", "Trực tiếp"]


def test_without_a_line_no_other_counter_is_counted(table: Desk) -> None:
    table.as_user("supervisor")
    with pytest.raises(Refusal, match="REPORT_ELSEWHERE"):
        table.reports.make(replace(QUERY, here=True, counters=("Q09",)))


def test_nobody_without_the_scope_reads_a_report(table: Desk) -> None:
    table.accepted()
    with pytest.raises(Refusal) as refused:
        table.reports.make(QUERY)
    assert refused.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize("days", [(5, 1), (2000, 2001), (-2000, 1)])
def test_a_period_that_is_none_is_refused(table: Desk, days: tuple[int, int]) -> None:
    table.as_user("supervisor")
    with pytest.raises(Refusal) as refused:
        table.reports.make(ReportQuery(DAY + timedelta(days=days[0]), DAY + timedelta(days=days[1])))
    assert refused.value.code == "PERIOD_WRONG"


def test_what_leaves_the_desk_is_an_entry_and_the_same_figures(table: Desk) -> None:
    table.accepted()
    table.as_user("supervisor")
    view = table.reports.make(QUERY)
    made = table.reports.csv(view, "en")
    rows = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"))))
    assert ["Received in the period", "1"] in rows
    assert ["Online of those received", "0.0"] in rows
    book = table.reports.xlsx(view, "vi")
    sheet = zipfile.ZipFile(io.BytesIO(book.data)).read("xl/sharedStrings.xml").decode()
    assert "Tiếp nhận mới trong kỳ" in sheet
    paper = table.reports.pdf(view, "vi")
    assert paper.data.startswith(b"%PDF")
    assert paper.data == table.reports.pdf(view, "vi").data
    digests = {made.digest, book.digest, paper.digest}
    told = {entry.what.what for entry in _exports(table) if entry.what.digest in digests}
    assert told == {"report.csv", "report.xlsx", "report.pdf"}


def test_a_list_of_dossiers_goes_out_for_a_purpose_and_names_nobody(table: Desk) -> None:
    table.accepted()
    line = table.journal.find("")[0]
    name, number = line.name, line.number
    table.as_user("supervisor")
    view = table.reports.make(QUERY)
    with pytest.raises(Refusal) as refused:
        table.reports.csv_behind(view, "received", None, "", "vi")
    assert refused.value.code == "PURPOSE_MISSING"
    made = table.reports.csv_behind(view, "received", None, "CONTROL", "vi")
    said = made.data.decode("utf-8-sig")
    assert "Mã hồ sơ" in said
    assert made.rows == 1
    assert name not in said
    assert number not in said
    last = _exports(table)[0].what
    assert (last.what, last.purpose, last.rows, last.digest) == ("report.dossiers.csv", "CONTROL", 1, made.digest)


def test_a_list_is_told_page_by_page_and_goes_out_whole(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        another(table)
    table.as_user("supervisor")
    view = table.reports.make(QUERY)
    whole = table.reports.behind(view, "received")
    assert (whole.total, whole.first) == (3, 0)
    pages = [table.reports.behind(view, "received", None, 2, first) for first in (0, 2)]
    assert [len(page.lines) for page in pages] == [2, 1]
    assert [line.dossier for page in pages for line in page.lines] == [line.dossier for line in whole.lines]
    assert {page.total for page in pages} == {3}
    monkeypatch.setattr(reports, "_AT_ONCE", 2)
    made = table.reports.csv_behind(view, "received", None, "CONTROL", "vi")
    assert made.rows == 3
    assert all(line.code in made.data.decode("utf-8-sig") for line in whole.lines)
    assert table.reports.here(whole.lines[0].dossier)
    assert not table.reports.here(new_id())


def another(table: Desk) -> None:
    """One more dossier that this counter accepted."""
    dossier, now = new_id(), table.clock()
    pack, counter = table.counter.pack.version, table.counter.station.counter
    opened = Opened("licence-exchange", "counter", f"{counter}-{dossier}", "PC08-HN", counter, pack, True)
    done = Submitted(f"G01-{dossier}", now, now + timedelta(days=3), "B", "DOI_SAP_HET_HAN", 0, ())
    table.journal.append(dossier, [opened, done], "clerk", now)


def test_rows_made_anew_are_the_same_and_an_altered_one_is_found(table: Desk) -> None:
    table.accepted()
    at_another_counter(table)
    before = list(table.journal.report_rows(0, 2**53, ()))
    assert len(before) == 2
    assert table.journal.verify().ok
    with table.database.write() as connection:
        connection.execute(text("UPDATE report_rows SET last_state = 'ready'"))
    assert not table.journal.verify().ok
    table.journal.rebuild()
    assert sorted(table.journal.report_rows(0, 2**53, ())) == sorted(before)
    assert table.journal.verify().ok


def test_quarters_and_months() -> None:
    assert [day.isoformat() for day in quarter_of(DAY.replace(month=11))] == ["2026-10-01", "2026-12-31"]
    assert [day.isoformat() for day in quarter_of(DAY.replace(month=2, day=1))] == ["2026-01-01", "2026-03-31"]
    assert [day.isoformat() for day in year_of(DAY)] == [f"{DAY.year}-01-01", f"{DAY.year}-12-31"]
    assert [day.isoformat() for day in month_of(DAY.replace(month=12))] == ["2026-12-01", "2026-12-31"]


def _exports(table: Desk) -> list:  # type: ignore[type-arg]
    entries = [table.journal.entries(one.record.entry.dossier)[-1] for one in table.journal.trail(_wanted())[0]]
    return [entry for entry in entries if isinstance(entry.what, Exported)]


def _wanted():  # type: ignore[no-untyped-def]
    from clerk_app.desk.ports import TrailWanted

    return TrailWanted(kinds=("Exported",))


def test_the_list_behind_a_figure_is_as_long_as_the_figure_whatever_came_since(table: Desk) -> None:
    another(table)
    table.as_user("supervisor")
    view = table.reports.make(QUERY)
    table.time += timedelta(minutes=5)
    another(table)
    table.time += timedelta(minutes=5)
    assert figure(view, "received").text.vi == "1"
    assert table.reports.behind(view, "received").total == 1
    assert figure(table.reports.make(QUERY), "received").text.vi == "2"


def test_what_may_not_be_so_stands_in_the_report_and_in_what_leaves_the_desk(table: Desk) -> None:
    table.accepted()
    table.as_user("supervisor")
    this_year = table.reports.make(QUERY)
    earlier = table.reports.make(replace(QUERY, first=date(2024, 6, 1), here=True))
    years, forms = earlier.doubts
    assert "2024" in years.vi
    assert "2025" not in years.vi, "its holidays are known"
    assert "06a" in forms.vi
    assert "07a" in forms.vi
    assert this_year.doubts == (forms,)
    assert years.en in table.reports.csv(earlier, "en").data.decode("utf-8-sig")
    book = zipfile.ZipFile(io.BytesIO(table.reports.xlsx(earlier, "vi").data))
    assert years.vi in book.read("xl/sharedStrings.xml").decode()
    said = " ".join(text_of(table.reports.pdf(earlier, "vi").data).split())
    assert "chưa có ngày nghỉ của năm 2024" in said
