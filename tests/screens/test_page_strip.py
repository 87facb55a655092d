"""The strip: pages under their items, several chosen at once, and work that does not grow with their number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from clerk_app.desk.views import PapersView
from tests.screens import sample_papers
from tests.screens.sample_papers import CARD, THREE, page, raw
from ui.widgets import page_strip
from ui.widgets.page_strip import KEPT_SMALL, PageStrip
from ui.widgets.strip_layout import CELL_HEIGHT, CELL_WIDTH, StripLayout
from ui.widgets.strip_order import NOWHERE, TRAY, in_order

pytestmark = pytest.mark.window
SHIFT, ALT, CTRL = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ITEMS = ["DON", "GKSK", "GPLX_CU", "CC"]
groups = st.lists(st.integers(0, 40), max_size=6)


@given(groups, st.integers(1, 4))
def test_every_page_is_found_where_it_is_drawn(sizes: list[int], columns: int) -> None:
    layout = StripLayout(sizes, columns)
    for row in range(layout.count):
        x, y = layout.cell(row)
        assert layout.row_at(x + CELL_WIDTH // 2, y + CELL_HEIGHT // 2) == row
        assert row in layout.rows(layout.group(row))
        assert layout.place_at(x + 2, y + 20) == row


@given(groups, st.integers(1, 4), st.integers(0, 20_000), st.integers(1, 2_000))
def test_what_is_drawn_is_what_lies_in_sight_and_no_more(sizes: list[int], columns: int, top: int, high: int) -> None:
    layout = StripLayout(sizes, columns)
    drawn = {
        row for group in layout.groups_between(top, top + high) for row in layout.rows_between(group, top, top + high)
    }
    in_sight = {row for row in range(layout.count) if top - CELL_HEIGHT < layout.cell(row)[1] < top + high}
    assert in_sight <= drawn
    assert len(drawn) <= columns * (high // CELL_HEIGHT + 3) * max(1, len(sizes))


@given(groups, st.integers(1, 4), st.data())
def test_arrows_never_leave_the_strip_and_reach_every_page(sizes: list[int], columns: int, data: st.DataObject) -> None:
    layout = StripLayout(sizes, columns)
    if not layout.count:
        return
    row = data.draw(st.integers(0, layout.count - 1))
    for way in ("left", "right", "up", "down"):
        assert 0 <= layout.beside(row, way) < layout.count
    assert layout.beside(row, "down") >= row >= layout.beside(row, "up")


def test_pages_stand_under_their_items_and_what_was_set_aside_last() -> None:
    blank = page(9, "GKSK", aside="blank")
    order = in_order((CARD[0], THREE[0], page(8, ""), THREE[1]), (blank,), ITEMS)
    assert order.groups == ((NOWHERE, 1), ("GKSK", 2), ("GPLX_CU", 1), (TRAY, 1))
    assert [one.index for one in order.pages] == [8, 0, 1, 3, 9]


def test_a_page_stays_the_same_page_when_it_is_made() -> None:
    before = in_order((raw(0, "GKSK"), raw(1, "GKSK")), (), ITEMS)
    after = in_order((page(0, "GKSK"), raw(1, "GKSK")), (), ITEMS)
    assert before.keys == after.keys


class Shown:
    """A strip in a window of a certain size, and what it said."""

    def __init__(self, qtbot: QtBot, papers: PapersView, width: int = 280, height: int = 600) -> None:
        self.strip = PageStrip()
        qtbot.addWidget(self.strip)
        self.strip.resize(width, height)
        self.wanted: list[tuple[str, ...]] = []
        self.chosen: list[int] = []
        self.moved: list[int] = []
        self.dropped: list[QPoint] = []
        self.strip.pictures_wanted.connect(self.wanted.append)
        self.strip.chosen.connect(self.chosen.append)
        self.strip.move_asked.connect(self.moved.append)
        self.strip.dropped.connect(self.dropped.append)
        with qtbot.waitExposed(self.strip):
            self.strip.show()
        self.show(papers)

    def show(self, papers: PapersView) -> None:
        self.strip.show_order(in_order(papers.pages, papers.tray, ITEMS), {one.code: one.name for one in papers.lines})
        self.strip.grab()


def test_it_keeps_its_place_and_asks_for_what_is_in_sight(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.view(THREE))
    at.strip.setCurrentRow(1)
    turned = tuple(replace(one, turned=90) for one in THREE)
    at.show(sample_papers.view(turned))
    assert at.wanted == [("s0", "s1", "s2")]
    assert (at.strip.currentRow(), at.chosen) == (1, [1])
    QTest.keyClick(at.strip, Qt.Key.Key_Right)
    QTest.keyClick(at.strip, Qt.Key.Key_Left, ALT)
    assert (at.chosen, at.moved) == ([1, 2], [-1])


def test_the_page_in_hand_stays_in_hand_when_others_come_before_it(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.view(CARD))
    at.strip.setCurrentRow(1)
    at.show(sample_papers.view((*THREE, *CARD)))
    assert at.strip.pages[at.strip.currentRow()].index == CARD[1].index
    at.show(sample_papers.view((*THREE, CARD[0])))
    assert at.strip.currentRow() == 3, "where it is gone, what took its place is in hand"


def test_several_are_chosen_by_keys_and_by_the_mouse(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.view((*THREE, *CARD)))
    at.strip.setCurrentRow(0)
    QTest.keyClick(at.strip, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(at.strip, Qt.Key.Key_Right, SHIFT)
    assert at.strip.selected() == (0, 1, 2)
    QTest.keyClick(at.strip, Qt.Key.Key_Left)
    assert at.strip.selected() == (1,)
    QTest.keyClick(at.strip, Qt.Key.Key_A, CTRL)
    assert at.strip.selected() == (0, 1, 2), "all of its item"
    x, y = at.strip._layout.cell(4)
    spot = QPoint(x + at.strip._left() + 40, y + 60)
    QTest.mouseClick(at.strip.viewport(), Qt.MouseButton.LeftButton, CTRL, spot)
    assert 4 in at.strip.selected()


def test_a_page_is_dragged_without_a_loop_of_its_own(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.view(THREE))
    x, y = at.strip._layout.cell(0)
    here, there = QPoint(x + at.strip._left() + 40, y + 60), QPoint(x + at.strip._left() + 200, y + 60)
    QTest.mousePress(at.strip.viewport(), Qt.MouseButton.LeftButton, pos=here)
    QTest.mouseMove(at.strip.viewport(), there)
    assert at.dropped == []
    QTest.mouseRelease(at.strip.viewport(), Qt.MouseButton.LeftButton, pos=there)
    assert [at.strip.place_under(point) for point in at.dropped] == [("GKSK", ("o2", 1))]


def test_two_hundred_pages_cost_what_a_screen_full_costs(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    real = page_strip.draw
    monkeypatch.setattr(
        page_strip, "draw", lambda painter, place, cell: (drawn.append(cell), real(painter, place, cell))
    )
    at = Shown(qtbot, sample_papers.papers("many"))
    bar = at.strip.verticalScrollBar()
    most = 0
    for at_height in range(0, bar.maximum(), bar.maximum() // 50):
        drawn.clear()
        bar.setValue(at_height)
        at.strip.grab()
        most = max(most, len(drawn))
    assert 0 < most <= 12, "a screen full, and nothing beyond it"
    assert all(len(sheets) <= 12 for sheets in at.wanted)


def test_only_so_many_small_pictures_are_kept(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.papers("many"))
    picture = QImage(10, 10, QImage.Format.Format_RGB32)
    bar = at.strip.verticalScrollBar()
    for at_height in range(0, bar.maximum() + 1, 300):
        bar.setValue(at_height)
        at.strip.grab()
        for sheet in at.wanted[-1]:
            at.strip.put_picture(sheet, picture)
    assert len({sheet for sheets in at.wanted for sheet in sheets}) > KEPT_SMALL
    assert len(at.strip._pictures) <= KEPT_SMALL


def test_a_picture_that_cannot_be_shown_is_asked_for_once(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.view(THREE[:1]))
    at.strip.put_picture("s0", None)
    at.strip.grab()
    at.strip.grab()
    assert at.wanted == [("s0",)]


def test_where_one_is_and_what_is_wrong_there_is_said(qtbot: QtBot) -> None:
    at = Shown(qtbot, sample_papers.papers("flaws"))
    at.strip.setCurrentRow(1)
    assert at.strip.accessibleName() == (
        "Trang đã quét: Giấy khám sức khỏe của người lái xe còn hiệu lực · 3, Trang 2, mờ"
    )
