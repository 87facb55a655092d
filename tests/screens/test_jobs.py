"""Lanes: one at a time each, results come home, the dead and the cancelled hear nothing, the end is quick."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from clerk_app.domain.refusals import Refusal, Words
from ui.jobs import SHUTDOWN_S, Jobs

REFUSAL = Refusal("NO_PAPER", Words("Hết giấy.", "No paper."), Words("Nạp giấy.", "Load paper."))


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_a_result_comes_home_in_the_windows_thread(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    home: list[tuple[int, bool]] = []
    here = QThread.currentThread()
    working: list[str] = []

    def work(_cancel: object, _progress: object) -> int:
        working.append(threading.current_thread().name)
        return 42

    jobs.start("store", owner, work, lambda result: home.append((result, QThread.currentThread() is here)))
    qtbot.waitUntil(lambda: home == [(42, True)])
    assert working == ["lane-store"]
    assert jobs.idle()


def test_one_lane_works_in_order_and_never_twice_at_once(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    inside, most, order = [0], [0], []

    def work(_cancel: object, _progress: object) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        inside[0] -= 1

    for number in range(50):
        jobs.start("scanner", owner, work, lambda _done, number=number: order.append(number))
    qtbot.waitUntil(lambda: len(order) == 50)
    assert order == list(range(50))
    assert most == [1]


def test_a_slow_device_does_not_hold_up_another_lane(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    gate = threading.Event()
    home: list[str] = []
    jobs.start("scanner", owner, lambda cancel, progress: gate.wait(5), lambda done: home.append("scanner"))
    jobs.start("store", owner, lambda cancel, progress: None, lambda done: home.append("store"))
    qtbot.waitUntil(lambda: home == ["store"])
    gate.set()
    qtbot.waitUntil(lambda: home == ["store", "scanner"])


def test_the_dead_hear_nothing(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    heard: list[object] = []
    gone = QObject()
    job = jobs.start("store", gone, lambda cancel, progress: gate.wait(5), heard.append)
    shiboken6.delete(gone)
    gate.set()
    qtbot.waitUntil(lambda: not job.running)
    assert heard == []


def test_a_cancelled_job_stops_and_its_result_is_dropped(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    heard: list[object] = []
    began = threading.Event()

    def work(cancel: object, _progress: object) -> str:
        began.set()
        deadline = time.monotonic() + 5
        while not cancel() and time.monotonic() < deadline:  # type: ignore[operator]
            threading.Event().wait(0.005)
        return "stopped"

    job = jobs.start("card", owner, work, heard.append)
    never = jobs.start("card", owner, lambda cancel, progress: heard.append("ran"), heard.append)
    assert began.wait(5)
    job.cancel()
    never.cancel()
    qtbot.waitUntil(jobs.idle)
    assert heard == []


def test_a_refusal_goes_to_who_asked_or_to_the_window(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    def work(_cancel: object, _progress: object) -> None:
        raise REFUSAL

    told: list[Exception] = []
    jobs.start("printer", owner, work, lambda done: None, told.append)
    qtbot.waitUntil(lambda: told == [REFUSAL])
    with qtbot.waitSignal(jobs.refused) as announced:
        jobs.start("printer", owner, work, lambda done: None)
    assert announced.args == [REFUSAL]


def test_a_fault_of_ours_is_named_by_place_never_by_what_it_said(
    jobs: Jobs, owner: QObject, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Exception] = []

    def work(_cancel: object, _progress: object) -> None:
        raise KeyError("TRẦN MINH QUÂN 001090012345")

    with caplog.at_level(logging.ERROR), qtbot.waitSignal(jobs.unexpected) as announced:
        jobs.start("store", owner, work, lambda done: None, told.append)
    (reference,) = announced.args
    assert reference in caplog.text
    assert "test_jobs.py" in caplog.text
    assert "KeyError" in caplog.text
    assert "QUÂN" not in caplog.text
    assert "001090012345" not in caplog.text
    assert len(told) == 1


def test_progress_is_throttled_and_the_end_is_always_told(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    home: list[None] = []

    def work(_cancel: object, progress: object) -> None:
        for done in range(2_001):
            progress(done, 2_000)  # type: ignore[operator]

    jobs.start("network", owner, work, home.append, progressed=lambda done, total: seen.append((done, total)))
    qtbot.waitUntil(lambda: home == [None])
    assert seen[-1] == (2_000, 2_000)
    assert len(seen) < 200


def test_a_device_that_does_not_come_back_loses_its_lane(
    jobs: Jobs, owner: QObject, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    hang, back = threading.Event(), threading.Event()
    began = threading.Event()
    home: list[str] = []

    def stuck(_cancel: object, _progress: object) -> str:
        began.set()
        hang.wait(60)
        back.set()
        return "too late"

    def failed(error: Exception) -> None:
        assert isinstance(error, Refusal)
        home.append(error.code)

    job = jobs.start("card", owner, stuck, home.append, failed)
    jobs.start("card", owner, lambda cancel, progress: "next", home.append)
    assert began.wait(5)
    with caplog.at_level(logging.WARNING):
        jobs.hurry(job)
        qtbot.waitUntil(lambda: home == ["DEVICE_SILENT", "next"], timeout=20_000)
    assert "lane card" in caplog.text
    hang.set()
    assert back.wait(5)
    jobs.start("card", owner, lambda cancel, progress: "after", home.append)
    qtbot.waitUntil(lambda: home == ["DEVICE_SILENT", "next", "after"], timeout=20_000)
    assert jobs.idle()


def test_one_that_comes_back_in_time_keeps_its_lane(jobs: Jobs, owner: QObject, qtbot: QtBot) -> None:
    home: list[str] = []
    job = jobs.start("card", owner, lambda cancel, progress: "there", home.append)
    jobs.hurry(job)
    qtbot.waitUntil(lambda: home == ["there"])
    jobs.start("card", owner, lambda cancel, progress: "next", home.append)
    qtbot.waitUntil(lambda: home == ["there", "next"])


def test_closing_lets_the_store_finish_and_leaves_a_hanging_lane_behind(
    qtbot: QtBot, owner: QObject, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = Jobs()
    saved: list[str] = []
    hang = threading.Event()
    began = threading.Event()

    def stuck(_cancel: object, _progress: object) -> None:
        began.set()
        hang.wait(30)

    jobs.start("scanner", owner, stuck, lambda done: None)
    assert began.wait(5)
    for number in range(20):
        jobs.start("store", owner, lambda cancel, progress, number=number: saved.append(str(number)), lambda done: None)
    began_at = time.monotonic()
    with caplog.at_level(logging.WARNING):
        jobs.close()
    took_s = time.monotonic() - began_at
    hang.set()
    assert saved == [str(number) for number in range(20)]
    assert took_s < SHUTDOWN_S + 1.0
    assert "scanner" in caplog.text
    assert jobs.start("store", owner, lambda cancel, progress: None, lambda done: None).cancelled
