"""Every rule set answers every kind of application, and what it says hangs together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from clerk_app.catalogue.facts import decision_to_json, facts_from_json
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.conditions import verdict
from clerk_app.domain.decision import Decision
from clerk_app.domain.procedure import Facts, applicable, decide, view_of
from clerk_app.domain.rules import TESTS, Rules
from tests.peers.applications import licence, sampled, systematic
from tests.peers.pack import training_pack

PACK = training_pack()
RULE_SETS = {
    "R0": (date(2017, 6, 1), date(2024, 12, 31)),
    "R1": (date(2025, 1, 1), date(2025, 2, 28)),
    "R2": (date(2025, 3, 1), date(2025, 6, 30)),
    "R3": (date(2025, 7, 1), date(2025, 9, 14)),
    "R4": (date(2025, 9, 15), date(2025, 12, 31)),
    "R5": (date(2026, 1, 1), date(2026, 6, 30)),
    "R6": (date(2026, 7, 1), date(2026, 7, 19)),
    "R7": (date(2026, 7, 20), date(2027, 12, 31)),
}
UNNAMED = {"PROCEDURE_UNKNOWN", "CASE_UNKNOWN"}
"""Refusals that stand on no law: what was asked for does not exist."""


def applications(rule_set: str) -> Iterator[tuple[Facts, Rules]]:
    """On the first day of the rule set everything in turn, then samples spread over its days."""
    first, last = RULE_SETS[rule_set]
    rules = PACK.as_of(first)
    for facts in systematic(rules, first):
        yield facts, rules
    for part in range(10):
        day = first + (last - first) * part // 9
        rules = PACK.as_of(day)
        for facts in sampled(rules, day, 30, seed=part):
            yield facts, rules


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_every_application_is_answered_and_the_answer_hangs_together(rule_set: str) -> None:
    count = 0
    for facts, rules in applications(rule_set):
        assert rules.rule_set == rule_set
        decision = decide(facts, rules)
        _reasoned(decision, facts)
        _traced(decision, facts, rules)
        _in_time(decision, facts, rules)
        _unknown_asks(decision, facts, rules)
        shown = decision_to_json(decision)
        assert json.loads(json.dumps(shown)) == shown
        assert shown["allowed"] is not bool(shown["refusals"])
        count += 1
    assert count >= 500


def _reasoned(decision: Decision, facts: Facts) -> None:
    assert decision.allowed == (not decision.refusals), facts
    for reason in decision.refusals:
        assert reason.code
        assert reason.words.vi
        assert reason.words.en
        assert reason.basis or reason.code in UNNAMED, (reason, facts)
    papers = [paper.code for paper in decision.papers]
    assert len(papers) == len(set(papers)), facts
    assert decision.fee_vnd >= 0
    assert decision.test in TESTS
    assert all(one.granted_by for one in decision.exceptions_needed)


def _traced(decision: Decision, facts: Facts, rules: Rules) -> None:
    day = in_hanoi(facts.received_at).date()
    used = {rule.id for rule in decision.rules}
    for one in decision.reasons:
        assert one.rule.id in used, (one, facts)
        assert one.rule.because.vi
        assert one.rule.because.en
    for rule in decision.rules:
        if not rule.id.startswith("holidays:"):
            assert rule.since is not None
            assert rule.since <= day
            assert rule.until is None or day <= rule.until, (rule, facts)
    lines = {"case", "due", *(f"paper:{one.code}" for one in decision.papers)}
    lines |= {f"class:{one.code}" for one in decision.new_classes}
    lines |= {f"exception:{one.code}" for one in decision.exceptions_needed}
    lines |= {f"refusal:{one.code}" for one in decision.refusals if one.code not in UNNAMED}
    lines |= {"fee"} if decision.fee_vnd else set()
    lines |= {"test"} if decision.test != "none" else set()
    lines |= {"valid_until"} if decision.valid_until else set()
    assert all(decision.why(line) for line in lines), (lines, facts)
    assert {rule.id for rule in decision.doubts} == {rule.id for rule in decision.rules if rule.verified != "yes"}
    assert rules.case(facts.case) is not None


def _in_time(decision: Decision, facts: Facts, rules: Rules) -> None:
    due, day = in_hanoi(decision.due_at), in_hanoi(facts.received_at).date()
    assert decision.due_at > facts.received_at
    assert rules.calendar.works(due.date()), facts
    assert due.time() in (rules.calendar.hours.noon, rules.calendar.hours.closes)
    assert decision.valid_until is None or decision.valid_until >= day, facts


def _unknown_asks(decision: Decision, facts: Facts, rules: Rules) -> None:
    """A refusal that nobody can rule out never leaves a decision clear."""
    asked = {one.code for one in decision.exceptions_needed}
    view = view_of(facts, rules)
    for row in rules.refusals:
        if row.scope.covers(facts.case) and verdict(row.when, view) == "unknown":
            assert decision.refusals or asked, (row.code, facts)
    if facts.sanctions == "unknown":
        assert "SANCTIONS_UNKNOWN" in asked
    if facts.identity_level != "chip":
        assert "IDENTITY_WEAK" in asked


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_a_case_that_can_apply_is_refused_only_for_the_person_or_the_class(rule_set: str) -> None:
    first, _ = RULE_SETS[rule_set]
    rules = PACK.as_of(first)
    about_case = {row.code for row in rules.refusals if row.about == "case"}
    for facts in sampled(rules, first, 60, seed=7):
        offered = {case.code: (applies, why) for case, applies, why in applicable(facts, rules)}
        assert all(why.vi and why.en for _, why in offered.values())
        if facts.case in offered:
            codes = {one.code for one in decide(facts, rules).refusals}
            assert offered[facts.case][0] or codes
            assert not (offered[facts.case][0] and codes & about_case), facts


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_everything_a_decision_depends_on_can_be_written_in_facts_json(rule_set: str) -> None:
    first, _ = RULE_SETS[rule_set]
    for facts in sampled(PACK.as_of(first), first, 60, seed=11):
        assert facts_from_json(json.dumps(_written(facts)).encode()) == facts


def _written(facts: Facts) -> dict[str, object]:
    person, foreign = facts.applicant, facts.foreign
    return {
        "procedure": facts.procedure,
        "case": facts.case,
        "received_at": facts.received_at.isoformat(),
        "channel": facts.channel,
        "applicant": {
            "born": _day(person.born),
            "sex": person.sex,
            "nationality": person.nationality,
            "residence_abroad": person.residence_abroad,
        },
        "licences": [
            {
                "regime": one.regime,
                "class": one.code,
                "number": one.number,
                "issued": _day(one.issued),
                "expires": _day(one.expires),
                "status": one.status,
                "issuer": one.issuer,
                "points": one.points,
                "sanction": one.sanction,
                "restriction": one.restriction,
                "fraud_decided": _day(one.fraud_decided),
            }
            for one in facts.licences
        ],
        "wanted_class": facts.wanted_class,
        "identity_level": facts.identity_level,
        "sanctions": facts.sanctions,
        "force_majeure": facts.force_majeure,
        "represented": facts.represented,
        "fraud_decided": _day(facts.fraud_decided),
        "foreign": {
            "kind": foreign.kind,
            "altered": foreign.altered,
            "earned_abroad": foreign.earned_abroad,
            "residence_months": foreign.residence_months,
        },
        "health": facts.health,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def test_the_worked_examples_reach_every_rule_set_case_and_refusal() -> None:
    rows = [row.cells for row in PACK.examples if "facts" in row.cells]
    facts: list[dict[str, object]] = [row["facts"] for row in rows if isinstance(row["facts"], dict)]
    expected: list[dict[str, object]] = [row["expect"] for row in rows if isinstance(row["expect"], dict)]
    whole = [one for one in expected if {"allowed", "refusals", "papers", "fee_vnd", "due_at", "test"} <= set(one)]
    assert len(whole) >= 150
    days = [date.fromisoformat(str(one["received_at"])[:10]) for one in facts]
    assert {PACK.as_of(day).rule_set for day in days} == set(RULE_SETS)
    for first, last in RULE_SETS.values():
        assert first in days or first == RULE_SETS["R0"][0]
        assert last in days or last == RULE_SETS["R7"][1]
    outcomes = {
        (one.get("procedure", "licence-exchange"), one["case"], said["allowed"])
        for one, said in zip(facts, expected, strict=True)
        if "allowed" in said
    }
    offered = {(name, row.value.code) for row in PACK.tables.cases for name in row.value.procedures}
    assert {(name, case, allowed) for name, case in offered for allowed in (True, False)} <= outcomes
    refused = {code for one in expected for code in list(one.get("refusals", []))}  # type: ignore[call-overload]
    assert {row.value.code for row in PACK.tables.refusals} <= refused


def test_a_year_overdue_is_counted_by_the_calendar_and_not_by_days() -> None:
    """A year that holds a 29 February has 366 days; 30 days are days."""
    day = date(2028, 3, 1)
    rules = PACK.as_of(day)
    plain = next(facts for facts in systematic(rules, day) if facts.case == "CAP_LAI_QUA_HAN")
    for back in range(1, 400):
        expected = "none" if back < 30 else "theory" if back < 366 else "theory+practice"
        asked = replace(plain, licences=(licence("old", "B2", day, back),))
        assert decide(asked, rules).test == expected
