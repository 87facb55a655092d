"""The queue of online dossiers at a desk: what waits until when, found by what is typed, taken and given back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from clerk_app.desk import comparison, telling_names, words
from clerk_app.desk.online_views import OnlineRow
from clerk_app.desk.telling_values import kind_of
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.differences import differences
from clerk_app.domain.dossier import FeeTaken, FieldsEntered, Opened, Page, PagesArranged, RegisterAnswered, Submitted
from clerk_app.domain.evidence import Level, Source
from clerk_app.domain.online import FILTERS, FIRST_ANSWER
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from clerk_app.wire import Lease, LeaseState
from clerk_app.wire_online import OnlineItem, OnlineQueue
from tests.desk import fakes
from tests.desk.conftest import Desk

CODE = "G01.801.308-261123-000{:03d}"


def laid(table: Desk, at: int = 101, person: int = 1, sent: datetime | None = None, **fields: str) -> UUID:
    """What central's portal station writes, as it stands in this desk's journal."""
    who = specimens.specimen(person).person
    dossier, sent = new_id(), sent or table.time
    opened = Opened("licence-exchange", "online", CODE.format(at), "PC08-HN", "CONG", table.counter.pack.version, True)
    stated = {
        "applicant.number": who.number,
        "applicant.name": who.name,
        "portal.sent_at": sent.isoformat(),
        "portal.changed_at": sent.isoformat(),
        "portal.payment": "due",
    }
    entered = FieldsEntered(stated | fields, "identity", source="portal")
    step = StepTaken("register", "begin", "registered", "stopped")
    table.counter.write(dossier, opened, entered, step, who="portal.pc08-hn")
    return dossier


def rows(table: Desk, *asked: str) -> list[str]:
    return [row.code for row in table.online.view(*asked).rows]  # type: ignore[arg-type]


def row(table: Desk, dossier: UUID) -> OnlineRow:
    return table.online.dossier(dossier).row


def test_eight_hours_of_office_time(table: Desk) -> None:
    """Sent on Monday at 08:30 it is answered by Wednesday 08:30: Tuesday 24/11 is a holiday."""
    dossier = laid(table, sent=datetime(2026, 11, 23, 8, 30, tzinfo=HANOI))
    assert row(table, dossier).until == datetime(2026, 11, 25, 8, 30, tzinfo=HANOI)
    table.time = datetime(2026, 11, 23, 16, 0, tzinfo=HANOI)
    told = row(table, dossier)
    assert (told.left.vi, told.urgency) == ("Còn 1 giờ 29 phút", "warn")
    table.time = datetime(2026, 11, 25, 8, 31, tzinfo=HANOI)
    assert row(table, dossier).urgency == "bad"
    assert rows(table, "overdue") == [CODE.format(101)]


def test_the_parts_of_the_queue(table: Desk) -> None:
    new = laid(table, 101)
    asked = laid(table, 102, 2)
    table.course.take(asked, "ask-papers", items=("GKSK",))
    fee = laid(table, 103, 3)
    table.course.take(fee, "ask-fee")
    gone = laid(table, 104, 4)
    table.course.take(gone, "decline", reason="Không thuộc thẩm quyền", basis="TT 12/2025/TT-BCA art.21")

    assert rows(table, "new") == [CODE.format(101)]
    assert rows(table, "supplement") == [CODE.format(102)]
    assert rows(table, "fee") == [CODE.format(103)]
    assert sorted(rows(table)) == [CODE.format(at) for at in (101, 102, 103)]
    assert row(table, asked).until is None
    assert table.online.waiting() == 1
    assert row(table, new).stage == "new"


def test_each_part_is_counted_as_it_is_filtered(table: Desk) -> None:
    at = 0
    for hours in (0, 5, 30, 100):
        for step in ("", "ask-papers", "ask-fee"):
            at += 1
            dossier = laid(table, at, sent=table.time - timedelta(hours=hours))
            if step:
                table.course.take(dossier, step, items=("GKSK",) if step == "ask-papers" else ())
    for hours in (0, 7, 40):
        table.time += timedelta(hours=hours)
        view = table.online.view()
        assert view.counts == {name: len(rows(table, name)) for name in FILTERS}
    assert set(view.counts.values()) != {0}


def test_a_supplement_that_came_waits_for_the_office_again(table: Desk) -> None:
    dossier = laid(table)
    table.course.take(dossier, "ask-papers", items=("GKSK",))
    table.time += timedelta(hours=1)
    more = {"portal.changed_at": table.time.isoformat()}
    table.counter.write(dossier, FieldsEntered(more, "identity", source="portal"), who="portal.pc08-hn")

    told = row(table, dossier)
    assert told.stage == "came"
    assert told.until == datetime(2026, 11, 25, 9, 30, tzinfo=HANOI).replace(microsecond=told.until.microsecond)  # type: ignore[union-attr]
    assert rows(table, "new") == [CODE.format(101)]


def test_the_queue_is_found_by_what_is_typed(table: Desk) -> None:
    for at, person in ((101, 1), (102, 2), (103, 3)):
        laid(table, at, person)
    who = specimens.specimen(2).person
    for query in ("000102", CODE.format(102), who.number[-12:-4], who.name.lower(), who.name.split()[-1]):
        assert CODE.format(102) in rows(table, "open", query), query
    assert rows(table, "open", "khongai") == []


def test_a_citizen_at_the_desk_is_found(table: Desk) -> None:
    one, other = laid(table, 101, 1), laid(table, 102, 2)
    who = specimens.specimen(2).person
    assert table.online.find(CODE.format(101)) == one
    assert table.online.find(f"https://dichvucong.gov.vn/tra-cuu?ma={CODE.format(101)}&x=1") == one
    assert table.online.find(f"{CODE.format(101)}9") is None
    assert table.online.find(who.number) == other
    assert table.online.find(specimens.qr_text(who)) == other
    assert table.online.find("") is None


def test_of_several_dossiers_of_one_person_the_one_that_waits_is_meant(table: Desk) -> None:
    old, waits = laid(table, 101, 1), laid(table, 102, 1)
    table.course.take(old, "decline", reason="Sai thủ tục", basis="TT 12/2025/TT-BCA art.21")
    assert table.online.find(specimens.specimen(1).person.number) == waits


def test_what_the_citizen_stated_stands_beside_register_and_card(table: Desk) -> None:
    fields = {"portal.licence": "790000000000", "applicant.born": "1990-01-01", "portal.unread": "GKSK"}
    dossier = laid(table, **fields)
    specimen = specimens.specimen(1)
    table.counter.write(dossier, RegisterAnswered(True, specimen.licences, "clear", "CSGT"))
    table.intake.take_qr(dossier, specimens.qr_text(specimen.person))
    table.intake.enter(dossier, {"applicant.name": "Tên Sửa"}, "identity", "")

    view = table.online.dossier(dossier)
    by_name = {one.name: one for one in view.rows}
    assert by_name["applicant.name"].stated.vi == specimen.person.name
    assert by_name["applicant.name"].differs == frozenset()
    assert by_name["portal.licence"].differs == {"register"}
    assert by_name["applicant.born"].differs == {"identity"}
    assert [(one.name.vi[:9], one.readable) for one in view.papers] == [("Giấy khám", False)]
    assert view.register.tone == "good"


def test_a_register_that_is_silent_is_never_clear(table: Desk) -> None:
    dossier = laid(table)
    assert table.online.dossier(dossier).register.tone == "calm"
    table.counter.write(dossier, RegisterAnswered(False, (), "unknown"))
    assert table.online.dossier(dossier).register.tone == "warn"


def test_a_claimed_payment_is_not_paid(table: Desk) -> None:
    dossier = laid(table, **{"portal.payment": "claimed"})
    assert table.online.dossier(dossier).payment.words.vi == "Cổng báo đã nộp, chờ xác nhận"
    assert "Lệ phí" in [one.vi for one in table.online.dossier(dossier).lacking]


def test_what_the_portal_claims_after_the_fee_was_taken_is_not_called_paid(table: Desk) -> None:
    dossier, order = laid(table), new_id()
    table.counter.write(dossier, FeeTaken("BL-1", 115_000, "cash", 115_000, 0), who="clerk")
    said = {"portal.payment": "claimed", "portal.payment_reference": "GD-7"}
    table.counter.write(dossier, FieldsEntered(said, "identity", source="portal"), who="portal.pc08-hn")
    view = table.online.dossier(dossier)
    assert (view.payment.words.vi, view.payment.tone) == ("Cổng báo đã nộp, chờ xác nhận", "warn")
    assert row(table, dossier).payment == view.payment.words
    heard = OrderHeard(order, "rejected", table.time, "", "GD-7", {}, "NOT_FOUND")
    table.counter.write(dossier, OrderPlaced(order, "payment", 115_000, "GD-7"), heard, who="clerk")
    assert table.online.dossier(dossier).payment.words.vi == "Đã nộp lệ phí"


def test_what_the_platform_does_not_have_is_said_so(table: Desk) -> None:
    dossier, order = laid(table, **{"portal.payment": "claimed", "portal.payment_reference": "GD-7"}), new_id()
    heard = OrderHeard(order, "rejected", table.time, "", "GD-7", {}, "NOT_FOUND")
    table.counter.write(dossier, OrderPlaced(order, "payment", 115_000, "GD-7"), heard, who="clerk")
    view = table.online.dossier(dossier)
    assert (view.payment.words.vi, view.payment.tone) == ("Cổng báo đã nộp, nền tảng không có", "warn")


def test_money_that_is_to_be_given_back_stands_in_a_list_until_a_supervisor_approved_it(table: Desk) -> None:
    """Paid on the platform after it was declined; paid there and at the desk; paid at the desk and declined."""

    def paid(dossier: UUID) -> None:
        order = new_id()
        heard = OrderHeard(order, "done", table.time, "paid")
        table.counter.write(dossier, OrderPlaced(order, "payment", 115_000), heard, who="clerk")

    late, twice, here, once = (laid(table, at, at - 100) for at in (101, 102, 103, 104))
    cash = [FeeTaken(f"BL-{at}", 115_000, "cash", 115_000, 0) for at in (1, 2)]
    table.counter.write(twice, cash[0], who="clerk")
    table.counter.write(here, cash[1], who="clerk")
    paid(once)
    assert (rows(table, "back"), table.online.view().counts["back"]) == ([], 0), "nobody is owed anything yet"
    for dossier in (late, here):
        table.course.take(dossier, "decline", reason="Sai thủ tục", basis="TT 12/2025/TT-BCA art.21")
    paid(late)
    paid(twice)
    assert sorted(rows(table, "back")) == [CODE.format(at) for at in (101, 102, 103)]
    assert table.online.view().counts["back"] == 3
    view = table.online.dossier(late)
    assert (view.payment.words.vi, view.payment.tone) == ("Phải hoàn lại tiền", "bad")

    table.exceptions.ask(here, "REFUND", "Hồ sơ bị từ chối", 115_000)
    assert len(rows(table, "back")) == 3, "asked for is not approved"
    table.as_user("supervisor")
    table.exceptions.decide_as_signed_in(here, "REFUND", granted=True, comment="Đồng ý")
    assert sorted(rows(table, "back")) == [CODE.format(at) for at in (101, 102)]
    table.as_user("clerk")
    assert [one.en[:25] for one in table.online.dossier(late).lacking] == ["Give the citizen the money"[:25]]
    with pytest.raises(Refusal, match="AMOUNT_WRONG"):
        table.exceptions.ask(late, "REFUND", "Hồ sơ bị từ chối", 115_001)
    table.exceptions.ask(late, "REFUND", "Hồ sơ bị từ chối", 115_000)
    table.exceptions.ask(twice, "REFUND", "Nộp hai lần", 115_000)
    table.as_user("supervisor")
    for dossier in (late, twice):
        table.exceptions.decide_as_signed_in(dossier, "REFUND", granted=True, comment="Đồng ý")
    assert rows(table, "back") == []
    assert [one.en for one in table.online.dossier(late).lacking] == ["Nothing: it has ended."]
    paid(late)
    assert rows(table, "back") == [CODE.format(101)], "what comes in later is another debt"


def test_a_paper_that_the_citizen_took_back_is_named(table: Desk) -> None:
    dossier = laid(table, **{"portal.withdrawn": "a" * 16})
    pages = (Page("a" * 64, "GKSK", 100, 200, 300, 1000), Page("b" * 64, "GPLX_CU", 100, 200, 300, 1000))
    table.counter.write(dossier, PagesArranged(pages, act="import"), who="portal.pc08-hn")
    view = table.online.dossier(dossier)
    assert [(one.name.vi[:9], one.withdrawn) for one in view.papers] == [("Giấy phép", False), ("Giấy khám", True)]
    assert [one.vi for one in view.lacking if one.vi.startswith("Giấy phép")] == []


@pytest.mark.parametrize("how", ["order", "cash"])
def test_what_is_paid_says_so_and_waits_for_the_office(table: Desk, how: str) -> None:
    dossier = laid(table)
    table.course.take(dossier, "ask-fee")
    assert row(table, dossier).stage == "fee"
    order, at = new_id(), table.time + timedelta(hours=1)
    table.time += timedelta(hours=3) if how == "order" else timedelta(hours=1)
    if how == "order":
        heard = OrderHeard(order, "done", at, "failed")
        table.counter.write(dossier, OrderPlaced(order, "payment", 115_000), heard, who="clerk")
        assert (row(table, dossier).stage, row(table, dossier).payment.vi) == ("fee", "Chưa nộp lệ phí")
        table.counter.write(dossier, OrderHeard(order, "done", at, "paid"), who="clerk")
    else:
        table.counter.write(dossier, FeeTaken("BL-1", 115_000, "cash", 115_000, 0), who="clerk")

    told = row(table, dossier)
    assert (told.stage, told.payment.vi) == ("came", "Đã nộp lệ phí")
    rules = table.counter.rules_today()
    wanted = rules.calendar.after_hours(at, rules.limits[FIRST_ANSWER].hours)
    assert told.until is not None
    assert abs(told.until - wanted) < timedelta(seconds=1)
    assert rows(table, "fee") == []
    assert rows(table, "new") == [CODE.format(101)]


def test_a_fee_that_was_paid_before_it_was_asked_for_is_not_waited_for(table: Desk) -> None:
    dossier = laid(table)
    table.counter.write(dossier, FeeTaken("BL-1", 115_000, "cash", 115_000, 0), who="clerk")
    assert (row(table, dossier).stage, row(table, dossier).payment.vi) == ("new", "Đã nộp lệ phí")
    table.time += timedelta(hours=1)
    table.course.take(dossier, "ask-fee")
    assert row(table, dossier).stage == "came"


def test_who_never_pays_is_declined(table: Desk) -> None:
    dossier = laid(table)
    table.course.take(dossier, "ask-fee")
    table.course.take(dossier, "decline", reason="Không nộp lệ phí", basis="NĐ 61/2018/NĐ-CP art.17")
    assert row(table, dossier).stage == "ended"


def test_what_the_citizen_stated_after_a_proof_stands_beside_it(table: Desk) -> None:
    dossier = laid(table)
    later = {"portal.stated.applicant.name": "TÊN KHÁC"}
    table.counter.write(dossier, FieldsEntered(later, "identity", source="portal"), who="portal.pc08-hn")
    (name,) = (one for one in table.online.dossier(dossier).rows if one.name == "applicant.name")
    assert name.stated.vi == "TÊN KHÁC"
    assert kind_of("portal.stated.applicant.name") == "name"


def test_what_is_to_be_done_about_one_that_was_accepted(table: Desk) -> None:
    dossier = laid(table)

    def lacking() -> list[str]:
        return [one.vi for one in table.online.dossier(dossier).lacking]

    done = Submitted("G01-1", table.time, table.time + timedelta(days=3), "B", "DOI_SAP_HET_HAN", 0, ())
    table.counter.write(dossier, done, who="clerk")
    assert lacking() == ["Không còn gì: đã tiếp nhận."]
    on = StepTaken("hand-on", "accepted", "processing", "runs")
    table.counter.write(dossier, on, who="clerk")
    asked = StepTaken("ask-supplement", "processing", "supplement", "paused", items=("GKSK",))
    table.counter.write(dossier, asked, who="supervisor")
    assert lacking() == ["Chờ công dân bổ sung."]
    table.time += timedelta(hours=1)
    came = FieldsEntered({"portal.changed_at": table.time.isoformat()}, "identity", source="portal")
    table.counter.write(dossier, came, who="portal.pc08-hn")
    (said,) = lacking()
    assert "ghi nhận bổ sung" in said


def test_one_that_another_desk_has_open_is_not_taken(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = laid(table)
    held = Lease("Q05", "Q05", "clerk2", "Phạm Đức Long", table.time, table.time + timedelta(seconds=60))
    item = OnlineItem(dossier, CODE.format(101), "new", "registered", "due", table.time, None, held)
    monkeypatch.setattr(table.central, "online", lambda: OnlineQueue([item], table.time))
    table.online.refresh()
    told = table.online.view().rows[0]
    assert (told.held, told.held_words.vi) == ("theirs", "Quầy Q05 · Phạm Đức Long đang mở")

    monkeypatch.setattr(table.central, "hold_lease", lambda *a, **k: LeaseState(held, table.time))
    with pytest.raises(Refusal) as caught:
        table.online.take(dossier)
    assert caught.value.code == "DOSSIER_ELSEWHERE"


def test_without_a_line_the_queue_is_what_last_came(table: Desk) -> None:
    dossier = laid(table)
    table.central.line = False
    table.online.refresh()
    assert rows(table) == [CODE.format(101)]
    assert table.online.take(dossier).row.code == CODE.format(101)
    table.online.give_back(dossier)


def test_a_dossier_of_the_counter_is_not_online(table: Desk) -> None:
    dossier = table.draft()
    assert rows(table) == []
    with pytest.raises(Refusal) as caught:
        table.online.dossier(dossier)
    assert caught.value.code == "NOT_ONLINE"


def test_help_is_recorded_and_the_citizen_stays_the_applicant(table: Desk) -> None:
    view = table.online.assist("Không có điện thoại thông minh")
    told = table.online.dossier(view.dossier)
    assert told.helped is not None
    assert told.helped.vi == "Nguyễn Thu Hà hỗ trợ nộp tại PC08-HN Q04"
    state = table.journal.dossier(view.dossier)
    assert (state.channel, state.text("applicant.name")) == ("online", "")
    with pytest.raises(Refusal) as caught:
        table.online.assist("  ")
    assert caught.value.code == "REASON_MISSING"


def test_the_queue_is_made_anew_from_the_entries(table: Desk) -> None:
    dossier = laid(table)
    table.course.take(dossier, "ask-papers", items=("GKSK",))
    before = table.journal.online()
    table.journal.rebuild()
    assert table.journal.online() == before
    assert table.journal.verify().ok
    with table.database.write() as connection:
        connection.exec_driver_sql("UPDATE online SET payment = 'paid'")
    assert not table.journal.verify().ok


def test_every_source_has_its_words() -> None:
    known = set(get_args(Source))
    assert known == set(words.SOURCES) == set(telling_names.SOURCES) == set(comparison.HEADS)


def test_what_was_stated_online_still_differs_once_the_chip_was_read(table: Desk) -> None:
    dossier = laid(table, **{"applicant.born": "1990-01-01"})
    table.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    found = {one.field: one for one in differences(table.journal.dossier(dossier))}
    assert [(one.source, one.text) for one in found["applicant.born"].said][-1] == ("portal", "1990-01-01")
    assert found["applicant.born"].kind == "typed"


def card(table: Desk, person: int, level: Level = "chip") -> None:
    """Somebody's card lies on the reader."""
    table.readers.says = fakes.reading(specimens.specimen(person).person, table.time, level)


