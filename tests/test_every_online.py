"""Every state × event × role of dossiers that came online, and of how citizens are reached: done or refused as the rows
of the pack say, the same at desk, command line and central.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import get_args, get_type_hints
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, update

from clerk_app import wire
from clerk_app.catalogue.pack import Pack, load
from clerk_app.central import leases
from clerk_app.central.database import Database, sign_ins, users
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.desk.messages import REPEATABLE
from clerk_app.domain.contact import ContactGiven, MessageAsked
from clerk_app.domain.dossier import Dossier, Entry, Happening, Opened, Submitted
from clerk_app.store.messages_heard import MessagesHeard
from clerk_app.wire import Block, LeaseAsked, LeaseState
from clerk_app.wire_messages import DossierMessages, MessageState
from tests.desk.conftest import Desk, _empty_store, table
from tests.peers import course_rows, role_rows
from tests.peers.commands import here as command
from tests.peers.pack import FOLDER, public_key, training_pack
from tests.peers.two_desks import Office, refusal_of
from tests.test_every_event import OFFICE, SAME, STATION, Places, changed, try_steps, whose_of

__all__ = ["_empty_store", "table"]
pytestmark = pytest.mark.timeout(600)
TAKE, FIND, SUBMIT, SEND = "dossier.take", "dossier.find", "dossier.submit", "message.send"
PORTAL = "portal.pc08-hn"
ELSEWHERE = KnownStation("Q05", OFFICE, "Q05", "G01.801.308", b"")


class Online(Places):
    """Those places with dossiers that were handed in online, with a clerk's help or through the portal (`by`)."""

    def __init__(
        self, desk: Desk, database: Database, pack: Pack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(desk, database, pack, folder, monkeypatch)
        self.by = "clerk"
        self.roles_of: dict[str, str] = {}
        self.taken: dict[bool, Submitted] = {}
        desk.leases._central = self  # type: ignore[assignment]
        desk.delivery = SimpleNamespace(once=lambda cancel: None)  # type: ignore[attr-defined]
        # Whose a dossier is central knows from its entries, which lie at the desk of this test.
        monkeypatch.setattr("clerk_app.central.leases.accepted", lambda connection, one: desk.journal.dossier(one))
        monkeypatch.setattr(desk, "draft", lambda: desk.online.assist("Không có điện thoại").dossier)

    def _another(self, accepted: bool) -> UUID:
        desk = self.desk
        if accepted not in self.happened:
            first = desk.accepted() if accepted else desk.applied()
            if not accepted:
                desk.cashier.take(first, "cash", 200_000)
            self.happened[accepted] = tuple(one.what for one in desk.journal.entries(first))
        opened, *_ = self.happened[accepted]
        assert isinstance(opened, Opened)
        assert opened.channel == "online"
        self.made += 1
        mine: list[Happening] = []
        for what in self.happened[accepted]:
            if isinstance(what, Opened):
                mine.append(replace(what, local_code=f"G01.801.308-261122-9{self.made:05}"))
            elif isinstance(what, Submitted):
                mine.append(replace(what, code=f"G01.801.308-261122-{self.made:06}"))
            else:
                mine.append(what)
        dossier = uuid4()
        desk.journal.append(dossier, mine[:1], self.by, desk.clock())
        desk.journal.append(dossier, mine[1:], "clerk", desk.clock())
        return dossier

    def sit_down(self, role: str, whose: str) -> None:
        super().sit_down(role, whose)
        user = self.desk.counter.who().id
        if self.roles_of.get(user) != role:
            with self.database.write() as connection:
                connection.execute(update(users).where(users.c.id == user).values(roles=role))
            self.roles_of[user] = role

    # ---- the line: who has a dossier open, as central says it

    def lease(self, dossier: UUID) -> LeaseState:
        return leases.look(self.database, dossier, STATION, self.desk.clock())

    def hold_lease(self, dossier: UUID, who: str, take_over: bool = False) -> LeaseState:
        now = self.desk.clock()
        return leases.hold(self.database, dossier, LeaseAsked(who, take_over), STATION, self.law.roles(now), now)

    def release_lease(self, dossier: UUID) -> LeaseState:
        return leases.release(self.database, dossier, STATION, self.desk.clock())

    def held(self, dossier: Dossier, theirs: bool) -> None:
        """Nobody has it open, or another desk has."""
        self.desk.leases._known.clear()
        with self.database.write() as connection:
            connection.execute(delete(leases.leases))
        if theirs:
            now = self.desk.clock()
            with self.database.write() as connection:
                leases._take(connection, dossier.id, LeaseAsked("supervisor"), ELSEWHERE, now)

    # ---- at central

    def says(self, what: Happening, before: Dossier | None, dossier: UUID) -> str:
        someone, now = self.desk.counter.who(), self.desk.clock()
        user = wire.User(someone.id, someone.name, someone.roles, OFFICE)
        lent = {kind: [range(1, 9999)] for kind in ("receipt", "dossier")}
        with self.database.read() as connection:
            judge = Judge(
                connection, STATION, True, self.law, self.law.roles(now), now, {user.id: (user, True)}, lent=lent
            )
            entry = Entry(uuid4(), dossier, what, user.id, now)
            whole = None if before is None else lambda: before
            said = refusal_of(lambda: judge.judge(entry, before, whole))  # type: ignore[arg-type]
        return SAME.get(said, said)


@pytest.fixture
def online(table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Online]]:
    office = Office(tmp_path)
    office.station("Q04", "Q04")
    with office.database.write() as connection:
        row = {"id": "somebody", "name": "Người Thử", "roles": "clerk", "office": OFFICE, "active": True}
        connection.execute(insert(users), row | {"verifier": ""})
        row = {"station": "Q04", "user": "somebody", "failures": 0, "tried_ms": 1, "succeeded_ms": 1}
        connection.execute(insert(sign_ins), row)
    for kind in ("dossier", "receipt"):
        table.journal.lend(Block(kind, 51, 5000))

    def made(folder: Path = FOLDER, pack: Pack | None = None) -> Online:
        return Online(table, office.database, pack or training_pack(), folder, monkeypatch)

    yield made
    office.close()


