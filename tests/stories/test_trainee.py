"""Somebody who learns accepts nothing alone: a second person looks at each dossier, and at nothing else than it is.

Central and desk are the real processes and stores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import bootstrap
from clerk_app.central import people
from clerk_app.central.database import open_database
from clerk_app.desk.desk import Desk
from clerk_app.domain.facts import TRAINEE_SUBMIT
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess
from tests.stories.test_newer_law import begun, delivered, never, opened, profile

__all__ = ["profile"]

pytestmark = [pytest.mark.story, pytest.mark.wire]


@pytest.fixture
def desk(central: CentralProcess, profile: Path) -> Iterator[Desk]:
    """A desk at which a trainee sits, and a supervisor signed in before."""
    database = open_database(central.database_url)
    people.add_user(database, "mai", "Đỗ Mai", ["trainee"], people.PRACTICE_OFFICE, "practice")
    database.close()
    with closing(opened(profile)) as desk:
        for user in ("supervisor", "mai"):
            desk.sign_in.sign_in(user, "practice")
        yield desk


def state(desk: Desk, dossier: UUID) -> str:
    """How the request for a second person stands, as whoever sits here sees it."""
    shown = {one.code: one.state for one in desk.intake.view(dossier).application.exceptions}
    return shown.get(TRAINEE_SUBMIT, "")


def refused(desk: Desk, dossier: UUID) -> str:
    with pytest.raises(Refusal) as caught:
        desk.intake.submit(dossier)
    return caught.value.code


def granted(desk: Desk, dossier: UUID) -> None:
    desk.exceptions.ask(dossier, TRAINEE_SUBMIT, "Nhờ xem lại")
    desk.exceptions.decide(dossier, TRAINEE_SUBMIT, "supervisor", "practice", True, "Đúng")


def test_a_trainees_dossier_is_accepted_once_somebody_looked_and_as_it_was_then(desk: Desk) -> None:
    it = begun(desk)
    desk.cashier.take(it, "cash", 200_000)
    assert state(desk, it) == "needed"
    assert refused(desk, it) == "DOSSIER_INCOMPLETE"
    granted(desk, it)
    assert state(desk, it) == "granted"
    desk.intake.enter(it, {"applicant.phone": "0987654321"}, "application", "applicant.phone")
    assert state(desk, it) == "needed", "what was looked at is not what stands there now"
    assert refused(desk, it) == "DOSSIER_INCOMPLETE"
    granted(desk, it)
    view = desk.intake.submit(it)
    assert (view.status, view.receipt.findings) == ("submitted", ())
    delivered(desk)


def test_whoever_is_not_looked_after_accepts_it_without_a_second_person(desk: Desk) -> None:
    it = begun(desk)
    desk.cashier.take(it, "cash", 200_000)
    desk.sign_in.sign_in("supervisor", "practice")
    assert state(desk, it) == ""
    assert desk.intake.submit(it).status == "submitted"
    delivered(desk)


def test_a_trainee_who_goes_round_the_desk_is_stopped_at_central(desk: Desk) -> None:
    """The desk's own check is gone round: the entry goes straight into its journal, sealed with its own key."""
    first, second = begun(desk), begun(desk)
    for it in (first, second):
        desk.making.finish(it)
        desk.cashier.take(it, "cash", 200_000)
    granted(desk, second)
    desk.intake.enter(second, {"reason": "Lý do khác hẳn"}, "application", "reason")
    desk.sign_in.sign_in("supervisor", "practice")
    honest = begun(desk)
    desk.cashier.take(honest, "cash", 200_000)
    accepted = desk.journal.dossier(desk.intake.submit(honest).dossier).submitted
    assert accepted is not None
    desk.sign_in.sign_in("mai", "practice")
    for it in (first, second):
        number = desk.journal.draw("dossier")
        code = f"{accepted.code.rsplit('-', 1)[0]}-{number:06d}"
        desk.journal.append(it, [replace(accepted, code=code)], "mai", bootstrap.now())
    report = desk.delivery.once(never)
    assert report.refused == 2
    codes = {one.entry.dossier: one.code for one in desk.journal.refused()}
    assert codes == {first: "EXCEPTION_MISSING", second: "EXCEPTION_MISSING"}
