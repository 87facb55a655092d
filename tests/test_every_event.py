"""Every state × event × role: done or refused as the rows of the pack say, the same at desk, command line and central.

What is expected is read from steps.csv, handings.csv, states.csv and roles.csv with nothing of the program. A pack
whose rows say something else is followed by all three.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from clerk_app import wire
from clerk_app.catalogue.pack import Pack, load
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.desk.posting import Receiver
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Dossier, Entry, Happening, Opened, Submitted
from clerk_app.domain.handing import CardArrived, CardShelved, CollectionReminded, HandedOver, PostOrdered
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.stepping import due_after
from clerk_app.wire import Block, User
from tests.desk.conftest import Desk, _empty_store, table
from tests.peers import course_rows, role_rows
from tests.peers.commands import here as command
from tests.peers.pack import FOLDER, copy_of_pack, public_key, sign_again, training_pack
from tests.peers.two_desks import refusal_of

__all__ = ["_empty_store", "table"]
pytestmark = pytest.mark.timeout(600)
OFFICE, PROCEDURE = "PC08-HN", "licence-exchange"
STATION = KnownStation("Q04", OFFICE, "Q04", "G01.801.308", b"")
BEFORE = timedelta(days=60)
SAME = {"ROLE_MISSING": "NOT_ALLOWED", "ROLE_REACH": "NOT_YOURS"}
"""Central says of an entry that its author's role did not allow it what a desk says before anything is written."""
AT_THE_BOX = {"not_approved": "RESULT_NOT_READY", "here": "CARD_HERE", "twice": "CARD_HERE", "": ""}
"""A card of a box is laid aside with a cause; the same card of an entry is refused."""


