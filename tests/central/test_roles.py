"""Every kind of happening × every role × one's own, another's and another office's dossier, forged straight at central:
a genuine station key over real HTTP, and the answers that the rows of the law give. So with every request for a person.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from clerk_app import wire
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.rules import SCOPES
from clerk_app.central.stations import new_code
from clerk_app.domain.dossier import FieldsEntered, TakenOver
from clerk_app.domain.refusals import Refusal, Words
from tests.peers import course_rows, role_rows
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain, opened
from tests.peers.pack import SPECIMENS
from tests.peers.station import Station, code_of, read

pytestmark = pytest.mark.wire

THERE = "PC08-HP"
OF_STATION = frozenset({"GraceUsed", "SessionHappened", "Exported", "BoxHappened", "CardAside"})
"""Kinds that belong to no dossier."""
ORDERED = {"Erased": "ROLE_MISSING", "ErasureDone": "ERASURE_UNKNOWN"}
"""Kinds that only an order of central's brings about: nobody's role does."""
NO_ROLE = frozenset({"ROLE_MISSING", "ROLE_REACH", "DOSSIER_FOREIGN"})


def kinds() -> dict[str, dict[str, Any]]:
    """One body of every kind of happening, as some station once wrote it."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(SPECIMENS.glob("entries_*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            body = json.loads(line)
            body = body.get("body", body)
            body = json.loads(body) if isinstance(body, str) else body
            found[body["kind"]] = body
    return found


def scope_of(kind: str, body: dict[str, Any]) -> str:
    """An answer of a register is taken back by whoever changes whose number it is; a step is as its row says, an order
    by its system.
    """
    if kind == "StepTaken":
        return next(row.scope for row in course_rows.steps() if row.code == body["what"]["step"])
    if kind == "OrderPlaced":
        return {"payment": "fee.take", "post": "result.deliver", "portal": "dossier.submit"}[body["what"]["system"]]
    taken_back = kind == "RegisterAnswered" and not body["what"]["answered"]
    return "dossier.take" if taken_back else SCOPES[kind]


def user_of(role: str) -> str:
    return f"only-{role}"


@dataclass
class World:
    """A central, a station of one office and one of another; everybody opened dossiers before they had their role."""

    central: CentralProcess
    database: Database
    station: Station
    chain: Chain
    sheet: str
    dossiers: dict[tuple[str, str], Iterator[UUID]] = field(default_factory=dict)

    def send(self) -> list[wire.Answer]:
        """What central says to all that was not sent yet."""
        answers: list[wire.Answer] = []
        sealed = self.chain.sealed[self._sent :]
        while len(answers) < len(sealed):
            more = read(self.station.push(*sealed[len(answers) :][:500]), wire.Answers).answers
            assert more
            answers += more
        self._sent += len(sealed)
        return answers

    _sent: int = 0

    def forge(self, role: str, body: dict[str, Any], dossier: UUID) -> None:
        """That body under another name, in that dossier, sealed by the station's own key."""
        forged = body | {"id": str(uuid4()), "dossier": str(dossier), "who": user_of(role), "seen": 0}
        forged["at"] = hanoi_now().isoformat()
        text = re.sub(r"\b[0-9a-f]{64}\b", self.sheet, json.dumps(forged, ensure_ascii=False))
        self.chain.seal(text.encode())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    central = CentralProcess(tmp_path_factory.mktemp("roles"))
    central.start()
    database = open_database(central.database_url)
    try:
        yield _filled(central, database)
    finally:
        database.close()
        central.stop()


