"""Work that is done a slice at a time, or at once when somebody needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.gradually import Gradually

pytestmark = pytest.mark.window


def slices(done: list[int]) -> Iterator[None]:
    for number in range(5):
        done.append(number)
        yield


def test_the_loop_does_it_by_itself(qtbot: QtBot) -> None:
    root, done = QObject(), list[int]()
    work = Gradually(slices(done), root)
    assert done == []
    qtbot.waitUntil(lambda: work.over)
    assert done == [0, 1, 2, 3, 4]


def test_who_waits_for_it_lets_the_loop_turn_all_the_same(qtbot: QtBot) -> None:
    root, done, turns = QObject(), list[int](), list[int]()
    work = Gradually(slices(done), root, 60_000)
    work.ended.connect(lambda: turns.append(len(done)))
    work.hurry()
    assert done == []
    qtbot.waitUntil(lambda: work.over)
    assert (done, turns) == ([0, 1, 2, 3, 4], [5])


def test_who_needs_it_now_gets_all_of_it_once(qtbot: QtBot) -> None:
    root, done = QObject(), list[int]()
    work = Gradually(slices(done), root, 60_000)
    work.finish()
    work.finish()
    assert (done, work.over) == ([0, 1, 2, 3, 4], True)