def test_a_card_on_the_reader_finds_whose_dossier_it_is(table: Desk) -> None:
    laid(table, 101, 1)
    other = laid(table, 102, 2)
    who = specimens.specimen(2).person
    card(table, 2)
    before = table.journal.outbox()
    for text in (who.number[-6:], f" {who.number} ", specimens.qr_text(who)):
        assert table.online.find_by_card(text) == other, text
        assert table.readers.asked[-1].can == who.number[-6:]
    assert table.journal.outbox() == before, "a look at a card writes nothing"
    card(table, 3)
    assert table.online.find_by_card("012345") is None


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "00109001234"])
def test_what_opens_no_chip_is_said_before_it_is_tried(table: Desk, text: str) -> None:
    card(table, 1)
    with pytest.raises(Refusal) as refused:
        table.online.find_by_card(text)
    assert refused.value.code == "CARD_KEY_MISSING"
    assert not table.readers.asked


def test_a_card_that_proves_nothing_finds_nobody(table: Desk) -> None:
    laid(table, 101, 1)
    card(table, 1, "qr")
    with pytest.raises(Refusal) as refused:
        table.online.find_by_card(specimens.specimen(1).person.number[-6:])
    assert refused.value.code == "CARD_UNPROVEN"


def test_the_card_of_another_than_was_typed_is_said(table: Desk) -> None:
    laid(table, 101, 1)
    card(table, 2)
    with pytest.raises(Refusal) as refused:
        table.online.find_by_card(specimens.specimen(1).person.number)
    assert refused.value.code == "CARD_OF_OTHER_PERSON"
    table.readers.says = fakes.fault("CARD_TORN")
    with pytest.raises(Refusal) as refused:
        table.online.find_by_card(specimens.specimen(1).person.number)
    assert refused.value.code == "CARD_TORN"


