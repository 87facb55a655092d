"""“Can never hold” is a proof: whatever facts meet a condition, the check agrees that it may hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.catalogue.linting.conditions import may_hold
from clerk_app.domain.conditions import (
    AllOf,
    AnyOf,
    Below,
    Condition,
    Fact,
    Field,
    Has,
    Known,
    Not,
    OneOf,
    field,
    holds,
)

VALUES = {"sanctions": frozenset({"clear", "blocked", "unknown"}), "statuses": frozenset({"valid", "held", "lost"})}
POINTS, CITIZEN, SANCTIONS, STATUSES, NATION = map(field, ("points", "citizen", "sanctions", "statuses", "nationality"))


def one_of(name: Field, values: list[str]) -> st.SearchStrategy[Condition]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2).map(lambda found: OneOf(name, tuple(found)))


QUESTIONS: st.SearchStrategy[Condition] = st.one_of(
    st.integers(-2, 14).map(lambda limit: Below(POINTS, limit)),
    st.integers(-2, 14).map(lambda value: OneOf(POINTS, (value,))),
    st.booleans().map(lambda value: OneOf(CITIZEN, (value,))),
    one_of(SANCTIONS, ["clear", "blocked", "unknown"]),
    one_of(NATION, ["VNM", "LAO"]),
    st.sampled_from(["valid", "held", "lost"]).map(lambda value: Has(STATUSES, (value,))),
    st.sampled_from([POINTS, CITIZEN, NATION]).map(Known),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    QUESTIONS,
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AllOf(tuple(found))),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(tuple(found))),
    ),
    max_leaves=6,
)
FACTS: st.SearchStrategy[dict[str, Fact]] = st.fixed_dictionaries(
    {
        "points": st.none() | st.integers(0, 12),
        "citizen": st.none() | st.booleans(),
        "sanctions": st.sampled_from(sorted(VALUES["sanctions"])),
        "statuses": st.frozensets(st.sampled_from(sorted(VALUES["statuses"]))),
        "nationality": st.none() | st.sampled_from(["VNM", "LAO", "FRA"]),
    }
)


@given(CONDITIONS, FACTS)
def test_a_condition_that_some_facts_meet_may_hold(condition: Condition, facts: dict[str, Fact]) -> None:
    assert not holds(condition, facts) or may_hold(condition, VALUES)


@given(CONDITIONS)
def test_a_condition_and_its_opposite_never_hold(condition: Condition) -> None:
    assert not may_hold(AllOf((condition, Not(condition))), VALUES)
