"""The course of a dossier at the desk: every state, step and role as the rows say; its papers; a story to central."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.desk.clock_watch import clock_wrong
from clerk_app.desk.course import Courses
from clerk_app.desk.facts import decision_of
from clerk_app.desk.notices import apology
from clerk_app.domain.dossier import Discarded
from clerk_app.domain.notices import Apology, ControlSlip, RefusalNotice, StopNotice, SupplementRequest
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import User
from tests.desk.conftest import USERS, Desk
from tests.peers import course_rows, role_rows
from tests.peers.two_desks import Joined, Office, refusal_of


def stands(desk: Desk, state: str, accepted: bool) -> UUID:
    """A new dossier of the clerk's in that state."""
    desk.as_user("clerk")
    dossier = desk.accepted() if accepted else desk.draft()
    moved = course_rows.brought_to(state, "accepted" if accepted else "begin")
    if moved is not None:
        desk.journal.append(dossier, [moved], "clerk", desk.clock())
    return dossier


def back_at(desk: Desk, dossier: UUID, state: str, accepted: bool) -> UUID:
    """The dossier in that state again after a step was taken; another one where it is closed for good."""
    now = desk.journal.dossier(dossier)
    if now.course.state == state:
        return dossier
    once = any(one.what.step in ("ask-papers", "ask-supplement", "extend") for one in now.course.passed)
    if now.status == "discarded" or state == "begin" or once:
        return stands(desk, state, accepted)
    moved = course_rows.brought_to(state, now.course.state)
    assert moved is not None
    desk.journal.append(dossier, [moved], "clerk", desk.clock())
    return dossier


def code_of(desk: Desk, dossier: UUID, row: course_rows.Row) -> str:
    try:
        desk.course.take(dossier, row.code, **course_rows.said(row, desk.time))  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("whose", ["own", "office"])
def test_every_state_step_and_role_is_as_the_rows_say(table: Desk, whose: str) -> None:
    desk = table
    tried = 0
    for state in course_rows.states():
        accepted = state not in course_rows.BEFORE_ACCEPTANCE
        dossier = stands(desk, state, accepted)
        for role in role_rows.roles():
            # The clerk took it: seen by the clerk in another role it is their own.
            me = User("clerk" if whose == "own" else "somebody", "Người Thử", [role], "PC08-HN")
            offered: set[str] = set()
            seen: tuple[UUID, int] | None = None
            for row in course_rows.steps():
                dossier = back_at(desk, dossier, state, accepted)
                desk.counter.user = me
                now = dossier, len(desk.journal.entries(dossier))
                # What was refused has changed nothing, and the view is the same as before.
                if role_rows.allowed(role, "dossier.find", whose) and now != seen:
                    offered = {one.code for one in desk.course.view(dossier).choices if one.problem is None}
                    seen = now
                wanted = course_rows.expected(row, "licence-exchange", state, role, whose)
                assert code_of(desk, dossier, row) == wanted, (state, row.code, role)
                if role_rows.allowed(role, "dossier.find", whose):
                    assert (row.code in offered) == (wanted == ""), (state, row.code, role)
                tried += 1
    assert tried == len(role_rows.roles()) * len(course_rows.states()) * len(course_rows.steps())


def test_a_draft_that_another_desk_has_open_takes_no_step(table: Desk) -> None:
    desk = table
    dossier = desk.draft()
    desk.counter.elsewhere = lambda _: Words("Quầy 9 đang mở", "Desk 9 has it open")
    assert refusal_of(lambda: desk.course.take(dossier, "ask-papers", items=("GKSK",))) == "DOSSIER_ELSEWHERE"


def test_a_discarded_draft_takes_no_step(table: Desk) -> None:
    desk = table
    dossier = desk.draft()
    desk.journal.append(dossier, [Discarded("x")], "clerk", desk.clock())
    assert refusal_of(lambda: desk.course.take(dossier, "ask-papers", items=("GKSK",))) == "DOSSIER_CLOSED"