def sat_down(at: Online) -> Iterator[tuple[str, str]]:
    """Every role at the dossiers of its own and of the office; who sits there is at the desk and at central."""
    for role in role_rows.roles(at.folder):
        for whose in whose_of(role, at.folder) if at.by == "clerk" else ("office",):
            yield role, whose


# ---- asked for papers, for the fee; declined, withdrawn, handed on, …


def test_every_step_of_what_came_online_and_every_role(online: Callable[..., Online]) -> None:
    told = try_steps(online(), ("begin", "fee-due"))
    assert set(told) >= {"", "NOT_ALLOWED", "NOT_YOURS", "STEP_NOT_FROM_HERE", "STEP_BY_ITSELF"}


def test_what_the_portal_opened_is_nobodys_own(online: Callable[..., Online]) -> None:
    at, told = online(), Counter[str]()
    at.by = PORTAL
    for row in course_rows.steps(at.folder):
        for role, whose in sat_down(at):
            wanted = course_rows.expected(row, "licence-exchange", "registered", role, whose, folder=at.folder)
            found = at.step(row, "registered", False, role, whose)
            assert found == dict.fromkeys(found, wanted), (row.code, role)
            told[wanted] += 1
    assert {"", "NOT_YOURS"} <= set(told)


# ---- taken to a desk, given back


def try_leases(at: Online, states: tuple[str, ...]) -> Counter[str]:
    told = Counter[str]()
    for state in states:
        for theirs in (False, True):
            for role, whose in sat_down(at):
                wanted = role_rows.refusal(role, TAKE, whose, at.folder) or ("DOSSIER_ELSEWHERE" if theirs else "")
                dossier = at.stands(state, here=False)
                at.sit_down(role, whose)
                found: dict[str, str] = {}
                at.held(dossier, theirs)
                found["central"] = central_lends(at, dossier)
                at.held(dossier, theirs)
                found["desk"] = refusal_of(lambda one=dossier: at.desk.online.take(one.id))
                at.held(dossier, theirs)
                found["command"] = at.by_command("online", "take", dossier.local_code)
                if role_rows.refusal(role, FIND, whose, at.folder):
                    # The command looks for it first.
                    assert found.pop("command") in ("NOT_ALLOWED", "NOT_YOURS")
                assert found == dict.fromkeys(found, wanted), (state, theirs, role, whose)
                told[wanted] += 1
                at.held(dossier, theirs)
                try_give_back(at, dossier, role, whose, theirs)
    return told


