"""Reminders to collect a card, by two desks and by central itself: none refused, none twice, none kept back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from clerk_app.central import forgotten_messages
from clerk_app.central.database import entries, messages, users
from clerk_app.central.reminding import OWN, Reminding
from clerk_app.central.report_rows import report_rows
from clerk_app.domain.messages import REMINDED
from tests.desk.conftest import MORNING, Desk
from tests.desk.test_results import SIGNED, _on_the_shelf, no_message_reaches, pair, shelved
from tests.peers.two_desks import Joined, Office, refusal_of

__all__ = ("pair",)
Pair = tuple[Office, Joined, Joined]


def reminding(office: Office, days: float) -> int:
    """Central looks so many days after the cards came."""
    now = MORNING + timedelta(days=days)
    return Reminding(office.database, office.register, lambda: now).send_due()


def letters(office: Office) -> list[tuple[str, str]]:
    """State and cause of every message that reminds of a card."""
    wanted = select(messages.c.state, messages.c.cause).where(messages.c.step == REMINDED)
    with office.database.read() as connection:
        return [(row.state, row.cause) for row in connection.execute(wanted.order_by(messages.c.made_ms))]


@pytest.mark.parametrize("way", ["phone", "message"])
def test_who_was_reminded_by_central_and_by_a_counter_without_a_line_was_reminded_once(pair: Pair, way: str) -> None:
    """Central at eight, the clerk at nine, the card handed over at ten: all of it is believed."""
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    assert reminding(office, 7) == 1
    first.desk.time = MORNING + timedelta(days=7, hours=1)
    first.desk.results.remind(dossier, way)  # type: ignore[arg-type]
    first.desk.time += timedelta(hours=1)
    first.desk.handing_over.hand_over(dossier, to="holder", **SIGNED)  # type: ignore[arg-type]
    first.deliver()
    assert first.refused() == []
    for state in (office.dossier(dossier), first.state(dossier)):
        assert (state.handing.state, len(state.handing.reminded)) == ("given", 1)
    assert len(letters(office)) == 1


def test_a_call_about_a_card_that_another_desk_handed_over_meanwhile_is_no_fault(pair: Pair) -> None:
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    second.deliver()
    for joined in (first, second):
        joined.desk.time = MORNING + timedelta(days=7, hours=1)
    first.desk.results.remind(dossier, "message")
    second.desk.handing_over.hand_over(dossier, to="holder", **SIGNED)  # type: ignore[arg-type]
    second.deliver()
    first.deliver()
    assert first.refused() == []
    assert office.dossier(dossier).handing.reminded == ()
    assert letters(office) == [], "nobody is reminded of what they have"


def test_a_forged_reminder_before_its_day_is_refused(pair: Pair) -> None:
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    due = first.desk.results
    assert refusal_of(lambda: due.remind(dossier)) == "REMINDER_EARLY"
    assert reminding(office, 7) == 1
    first.deliver()
    first.desk.time = MORNING + timedelta(days=7, hours=2)
    assert refusal_of(lambda: due.remind(dossier)) == "REMINDER_EARLY"


def test_a_card_that_lay_there_for_long_is_not_reminded_of_three_times_at_once(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    desk.time += timedelta(days=65)
    assert [row.overdue for row in desk.results.listed("unclaimed")] == [True]
    row = desk.results.remind(dossier).row
    assert (row.reminded, row.overdue) == (1, False)
    assert row.due is not None
    assert row.due.date() == (desk.time + timedelta(days=23)).date(), "as long as between the two of the rule"
    assert refusal_of(lambda: desk.results.remind(dossier)) == "REMINDER_EARLY"
    desk.time += timedelta(days=23)
    assert desk.results.remind(dossier).row.reminded == 2
    before = desk.results.listed("unclaimed")
    desk.journal.rebuild()
    assert desk.results.listed("unclaimed") == before


def test_a_dossier_that_nobody_can_read_keeps_nobody_else_from_being_reminded(pair: Pair) -> None:
    office, first, second = pair
    _on_the_shelf(first, second)
    broken = UUID(int=1)
    with office.database.write("people") as connection:
        known = connection.execute(select(entries).limit(1)).one()._mapping
        last = connection.execute(select(func.max(entries.c.number))).scalar_one()
        fresh = {"number": last + 1, "id": broken, "n": 1, "dossier": broken, "body": b"\xc1", "station": "Q99"}
        connection.execute(insert(entries), dict(known) | fresh)
        row = connection.execute(select(report_rows)).first()
        assert row is not None
        connection.execute(insert(report_rows), dict(row._mapping) | {"dossier": broken})
    assert reminding(office, 7) == 1


def test_what_would_be_refused_is_not_sealed_again_and_again(pair: Pair) -> None:
    office, first, second = pair
    _on_the_shelf(first, second)
    assert reminding(office, 7) == 1
    with office.database.write("people") as connection:
        connection.execute(update(users).where(users.c.id == OWN.person("PC08-HN")).values(active=False))
    _on_the_shelf(first, second)
    for days in (14, 14.01, 14.02):
        assert reminding(office, days) == 0
    mine = select(func.count()).where(entries.c.station == OWN.station("PC08-HN"))
    with office.database.read() as connection:
        assert connection.execute(mine).scalar() == 1


def test_an_email_that_may_have_reminded_before_central_was_restored_does_not_go_once_more(pair: Pair) -> None:
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    first.desk.messages.write_contact(dossier, email="binh@example.vn", wish="email")
    first.deliver()
    # Brought back an hour after central may have sent it; then it finds that it is due.
    forgotten_messages.hold_back(office.database, MORNING + timedelta(days=7, hours=1))
    assert reminding(office, 7.1) == 1
    assert letters(office) == [("unknown", "RESTORED")]
    assert reminding(office, 30) == 1
    assert letters(office)[1][0] == "queued", "what became due after it goes by itself"


def test_whom_nothing_reaches_is_looked_at_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    no_message_reaches(first.desk, dossier)
    first.deliver()
    folded = 0
    central = Reminding(office.database, office.register, lambda: MORNING + timedelta(days=8))
    from clerk_app.central import reminding as room

    real = room.accepted

    def counted(*given: object) -> object:
        nonlocal folded
        folded += 1
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "accepted", counted)
    for _ in range(3):
        assert central.send_due() == 0
    assert folded == 1