def test_each_step_brings_out_its_form_with_what_was_said(table: Desk) -> None:
    desk = table
    dossier = desk.accepted()
    assert refusal_of(lambda: desk.receipts.pdf(dossier, "M04")) == "APOLOGY_UNKNOWN"
    assert refusal_of(lambda: desk.receipts.pdf(dossier, "M05")) == "STOP_UNKNOWN"
    assert refusal_of(lambda: desk.receipts.pdf(dossier, "M02")) == "SUPPLEMENT_UNKNOWN"
    desk.course.take(dossier, "hand-on")
    desk.counter.user = USERS["supervisor"]
    due = desk.course.view(dossier).due_at
    assert due is not None
    later = course_rows.working(due + timedelta(days=3))
    desk.course.take(dossier, "extend", reason="Máy in thẻ hỏng", due_at=later)
    desk.receipts.pdf(dossier, "M04")
    said = desk.forms.notices[-1]
    assert isinstance(said, Apology)
    assert (said.old_due, said.new_due, said.reason) == (due, later, "Máy in thẻ hỏng")
    assert said.working_days >= 1
    state = desk.journal.dossier(dossier)
    alone = replace(state.course, passed=state.course.passed[-1:])
    with pytest.raises(Refusal, match="APOLOGY_UNKNOWN"):
        apology(replace(state, course=alone), desk.counter.rules_of(state))
    desk.course.take(dossier, "ask-supplement", items=("GKSK", "ANH", "Số điện thoại"))
    desk.receipts.pdf(dossier, "M02")
    asked = desk.forms.notices[-1]
    assert isinstance(asked, SupplementRequest)
    assert ([one.code for one in asked.papers], [one.vi for one in asked.further]) == (
        ["GKSK", "ANH"],
        ["Số điện thoại"],
    )
    state, rules = desk.journal.dossier(dossier), desk.counter.rules_of(desk.journal.dossier(dossier))
    needed = {one.code: one for one in decision_of(state, desk.clock(), rules)[1].papers}
    assert [one.because for one in asked.papers] == [needed["GKSK"].because, needed["ANH"].because]
    assert sum(row.code == "ANH" for row in rules.papers) > 1, "of several rows the one that holds for it says why"
    rows = {one.code for one in desk.course.view(dossier).papers}
    assert "DON" in needed, "it is a paper of the case"
    assert "DON" not in rows, "nobody brings what is printed here"
    desk.course.take(dossier, "stop", reason="Người nộp đề nghị")
    desk.receipts.pdf(dossier, "M05")
    stopped = desk.forms.notices[-1]
    assert isinstance(stopped, StopNotice)
    assert (stopped.reason, stopped.fee_vnd > 0) == ("Người nộp đề nghị", True)
    desk.receipts.pdf(dossier, "M06")
    slip = desk.forms.notices[-1]
    assert isinstance(slip, ControlSlip)
    assert slip.due_at == desk.course.view(dossier).due_at
    assert len(slip.steps) >= 2


def test_a_refusal_after_examination_says_why_and_by_which_rule(table: Desk) -> None:
    desk = table
    dossier = desk.accepted()
    desk.course.take(dossier, "hand-on")
    desk.counter.user = USERS["supervisor"]
    view = desk.course.take(dossier, "refuse", reason="Giấy phép giả", basis="TT 12/2025/TT-BCA art.21(1)")
    assert (view.state, view.ended, view.status, view.choices) == ("not-accepted", True, "3", ())
    desk.receipts.pdf(dossier, "M03")
    notice = desk.forms.notices[-1]
    assert isinstance(notice, RefusalNotice)
    assert [(one.words.vi, one.basis) for one in notice.grounds] == [("Giấy phép giả", "TT 12/2025/TT-BCA art.21(1)")]


def test_a_second_supplement_is_offered_as_an_exception_and_taken_once_it_is_granted(table: Desk) -> None:
    desk = table
    dossier = desk.accepted()
    desk.course.take(dossier, "hand-on")
    desk.counter.user = USERS["supervisor"]
    assert "SUPPLEMENT_AGAIN" not in "".join(one.code for one in desk.exceptions.kinds(dossier))
    desk.course.take(dossier, "ask-supplement", items=("GKSK",))
    desk.course.take(dossier, "supplement")
    assert refusal_of(lambda: desk.course.take(dossier, "ask-supplement", items=("ANH",))) == "STEP_AGAIN"
    (again,) = [one for one in desk.course.view(dossier).choices if one.code == "ask-supplement"]
    assert again.problem is not None
    assert "SUPPLEMENT_AGAIN" not in again.problem.words.vi + again.problem.words.en
    assert "was done once before" in again.problem.words.en
    code = "SUPPLEMENT_AGAIN:ask-supplement.1"
    assert (again.ask, again.asked) == (code, False)
    assert code in [one.code for one in desk.exceptions.kinds(dossier)]
    desk.exceptions.raise_by_hand(dossier, code, "Ảnh mờ")
    assert [(one.ask, one.asked) for one in desk.course.view(dossier).choices if one.ask] == [(code, True)]
    desk.counter.user = USERS["supervisor2"]
    desk.exceptions.decide_as_signed_in(dossier, code, granted=True, comment="Đồng ý")
    assert code not in [one.code for one in desk.exceptions.kinds(dossier)]
    assert [one.ask for one in desk.course.view(dossier).choices if one.ask] == []
    assert desk.course.take(dossier, "ask-supplement", items=("ANH",)).state == "supplement"


