"""At what an online dossier waits, and the appointment that a step is offered with, are the pack's words."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app.catalogue.pack import load
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, Entry, FeeTaken, FieldsEntered, after
from clerk_app.domain.online import OnlineLine, awaited, fits, line_of, staged
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import offered_due, step_of
from tests.central.test_steps import NOW, RULES, stands
from tests.peers import course_rows, role_rows
from tests.peers.pack import copy_of_pack, public_key, sign_again

HOUR = timedelta(hours=1)


def online(state: str, **more: object) -> Dossier:
    """A dossier that came online and stands in that state."""
    return replace(stands(state), channel="online", **more)  # type: ignore[arg-type]


def line(dossier: Dossier, rules: Rules = RULES) -> OnlineLine:
    found = line_of(dossier)
    assert found is not None
    return staged(found, rules)


def changed(tmp_path: Path, name: str, work: Callable[[list[list[str]]], object]) -> Rules:
    """The rules of the day by a pack of which one table is another."""
    folder = copy_of_pack(tmp_path)
    table = folder / name
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    work(rows)
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    sign_again(folder)
    return load(folder, [public_key()]).as_of(NOW.date())


def restage(state: str, stage: str) -> Callable[[list[list[str]]], None]:
    def work(rows: list[list[str]]) -> None:
        at = rows[0].index("stage")
        for row in rows[1:]:
            if row[0] == state:
                row[at] = stage

    return work


def test_every_state_stands_where_its_row_says() -> None:
    rows = {row["code"]: row["stage"] for row in role_rows.rows("states.csv")} | {"begin": "new"}
    assert set(rows) == set(course_rows.states())
    for state, stage in rows.items():
        assert line(online(state)).stage == stage, state
        assert awaited(online(state), RULES) == (stage == "supplement" and state == "supplement"), state


def test_a_pack_that_says_otherwise_is_followed(tmp_path: Path) -> None:
    rules = changed(tmp_path, "states.csv", restage("processing", "supplement"))
    there = online("processing")
    assert (line(there).stage, awaited(there, RULES)) == ("accepted", False)
    assert (line(there, rules).stage, awaited(there, rules)) == ("supplement", True)
    wrote = FieldsEntered({"portal.changed_at": "x"}, "portal", source="portal")
    came = after(there, Entry(uuid4(), there.id, wrote, "portal", NOW + HOUR))
    assert line(came).stage == "accepted"
    told = line(came, rules)
    assert (told.stage, told.came_at) == ("came", NOW + HOUR)
    assert fits(told, "new", None, NOW)


def test_what_is_paid_asks_nothing_of_the_citizen_where_the_fee_is_waited_for(tmp_path: Path) -> None:
    fee = Entry(uuid4(), uuid4(), FeeTaken("0000001", 115_000, "cash", 115_000, 0), "lan", NOW - HOUR)
    waits = online("fee-due")
    assert line(waits).stage == "fee"
    paid = after(waits, replace(fee, dossier=waits.id))
    assert (line(paid).stage, line(paid).came_at, line(paid).payment) == ("came", NOW, "paid"), (
        "paid before it was asked"
    )
    papers = after(online("incomplete"), fee)
    assert line(papers).stage == "supplement", "papers are another matter"
    rules = changed(tmp_path, "states.csv", restage("incomplete", "fee"))
    assert line(papers, rules).stage == "came"


def test_a_pack_from_before_it_said_so_stands_as_it_stood(tmp_path: Path) -> None:
    def without(rows: list[list[str]]) -> None:
        at = rows[0].index("stage")
        for row in rows:
            del row[at]

    rules = changed(tmp_path, "states.csv", without)
    assert {code: one.stage for code, one in rules.states.items()} == {
        code: one.stage for code, one in RULES.states.items()
    }


@pytest.mark.parametrize(("state", "stage"), [("handed-over", "accepted"), ("accepted", "ended"), ("accepted", "came")])
def test_a_stage_that_cannot_be_is_no_pack(tmp_path: Path, state: str, stage: str) -> None:
    with pytest.raises(Refusal):
        changed(tmp_path, "states.csv", restage(state, stage))


def test_a_draft_that_was_given_up_waits_for_nobody() -> None:
    assert line(online("begin", status="discarded")).stage == "ended"


def test_a_state_that_the_law_of_today_lacks_goes_on() -> None:
    rules = replace(RULES, states={code: one for code, one in RULES.states.items() if code != "processing"})
    assert line(online("processing"), rules).stage == "accepted"


# ---- the appointment that a step is offered with


def offered(dossier: Dossier, rules: Rules, at: datetime = NOW) -> datetime:
    return offered_due(dossier, step_of(dossier, "correct-misprint", rules), at, rules)


def test_a_misprint_is_mended_within_the_term_of_the_pack(tmp_path: Path) -> None:
    def longer(rows: list[list[str]]) -> None:
        for row in rows:
            if row[0] == "correct-misprint":
                row[1:3] = ["20", "80"]

    limit = RULES.limits["correct-misprint"]
    ready = replace(stands("ready"), course=replace(stands("ready").course, dues=(NOW,)))
    count = RULES.calendar.due_after_pauses
    assert offered(ready, RULES) == count(NOW, (), limit.half_days, limit.hours)[-1].at
    rules = changed(tmp_path, "limits.csv", longer)
    assert offered(ready, rules) == count(NOW, (), 20, 80)[-1].at
    assert offered(ready, rules) > offered(ready, RULES)


def test_an_appointment_that_holds_longer_is_not_moved_forward() -> None:
    ready = stands("ready")
    assert ready.course.due_at == NOW + timedelta(days=3)
    assert offered(ready, RULES) == ready.course.due_at


def test_without_a_term_it_is_the_end_of_the_next_working_day() -> None:
    bare = replace(RULES, limits={key: one for key, one in RULES.limits.items() if key != "correct-misprint"})
    ready = replace(stands("ready"), course=replace(stands("ready").course, dues=(NOW,)))
    closes = RULES.calendar.hours.closes
    assert offered(ready, bare) == datetime(2026, 11, 25, closes.hour, closes.minute, tzinfo=HANOI), (
        "24 November is a holiday"
    )


def test_an_apology_is_offered_after_the_appointment_that_holds() -> None:
    dossier = stands("processing")
    due = dossier.course.due_at
    assert due is not None
    step = step_of(dossier, "extend", RULES)
    assert offered_due(dossier, step, NOW, RULES) > due
    strict = replace(RULES, limits=dict(RULES.limits) | {"extend": RULES.limits["correct-misprint"]})
    assert offered_due(dossier, step, NOW, strict) > due
