"""The hours of the office: appointments count by them, at the desk and at central alike; and when nobody receives."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest

from clerk_app.catalogue.pack import Pack, load
from clerk_app.central.law import PackedLaw
from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.refusals import Refusal
from tests.desk.conftest import Desk
from tests.peers.pack import copy_of_pack, public_key, sign_again, training_pack


@pytest.fixture
def early_pack(tmp_path: Path) -> Pack:
    """A pack by which this desk's office has its noon at 11:30, and others at 12:00."""
    folder = copy_of_pack(tmp_path)
    path = folder / "hours.csv"
    path.write_text(f"{path.read_text('utf-8')}PC08-HN,07:30,11:30,13:00,16:30,2017-01-01,,x,yes\n", "utf-8")
    sign_again(folder)
    return load(folder, [public_key()])


def test_desk_and_central_count_by_the_hours_of_the_office(table: Desk, early_pack: Pack) -> None:
    table.counter.pack = early_pack
    state = table.journal.dossier(table.accepted())
    submitted = state.submitted
    assert submitted is not None
    assert in_hanoi(submitted.due_at).time() == time(11, 30)
    PackedLaw(early_pack).check(state, submitted, submitted.received_at)
    with pytest.raises(Refusal, match="DUE_DIFFERS"):
        PackedLaw(training_pack()).check(state, replace(submitted, pack=""), submitted.received_at)


def test_the_desk_asks_whether_it_receives(table: Desk) -> None:
    assert table.counter.reception().kind == "hours"
    table.time = datetime(2026, 11, 28, 9, 0, tzinfo=HANOI)
    assert table.counter.reception().kind == "session"
    table.time = datetime(2026, 11, 29, 9, 0, tzinfo=HANOI)
    assert "08:00 30/11/2026" in table.counter.reception().told.vi
    assert table.draft()  # and yet a dossier can be begun


@pytest.mark.parametrize(
    ("received", "said"),
    [
        ("2026-11-21T09:00:00+07:00", ""),  # a Saturday: a session
        ("2026-11-22T09:00:00+07:00", "Chủ nhật"),
        ("2026-11-20T12:10:00+07:00", "Giờ nghỉ giữa hai buổi"),
        ("no moment", ""),
        ("", ""),
    ],
)
def test_a_late_entry_received_while_the_counter_was_closed_is_looked_at(table: Desk, received: str, said: str) -> None:
    view = table.intake.enter(table.draft(), {"received_at": received}, "application", "")
    found = [one for one in view.receipt.findings if one.code == "RECEPTION_CLOSED"]
    assert bool(found) is bool(said)
    for one in found:
        assert said in one.words.vi
        assert not one.blocking
