"""The ear on a real central: news comes at once, a wait is left at once, and a line that is back is noticed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from types import SimpleNamespace
from uuid import uuid4

import pytest
from pytestqt.qtbot import QtBot

from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.giving_way import GIVEN_WAY_S
from clerk_app.desk.news import WAIT_S, Heard, News
from clerk_app.uplink import Uplink
from tests.desk.test_delivery import Desk
from tests.peers.central import CentralProcess
from tests.peers.counter import opened
from tests.peers.line import Line
from ui.bridge import Bridge
from ui.ear import Ear
from ui.jobs import SHUTDOWN_S, Jobs

pytestmark = [pytest.mark.window, pytest.mark.wire]


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def desk(central: CentralProcess, line: Line, tmp_path: Path) -> Iterator[Desk]:
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    made = Desk.open(tmp_path / "desk", uplink, seed)
    made.deliver()
    yield made
    uplink.close()
    made.database.close()


def _ear(desk: Desk, jobs: Jobs) -> Ear:
    hearing = SimpleNamespace(news=News(desk.journal, desk.uplink), delivery=desk.delivery)
    return Ear(hearing, jobs)  # type: ignore[arg-type]


def _waiting(desk: Desk) -> bool:
    return desk.uplink._waiting is not None


def test_what_another_counter_does_comes_while_nobody_asks(
    desk: Desk, jobs: Jobs, central: CentralProcess, tmp_path: Path, qtbot: QtBot
) -> None:
    came = Event()
    desk.journal.subscribe(lambda dossiers: came.set())
    ear = _ear(desk, jobs)
    ear.hear("listening")
    qtbot.waitUntil(lambda: _waiting(desk), timeout=20_000)
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    dossier = uuid4()
    other.journal.append(dossier, [opened("Q02")], "clerk", opened_at())
    start = monotonic()
    assert other.deliver().accepted == 1
    qtbot.waitUntil(came.is_set, timeout=20_000)
    assert monotonic() - start < WAIT_S, "not by the end of the wait"
    assert desk.journal.dossier(dossier).counter == "Q02"
    qtbot.waitUntil(lambda: ear.listening and _waiting(desk), timeout=20_000)
    other.database.close()


def test_what_central_refused_of_another_counter_comes_by_itself_too(
    desk: Desk, jobs: Jobs, central: CentralProcess, tmp_path: Path, qtbot: QtBot
) -> None:
    ear = _ear(desk, jobs)
    answered: list[float] = []
    ear._desk.news.heard.append(lambda: answered.append(monotonic()))
    ear.hear("listening")
    qtbot.waitUntil(lambda: _waiting(desk), timeout=20_000)
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    dossier = uuid4()
    other.journal.append(dossier, [opened("nowhere")], "clerk", opened_at())
    start = monotonic()
    with qtbot.waitSignal(ear.came, timeout=20_000) as came:
        assert other.deliver().refused == 1
    assert came.args == [1]
    assert monotonic() - start < WAIT_S, "not by the end of the wait"
    assert answered
    (refused,) = desk.journal.refused()
    assert (refused.entry.dossier, refused.station) == (dossier, "Q02")
    ear.hear("stopped")
    other.database.close()


def test_nothing_is_taken_from_a_central_that_began_anew_before_it_was_asked_what_it_forgot(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    central.kill()
    central.start()
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    other.journal.append(uuid4(), [opened("Q02")], "clerk", opened_at())
    assert other.deliver().accepted == 1
    era, news = desk.journal.era(), News(desk.journal, desk.uplink)
    assert not news.once(lambda: False).listening
    assert (desk.journal.era(), desk.journal.cursor()) == (era, 0)
    assert desk.deliver().pulled == 1
    assert desk.journal.era() != era
    other.database.close()


def opened_at():  # type: ignore[no-untyped-def]
    from clerk_app.central.app import hanoi_now

    return hanoi_now()


def test_closing_the_window_does_not_wait_for_the_wait(desk: Desk, jobs: Jobs, qtbot: QtBot) -> None:
    ear = _ear(desk, jobs)
    ear.hear("listening")
    qtbot.waitUntil(lambda: _waiting(desk), timeout=20_000)
    worker = jobs._lanes["news"]
    start = monotonic()
    jobs.close()
    assert not worker.thread.is_alive(), "the lane ended by itself"
    assert monotonic() - start <= SHUTDOWN_S


def test_signing_out_leaves_the_wait_at_once(desk: Desk, jobs: Jobs, qtbot: QtBot) -> None:
    ear = _ear(desk, jobs)
    ear.hear("listening")
    qtbot.waitUntil(lambda: _waiting(desk), timeout=20_000)
    ear.hear("stopped")
    qtbot.waitUntil(lambda: jobs.idle() and not _waiting(desk), timeout=round(1000 * WAIT_S / 2))
    assert not ear.listening


def test_a_line_that_goes_is_found_out_and_one_that_is_back_is_noticed(
    desk: Desk, jobs: Jobs, line: Line, qtbot: QtBot
) -> None:
    ear = _ear(desk, jobs)
    ear._well = True
    ear.hear("listening")
    ear._well = True
    qtbot.waitUntil(lambda: _waiting(desk), timeout=20_000)
    with qtbot.waitSignal(ear.deliver, timeout=20_000) as gone:
        line.pull_out()
    assert gone.args == [0]
    line.close()
    ear.hear("probing")
    qtbot.waitUntil(lambda: ear._returning._down, timeout=20_000)
    back = Line(line.target)
    desk.uplink._base = back.url
    with qtbot.waitSignal(ear.deliver, timeout=20_000) as again:
        pass
    assert 0 <= again.args[0] <= 1000
    ear.hear("stopped")
    back.close()


def test_what_gave_way_is_pulled_soon_and_by_the_delivery_alone(jobs: Jobs, qtbot: QtBot) -> None:
    reports = iter((DeliveryReport(pulled=500, gave_way=True), DeliveryReport(pulled=100)))
    desk = SimpleNamespace(
        subscribe=lambda _call: None,
        delivery=SimpleNamespace(once=lambda _cancel, _progress: next(reports)),
        news=SimpleNamespace(once=lambda _cancel: Heard(pause_s=60.0), leave=lambda: None),
        lamps=SimpleNamespace(now=lambda _cancel: ()),
    )
    bridge = Bridge(desk, jobs)  # type: ignore[arg-type]
    bridge._running = True
    with qtbot.waitSignal(bridge.delivered, timeout=20_000):
        bridge._deliver()
    assert bridge._ear._hearing == "stopped"
    with qtbot.waitSignal(bridge.delivered, timeout=20_000):
        assert 0 < bridge._delivery.remainingTime() <= GIVEN_WAY_S * 1000
    assert bridge._ear._hearing == "listening"
    assert bridge._delivery.remainingTime() > GIVEN_WAY_S * 1000
    bridge.end()


def test_a_delivery_that_fails_after_one_that_gave_way_waits_like_any_other(jobs: Jobs) -> None:
    desk = SimpleNamespace(subscribe=lambda _call: None, lamps=SimpleNamespace(now=lambda _cancel: ()))
    bridge = Bridge(desk, jobs)  # type: ignore[arg-type]
    bridge._running, bridge._failures = True, 10
    bridge._report = DeliveryReport(pulled=500, gave_way=True)
    bridge._delivery_failed(ConnectionError())
    assert bridge._delivery.remainingTime() > GIVEN_WAY_S * 1000
    bridge._running = False
    bridge._delivery.stop()
