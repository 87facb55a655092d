"""Whether what a condition asks can be answered, and whether any facts could ever meet it.

Every field has a kind and, where the rules know them, its values. A condition is tried on a value of each sort that it
can tell apart (below a limit, at it, above it, named, not named), so a verdict of “never” is a proof and not a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, combinations, islice, product
from typing import Any, assert_never

from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.conditions import (
    NEVER,
    AllOf,
    AnyOf,
    Below,
    Condition,
    Constant,
    Fact,
    Has,
    Known,
    Not,
    OneOf,
    Scalar,
    fields_of,
    holds,
)
from clerk_app.domain.procedure import VIEW_FIELDS
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Scope

FLAGS = frozenset(
    (
        *("citizen", "residence_abroad", "has_expiry", "has_no_expiry", "exchange_open", "force_majeure"),
        *("represented", "health_needed", "lost", "held", "revoked", "tested", "expiry_known", "restriction_known"),
        *("number_complete", "age_limits", "fraud", "foreign_altered", "earned_abroad", "data_differs"),
        "clerk_supervised",
    )
)
NUMBERS = {
    "age": range(131),
    "licence_count": range(51),
    "subject_count": range(51),
    "points": range(13),
    "overdue_days": range(100_000),
    "fraud_years": range(201),
    "residence_months": range(1000),
    "late_days": range(100_000),
    "health_months": range(2401),
}
DAYS = frozenset({"received_on", "first_issued"})
SETS = frozenset({"statuses", "regimes", "classes", "switches", "issuers"})
NAMED = frozenset(
    (
        *("procedure", "case", "wanted_class", "new_class", "nationality"),
        *("channel", "identity_level", "sanctions", "sex", "test", "health"),
    )
)
"""Fields that are one name: of something in the pack, of a State, or one of a few."""

EVERY = Scope(("*",))
_MOST_TRIES = 20_000
_MOST_MEMBERS = 6
_OTHER = "…"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a condition."""

    field: str
    values: tuple[Scalar, ...]
    how: type[OneOf] | type[Has] | type[Below] | type[Known]