def _filled(central: CentralProcess, database: Database) -> World:
    roles = role_rows.roles()
    for role in roles:
        people.add_user(database, user_of(role), "Người Thử", ["clerk"], people.PRACTICE_OFFICE, "practice")
    station = Station.enrolled(central, "Q01", "clerk", *map(user_of, roles))
    people.add_office(database, THERE, Words("Phòng CSGT", "Traffic Police"), "G01.802.308", ["Q01"])
    people.add_user(database, "binh", "Trần Bình", ["clerk"], THERE, "một mật khẩu")
    there = Chain("Q01-HP")
    uplink = central.uplink(there.seed)
    uplink.enrol(new_code(database, "Q01-HP", hanoi_now(), office=THERE).code)
    uplink.sign_in("binh", "một mật khẩu")
    sheet = secrets.token_bytes(100)
    digest = hashlib.sha256(sheet).hexdigest()
    sent = station.ask("PATCH", f"/v1/sheets/{digest}", sheet, Upload_Offset="0", Upload_Length="100")
    assert read(sent, wire.SheetState).complete
    made = World(central, database, station, Chain("Q01", station.seed), digest)
    each = len(SCOPES) + 20
    for role in roles:
        mine, others, foreign = ([uuid4() for _ in range(each)] for _ in role_rows.WHOSE)
        for one, two, three in zip(mine, others, foreign, strict=True):
            made.chain.happen(one, opened(), who=user_of(role))
            made.chain.happen(two, opened(), who="clerk")
            there.happen(three, opened(office=THERE), who="binh")
        for whose, found in zip(role_rows.WHOSE, (mine, others, foreign), strict=True):
            made.dossiers[role, whose] = iter(found)
    assert {answer.code for answer in made.send()} == {""}
    done = 0
    while done < len(there.sealed):
        said = uplink.push(there.sealed[done : done + 200]).answers
        assert {answer.code for answer in said} == {""}
        done += len(said)
    for role in roles:
        people.set_roles(database, user_of(role), [role], hanoi_now())
    return made


def test_every_kind_forged_for_every_role_and_dossier_is_answered_as_the_rows_say(world: World) -> None:
    bodies = kinds()
    assert set(bodies) == set(SCOPES) | set(ORDERED), "a kind without a specimen is not tried"
    expected: list[tuple[str, str, str, str]] = []
    for role in role_rows.roles():
        for kind, body in bodies.items():
            scope = scope_of(kind, body) if kind not in ORDERED else ""
            for whose in ("own",) if kind in OF_STATION else role_rows.WHOSE:
                world.forge(role, body, uuid4() if kind in OF_STATION else next(world.dossiers[role, whose]))
                code = "" if not scope else wanted(role, scope, whose)
                expected.append((role, kind, whose, ORDERED.get(kind, code)))
    answers = world.send()
    for (role, kind, whose, code), answer in zip(expected, answers, strict=True):
        if whose == "other" and not code:
            # The rows let no role write into another office's dossier.
            code = "OPENED_TWICE" if kind == "Opened" else "DOSSIER_FOREIGN"
        elif whose == "other" and (code == "ROLE_REACH" or kind == "StepTaken"):
            # Whose row a step has is looked up once the dossier is one of the office.
            code = "OPENED_TWICE" if kind == "Opened" else "DOSSIER_FOREIGN"
        said = answer.code if answer.code in NO_ROLE or code else ""
        assert said == code, (role, kind, whose, answer.code)
    told = {code for *_, code in expected}
    assert told == {"", "ROLE_MISSING", "ROLE_REACH", "ERASURE_UNKNOWN"}


def wanted(role: str, scope: str, whose: str) -> str:
    """The code that central must answer with for the person; empty where the person is none of the reasons."""
    if not role_rows.reach(role, scope):
        return "ROLE_MISSING"
    return "" if role_rows.allowed(role, scope, whose) else "ROLE_REACH"


def _refused(reply: requests.Response) -> str:
    return "" if reply.ok else code_of(reply)


@pytest.mark.parametrize("role", role_rows.roles())
def test_every_request_for_a_person_is_answered_as_the_rows_say(world: World, role: str) -> None:
    who = user_of(role)
    for whose in role_rows.WHOSE:
        it = next(world.dossiers[role, whose])
        for scope, target, asked in (
            ("dossier.take", f"/v1/leases/{it}", wire.LeaseAsked(who)),
            ("dossier.take_over", f"/v1/leases/{it}", wire.LeaseAsked(who, take_over=True)),
            ("register.ask", "/v1/registers/licences", wire.LicencesAsked("001090012345", who, it)),
        ):
            code = "DOSSIER_FOREIGN" if whose == "other" else wanted(role, scope, whose)
            assert _refused(world.station.ask("POST", target, asked)) == code, (scope, whose)
    looks = world.station.ask("POST", "/v1/handlings", wire.HandlingAsked(who, uuid4()))
    assert _refused(looks) == wanted(role, "exception.decide", "office")


