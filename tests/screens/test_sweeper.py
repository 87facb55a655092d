"""Garbage with Qt objects in it ends in the window's thread, whoever made it."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.jobs import Jobs
from ui.sweeper import Sweeper

pytestmark = pytest.mark.window


class Knot:
    """A cycle that says in which thread it ended."""

    def __init__(self, ended: list[str]) -> None:
        self._ended = ended
        self._self = self

    def __del__(self) -> None:
        self._ended.append(threading.current_thread().name)


def test_a_lane_that_allocates_collects_nothing_and_the_window_does(qtbot: QtBot) -> None:
    root = QObject()
    sweeper, jobs = Sweeper(root), Jobs(root)
    ended: list[str] = []
    Knot(ended)

    def busy(cancel: object, progress: object) -> list[list[int]]:
        for _ in range(5):
            Knot(ended)
        return [[at] for at in range(50_000)]

    done: list[list[list[int]]] = []
    jobs.start("store", root, busy, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=10_000)
    qtbot.waitUntil(lambda: len(ended) == 6, timeout=10_000)
    assert set(ended) == {"MainThread"}
    jobs.close()
    sweeper.stop()


def test_afterwards_python_collects_by_itself_again(qtbot: QtBot) -> None:
    gc.enable()
    root = QObject()
    sweeper = Sweeper(root)
    assert not gc.isenabled()
    sweeper.stop()
    assert gc.isenabled()
    gc.disable()
    other = Sweeper(root)
    other.stop()
    assert not gc.isenabled()
