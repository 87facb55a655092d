"""The command line × every role × one's own, another's and another office's dossier, with and without a line: allowed
and refused as the rows of the law say.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app import bootstrap, settings
from clerk_app.central import people
from clerk_app.central.database import open_database
from clerk_app.domain.dossier import Opened
from clerk_app.store.journal import new_id
from tests.peers import role_rows
from tests.peers.central import CentralProcess
from tests.peers.commands import here

pytestmark = [pytest.mark.story, pytest.mark.wire]

TAKE, FIND = "dossier.take", "dossier.find"
OF_A_DOSSIER = (
    (FIND, ("dossier", "show")),
    (FIND, ("dossier", "print", "--out", "form.pdf")),
    (FIND, ("dossier", "ticket", "--out", "ticket.png")),
    (FIND, ("dossier", "sign")),
    (TAKE, ("dossier", "read")),
    (TAKE, ("dossier", "archive")),
    ("form.print", ("dossier", "print")),
    ("shelf.decide", ("dossier", "settle", "--way", "central", "--reason", "x")),
)
"""What each command demands that names a dossier."""
ALONE = (
    (FIND, ("dossier", "list")),
    (FIND, ("exception", "list")),
    (FIND, ("dossier", "register", "--out", "m07.pdf")),
    (FIND, ("dossier", "sign")),
    ("fee.take", ("dossier", "handover", "--out", "shift.pdf")),
    (TAKE, ("dossier", "take", "take.json")),
    ("limit.lift", ("deliver", "grace", "AAAA-AAAA-AAAA")),
)
ALSO_OFFLINE = OF_A_DOSSIER[:2]
OFFICES = {"own": "PC08-HN", "office": "PC08-HN", "other": "PC08-HP"}
FACTS = {
    "procedure": "licence-exchange",
    "case": "DOI_SAP_HET_HAN",
    "channel": "counter",
    "wanted_class": "B",
    "identity_level": "chip",
    "sanctions": "clear",
    "applicant": {
        "born": "1990-08-14",
        "sex": "M",
        "nationality": "VNM",
        "number": "001090012345",
        "name": "TRẦN MINH QUÂN",
    },
    "licences": [],
    "reason": "x",
}


READS = (("dossier", "list"), ("dossier", "show"), ("exception", "list"))
"""What training data are read by without a name."""


@dataclass
class World:
    """A desk at which everybody worked as a clerk before they had their role, and the folder that files go to."""

    central: CentralProcess
    profile: Path
    folder: Path
    dossiers: dict[tuple[str, str], str]

    def said(self, role: str, *words: str) -> str:
        """The code by which the law refused that command, or nothing."""
        files = [str(self.folder / word) if word.endswith((".pdf", ".png", ".json")) else word for word in words]
        named = (
            ("--as", f"only-{role}")
            if words[:2] in (("dossier", "list"), ("dossier", "show"), ("exception", "list"))
            else ()
        )
        done = here(*files, *named, profile=self.profile, CLERK_USER=f"only-{role}")
        code = "" if done.code == 0 else done.err.partition(":")[0]
        assert not code.startswith(("SIGN_IN", "CENTRAL", "DATABASE", "STORE")), done
        return code if code in ("NOT_ALLOWED", "NOT_YOURS") else ""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("roles")
    central = CentralProcess(folder / "central")
    central.start()
    profile, nothing = folder / "desk", folder / "no-scanner"
    nothing.mkdir()
    (nothing / "dll.conf").write_text("# no backend\n")
    database = open_database(central.database_url)
    roles = role_rows.roles()
    for role in roles:
        people.add_user(database, f"only-{role}", "Người Thử", ["clerk"], people.PRACTICE_OFFICE, "practice")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bootstrap.enrol(profile, central.url, central.code("Q04"), "practice")
        settings.change(profile, sane_folder=str(nothing), cups_server=f"127.0.0.1:{nobody.getsockname()[1]}")
        dossiers: dict[tuple[str, str], str] = {}
        with closing(bootstrap.open_desk(profile, "practice")) as desk:
            for role in roles:
                desk.sign_in.sign_in(f"only-{role}", "practice")
                people.set_roles(database, f"only-{role}", [role], bootstrap.now() + timedelta(seconds=1))
            for number, (role, whose) in enumerate((role, whose) for role in roles for whose in OFFICES):
                code = dossiers[role, whose] = f"Q04-261123-{number:04d}"
                pack = desk.counter.pack.version
                opened = Opened("licence-exchange", "counter", code, OFFICES[whose], "Q04", pack, True)
                who = f"only-{role}" if whose == "own" else "clerk"
                desk.journal.append(new_id(), [opened], who, bootstrap.now())
            desk.counter.user = None
            assert desk.delivery.once(lambda: False).refused is not None
        database.close()
        facts = FACTS | {"received_at": bootstrap.now().isoformat()}
        (folder / "take.json").write_text(json.dumps(facts), "utf-8")
        yield World(central, profile, folder, dossiers)
    central.stop()


@pytest.fixture
def kept_open(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every command gets the same desk, which stays open: joining its parts is most of what a command costs."""
    desk = bootstrap.open_desk(world.profile, "practice")
    closing, desk.closing = desk.closing, []
    monkeypatch.setattr(bootstrap, "open_desk", lambda *_words, **_more: desk)
    yield
    desk.closing = closing
    desk.close()


