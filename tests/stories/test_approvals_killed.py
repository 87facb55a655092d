"""Clerk and supervisor are killed at random moments between request, decision and answer: one decision each, none lost,
none granted because nobody said anything.

`CLERK_KILLS=100` kills a hundred times, `CLERK_SEED=7` repeats the moments of an earlier run.
"""

from __future__ import annotations

import os
import random
import secrets
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest
from sqlalchemy import select as chosen

from clerk_app import bootstrap, wire
from clerk_app.central.database import entries, open_database
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import ExceptionDecided
from clerk_app.domain.facts import exception_of
from tests.stories.approval_desks import CODE, Office, office
from tests.stories.approval_hand import granted

KILLS = int(os.environ.get("CLERK_KILLS", "12"))
SEED = int(os.environ.get("CLERK_SEED", secrets.randbelow(10_000)))
A_DAY = 12
"""How often somebody is killed before everything is decided, delivered and counted."""
LONGEST_S = 1.2
"""About as long as a request takes from being asked to being answered."""
AT_THE_START = 0.1
PATIENCE_S = 120.0
HANDS = {"Q01": "clerk", "Q02": "supervisor"}

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.timeout(290)]


@dataclass
class Hand:
    """One process at one desk; `said` is everything that any of its lives said."""

    station: str
    profile: Path
    enough: Path
    said: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    _partial: bytes = b""

    def begin(self) -> None:
        command = [sys.executable, "-m", "tests.stories.approval_hand"]
        command += [str(self.profile), HANDS[self.station], str(self.enough)]
        environment = os.environ | {"CLERK_PASSPHRASE": "practice", "CLERK_KEY_STORE": "none"}
        folder = bootstrap.RESOURCES.parent
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=folder)

    def hear(self, within_s: float) -> bool:
        """Take in what is said, at most so long; False once nothing can come any more."""
        assert self.process is not None
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], within_s)
        if not ready:
            return True
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        *lines, self._partial = (self._partial + data).split(b"\n")
        self.said += [line.decode() for line in lines]
        return bool(data)

    def watch(self, seconds: float) -> None:
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0 and self.hear(left):
            continue

    def until(self, word: str) -> None:
        """Until this life says it."""
        begun, deadline = len(self.said), monotonic() + PATIENCE_S
        while not any(line.startswith(word) for line in self.said[begun:]):
            assert monotonic() < deadline, f"{self.station} never said {word}"
            assert self.hear(1.0), f"{self.station} ended before it said {word}"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        while self.hear(0.1):
            continue
        self._shut()

    def end(self) -> None:
        """Until it goes home by itself."""
        assert self.process is not None
        deadline = monotonic() + PATIENCE_S
        while self.hear(1.0):
            assert monotonic() < deadline, f"{self.station} does not come to an end"
        assert self.process.wait(30) == 0
        self._shut()

    def stop(self) -> None:
        """Whatever is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._shut()

    def _shut(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self._partial = b""

    def told(self, word: str) -> set[UUID]:
        return {UUID(line.split()[1]) for line in self.said if line.startswith(word)}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for every day of it."""
    with office(tmp_path_factory.mktemp("office"), {"Q02": "supervisor"}) as opened:
        yield opened


@pytest.mark.parametrize("day", range(-(-KILLS // A_DAY)))
def test_killed_between_request_decision_and_answer_there_is_one_decision(
    bureau: Office, tmp_path: Path, day: int
) -> None:
    print(f"CLERK_SEED={SEED} CLERK_KILLS={KILLS} day {day}")
    dice = random.Random(f"{SEED}/{day}")
    (tmp_path / "signs").mkdir()
    enough = tmp_path / "signs" / "enough"
    hands = {station: Hand(station, bureau.places[station].profile, enough) for station in HANDS}
    killed: Counter[str] = Counter()
    try:
        for hand in hands.values():
            hand.begin()
        for hand in hands.values():
            hand.until("begun")
        for _ in range(min(A_DAY, KILLS - day * A_DAY)):
            hand = hands[dice.choice(list(HANDS))]
            hand.watch(dice.uniform(0.0, LONGEST_S))
            hand.kill()
            killed[hand.said[-1].split()[0]] += 1
            hand.begin()
            if dice.random() >= AT_THE_START:
                hand.until("begun")
        print(f"killed after: {dict(killed)}")
        enough.touch()
        hands["Q01"].end()
        (tmp_path / "signs" / "home").touch()
        hands["Q02"].end()
    finally:
        for hand in hands.values():
            hand.stop()
    asked, decided = hands["Q01"].told("asked"), hands["Q02"].told("decided")
    assert decided <= everything_decided_once(bureau), "what was decided stands"
    assert asked <= everything_decided_once(bureau), "what was asked was decided"
    print(f"{len(asked)} requests, {len(decided)} decisions told of, {len(hands['Q01'].told('answered'))} answers")
    everybody_has_the_same(bureau)


def everything_decided_once(bureau: Office) -> set[UUID]:
    """The dossiers at central that have a decision: each exactly one, and that of the supervisor."""
    database = open_database(bureau.central.database_url)
    try:
        with database.read() as connection:
            rows = chosen(entries.c.body).where(entries.c.accepted).order_by(entries.c.number)
            found = [wire.decode_entry(body) for body in connection.execute(rows).scalars()]
    finally:
        database.close()
    decisions = [one for one in found if isinstance(one.what, ExceptionDecided)]
    count = Counter(one.dossier for one in decisions)
    assert set(count.values()) <= {1}, count
    for one in decisions:
        assert isinstance(one.what, ExceptionDecided)
        assert (one.what.granted, one.who) == (granted(one.dossier), "supervisor")
    return set(count)


def everybody_has_the_same(bureau: Office) -> None:
    """At both desks every request stands as central has it, nothing was refused, and both journals are whole."""
    summary = verify(bureau.central.database_url)
    assert summary.problems == (), summary.problems
    states = []
    for place in bureau.places.values():
        with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(lambda: False)
            report = desk.journal.verify()
            assert report.ok, report.problems
            assert desk.journal.refused() == ()
            dossiers = sorted(line.dossier for line in desk.journal.find(limit=10_000))
            asked = {one: exception_of(desk.journal.dossier(one), CODE) for one in dossiers}
            states.append({one: (state.granted, state.decided_by) for one, state in asked.items() if state is not None})
            assert all(said == (granted(one), "supervisor") for one, said in states[-1].items())
    assert states[0] == states[1]
