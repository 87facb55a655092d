"""Every state × step × role judged at central as the rows say, and what a forged step is refused for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app import wire
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    FieldsEntered,
    Happening,
    Opened,
    Submitted,
    after,
    replay,
)
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.stepping import due_after
from tests.peers import course_rows, role_rows
from tests.peers.pack import training_pack

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=HANOI)
STATION = KnownStation("Q01", "PC08-HN", "Q01", "G01.801.308", b"")
LAW = PackedLaw(training_pack())
RULES = LAW.pack.as_of(NOW.date())
PROCEDURE = "licence-exchange"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(database_url(tmp_path), practice=False)
    yield made
    made.close()


def stands(state: str, procedure: str = PROCEDURE, who: str = "somebody") -> Dossier:
    """A dossier that `who` took, in that state."""
    dossier = uuid4()
    what = [Opened(procedure, "counter", "Q01-261123-0001", "PC08-HN", "Q01", LAW.pack.version)]
    made = replay([Entry(uuid4(), dossier, one, who, NOW) for one in what])
    start = "begin"
    if state not in course_rows.BEFORE_ACCEPTANCE:
        done = Submitted("G01-1", NOW, NOW + timedelta(days=3), "B", "DOI_SAP_HET_HAN", 0, ())
        made, start = after(made, Entry(uuid4(), dossier, done, who, NOW)), "accepted"
    moved = course_rows.brought_to(state, start)
    return made if moved is None else after(made, Entry(uuid4(), dossier, moved, who, NOW))


def judged(database: Database, role: str, state: Dossier, what: Happening, at: datetime = NOW) -> str:
    """The code with which central refuses it; empty where it does not."""
    user = wire.User("somebody-else", "Người Thử", [role], "PC08-HN")
    with database.read() as connection:
        judge = Judge(connection, STATION, False, LAW, LAW.roles(NOW), NOW, {user.id: (user, True)})
        try:
            judge.judge(Entry(uuid4(), state.id, what, user.id, at), state, lambda: state)
        except Refusal as refusal:
            return refusal.code
    return ""


def taken(row: course_rows.Row, state: str, dossier: Dossier) -> StepTaken:
    due = course_rows.said(row, NOW).get("due_at")
    if due is None and (found := [step for step in RULES.steps if step.code == row.code]):
        # A clock that goes on: the appointment that is counted. That it is right is `domain.stepping`'s test.
        follows = due_after(dossier.course, found[0], NOW, dossier, RULES)
        due = follows.at if follows is not None else None
    return StepTaken(
        row.code,
        state,
        row.to,
        row.clock,  # type: ignore[arg-type]
        course_rows.states()[row.to],
        "Lý do",
        "TT 12/2025/TT-BCA",
        ("GKSK",),
        due,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("whose", ["own", "office"])
@pytest.mark.parametrize("procedure", ["licence-exchange", "licence-issue", "driving-permit-international"])
def test_every_state_step_and_role_is_judged_as_the_rows_say(database: Database, procedure: str, whose: str) -> None:
    roles, told, tried = role_rows.roles(), set[str](), 0
    for state, row in course_rows.cells():
        dossier = stands(state, procedure, "somebody-else" if whose == "own" else "somebody")
        for role in roles:
            wanted = course_rows.expected(row, procedure, state, role, whose, "ROLE_MISSING", "ROLE_REACH")
            assert judged(database, role, dossier, taken(row, state, dossier)) == wanted, (state, row.code, role)
            told.add(wanted)
            tried += 1
    assert told >= {"", "ROLE_MISSING", "STEP_NOT_FROM_HERE", "STEP_BY_ITSELF"}
    assert tried == len(roles) * len(course_rows.states()) * len(course_rows.steps())


def test_no_clock_takes_a_step_before_the_last_one_or_tomorrow(database: Database) -> None:
    dossier = stands("processing")
    stop = StepTaken("stop", "processing", "stopped", "paused", ends=True, reason="x")
    assert judged(database, "officer", dossier, stop) == ""
    assert judged(database, "officer", dossier, stop, NOW - timedelta(minutes=11)) == "STEP_TIME_WRONG"
    assert judged(database, "officer", dossier, stop, NOW + timedelta(minutes=11)) == "STEP_TIME_WRONG"


def test_what_a_forged_step_says_otherwise_is_refused(database: Database) -> None:
    dossier = stands("processing")
    approve = StepTaken("approve", "processing", "approved", "stopped")
    assert judged(database, "officer", dossier, approve) == ""
    for forged, code in (
        (replace(approve, to="handed-over"), "STEP_DIFFERS"),
        (replace(approve, clock="paused"), "STEP_DIFFERS"),
        (replace(approve, due_at=NOW + timedelta(days=9)), "STEP_DUE"),
        (replace(approve, step="nothing"), "STEP_UNKNOWN"),
        (StepTaken("refuse", "processing", "not-accepted", "stopped", ends=True, basis="x"), "STEP_REASON"),
    ):
        assert judged(database, "officer", dossier, forged) == code


def test_what_took_a_step_or_came_online_is_not_dropped_without_a_word(database: Database) -> None:
    asked = stands("incomplete")
    assert judged(database, "clerk", asked, Discarded("x")) == "DECLINE_INSTEAD"
    helped = replace(stands("begin"), channel="online")
    assert judged(database, "clerk", helped, Discarded("x")) == "", "begun at the counter for them, and sent by nobody"
    said = FieldsEntered({"portal.sent_at": "2026-11-20T08:00:00+07:00"}, "", "")
    sent = after(helped, Entry(uuid4(), helped.id, said, "portal", NOW))
    assert judged(database, "clerk", sent, Discarded("x")) == "DECLINE_INSTEAD"
    assert judged(database, "clerk", stands("begin"), Discarded("x")) == ""


def test_only_the_portals_station_writes_what_the_portal_says(database: Database) -> None:
    said = FieldsEntered({"portal.payment": "claimed"}, "portal")
    assert judged(database, "clerk", stands("begin"), said) == "FIELD_PORTAL"


def test_a_card_that_is_with_the_post_is_not_printed_again(database: Database) -> None:
    state = stands("ready")
    (row,) = (one for one in course_rows.steps() if one.code == "correct-misprint")
    for posted in ("posting", "posted"):
        away = replace(state, handing=replace(state.handing, state=posted))
        assert judged(database, "clerk", away, taken(row, "ready", away)) == "STEP_POSTED"


def test_a_dossier_of_another_office_takes_no_step_here(database: Database) -> None:
    dossier = replace(stands("processing"), office="PC08-HP", id=UUID(int=9))
    approve = StepTaken("approve", "processing", "approved", "stopped")
    assert judged(database, "officer", dossier, approve) == "DOSSIER_FOREIGN"
