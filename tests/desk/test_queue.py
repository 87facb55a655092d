"""Lists: today's dossiers, searching all of them, what waits and what was refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.owed import owed, soon_until
from clerk_app.domain.refusals import Refusal
from clerk_app.store import schema
from clerk_app.wire import Answer, Answers
from tests.desk.conftest import MORNING, Desk
from tests.peers import course_rows
from tests.peers.pack import training_pack


def _named(desk: Desk, name: str) -> None:
    desk.intake.enter(desk.draft(), {"applicant.name": name}, "identity", "")


def test_drafts_first_then_what_was_done_today(table: Desk) -> None:
    old = table.accepted()
    table.time += timedelta(days=1)
    draft = table.draft()
    dropped = table.draft()
    table.intake.discard(dropped, "nhầm")
    done = table.accepted()
    view = table.queue.today()
    assert [row.dossier for row in view.rows] == [draft, done, dropped]
    assert [row.state.words.en for row in view.rows] == ["Draft", "Accepted", "Discarded"]
    assert (view.drafts, view.submitted) == (1, 1)
    assert old not in [row.dossier for row in view.rows]
    assert view.rows[1].due
    assert view.rows[1].code.startswith("G01.801.308-261124-")


def test_what_is_due_today_or_overdue_stands_before_what_was_done(table: Desk) -> None:
    """Also what nobody touched today. An apology, a paused clock or an end takes it off the list."""
    first, second, third = (table.accepted() for _ in range(3))
    for dossier in (first, second, third):
        table.course.take(dossier, "hand-on")
    due = table.journal.dossier(first).course.due_at
    assert due is not None
    assert (table.queue.today().soon, table.queue.today().overdue) == (0, 0), "there are days left"
    table.time = due.replace(hour=8)
    view = table.queue.today()
    assert [row.dossier for row in view.rows] == [first, second, third]
    assert (view.soon, view.overdue, view.submitted) == (3, 0, 0)
    assert [(row.state.words.en, row.state.tone, row.changed) for row in view.rows] == [
        ("Due today", "warn", "23/11")
    ] * 3
    table.as_user("supervisor")
    badge = table.course.view(first).badge
    assert (badge.tone, "apologise first" in badge.words.en) == ("warn", True)
    later = course_rows.working(due + timedelta(days=5))
    table.course.take(first, "extend", reason="Máy in hỏng", due_at=later)
    table.course.take(second, "ask-supplement", items=("GKSK",))
    view = table.queue.today()
    assert [(row.dossier, row.state.words.en) for row in view.rows if row.state.words.en == "Due today"] == [
        (third, "Due today")
    ]
    extended = next(row for row in view.rows if row.dossier == first)
    assert later.strftime("%d/%m/%Y") in extended.due, "the appointment that holds"
    table.time = due + timedelta(minutes=1)
    view = table.queue.today()
    assert (view.soon, view.overdue, view.rows[0].dossier, view.rows[0].state.tone) == (0, 1, third, "bad")
    table.course.take(third, "approve")
    assert (table.queue.today().soon, table.queue.today().overdue) == (0, 0)


def test_an_appointment_at_the_opening_of_the_next_working_day_leaves_today_alone() -> None:
    calendar = training_pack().as_of(date(2026, 11, 27)).calendar
    friday = datetime(2026, 11, 27, 16, 0, tzinfo=HANOI)
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=HANOI)
    assert soon_until(friday, calendar) == monday
    assert [owed(at, friday, calendar) for at in (monday, monday + timedelta(minutes=1), friday, None)] == [
        "soon",
        "",
        "soon",
        "",
    ]
    assert owed(friday - timedelta(minutes=1), friday, calendar) == "overdue"


@pytest.mark.parametrize("query", ["do thi hang", "ĐỖ", "hằng đỗ", "Q04-261123-0001", "0001"])
def test_searching_needs_no_marks(table: Desk, query: str) -> None:
    _named(table, "Đỗ Thị Hằng")
    _named(table, "Y Moan Êban")
    assert [row.name for row in table.queue.find(query).rows] == ["Đỗ Thị Hằng"]


def test_a_code_finds_its_dossier(table: Desk) -> None:
    dossier = table.accepted()
    table.draft()
    code = table.journal.dossier(dossier).code
    assert [row.dossier for row in table.queue.find(code).rows] == [dossier]


def test_the_code_of_a_desk_and_that_of_central_stay_one_dossier(table: Desk) -> None:
    dossier = table.accepted()
    state = table.journal.dossier(dossier)
    assert state.local_code == "Q04-261123-0001"
    assert state.code == "G01.801.308-261123-000001"
    for code in (state.local_code, state.code, state.code.lower()):
        assert [row.code for row in table.queue.find(code).rows] == [state.code]


def test_names_stand_by_ten_or_whole_and_nameless_drafts_last(table: Desk) -> None:
    for name in ("Lê Văn Ân", "Trần Thị Ánh", "Đỗ Văn An", "", "Lê Thị An", "Anh"):
        _named(table, name)
    by_given = [row.name for row in table.queue.today("given").rows]
    assert by_given == ["Đỗ Văn An", "Lê Thị An", "Anh", "Trần Thị Ánh", "Lê Văn Ân", ""]
    by_all = [row.name for row in table.queue.today("full").rows]
    assert by_all == ["Anh", "Đỗ Văn An", "Lê Thị An", "Lê Văn Ân", "Trần Thị Ánh", ""]
    assert [row.name for row in table.queue.find("le", "given").rows] == ["Lê Thị An", "Lê Văn Ân"]
    assert table.queue.today().rows[0].name == "Anh"


def test_a_counter_that_is_shut_says_so_with_its_list(table: Desk) -> None:
    assert table.queue.today().closed is None
    table.time = datetime(2026, 11, 29, 9, 0, tzinfo=HANOI)
    closed = table.queue.today().closed
    assert closed is not None
    assert "08:00 30/11/2026" in closed.vi


def test_drafts_stay_before_what_is_done_in_every_order(table: Desk) -> None:
    done = table.accepted()
    _named(table, "Ỷ Lan")
    assert table.queue.today("given").rows[-1].dossier == done


def test_i_finds_y_only_where_nothing_else_is_found(table: Desk) -> None:
    _named(table, "Lý Mỹ Duyên")
    assert [row.name for row in table.queue.find("li mi").rows] == ["Lý Mỹ Duyên"]
    _named(table, "Lí Văn An")
    assert [row.name for row in table.queue.find("li").rows] == ["Lí Văn An"]
    assert table.queue.find("lo").rows == ()


def test_what_waits_is_told_and_then_no_more(table: Desk) -> None:
    dossier = table.accepted()
    view = table.queue.outbox()
    assert (view.tone, view.waiting_dossiers, view.waiting_sheets) == ("warn", 1, 2)
    assert "1 hồ sơ" in view.headline.vi
    assert view.oldest.endswith("23/11/2026")
    assert "49" in view.numbers_left.vi
    entries = table.journal.entries(dossier)
    answers = [Answer(entry.id, True, number) for number, entry in enumerate(entries, start=1)]
    table.journal.answered(Answers(answers, len(entries) + 1, MORNING))
    for digest, _ in table.sheets.waiting():
        table.sheets.delivered(digest)
    view = table.queue.outbox()
    assert (view.tone, view.waiting_entries, view.rows, view.oldest) == ("good", 0, (), "")


def test_what_central_refused_goes_to_the_supervisors_shelf(table: Desk) -> None:
    dossier = table.draft()
    (entry,) = table.journal.entries(dossier)
    refusal = Answer(entry.id, False, 1, "COUNTER_FOREIGN", "sai quầy", "wrong counter", "sửa", "mend")
    table.journal.answered(Answers([refusal], 2, MORNING))
    view = table.queue.outbox()
    (shelved,) = view.shelf
    assert (shelved.dossier, shelved.problem, shelved.refused) == (dossier, "COUNTER_FOREIGN", 1)
    assert (shelved.words.vi, shelved.remedy.en) == ("sai quầy", "mend")
    assert view.tone == "bad"
    assert table.queue.today().rows[0].state.tone == "bad"
    assert table.intake.view(dossier).receipt.delivery.tone == "bad"


def test_a_role_that_may_not_look(table: Desk) -> None:
    table.as_user("it")
    for act in (table.queue.today, lambda: table.queue.find("x"), table.queue.outbox):
        with pytest.raises(Refusal, match="NOT_ALLOWED"):
            act()


def test_of_many_that_are_overdue_none_hides_what_is_due_today(table: Desk) -> None:
    """What is due today may still be saved by an apology: it is counted, and stands in the list."""
    first = table.accepted()
    table.course.take(first, "hand-on")
    due = table.journal.dossier(first).course.due_at
    assert due is not None
    table.time = due.replace(hour=8)
    with table.database.write() as connection:
        row = dict(connection.execute(sa.select(schema.dossiers)).one()._mapping)
        late = (table.time - timedelta(days=3)).isoformat()
        for _ in range(230):
            other = row | {"id": uuid4().bytes, "owed_at": late, "due_at": late, "local_code": "", "code": ""}
            connection.execute(schema.dossiers.insert(), other)
    view = table.queue.today()
    assert (view.soon, view.overdue) == (1, 230)
    assert "Due today" in [row.state.words.en for row in view.rows if row.dossier == first]


def test_who_reaches_their_own_alone_sees_what_is_due_behind_many_of_others(table: Desk) -> None:
    first = table.accepted()
    table.course.take(first, "hand-on")
    due = table.journal.dossier(first).course.due_at
    assert due is not None
    table.time = due + timedelta(hours=1)
    with table.database.write() as connection:
        row = dict(connection.execute(sa.select(schema.dossiers)).one()._mapping)
        late = (table.time - timedelta(days=3)).isoformat()
        for _ in range(230):
            other = row | {"id": uuid4().bytes, "owed_at": late, "clerk": "somebody", "local_code": "", "code": ""}
            connection.execute(schema.dossiers.insert(), other)
    assert first not in [line.dossier for line in table.journal.owed(None, table.time)]
    assert [line.dossier for line in table.journal.owed(None, table.time, "clerk")] == [first]


def test_a_list_says_where_each_dossier_stands(table: Desk) -> None:
    accepted, withdrawn, waits = (table.accepted() for _ in range(3))
    table.course.take(withdrawn, "withdraw", reason="Đổi ý")
    table.course.take(waits, "hand-on")
    table.as_user("supervisor")
    table.course.take(waits, "ask-supplement", items=("GKSK",))
    said = {row.dossier: (row.state.words.en, row.state.tone) for row in table.queue.today().rows}
    assert said == {
        accepted: ("Accepted", "good"),
        withdrawn: ("Withdrawn by the applicant", "calm"),
        waits: ("Waiting for a supplement", "warn"),
    }