def central_lends(at: Online, dossier: Dossier) -> str:
    """What central says to a station that asks for the dossier without looking at anything."""
    states: list[LeaseState] = []
    said = refusal_of(lambda: states.append(at.hold_lease(dossier.id, at.desk.counter.who().id)))
    if said:
        return SAME.get(said, said)
    holder = states[0].holder
    assert holder is not None
    return "" if holder.station == STATION.code else "DOSSIER_ELSEWHERE"


def try_give_back(at: Online, dossier: Dossier, role: str, whose: str, theirs: bool) -> None:
    wanted = role_rows.refusal(role, FIND, whose, at.folder)
    assert refusal_of(lambda: at.desk.online.give_back(dossier.id)) == wanted, (role, whose)
    holder = at.lease(dossier.id).holder
    assert (holder is not None) == theirs, "what another desk has open is not given back by this one"


def test_every_state_lease_and_role(online: Callable[..., Online]) -> None:
    told = try_leases(online(), tuple(course_rows.states()))
    assert set(told) == {"", "NOT_ALLOWED", "NOT_YOURS", "DOSSIER_ELSEWHERE"}


# ---- handed in for somebody


def test_every_role_that_may_help_a_citizen(online: Callable[..., Online]) -> None:
    at, told = online(), set[str]()
    for role, whose in sat_down(at):
        wanted = role_rows.refusal(role, TAKE, "own" if role_rows.reach(role, TAKE) == "own" else "", at.folder)
        at.sit_down(role, whose)
        pack = at.desk.counter.pack.version
        opened = Opened("licence-exchange", "online", "Q04-261130-0001", OFFICE, "Q04", pack, True)
        found = {
            "central": at.says(opened, None, uuid4()),
            "desk": refusal_of(lambda: at.desk.online.assist("Không có điện thoại")),
            "command": at.by_command("online", "assist", "--reason", "Không có điện thoại"),
        }
        assert found == dict.fromkeys(found, wanted), (role, whose)
        told.add(wanted)
    assert told == {"", "NOT_ALLOWED"}


# ---- accepted


def test_every_state_in_which_it_is_accepted_and_every_role(online: Callable[..., Online]) -> None:
    at, told = online(), Counter[str]()
    (accept,) = (row for row in course_rows.steps(at.folder) if row.code == "accept")
    assert accept.scope == SUBMIT
    for state in course_rows.BEFORE_ACCEPTANCE:
        for role, whose in sat_down(at):
            wanted = role_rows.refusal(role, SUBMIT, whose, at.folder)
            (row,) = (one for one in role_rows.rows("roles.csv", at.folder) if one["role"] == role)
            # What somebody who is looked after accepts, a supervisor must have granted.
            alone = row["supervised"] != "yes"
            dossier = at.stands(state, here=False)
            at.sit_down(role, whose)
            desk = refusal_of(lambda one=dossier: at.desk.intake.submit(one.id))
            last = at.desk.journal.entries(dossier.id)[-1].what
            supervised = at.desk.counter.supervised()
            if isinstance(last, Submitted):
                at.taken[supervised] = last
            signed = at.taken.get(supervised) or next(iter(at.taken.values()), None)
            if signed is None:
                continue
            both = desk, at.says(signed, dossier, dossier.id)
            said = (wanted, wanted) if wanted or alone else ("DOSSIER_INCOMPLETE", "EXCEPTION_MISSING")
            assert both == said, (state, role, whose)
            assert state in accept.start
            told[desk] += 1
    assert set(told) == {"", "NOT_ALLOWED", "NOT_YOURS", "DOSSIER_INCOMPLETE"}


