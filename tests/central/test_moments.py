"""A step that must be in time is dated by its station: what the chain of entries says against that, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert

from clerk_app import wire
from clerk_app.catalogue.pack import load
from clerk_app.central.database import Database, database_url, entries, milliseconds, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Judge
from clerk_app.domain.clocks import SETTING, tolerance
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Entry, Happening, Opened
from clerk_app.domain.refusals import Refusal
from tests.central.test_steps import LAW, NOW, RULES, STATION, stands
from tests.peers.pack import copy_of_pack, public_key, sign_again

DUE = NOW + timedelta(days=3)
"""When the dossiers of `stands` are due."""
LATE = DUE + timedelta(days=2)
BEFORE = DUE - timedelta(minutes=1)
TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)
APOLOGY = StepTaken("extend", "processing", "processing", "runs", reason="Chờ xác minh", due_at=DUE + timedelta(days=4))


@dataclass
class Chain:
    """What central has of a station, and one more entry of it."""

    database: Database
    law: PackedLaw = LAW
    practice: bool = False
    n: int = 0
    before: list[datetime] = field(default_factory=list)
    """Moments of entries that come in the batch of the one that is judged, before it."""

    def has(self, at: datetime, arrived: datetime, station: str = "Q01") -> int:
        """An entry of that moment that arrived then; its number."""
        self.n += 1
        what = Opened("licence-exchange", "counter", f"Q01-{self.n}", "PC08-HN", "Q01", "1")
        body = wire.encode_entry(Entry(uuid4(), uuid4(), what, "lan", at))
        row = {"number": self.n, "id": uuid4(), "station": station, "n": self.n, "office": "PC08-HN"}
        row |= {"dossier": uuid4(), "received_ms": milliseconds(arrived), "accepted": True, "refusal": None}
        row |= {"body": body, "previous": bytes(32), "digest": bytes(32), "signature": bytes(64)}
        with self.database.write("entries") as connection:
            connection.execute(insert(entries), row)
        return self.n

    def says(self, at: datetime, what: Happening = APOLOGY, now: datetime = LATE, seen: int = 0) -> str:
        """Why the step, which arrives `now`, is refused; empty where it is not."""
        state = stands("processing")
        user = wire.User("somebody-else", "Người Thử", ["officer"], "PC08-HN")
        with self.database.read() as connection:
            known = {user.id: (user, True)}
            judge = Judge(connection, STATION, self.practice, self.law, self.law.roles(NOW), now, known)
            for one in self.before:
                judge.access.passed(one)
            try:
                judge.judge(Entry(uuid4(), state.id, what, user.id, at, seen), state, lambda: state)
            except Refusal as refusal:
                return refusal.code
        return ""


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    database = open_database(database_url(tmp_path), practice=False)
    yield Chain(database)
    database.close()


def test_a_counter_that_was_without_a_line_is_believed_however_late_it_arrives(chain: Chain) -> None:
    chain.has(NOW, NOW)
    chain.before = [BEFORE - HOUR, BEFORE]
    assert chain.says(BEFORE) == ""
    assert chain.says(LATE) == "STEP_LATE"


@pytest.mark.parametrize(("later", "code"), [(TEN, ""), (TEN + timedelta(seconds=1), "STEP_TIME_WRONG")])
@pytest.mark.parametrize("same_batch", [True, False])
def test_nothing_is_in_time_that_was_sealed_behind_something_later(
    chain: Chain, later: timedelta, code: str, same_batch: bool
) -> None:
    """The clerk turned the clock back after the day's work, apologised, and put it right again."""
    chain.has(NOW, NOW)
    if same_batch:
        chain.before = [BEFORE + later]
    else:
        chain.has(BEFORE + later, BEFORE + later + HOUR)
    assert chain.says(BEFORE) == code


def test_several_entries_by_the_clock_that_was_turned_back_hide_nothing(chain: Chain) -> None:
    chain.has(LATE - HOUR, LATE - HOUR)
    for _ in range(150):
        chain.has(BEFORE - HOUR, LATE - HOUR)
    chain.before = [BEFORE - HOUR]
    assert chain.says(BEFORE) == "STEP_TIME_WRONG"


def test_a_clock_that_was_ahead_and_was_put_right_speaks_against_nothing(chain: Chain) -> None:
    """No entry was made after it arrived: what says so proves only when it arrived."""
    chain.has(BEFORE + timedelta(days=1), BEFORE - HOUR)
    assert chain.says(BEFORE, now=BEFORE) == ""


def test_what_its_author_had_seen_of_another_desk_was_there_before_it(chain: Chain) -> None:
    early = chain.has(BEFORE - HOUR, BEFORE - HOUR, "Q02")
    late = chain.has(BEFORE - HOUR, LATE - HOUR, "Q02")
    assert chain.says(BEFORE, seen=early) == ""
    assert chain.says(BEFORE, seen=late) == "STEP_TIME_WRONG"
    assert chain.says(BEFORE, seen=late + 7) == "", "central was brought back and does not know that number any more"
    chain.practice = True
    assert chain.says(BEFORE, seen=late) == "", "in training the desks' clocks are their own"


def test_other_stations_and_other_steps_are_not_held_against_it(chain: Chain) -> None:
    chain.has(LATE - HOUR, LATE - HOUR, "Q02")
    assert chain.says(BEFORE) == ""
    chain.has(LATE - HOUR, LATE - HOUR)
    assert chain.says(BEFORE) == "STEP_TIME_WRONG"
    stop = StepTaken("stop", "processing", "stopped", "paused", ends=True, reason="x")
    assert chain.says(BEFORE, stop) == "", "nothing hangs on when"


def test_how_far_clocks_may_differ_is_the_packs_word(chain: Chain, tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    settings = folder / "settings.csv"
    text = settings.read_text("utf-8")
    assert f"{SETTING},10," in text
    settings.write_text(text.replace(f"{SETTING},10,", f"{SETTING},45,"), "utf-8")
    sign_again(folder)
    changed = load(folder, [public_key()])
    chain.has(BEFORE + timedelta(minutes=40), LATE)
    assert chain.says(BEFORE) == "STEP_TIME_WRONG"
    chain.law = PackedLaw(changed)
    assert tolerance(changed.as_of(NOW.date())) == timedelta(minutes=45)
    assert chain.says(BEFORE) == ""


@pytest.mark.parametrize(
    ("written", "minutes"), [("", 10), ("0", 0), ("-5", 10), ("mười", 10), ("99999", 10), ("³", 10)]
)
def test_what_is_no_figure_is_ten_minutes(written: str, minutes: int) -> None:
    rules = replace(RULES, settings=dict(RULES.settings) | {SETTING: written})
    assert tolerance(rules) == timedelta(minutes=minutes)
