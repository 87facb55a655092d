from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.catalogue.expressions import parse
from clerk_app.domain.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Constant,
    Fact,
    Field,
    Known,
    Not,
    explain,
    field,
    fields_of,
    holds,
    verdict,
)
from clerk_app.domain.refusals import Words

AGE = field("age", "tuổi", "the age")
CLASS = field("class_new", "hạng mới", "the new class")
STATES = field("states", "tình trạng", "the states")
VOCABULARY = {one.name: one for one in (AGE, CLASS, STATES)}

LEAVES = st.one_of(
    st.builds(Constant, st.booleans()),
    st.builds(AGE.below, st.integers(0, 90)),
    st.builds(CLASS.is_, st.sampled_from(["A", "B", "C1"])),
    st.builds(STATES.has, st.sampled_from(["held", "lost"])),
    st.just(Known(AGE)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(AllOf, st.tuples(part, part)),
        st.builds(AnyOf, st.tuples(part, part)),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(0, 90),
        "class_new": st.none() | st.sampled_from(["A", "B", "C1"]),
        "states": st.none() | st.frozensets(st.sampled_from(["held", "lost", "valid", "unknown"])),
    }
)
NEITHER: dict[str, Fact] = {"age": None, "class_new": None, "states": None}


def test_a_condition_is_evaluated_and_explained_from_the_same_value() -> None:
    condition = AllOf((CLASS.is_in("B", "C1"), AGE.at_least(18)))
    assert holds(condition, {"class_new": "B", "age": 18})
    assert not holds(condition, {"class_new": "B", "age": 17})
    assert explain(condition, "vi") == "hạng mới là một trong B, C1 và tuổi ít nhất 18"
    assert explain(condition, "en") == "the new class is one of B, C1 and the age at least 18"


def test_a_truth_is_said_by_the_clauses_that_its_values_are_called() -> None:
    clauses = (("yes", Words("cần", "it is needed")), ("no", Words("không cần", "it is not needed")))
    needed = Field("needed", Words("nhu cầu", "the need"), clauses)
    for condition in (needed.is_(True), Not(needed.is_(False))):
        assert (explain(condition, "vi"), explain(condition, "en")) == ("cần", "it is needed")
    for condition in (needed.is_(False), Not(needed.is_(True))):
        assert (explain(condition, "vi"), explain(condition, "en")) == ("không cần", "it is not needed")


def test_what_nobody_knows_is_neither_yes_nor_no() -> None:
    assert verdict(AGE.below(18), NEITHER) == "unknown"
    assert verdict(Not(AGE.below(18)), NEITHER) == "unknown"
    assert not holds(Not(AGE.below(18)), NEITHER)
    assert verdict(AnyOf((AGE.below(18), CLASS.is_("B"))), {"age": None, "class_new": "B"}) == "yes"
    assert verdict(AllOf((AGE.below(18), CLASS.is_("A"))), {"age": None, "class_new": "B"}) == "no"


def test_a_set_with_an_unknown_member_may_hold_anything() -> None:
    assert verdict(STATES.has("held"), {"states": frozenset({"valid"})}) == "no"
    assert verdict(STATES.has("held"), {"states": frozenset({"valid", "unknown"})}) == "unknown"
    assert verdict(STATES.has("held"), {"states": frozenset({"held", "unknown"})}) == "yes"


@given(CONDITIONS, FACTS)
def test_every_condition_has_a_verdict_and_words(condition: Condition, facts: dict[str, Fact]) -> None:
    assert verdict(condition, facts) in ("yes", "no", "unknown")
    assert explain(condition, "vi")
    assert explain(condition, "en")


@given(CONDITIONS, FACTS)
def test_the_opposite_is_the_opposite(condition: Condition, facts: dict[str, Fact]) -> None:
    answers = {verdict(condition, facts), verdict(Not(condition), facts)}
    assert answers in ({"yes", "no"}, {"unknown"})


def _asks_known(condition: Condition) -> bool:
    match condition:
        case Known():
            return True
        case Not(part):
            return _asks_known(part)
        case AllOf(parts) | AnyOf(parts):
            return any(_asks_known(part) for part in parts)
        case _:
            return False


@given(CONDITIONS.filter(lambda one: not _asks_known(one)), FACTS, st.sampled_from(["age", "class_new", "states"]))
def test_learning_more_never_turns_yes_into_no(condition: Condition, facts: dict[str, Fact], forgotten: str) -> None:
    before = verdict(condition, facts | {forgotten: None})
    assert before in ("unknown", verdict(condition, facts))


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("", {}, "yes"),
        ("never", {}, "no"),
        ("age < 18", {"age": 17}, "yes"),
        ("age <= 18", {"age": 18}, "yes"),
        ("age > 18", {"age": 18}, "no"),
        ("age >= 18", {"age": 18}, "yes"),
        ("class_new is B or class_new is C1", {"class_new": "C1"}, "yes"),
        ("class_new is not B", {"class_new": "B"}, "no"),
        ("class_new in (A, B) and not age < 18", {"class_new": "A", "age": 30}, "yes"),
        ("class_new not in (A, B)", {"class_new": "A"}, "no"),
        ("states has (held, lost)", {"states": frozenset({"lost"})}, "yes"),
        ("not (age < 18 or age > 60)", {"age": 30}, "yes"),
        ("age known", {"age": None}, "no"),
        ("age < 2012-07-01", {"age": date(2012, 6, 30)}, "yes"),
        ("age < 18", {"age": "old"}, "unknown"),
    ],
)
def test_conditions_as_written(text: str, facts: dict[str, Fact], answer: str) -> None:
    assert verdict(parse(text, VOCABULARY), facts) == answer


@pytest.mark.parametrize(
    "text",
    [
        *("height < 3", "age", "age <", "age < B", "age is", "age in B", "(age < 3", "age < 3)", "age ? 3", "not"),
        *("class_new in ()", "and", "age < 3 age", "age < 2026-13-40"),
        *("(" * 500 + "always" + ")" * 500, "not " * 500 + "always"),
    ],
)
def test_nonsense_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text, VOCABULARY)


def test_the_fields_of_a_condition_are_known() -> None:
    assert fields_of(parse("age < 3 and (class_new is B or not states has lost)", VOCABULARY)) == set(VOCABULARY)