@pytest.mark.parametrize("role", role_rows.roles())
def test_a_register_is_asked_for_nobody_and_for_no_dossier_by_those_alone_who_may(world: World, role: str) -> None:
    for who in ("", "nobody", "binh"):
        asked = wire.LicencesAsked("001090012345", who)
        assert _refused(world.station.ask("POST", "/v1/registers/licences", asked)) == "USER_UNKNOWN"
    reply = world.station.ask("POST", "/v1/registers/licences", wire.LicencesAsked("001090012345", user_of(role)))
    assert _refused(reply) == wanted(role, "register.ask", "office")


# ---- roles that change


def test_what_was_done_with_the_roles_of_before_stands_and_nothing_that_was_done_after(central: CentralProcess) -> None:
    database = open_database(central.database_url)
    chain = Chain("Q01")
    uplink = central.enrol("Q01", "clerk", seed=chain.seed)
    morning = hanoi_now() - timedelta(hours=5)
    first, second = uuid4(), uuid4()
    try:
        people.set_roles(database, "clerk", ["cashier"], morning + timedelta(hours=3))
    finally:
        database.close()
    chain.happen(first, opened(), at=morning + timedelta(hours=1))
    chain.happen(second, opened(), at=morning + timedelta(hours=4))
    assert [one.code for one in uplink.push(chain.sealed).answers] == ["", "ROLE_MISSING"]
    # The chain stands after the change: what comes behind it was not done before, whatever it says.
    chain.happen(uuid4(), opened(), at=morning + timedelta(hours=1))
    assert [one.code for one in uplink.push(chain.sealed[2:]).answers] == ["ROLE_MISSING"]


def test_a_role_comes_from_the_law_that_central_hands_out(central: CentralProcess) -> None:
    database = open_database(central.database_url)
    try:
        with pytest.raises(Refusal) as caught:
            people.add_user(database, "lan", "Lan", ["archivist"], people.PRACTICE_OFFICE, "một mật khẩu")
        assert caught.value.code == "ROLE_UNKNOWN"
        for role in role_rows.roles():
            assert role in caught.value.remedy.en
        with pytest.raises(Refusal, match="ROLE_UNKNOWN"):
            people.set_roles(database, "clerk", [], hanoi_now())
        with pytest.raises(Refusal, match="USER_UNKNOWN"):
            people.set_roles(database, "nobody", ["clerk"], hanoi_now())
        before = people.version(database, people.PRACTICE_OFFICE)
        assert people.set_roles(database, "clerk", ["clerk"], hanoi_now()).roles == ["clerk"]
        assert people.version(database, people.PRACTICE_OFFICE) == before, "nothing changed"
        people.set_roles(database, "clerk", ["inspector", "clerk"], hanoi_now())
        assert people.version(database, people.PRACTICE_OFFICE) != before, "every desk of the office hears of it"
    finally:
        database.close()


def test_who_took_a_dossier_over_works_on_it_as_on_their_own(world: World) -> None:
    role = "trainee"
    it = next(world.dossiers[role, "office"])
    assert wanted(role, "dossier.take", "office") == "ROLE_REACH"
    people.set_roles(world.database, user_of(role), ["clerk"], hanoi_now())
    world.chain.happen(it, TakenOver("Q02", "clerk", "Bàn giao"), who=user_of(role))
    assert [one.code for one in world.send()] == [""]
    people.set_roles(world.database, user_of(role), [role], hanoi_now())
    world.chain.happen(it, FieldsEntered({"reason": "x"}, "application"), who=user_of(role))
    assert [one.code for one in world.send()] == [""]


def test_the_entrys_own_word_about_who_it_was_counts_for_nothing(shared_central: CentralProcess) -> None:
    station = Station.enrolled(shared_central, f"Q01-{secrets.token_hex(3)}", "clerk")
    chain = Chain(station.code, station.seed)
    for who in ("supervisor", "nobody", "", "CLERK", "clerk ", "clerk\u0000"):
        chain.happen(uuid4(), opened(), who=who)
    answers = read(station.push(*chain.sealed), wire.Answers).answers
    assert [answer.code for answer in answers] == ["USER_NOT_HERE"] + ["USER_UNKNOWN"] * 5
