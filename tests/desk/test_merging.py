"""Any two desks, any edits, any order of delivery: all come to the same dossier, and no value is lost in silence."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clerk_app import wire
from clerk_app.domain.dossier import Entry, FieldsEntered, Page, PagesArranged, PaperMarked, arranged
from clerk_app.domain.merging import said_by
from clerk_app.domain.page_changes import changes_of, with_changes
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.settling import Record
from tests.desk.conftest import MORNING
from tests.peers.two_desks import Joined, Office

FIELDS = ("applicant.phone", "applicant.residence", "reason")
SHEETS = "abcdef"
_count = itertools.count(1)

edits = st.one_of(
    st.tuples(st.just("type"), st.sampled_from(FIELDS), st.sampled_from(("một", "hai", ""))),
    st.tuples(st.just("bring"), st.sampled_from(SHEETS), st.just("")),
    st.tuples(st.just("turn"), st.integers(0, 5), st.just("")),
    st.tuples(st.just("move"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("remove"), st.integers(0, 5), st.just("")),
    st.tuples(st.just("mark"), st.sampled_from(("seen", "unmarked")), st.just("")),
    st.tuples(st.just("discard"), st.just(""), st.just("")),
    st.tuples(st.just("settle"), st.sampled_from(("central", "ours", "new")), st.integers(0, 1)),
    st.tuples(st.just("deliver"), st.just(""), st.just("")),
    st.tuples(st.just("deliver"), st.just(""), st.just("")),
)
plans = st.lists(st.tuples(st.integers(0, 1), edits), min_size=4, max_size=24)


def page(sheet: str, **other: object) -> Page:
    return Page(sheet * 64, "GKSK", 100, 200, 300, 10, **other)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("central"))
    for one in SHEETS:
        path = made.sheets._path(page(one).sheet)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.encode())
    yield made
    made.close()


def _do(desk: Joined, dossier: UUID, edit: tuple[str, object, object]) -> None:
    what, first, second = edit
    table, state = desk.desk, desk.state(dossier)
    if what == "deliver":
        desk.deliver()
    elif what == "settle":
        _settle(desk, dossier, str(first), "supervisor" if second else "supervisor2")
    elif state.status != "draft":
        return
    elif what == "type":
        table.intake.enter(dossier, {str(first): str(second)}, "application", "")
    elif what == "discard":
        table.intake.discard(dossier, "thử")
    elif what == "mark":
        table.counter.write(dossier, PaperMarked("GKSK", first))  # type: ignore[arg-type]
    elif what == "bring":
        if all(one.sheet != page(str(first)).sheet for one in state.pages):
            table.counter.write(dossier, arranged(state, (*state.pages, page(str(first))), "import"))
    elif int(first) < len(state.pages):  # type: ignore[call-overload]
        at = int(first)  # type: ignore[call-overload]
        if what == "turn":
            table.pages.turn(dossier, at)
        elif what == "move":
            table.pages.move(dossier, at, int(second))  # type: ignore[call-overload]
        else:
            table.pages.remove(dossier, at)


def _settle(desk: Joined, dossier: UUID, way: str, who: str) -> None:
    """One decision of a supervisor, by whatever way is open."""
    own = desk.desk.counter.user
    desk.desk.as_user(who)
    for view in desk.desk.shelf.views():
        if view.dossier == dossier:
            open_ways = [one.way for one in view.ways if one.open]
            try:
                desk.desk.shelf.settle(dossier, view.station, way if way in open_ways else "central", "vì thế")
            except Refusal:
                desk.desk.shelf.settle(dossier, view.station, "central", "vì thế")
    desk.desk.counter.user = own


@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans)
def test_whatever_two_desks_do_in_whatever_order_it_is_delivered(
    plan: list[tuple[int, tuple[str, object, object]]],
    office: Office,
    tmp_path_factory: pytest.TempPathFactory,
    empty_store: Path,
) -> None:
    folder = tmp_path_factory.mktemp("desks")
    number = next(_count)
    desks = [
        Joined(folder / counter, office, counter, user, empty_store, f"{counter}-{number}")
        for counter, user in (("Q01", "clerk"), ("Q02", "clerk2"))
    ]
    try:
        for desk in desks:
            desk.deliver()
        dossier = desks[0].desk.intake.open().dossier
        desks[0].deliver()
        desks[1].deliver()
        for place, edit in plan:
            _do(desks[place], dossier, edit)
        for desk in (*desks, *desks):
            desk.deliver()
        _nothing_lost(office, dossier, desks)
        for _ in range(4):
            for desk in desks:
                _settle(desk, dossier, "central", "supervisor")
                desk.deliver()
        for desk in (*desks, *desks):
            desk.deliver()
            assert desk.refused() == []
            assert desk.state(dossier) == office.dossier(dossier)
            assert desk.desk.journal.verify().ok
    finally:
        for desk in desks:
            desk.close()


def _nothing_lost(office: Office, dossier: UUID, desks: Sequence[Joined]) -> None:
    """Every entry is accepted, set aside by a decision, or on the shelf; and of what was accepted, a value that stands
    no more was overwritten by somebody who had it before his eyes.
    """
    numbered: dict[UUID, Record] = {}
    for desk in desks:
        shelf = {one.entry.id for one in desk.desk.journal.refused()}
        settled = desk.state(dossier).settled
        for one in desk.desk.journal.records(dossier):
            if one.number:
                numbered[one.entry.id] = one
            else:
                assert one.entry.id in shelf | settled
    order = sorted(numbered.values(), key=lambda one: one.number)
    state = office.dossier(dossier)
    for place, one in enumerate(order):
        for thing, value in said_by(one.entry.what).items():
            if thing[0] not in ("field", "mark"):
                continue
            later = [other for other in order[place + 1 :] if said_by(other.entry.what).get(thing, value) != value]
            if later:
                knew = later[0].station == one.station or later[0].entry.seen >= one.number
                assert knew, f"{thing} was overwritten by somebody who did not see it"
            elif thing[0] == "field":
                assert state.text(thing[1]) == value
    _no_page_lost(order, state.pages)


def _no_page_lost(order: Sequence[Record], pages: Sequence[Page]) -> None:
    here = {one.sheet for one in pages}
    for place, one in enumerate(order):
        what = one.entry.what
        if not isinstance(what, PagesArranged) or what.changes is None:
            continue
        for sheet in set(what.changes.changed) - here:
            removed = [
                other
                for other in order[place + 1 :]
                if isinstance(other.entry.what, PagesArranged)
                and other.entry.what.changes is not None
                and sheet in other.entry.what.changes.removed
            ]
            assert any(other.station == one.station or other.entry.seen >= one.number for other in removed)


@pytest.fixture(scope="module")
def empty_store(_empty_store: Path) -> Path:
    """A store after its migrations."""
    return _empty_store


lists = st.lists(
    st.builds(lambda sheet, turned: page(sheet, turned=turned), st.sampled_from(SHEETS), st.sampled_from((0, 90))),
    max_size=6,
).map(tuple)


@given(before=lists, wanted=lists)
def test_what_was_done_to_a_list_does_the_same_to_that_list(before: tuple[Page, ...], wanted: tuple[Page, ...]) -> None:
    assert with_changes(before, wanted, changes_of(before, wanted)) == wanted


def test_an_entry_says_what_its_author_saw_and_one_of_before_says_nothing() -> None:
    seen = Entry(UUID(int=1), UUID(int=2), FieldsEntered({}, "fee"), "clerk", MORNING, 7)
    assert wire.decode_entry(wire.encode_entry(seen)) == seen
    assert b"seen" not in wire.encode_entry(replace(seen, seen=0))
