"""What follows from the licences of a person: new classes, validity, how overdue they are, which test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from clerk_app.domain.calendar import add_months, add_years, age_on
from clerk_app.domain.conditions import View, explain, verdict
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Sex
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import TESTS, Case, ClassRow, ExpiryBand, Rule, Rules, Span, Test

HELD = ("held", "suspended")


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class of the new regime that may follow, with the line printed as restriction and the certificate beside it."""

    code: str
    restriction: Words | None
    extra: Words | None
    verified: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The classes that may follow, the rules they come from, and why classes that one might expect do not."""

    classes: tuple[ClassChoice, ...]
    rules: tuple[Rule, ...]
    missing: tuple[tuple[str, Words, str], ...] = ()
    """(code of the reason, words, basis)."""
    warnings: tuple[Words, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    """The codes each licence may become, one group per licence."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """How overdue licences are: days past the last valid day (0 = still valid, None = nobody knows), the test that
    follows, and the rules that say so."""

    days: int | None
    test: Test
    exchange_open: bool
    rules: tuple[Rule, ...]
    warnings: tuple[Words, ...]


def subject(licences: Sequence[Licence], case: Case | None) -> tuple[Licence, ...]:
    """The licences a case is about: all, or without the suspended ones where the case leaves them to the police."""
    if case is not None and case.leaves_out_suspended:
        return tuple(licence for licence in licences if licence.status not in HELD)
    return tuple(licences)


def expires_at_all(licence: Licence, rules: Rules) -> bool | None:
    """Whether this class has an expiry day; None where it should have one and nobody said which."""
    if licence.expires is not None:
        return True
    row = rules.classes.get((licence.regime, licence.code))
    return False if row is None or row.validity == "none" else None


def overdue(licences: Sequence[Licence], on: date, rules: Rules, view: View) -> Overdue:
    """The longest overdue licence and what follows. The expiry day itself is valid."""
    days: int | None = 0
    test: Test = "none"
    still_open = True
    used: list[Rule] = []
    warnings: list[Words] = []
    for licence in licences:
        if expires_at_all(licence, rules) is None:
            days = None if days == 0 else days
            warnings.append(
                Words(
                    f"Không rõ ngày hết hạn của hạng {licence.code}: phải xác định trước khi quyết định việc sát hạch.",
                    f"The expiry day of class {licence.code} is not known: find it before the test is decided.",
                )
            )
        if licence.expires is None or licence.expires >= on:
            continue
        days = max(days or 0, (on - licence.expires).days)
        found = _band(licence.expires, on, rules, view, warnings)
        if found is None:
            test, still_open = "theory+practice", False
            continue
        used.append(found.rule)
        test = max(test, found.test, key=TESTS.index)
        still_open = still_open and found.exchange_open
    return Overdue(days, test, still_open, tuple(used), tuple(warnings))


def _band(expires: date, on: date, rules: Rules, view: View, warnings: list[Words]) -> ExpiryBand | None:
    for band in rules.expiry:
        if on < _after(expires, band.start) or (band.end is not None and on >= _after(expires, band.end)):
            continue
        answer = verdict(band.when, view)
        if answer == "yes":
            return band
        if answer == "unknown":
            warnings.append(
                Words(
                    f"Có thể được miễn sát hạch nếu {explain(band.when, 'vi')} ({band.rule.basis}).",
                    f"There may be no test if {explain(band.when, 'en')} ({band.rule.basis}).",
                )
            )
    return None


def _after(day: date, span: Span) -> date:
    match span.unit:
        case "day":
            return day + timedelta(days=span.count)
        case "month":
            return add_months(day, span.count)
        case "year":
            return add_years(day, span.count)


def choices(
    licences: Sequence[Licence], case: Case, rules: Rules, born: date | None, sex: Sex | None, on: date
) -> Choices:
    """Every class that these licences may become in this case."""
    if case.classes == "none":
        return Choices((), ())
    if case.classes == "free":
        return _free(case, rules)
    found: dict[str, tuple[ClassChoice, Rule]] = {}
    groups: list[tuple[str, ...]] = []
    missing: list[tuple[str, Words, str]] = []
    warnings: list[Words] = []
    age = age_on(born, on) if born else None
    for licence in licences:
        group: dict[str, None] = {}
        for choice, rule in _converted(licence, rules, missing):
            for code in _lower(choice.code, rules) if case.classes == "lower" else (choice.code,):
                wanted = choice if code == choice.code else ClassChoice(code, None, None, choice.verified)
                allowed = _allowed(wanted, rule, rules, age, sex, missing, warnings)
                if allowed is not None:
                    group[allowed[0].code] = None
                    _keep(allowed, found)
        groups.append(tuple(group))
    return Choices(
        tuple(choice for choice, _ in found.values()),
        tuple(dict.fromkeys(rule for _, rule in found.values())),
        tuple(dict.fromkeys(missing)),
        tuple(dict.fromkeys(warnings)),
        tuple(group for group in groups if group),
    )


def _keep(one: tuple[ClassChoice, Rule], found: dict[str, tuple[ClassChoice, Rule]]) -> None:
    """A class that follows from two licences keeps the restriction only if both have it."""
    before = found.get(one[0].code)
    if before is None or (before[0].restriction is not None and one[0].restriction is None):
        found[one[0].code] = one


def _free(case: Case, rules: Rules) -> Choices:
    codes = [code for (regime, code) in rules.classes if regime == "new"]
    doubt = Words(
        "Hạng mới do đơn vị giải quyết đối chiếu từ giấy phép gốc.",
        "The new class is mapped from the original licence by the unit that decides.",
    )
    free = tuple(ClassChoice(code, None, None, "partial") for code in codes)
    return Choices(free, (case.rule,), (), (doubt,), (tuple(codes),))


def _converted(licence: Licence, rules: Rules, missing: list[tuple[str, Words, str]]) -> list[tuple[ClassChoice, Rule]]:
    rows = rules.conversions.get((licence.regime, licence.code), ())
    result = [(ClassChoice(row.to, row.restriction, row.extra, row.rule.verified), row.rule) for row in rows if row.to]
    if not result:
        extra = next((row.extra for row in rows if row.extra), None)
        basis = rows[0].rule.basis if rows else ""
        vi = f"Hạng {licence.code} ({'cũ' if licence.regime == 'old' else 'mới'}) không có hạng giấy phép tương ứng."
        en = f"Class {licence.code} ({licence.regime}) has no class of licence that follows it."
        if extra:
            vi, en = f"{vi} Thay bằng: {extra.vi}.", f"{en} Instead: {extra.en}."
        missing.append(("NO_NEW_CLASS", Words(vi, en), basis))
    return result


def _lower(code: str, rules: Rules) -> tuple[str, ...]:
    row = next((rules.classes[key] for key in rules.classes if key == ("new", code)), None)
    return row.includes if row else ()


def _allowed(
    choice: ClassChoice,
    rule: Rule,
    rules: Rules,
    age: int | None,
    sex: Sex | None,
    missing: list[tuple[str, Words, str]],
    warnings: list[Words],
) -> tuple[ClassChoice, Rule] | None:
    """The class for somebody of this age: itself, a lower one above the upper limit, or none below the lower one."""
    row = _row(choice.code, rules)
    if row is None or age is None:
        return choice, rule
    if age < row.min_age:
        said = Words(f"Hạng {row.code} cần đủ {row.min_age} tuổi.", f"Class {row.code} needs an age of {row.min_age}.")
        missing.append(("AGE_BELOW_MINIMUM", said, row.rule.basis))
        return None
    limit = 0 if sex is None else row.max_age_male if sex == "M" else row.max_age_female
    if row.over_age and limit and age > limit:
        said = Words(
            f"Hạng {row.code} chỉ cấp cho người đến {limit} tuổi; đổi xuống hạng {row.over_age}.",
            f"Class {row.code} is issued up to the age of {limit}; it becomes class {row.over_age}.",
        )
        warnings.append(said)
        lower = ClassChoice(row.over_age, None, choice.extra, "no")
        return lower, replace(row.rule, verified="no", because=said)
    return choice, rule


def _row(code: str, rules: Rules) -> ClassRow | None:
    return rules.classes.get(("new", code)) or rules.classes.get(("old", code))


def valid_until(code: str, issued: date, born: date | None, sex: Sex | None, rules: Rules) -> date | None:
    """The last valid day of a licence of this class issued on `issued`; None without expiry or where nobody knows."""
    row = _row(code, rules)
    if row is None or row.validity == "none":
        return None
    if row.validity == "years":
        return add_years(issued, row.validity_years)
    if born is None or sex is None:
        return None
    limit = row.max_age_male if sex == "M" else row.max_age_female
    if age_on(born, issued) > limit - 10:
        return add_years(issued, 10)
    return add_years(born, limit)


def validity(
    groups: Sequence[Sequence[str]], issued: date, born: date | None, sex: Sex | None, rules: Rules
) -> date | None:
    """The first day on which a class of the new card ends; None without expiry, or while the choice leaves it open."""
    ends: list[date] = []
    for group in groups:
        found = {valid_until(code, issued, born, sex, rules) for code in group}
        if len(found) != 1:
            return None
        ends += [end for end in found if end is not None]
    return min(ends, default=None)


def permit_until(licences: Sequence[Licence], issued: date, rules: Rules) -> date | None:
    """The last valid day of an international permit: some years, and not beyond the national licence."""
    years = rules.settings.get("permit_valid_years", "")
    if not licences or not years.isdigit():
        return None
    return min([add_years(issued, int(years)), *(one.expires for one in licences if one.expires is not None)])


def health_needed(groups: Sequence[Sequence[str]], rules: Rules) -> bool | None:
    """Whether the new classes need a health certificate: None while the choice is open and it depends."""
    answers = [{row.health for code in group if (row := _row(code, rules)) is not None} for group in groups]
    if {True} in answers:
        return True
    return False if answers and all(answer == {False} for answer in answers) else None


def healthy(groups: Sequence[Sequence[str]], rules: Rules) -> tuple[str, ...]:
    """The classes among `groups` that need a health certificate."""
    codes = dict.fromkeys(code for group in groups for code in group)
    return tuple(code for code in codes if (row := _row(code, rules)) is not None and row.health)
