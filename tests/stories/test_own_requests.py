"""Who asked tries to decide it all the same: by a second account, by an old decision, by another clock. On a real line.

Each is refused, at the desk or at central, stands on record, and nothing is granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from clerk_app import bootstrap, wire
from clerk_app.central.database import entries, open_database
from clerk_app.central.people import add_user
from clerk_app.desk.desk import Desk
from clerk_app.domain.dossier import Dossier, ExceptionDecided, replay
from clerk_app.domain.oversight import DecisionRefused
from clerk_app.practice import specimens
from tests.peers.central import CentralProcess
from tests.peers.two_desks import refusal_of

pytestmark = pytest.mark.wire
CODE, SECOND = "IDENTITY_WEAK", "chau.vu"


def never() -> bool:
    return False


def at_central(central: CentralProcess, dossier: UUID) -> Dossier:
    """As central has it."""
    database = open_database(central.database_url)
    try:
        with database.read() as connection:
            found = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted)
            bodies = connection.execute(found.order_by(entries.c.number)).scalars().all()
        return replay(wire.decode_entry(body) for body in bodies)
    finally:
        database.close()


def refused_at_central(central: CentralProcess, dossier: UUID) -> list[str]:
    """Who was told no there, and why, as it stands on the dossier."""
    database = open_database(central.database_url)
    try:
        with database.read() as connection:
            found = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted)
            said = [wire.decode_entry(body).what for body in connection.execute(found).scalars()]
        return [one.refusal for one in said if isinstance(one, DecisionRefused)]
    finally:
        database.close()


@pytest.fixture
def desks(central: CentralProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, Desk]]:
    """Two desks; `supervisor` has a second account, and asks at the first one in her own dossier."""
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    database = open_database(central.database_url)
    add_user(database, SECOND, "Vũ Minh Châu", ["supervisor"], "PC08-HN", "practice", person="supervisor")
    database.close()
    with ExitStack() as stack:
        opened = []
        for station in ("Q01", "Q02"):
            bootstrap.enrol(tmp_path / station, central.url, central.code(station), "practice")
            desk = stack.enter_context(closing(bootstrap.open_desk(tmp_path / station, "practice")))
            for user in (SECOND, "supervisor2", "supervisor"):
                desk.sign_in.sign_in(user, "practice")
            opened.append(desk)
        yield opened[0], opened[1]


def asked(desk: Desk) -> UUID:
    """A request of `supervisor`'s own."""
    desk.sign_in.sign_in("supervisor", "practice")
    dossier = desk.intake.open().dossier
    desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    desk.exceptions.ask(dossier, CODE, "chip hỏng")
    desk.delivery.once(never)
    return dossier


def test_a_second_account_is_the_same_person_in_the_next_room_and_on_the_spot(
    central: CentralProcess, desks: tuple[Desk, Desk]
) -> None:
    first, second = desks
    dossier = asked(first)
    second.sign_in.sign_in(SECOND, "practice")
    second.delivery.once(never)
    (row,) = second.approvals.queue().rows
    assert not row.may
    assert row.why_not is not None
    assert "Tài khoản khác của cùng một người" in row.why_not.vi
    shown = second.approvals.look(dossier, CODE).shown
    assert refusal_of(lambda: second.approvals.decide(dossier, CODE, True, "", "", shown)) == "FOUR_EYES"
    spot = first.approvals.evidence(dossier, CODE).shown
    assert (
        refusal_of(lambda: first.exceptions.decide(dossier, CODE, SECOND, "practice", True, "", shown=spot))
        == "FOUR_EYES"
    )
    for desk in desks:
        desk.delivery.once(never)
    assert at_central(central, dossier).exceptions[CODE].granted is None
    assert refused_at_central(central, dossier) == ["FOUR_EYES", "FOUR_EYES"]


def test_an_old_decision_says_nothing_about_a_new_request(central: CentralProcess, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    dossier = asked(first)
    second.sign_in.sign_in("supervisor2", "practice")
    second.delivery.once(never)
    view = second.approvals.look(dossier, CODE)
    second.approvals.decide(dossier, CODE, False, "anh khong khop", "", view.shown)
    for desk in (second, first):
        desk.delivery.once(never)
    first.exceptions.ask(dossier, CODE, "đã chụp lại ảnh")
    for desk in desks:
        desk.delivery.once(never)
    old = ExceptionDecided(CODE, True, "", "", view.row.request, view.shown, "remote", "password")
    second.journal.append(dossier, [old], "supervisor2", second.counter.clock())
    second.delivery.once(never)
    held = at_central(central, dossier).exceptions[CODE]
    assert (held.granted, held.reason) == (None, "đã chụp lại ảnh")
    assert [one.code for one in second.journal.records(dossier) if one.entry.what == old] == ["REQUEST_OTHER"]


def test_a_clock_that_was_turned_makes_no_decision(central: CentralProcess, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    dossier = asked(first)
    second.sign_in.sign_in("supervisor2", "practice")
    second.delivery.once(never)
    shown = second.approvals.look(dossier, CODE).shown
    clock = second.counter.clock
    second.counter.clock = lambda: clock() - timedelta(hours=5)
    second.approvals.decide(dossier, CODE, True, "", "", shown)
    second.delivery.once(never)
    assert at_central(central, dossier).exceptions[CODE].granted is None
    (told,) = [one.code for one in second.journal.records(dossier) if isinstance(one.entry.what, ExceptionDecided)]
    assert told == "DECISION_TIME_WRONG"
    assert second.shelf.views() == (), "nobody has to settle it"
