"""An accepted dossier whose citizen was asked for a supplement: the portal adds to it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app import wire
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, Happening, arranged
from clerk_app.domain.online import COUNTER
from clerk_app.domain.pages import Page
from clerk_app.domain.refusals import Refusal
from tests.central.test_steps import LAW, NOW, STATION, stands

PORTAL = replace(STATION, code=f"{COUNTER}-PC08-HN", counter=COUNTER)
FIRST, NEXT = (Page(letter * 64, "GKSK", 100, 80, 300, 900, "image/jpeg") for letter in "ab")
CHANGED = FieldsEntered({"portal.changed_at": NOW.isoformat()}, "identity", source="portal")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(database_url(tmp_path), practice=False)
    yield made
    made.close()


def judged(database: Database, what: Happening, state: Dossier, station: KnownStation = PORTAL) -> str:
    """The code with which central refuses it; empty where it does not."""
    user = wire.User("portal.pc08-hn", "Cổng", ["portal"], "PC08-HN")
    with database.read() as connection:
        judge = Judge(connection, station, False, LAW, LAW.roles(NOW), NOW, {user.id: (user, True)})
        try:
            judge.judge(Entry(uuid4(), state.id, what, user.id, NOW), state, lambda: state)
        except Refusal as refusal:
            return refusal.code
    return ""


def asked(state: str = "supplement") -> Dossier:
    return replace(stands(state), pages=(FIRST,))


def test_papers_and_word_of_them_are_added(database: Database) -> None:
    assert judged(database, CHANGED, asked()) == ""
    assert judged(database, arranged(asked(), (FIRST, NEXT), "import"), asked()) == ""


@pytest.mark.parametrize("state", ["accepted", "processing", "approved", "handed-over"])
def test_nothing_is_added_that_was_not_asked_for(database: Database, state: str) -> None:
    assert judged(database, CHANGED, asked(state)) == "DOSSIER_CLOSED"
    assert judged(database, arranged(asked(state), (FIRST, NEXT), "import"), asked(state)) == "DOSSIER_CLOSED"


def test_what_was_accepted_is_changed_by_nobody(database: Database) -> None:
    name = FieldsEntered({"applicant.name": "Người Khác"}, "identity", source="portal")
    typed = FieldsEntered({"portal.payment": "claimed"}, "identity")
    removed = arranged(asked(), (NEXT,), "import")
    swapped = arranged(asked(), (NEXT, FIRST), "import")
    for what in (name, typed, removed, swapped):
        assert judged(database, what, asked()) == "DOSSIER_CLOSED", what


def test_no_desk_adds_in_the_portals_name(database: Database) -> None:
    assert judged(database, CHANGED, asked(), STATION) == "DOSSIER_CLOSED"
