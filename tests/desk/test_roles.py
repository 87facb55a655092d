"""Every verb of the desk × every role × one's own, another's and another office's dossier × with and without a line:
allowed and refused as the rows of the law say, which are read here with nothing of the program.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints
from uuid import UUID

import pytest

from clerk_app.catalogue.pack import load
from clerk_app.desk.desk import Desk as RealDesk
from clerk_app.desk.people import People as KnownPeople
from clerk_app.domain.dossier import ExceptionAsked, Opened, Page, PagesArranged, TakenOver
from clerk_app.domain.oversight import DecisionRefused
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.store.journal import new_id
from clerk_app.wire import People, User
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.desk.verbs import NOBODY_ASKED, STATION_TASKS, VERBS, Verb
from tests.peers import role_rows
from tests.peers.pack import copy_of_pack, public_key, sign_again

OFFICES = {"own": "PC08-HN", "office": "PC08-HN", "other": "PC08-HP"}


def person(*roles: str) -> User:
    return User("only-" + "-".join(roles), "Người Thử", list(roles), "PC08-HN")


def dossier(table: Desk, whose: str, user: User) -> UUID:
    """A fresh draft with a page: the person's own, somebody else's, or another office's."""
    by = user.id if whose == "own" else "somebody"
    made = new_id()
    opened = Opened("licence-exchange", "counter", f"{made}", OFFICES[whose], "Q04", table.counter.pack.version, True)
    sheet = table.sheets.put(b"a page of " + made.bytes)
    page = Page(sheet, "", 100, 100, 300, 26)
    table.journal.append(made, [opened, PagesArranged((page,), "scan")], by, table.clock())
    return made


def answer(call: Callable[[], object]) -> str:
    """The code by which the law refused, or nothing: whatever else is wrong is not asked here."""
    try:
        call()
    except Refusal as refusal:
        return refusal.code if refusal.code in ("NOT_ALLOWED", "NOT_YOURS") else ""
    return ""