def test_what_somebody_sent_is_told_beside_a_new_dossier_of_theirs(table: Desk) -> None:
    number = specimens.specimen(1).person.number
    assert table.online.sent_by(number) is None
    one = laid(table, 101, 1)
    laid(table, 102, 2)
    told = table.online.sent_by(number, table.draft())
    assert told is not None
    assert (told.dossier, told.code, told.stage) == (one, CODE.format(101), "new")
    assert table.online.sent_by(number, one) is None, "not beside itself"
    other = laid(table, 103, 1, table.time + timedelta(hours=1))
    newest = table.online.sent_by(number, one)
    assert newest is not None
    assert newest.dossier == other
    for dossier in (one, other):
        table.course.take(dossier, "decline", reason="Sai thủ tục", basis="TT 12/2025/TT-BCA art.21")
    assert table.online.sent_by(number) is None, "what has ended is not opened"


def test_what_was_accepted_keeps_nobody_from_a_new_dossier(table: Desk) -> None:
    one = laid(table, 101, 1)
    number = specimens.specimen(1).person.number
    assert table.online.sent_by(number) is not None
    done = Submitted("G01-1", table.time, table.time + timedelta(days=3), "B", "DOI_SAP_HET_HAN", 0, ())
    table.counter.write(one, done, who="clerk")
    assert row(table, one).stage == "accepted"
    assert table.online.sent_by(number) is None
