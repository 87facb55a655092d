"""Every state × every step of the catalogue, what a step needs, and the appointments that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import ACCEPT, Course, StepTaken
from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    Happening,
    Opened,
    Submitted,
    after,
    replay,
)
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import again_code, check_step, open_steps, step_of, steps_from, taking
from clerk_app.domain.steps import BEGIN
from tests.peers.pack import training_pack

PACK = training_pack()
MONDAY = datetime(2026, 11, 16, 9, 32, tzinfo=HANOI)
DUE = datetime(2026, 11, 20, 12, 0, tzinfo=HANOI)
"""3.5 working days, the half read as noon."""
RULES: Rules = PACK.as_of(MONDAY.date())
PROCEDURES = tuple(RULES.procedures)
SAID = {"reason": "Máy in hỏng", "basis": "TT 12/2025/TT-BCA art.21", "items": ("GKSK",)}


def happened(dossier: Dossier, what: Happening, at: datetime, who: str = "clerk") -> Dossier:
    return after(dossier, Entry(uuid4(), dossier.id, what, who, at))


def draft(procedure: str = "licence-exchange") -> Dossier:
    opened = Opened(procedure, "counter", "Q04-261116-0001", "PC08-HN", "Q04", PACK.version)
    return replay([Entry(uuid4(), uuid4(), opened, "clerk", MONDAY)])


def accepted(procedure: str = "licence-exchange") -> Dossier:
    done = Submitted("G01-1", MONDAY, DUE, "B", "DOI_SAP_HET_HAN", 115_000, ("GKSK",))
    return happened(draft(procedure), done, MONDAY)


def stands(state: str, procedure: str) -> Dossier:
    """A dossier of that procedure in that state, however it came there."""
    made = draft(procedure) if state in (BEGIN, "registered", "incomplete", "fee-due") else accepted(procedure)
    course = replace(made.course, state=state, ended=state in RULES.states and RULES.states[state].ends)
    status = "discarded" if made.status == "draft" and course.ended else made.status
    return replace(made, course=course, status=status)


def code_of(dossier: Dossier, step: str, at: datetime = MONDAY + timedelta(hours=2), **said: object) -> str:
    try:
        taking(dossier, step, RULES, at, **said)  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_every_state_and_every_step_is_as_its_row_says(procedure: str) -> None:
    """The row is read here by hand: which states it names, and for which procedures."""
    tried = 0
    for state in (BEGIN, *RULES.states):
        dossier = stands(state, procedure)
        for row in RULES.steps:
            said = SAID | {"due_at": DUE + timedelta(days=3)} if "due" in row.needs else SAID
            if "*" not in row.procedures and procedure not in row.procedures:
                expected = "STEP_UNKNOWN"
            elif row.code == ACCEPT:
                expected = "STEP_BY_ITSELF"
            elif state not in row.start:
                expected = "STEP_NOT_FROM_HERE"
            elif "card" in row.needs or "handing" in row.needs:
                expected = "STEP_CARD" if "card" in row.needs else "STEP_HANDING"
            else:
                expected = ""
            assert code_of(dossier, row.code, **said) == expected, (state, row.code)
            tried += 1
        own = {row.code for row in RULES.steps if row.of(procedure) and state in row.start} - {ACCEPT}
        assert {step.code for step in steps_from(dossier, RULES)} == own, state
    assert tried == len(RULES.steps) * (len(RULES.states) + 1)


def test_who_may_take_a_step_is_told_by_the_scope_of_its_row() -> None:
    dossier = stands("processing", "licence-exchange")
    nobody = open_steps(dossier, RULES, frozenset(), MONDAY)
    office = {one.step.code for one in open_steps(dossier, RULES, {"dossier.process"}, MONDAY)}
    assert nobody == ()
    assert office == {"ask-supplement", "extend", "refuse", "stop", "approve"}
    assert {one.step.code for one in open_steps(dossier, RULES, {"dossier.submit"}, MONDAY)} == {"withdraw"}


@pytest.mark.parametrize(
    ("step", "lacks", "code"),
    [
        ("refuse", "reason", "STEP_REASON"),
        ("refuse", "basis", "STEP_BASIS"),
        ("ask-supplement", "items", "STEP_ITEMS"),
        ("extend", "reason", "STEP_REASON"),
        ("stop", "reason", "STEP_REASON"),
    ],
)
def test_what_has_to_be_said_is_said(step: str, lacks: str, code: str) -> None:
    dossier = stands("processing", "licence-exchange")
    said = {**SAID, "due_at": DUE + timedelta(days=3)} if step == "extend" else SAID
    assert code_of(dossier, step, **said) == ""
    assert code_of(dossier, step, **{**said, lacks: "  " if lacks != "items" else ("  ",)}) == code


def test_a_step_that_says_something_else_than_its_row_is_refused() -> None:
    dossier = stands("processing", "licence-exchange")
    good = taking(dossier, "stop", RULES, MONDAY, reason="x")
    assert check_step(dossier, good, MONDAY, RULES).code == "stop"
    for forged in (
        replace(good, to="handed-over"),
        replace(good, start="supplement"),
        replace(good, clock="runs"),
        replace(good, ends=not good.ends),
    ):
        with pytest.raises(Refusal) as refused:
            check_step(dossier, forged, MONDAY, RULES)
        assert refused.value.code == "STEP_DIFFERS"


def test_the_new_appointment_of_an_extension_is_later_a_working_day_in_time_and_given_once() -> None:
    dossier = happened(accepted(), taking(accepted(), "hand-on", RULES, MONDAY), MONDAY)
    later = datetime(2026, 11, 20, 17, 0, tzinfo=HANOI)
    assert code_of(dossier, "extend", reason="x", due_at=None) == "STEP_DUE"
    assert code_of(dossier, "extend", reason="x", due_at=DUE) == "STEP_DUE"
    assert code_of(dossier, "extend", reason="x", due_at=datetime(2026, 11, 22, 9, tzinfo=HANOI)) == "STEP_DUE", (
        "Sunday"
    )
    assert code_of(dossier, "extend", DUE + timedelta(minutes=1), reason="x", due_at=later) == "STEP_LATE"
    done = happened(dossier, taking(dossier, "extend", RULES, DUE, reason="x", due_at=later), DUE, "officer")
    assert done.course.dues == (DUE, later)
    assert done.course.due_at == later
    assert done.course.clock == "runs"
    assert code_of(done, "extend", DUE, reason="x", due_at=later + timedelta(days=3)) == "STEP_ONCE"


def at_work(dossier: Dossier) -> Dossier:
    return happened(dossier, taking(dossier, "hand-on", RULES, MONDAY), MONDAY)


def test_a_supplement_pauses_the_clock_over_a_holiday_and_both_appointments_are_kept() -> None:
    """Received Monday 16/11 with 7 half days, due Friday 20/11 noon. Asked on Tuesday at 14:00: the morning of the
    17th had passed, one half day. What comes on Monday 23/11 leaves six: the 24th is a holiday (NQ 28/2026/QH16), so
    25, 26 and 27 November, until the office closes.
    """
    dossier = at_work(accepted())
    asked = datetime(2026, 11, 17, 14, 0, tzinfo=HANOI)
    paused = happened(dossier, taking(dossier, "ask-supplement", RULES, asked, items=("GKSK",)), asked, "officer")
    assert (paused.course.state, paused.course.clock, paused.course.due_at) == ("supplement", "paused", DUE)
    came = datetime(2026, 11, 23, 10, 0, tzinfo=HANOI)
    what = taking(paused, "supplement", RULES, came)
    assert what.due_at == datetime(2026, 11, 27, 17, 0, tzinfo=HANOI)
    again = happened(paused, what, came)
    assert again.course.dues == (DUE, what.due_at)
    assert [(one.asked_at, one.came_at) for one in again.course.pauses] == [(asked, came)]
    with pytest.raises(Refusal) as refused:
        check_step(paused, replace(what, due_at=DUE), came, RULES)
    assert refused.value.code == "STEP_DUE", "nobody chooses it"


def test_clocks_of_two_desks_that_are_minutes_apart_count_as_one() -> None:
    dossier = at_work(accepted())
    early = MONDAY - timedelta(minutes=5)
    paused = happened(dossier, taking(dossier, "ask-supplement", RULES, early, items=("GKSK",)), early, "officer")
    assert taking(paused, "supplement", RULES, early - timedelta(minutes=1)).due_at == DUE


def test_an_extension_given_before_a_supplement_is_not_taken_back() -> None:
    dossier = at_work(accepted())
    later = datetime(2026, 12, 4, 17, 0, tzinfo=HANOI)
    extended = happened(dossier, taking(dossier, "extend", RULES, MONDAY, reason="x", due_at=later), MONDAY)
    paused = happened(extended, taking(extended, "ask-supplement", RULES, MONDAY, items=("GKSK",)), MONDAY)
    what = taking(paused, "supplement", RULES, MONDAY + timedelta(days=1))
    assert what.due_at == datetime(2026, 12, 7, 17, 0, tzinfo=HANOI), "a day of pause, the weekend behind it"


@pytest.mark.parametrize("set_by", ["extend", "correct-misprint"])
def test_a_pause_moves_an_appointment_that_a_person_had_set(set_by: str) -> None:
    """Set to Friday 11/12; asked on Monday 7/12 at 10:00 with five days left; brought on 21/12: until Monday 28/12."""
    dossier = at_work(accepted())
    later = datetime(2026, 12, 11, 17, 0, tzinfo=HANOI)
    if set_by == "extend":
        dossier = happened(dossier, taking(dossier, "extend", RULES, MONDAY, reason="x", due_at=later), MONDAY)
    else:
        for step in ("approve", "print-card"):
            dossier = happened(dossier, taking(dossier, step, RULES, MONDAY), MONDAY)
        dossier = happened(dossier, taking(dossier, set_by, RULES, MONDAY, reason="x", due_at=later), MONDAY)
    asked, came = datetime(2026, 12, 7, 10, tzinfo=HANOI), datetime(2026, 12, 21, 9, tzinfo=HANOI)
    paused = happened(dossier, taking(dossier, "ask-supplement", RULES, asked, items=("GKSK",)), asked)
    assert taking(paused, "supplement", RULES, came).due_at == datetime(2026, 12, 28, 17, tzinfo=HANOI)


def test_papers_are_asked_for_once_in_a_stage_and_again_only_with_a_grant() -> None:
    dossier = happened(draft(), taking(draft(), "ask-papers", RULES, MONDAY, items=("GKSK",)), MONDAY)
    assert dossier.course.state == "incomplete"
    assert dossier.status == "draft"
    dossier = happened(dossier, Submitted("G01-1", MONDAY, DUE, "B", "DOI_SAP_HET_HAN", 0, ()), MONDAY)
    assert dossier.course.pauses == (), "before the acceptance no clock ran"
    dossier = at_work(dossier)
    for step, said in (("ask-supplement", {"items": ("GKSK",)}), ("supplement", {})):
        dossier = happened(dossier, taking(dossier, step, RULES, MONDAY, **said), MONDAY)  # type: ignore[arg-type]
    assert code_of(dossier, "ask-supplement", items=("ANH",)) == "STEP_AGAIN"
    code = again_code(step_of(dossier, "ask-supplement", RULES), 1)
    asked = Entry(uuid4(), dossier.id, ExceptionAsked(code, "Ảnh mờ"), "officer", MONDAY)
    dossier = after(dossier, asked)
    assert code_of(dossier, "ask-supplement", items=("ANH",)) == "STEP_AGAIN", "nobody decided yet"
    dossier = happened(dossier, ExceptionDecided(code, granted=True, request=asked.id), MONDAY, "supervisor")
    assert code_of(dossier, "ask-supplement", items=("ANH",)) == ""


def test_a_dossier_that_ends_before_its_acceptance_is_closed_for_good() -> None:
    declined = happened(draft(), taking(draft(), "decline", RULES, MONDAY, reason="x", basis="y"), MONDAY)
    assert (declined.status, declined.course.state, declined.course.ended) == ("discarded", "not-accepted", True)
    given_up = happened(draft(), Discarded("x"), MONDAY)
    assert code_of(given_up, "decline", reason="x", basis="y") == "DOSSIER_CLOSED"
    assert steps_from(given_up, RULES) == ()


def test_a_step_that_starts_elsewhere_does_not_count() -> None:
    dossier = accepted()
    stray = StepTaken("approve", "processing", "approved", "stopped")
    assert happened(dossier, stray, MONDAY).course == dossier.course


def test_a_misprint_goes_back_to_work_with_a_new_appointment() -> None:
    dossier = stands("handed-over", "licence-exchange")
    what = taking(dossier, "correct-misprint", RULES, DUE, reason="Sai ngày sinh", due_at=DUE + timedelta(days=3))
    again = happened(dossier, what, DUE)
    assert (again.course.state, again.course.clock, again.course.ended) == ("processing", "runs", False)
    assert again.fee == dossier.fee


def test_a_dossier_that_nobody_moved_stands_at_the_beginning() -> None:
    assert Dossier(UUID(int=1)).course == Course()
    assert Course().due_at is None
