"""Codes of every scanner on their way to the screen.

wedge:  [IDVNM…30][Enter][30][Enter][30][Enter] -> one text of three lines
port:   "code\\r" -> the same signal; unplugged -> said once -> plugged in again -> heard again
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from clerk_app.desk.ports import Cancel
from clerk_app.domain.refusals import DeviceFault, Words
from clerk_app.practice import card_contents, specimens
from ui import scans
from ui.jobs import Jobs
from ui.scans import Scans

pytestmark = pytest.mark.window
ZONE = card_contents.mrz(specimens.specimen(1).person)
LINES = [ZONE[:30], ZONE[30:60], ZONE[60:]]
GONE = DeviceFault("CODE_SCANNER_LOST", Words("rút ra", "unplugged"), Words("cắm lại", "plug it in"))


class Port:
    """A scanner's port as a test plays it: texts and faults, one after the other, then silence."""

    def __init__(self, *plays: str | DeviceFault) -> None:
        self.plays = list(plays)
        self.quiet = Event()
        self.forgotten = 0

    def scan(self, cancel: Cancel, timeout_s: float) -> str | None:
        if not self.plays:
            self.quiet.wait(0.05)
            return None
        play = self.plays.pop(0)
        if isinstance(play, DeviceFault):
            raise play
        return play

    def forget(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def listening(jobs: Jobs, port: Port | None = None) -> tuple[Scans, list[str], list[object]]:
    made = Scans(jobs, port, jobs)
    heard: list[str] = []
    refused: list[object] = []
    made.scanned.connect(heard.append)
    made.refused.connect(refused.append)
    made.begin()
    return made, heard, refused


def test_three_lines_of_a_zone_are_one_text(jobs: Jobs) -> None:
    made, heard, _ = listening(jobs)
    for line in LINES:
        made.hear(line.lower())
    assert heard == ["\n".join(LINES).lower()]
    made.hear("H29.11-261123-0001")
    assert heard[1:] == ["H29.11-261123-0001"]


def test_a_line_that_stays_alone_is_a_code_of_its_own(jobs: Jobs, qtbot: QtBot) -> None:
    made, heard, _ = listening(jobs)
    made.hear(LINES[0])
    assert heard == []
    made.hear("H29.11-261123-0001")
    assert heard == [LINES[0], "H29.11-261123-0001"]
    made.hear(LINES[0])
    made.hear(LINES[1])
    qtbot.waitUntil(lambda: heard[2:] == LINES[:2])
    made.hear(LINES[1])
    assert heard[4:] == [LINES[1]], "a second line without a first is no zone"


def test_a_port_is_heard_like_a_keyboard(jobs: Jobs, qtbot: QtBot) -> None:
    port = Port("001090012345||x", *LINES)
    _, heard, refused = listening(jobs, port)
    qtbot.waitUntil(lambda: heard == ["001090012345||x", "\n".join(LINES)])
    assert refused == []
    assert port.forgotten == 1, "what came before anybody worked here is nobody's"


def test_a_port_that_goes_is_said_once_and_heard_again(
    jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "PAUSE_MS", 5)
    _, heard, refused = listening(jobs, Port("a", GONE, GONE, GONE, "b", GONE))
    qtbot.waitUntil(lambda: len(refused) == 2)
    assert heard == ["a", "b"]
    assert refused == [GONE, GONE]


def test_nothing_is_heard_once_nobody_works_here(jobs: Jobs, qtbot: QtBot) -> None:
    port = Port()
    made, heard, _ = listening(jobs, port)
    made.end()
    port.plays.append("late")
    qtbot.waitUntil(jobs.idle)
    assert heard == []