# ---- how citizens are reached, and messages sent again


def test_every_state_contact_and_role(online: Callable[..., Online], tmp_path: Path) -> None:
    at, told, file = online(), Counter[str](), tmp_path / "contact.json"
    at.desk.as_user("clerk")
    for number, state in enumerate(course_rows.states()):
        for phone, problem in (("0912345678", ""), ("12", "CONTACT_PHONE")):
            file.write_text(json.dumps({"phone": phone}), "utf-8")
            for role, whose in sat_down(at):
                wanted = role_rows.refusal(role, TAKE, whose, at.folder) or problem
                dossier = at.stands(state, here=False)
                at.sit_down(role, whose)
                code = dossier.code or dossier.local_code
                given = ContactGiven(phone, f"q{number}@example.vn" if not problem else "")
                found = {
                    "central": at.says(given, dossier, dossier.id),
                    "desk": refusal_of(
                        lambda one=dossier, said=given: at.desk.messages.write_contact(
                            one.id, phone=said.phone, email=said.email
                        )
                    ),
                    "command": at.by_command("dossier", "contact", code, "--file", str(file)),
                }
                assert found == dict.fromkeys(found, wanted), (state, phone, role, whose)
                told[wanted] += 1
    assert set(told) == {"", "NOT_ALLOWED", "NOT_YOURS", "CONTACT_PHONE"}


def message(dossier: UUID, state: str, at: Desk) -> MessageState:
    """A message of that dossier, as central tells of it."""
    now = at.clock()
    said = {"id": uuid4(), "entry": uuid4(), "code": "M02", "step": "ask-papers", "way": "sms", "ground": "duty"}
    more = {"basis": "NĐ 61/2018/NĐ-CP", "verified": "partial", "state": state, "cause": "", "to": "***678"}
    words = {"subject": "", "text": "Mời bổ sung", "alphabet": "GSM-7", "parts": 1, "taken_at": now}
    return MessageState(**said, **more, **words, sent_at=None, heard_at=None, again_of=None)  # type: ignore[arg-type]


def test_every_message_sent_again_and_every_role(online: Callable[..., Online]) -> None:
    at, told = online(), Counter[str]()
    heard = MessagesHeard(at.desk.database)
    states = get_args(get_type_hints(MessageState)["state"])
    assert set(states) == {*REPEATABLE, "queued"}
    for state in ("registered", "processing", "handed-over"):
        for stands in (*states, "never heard of"):
            for role, whose in sat_down(at):
                none = role_rows.refusal(role, SEND, whose, at.folder)
                problem = {"queued": "MESSAGE_OPEN", "never heard of": "MESSAGE_UNKNOWN"}.get(stands, "")
                dossier = at.stands(state, here=False)
                one = message(dossier.id, stands if stands in states else "sent", at.desk)
                heard.keep(dossier.id, DossierMessages([one] if stands in states else [], at.desk.clock()))
                at.sit_down(role, whose)
                # Central carries out no wish about a message that still waits, or that is none of the dossier's.
                assert at.says(MessageAsked(one.id), dossier, dossier.id) == none
                code = dossier.code or dossier.local_code
                again = ("dossier", "messages", code, "--again", str(one.id), "--offline")
                found = refusal_of(lambda one=one, of=dossier: at.desk.messages.send_again(of.id, one.id))
                assert found == (none or problem), (state, stands, role, whose)
                # The command shows the messages, too: it asks for that first.
                look = role_rows.refusal(role, FIND, whose, at.folder)
                assert at.by_command(*again) == (look or none or problem), (state, stands, role, whose)
                told[none or problem] += 1
    assert set(told) == {"", "NOT_ALLOWED", "MESSAGE_OPEN", "MESSAGE_UNKNOWN"}


# ---- a pack that says something else


def test_who_may_is_read_from_the_pack(online: Callable[..., Online], tmp_path: Path) -> None:
    folder = changed(tmp_path)
    at = online(folder, load(folder, [public_key()]))
    try_leases(at, ("registered", "processing"))
    assert command("online", "take", "G01.801.308-000000-000000").code == 1
