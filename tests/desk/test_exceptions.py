"""Exceptions: whoever asks never decides, with or without a line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.wire import User
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.peers.pack import chief_grants

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
