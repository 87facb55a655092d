"""What the window offers × every role × one's own, another's and another office's dossier: as the rows of the law say.

What it does not offer it does not do either, also where somebody gets at it another way.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clerk_app.desk.intake_view import read_only
from tests.peers import role_rows
from tests.screens import sample_intake as sample
from tests.screens.test_intake import Open, counter
from ui.actions import ACTIONS, Action, action
from ui.application import App
from ui.shell import Shell

__all__ = ["counter"]

pytestmark = pytest.mark.window
SCOPES = [row["scope"] for row in role_rows.rows("scopes.csv")]
OPEN_TO_ALL = frozenset({"page.devices", "deliver", "language", "contrast", "keys", "lock", "sign_out", "pin"})
"""Rows without a scope: the desk itself, how it looks, and who sits there."""
LOOKS = ("park", "view", "archive")
"""What the desk is asked by who only looks."""


def may_on(role: str, whose: str) -> frozenset[str]:
    return frozenset(scope for scope in SCOPES if role_rows.allowed(role, scope, whose))


def app_of(role: str, whose: str) -> App:
    """A window with such a dossier in front."""
    view = SimpleNamespace(may=may_on(role, whose))
    intake = SimpleNamespace(work=SimpleNamespace(view=view))
    desk = SimpleNamespace(may=lambda scope: role_rows.allowed(role, scope))
    made: Any = App.__new__(App)
    made.desk, made.window = desk, SimpleNamespace(intake=intake)
    return cast("App", made)


def test_every_row_of_the_window_is_offered_as_the_rows_of_the_law_say() -> None:
    said, expected = {}, {}
    for role in role_rows.roles():
        for whose in role_rows.WHOSE:
            app = app_of(role, whose)
            for row in ACTIONS:
                key = role, whose, row.id
                said[key] = row.permitted(app)
                expected[key] = not row.scope or role_rows.allowed(role, row.scope, whose if row.of_dossier else "")
    assert said == expected
    assert set(said.values()) == {True, False}


def test_every_row_has_a_scope_that_the_law_lists_or_is_open_to_all() -> None:
    without = {row.id for row in ACTIONS if not row.scope and not row.id.startswith("step.")}
    assert without <= OPEN_TO_ALL, "say which scope it needs"
    assert {row.scope for row in ACTIONS if row.scope} <= set(SCOPES)


def test_a_row_that_is_not_permitted_is_not_done() -> None:
    done: list[str] = []
    row = Action("x", "x", "", lambda app: done.append("x"), scope="dossier.take")
    for role in role_rows.roles():
        shell = SimpleNamespace(app=app_of(role, "office"))
        Shell.perform(cast("Shell", shell), row)
        assert bool(done) is role_rows.allowed(role, "dossier.take"), role
        done.clear()


CASES = [
    (role, whose)
    for role in role_rows.roles()
    for whose in role_rows.WHOSE
    if role_rows.allowed(role, "dossier.find", whose) and not role_rows.allowed(role, "dossier.take", whose)
]


@pytest.mark.parametrize(("role", "whose"), CASES)
def test_who_only_looks_gets_no_verb_to_the_desk_by_any_key(counter: Open, role: str, whose: str) -> None:
    may = may_on(role, whose)
    at = counter(read_only(replace(sample.intake(), may=may)))
    app = at.app
    app.window = cast("Any", SimpleNamespace(intake=at.screen, page_name="intake"))
    for step in ("identity", "application", "papers", "fee", "receipt"):
        at.screen.go_to(step)
        for row in (one for one in ACTIONS if one.of_dossier):
            if not row.permitted(app):
                row.call(app)
        if "dossier.submit" not in may and "fee.take" not in may:
            at.screen.page().enter()
    at.rest()
    assert [asked for asked in at.desk.asked if asked[0] not in LOOKS] == []
    assert not at.screen.work.editable


@pytest.mark.parametrize("role", role_rows.roles())
def test_the_buttons_of_a_dossier_are_those_of_the_role(counter: Open, role: str) -> None:
    if not role_rows.allowed(role, "dossier.find", "own"):
        return
    may = may_on(role, "own")
    at = counter(replace(sample.intake(step="receipt"), may=may))
    work = at.screen.work
    for scope in SCOPES:
        assert work.permits(scope) is role_rows.allowed(role, scope, "own"), scope
    assert at.screen.receipt.primary()[2] is role_rows.allowed(role, "dossier.submit", "own")
    at.screen.go_to("identity")
    asks = at.screen.identity._ask.isVisible()
    assert asks is role_rows.allowed(role, "register.ask", "own")


def test_home_is_what_somebody_may_see() -> None:
    gone: list[str] = []
    for role in role_rows.roles():
        shell = SimpleNamespace(app=app_of(role, "office"), go=gone.append)
        Shell.go_home(cast("Shell", shell))
    expected = ["queue" if role_rows.allowed(role, "dossier.find") else "devices" for role in role_rows.roles()]
    assert gone == expected
    assert action("page.devices").scope == "", "somebody who may see nothing else sees the desk"