class Places:
    """A desk, its command line, and a central, which live by the same pack."""

    def __init__(
        self, desk: Desk, database: Database, pack: Pack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.desk, self.database, self.folder = desk, database, folder
        desk.counter.pack = pack
        self.law = PackedLaw(pack)
        self.ids: dict[tuple[str, bool], UUID] = {}
        self.happened: dict[bool, tuple[Happening, ...]] = {}
        self.made = 0

        @contextmanager
        def signed_in(*_: object) -> Iterator[Desk]:
            """Whoever sits at the desk of this test: the commands do everything else themselves."""
            yield desk

        for module in ("dossier", "results"):
            monkeypatch.setattr(f"clerk_app.commands.{module}.signed_in", signed_in)

    # ---- a dossier in any state

    def stands(self, state: str, here: bool) -> Dossier:
        """A dossier of the clerk's in that state, its card here or not; a new one where that changed."""
        known = self.ids.get((state, here))
        if known is not None:
            found = self.desk.journal.dossier(known)
            quiet = not found.orders and not found.handing.reminded and not found.handing.place
            if found.course.state == state and found.handing.at_hand == here and quiet and not self._repeated(found):
                return found
        desk = self.desk
        desk.as_user("clerk")
        accepted = state not in course_rows.BEFORE_ACCEPTANCE
        dossier = self._another(accepted)
        moved = course_rows.brought_to(state, "accepted" if accepted else "begin")
        if moved is not None:
            desk.journal.append(dossier, [moved], "clerk", desk.clock())
        if here:
            desk.journal.append(dossier, [CardArrived(uuid4(), "code")], "clerk", desk.clock() - BEFORE)
        self.ids[state, here] = dossier
        return desk.journal.dossier(dossier)

    def _another(self, accepted: bool) -> UUID:
        """One as the desk makes it, with codes of its own: what happened to the first happened to it."""
        desk = self.desk
        if accepted not in self.happened:
            first = desk.accepted() if accepted else desk.draft()
            self.happened[accepted] = tuple(one.what for one in desk.journal.entries(first))
        self.made += 1
        mine: list[Happening] = []
        for what in self.happened[accepted]:
            if isinstance(what, Opened):
                mine.append(replace(what, local_code=f"Q04-261122-{self.made:04}"))
            elif isinstance(what, Submitted):
                mine.append(replace(what, code=f"G01.801.308-261122-{self.made:06}"))
            else:
                mine.append(what)
        dossier = uuid4()
        desk.journal.append(dossier, mine, "clerk", desk.clock())
        return dossier

    @staticmethod
    def _repeated(found: Dossier) -> bool:
        """Whether a step was taken that is not taken twice."""
        return any(one.what.step not in ("moved", "accept") for one in found.course.passed)

    # ---- the three places

    def sit_down(self, role: str, whose: str) -> None:
        self.desk.counter.user = User("clerk" if whose == "own" else "somebody", "Người Thử", [role], OFFICE)

    def at_desk(self, act: Callable[[], object]) -> str:
        return refusal_of(act)

    def by_command(self, *words: str) -> str:
        said = command(*words)
        return "" if said.code == 0 else said.refusal

    def at_central(self, role: str, state: Dossier, what: Happening) -> str:
        """The code with which central refuses it of whoever sits there."""
        someone, now = self.desk.counter.who(), self.desk.clock()
        user = wire.User(someone.id, someone.name, [role], OFFICE)
        with self.database.read() as connection:
            judge = Judge(connection, STATION, True, self.law, self.law.roles(now), now, {user.id: (user, True)})
            try:
                judge.judge(Entry(uuid4(), state.id, what, user.id, now), state, lambda: state)
            except Refusal as refusal:
                return SAME.get(refusal.code, refusal.code)
        return ""

    # ---- an event at each of them

    def step(self, row: course_rows.Row, state: str, here: bool, role: str, whose: str) -> dict[str, str]:
        desk, found = self.desk, {}
        dossier = self.stands(state, here)
        self.sit_down(role, whose)
        found["central"] = self.at_central(role, dossier, self._taken(row, state, dossier))
        said: dict[str, Any] = course_rows.said(row, desk.time)
        found["desk"] = self.at_desk(lambda: desk.course.take(dossier.id, row.code, **said))
        dossier = self.stands(state, here)
        self.sit_down(role, whose)
        due = f"{said['due_at']:%Y-%m-%dT%H:%M}" if "due_at" in said else ""
        words = ["--reason", str(said["reason"]), "--basis", str(said["basis"]), "--item", said["items"][0]]
        code = dossier.code or dossier.local_code
        found["command"] = self.by_command("dossier", "step", code, row.code, *words, *(["--due", due] if due else []))
        return found

    def _taken(self, row: course_rows.Row, state: str, dossier: Dossier) -> StepTaken:
        due = course_rows.said(row, self.desk.time).get("due_at")
        rules = self.law.rules_of(dossier, self.desk.time)
        if due is None and (known := [step for step in rules.steps if step.code == row.code]):
            follows = due_after(dossier.course, known[0], self.desk.time, dossier, rules)
            due = follows.at if follows is not None else None
        return StepTaken(
            row.code,
            state,
            row.to,
            row.clock,  # type: ignore[arg-type]
            course_rows.states(self.folder)[row.to],
            "Lý do",
            "TT 12/2025/TT-BCA",
            ("GKSK",),
            due,  # type: ignore[arg-type]
        )

    def result(self, event: str, state: str, here: bool, role: str, whose: str) -> dict[str, str]:
        desk, found = self.desk, {}
        dossier = self.stands(state, here)
        self.sit_down(role, whose)
        found["central"] = self.at_central(role, dossier, WRITTEN[event])
        found["desk"] = self.at_desk(lambda: DEEDS[event](desk, dossier))
        dossier = self.stands(state, here)
        self.sit_down(role, whose)
        answer = command("results", *COMMANDS[event], dossier.code)
        if event == "arrive" and answer.out:
            # A card that is laid aside is told of, and the command ends in 1.
            found["command"] = AT_THE_BOX[answer.json["cards"][0]["why"] or ""]
            assert answer.code == bool(found["command"]), answer
        else:
            found["command"] = "" if answer.code == 0 else answer.refusal
        return found


def checked_in(desk: Desk, dossier: Dossier) -> None:
    """A card of the open box is scanned; a difference is told as what central would say of it."""
    why = AT_THE_BOX[desk.results.check_in(dossier.code).why]
    if why:
        raise Refusal(why, Words("khác", "different"), Words("xem", "look"))


def handed_over(desk: Desk, dossier: Dossier) -> None:
    how = {"to": "holder", "proof": "receipt", "old": "returned", "signed": "unable", "reason": "Tay đau"}
    desk.handing_over.hand_over(dossier.id, **how)  # type: ignore[arg-type]


DEEDS: dict[str, Callable[[Desk, Dossier], object]] = {
    "arrive": checked_in,
    "shelve": lambda desk, dossier: desk.results.shelve(dossier.id),
    "hand-over": handed_over,
    "post": lambda desk, dossier: desk.posting.send(dossier.id, HOME),
    "remind": lambda desk, dossier: desk.results.remind(dossier.id),
}
HOME = Receiver("TRẦN MINH QUÂN", "0912345678", "Số 5", "Phường Cửa Nam", "Hà Nội")
_HOME = ("--street", HOME.street, "--commune", HOME.commune, "--province", HOME.province, "--tel", HOME.tel)
COMMANDS: dict[str, tuple[str, ...]] = {
    "arrive": ("check-in", "--json"),
    "shelve": ("shelf",),
    "hand-over": ("hand-over", "--unable", "Tay đau"),
    "post": ("post", *_HOME),
    "remind": ("unclaimed", "--reminded"),
}
WRITTEN: dict[str, Happening] = {
    "arrive": CardArrived(uuid4(), "code"),
    "shelve": CardShelved("A-001"),
    "hand-over": HandedOver("holder", "receipt", "returned", "unable", reason="Tay đau"),
    "post": PostOrdered(uuid4()),
    "remind": CollectionReminded(1, "phone"),
}
EVENTS = tuple(DEEDS)


@pytest.fixture
def places(table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path, Pack], Places]]:
    database = open_database(database_url(tmp_path), practice=False)
    for kind in ("dossier", "receipt"):
        table.journal.lend(Block(kind, 51, 5000))

    def made(folder: Path = FOLDER, pack: Pack | None = None) -> Places:
        return Places(table, database, pack or training_pack(), folder, monkeypatch)

    yield made
    database.close()


