"""The real windows of clerk and supervisor are killed at random moments while one asks, the other decides and the
answer comes: one decision each, none lost, none granted because nobody said anything.

`CLERK_KILLS=30` kills thirty times, `CLERK_SEED=7` repeats the moments of an earlier run.
"""

from __future__ import annotations

import os
import random
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.practice import specimens
from tests.stories.approval_desks import CODE, Office, office
from tests.stories.approval_hand import granted
from tests.stories.desk_window import DeskWindow
from tests.stories.test_approvals import exception_is, press
from tests.stories.test_approvals_killed import everybody_has_the_same, everything_decided_once

KILLS = int(os.environ.get("CLERK_KILLS", "3"))
SEED = int(os.environ.get("CLERK_SEED", secrets.randbelow(10_000)))
PLACES = ("request", "decision", "answer")
"""Of each dossier, one window is killed in the middle of each of these."""
LONGEST_S = {"request": 1.0, "decision": 0.5, "answer": 0.8}
"""About as long as it takes."""
WORDS = "da xem"
REASON = "chip hong"
WAITS, NOTHING = "Lý do của cán bộ", "Không có yêu cầu nào chờ duyệt"

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.window, pytest.mark.timeout(300 + 60 * KILLS)]


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERK_KEY_STORE", "none")
        with office(tmp_path_factory.mktemp("office"), {"Q02": "supervisor"}) as opened:
            yield opened


@dataclass
class Seat:
    """One person at one desk; a window that was killed is opened again and signed in to."""

    bureau: Office
    station: str
    user: str
    folder: Path
    stack: ExitStack
    lives: list[DeskWindow] = field(default_factory=list)

    @property
    def window(self) -> DeskWindow:
        return self.lives[-1]

    def begin(self) -> None:
        opened = self.bureau.places[self.station].window(self.folder / f"{self.station}-{len(self.lives)}")
        self.lives.append(self.stack.enter_context(opened))
        self.window.do("sign_in", user=self.user)

    def killed_after(self, seconds: float) -> None:
        self.window.watch(seconds)
        self.window.kill()
        self.begin()


def asks(clerk: Seat, dice: random.Random, kill: bool) -> UUID:
    """A dossier whose exception was asked for, however often it takes."""
    begun = len(clerk.window.told)
    clerk.window.do("open")
    dossier = clerk.window.until(
        "an empty draft", lambda line: bool(line.get("dossier")) and "applicant.name" not in line["values"], begun
    )["dossier"]
    clerk.window.do("scan", text=specimens.qr_text(specimens.specimen(1).person))
    press(clerk.window, "F3")
    clerk.window.order("ask_exception", text=REASON)
    if kill:
        clerk.killed_after(dice.uniform(0.0, LONGEST_S["request"]))
        stands = clerk.window.do("look")
        assert stands["dossier"] == dossier, "what was begun is there again"
        assert stands["exceptions"][CODE] in ("needed", "asked"), "nobody granted it"
        if stands["exceptions"][CODE] == "needed":
            press(clerk.window, "F3")
            clerk.window.do("ask_exception", text=REASON)
    clerk.window.until("the request", exception_is("asked"))
    clerk.window.do("delivered")
    return UUID(dossier)


def says(room: Seat, dossier: UUID) -> None:
    """What the supervisor presses for the request that stands there, once it stood there for long enough."""
    room.window.watch(0.8)
    room.window.order("press", key="A" if granted(dossier) else "R")
    if not granted(dossier):
        room.window.order("type", text=WORDS)
        room.window.order("press", key="Return")


def decides(room: Seat, dossier: UUID, dice: random.Random, kill: bool) -> None:
    begun = len(room.window.told)
    press(room.window, "Ctrl+2", "Ctrl+5")
    room.window.until_words(WAITS, REASON, begun=begun)
    begun = len(room.window.told)
    says(room, dossier)
    if kill:
        room.killed_after(dice.uniform(0.0, LONGEST_S["decision"]))
        begun = len(room.window.told)
        press(room.window, "Ctrl+5")
        if still_waits(room.window, begun):
            says(room, dossier)
    room.window.until_words(NOTHING, begun=begun)
    room.window.do("delivered")


def still_waits(window: DeskWindow, begun: int) -> bool:
    """Whether the list that comes holds anything."""
    line = window.until(
        "the list",
        lambda line: line["what"] == "words" and any(WAITS in text or NOTHING in text for text in line["shown"]),
        begun,
    )
    return any(WAITS in text for text in line["shown"])


def hears(clerk: Seat, dossier: UUID, dice: random.Random, kill: bool) -> None:
    if kill:
        clerk.killed_after(dice.uniform(0.0, LONGEST_S["answer"]))
    said = "granted" if granted(dossier) else "refused"
    clerk.window.until(
        "the answer",
        lambda line: line.get("dossier") == str(dossier) and line.get("exceptions", {}).get(CODE) == said,
    )


def test_windows_killed_between_request_decision_and_answer(bureau: Office, tmp_path: Path) -> None:
    print(f"CLERK_SEED={SEED} CLERK_KILLS={KILLS}")
    dice = random.Random(SEED)
    left, killed, asked = KILLS, Counter[str](), set[UUID]()
    with ExitStack() as stack:
        clerk = Seat(bureau, "Q01", "clerk", tmp_path, stack)
        room = Seat(bureau, "Q02", "supervisor", tmp_path, stack)
        for seat in (clerk, room):
            seat.begin()
        while left:
            kill = set(dice.sample(PLACES, min(left, len(PLACES))))
            left -= len(kill)
            killed.update(kill)
            dossier = asks(clerk, dice, "request" in kill)
            asked.add(dossier)
            decides(room, dossier, dice, "decision" in kill)
            hears(clerk, dossier, dice, "answer" in kill)
        for seat in (clerk, room):
            seat.window.do("delivered")
            assert seat.window.close() == 0
            assert [line for life in seat.lives for line in life.complaints()] == []
    print(f"killed in the middle of: {dict(killed)}")
    assert killed.total() == KILLS
    assert everything_decided_once(bureau) == asked
    everybody_has_the_same(bureau)
