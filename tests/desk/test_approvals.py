"""Deciding from another desk: what waits, in which order, with which evidence; and what the others are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app.central.handlings import LASTS
from clerk_app.desk.approval_views import ApprovalRow, RequestView
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens
from tests.desk.conftest import Desk
from tests.peers.two_desks import Joined, Office, refusal_of

WEAK, UNKNOWN = "IDENTITY_WEAK", "SANCTIONS_UNKNOWN"


def asked(desk: Desk, person: int = 1, code: str = WEAK, reason: str = "Chip hỏng, đã đối chiếu ảnh") -> UUID:
    """A dossier by its QR code whose clerk asks for something."""
    desk.as_user("clerk")
    dossier = desk.draft()
    desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(person).person))
    desk.intake.enter(dossier, {"applicant.residence": "Phường Nghĩa Đô, Hà Nội"}, "identity", "")
    desk.exceptions.ask(dossier, code, reason)
    return dossier


def rows(desk: Desk, user: str = "supervisor") -> tuple[ApprovalRow, ...]:
    desk.as_user(user)
    return desk.approvals.queue().rows


def look(desk: Desk, dossier: UUID, code: str = WEAK, user: str = "supervisor") -> RequestView:
    desk.as_user(user)
    return desk.approvals.look(dossier, code)


def decide(
    desk: Desk, dossier: UUID, granted: bool = True, comment: str = "", field: str = "", user: str = "supervisor"
) -> None:
    view = look(desk, dossier, user=user)
    desk.approvals.decide(dossier, WEAK, granted, comment, field, view.shown)


# ---- the list


def test_nothing_waits_where_nobody_asked(table: Desk) -> None:
    table.draft()
    assert rows(table) == ()
    assert table.approvals.waiting() == 0
    table.as_user("clerk")
    assert table.approvals.waiting() is None
    with pytest.raises(Refusal, match="NOT_ALLOWED"):
        table.approvals.queue()


def test_what_is_asked_waits_with_who_asked_and_why(table: Desk) -> None:
    dossier = asked(table)
    (row,) = rows(table)
    assert (row.dossier, row.code, row.counter, row.clerk) == (dossier, WEAK, "Q04", "Nguyễn Thu Hà")
    assert row.kind.vi == "Danh tính chưa được xác thực bằng chip căn cước"
    assert (row.may, row.why_not, row.unsent) == (True, None, True)
    assert row.request == table.journal.dossier(dossier).exceptions[WEAK].request
    assert table.approvals.waiting() == 1


def test_the_riskiest_first_and_of_equals_the_oldest(table: Desk) -> None:
    old = asked(table, 1)
    young = asked(table, 2)
    risky = asked(table, 3, UNKNOWN)
    assert [row.dossier for row in rows(table)] == [risky, old, young]
    assert [row.risk.tone for row in rows(table)] == ["warn", "calm", "calm"]
    table.time += timedelta(minutes=10)
    youngest = asked(table, 4)
    order = rows(table)
    assert [row.dossier for row in order] == [risky, old, young, youngest]
    assert [row.risk.tone for row in order] == ["bad", "warn", "warn", "calm"]
    assert [said.vi for said in order[0].because] == [
        "Loại ngoại lệ rủi ro cao của đơn vị.",
        "Đã chờ từ 10 phút trở lên.",
    ]
    table.as_user("supervisor")
    assert "10 phút" in table.approvals.queue().rule.vi


def test_what_somebody_may_not_decide_stands_last_with_the_reason(table: Desk) -> None:
    table.as_user("supervisor")
    own = table.draft()
    table.intake.take_qr(own, specimens.qr_text(specimens.specimen(1).person))
    table.exceptions.ask(own, WEAK, "lý do")
    other = asked(table, 2)
    mine, theirs = rows(table, "supervisor"), rows(table, "supervisor2")
    assert [(row.dossier, row.may) for row in mine] == [(other, True), (own, False)]
    assert mine[1].why_not is not None
    assert "Bạn là người đề nghị." in mine[1].why_not.vi
    assert [row.may for row in theirs] == [True, True]
    view = look(table, own)
    with pytest.raises(Refusal, match="FOUR_EYES"):
        table.approvals.decide(own, WEAK, True, "", "", view.shown)
    assert table.journal.dossier(own).exceptions[WEAK].granted is None


# ---- the evidence


def test_the_evidence_stands_side_by_side_with_what_differs(table: Desk) -> None:
    dossier = asked(table)
    view = look(table, dossier)
    person = specimens.specimen(1).person
    assert [head.vi for head in view.comparison.heads] == ["Mã QR", "Cán bộ nhập"]
    by_name = {row.field: row for row in view.comparison.rows}
    name, home = by_name["applicant.name"], by_name["applicant.residence"]
    assert (name.mark, name.cells[1]) == ("single", None)
    assert name.cells[0] is not None
    assert name.cells[0].value.vi.upper() == person.name
    assert home.mark == "differs"
    assert [(cell.used, cell.differs) for cell in home.cells if cell is not None] == [(False, True), (True, False)]
    assert home.words is not None
    assert view.reason == "Chip hỏng, đã đối chiếu ảnh"
    assert view.number == person.number
    assert [one.vi for one in view.details] != []
    assert len(view.shown) == 64
    assert {"applicant.number", "applicant.phone", "GKSK"} <= {pin.field for pin in view.pins}


def test_a_decision_holds_only_for_what_was_shown(table: Desk) -> None:
    dossier = asked(table)
    view = look(table, dossier)
    table.as_user("clerk")
    table.intake.enter(dossier, {"applicant.residence": "Huế"}, "identity", "")
    table.as_user("supervisor")
    with pytest.raises(Refusal, match="SHOWN_CHANGED"):
        table.approvals.decide(dossier, WEAK, True, "", "", view.shown)
    assert table.journal.dossier(dossier).exceptions[WEAK].granted is None
    table.as_user("clerk")
    table.intake.enter(dossier, {"applicant.phone": "0911111111"}, "application", "")
    decide(table, dossier)
    state = table.journal.dossier(dossier).exceptions[WEAK]
    assert (state.granted, state.decided_by, state.where) == (True, "supervisor", "remote")


@pytest.mark.parametrize("how", ["refuse", "more"])
def test_a_refusal_and_a_question_need_words(table: Desk, how: str) -> None:
    dossier = asked(table)
    view = look(table, dossier)
    shown, verbs = view.shown, table.approvals
    refused: Callable[[str], None] = {
        "refuse": lambda said: verbs.decide(dossier, WEAK, False, said, "", shown),
        "more": lambda said: verbs.ask_more(dossier, WEAK, said, "", shown),
    }[how]
    for blank in ("", "   ", "\u200b"):
        assert refusal_of(partial(refused, blank)) == "REASON_MISSING"
    assert table.kinds(dossier)[-1] == "ExceptionAsked"


# ---- the answer


def test_the_answer_comes_to_who_asked_with_the_field_it_points_at(table: Desk) -> None:
    dossier = asked(table)
    decide(table, dossier, comment="Sửa nơi cư trú theo thẻ", field="applicant.residence")
    table.as_user("supervisor")
    assert table.approvals.answers([dossier]) == ()
    table.as_user("clerk2")
    assert table.approvals.answers([dossier]) == ()
    table.as_user("clerk")
    (answer,) = table.approvals.answers([dossier])
    assert (answer.outcome, answer.step, answer.field) == ("granted", "identity", "applicant.residence")
    assert answer.words.vi.startswith("Vũ Minh Châu đã duyệt")
    assert "Sửa nơi cư trú theo thẻ" in answer.detail.vi
    assert table.approvals.answers() == (answer,), "it waits until somebody here went on"
    table.intake.enter(dossier, {"applicant.phone": "0911111111"}, "application", "")
    assert table.approvals.answers() == ()


def test_more_is_asked_and_the_request_stays_open_until_it_is_asked_again(table: Desk) -> None:
    dossier = asked(table)
    view = look(table, dossier)
    table.approvals.ask_more(dossier, WEAK, "Chụp mặt sau thẻ", "CC", view.shown)
    (row,) = rows(table)
    assert row.state is not None
    assert row.state.words.vi == "Đang chờ bổ sung"
    table.as_user("clerk")
    (answer,) = table.approvals.answers()
    assert (answer.outcome, answer.step, answer.field) == ("more", "papers", "CC")
    assert [line.approval for line in table.journal.to_approve(("more",))] == ["more"]
    table.exceptions.ask(dossier, WEAK, "Đã chụp mặt sau")
    assert table.approvals.answers() == ()
    table.as_user("supervisor")
    with pytest.raises(Refusal, match="SHOWN_CHANGED"):
        table.approvals.decide(dossier, WEAK, True, "", "", view.shown)
    decide(table, dossier)
    assert [line.approval for line in table.journal.find()] == ["granted"]
    assert rows(table) == ()


def test_what_waits_is_found_again_in_projections_made_anew(table: Desk) -> None:
    dossier = asked(table)
    table.journal.rebuild()
    assert [row.dossier for row in rows(table)] == [dossier]
    assert table.journal.verify().problems == ()


# ---- two supervisors


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def trio(office: Office, tmp_path: Path, _empty_store: Path) -> Iterator[tuple[Joined, Joined, Joined, UUID]]:
    """A clerk who asked, and two supervisors at their own desks who heard of it."""
    desks = [
        Joined(tmp_path / code, office, code, user, _empty_store)
        for code, user in (("Q01", "clerk"), ("Q02", "supervisor"), ("Q03", "supervisor2"))
    ]
    for desk in desks:
        desk.deliver()
    first = desks[0].desk
    dossier = first.intake.open().dossier
    first.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    first.exceptions.ask(dossier, WEAK, "Chip hỏng")
    for desk in desks:
        desk.deliver()
    yield desks[0], desks[1], desks[2], dossier
    for desk in desks:
        desk.close()


def test_who_looks_at_a_request_stands_beside_it_and_goes_away_by_itself(
    trio: tuple[Joined, Joined, Joined, UUID],
) -> None:
    _, one, other, dossier = trio
    request = one.desk.approvals.look(dossier, WEAK).row.request
    assert one.desk.approvals.handle(request) == ()
    (heard,) = other.desk.approvals.handle(None)
    assert (heard.request, heard.words.vi) == (request, "Vũ Minh Châu đang xem")
    (row,) = other.desk.approvals.queue().rows
    assert row.handled == heard.words
    assert row.may, "a courtesy keeps nobody from deciding"
    other.line.now += LASTS
    assert other.desk.approvals.handle(None) == ()
    assert other.desk.approvals.queue().rows[0].handled is None
    one.desk.approvals.handle(request)
    other.line.up = False
    assert other.desk.approvals.handle(request) == (), "without a line it is simply not there"


def test_whoever_looks_at_a_request_that_nobody_knows_harms_nobody(trio: tuple[Joined, Joined, Joined, UUID]) -> None:
    _, one, other, _ = trio
    one.desk.approvals.handle(uuid4())
    other.desk.approvals.handle(None)
    assert [row.handled for row in other.desk.approvals.queue().rows] == [None]


def test_two_decide_at_the_same_moment_one_decision_counts_and_both_are_told(
    office: Office, trio: tuple[Joined, Joined, Joined, UUID]
) -> None:
    clerk, one, other, dossier = trio
    for desk, granted in ((one, True), (other, False)):
        view = desk.desk.approvals.look(dossier, WEAK)
        desk.desk.approvals.decide(dossier, WEAK, granted, "Đã xem", "", view.shown)
    one.deliver()
    other.deliver()
    for desk in (one, other, clerk):
        desk.deliver()
    at_central = office.dossier(dossier).exceptions[WEAK]
    assert (at_central.granted, at_central.decided_by) == (True, "supervisor")
    for desk in (clerk, one, other):
        state = desk.state(dossier).exceptions[WEAK]
        assert (state.granted, state.decided_by) == (True, "supervisor")
    (won,) = one.desk.approvals.answers([dossier])
    (lost,) = other.desk.approvals.answers([dossier])
    assert (won.outcome, lost.outcome) == ("confirmed", "late")
    assert lost.words.vi.startswith("Vũ Minh Châu đã duyệt")
    assert won.words.vi.startswith("Hoàng Quốc Bảo cũng vừa quyết định")
    (told,) = clerk.desk.approvals.answers([dossier])
    assert told.outcome == "granted"


def test_who_comes_later_is_told_who_was_sooner(trio: tuple[Joined, Joined, Joined, UUID]) -> None:
    _, one, other, dossier = trio
    view = other.desk.approvals.look(dossier, WEAK)
    first = one.desk.approvals.look(dossier, WEAK)
    one.desk.approvals.decide(dossier, WEAK, False, "Thẻ giả", "", first.shown)
    one.deliver()
    other.deliver()
    assert refusal_of(lambda: other.desk.approvals.look(dossier, WEAK)) == "DECIDED_BEFORE"
    late = refusal_of(lambda: other.desk.approvals.decide(dossier, WEAK, True, "", "", view.shown))
    assert late == "DECIDED_BEFORE"
    assert other.refused() == []