def whose_of(role: str, folder: Path) -> tuple[str, ...]:
    """A dossier of one's own differs from another of the office only for whom a row says so."""
    (row,) = (one for one in role_rows.rows("roles.csv", folder) if one["role"] == role)
    return ("own", "office") if "@own" in row["scopes"] else ("office",)


def try_steps(at: Places, states: Iterable[str]) -> Counter[str]:
    """Every step in these states by every role, at the three places."""
    told, procedure, folder = Counter[str](), PROCEDURE, at.folder
    for state in states:
        for here in (False, True) if state not in course_rows.BEFORE_ACCEPTANCE else (False,):
            for role in role_rows.roles(folder):
                for whose in whose_of(role, folder):
                    for row in course_rows.steps(folder):
                        wanted = course_rows.expected(row, procedure, state, role, whose, folder=folder, here=here)
                        found = at.step(row, state, here, role, whose)
                        assert found == dict.fromkeys(found, wanted), (state, here, row.code, role, whose)
                        told[wanted] += 1
    return told


def try_results(at: Places, states: Iterable[str]) -> Counter[str]:
    """Everything that can happen to a result, of dossiers in these states whose card is here or is not."""
    told = Counter[str]()
    at.desk.as_user("clerk")
    at.desk.results.open_box("Hộp 1")
    at.stands("accepted", here=False)
    # Without a line an order to the post is written down and waits.
    at.desk.central.line = False
    for state in states:
        for here in (False, True):
            for role in role_rows.roles(at.folder):
                for whose in whose_of(role, at.folder):
                    for event in EVENTS:
                        wanted = course_rows.result_expected(event, PROCEDURE, state, here, role, whose, at.folder)
                        found = at.result(event, state, here, role, whose)
                        assert found == dict.fromkeys(found, wanted), (state, here, event, role, whose)
                        told[wanted] += 1
    return told


