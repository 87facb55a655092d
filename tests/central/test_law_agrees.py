"""A dossier decided at the desk travels to central as sealed bytes, and central decides the same of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest

from clerk_app.central.law import PackedLaw
from clerk_app.desk.facts import decision_of
from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FieldsEntered,
    Happening,
    PaperMarked,
    Submitted,
    replay,
)
from clerk_app.domain.facts import facts_at, paper_done
from clerk_app.domain.procedure import Decision, Facts, decide
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import decode_entry, encode_entry
from tests.peers.applications import entries, licence, sampled, story, systematic
from tests.peers.counter import handed_in, without
from tests.peers.pack import training_pack

PACK = training_pack()
LAW = PackedLaw(PACK)
NOW = datetime(2026, 11, 23, 9, tzinfo=HANOI)
DOSSIER = UUID(int=1 << 100)
DAYS = [
    date(2024, 12, 31),
    *(date(2025, 1, 1), date(2025, 3, 1), date(2025, 7, 1), date(2025, 9, 15)),
    *(date(2026, 1, 1), date(2026, 6, 10), date(2026, 7, 1), date(2026, 11, 21)),
]


def sent(done: list[Happening]) -> list[Entry]:
    """The entries as central has them: written by the station, read again."""
    return [decode_entry(encode_entry(entry)) for entry in entries(done, DOSSIER, NOW)]


def at_desk(done: list[Happening]) -> tuple[Dossier, Facts, Decision]:
    dossier = replay(entries(done, DOSSIER, NOW))
    rules = PACK.as_of(in_hanoi(_received(dossier)).date())
    return dossier, *decision_of(dossier, NOW, rules)


def _received(dossier: Dossier) -> datetime:
    return datetime.fromisoformat(dossier.text("received_at"))


def submitted(facts: Facts, decision: Decision) -> Submitted:
    papers = tuple(paper.code for paper in decision.papers if paper.required)
    code = "G01.801.308-261123-000001"
    due = decision.due_at
    return Submitted(code, facts.received_at, due, facts.wanted_class, facts.case, decision.fee_vnd, papers)


def answer(done: list[Happening], what: Submitted) -> str:
    """What central says: a code of refusal, or nothing."""
    try:
        LAW.check(replay(sent([*done, what])), what, NOW)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("register", [True, False], ids=["answered", "silent"])
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_desk_and_central_decide_the_same(day: date, register: bool) -> None:
    for facts in sampled(PACK.as_of(day), day, 60, seed=day.toordinal()):
        done = story(facts, register)
        _, read, decision = at_desk(done)
        central = replay(sent(done))
        again = decide(facts_at(central, read.received_at, read.case, read.wanted_class), PACK.as_of(day))
        assert again == decision, facts
        what = submitted(read, decision)
        said = answer(done, what)
        if decision.refusals:
            assert said == "CASE_REFUSED", facts
        elif decision.new_classes and not read.wanted_class:
            assert said == "CLASS_DIFFERS", "a class that nobody chose is none"
        elif decision.exceptions_needed:
            assert said == "EXCEPTION_MISSING", facts
        elif any(paper.required and not paper_done(central, paper) for paper in decision.papers):
            assert said == "PAPER_MISSING", facts


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_is_told_at_the_desk_is_what_is_decided_on(day: date) -> None:
    """Nothing of the facts is lost between the form and the decision."""
    for facts in sampled(PACK.as_of(day), day, 60, seed=5):
        if not facts.applicant.nationality or not facts.wanted_class or "" in {one.number for one in facts.licences}:
            continue
        if len({one.number for one in facts.licences}) != len(facts.licences):
            continue
        _, read, _ = at_desk(story(facts, register=True))
        fraud = max((one.fraud_decided for one in facts.licences if one.fraud_decided), default=None)
        assert read == replace(facts, fraud_decided=fraud)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_is_typed_from_the_cards_is_what_is_decided_on(day: date) -> None:
    """What a card does not say (its state, its points) stays unknown."""
    for facts in sampled(PACK.as_of(day), day, 60, seed=6):
        numbers = [one.number for one in facts.licences]
        if not numbers or "" in numbers or len(set(numbers)) != len(numbers):
            continue
        read = facts_at(replay(sent(story(facts, register=False))), facts.received_at, facts.case, facts.wanted_class)
        on_cards = {"status": "unknown", "issuer": "", "points": None, "fraud_decided": None}
        assert read.licences == tuple(replace(one, **on_cards) for one in facts.licences)
        assert read.sanctions == "unknown"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_once_everything_is_granted_and_there_central_accepts(day: date) -> None:
    accepted = 0
    for facts in sampled(PACK.as_of(day), day, 80, seed=3):
        done = story(facts, register=True)
        dossier, read, decision = at_desk(done)
        if decision.refusals or (decision.new_classes and not read.wanted_class):
            continue
        done += handed_in(decision, dossier)
        done += [ExceptionAsked(one.code, "đã xem") for one in decision.exceptions_needed]
        what = submitted(read, decision)
        whole = sent(done)
        granted = [ExceptionDecided(one.code, True) for one in decision.exceptions_needed]
        whole += [replace(one, who="supervisor") for one in entries(list(granted), UUID(int=DOSSIER.int), NOW)]
        LAW.check(replay(whole), what, NOW)
        for wrong in (
            replace(what, fee_vnd=what.fee_vnd + 1000),
            replace(what, due_at=what.due_at + timedelta(minutes=1)),
        ):
            with pytest.raises(Refusal, match=r"FEE_WRONG|DUE_DIFFERS"):
                LAW.check(replay(whole), wrong, NOW)
        accepted += 1
    assert accepted


def test_a_dossier_of_june_is_decided_by_the_rules_of_june_for_ever() -> None:
    june = date(2026, 6, 10)
    rules = PACK.as_of(june)
    plain = next(facts for facts in systematic(rules, june) if facts.case == "DOI_HONG")
    facts = replace(plain, licences=(licence("old", "B2", june, -100),), wanted_class="B")
    done = story(facts, register=True)
    _, read, decision = at_desk(done)
    assert rules.rule_set == "R5"
    assert decision.due_at == datetime(2026, 6, 17, 17, tzinfo=HANOI)
    assert "DON" in {paper.code for paper in decision.papers if paper.required}
    late = submitted(read, decision)
    assert answer(done, replace(late, due_at=datetime(2026, 6, 16, 12, tzinfo=HANOI))) == "DUE_DIFFERS"


@pytest.mark.parametrize(
    ("said", "code", "central"),
    [("unfit", "B2", "CASE_REFUSED"), ("again", "B2", ""), ("fit", "B2", ""), ("", "B2", ""), ("unfit", "A2", "")],
)
def test_who_is_not_fit_to_drive_gets_no_class_that_wants_health(said: str, code: str, central: str) -> None:
    """A class that wants no certificate is exchanged whatever one says, and a dossier without the field as ever."""
    day = date(2026, 11, 21)
    plain = next(facts for facts in systematic(PACK.as_of(day), day) if facts.case == "DOI_HONG")
    facts = replace(plain, licences=(licence("old", code, day, -100),), wanted_class="B" if code == "B2" else "A")
    done = story(facts, register=True)
    if said:
        done.append(FieldsEntered(MappingProxyType({"health.conclusion": said}), "papers"))
    dossier, read, decision = at_desk(done)
    assert [one.code for one in decision.refusals] == (["KHONG_DU_SK"] if central else [])
    whole = [*done, *handed_in(decision, dossier)]
    assert answer(whole, submitted(read, decision)) == central


@pytest.mark.parametrize("paper", ["GKSK", "GPLX_CU"])
@pytest.mark.parametrize("how", ["seen", "chip", "generated"])
def test_a_mark_where_the_law_wants_the_paper_is_none(paper: str, how: str) -> None:
    """No desk of ours writes it; a changed one might."""
    day = date(2026, 11, 21)
    for facts in systematic(PACK.as_of(day), day):
        done = story(facts, register=True)
        dossier, read, decision = at_desk(done)
        wanted = any(one.code == paper and one.required and not one.by_seeing for one in decision.papers)
        if (
            decision.refusals
            or decision.exceptions_needed
            or not wanted
            or (decision.new_classes and not read.wanted_class)
        ):
            continue
        whole = [*done, *handed_in(decision, dossier)]
        assert answer(whole, submitted(read, decision)) == ""
        marked = [*without(whole, paper), PaperMarked(paper, how)]  # type: ignore[arg-type]
        assert answer(marked, submitted(read, decision)) == "PAPER_MISSING"
        return
    raise AssertionError("no case wants it")
