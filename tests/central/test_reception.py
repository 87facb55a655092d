"""When a dossier may have been received: a real one lies shortly before its acceptance, a practice one anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app import wire
from clerk_app.central import blocks
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Entry, replay
from clerk_app.domain.refusals import Refusal
from tests.peers.counter import codes, exchange, pack

NOW = hanoi_now().replace(hour=10)
STATION = KnownStation("Q01", "PC08-HN", "Q01", "G01.801.308", b"")
MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)
CLERK = wire.User("clerk", "Nguyễn Thu Hà", ["clerk"], "PC08-HN")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(database_url(tmp_path), practice=False)
    yield made
    made.close()


def _judged(database: Database, received_at: datetime, entered_at: datetime, practice: bool) -> str:
    """The refusal of a submission that was entered then and names this reception."""
    lent = blocks.lend(database, wire.BlockAsked("dossier", 1, uuid4()), STATION, NOW)
    done = exchange(codes(lent, entered_at)[0], "0000001", received_at)
    dossier = uuid4()
    entries = [Entry(uuid4(), dossier, what, "clerk", entered_at) for what in done]
    state = replay(entries[:-2])
    law = PackedLaw(pack())
    with database.read() as connection:
        judge = Judge(connection, STATION, practice, law, law.roles(NOW), NOW, {"clerk": (CLERK, True)})
        try:
            judge.judge(entries[-2], state, lambda: state)
        except Refusal as refusal:
            return refusal.code
    return ""


@pytest.mark.parametrize(
    ("received", "entered", "live", "training"),
    [
        (0 * DAYS, 0 * DAYS, "", ""),
        (9 * MINUTES, 0 * DAYS, "", ""),
        (11 * MINUTES, 0 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (2 * DAYS, 0 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (-3 * DAYS, -4 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (2 * DAYS, 2 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (-59 * DAYS, 0 * DAYS, "", ""),
        (-61 * DAYS, 0 * DAYS, "RECEIVED_LONG_AGO", ""),
        (-61 * DAYS, -3 * DAYS, "", ""),
    ],
)
def test_a_real_reception_lies_shortly_before_its_acceptance(
    database: Database, received: timedelta, entered: timedelta, live: str, training: str
) -> None:
    assert _judged(database, NOW + received, NOW + entered, practice=False) == live
    assert _judged(database, NOW + received, NOW + entered, practice=True) == training