def asked(condition: Condition) -> Iterator[Asked]:
    """Every question a condition asks."""
    match condition:
        case Constant():
            return
        case OneOf(name, values):
            yield Asked(name.name, values, OneOf)
        case Has(name, wanted):
            yield Asked(name.name, wanted, Has)
        case Below(name, limit):
            yield Asked(name.name, (limit,), Below)
        case Known(name):
            yield Asked(name.name, (), Known)
        case Not(part):
            yield from asked(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from asked(part)
        case _:
            assert_never(condition)


class Candidates:
    """The values that facts can have while a row holds."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._named: dict[str, frozenset[str]] = {}
        for name, words in pack.vocabulary.items():
            # What a truth's `yes` and `no` are called are clauses of a sentence, no names to choose from.
            if words.values and name not in FLAGS:
                self._named[name] = frozenset(value for value, _ in words.values)

    def cases(self, row: Dated[Any], scope: Scope) -> frozenset[str]:
        """The cases a row is for, on some day on which it holds."""
        return frozenset(
            case.value.code for case in self._pack.tables.cases if scope.covers(case.value.code) and _meet(row, case)
        )

    def of(self, row: Dated[Any], cases: frozenset[str]) -> dict[str, frozenset[str]]:
        """Field → its values, for those whose values are listed somewhere in the pack."""
        tables = self._pack.tables
        classes = [one.value for one in tables.classes if _meet(row, one)]
        codes = frozenset(one.code for one in classes)
        return self._named | {
            "case": cases,
            "procedure": frozenset(one.value.code for one in tables.procedures if _meet(row, one)),
            "new_class": codes,
            "wanted_class": codes,
            "classes": frozenset(f"{one.regime}:{one.code}" for one in classes),
            # A switch that is not there yet is off, so a rule may ask for it before its first day.
            "switches": frozenset(one.value[0] for one in tables.settings if one.value[1] in ("on", "off")),
        }


def _meet(one: Dated[Any], other: Dated[Any]) -> bool:
    return (other.until is None or one.since <= other.until) and (one.until is None or other.since <= one.until)


def may_hold(condition: Condition, values: Mapping[str, frozenset[str]]) -> bool:
    """Whether some facts meet the condition. True where it asks too much to try everything."""
    questions = list(asked(condition))
    names = sorted(fields_of(condition))
    sorts = [[*_sorts(name, [one for one in questions if one.field == name], values), None] for name in names]
    tries = 0
    for facts in islice(product(*sorts), _MOST_TRIES):
        tries += 1
        if holds(condition, dict(zip(names, facts, strict=True))):
            return True
    return tries == _MOST_TRIES


def _sorts(name: str, questions: list[Asked], values: Mapping[str, frozenset[str]]) -> Sequence[Fact]:
    """A value of every sort that these questions can tell apart."""
    mentioned = [value for one in questions for value in one.values]
    if name in FLAGS or any(isinstance(value, bool) for value in mentioned):
        return [True, False]
    if name in NUMBERS or any(isinstance(value, int) for value in mentioned):
        near = {value + step for value in mentioned if isinstance(value, int) for step in (-1, 0, 1)}
        known = NUMBERS.get(name, range(-(10**9), 10**9))
        return sorted({known.start, known.stop - 1} | {value for value in near if value in known})
    if name in DAYS or any(isinstance(value, date) for value in mentioned):
        limits = [value for value in mentioned if isinstance(value, date) and date.min < value < date.max]
        return [day for value in limits for day in (value - _DAY, value, value + _DAY)] or [date(2026, 1, 1)]
    allowed = values.get(name)
    texts = [value for value in dict.fromkeys(mentioned) if isinstance(value, str)]
    if name in SETS or any(one.how is Has for one in questions):
        members = [value for value in texts if allowed is None or value in allowed][:_MOST_MEMBERS]
        if allowed is None or allowed - set(members):
            members.append(_OTHER)
        sizes = (combinations(members, size) for size in range(len(members) + 1))
        return [frozenset(one) for one in chain.from_iterable(sizes)]
    if allowed is None:
        return [*texts, _OTHER]
    return sorted(allowed)


def unanswerable(pack: Pack) -> Iterator[Problem]:
    """Conditions that ask for what nobody answers, for a value that is none, or in a way the field cannot be asked."""
    for name in sorted(set(pack.vocabulary) - VIEW_FIELDS):
        line = pack.vocabulary_lines.get(name, 0)
        words = Words(f"không ai trả lời được “{name}”.", f"nobody answers the field “{name}”.")
        yield Problem("vocabulary.csv", line, words, "name")
    candidates = Candidates(pack)
    for row, scope, when in _conditioned(pack):
        cases = candidates.cases(row, scope)
        if not cases:
            continue
        values = candidates.of(row, cases)
        found = list(_wrong_questions(row, when, values | {"case": candidates.cases(row, EVERY)}))
        yield from found
        if found or (not fields_of(when) and (when != NEVER or row.file == "exceptions.csv")):
            # An exception that never follows by itself is one a clerk asks for.
            if when == NEVER and not row.value.raised:
                vi, en = "không ai nêu được ngoại lệ này.", "nobody can ever ask for it."
                yield at(row, "condition", f"“{row.key[0]}”: {vi}", f"“{row.key[0]}”: {en}")
            continue
        if not may_hold(when, values):
            vi, en = "điều kiện không bao giờ đúng.", "the condition can never hold."
            yield at(row, "condition", f"“{row.key[0]}”: {vi}", f"“{row.key[0]}”: {en}")


def _wrong_questions(row: Dated[Any], when: Condition, values: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    for one in asked(when):
        if one.how is not Known and not _fits(one, one.field in values):
            vi = f"không thể hỏi “{one.field}” như vậy."
            yield at(row, "condition", vi, f"“{one.field}” cannot be asked like that.")
            continue
        allowed = None if one.field in NUMBERS else values.get(one.field)
        for value in one.values if allowed is not None and one.how is not Known else ():
            if value not in (allowed or ()):
                vi = f"“{one.field}” không có giá trị “{value}”."
                yield at(row, "name", vi, f"“{one.field}” has no value “{value}”.")


def _fits(one: Asked, listed: bool) -> bool:
    """Whether a field of this kind can be asked so, for values of this kind. A kind nobody named here fits."""
    if one.field in FLAGS:
        return one.how is OneOf and all(isinstance(value, bool) for value in one.values)
    if one.field in NUMBERS:
        return one.how is not Has and all(type(value) is int for value in one.values)
    if one.field in DAYS:
        return one.how is not Has and all(isinstance(value, date) for value in one.values)
    if one.field in SETS:
        return one.how is Has
    if one.field in NAMED:
        return one.how is OneOf and all(isinstance(value, str) for value in one.values)
    return not listed or all(isinstance(value, str) for value in one.values)


def _conditioned(pack: Pack) -> Iterator[tuple[Dated[Any], Scope, Condition]]:
    tables = pack.tables
    for rows in (tables.papers, tables.refusals, tables.exceptions, tables.notices):
        for row in rows:
            yield row, row.value.scope, row.value.when
    for band in tables.expiry:
        yield band, EVERY, band.value.when
