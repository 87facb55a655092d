"""Reports in the window, of a real desk's journal: by keys from the period to a figure, its dossiers, one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from clerk_app.desk.report_views import ReportQuery
from clerk_app.domain.calendar import in_hanoi
from tests.desk.conftest import MORNING, USERS, Desk, _empty_store, table
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.reports import ReportsScreen

__all__ = ["_empty_store", "clerk", "table"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier


def opened(someone: Clerk, table: Desk) -> ReportsScreen:
    """The page, asking a real desk that has no line."""
    table.counter.user = USERS["supervisor"]
    someone.desk.reports = table.reports
    someone.at_work()
    someone.key(Qt.Key.Key_R, CTRL)
    page = someone.shell.current()
    assert isinstance(page, ReportsScreen)
    day = in_hanoi(MORNING).date()
    page._query = ReportQuery(day, day)
    page._say_query()
    someone.key(Qt.Key.Key_F5)
    someone.until(lambda: page._view is not None and page._view.query.first == day)
    return page


def at(page: ReportsScreen, code: str) -> tuple[int, int]:
    """The row and column of a figure."""
    model = page.grid._figures
    for row in range(model.rowCount()):
        figure = model.figure(model.index(row, 1))
        if figure is not None and figure.line == code:
            return row, 1
    raise AssertionError(code)


def test_from_a_figure_to_its_dossiers_and_back_by_keys(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    someone = clerk()
    page = opened(someone, table)
    someone.until(page.grid.hasFocus)
    assert "Không có đường truyền" in page.sign.text()
    assert "06a, 07a" in page.doubts.text()
    assert "chưa đối chiếu" in page.doubts.text()
    row, column = at(page, "received")
    assert page.grid.text_at(row, column) == "1"
    page.grid.setCurrentIndex(page.grid.model().index(row, column))
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.inside.currentWidget() is page.behind)
    assert page.behind.table.text_at(0, 0).startswith("G01.801.308-")
    assert "1 hồ sơ" in page.behind.title.text()
    gone: list[object] = []
    someone.window.open_dossier = gone.append  # type: ignore[method-assign]
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: gone == [dossier])
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: page.inside.currentWidget() is page.figures)
    assert page.grid.current() is not None


def test_a_figure_of_nothing_opens_nothing_and_a_period_without_dossiers_says_so(clerk: Open, table: Desk) -> None:
    table.accepted()
    someone = clerk()
    page = opened(someone, table)
    someone.until(page.grid.hasFocus)
    row, column = at(page, "late")
    page.grid.setCurrentIndex(page.grid.model().index(row, column))
    someone.key(Qt.Key.Key_Return)
    assert page.inside.currentWidget() is page.figures
    page.first.set_value("2026-01-05")
    page.last.set_value("2026-01-06")
    someone.key(Qt.Key.Key_F5)
    someone.until(lambda: page.inside.currentWidget() is page.empty)


def test_a_day_that_is_none_is_said_and_nothing_is_asked(clerk: Open, table: Desk) -> None:
    someone = clerk()
    page = opened(someone, table)
    page.first.setText("32/13/2026")
    someone.key(Qt.Key.Key_F5)
    someone.until(page.problem.isVisible)
    assert "không phải là ngày" in page.problem.headline.text()


def test_a_column_alone_and_everything_again(clerk: Open, table: Desk) -> None:
    table.accepted()
    someone = clerk()
    page = opened(someone, table)
    for _ in range(4):
        someone.key(Qt.Key.Key_G, CTRL)
    someone.until(lambda: page._view is not None and page._view.query.by == "channel")
    page.grid.setCurrentIndex(page.grid.model().index(at(page, "received")[0], 2))
    someone.key(Qt.Key.Key_I, CTRL)
    someone.until(lambda: page._view is not None and page._view.query.channels == ("counter",))
    assert page._view is not None
    assert page._view.query.by == ""
    assert page.grid.text_at(*at(page, "received")) == "1"
    someone.until(page.wide.isVisible)
    someone.key(Qt.Key.Key_I, CTRL | Qt.KeyboardModifier.ShiftModifier)
    someone.until(lambda: page._view is not None and page._view.query.channels == ())
    assert not page.wide.isVisible()


def test_split_and_exported_and_both_languages(clerk: Open, table: Desk, tmp_path: Path) -> None:
    table.accepted()
    someone = clerk()
    page = opened(someone, table)
    for _ in range(4):
        someone.key(Qt.Key.Key_G, CTRL)
    someone.until(lambda: page._view is not None and page._view.query.by == "channel")
    assert page.grid.text_at(0, 2) == "Trực tiếp"
    for kind in ("csv", "xlsx", "pdf"):
        page.write_to(tmp_path / f"r.{kind}", kind)
        someone.until((tmp_path / f"r.{kind}").exists)
    someone.until(page.done.isVisible)
    someone.key(Qt.Key.Key_L, CTRL)
    someone.until(lambda: page.grid.text_at(0, 2) == "At the counter")
    assert "Online of those received" in page.charts.accessibleDescription()