@pytest.mark.parametrize("line", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("role", role_rows.roles())
def test_every_verb_for_every_role_is_as_the_rows_say(table: Desk, role: str, line: bool) -> None:
    user = person(role)
    table.central.users[user.id] = user
    table.sign_in.sign_in(user.id, fakes.PASSWORD)
    table.central.line = line
    assert table.sign_in.sign_in(user.id, fakes.PASSWORD).offline is not line
    said, expected = {}, {}
    fresh = {whose: dossier(table, whose, user) for whose in role_rows.WHOSE}
    for verb in VERBS:
        for whose in ("",) if verb.alone else role_rows.WHOSE:
            it = fresh[whose or "own"]
            before = table.journal.dossier(it)
            said[verb.name, whose] = answer(lambda verb=verb, it=it: verb.call(table, it))  # type: ignore[misc]
            expected[verb.name, whose] = role_rows.refusal(role, verb.scope, whose)
            if table.journal.dossier(it) != before:
                assert not said[verb.name, whose], "what was refused left something behind"
                fresh[whose or "own"] = dossier(table, whose or "own", user)
    assert said == expected


def test_the_matrix_has_every_answer() -> None:
    """A matrix in which something is never allowed, or never refused, shows nothing."""
    cells = {
        (whose, role_rows.refusal(role, verb.scope, whose))
        for role in role_rows.roles()
        for verb in VERBS
        if not verb.alone
        for whose in role_rows.WHOSE
    }
    everything = {(whose, code) for whose in role_rows.WHOSE for code in ("", "NOT_ALLOWED", "NOT_YOURS")}
    assert everything - cells == {("own", "NOT_YOURS")}


def test_every_verb_of_the_desk_is_in_the_matrix_or_says_why_not() -> None:
    known = {verb.name for verb in VERBS} | NOBODY_ASKED.keys()
    found = set()
    for task, kind in get_type_hints(RealDesk).items():
        if (
            inspect.isclass(kind)
            and kind.__module__.startswith("clerk_app.desk.")
            and task not in STATION_TASKS
            and not getattr(kind, "_is_protocol", False)
        ):
            verbs = inspect.getmembers(kind, inspect.isfunction)
            found |= {f"{task}.{name}" for name, _ in verbs if not name.startswith("_")}
    assert found - known == set(), "demand a scope of each of these, and say which in tests/desk/verbs.py"
    assert known - found == set(), "these are no verbs of the desk any more"
    assert not {verb.name for verb in VERBS} & NOBODY_ASKED.keys()


def test_every_scope_that_a_verb_demands_has_words_and_somebody_who_has_it() -> None:
    listed = {row["scope"]: row for row in role_rows.rows("scopes.csv")}
    for scope in {verb.scope for verb in VERBS} | {"exception.decide"}:
        assert listed[scope]["words_vi"], scope
        assert listed[scope]["words_en"], scope
        assert any(role_rows.allowed(role, scope) for role in role_rows.roles()), scope


# ---- deciding on the spot: the one who decides proves it at somebody else's desk


@pytest.mark.parametrize("line", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("role", role_rows.roles())
def test_who_decides_on_the_spot_is_judged_by_their_own_role(table: Desk, role: str, line: bool) -> None:
    user = person(role)
    table.central.users[user.id] = user
    table.sign_in.sign_in(user.id, fakes.PASSWORD)
    table.as_user("clerk")
    table.central.line = line
    it = table.draft()
    table.exceptions.ask(it, "SANCTIONS_UNKNOWN", "Mất mạng")
    decided = answer(lambda: table.exceptions.decide(it, "SANCTIONS_UNKNOWN", user.id, fakes.PASSWORD, True, ""))
    assert decided == role_rows.refusal(role, "exception.decide", "office")
    granted = table.journal.dossier(it).exceptions["SANCTIONS_UNKNOWN"].granted
    assert granted is (True if not decided and role == "supervisor" else None)


@pytest.mark.parametrize("role", role_rows.roles())
@pytest.mark.parametrize("whose", ["office", "other"])
def test_who_decides_at_their_own_desk_is_judged_by_their_role(table: Desk, role: str, whose: str) -> None:
    user = person(role)
    it = dossier(table, whose, user)
    table.journal.append(it, [ExceptionAsked("SANCTIONS_UNKNOWN", "Mất mạng")], "somebody", table.clock())
    table.counter.user = user
    expected = role_rows.refusal(role, "exception.decide", whose)
    assert answer(lambda: table.exceptions.ask_more(it, "SANCTIONS_UNKNOWN", "Thiếu gì?")) == expected
    decided = answer(lambda: table.exceptions.decide_as_signed_in(it, "SANCTIONS_UNKNOWN", True, "Đủ"))
    assert decided == expected
    refusals = [entry.what.refusal for entry in table.journal.entries(it) if isinstance(entry.what, DecisionRefused)]
    assert refusals == ([expected] * 2 if expected else []), "that somebody tried is on record"


@pytest.mark.parametrize("role", role_rows.roles())
def test_who_lifts_a_wait_is_judged_by_their_own_role(table: Desk, role: str) -> None:
    user = person(role)
    table.central.users[user.id] = user
    table.sign_in.sign_in(user.id, fakes.PASSWORD)
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    table.central.line = False
    code = answer(lambda: table.sign_in.unlock_user("clerk", user.id, fakes.PASSWORD))
    assert code == role_rows.refusal(role, "user.unlock")


@pytest.mark.parametrize("role", role_rows.roles())
@pytest.mark.parametrize("whose", role_rows.WHOSE)
def test_who_sees_what_is_masked_has_both_scopes(table: Desk, role: str, whose: str) -> None:
    it = dossier(table, whose, person(role))
    table.counter.user = person(role)
    first, second = (role_rows.refusal(role, scope, whose) for scope in ("trail.read", "data.unmask"))
    assert answer(lambda: table.trail.unmask(it, "inspection")) == (first or second)
    assert answer(lambda: table.trail.again(it, True)) == (first or second)


# ---- lists


def test_lists_name_what_somebody_may_see(table: Desk) -> None:
    trainee = person("trainee")
    mine, theirs = dossier(table, "own", trainee), dossier(table, "office", trainee)
    handed = dossier(table, "office", trainee)
    table.journal.append(handed, [TakenOver("Q02", "somebody", "Bàn giao")], trainee.id, table.clock())
    for role, seen in (
        ("trainee", {mine, handed}),
        ("clerk", {mine, theirs, handed}),
        ("inspector", {mine, theirs, handed}),
    ):
        table.counter.user = replace_roles(trainee, role)
        for rows in (table.queue.today().rows, table.queue.find("").rows):
            assert {row.dossier for row in rows} == seen, role
        assert {line.dossier for line in table.queue.outbox().rows} == seen, role


def replace_roles(user: User, *roles: str) -> User:
    return User(user.id, user.name, list(roles), user.office)


def test_what_was_taken_over_is_ones_own(table: Desk) -> None:
    trainee = person("trainee")
    it = dossier(table, "office", trainee)
    table.counter.user = trainee
    assert answer(lambda: table.intake.view(it)) == "NOT_YOURS"
    table.journal.append(it, [TakenOver("Q02", "somebody", "Bàn giao")], trainee.id, table.clock())
    assert table.intake.view(it).dossier == it
    table.intake.enter(it, {"reason": "Sắp hết hạn"}, "application", "reason")
    table.counter.user = User("other", "", ["trainee"], "PC08-HN")
    assert answer(lambda: table.intake.view(it)) == "NOT_YOURS"


def test_a_sheet_is_seen_for_a_dossier_that_mentions_it(table: Desk) -> None:
    trainee = person("trainee")
    mine, theirs = dossier(table, "own", trainee), dossier(table, "office", trainee)
    sheet = table.journal.dossier(theirs).pages[0].sheet
    table.counter.user = trainee
    assert answer(lambda: table.papers.picture(sheet, 0, mine)) == "NOT_YOURS", "by the way of an own dossier"
    assert answer(lambda: table.papers.picture(sheet)) == "NOT_YOURS", "for no dossier at all"
    assert table.papers.picture(table.journal.dossier(mine).pages[0].sheet, 0, mine)


# ---- words


def test_a_refusal_says_what_it_is_about_and_whose_role_could(table: Desk) -> None:
    it = dossier(table, "office", person("trainee"))
    table.counter.user = person("trainee")
    with pytest.raises(Refusal) as caught:
        table.intake.discard(it, "x")
    assert caught.value.code == "NOT_YOURS"
    assert caught.value.words.vi.endswith(": Hủy bản nháp.")
    assert caught.value.remedy == Words(
        "Nhờ người có vai trò: Cán bộ tiếp nhận, Lãnh đạo phụ trách.", "Ask somebody whose role is: Clerk, Supervisor."
    )
    with pytest.raises(Refusal) as caught:
        table.shelf.settle(it, "Q04", "central", "x")
    assert caught.value.code == "NOT_ALLOWED"
    assert caught.value.words.en == "Your role may not do this: Settle what central refused."
    assert caught.value.remedy.vi == "Nhờ người có vai trò: Lãnh đạo phụ trách."


def test_what_is_another_offices_is_left_to_that_one(table: Desk) -> None:
    it = dossier(table, "other", person("clerk"))
    table.counter.user = person("clerk")
    with pytest.raises(Refusal) as caught:
        table.intake.enter(it, {}, "identity", "")
    assert caught.value.code == "NOT_YOURS"
    assert caught.value.remedy.en == "Leave it to somebody of that office."
    with pytest.raises(Refusal) as caught:
        table.intake.view(it)
    assert caught.value.remedy.en == "Ask somebody whose role is: Inspector."


# ---- a view says what may be done with it


@pytest.mark.parametrize("role", role_rows.roles())
@pytest.mark.parametrize("whose", role_rows.WHOSE)
def test_a_view_tells_what_may_be_done_with_the_dossier(table: Desk, role: str, whose: str) -> None:
    it = dossier(table, whose, person(role))
    table.counter.user = person(role)
    scopes = [row["scope"] for row in role_rows.rows("scopes.csv")]
    if not role_rows.allowed(role, "dossier.find", whose):
        assert answer(lambda: table.intake.view(it))
        return
    view = table.intake.view(it)
    assert view.may == {scope for scope in scopes if role_rows.allowed(role, scope, whose)}
    locked = {field.locked for field in view.identity.fields}
    assert locked == {not role_rows.allowed(role, "dossier.take", whose)}


# ---- a role and a law that change while somebody works


def test_other_roles_hold_at_the_next_contact_without_a_new_sign_in(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    it = table.draft()
    heard = KnownPeople(table.counter, table.central, table.users)
    said = People([person("supervisor"), User("clerk", "Hà", ["inspector"], "PC08-HN")], 2)
    monkeypatch.setattr(table.central, "people", lambda: said)
    assert heard.learn() is None
    assert answer(lambda: table.intake.enter(it, {}, "identity", "")) == "NOT_ALLOWED"
    assert table.intake.view(it).dossier == it
    table.central.line = False
    assert table.sign_in.sign_in("clerk", fakes.PASSWORD).roles == ("inspector",), "without a line too"


def test_a_newer_law_says_at_once_who_may_do_what(table: Desk, tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    roles = folder / "roles.csv"
    roles.write_text(roles.read_text("utf-8").replace("fee.take ", "", 1), "utf-8")
    sign_again(folder)
    it = table.draft()
    assert answer(lambda: table.cashier.take(it, "cash", 0)) == ""
    table.counter.newest = load(folder, [public_key()])
    assert answer(lambda: table.cashier.take(it, "cash", 0)) == "NOT_ALLOWED"
    assert table.counter.pack is not table.counter.newest, "what the open dossier is decided by waits"


def test_nobody_signed_in_may_do_nothing(table: Desk) -> None:
    it = dossier(table, "own", person("clerk"))
    table.counter.user = None
    for verb in VERBS:
        with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
            verb.call(table, it)


def test_the_rows_of_the_matrix_are_named_once() -> None:
    names = [verb.name for verb in VERBS]
    assert len(names) == len(set(names))
    assert all(isinstance(verb, Verb) for verb in VERBS)