def test_every_state_step_and_role(places: Callable[..., Places]) -> None:
    told = try_steps(places(), course_rows.states())
    assert set(told) >= {"", "NOT_ALLOWED", "NOT_YOURS", "STEP_NOT_FROM_HERE", "STEP_CARD", "STEP_HANDING"}


def test_every_state_result_and_role(places: Callable[..., Places]) -> None:
    accepted = [state for state in course_rows.states() if state not in course_rows.BEFORE_ACCEPTANCE]
    told = try_results(places(), accepted)
    assert set(told) >= {"", "NOT_ALLOWED", "CARD_HERE", "CARD_NOT_HERE", "RESULT_NOT_READY", "REMINDER_EARLY"}


def changed(folder: Path) -> Path:
    """A pack of an office with ways of its own: rows of the steps and of the roles say something else."""
    pack = copy_of_pack(folder)
    for name, key, column, value in (
        ("steps.csv", "withdraw", "from", "registered incomplete accepted"),
        ("steps.csv", "correct-misprint", "scope", "dossier.process"),
        ("steps.csv", "hand-over", "from", "ready approved"),
        ("roles.csv", "trainee", "scopes", "dossier.take@own dossier.find@own result.deliver@own dossier.submit@own"),
        ("roles.csv", "officer", "scopes", "dossier.find dossier.process@own"),
        ("roles.csv", "cashier", "scopes", "dossier.find fee.take result.deliver"),
    ):
        table = pack / name
        with table.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        mine = [row for row in rows if row[0] == key]
        assert mine
        for row in mine:
            row[header.index(column)] = value
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    sign_again(pack)
    return pack


def test_a_misprint_asks_for_what_its_row_says(places: Callable[..., Places], tmp_path: Path) -> None:
    folder = changed(tmp_path)
    at = places(folder, load(folder, [public_key()]))
    (row,) = (one for one in course_rows.steps(folder) if one.code == "correct-misprint")
    told = set[str]()
    for role in role_rows.roles(folder):
        wanted = course_rows.expected(row, PROCEDURE, "ready", role, "office", folder=folder)
        found = at.step(row, "ready", True, role, "office")
        dossier = at.stands("ready", here=True)
        at.sit_down(role, "office")
        found["page"] = refusal_of(lambda mine=dossier: at.desk.results.misprint(mine.id, "Sai ngày sinh"))
        dossier = at.stands("ready", here=True)
        at.sit_down(role, "office")
        its_command = at.by_command("results", "misprint", dossier.code, "--reason", "Sai ngày sinh")
        # It finds the card on the shelf first, which is for those who work with results.
        works_with_results = role_rows.reach(role, course_rows.RESULTS, folder)
        assert its_command == (wanted if works_with_results else "NOT_ALLOWED"), role
        assert found == dict.fromkeys(found, wanted), role
        told.add(wanted)
    assert told == {"", "NOT_ALLOWED", "NOT_YOURS"}


def test_a_pack_that_says_something_else_is_followed_everywhere(places: Callable[..., Places], tmp_path: Path) -> None:
    folder = changed(tmp_path)
    states = ("accepted", "processing", "approved", "ready")
    differing = {
        (state, row.code, role, whose)
        for state, (old, row) in product(states, zip(course_rows.steps(), course_rows.steps(folder), strict=True))
        for role, whose in product(role_rows.roles(), ("own", "office"))
        if course_rows.expected(old, PROCEDURE, state, role, whose)
        != course_rows.expected(row, PROCEDURE, state, role, whose, folder=folder)
    }
    assert {("processing", "withdraw", "clerk", "office"), ("ready", "correct-misprint", "clerk", "own")} <= differing
    assert ("processing", "approve", "officer", "office") in differing
    at = places(folder, load(folder, [public_key()]))
    try_steps(at, states)
    try_results(at, states)
