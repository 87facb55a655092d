"""Paper that only says what is on record: supplement, refusal, control slip, the books of the day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from clerk_app.desk import books, notices
from clerk_app.domain.dossier import Printed, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.handing import PostOrdered, PostTold
from clerk_app.domain.notices import (
    CashHandover,
    ControlSlip,
    HandOver,
    Notice,
    RefusalNotice,
    RegisterBook,
    SupplementRequest,
    punctuality,
)
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import MORNING, Desk, never
from tests.desk.test_results import shelved

TODAY = date(2026, 11, 23)


def _notice(desk: Desk) -> Notice:
    return desk.forms.notices[-1]


def _blocked(desk: Desk) -> UUID:
    """A draft of somebody whose violation is not settled."""
    dossier = desk.identified()
    state = desk.journal.dossier(dossier)
    assert state.register is not None
    desk.central.says = RegisterAnswered(True, state.register.licences, "blocked", PRACTICE_FILE)
    desk.intake.ask_register(dossier)
    desk.intake.enter(dossier, {"case": "DOI_SAP_HET_HAN"}, "application", "case")
    return dossier


def test_everything_missing_is_asked_for_at_once(table: Desk) -> None:
    dossier = table.identified()
    table.intake.enter(dossier, {"case": "DOI_SAP_HET_HAN", "wanted_class": "B"}, "application", "case")
    table.receipts.print(dossier, "M02", never)
    asked = _notice(table)
    assert isinstance(asked, SupplementRequest)
    assert [paper.code for paper in asked.papers] == ["GKSK", "GPLX_CU", "ANH"]
    assert all(paper.because.vi and paper.basis for paper in asked.papers)
    assert [words.vi for words in asked.further] == ["Thông tin: Số điện thoại"]
    assert asked.about.code == table.journal.dossier(dossier).local_code
    assert asked.about.party.name == "TRẦN MINH QUÂN"
    assert asked.officer.name == "Nguyễn Thu Hà"
    assert asked.until is None
    what = table.journal.entries(dossier)[-1].what
    assert what == Printed("M02", 1, 1, "completed")
    assert table.receipts.pdf(dossier, "M02").endswith(b" 2")


def test_a_refusal_gives_the_law_for_its_ground(table: Desk) -> None:
    dossier = _blocked(table)
    table.receipts.print(dossier, "M03", never)
    notice = _notice(table)
    assert isinstance(notice, RefusalNotice)
    ((ground),) = notice.grounds
    assert ground.words.vi.startswith("Chưa thực hiện xong yêu cầu xử lý vi phạm")
    assert ground.basis.startswith("TT 108/2026/TT-BCA")
    with pytest.raises(Refusal, match="REFUSAL_STANDS"):
        table.receipts.pdf(dossier, "M02")


def test_a_wrong_case_or_a_silent_register_refuses_nobody(table: Desk) -> None:
    wrong = table.identified()
    table.intake.enter(wrong, {"case": "CAP_LAI_QUA_HAN"}, "application", "case")
    unknown = table.draft()
    table.intake.enter(unknown, {"applicant.name": "Đỗ Ngọc Ánh"}, "identity", "applicant.name")
    for dossier in (wrong, unknown):
        with pytest.raises(Refusal, match="NOT_REFUSED"):
            table.receipts.print(dossier, "M03", never)


def test_the_control_slip_starts_at_the_counter(table: Desk) -> None:
    dossier = table.accepted()
    table.receipts.print(dossier, "M06", never)
    slip = _notice(table)
    assert isinstance(slip, ControlSlip)
    submitted = table.journal.dossier(dossier).submitted
    assert submitted is not None
    assert slip.steps == (HandOver("Bộ phận tiếp nhận và trả kết quả", submitted.received_at),)
    assert (slip.about.code, slip.due_at) == (submitted.code, submitted.due_at)


def test_early_on_time_and_late() -> None:
    due = MORNING.replace(hour=12)
    assert punctuality(due - timedelta(days=1), due) == "early"
    assert punctuality(due - timedelta(hours=1), due) == punctuality(due, due) == "on_time"
    assert punctuality(due + timedelta(minutes=1), due) == "late"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("M02", "SUPPLEMENT_UNKNOWN"),
        ("M03", "DOSSIER_CLOSED"),
        ("M04", "APOLOGY_UNKNOWN"),
        ("M05", "STOP_UNKNOWN"),
        ("M07", "FORM_OF_MANY"),
        ("SHIFT", "FORM_OF_MANY"),
    ],
)
def test_what_is_not_on_record_is_refused_for_an_accepted_dossier(table: Desk, form: str, code: str) -> None:
    dossier = table.accepted()
    kinds = table.kinds(dossier)
    for act in (lambda: table.receipts.pdf(dossier, form), lambda: table.receipts.print(dossier, form, never)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code
        assert all(vars_of(refused.value))
    assert table.kinds(dossier) == kinds
    assert table.printers.printed == []


def vars_of(refusal: Refusal) -> tuple[str, ...]:
    return refusal.words.vi, refusal.words.en, refusal.remedy.vi, refusal.remedy.en


@pytest.mark.parametrize(("form", "code"), [("M02", "APPLICANT_UNKNOWN"), ("M03", "APPLICANT_UNKNOWN")])
def test_a_notice_needs_somebody_to_go_to(table: Desk, form: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        table.receipts.pdf(table.draft(), form)


def test_a_draft_with_nothing_missing_and_an_early_control_slip(table: Desk) -> None:
    dossier = table.applied()
    with pytest.raises(Refusal, match="NOTHING_MISSING"):
        table.receipts.pdf(dossier, "M02")
    with pytest.raises(Refusal, match="NOT_SUBMITTED"):
        table.receipts.pdf(dossier, "M06")
    with pytest.raises(Refusal, match="NOT_SUBMITTED"):
        table.receipts.ticket(dossier)


def test_a_form_printed_before_leads_to_a_marked_reprint(table: Desk) -> None:
    dossier = table.accepted()
    for form in ("DON", "M06", "DON"):
        table.receipts.print(dossier, form, never)
    assert table.journal.dossier(dossier).prints == {"DON": 2, "M06": 1}
    assert table.receipts.ticket(dossier).png.endswith(table.journal.dossier(dossier).code.encode())


def test_the_register_holds_what_was_received_in_the_order_it_came(table: Desk) -> None:
    first = table.accepted()
    table.time += timedelta(hours=1)
    table.as_user("clerk2")
    second = table.accepted()
    table.draft()
    pdf, count = table.books.register(TODAY, TODAY)
    book = _notice(table)
    assert isinstance(book, RegisterBook)
    assert (pdf, count, book.practice) == (b"%PDF M07 1", 2, True)
    codes = [table.journal.dossier(dossier).code for dossier in (first, second)]
    assert [line.about.code for line in book.lines] == codes
    assert [line.received_by for line in book.lines] == ["clerk", "Phạm Đức Long"]
    table.receipts.print(first, "M01", never)
    assert table.books.register(TODAY + timedelta(days=1), TODAY + timedelta(days=2))[1] == 0
    with pytest.raises(Refusal, match="DAYS_WRONG"):
        table.books.register(TODAY, TODAY - timedelta(days=1))


def test_a_book_of_too_many_days_is_refused_and_not_cut(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "_MOST", 2)
    table.accepted()
    assert table.books.register(TODAY, TODAY)[1] == 1
    table.accepted()
    with pytest.raises(Refusal, match="BOOK_TOO_LONG"):
        table.books.register(TODAY, TODAY)
    assert table.books.register(TODAY + timedelta(days=1), TODAY + timedelta(days=1))[1] == 0


def test_the_money_of_one_person_on_one_day(table: Desk) -> None:
    dossier = table.accepted()
    table.as_user("clerk2")
    table.accepted()
    table.as_user("clerk")
    _, count = table.books.handover(TODAY)
    made = _notice(table)
    assert isinstance(made, CashHandover)
    receipt = table.journal.dossier(dossier).fee
    assert receipt is not None
    assert (made.receipts, made.collector, count) == ((receipt.receipt,), "Nguyễn Thu Hà", 1)
    assert made.sums_vnd == (("cash", 1, 115_000), ("vietqr", 0, 0), ("online", 0, 0))
    assert table.books.handover(TODAY + timedelta(days=1))[1] == 0


def test_the_books_are_for_those_who_may(table: Desk) -> None:
    table.as_user("it")
    for act in (lambda: table.books.register(TODAY, TODAY), lambda: table.books.handover(TODAY)):
        with pytest.raises(Refusal, match="NOT_ALLOWED"):
            act()


def test_a_notice_is_not_journalled_when_no_printer_took_it(table: Desk) -> None:
    dossier = table.accepted()
    table.printers.outcome = fakes.fault("PRINTER_NOT_ACCEPTING")
    with pytest.raises(Refusal, match="PRINTER_NOT_ACCEPTING"):
        table.receipts.print(dossier, "M06", never)
    assert "Printed" not in table.kinds(dossier)


def test_a_notice_names_the_day_and_the_pack_of_the_rules_behind_it(table: Desk) -> None:
    """Also of a draft that a late entry opened: its reception was another day."""
    dossier = table.identified()
    earlier = (MORNING - timedelta(days=4)).isoformat()
    table.intake.enter(dossier, {"case": "DOI_SAP_HET_HAN", "received_at": earlier}, "application", "case")
    table.receipts.print(dossier, "M02", never)
    asked = _notice(table)
    assert isinstance(asked, SupplementRequest)
    assert asked.about.on == date(2026, 11, 19)
    assert asked.about.pack == table.journal.dossier(dossier).pack != ""


def test_the_books_say_when_and_by_whom_a_result_was_collected(table: Desk) -> None:
    dossier = shelved(table)
    state = table.journal.dossier(dossier)
    line = notices.register_line(state, "clerk", table.counter.rules_of(state))
    assert line is not None
    assert (line.delivered_at, line.note) == (None, "")
    table.handing_over.hand_over(
        dossier,
        to="authorised",
        proof="seen",
        old="cut",
        signed="unable",
        reason="Không biết chữ",
        name="LÊ THỊ HƯƠNG",
        number="001185067890",
        authority="UY_QUYEN",
    )
    state = table.journal.dossier(dossier)
    line = notices.register_line(state, "clerk", table.counter.rules_of(state))
    assert line is not None
    assert (line.delivered_at, line.note) == (state.handing.given_at, "Nhận thay: LÊ THỊ HƯƠNG")
    slip = notices.control_slip(state, table.counter.rules_of(state), "PC08")
    assert (slip.steps[-1].given_at, slip.steps[-1].note) == (state.handing.given_at, line.note)
    withdrawn = table.accepted()
    table.course.take(withdrawn, "withdraw", reason="Đổi ý")
    state = table.journal.dossier(withdrawn)
    line = notices.register_line(state, "clerk", table.counter.rules_of(state))
    assert line is not None
    assert line.delivered_at is None, "what ended in another way was handed to nobody"
    assert line.note == "Người nộp rút hồ sơ"
    slip = notices.control_slip(state, table.counter.rules_of(state), "PC08")
    assert [(one.given_at, one.note) for one in slip.steps] == [(state.course.since, line.note)]


def test_the_books_say_what_went_by_post(table: Desk) -> None:
    dossier, order = shelved(table), uuid4()
    posted = PostOrdered(order), PostTold(order, "sent", "EP000000001VN", "NHAN_DON")
    table.journal.append(dossier, posted, "clerk", table.clock())
    state = table.journal.dossier(dossier)
    line = notices.register_line(state, "clerk", table.counter.rules_of(state))
    assert line is not None
    assert (line.delivered_at, line.note) == (None, "Bưu chính EP000000001VN")
    told = PostTold(order, "delivered", "EP000000001VN", "DA_PHAT")
    table.journal.append(dossier, [told], "clerk", table.clock())
    state = table.journal.dossier(dossier)
    line = notices.register_line(state, "clerk", table.counter.rules_of(state))
    assert line is not None
    assert (line.delivered_at, line.note) == (state.handing.given_at, "Bưu chính EP000000001VN")