def test_what_was_asked_for_is_told_by_name(table: Desk) -> None:
    dossier = table.accepted()
    table.course.take(dossier, "hand-on")
    table.counter.user = USERS["supervisor"]
    table.course.take(dossier, "ask-supplement", items=("GKSK", "Ảnh rõ hơn"))
    asked = table.course.view(dossier).passed[-1]
    assert asked.items == ("GKSK", "Ảnh rõ hơn")
    paper, own = asked.asked
    assert "khám sức khỏe" in paper.vi.lower()
    assert "health" in paper.en.lower()
    assert own == Words("Ảnh rõ hơn", "Ảnh rõ hơn")


# ---- two desks and a central


class Two:
    """The clerk's desk Q01 and the supervisor's Q02, and their central."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        self.office = Office(folder / "central")
        self.first = Joined(folder / "first", self.office, "Q01", "clerk", empty_store)
        self.second = Joined(folder / "second", self.office, "Q02", "supervisor", empty_store)

    def meet(self) -> None:
        for joined in (self.first, self.second, self.first):
            joined.deliver()

    def close(self) -> None:
        self.first.close()
        self.second.close()
        self.office.close()


@pytest.fixture
def two(tmp_path: Path, _empty_store: Path) -> Iterator[Two]:
    made = Two(tmp_path, _empty_store)
    yield made
    made.close()


def test_a_dossier_goes_its_way_over_two_desks_and_central_has_the_same(two: Two) -> None:
    first, second = two.first, two.second
    two.meet()
    dossier = first.desk.accepted()
    first.desk.course.take(dossier, "hand-on")
    two.meet()
    second.desk.course.take(dossier, "ask-supplement", items=("GKSK",))
    second.deliver()
    first.deliver()
    for joined in (first, second):
        joined.desk.time = joined.line.now = first.desk.time + timedelta(days=1)
    view = first.desk.course.take(dossier, "supplement")
    assert len(view.dues) == 2
    first.deliver()
    second.deliver()
    # Neither sees what the other does now: the first to arrive counts, the other goes to the shelf.
    first.desk.counter.user = second.desk.counter.user
    first.desk.course.take(dossier, "approve")
    second.desk.course.take(dossier, "stop", reason="x")
    first.deliver()
    second.deliver()
    assert (first.refused(), second.refused()) == ([], ["STEP_CONTRADICTED"])
    assert two.office.dossier(dossier).course == first.state(dossier).course
    assert two.office.dossier(dossier).course.state == "approved"


def test_nobody_apologises_by_a_clock_that_is_known_to_be_wrong(table: Desk) -> None:
    """The clerk comes back after the appointment, turns the clock back, and would still be in time by it."""
    desk = table
    dossier = desk.accepted()
    desk.course.take(dossier, "hand-on")
    desk.as_user("supervisor")
    due = desk.course.view(dossier).due_at
    assert due is not None
    later = course_rows.working(due + timedelta(days=3))

    def apologise() -> str:
        return refusal_of(lambda: desk.course.take(dossier, "extend", reason="Máy in thẻ hỏng", due_at=later))

    desk.time = due + timedelta(days=2)
    assert apologise() == "STEP_LATE"
    desk.draft()
    desk.time = due - timedelta(minutes=1)
    assert apologise() == "CLOCK_SET_BACK"
    stop = desk.course.take(dossier, "stop", reason="Người nộp đề nghị")
    assert stop.state == "stopped", "for what hangs on no moment the clock is not asked"


def test_nobody_apologises_while_central_says_that_the_clock_is_wrong(table: Desk) -> None:
    desk = table
    dossier = desk.accepted()
    desk.course.take(dossier, "hand-on")
    desk.as_user("supervisor")
    due = desk.course.view(dossier).due_at
    assert due is not None
    later = course_rows.working(due + timedelta(days=3))
    said = [clock_wrong(desk.time, due + timedelta(days=1))]
    course = Courses(desk.counter, dict, lambda: said[-1] if said else None)
    assert refusal_of(lambda: course.take(dossier, "extend", reason="x", due_at=later)) == "CLOCK_WRONG"
    said.clear()
    assert course.take(dossier, "extend", reason="x", due_at=later).due_at == later


def test_a_step_that_is_dated_before_what_its_desk_wrote_earlier_says_so(table: Desk) -> None:
    """Nothing hangs on when it was: it is kept, and whoever looks knows what to think of its hour."""
    desk = table
    dossier = desk.accepted()
    desk.course.take(dossier, "hand-on")
    desk.time += timedelta(hours=5)
    desk.draft()
    desk.time -= timedelta(hours=5) - timedelta(minutes=20)
    view = desk.course.take(dossier, "withdraw", reason="Xin rút")
    assert [(one.code, one.doubt is not None) for one in view.passed] == [
        ("accept", False),
        ("hand-on", False),
        ("withdraw", True),
    ]
    other = desk.accepted()
    for _ in range(60):
        desk.draft()
    desk.time += timedelta(minutes=1)
    assert desk.course.take(other, "hand-on").passed[-1].doubt is None, "the clock goes on from there"
