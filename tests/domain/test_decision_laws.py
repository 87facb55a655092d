"""What must hold between two decisions: worse facts never give a better answer, and not knowing never helps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.evidence import Level
from clerk_app.domain.licence import Licence, LicenceStatus
from clerk_app.domain.procedure import Decision, Facts, Foreign, decide
from clerk_app.domain.rules import TESTS
from tests.domain.test_procedure import FACTS, LICENCES, PACK, QUAN

LEAVES_TO_THE_POLICE = "DOI_TICH_HOP_TUOC"
"""The one case that a suspended class opens instead of closing."""


def decided(facts: Facts) -> Decision:
    return decide(facts, PACK.as_of(in_hanoi(facts.received_at).date()))


def refusals(decision: Decision) -> set[str]:
    return {one.code for one in decision.refusals}


def exceptions(decision: Decision) -> set[str]:
    return {one.code for one in decision.exceptions_needed}


def required(decision: Decision) -> set[str]:
    return {one.code for one in decision.papers if one.required}


@given(FACTS)
def test_a_refusal_always_says_why_and_where_the_law_says_so(facts: Facts) -> None:
    decision = decided(facts)
    assert decision.allowed == (not decision.refusals)
    unnamed = {"PROCEDURE_UNKNOWN", "CASE_UNKNOWN"}
    assert all(one.words.vi and one.words.en and (one.basis or one.code in unnamed) for one in decision.refusals)


@given(FACTS)
def test_a_weaker_identity_never_needs_less(facts: Facts) -> None:
    answers = [decided(replace(facts, identity_level=level)) for level in get_args(Level)]
    by_level = dict(zip(get_args(Level), answers, strict=True))
    assert exceptions(by_level["chip"]) <= exceptions(by_level["qr"]) <= exceptions(by_level["manual"])
    assert required(by_level["chip"]) <= required(by_level["qr"]) <= required(by_level["manual"])
    assert len({frozenset(refusals(one)) for one in answers}) == 1


@given(FACTS)
def test_unknown_sanctions_are_never_better_than_clear_ones(facts: Facts) -> None:
    clear, unknown = (decided(replace(facts, sanctions=state)) for state in ("clear", "unknown"))
    assert refusals(clear) <= refusals(unknown)
    # What the clear answer left open about the licence itself is asked in one with the sanctions.
    assert exceptions(clear) - {"LICENCE_UNKNOWN"} <= exceptions(unknown)
    assert len(exceptions(clear)) <= len(exceptions(unknown))


@given(FACTS.filter(lambda facts: facts.case != LEAVES_TO_THE_POLICE), st.sampled_from(get_args(LicenceStatus)))
def test_a_worse_status_never_turns_refused_into_allowed(facts: Facts, status: LicenceStatus) -> None:
    sound = replace(facts, licences=tuple(replace(one, status="valid") for one in facts.licences))
    worse = replace(facts, licences=tuple(replace(one, status=status) for one in facts.licences))
    assert refusals(decided(sound)) <= refusals(decided(worse))


@given(FACTS)
def test_a_lost_card_is_never_asked_for_and_nothing_else_is_saved(facts: Facts) -> None:
    held = replace(facts, licences=tuple(replace(one, status="valid") for one in facts.licences))
    lost = replace(facts, licences=tuple(replace(one, status="lost") for one in facts.licences))
    if facts.case == LEAVES_TO_THE_POLICE:
        return
    before, after = required(decided(held)), required(decided(lost))
    assert before - after <= {"GPLX_CU"}
    assert after <= before
    if facts.licences and facts.case != "CAP_IDP":
        assert "GPLX_CU" not in after


@given(FACTS.filter(lambda facts: facts.case != LEAVES_TO_THE_POLICE), st.integers(1, 800))
def test_longer_overdue_is_never_a_lighter_test_or_an_easier_case(facts: Facts, days: int) -> None:
    later = tuple(
        replace(one, expires=one.expires - timedelta(days=days)) if one.expires else one for one in facts.licences
    )
    now, then = decided(facts), decided(replace(facts, licences=later))
    assert TESTS.index(then.test) >= TESTS.index(now.test)
    over = {"QUA_HAN", "NN_HET_HAN"}
    assert refusals(now) & over <= refusals(then)


@given(FACTS, LICENCES)
def test_a_further_overdue_licence_never_lightens_the_test(facts: Facts, further: Licence) -> None:
    more = replace(facts, licences=(*facts.licences, further))
    assert TESTS.index(decided(more).test) >= TESTS.index(decided(facts).test)


@given(FACTS)
def test_proof_of_force_majeure_helps_only_who_has_it(facts: Facts) -> None:
    proven, unproven, unsaid = (decided(replace(facts, force_majeure=said)) for said in (True, False, None))
    assert TESTS.index(proven.test) <= TESTS.index(unproven.test)
    assert unsaid.test == unproven.test
    assert refusals(unproven) == refusals(unsaid)
    if proven.test != unproven.test and facts.case == "CAP_LAI_QUA_HAN":
        assert "BAT_KHA_KHANG" in required(proven)
    assert "BAT_KHA_KHANG" not in required(unproven) | required(unsaid)


@given(FACTS)
def test_fraud_in_the_register_only_ever_closes(facts: Facts) -> None:
    honest = replace(
        facts, fraud_decided=None, licences=tuple(replace(one, fraud_decided=None) for one in facts.licences)
    )
    day = in_hanoi(facts.received_at).date()
    caught = replace(honest, fraud_decided=day - timedelta(days=100))
    assert refusals(decided(honest)) <= refusals(decided(caught))
    if PACK.as_of(day).refusals and facts.procedure in PACK.as_of(day).procedures:
        assert not decided(caught).allowed


@given(FACTS)
def test_an_age_or_sex_nobody_knows_changes_nothing_or_asks(facts: Facts) -> None:
    blank = replace(facts, applicant=replace(facts.applicant, born=None, sex=None))
    unknown = decided(blank)
    if "AGE_UNKNOWN" not in exceptions(unknown) and unknown.allowed and not facts.wanted_class:
        assert refusals(decided(facts)) <= refusals(unknown)


@given(FACTS)
def test_conditions_of_a_foreign_licence_nobody_looked_at_are_asked(facts: Facts) -> None:
    unlooked = decided(replace(facts, case="DOI_NN", procedure="licence-exchange", foreign=Foreign()))
    if PACK.as_of(in_hanoi(facts.received_at).date()).exceptions:
        assert "FOREIGN_UNCHECKED" in exceptions(unlooked)


@given(FACTS)
def test_a_permit_is_bound_to_the_number_and_the_days_of_the_national_licence(facts: Facts) -> None:
    decision = decided(replace(facts, case="CAP_IDP"))
    if decision.permit_number:
        assert decision.permit_number in {f"VN{one.number}" for one in facts.licences}
    for one in facts.licences:
        if decision.valid_until and one.expires:
            assert decision.valid_until <= one.expires
    if decision.valid_until:
        received = in_hanoi(facts.received_at).date()
        assert (
            received
            <= decision.valid_until
            <= received.replace(year=received.year + 3, day=min(received.day, 28)) + (timedelta(days=3))
        )


@given(FACTS)
def test_each_line_can_be_traced(facts: Facts) -> None:
    decision = decided(facts)
    used = {rule.id for rule in decision.rules}
    assert {one.rule.id for one in decision.reasons} <= used
    assert all(decision.why(f"class:{one.code}") for one in decision.new_classes)
    assert all(decision.why(f"paper:{one.code}") for one in decision.papers)
    assert all(decision.why(f"exception:{one.code}") for one in decision.exceptions_needed)
    assert bool(decision.fee_vnd) <= bool(decision.why("fee"))
    if PACK.as_of(in_hanoi(facts.received_at).date()).expiry:
        assert (decision.test != "none") <= bool(decision.why("test"))
    assert (decision.valid_until is not None) <= bool(decision.why("valid_until"))


def test_the_day_of_reception_is_the_one_in_hanoi() -> None:
    """Half past five in the afternoon of 30 June in London is 1 July here, under the next rule set."""
    evening = replace(QUAN, case="DOI_HONG", received_at=datetime(2026, 6, 30, 17, 30, tzinfo=UTC))
    decision = decided(evening)
    assert "DON" not in required(decision)
    assert decision.due_at == datetime(2026, 7, 7, 12, tzinfo=HANOI)
    assert decision == decided(replace(evening, received_at=datetime(2026, 7, 1, 0, 30, tzinfo=HANOI)))
