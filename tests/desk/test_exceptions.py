"""Exceptions: whoever asks never decides, with or without a line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from clerk_app.desk.people import PERSONS, People
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import ExceptionAsked, ExceptionDecided
from clerk_app.domain.oversight import DecisionRefused, MoreAsked
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.wire import User
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.peers.pack import chief_grants, with_cousins

WEAK = "IDENTITY_WEAK"


def _asked(desk: Desk, by: str = "clerk") -> UUID:
    desk.as_user(by)
    dossier = desk.draft()
    desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    desk.intake.ask_register(dossier)
    desk.exceptions.ask(dossier, WEAK, "Chip hỏng, đã đối chiếu ảnh")
    return dossier


def _decide(desk: Desk, dossier: UUID, user: str, password: str = fakes.PASSWORD, granted: bool = True) -> None:
    desk.exceptions.decide(dossier, WEAK, user, password, granted, "Đồng ý")


def test_a_supervisor_grants(table: Desk) -> None:
    dossier = _asked(table)
    _decide(table, dossier, " SuperVisor ")
    asked = table.journal.dossier(dossier).exceptions[WEAK]
    assert (asked.granted, asked.asked_by, asked.decided_by, asked.comment) == (True, "clerk", "supervisor", "Đồng ý")
    assert table.counter.who().id == "clerk", "the clerk still sits here"
    assert table.journal.entries(dossier)[-1].who == "supervisor"


def test_a_refused_exception_still_blocks_and_can_be_asked_anew(table: Desk) -> None:
    dossier = _asked(table)
    _decide(table, dossier, "supervisor", granted=False)
    view = table.intake.view(dossier)
    assert "EXCEPTION_OPEN" in [one.code for one in view.receipt.findings]
    assert next(one for one in view.application.exceptions if one.code == WEAK).state == "refused"
    table.exceptions.ask(dossier, WEAK, "Đã gọi cơ quan cấp thẻ")
    _decide(table, dossier, "supervisor2")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


@pytest.mark.parametrize(
    ("asked_by", "decides", "code"),
    [
        ("supervisor", "supervisor", "FOUR_EYES"),
        ("supervisor", "SUPERVISOR", "FOUR_EYES"),
        ("clerk", "clerk", "FOUR_EYES|NOT_ALLOWED"),
        ("clerk", "clerk2", "NOT_ALLOWED"),
        ("clerk", "it", "NOT_ALLOWED"),
        ("clerk", "nobody", "SIGN_IN_WRONG"),
    ],
)
def test_who_may_not_decide(table: Desk, asked_by: str, decides: str, code: str) -> None:
    dossier = _asked(table, asked_by)
    with pytest.raises(Refusal, match=code):
        _decide(table, dossier, decides)
    assert table.journal.dossier(dossier).exceptions[WEAK].granted is None


def test_who_opened_the_dossier_does_not_decide_in_it(table: Desk) -> None:
    table.as_user("supervisor")
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    table.as_user("clerk")
    table.exceptions.ask(dossier, WEAK, "lý do")
    with pytest.raises(Refusal, match="FOUR_EYES"):
        _decide(table, dossier, "supervisor")


def test_who_entered_something_or_took_the_dossier_over_does_not_decide_in_it(table: Desk) -> None:
    """Also where somebody else opened it and asked."""
    dossier = _asked(table)
    table.as_user("supervisor")
    table.intake.enter(dossier, {"applicant.name": "TRẦN MINH QUÂN"}, "identity", "applicant.name")
    (row,) = table.approvals.queue().rows
    assert row.why_not is not None
    assert row.why_not.vi.startswith("Bạn đã nhập hoặc sửa hồ sơ này.")
    with pytest.raises(Refusal, match="FOUR_EYES"):
        _decide(table, dossier, "supervisor")
    with pytest.raises(Refusal, match="FOUR_EYES"):
        table.exceptions.decide_as_signed_in(dossier, WEAK, True, "được")
    tried = [one.what for one in table.journal.entries(dossier) if isinstance(one.what, DecisionRefused)]
    assert [(one.refusal, one.user) for one in tried] == [("FOUR_EYES", "supervisor")] * 2
    _decide(table, dossier, "supervisor2")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


def test_a_second_account_of_the_same_person(table: Desk) -> None:
    """Central answers with who somebody is, not with the name they typed."""
    dossier = _asked(table, "supervisor")
    table.central.users["vu.minh.chau"] = table.central.users["supervisor"]
    with pytest.raises(Refusal, match="FOUR_EYES"):
        _decide(table, dossier, "vu.minh.chau")


def test_a_wrong_password_decides_nothing(table: Desk) -> None:
    dossier = _asked(table)
    with pytest.raises(Refusal, match="SIGN_IN_WRONG"):
        _decide(table, dossier, "supervisor", "wrong")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted is None


def test_offline_a_supervisor_who_was_here_before(table: Desk) -> None:
    dossier = _asked(table)
    table.central.line = False
    with pytest.raises(Refusal, match="SIGN_IN_FIRST_ONLINE"):
        _decide(table, dossier, "supervisor")
    table.central.line = True
    table.sign_in.sign_in("supervisor", fakes.PASSWORD)
    table.as_user("clerk")
    table.central.line = False
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        _decide(table, dossier, "supervisor", "wrong")
    _decide(table, dossier, "supervisor")
    assert table.journal.dossier(dossier).exceptions[WEAK].decided_by == "supervisor"


@pytest.mark.parametrize("code", ["CENTRAL_NONSENSE", "CENTRAL_FAILED"])
def test_a_captive_portal_or_a_broken_central_is_no_line(table: Desk, code: str) -> None:
    table.sign_in.sign_in("supervisor", fakes.PASSWORD)
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    dossier = _asked(table)
    table.central.refuses = Refusal(code, Words("lỗi", "wrong"), Words("sửa", "mend"))
    _decide(table, dossier, "supervisor")
    assert table.journal.dossier(dossier).exceptions[WEAK].decided_by == "supervisor"
    table.sign_in.sign_in("clerk", fakes.PASSWORD)


def test_offline_for_too_long(table: Desk) -> None:
    table.sign_in.sign_in("supervisor", fakes.PASSWORD)
    dossier = _asked(table)
    table.central.line = False
    table.time += timedelta(days=8)
    with pytest.raises(Refusal, match="SIGN_IN_TOO_LONG_OFFLINE"):
        _decide(table, dossier, "supervisor")


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_reason_is_needed(table: Desk, reason: str) -> None:
    dossier = table.draft()
    with pytest.raises(Refusal, match="REASON_MISSING"):
        table.exceptions.ask(dossier, WEAK, reason)
    assert "ExceptionAsked" not in table.kinds(dossier)


def test_nothing_to_decide(table: Desk) -> None:
    dossier = table.identified()
    with pytest.raises(Refusal, match="EXCEPTION_NOT_OPEN"):
        _decide(table, dossier, "supervisor")
    dossier = _asked(table)
    _decide(table, dossier, "supervisor")
    with pytest.raises(Refusal, match="EXCEPTION_NOT_OPEN"):
        _decide(table, dossier, "supervisor2", granted=False)


def test_asking_again_does_not_take_a_decision_back(table: Desk) -> None:
    dossier = _asked(table)
    _decide(table, dossier, "supervisor")
    table.exceptions.ask(dossier, WEAK, "lần nữa")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


def test_the_role_that_the_catalogue_names_decides_and_no_other(table: Desk, tmp_path: Path) -> None:
    table.counter.pack = chief_grants(tmp_path)
    chief = User("chief", "Đỗ Minh", ["chief"], "PC08-HN")
    table.central.users["chief"] = chief
    dossier = _asked(table)
    with pytest.raises(Refusal, match="GRANTED_BY_OTHERS") as refusal:
        _decide(table, dossier, "supervisor")
    assert "Trưởng phòng" in refusal.value.words.vi
    assert table.journal.dossier(dossier).exceptions[WEAK].granted is None
    _decide(table, dossier, "chief")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


# ---- what stands in a decision, and what is told of those who may not decide


def _last(desk: Desk, dossier: UUID) -> ExceptionDecided:
    what = desk.journal.entries(dossier)[-1].what
    assert isinstance(what, ExceptionDecided)
    return what


def test_a_decision_says_what_it_is_about_and_what_was_shown(table: Desk) -> None:
    dossier = _asked(table)
    (request,) = [one.id for one in table.journal.entries(dossier) if isinstance(one.what, ExceptionAsked)]
    shown = table.exceptions.shown(dossier, WEAK)
    table.exceptions.decide(dossier, WEAK, "supervisor", fakes.PASSWORD, True, "Đúng", "applicant.name", shown)
    said = _last(table, dossier)
    assert (said.request, said.shown, said.field) == (request, shown, "applicant.name")
    assert (said.where, said.factor) == ("spot", "password")


def test_who_is_signed_in_decides_from_afar(table: Desk) -> None:
    dossier = _asked(table)
    table.as_user("supervisor")
    view = table.exceptions.decide_as_signed_in(dossier, WEAK, False, "Ảnh mờ", "applicant.name")
    (weak,) = [one for one in view.application.exceptions if one.code == WEAK]
    assert (weak.state, weak.comment, weak.field, weak.decided_by) == (
        "refused",
        "Ảnh mờ",
        "applicant.name",
        "supervisor",
    )
    assert _last(table, dossier).where == "remote"


@pytest.mark.parametrize("comment", ["", "   ", "\u200b"])
def test_who_refuses_says_why_here_and_from_afar(table: Desk, comment: str) -> None:
    dossier = _asked(table)
    before = table.kinds(dossier)
    with pytest.raises(Refusal, match="REASON_MISSING"):
        table.exceptions.decide(dossier, WEAK, "supervisor", fakes.PASSWORD, False, comment)
    table.as_user("supervisor")
    with pytest.raises(Refusal, match="REASON_MISSING"):
        table.exceptions.decide_as_signed_in(dossier, WEAK, False, comment)
    assert table.kinds(dossier) == before
    table.exceptions.decide_as_signed_in(dossier, WEAK, True, comment)
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


def test_what_changed_since_it_was_shown_is_looked_at_again(table: Desk) -> None:
    dossier = _asked(table)
    shown = table.exceptions.shown(dossier, WEAK)
    table.intake.enter(dossier, {"applicant.phone": "0912345678"}, "application", "")
    assert table.exceptions.shown(dossier, WEAK) == shown, "nobody decides on that"
    table.papers.mark(dossier, "CC", "seen")
    before = table.kinds(dossier)
    with pytest.raises(Refusal, match="SHOWN_CHANGED"):
        table.exceptions.decide(dossier, WEAK, "supervisor", fakes.PASSWORD, True, "", shown=shown)
    assert table.kinds(dossier) == before, "nobody did wrong"


def test_more_is_asked_and_answered(table: Desk) -> None:
    dossier = _asked(table)
    with pytest.raises(Refusal, match="COMMENT_MISSING"):
        table.exceptions.ask_more(dossier, WEAK, "  ", user="supervisor", password=fakes.PASSWORD)
    view = table.exceptions.ask_more(
        dossier, WEAK, "Cho xem mặt sau", "applicant.number", user="supervisor", password=fakes.PASSWORD
    )
    (weak,) = [one for one in view.application.exceptions if one.code == WEAK]
    assert (weak.state, weak.more, weak.more_by, weak.field) == (
        "asked",
        "Cho xem mặt sau",
        "supervisor",
        "applicant.number",
    )
    more = table.journal.entries(dossier)[-1].what
    assert isinstance(more, MoreAsked)
    assert more.shown == weak.shown
    view = table.exceptions.ask(dossier, WEAK, "Đã xem mặt sau")
    (weak,) = [one for one in view.application.exceptions if one.code == WEAK]
    assert (weak.more, weak.reason) == ("", "Đã xem mặt sau")
    table.as_user("supervisor")
    table.exceptions.ask_more(dossier, WEAK, "Ảnh đâu?")
    table.exceptions.decide_as_signed_in(dossier, WEAK, True, "")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


@pytest.mark.parametrize(
    ("user", "password", "code", "named"),
    [
        ("clerk", fakes.PASSWORD, "FOUR_EYES", "clerk"),
        ("it", fakes.PASSWORD, "NOT_ALLOWED", "it"),
        ("supervisor", "wrong", "SIGN_IN_WRONG", ""),
        ("my secret password", "wrong", "SIGN_IN_WRONG", ""),
        ("clerk", "wrong", "SIGN_IN_WRONG", "clerk"),
    ],
)
def test_that_somebody_tried_stands_on_the_dossier(
    table: Desk, user: str, password: str, code: str, named: str
) -> None:
    dossier = _asked(table)
    with pytest.raises(Refusal, match=code):
        _decide(table, dossier, user, password)
    entry = table.journal.entries(dossier)[-1]
    assert entry.what == DecisionRefused(WEAK, code, named)
    assert entry.who == "clerk"
    assert table.journal.dossier(dossier).exceptions[WEAK].granted is None


def test_a_clock_set_back_is_refused_and_told(table: Desk) -> None:
    table.sign_in.sign_in("supervisor", fakes.PASSWORD)
    dossier = _asked(table)
    table.central.line = False
    table.time -= timedelta(days=2)
    with pytest.raises(Refusal, match="CLOCK_SET_BACK"):
        _decide(table, dossier, "supervisor")
    what = table.journal.entries(dossier)[-1].what
    assert what == DecisionRefused(WEAK, "CLOCK_SET_BACK", "")


def test_a_second_account_is_known_by_its_person(table: Desk) -> None:
    """Central told which accounts are of one natural person; no note says who it is."""
    for user in ("clerk", "supervisor"):
        table.central.users[user] = msgspec.structs.replace(table.central.users[user], person="Nguyễn Thu Hà")
    People(table.counter, table.central, table.users).learn()
    assert "Hà" not in table.journal.noted(PERSONS)
    dossier = _asked(table)
    with pytest.raises(Refusal, match="FOUR_EYES"):
        _decide(table, dossier, "supervisor")
    assert table.journal.entries(dossier)[-1].what == DecisionRefused(WEAK, "FOUR_EYES", "supervisor")
    _decide(table, dossier, "supervisor2")
    assert table.journal.dossier(dossier).exceptions[WEAK].granted


# ---- raised by hand


def test_what_no_rule_asks_for_is_raised_by_hand(table: Desk) -> None:
    dossier = table.applied()
    codes = [one.code for one in table.exceptions.kinds(dossier)]
    assert codes == ["DATA_DIFFERS", "HEALTH_EXPIRED", "LATE_ENTRY", "BACKDATED", "NUMBER_GRACE", "REFUND"]
    for code in ("IDENTITY_WEAK", "PAPER_WAIVED", "FREE_BEER"):
        with pytest.raises(Refusal, match="EXCEPTION_NOT_BY_HAND") as told:
            table.exceptions.raise_by_hand(dossier, code, "lý do")
        remedy = told.value.remedy
        assert all(f"{one} (" in remedy.vi and f"{one} (" in remedy.en for one in codes), "it says which may be"
    table.cashier.take(dossier, "cash", 200_000)
    assert table.intake.view(dossier).receipt.findings == ()
    view = table.exceptions.raise_by_hand(dossier, "NUMBER_GRACE", "Hết số, dùng số dự phòng")
    (raised,) = view.application.exceptions
    assert (raised.code, raised.state, raised.reason) == ("NUMBER_GRACE", "asked", "Hết số, dùng số dự phòng")
    assert [one.code for one in view.receipt.findings] == ["EXCEPTION_OPEN"]
    table.exceptions.decide(dossier, "NUMBER_GRACE", "supervisor", fakes.PASSWORD, True, "")
    assert table.intake.submit(dossier).status == "submitted"


def test_two_approve_what_goes_far_back(table: Desk) -> None:
    dossier = _asked(table)
    table.exceptions.raise_by_hand(dossier, "BACKDATED", "Từ sổ giấy tháng trước")
    view = table.exceptions.decide(dossier, "BACKDATED", "supervisor", fakes.PASSWORD, True, "")
    (raised,) = [one for one in view.application.exceptions if one.code == "BACKDATED"]
    assert (raised.state, raised.approvers, raised.granted_so_far) == ("asked", 2, ("supervisor",))
    with pytest.raises(Refusal, match="FOUR_EYES"):
        table.exceptions.decide(dossier, "BACKDATED", "supervisor", fakes.PASSWORD, True, "")
    view = table.exceptions.decide(dossier, "BACKDATED", "supervisor2", fakes.PASSWORD, True, "")
    (raised,) = [one for one in view.application.exceptions if one.code == "BACKDATED"]
    assert raised.state == "granted"


def test_a_fee_is_paid_back_only_as_far_as_it_was_taken(table: Desk) -> None:
    dossier = table.accepted()
    fee = table.journal.dossier(dossier).fee
    assert fee is not None
    assert [one.code for one in table.exceptions.kinds(dossier)] == ["REFUND"]
    for amount in (0, fee.fee_vnd + 1):
        with pytest.raises(Refusal, match="AMOUNT_WRONG"):
            table.exceptions.raise_by_hand(dossier, "REFUND", "Rút hồ sơ", amount)
    with pytest.raises(Refusal, match="EXCEPTION_NOT_BY_HAND"):
        table.exceptions.raise_by_hand(dossier, "NUMBER_GRACE", "x")
    table.exceptions.raise_by_hand(dossier, "REFUND", "Rút hồ sơ", fee.fee_vnd)
    table.as_user("supervisor")
    view = table.exceptions.decide_as_signed_in(dossier, "REFUND", True, "Đồng ý")
    (refund,) = view.application.exceptions
    assert (refund.state, refund.amount_vnd, refund.has_amount) == ("granted", fee.fee_vnd, True)


def test_a_new_kind_and_a_new_role_are_rows_and_nothing_else(table: Desk, tmp_path: Path) -> None:
    dossier = table.accepted()
    table.counter.pack = with_cousins(tmp_path)
    for elder in ("elder1", "elder2"):
        table.central.users[elder] = User(elder, "Già Làng", ["elder"], "PC08-HN")
    table.journal.dossier(dossier)
    assert "COUSIN" in [one.code for one in table.exceptions.kinds(dossier)]
    table.exceptions.raise_by_hand(dossier, "COUSIN", "Em họ", 50_000)

    def decide(who: str) -> IntakeView:
        return table.exceptions.decide(dossier, "COUSIN", who, fakes.PASSWORD, True, "")

    for who, code in (("supervisor", "AMOUNT_TOO_HIGH"), ("clerk2", "NOT_ALLOWED")):
        with pytest.raises(Refusal, match=code):
            decide(who)
    view = decide("elder1")
    assert next(one.state for one in view.application.exceptions if one.code == "COUSIN") == "asked"
    view = decide("elder2")
    assert next(one.state for one in view.application.exceptions if one.code == "COUSIN") == "granted"
    table.exceptions.raise_by_hand(dossier, "COUSIN", "Em họ nữa", 50_000)
    assert table.journal.dossier(dossier).exceptions["COUSIN"].granted, "what was granted stays granted"


def test_pages_speak_for_a_request(table: Desk) -> None:
    dossier = table.applied()
    sheet = table.journal.dossier(dossier).pages[0].sheet
    with pytest.raises(Refusal, match="EVIDENCE_UNKNOWN"):
        table.exceptions.raise_by_hand(dossier, "NUMBER_GRACE", "x", evidence=["ab" * 32])
    view = table.exceptions.raise_by_hand(dossier, "NUMBER_GRACE", "x", evidence=[sheet, sheet])
    (raised,) = view.application.exceptions
    assert raised.evidence == (sheet,)


def test_what_was_received_days_ago_asks_by_itself(live: Desk) -> None:
    dossier = live.draft()
    received = live.time - timedelta(days=3)
    live.intake.enter(dossier, {"received_at": received.isoformat()}, "application", "")
    codes = {one.code for one in live.intake.view(dossier).application.exceptions}
    assert "LATE_ENTRY" in codes
    live.intake.enter(dossier, {"received_at": (live.time - timedelta(days=20)).isoformat()}, "application", "")
    view = live.intake.view(dossier)
    codes = {one.code for one in view.application.exceptions}
    assert "BACKDATED" in codes
    assert "LATE_ENTRY" not in codes
    assert next(one.approvers for one in view.application.exceptions if one.code == "BACKDATED") == 2


def test_a_health_certificate_of_last_year_asks_by_itself(table: Desk) -> None:
    dossier = table.applied()
    for concluded, needed in (("2025-11-22", True), ("2025-11-23", False), ("2026-10-01", False)):
        table.intake.enter(dossier, {"health.concluded": concluded}, "papers", "")
        codes = [one.code for one in table.intake.view(dossier).application.exceptions]
        assert ("HEALTH_EXPIRED" in codes) is needed, concluded
