"""Taking an application: nothing is lost, what the chip proved stays, and every refusal names its cause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clerk_app.desk.views import FieldView, IntakeView
from clerk_app.domain.dossier import RegisterAnswered, Submitted
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.wire import Block
from tests.desk import fakes
from tests.desk.conftest import Desk

QUAN, HUONG = specimens.specimen(1), specimens.specimen(2)


def _field(view: IntakeView, name: str) -> FieldView:
    return next(one for one in (*view.identity.fields, *view.application.fields) if one.name == name)


def test_each_draft_has_a_code_of_its_own(table: Desk) -> None:
    first, second = table.intake.open(), table.intake.open()
    assert (first.local_code, second.local_code) == ("Q04-261123-0001", "Q04-261123-0002")
    assert first.dossier != second.dossier
    assert (first.status, first.practice, first.step) == ("draft", True, "identity")
    table.time += timedelta(days=1)
    assert table.intake.open().local_code == "Q04-261124-0001"


def test_what_is_typed_is_kept_with_the_place_of_the_caret(table: Desk) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {"applicant.name": "  Đỗ   Thị Hằng "}, "identity", "applicant.name")
    view = table.intake.enter(dossier, {}, "application", "reason")
    assert (view.title, view.step, view.focus) == ("Đỗ Thị Hằng", "application", "reason")
    assert _field(view, "applicant.name").source == Words("nhập tay", "typed")


def test_the_same_again_is_no_entry(table: Desk) -> None:
    dossier = table.draft()
    for _ in range(3):
        table.intake.enter(dossier, {"reason": "Hỏng"}, "application", "reason")
    assert table.kinds(dossier) == ["Opened", "FieldsEntered"]


def test_a_half_typed_date_stays_text(table: Desk) -> None:
    dossier = table.draft()
    view = table.intake.enter(dossier, {"applicant.born": "14/0"}, "identity", "applicant.born")
    assert _field(view, "applicant.born").value == "14/0"
    assert _field(view, "applicant.born").problem is None
    problem = _field(table.intake.check(dossier, "identity"), "applicant.born").problem
    assert problem is not None
    assert "ngày/tháng/năm" in problem.vi


@pytest.mark.parametrize("name", ["applicant.name", "applicant.number", "reason", "applicant.residence", "unheard.of"])
def test_ten_thousand_characters_are_refused_and_nothing_is_lost(table: Desk, name: str) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {name: "trước"}, "application", name)
    with pytest.raises(Refusal, match="TEXT_TOO_LONG"):
        table.intake.enter(dossier, {"applicant.phone": "0912345678", name: "x" * 10_000}, "application", name)
    state = table.journal.dossier(dossier)
    assert state.text(name) == "trước"
    assert state.text("applicant.phone") == "0912345678", "what fits is kept"


def test_what_the_chip_proved_is_not_typed_over(table: Desk) -> None:
    dossier = table.identified()
    view = table.intake.enter(dossier, {"applicant.name": "Kẻ Khác", "applicant.phone": "0912345678"}, "identity", "")
    assert view.title == QUAN.person.name
    assert _field(view, "applicant.name").locked
    assert _field(view, "applicant.phone").value == "0912345678"
    assert not _field(view, "applicant.phone").locked


def test_a_qr_fills_in_and_proves_nothing(table: Desk) -> None:
    view = table.intake.take_qr(table.draft(), specimens.qr_text(QUAN.person))
    assert view.title.lower() == QUAN.person.name.lower()
    assert view.identity.badge is not None
    assert view.identity.badge.words.en == "QR only"
    assert not _field(view, "applicant.number").locked
    assert _field(view, "applicant.number").source == Words("mã QR", "QR")


@pytest.mark.parametrize("text", ["", "|||||", "https://example.vn/?q=1", "x" * 5000, "001090012345|a|b"])
def test_a_wrong_qr_changes_nothing(table: Desk, text: str) -> None:
    dossier = table.draft()
    with pytest.raises(Refusal) as caught:
        table.intake.take_qr(dossier, text)
    assert caught.value.remedy.vi
    assert table.kinds(dossier) == ["Opened"]


def test_a_qr_after_the_chip(table: Desk) -> None:
    dossier = table.identified()
    before = table.kinds(dossier)
    view = table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "good"
    assert table.kinds(dossier) == before, "the same code as before the chip"
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        table.intake.take_qr(dossier, specimens.qr_text(HUONG.person))
    view = table.intake.view(dossier)
    assert view.title == QUAN.person.name
    assert _field(view, "applicant.number").locked


def test_another_number_makes_the_register_answer_void(table: Desk) -> None:
    dossier = table.draft()
    table.central.says = RegisterAnswered(True, QUAN.licences, "clear", PRACTICE_FILE)
    table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    table.intake.ask_register(dossier)
    table.intake.enter(dossier, {"licences": QUAN.licences[0].number}, "identity", "")
    view = table.intake.take_qr(dossier, specimens.qr_text(HUONG.person))
    assert view.identity.licences == ()
    assert table.state(view).text("licences") == ""
    table.intake.ask_register(dossier)
    view = table.intake.enter(dossier, {"applicant.number": QUAN.person.number}, "identity", "")
    assert view.identity.licences == ()
    assert view.identity.register.words.en == "Not asked yet"


def test_a_number_typed_over_a_qr_is_no_longer_the_qr(table: Desk) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    table.readers.says = fakes.reading(QUAN.person, table.clock(), level="qr")
    assert table.intake.read_card(dossier).identity.portrait
    view = table.intake.enter(dossier, {"applicant.number": HUONG.person.number}, "identity", "")
    assert (view.identity.portrait, view.identity.badge) == ("", None)
    assert [line.tone for line in view.identity.checks] == ["bad"], "code and chip are of another number"


def test_reading_uses_the_can_and_the_dates(table: Desk) -> None:
    dossier = table.draft()
    values = {"applicant.number": QUAN.person.number, "applicant.born": "1990-08-14", "applicant.expires": "2030-08-14"}
    table.intake.enter(dossier, values, "identity", "")
    table.readers.says = fakes.reading(QUAN.person, table.clock())
    view = table.intake.read_card(dossier)
    (asked,) = table.readers.asked
    assert (asked.can, asked.number, asked.born, asked.expires) == ("012345", QUAN.person.number, "900814", "300814")
    assert view.identity.badge is not None
    assert view.identity.badge.words.en == "Chip verified"
    assert table.papers.picture(view.identity.portrait).rgb == b"viewable portrait " + QUAN.person.number.encode()


@pytest.mark.parametrize("number", ["", "12345", "00109001234x"])
def test_without_a_number_nothing_opens_the_chip(table: Desk, number: str) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {"applicant.number": number}, "identity", "")
    with pytest.raises(Refusal, match="CARD_KEY_MISSING"):
        table.intake.read_card(dossier)
    assert table.readers.asked == []


def test_a_torn_card_leaves_the_draft_as_it_was(table: Desk) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    before = table.journal.dossier(dossier)
    table.readers.says = fakes.fault("CARD_TORN")
    with pytest.raises(Refusal, match="CARD_TORN"):
        table.intake.read_card(dossier)
    assert table.journal.dossier(dossier) == before


@pytest.mark.parametrize("before", ["typed", "qr", "chip"])
def test_the_card_of_another_person_is_refused(table: Desk, before: str) -> None:
    if before == "chip":
        dossier = table.identified()
    else:
        dossier = table.draft()
        if before == "qr":
            table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
        else:
            table.intake.enter(dossier, {"applicant.number": QUAN.person.number}, "identity", "")
    before_it, sheets = table.journal.dossier(dossier), table.sheets.known()
    table.readers.says = fakes.reading(HUONG.person, table.clock())
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        table.intake.read_card(dossier)
    state = table.journal.dossier(dossier)
    assert (state.fields, state.evidence) == (before_it.fields, before_it.evidence)
    assert table.sheets.known() == sheets, "a stranger's portrait is not kept"
    stranger = state.readings["chip"].person
    assert (stranger.number, stranger.residence, stranger.born) == (HUONG.person.number, "", None)


def test_a_number_that_changed_while_the_card_was_read(table: Desk) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    table.readers.says = fakes.reading(QUAN.person, table.clock())
    other = {"applicant.number": HUONG.person.number}
    table.readers.meanwhile = lambda: table.intake.enter(dossier, other, "identity", "")
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        table.intake.read_card(dossier)
    assert table.journal.dossier(dossier).text("applicant.number") == HUONG.person.number


def test_a_weaker_reading_does_not_replace_a_stronger_one(table: Desk) -> None:
    dossier = table.identified()
    table.readers.says = fakes.reading(QUAN.person, table.clock(), level="manual")
    with pytest.raises(Refusal, match="CARD_READ_WEAKER"):
        table.intake.read_card(dossier)
    evidence = table.journal.dossier(dossier).evidence
    assert evidence is not None
    assert evidence.level == "chip"


def test_a_chip_nobody_signed_for_stays_unproven(table: Desk) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {"applicant.number": QUAN.person.number}, "identity", "")
    table.readers.says = fakes.reading(QUAN.person, table.clock(), level="manual")
    view = table.intake.read_card(dossier)
    assert not _field(view, "applicant.name").locked
    assert "IDENTITY_WEAK" in [one.code for one in view.application.exceptions]
    assert any(line.tone == "bad" for line in view.identity.checks)


@pytest.mark.parametrize("cause", ["line", "refusal"])
def test_a_silent_register_is_unknown_never_clear(table: Desk, cause: str) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    table.central.line = cause != "line"
    table.central.says = Refusal("REGISTER_DOWN", Words("im", "silent"), Words("", ""))
    view = table.intake.ask_register(dossier)
    assert view.identity.register.words.en == "No answer · unknown"
    answer = table.state(view).register
    assert answer is not None
    assert (answer.answered, answer.sanctions) == (False, "unknown")
    assert answer.problem in ("CENTRAL_UNREACHABLE", "REGISTER_DOWN")


def test_the_register_asked_twice_with_one_answer_is_one_entry(table: Desk) -> None:
    dossier = table.identified()
    table.intake.ask_register(dossier)
    assert table.kinds(dossier).count("RegisterAnswered") == 1


def test_a_whole_dossier(table: Desk) -> None:
    dossier = table.applied()
    view = table.intake.view(dossier)
    assert [one.code for one in view.receipt.findings] == ["FEE_OPEN"]
    table.cashier.take(dossier, "cash", 200_000)
    view = table.intake.submit(dossier)
    assert (view.status, view.code) == ("submitted", "G01.801.308-261123-000001")
    assert view.receipt.findings == ()
    assert all(step.done for step in view.steps)
    submitted = table.state(view).submitted
    assert isinstance(submitted, Submitted)
    assert (submitted.new_class, submitted.case, submitted.fee_vnd) == ("B", "DOI_SAP_HET_HAN", 115_000)
    assert submitted.papers == ("GKSK", "GPLX_CU", "CC", "ANH")


def test_what_the_screen_showed_as_chosen_was_chosen(table: Desk) -> None:
    dossier = table.accepted()
    state = table.journal.dossier(dossier)
    assert (state.text("licences"), state.text("result_place")) == (QUAN.licences[0].number, "counter")


def test_submitting_twice_gives_the_same_code(table: Desk) -> None:
    dossier = table.accepted()
    entries = table.kinds(dossier)
    assert table.intake.submit(dossier).code == "G01.801.308-261123-000001"
    assert table.kinds(dossier) == entries


def test_what_is_missing_first_is_named(table: Desk) -> None:
    dossier = table.draft()
    with pytest.raises(Refusal) as caught:
        table.intake.submit(dossier)
    assert caught.value.code == "DOSSIER_INCOMPLETE"
    assert "ID number" in caught.value.words.en
    dossier = table.identified()
    with pytest.raises(Refusal) as caught:
        table.intake.submit(dossier)
    assert caught.value.words == table.intake.view(dossier).receipt.findings[0].words
    assert table.journal.blocks()[0].left == 50, "no code is used up by a refusal"


def test_every_finding_leads_to_a_field_of_its_step(table: Desk) -> None:
    """A finding names a field that its step shows, or an exception, a paper, the fee."""
    for dossier in (table.draft(), table.identified()):
        view = table.intake.view(dossier)
        shown = {
            "identity": {one.name for one in view.identity.fields} | {"licence.number"},
            "application": {one.name for one in view.application.fields},
            "papers": {one.code for one in view.papers.lines},
            "fee": {"tendered"},
        }
        for finding in view.receipt.findings:
            assert finding.field in shown[finding.step] or finding.field.startswith("exception."), finding
        assert len({one.field for one in view.receipt.findings}) == len(view.receipt.findings)


def test_nobodys_sex_is_guessed(table: Desk) -> None:
    dossier = table.draft()
    values = {
        "applicant.number": QUAN.person.number,
        "applicant.name": "Trần Minh Quân",
        "applicant.born": "1990-08-14",
    }
    view = table.intake.enter(dossier, values, "identity", "")
    identity = [one.field for one in view.receipt.findings if one.step == "identity"]
    assert identity[:2] == ["applicant.sex", "applicant.residence"]
    assert _field(view, "applicant.nationality").value == "VNM"
    assert {one.name for one in view.identity.fields if one.required} >= {"applicant.sex", "applicant.residence"}


def test_problems_speak_only_for_the_step_that_was_left(table: Desk) -> None:
    dossier = table.draft()
    assert not [one for one in table.intake.view(dossier).identity.fields if one.problem]
    checked = table.intake.check(dossier, "identity")
    assert {one.name for one in checked.identity.fields if one.problem} >= {"applicant.number", "applicant.name"}
    assert not [one for one in checked.application.fields if one.problem]


def test_no_codes_left_is_said_and_the_draft_stays(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "vietqr", 0)
    for _ in range(50):
        table.journal.draw("dossier")
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        table.intake.submit(dossier)
    assert table.journal.dossier(dossier).status == "draft"
    table.journal.lend(Block("dossier", 900, 901))
    assert table.intake.submit(dossier).code.endswith("-000900")


def test_a_closed_dossier_cannot_change(table: Desk) -> None:
    dossier = table.accepted()
    entries = table.kinds(dossier)
    acts = (
        lambda: table.intake.enter(dossier, {"reason": "khác"}, "application", ""),
        lambda: table.intake.take_qr(dossier, specimens.qr_text(QUAN.person)),
        lambda: table.intake.read_card(dossier),
        lambda: table.intake.ask_register(dossier),
        lambda: table.intake.discard(dossier, ""),
        lambda: table.papers.mark(dossier, "CC", "seen"),
        lambda: table.papers.bring(dossier, "GKSK", b"\xff\xd8"),
        lambda: table.pages.turn(dossier, 0),
        lambda: table.pages.undo(dossier),
        lambda: table.cashier.take(dossier, "cash", 500_000),
        lambda: table.exceptions.ask(dossier, "IDENTITY_WEAK", "lý do"),
    )
    for act in acts:
        with pytest.raises(Refusal, match="DOSSIER_CLOSED"):
            act()
    assert table.kinds(dossier) == entries


def test_discarding_keeps_the_reason_and_everything_else(table: Desk) -> None:
    dossier = table.identified()
    table.intake.discard(dossier, "Công dân về lấy giấy tờ")
    assert table.journal.dossier(dossier).status == "discarded"
    assert table.journal.dossier(dossier).text("applicant.number") == QUAN.person.number
    assert table.intake.resume() is None


def test_what_took_a_step_ends_by_a_step(table: Desk) -> None:
    dossier = table.identified()
    table.course.take(dossier, "ask-papers", items=("GKSK",))
    with pytest.raises(Refusal, match="DECLINE_INSTEAD"):
        table.intake.discard(dossier, "Công dân về lấy giấy tờ")
    table.course.take(dossier, "decline", reason="Không bổ sung", basis="NĐ 61/2018/NĐ-CP")
    assert table.journal.dossier(dossier).status == "discarded"


def test_nobody_types_what_the_portal_says(table: Desk) -> None:
    dossier = table.identified()
    table.intake.enter(dossier, {"portal.payment": "claimed", "reason": "Hỏng"}, "application", "reason")
    state = table.journal.dossier(dossier)
    assert (state.text("portal.payment"), state.text("reason")) == ("", "Hỏng")


def test_a_draft_whose_fee_was_taken_is_not_dropped(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 115_000)
    with pytest.raises(Refusal, match="FEE_TAKEN"):
        table.intake.discard(dossier, "nhầm")


def test_after_a_crash_the_same_draft_stands_there(table: Desk) -> None:
    assert table.intake.resume() is None
    table.draft()
    dossier = table.draft()
    table.intake.enter(dossier, {"reason": "Hỏng"}, "application", "reason")
    table.draft()
    view = table.intake.resume()
    assert view is not None
    assert (view.dossier, view.step, view.focus) == (dossier, "application", "reason")
    table.as_user("clerk2")
    assert table.intake.resume() is None, "somebody else's draft is not opened by itself"
    table.as_user("clerk")
    table.intake.park()
    assert table.intake.resume() is None


def test_after_a_crash_an_accepted_dossier_stands_there_until_its_papers_are_out(table: Desk) -> None:
    dossier = table.accepted()
    table.receipts.print(dossier, "fee_receipt", lambda: False)
    view = table.intake.resume()
    assert view is not None
    assert (view.dossier, view.status) == (dossier, "submitted")
    table.receipts.print(dossier, "M01", lambda: False)
    assert table.intake.resume() is None


def test_nobody_signed_in_sees_and_does_nothing(table: Desk) -> None:
    dossier = table.accepted()
    table.counter.user = None
    page = table.journal.dossier(dossier).pages[0]
    acts = (
        table.intake.open,
        lambda: table.intake.view(dossier),
        lambda: table.intake.check(dossier, "identity"),
        table.intake.resume,
        lambda: table.intake.enter(dossier, {}, "identity", ""),
        lambda: table.intake.submit(dossier),
        lambda: table.papers.picture(page.sheet),
        lambda: table.receipts.pdf(dossier, "M01"),
        lambda: table.receipts.print(dossier, "M01", lambda: False),
        table.queue.today,
        lambda: table.queue.find(""),
        table.queue.outbox,
    )
    for act in acts:
        with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
            act()


@pytest.mark.parametrize("user", ["it"])
def test_a_role_without_the_scope_is_not_let_in(table: Desk, user: str) -> None:
    dossier = table.accepted()
    table.as_user(user)
    for act in (
        table.intake.open,
        lambda: table.intake.view(dossier),
        table.queue.today,
        lambda: table.papers.picture(table.journal.dossier(dossier).pages[0].sheet),
    ):
        with pytest.raises(Refusal, match="NOT_ALLOWED"):
            act()


def test_a_trainee_does_not_submit_what_somebody_else_opened(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 115_000)
    table.as_user("trainee")
    with pytest.raises(Refusal, match="NOT_YOURS"):
        table.intake.submit(dossier)
    with pytest.raises(Refusal, match="NOT_YOURS"):
        table.cashier.take(dossier, "cash", 115_000)
    assert table.journal.dossier(dossier).status == "draft"


def test_an_outline_has_every_field_and_is_in_no_journal(table: Desk) -> None:
    outline = table.intake.outline()
    names = {one.name for one in (*outline.identity.fields, *outline.application.fields)}
    typed = table.intake.enter(table.draft(), {"applicant.number": QUAN.person.number}, "identity", "")
    assert names == {one.name for one in (*typed.identity.fields, *typed.application.fields)}
    assert outline.dossier not in {line.dossier for line in table.journal.find()}
