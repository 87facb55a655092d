"""What a desk shows of messages to the citizen: with a line, without one, and what a clerk may do about them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from clerk_app.desk.messages import STATE_TONES, STATE_WORDS, cause_words
from clerk_app.domain.contact import MessageAsked
from clerk_app.domain.dossier import replay
from clerk_app.domain.messages import CARD_HERE, REMINDED, STATES, wanted
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire_messages import MessageState
from tests.desk.conftest import USERS, Desk, _empty_store, table
from tests.desk.test_results import approved, code_of

__all__ = ["_empty_store", "table"]


def message(table: Desk, dossier: UUID, state: str = "failed", cause: str = "SO_KHONG_TON_TAI") -> MessageState:
    entry = table.journal.dossier(dossier).course.passed[-1].entry
    at = table.clock()
    return MessageState(
        *(uuid4(), entry, "papers-wanted-sms", "ask-papers", "sms", "duty", "NĐ 118/2025/NĐ-CP", "no", state, cause),  # type: ignore[arg-type]
        *("***678", "", "Hồ sơ cần bổ sung", "GSM-7", 2, at, at, at + timedelta(minutes=1), 1),
    )


@pytest.fixture
def asked(table: Desk) -> UUID:
    """A dossier of which the citizen must bring more."""
    dossier = table.draft()
    table.course.take(dossier, "ask-papers", items=("GKSK",))
    return dossier


def test_the_states_are_seen_without_a_line_as_last_heard(table: Desk, asked: UUID) -> None:
    assert table.messages.view(asked).at is None
    table.central.told = [message(table, asked, "delivered", "")]
    heard = table.messages.look(asked)
    (one,) = heard.messages
    assert (one.badge.words.vi, one.badge.tone, one.way) == ("đã đến nơi", "good", "sms")
    assert one.told.vi.startswith("Tin nhắn · ***678 · 2 phần · ")
    assert one.name.vi == "Yêu cầu bổ sung trước khi tiếp nhận"
    assert "nghĩa vụ báo theo luật: NĐ 118/2025/NĐ-CP (chưa đối chiếu)" in one.right.vi
    table.central.line = False
    again = table.messages.look(asked)
    assert again.stale is not None
    assert (again.stale.code, again.at, again.messages) == ("CENTRAL_UNREACHABLE", heard.at, heard.messages)
    assert table.messages.view(asked).messages == heard.messages


def test_a_message_is_sent_again_by_an_entry_and_only_one_that_is_over(table: Desk, asked: UUID) -> None:
    failed, waiting = message(table, asked), message(table, asked, "queued", "")
    table.central.told = [failed, waiting]
    view = table.messages.look(asked)
    assert [one.again for one in view.messages] == [True, False]
    table.messages.send_again(asked, failed.id)
    assert table.journal.entries(asked)[-1].what == MessageAsked(failed.id)
    for other, code in ((waiting.id, "MESSAGE_OPEN"), (uuid4(), "MESSAGE_UNKNOWN")):
        with pytest.raises(Refusal) as told:
            table.messages.send_again(asked, other)
        assert told.value.code == code
    assert table.kinds(asked).count("MessageAsked") == 1


def test_how_the_citizen_is_reached_is_an_entry_and_stands_masked(table: Desk, asked: UUID) -> None:
    view = table.messages.write_contact(
        asked, phone="0912 345 678", email="an.nguyen@example.vn", wish="email", extras="yes"
    )
    assert view.contact.shown.vi == "***678 · a***@example.vn · muốn nhận thư · đồng ý tin khác"
    table.messages.write_contact(asked, phone="0912 345 678", email="an.nguyen@example.vn", wish="email", extras="yes")
    assert table.kinds(asked).count("ContactGiven") == 1, "the same once more is nothing new"
    with pytest.raises(Refusal) as told:
        table.messages.write_contact(asked, phone="12")
    assert told.value.code == "CONTACT_PHONE"
    assert table.messages.write_contact(asked).contact.extras == "", "a consent is taken back as it was given"


def test_the_trail_masks_what_it_tells_of_a_contact(table: Desk, asked: UUID) -> None:
    table.messages.write_contact(asked, phone="0912345678", email="an.nguyen@example.vn", extras="no")
    table.as_user("supervisor")
    said = " ".join(line.sentence.vi for line in table.trail.timeline(asked).lines)
    assert "Ghi cách liên hệ: điện thoại *******678" in said
    assert "0912345678" not in said
    assert "an.nguyen" not in said


def test_after_the_acceptance_a_contact_can_still_be_written_down(table: Desk) -> None:
    dossier = table.accepted()
    assert table.messages.view(dossier).contact.phone == "0912345678"
    assert table.messages.write_contact(dossier, email="an@example.vn").contact.email == "an@example.vn"


def test_who_only_looks_changes_nothing(table: Desk, asked: UUID) -> None:
    table.central.told = [message(table, asked)]
    table.counter.user = USERS["cashier"]
    view = table.messages.look(asked)
    assert (view.may_write, view.may_repeat, view.messages[0].again) == (False, False, False)


def test_a_card_that_comes_causes_one_message_whichever_way_the_dossier_came_there(table: Desk) -> None:
    """From `approved` its arrival is the step that is told of, from `ready` the card itself; and a reminder by message
    once it is due."""
    table.results.open_box("Hộp 1")
    for state, told in (("approved", "receive-card"), ("ready", CARD_HERE)):
        dossier = approved(table, state)
        seen = len(table.journal.entries(dossier))
        assert table.results.check_in(code_of(table, dossier)).why == ""
        rows = _caused(table, dossier)[seen:]
        assert [row for one in rows for row in one] == [told]
    with pytest.raises(Refusal):
        table.results.remind(dossier, "message")
    table.time += timedelta(days=8)
    table.results.remind(dossier, "phone")
    assert _caused(table, dossier)[-1] == []
    table.time += timedelta(days=30)
    table.results.remind(dossier, "message")
    assert _caused(table, dossier)[-1] == [REMINDED]


def _caused(table: Desk, dossier: UUID) -> list[list[str]]:
    """By which trigger the text messages and e-mails of each entry come."""
    entries = table.journal.entries(dossier)
    rules = table.counter.rules_today()
    return [
        [one.row.trigger for one in wanted(entry, replay(entries[: n + 1]), rules, Words("", ""))]
        for n, entry in enumerate(entries)
    ]


def test_every_state_and_cause_has_words() -> None:
    assert set(STATE_WORDS) == set(STATE_TONES) == set(STATES)
    assert cause_words("") == cause_words("")
    assert cause_words("MA_LOI_7").vi.endswith("MA_LOI_7")
