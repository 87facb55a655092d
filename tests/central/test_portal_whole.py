"""A dossier as the portal is told it: both appointments of a supplement, how the result goes, whose words those are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from clerk_app.central.officers import Officer
from clerk_app.central.portal_whole import by_post, whole
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.collecting import made_states
from clerk_app.domain.course import Course, Passed, StepTaken
from clerk_app.domain.dossier import Dossier, Entry, FeeTaken, FieldsEntered, Submitted, Value
from clerk_app.domain.handing import NOTHING_YET, HandedOver, Handing
from clerk_app.domain.pages import Page
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import Clock
from clerk_app.wire_orders import PortalSync
from tests.peers.pack import training_pack

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=HANOI)
FIRST, SECOND = NOW + timedelta(days=4), NOW + timedelta(days=9)
CODE = "G01.801.308-261127-000777"


def rules() -> Rules:
    return training_pack().as_of(NOW.date())


def step(at: int, to: str, clock: Clock, due_at: datetime | None = None, items: tuple[str, ...] = ()) -> Passed:
    what = StepTaken("x", "y", to, clock, items=items, due_at=due_at)
    return Passed(UUID(int=at + 1), what, f"person{at}", NOW + timedelta(hours=at))


def course(*passed: Passed) -> Course:
    last = passed[-1].what
    dues = tuple(one.what.due_at for one in passed if one.what.due_at is not None)
    return Course(last.to, last.clock, False, passed, dues)


def dossier(*passed: Passed, handing: Handing = NOTHING_YET, place: str = "counter") -> Dossier:
    submitted = Submitted(CODE, NOW, FIRST, "B", "DOI_SAP_HET_HAN", 115_000, ("GKSK",), (), "1")
    fields = {"result_place": Value(place, "portal"), "case": Value("DOI_SAP_HET_HAN", "manual")}
    return replace(
        Dossier(uuid4()),
        procedure="licence-exchange",
        channel="online",
        local_code=CODE,
        code=CODE,
        submitted=submitted,
        course=course(*passed),
        handing=handing,
        fields=fields,
    )


def told(state: Dossier, status: int = 4, law: Rules | None = None) -> PortalSync:
    entry = Entry(uuid4(), state.id, FieldsEntered({}, "receipt"), "clerk", NOW)
    return whole(state, law or rules(), status, "PC08", entry, lambda who: Officer(f"Bà {who}", "Cán bộ"))


def test_both_appointments_of_a_supplement_are_told_and_who_asked_for_what() -> None:
    accepted = step(0, "accepted", "runs", FIRST)
    asked = step(1, "supplement", "paused", items=("GKSK", "Bản sao rõ hơn"))
    came = step(2, "processing", "runs", SECOND)
    (open_one,) = told(dossier(accepted, asked)).supplements
    assert (open_one.due_before, open_one.due_after, open_one.received_at) == (FIRST, None, None)
    (closed,) = told(dossier(accepted, asked, came)).supplements
    assert (closed.due_before, closed.due_after) == (FIRST, SECOND)
    assert (closed.asked_by, closed.received_by) == ("Bà person1", "Bà person2")
    paper = next(row.name.vi for row in rules().papers if row.code == "GKSK")
    assert closed.words == f"{paper}; Bản sao rõ hơn"


def test_what_was_asked_before_acceptance_had_no_appointment() -> None:
    (asked,) = told(dossier(step(0, "incomplete", "paused", items=("GKSK",)))).supplements
    assert (asked.due_before, asked.due_after) == (None, None)


@pytest.mark.parametrize(
    ("handing", "place", "wanted"),
    [
        (Handing(), "counter", False),
        (Handing(), "post", True),
        (Handing("here"), "post", True),
        (Handing("posting", order=uuid4()), "counter", True),
        (Handing("posted", order=uuid4()), "counter", True),
        (Handing("returning", order=uuid4()), "post", False),
        (Handing("here", order=uuid4(), back_at=NOW), "post", False),
        (Handing("given", order=uuid4()), "post", True),
        (Handing("given", order=uuid4(), handed=HandedOver("holder", "chip", "cut", "pad")), "post", False),
    ],
)
def test_by_post_is_how_it_went_and_before_that_how_it_is_wished(handing: Handing, place: str, wanted: bool) -> None:
    assert by_post(dossier(step(0, "ready", "stopped"), handing=handing, place=place)) is wanted


def test_the_result_its_day_and_its_item_are_told_once_there_is_one() -> None:
    passed = (step(0, "accepted", "runs", FIRST), step(1, "approved", "stopped"), step(2, "ready", "stopped"))
    before = told(dossier(passed[0]), 2)
    assert (before.results, before.ended_at, before.returned_at) == ([], None, None)
    posted = told(dossier(*passed, handing=Handing("posted", order=uuid4(), item="EP1VN"), place="post"), 9)
    (result,) = posted.results
    assert (result.id, result.name) == (CODE, "Đổi giấy phép lái xe, hạng B")
    assert (posted.ended_at, posted.returned_at) == (passed[1].at, None)
    assert (posted.return_note, posted.by_post) == ("Bưu gửi EP1VN", True)
    given = Handing("given", order=uuid4(), item="EP1VN", given_at=NOW + timedelta(days=3))
    assert told(dossier(*passed, handing=given, place="post"), 10).returned_at == given.given_at


def test_when_there_is_a_result_and_when_the_office_is_done_is_what_the_table_of_states_says() -> None:
    """A state of another name, by which the portal calls it something else, means the same."""
    law, renamed = rules(), {"ready": "at-counter", "stopped": "halted"}
    states = {
        renamed.get(code, code): replace(state, code=renamed.get(code, code), status="4")
        for code, state in law.states.items()
    }
    steps = tuple(
        replace(one, to=renamed.get(one.to, one.to), start=tuple(renamed.get(code, code) for code in one.start))
        for one in law.steps
    )
    other = replace(law, states=states, steps=steps)
    made = told(dossier(step(0, "accepted", "runs"), step(1, "at-counter", "stopped")), 4, other)
    assert ([one.id for one in made.results], made.ended_at) == ([CODE], NOW + timedelta(hours=1))
    halted = told(dossier(step(0, "accepted", "runs"), step(1, "halted", "paused")), 4, other)
    assert (halted.results, halted.ended_at) == ([], NOW + timedelta(hours=1))
    going = told(dossier(step(0, "accepted", "runs"), step(1, "processing", "runs")), 9, other)
    assert (going.results, going.ended_at) == ([], None)


def test_the_table_of_states_means_what_the_portal_calls_by_its_numbers() -> None:
    law = rules()
    assert {law.states[code].status for code in made_states(law)} == {"9", "10"}
    assert {one.code for one in law.states.values() if one.status in ("9", "10")} == made_states(law)


def test_components_are_told_once_each_and_the_fee_as_it_was_paid() -> None:
    pages = tuple(
        Page(digit * 64, paper, 10, 10, 300, 5) for digit, paper in zip("abc", ("CC", "CC", "GKSK"), strict=True)
    )
    state = replace(dossier(step(0, "accepted", "runs", FIRST)), pages=pages)
    said = told(replace(state, fee=FeeTaken("BL-1", 115_000, "online", 115_000, 0, uuid4())), 2)
    assert [(one.id, one.component, one.place) for one in said.papers] == [
        (f"{CODE}-CC", "CC", ""),
        (f"{CODE}-GKSK", "GKSK", ""),
    ]
    assert (said.fee_way, [one.amount_vnd for one in said.fees]) == ("2", [115_000])
    assert told(state, 2).fee_way == ""
