"""Conditions as values: data that can be evaluated, and that can say in words what it asks.

The language is small and total. Every condition has a verdict for every set of facts, and a fact that nobody knows
makes the verdict `unknown`, never `yes` or `no` by accident (Kleene's three-valued logic).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from clerk_app.domain.refusals import Words

Fact = str | int | bool | date | frozenset[str] | None
"""What is known about one thing; None when nobody knows. The member `unknown` makes a set open."""

View = Mapping[str, Fact]
Truth = Literal["yes", "no", "unknown"]
Scalar = str | int | bool | date

_VALUE_WORDS: dict[bool, Words] = {True: Words("có", "yes"), False: Words("không", "no")}


@dataclass(frozen=True, slots=True)
class Field:
    """The name of a fact, how people call it, and how people call some of its values."""

    name: str
    words: Words
    values: tuple[tuple[str, Words], ...] = ()

    def of(self, value: Scalar, language: str) -> str:
        """A value of this field in words."""
        if isinstance(value, bool):
            return _VALUE_WORDS[value].of(language)
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        words = self._named(value)
        return words.of(language) if words is not None else str(value)

    def clause(self, truth: bool) -> Words | None:
        """That it is so or is not, where its values `yes` and `no` are called something."""
        return self._named("yes" if truth else "no")

    def _named(self, value: Scalar) -> Words | None:
        return next((words for name, words in self.values if name == value), None)

    def is_(self, value: Scalar) -> OneOf:
        return OneOf(self, (value,))

    def is_in(self, *values: Scalar) -> OneOf:
        return OneOf(self, values)

    def has(self, *values: str) -> Has:
        return Has(self, values)

    def below(self, limit: int | date) -> Below:
        return Below(self, limit)

    def at_least(self, limit: int | date) -> Not:
        return Not(Below(self, limit))


def field(name: str, vi: str = "", en: str = "") -> Field:
    """A field by its name; without words it is called by its name."""
    return Field(name, Words(vi or name, en or name))


@dataclass(frozen=True, slots=True)
class Constant:
    """Always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact is one of the values."""

    field: Field
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """The fact is a set that has at least one of the values."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Below:
    """The fact is a number or a day before the limit."""

    field: Field
    limit: int | date


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody knows the fact. The only condition that is never unknown about an unknown fact."""

    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Constant | OneOf | Has | Below | Known | Not | AllOf | AnyOf
ALWAYS = Constant(True)
NEVER = Constant(False)


def _truth(value: bool) -> Truth:
    return "yes" if value else "no"


def _less(fact: Fact, limit: int | date) -> Truth:
    if isinstance(fact, bool) or isinstance(limit, bool):
        return "unknown"
    if isinstance(fact, int) and isinstance(limit, int):
        return _truth(fact < limit)
    if isinstance(fact, date) and isinstance(limit, date):
        return _truth(fact < limit)
    return "unknown"


def verdict(condition: Condition, facts: View) -> Truth:
    """Whether the condition holds for these facts: yes, no, or unknown because a fact it needs is."""
    match condition:
        case Constant(value):
            return _truth(value)
        case OneOf(name, values):
            fact = facts.get(name.name)
            return "unknown" if fact is None else _truth(fact in values)
        case Has(name, wanted):
            fact = facts.get(name.name)
            if not isinstance(fact, frozenset):
                return "unknown"
            if not fact.isdisjoint(wanted):
                return "yes"
            return "unknown" if "unknown" in fact else "no"
        case Below(name, limit):
            return _less(facts.get(name.name), limit)
        case Known(name):
            return _truth(facts.get(name.name) is not None)
        case Not(part):
            opposite: dict[Truth, Truth] = {"yes": "no", "no": "yes", "unknown": "unknown"}
            return opposite[verdict(part, facts)]
        case AllOf(parts):
            return _joined(parts, facts, "no", "yes")
        case AnyOf(parts):
            return _joined(parts, facts, "yes", "no")
        case _:
            assert_never(condition)


def _joined(parts: tuple[Condition, ...], facts: View, decisive: Truth, otherwise: Truth) -> Truth:
    result = otherwise
    for part in parts:
        answer = verdict(part, facts)
        if answer == decisive:
            return decisive
        if answer == "unknown":
            result = "unknown"
    return result


def holds(condition: Condition, facts: View) -> bool:
    """Whether the condition certainly holds: an unknown fact is not enough."""
    return verdict(condition, facts) == "yes"


def fields_of(condition: Condition) -> frozenset[str]:
    """The names of every fact the condition asks about."""
    match condition:
        case Constant():
            return frozenset()
        case OneOf(name, _) | Has(name, _) | Below(name, _) | Known(name):
            return frozenset({name.name})
        case Not(part):
            return fields_of(part)
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case _:
            assert_never(condition)


def explain(condition: Condition, language: str) -> str:
    """The condition as a sentence part in `language` (`vi` or `en`)."""
    english = language == "en"
    match condition:
        case Constant(value):
            return {(True, True): "always", (True, False): "luôn luôn", (False, True): "never"}.get(
                (value, english), "không bao giờ"
            )
        case OneOf(name, values):
            if values in ((True,), (False,)):
                return _explain_truth(name, values == (True,), language)
            said = [name.of(value, language) for value in values]
            if len(said) == 1:
                return f"{name.words.of(language)} {'is' if english else 'là'} {said[0]}"
            verb = "is one of" if english else "là một trong"
            return f"{name.words.of(language)} {verb} {', '.join(said)}"
        case Has(name, wanted):
            said = [name.of(value, language) for value in wanted]
            verb, word = ("include", " or ") if english else ("có", " hoặc ")
            return f"{name.words.of(language)} {verb} {word.join(said)}"
        case Below(name, limit):
            return f"{name.words.of(language)} {_under(limit, english)} {name.of(limit, language)}"
        case Known(name):
            return f"{name.words.of(language)} {'is known' if english else 'đã biết'}"
        case Not(part):
            return _explain_not(part, language)
        case AllOf(parts):
            return _listed(parts, language, "and" if english else "và")
        case AnyOf(parts):
            return _listed(parts, language, "or" if english else "hoặc")
        case _:
            assert_never(condition)


def _explain_truth(name: Field, truth: bool, language: str) -> str:
    clause = name.clause(truth)
    if clause is not None:
        return clause.of(language)
    words = name.words.of(language)
    return words if truth else f"{'not' if language == 'en' else 'không'} {words}"


def _under(limit: int | date, english: bool) -> str:
    if isinstance(limit, date):
        return "before" if english else "trước"
    return "below" if english else "dưới"


def _explain_not(part: Condition, language: str) -> str:
    english = language == "en"
    match part:
        case OneOf(name, (True | False as value,)):
            return _explain_truth(name, not value, language)
        case OneOf(name, values):
            said = (" or " if english else " hoặc ").join(name.of(value, language) for value in values)
            return f"{name.words.of(language)} {'is not' if english else 'không phải là'} {said}"
        case Below(name, limit):
            verb = ("from" if english else "từ") if isinstance(limit, date) else ("at least" if english else "ít nhất")
            return f"{name.words.of(language)} {verb} {name.of(limit, language)}"
        case _:
            return f"{'not' if english else 'không phải'} ({explain(part, language)})"


def _listed(parts: tuple[Condition, ...], language: str, word: str) -> str:
    said = [
        f"({explain(part, language)})" if isinstance(part, AllOf | AnyOf) else explain(part, language) for part in parts
    ]
    return f" {word} ".join(said)
