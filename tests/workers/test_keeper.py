"""One worker kept for all who ask: started once, told first what each one must know, missed when it is gone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import msgspec
import pytest

from clerk_app.workers.keeper import Keeper, Names, WorkerFailed
from clerk_app.workers.restarts import MOST, Restarts
from clerk_app.workers.wire import Wire
from tests.peers.processes import alive, children

pytestmark = pytest.mark.wire
NAMES = Names("CRASHED", "SILENT", "CRASHED_FOR_GOOD", "SILENT_FOR_GOOD")
WRITES_DOWN = """
from clerk_app.workers.pipe import Desk
desk, heard = Desk(), []
while (one := desk.hear()) is not None:
    heard.append(one)
    if b"question" in one:
        desk.say(len(heard).to_bytes(1, "big"))
"""
"""Answers a question by the number of messages that it has heard: a small MessagePack integer."""


class Said(msgspec.Struct, tag=True, frozen=True):
    text: str


WIRE: Wire[Said, int] = Wire(Said, int)
QUESTION = Said("question")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def kept(program: str = WRITES_DOWN, clock: Clock | None = None, **more: object) -> Iterator[Keeper[Said, int]]:
    command = (sys.executable, "-c", program)
    patience_s = more.pop("patience_s", 60.0)
    keeper = Keeper(WIRE, command, patience_s, NAMES, Restarts(clock or Clock()), **more)  # type: ignore[arg-type]
    with closing(keeper):
        yield keeper


def go_on() -> bool:
    return False


def failed(keeper: Keeper[Said, int], **more: object) -> str:
    with pytest.raises(WorkerFailed) as found:
        keeper.ask(QUESTION, go_on, **more)  # type: ignore[arg-type]
    return found.value.code


def killed(keeper: Keeper[Said, int]) -> None:
    pid = keeper.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert keeper.pid is None


def test_one_worker_answers_everybody_and_is_gone_when_the_keeper_is_closed() -> None:
    before = children()
    with kept() as keeper:
        assert keeper.pid is None
        assert [keeper.ask(QUESTION, go_on) for _ in range(3)] == [1, 2, 3]
        pid = keeper.pid
        assert pid is not None
    assert not alive(pid)
    assert children() == before
    assert keeper.ask(QUESTION, go_on) is None
    assert children() == before


def test_every_worker_is_told_first_what_it_must_know() -> None:
    with kept(first=Said("open")) as keeper:
        assert [keeper.ask(QUESTION, go_on) for _ in range(2)] == [2, 3]
        killed(keeper)
        assert keeper.ask(QUESTION, go_on) == 2


def test_one_that_may_not_end_by_itself_has_crashed_when_it_is_found_gone() -> None:
    clock = Clock()
    with kept(clock=clock, ends_itself=False) as keeper:
        keeper.ask(QUESTION, go_on)
        killed(keeper)
        assert failed(keeper) == "CRASHED"
        assert failed(keeper) == "CRASHED"
        assert keeper.pid is None, "nothing is started within the pause"
        clock.now += 1
        assert keeper.ask(QUESTION, go_on) == 1


def test_whoever_gives_up_leaves_no_half_question_behind() -> None:
    with kept() as keeper:
        assert keeper.ask(QUESTION, lambda: True) is None
        assert keeper.pid is None
        assert keeper.ask(QUESTION, go_on) == 1


@pytest.mark.parametrize(
    ("program", "code"), [("raise SystemExit(3)", "CRASHED"), ("import time; time.sleep(600)", "SILENT")]
)
def test_failures_are_named_and_after_some_they_are_for_good(program: str, code: str) -> None:
    with kept(program, patience_s=0.1) as keeper:
        assert [failed(keeper, rests="hopeless") for _ in range(MOST + 1)] == [code] * (MOST - 1) + [
            f"{code}_FOR_GOOD"
        ] * 2
        assert failed(keeper) == f"{code}_FOR_GOOD"


def test_one_that_answers_but_not_for_long_has_not_worked() -> None:
    clock = Clock()
    answers_once = "from clerk_app.workers.pipe import Desk; desk = Desk(); desk.hear(); desk.say(b'\\x01')"
    with kept(answers_once, clock, ends_itself=False, steady_s=600.0) as keeper:
        said = []
        for _ in range(MOST):
            assert keeper.ask(QUESTION, go_on) == 1
            said.append(failed(keeper))
            clock.now += 30
        assert said == ["CRASHED"] * (MOST - 1) + ["CRASHED_FOR_GOOD"]