@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize("role", role_rows.roles())
def test_every_command_is_answered_as_the_rows_say(world: World, role: str) -> None:
    said: dict[tuple[object, ...], str] = {}
    expected: dict[tuple[object, ...], str] = {}
    for scope, words in OF_A_DOSSIER:
        for whose in OFFICES:
            said[words, whose] = world.said(role, *words[:2], world.dossiers[role, whose], *words[2:])
            expected[words, whose] = role_rows.refusal(role, scope, whose)
    for scope, alone in ALONE:
        said[alone, ""] = world.said(role, *alone)
        expected[alone, ""] = role_rows.refusal(role, scope)
    assert said == expected


@pytest.mark.usefixtures("kept_open")
def test_without_a_line_it_is_the_same(world: World) -> None:
    world.central.stop()
    said: dict[tuple[object, ...], str] = {}
    expected: dict[tuple[object, ...], str] = {}
    try:
        for role in role_rows.roles():
            for scope, words in ALSO_OFFLINE:
                for whose in OFFICES:
                    said[role, words, whose] = world.said(role, *words[:2], world.dossiers[role, whose], *words[2:])
                    expected[role, words, whose] = role_rows.refusal(role, scope, whose)
    finally:
        world.central.start()
    assert said == expected


def test_a_list_names_what_somebody_may_see(world: World) -> None:
    def listed(role: str) -> set[str]:
        done = here("dossier", "list", "--as", f"only-{role}", "--json", profile=world.profile)
        # What other tests took or settled meanwhile is not asked for.
        return {line["local_code"] for line in done.json} & set(world.dossiers.values())

    assert listed("trainee") == {world.dossiers["trainee", "own"]}
    assert {world.dossiers["trainee", "own"], world.dossiers["clerk", "office"]} < listed("clerk")


def test_a_desk_at_work_tells_nobody_who_is_not_named(world: World, tmp_path: Path) -> None:
    station = world.profile / bootstrap.STATION
    kept = station.read_text("utf-8")
    try:
        station.write_text(json.dumps(json.loads(kept) | {"practice": False}), "utf-8")
        for words in (("dossier", "list"), ("dossier", "show", world.dossiers["clerk", "own"])):
            assert here(*words, profile=world.profile, CLERK_USER="").refusal == "USER_MISSING"
    finally:
        station.write_text(kept, "utf-8")
    assert here("dossier", "list", profile=world.profile, CLERK_USER="").code == 0, "training data are of nobody"
