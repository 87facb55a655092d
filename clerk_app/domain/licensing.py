"""What follows from the licences of a person: new classes, validity, how overdue they are, which test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from clerk_app.domain.calendar import add_months, add_years, age_on
from clerk_app.domain.conditions import View, explain, verdict
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Sex, search_key
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import TESTS, Case, ClassRow, ExpiryBand, Restriction, Rule, Rules, Span, Test

HELD = ("held", "suspended")
NUMBER_DIGITS = 12
ISSUERS = ("civil", "military", "police")
"""Kinds of issuers; the catalogue's settings `issuers_civil`, … say what stands in their names."""


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
    missing: tuple[tuple[str, Rule], ...] = ()
    """(code of the reason, the row that says so with words for it)."""
    warnings: tuple[Words, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    """The codes each licence may become, one group per licence."""
    because: tuple[tuple[str, Rule], ...] = ()
    """(code of a class that follows, a rule that says so)."""


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
        if on < after_span(expires, band.start) or (band.end is not None and on >= after_span(expires, band.end)):
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


def after_span(day: date, span: Span) -> date:
    match span.unit:
        case "day":
            return day + timedelta(days=span.count)
        case "month":
            return add_months(day, span.count)
        case "year":
            return add_years(day, span.count)


@dataclass(slots=True)
class _Search:
    """The classes found so far, and what was learnt on the way."""

    rules: Rules
    age: int | None
    sex: Sex | None
    found: dict[str, tuple[ClassChoice, tuple[Rule, ...]]] = field(default_factory=dict)
    groups: list[tuple[str, ...]] = field(default_factory=list)
    missing: list[tuple[str, Rule]] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)

    def keep(self, choice: ClassChoice, used: tuple[Rule, ...]) -> None:
        """A class that follows from two licences keeps the restriction only if both have it."""
        before = self.found.get(choice.code)
        if before is None or (before[0].restriction is not None and choice.restriction is None):
            self.found[choice.code] = choice, used

    def result(self) -> Choices:
        because = [(code, rule) for code, (_, used) in self.found.items() for rule in used]
        return Choices(
            tuple(choice for choice, _ in self.found.values()),
            tuple(dict.fromkeys(rule for _, rule in because)),
            tuple(dict.fromkeys(self.missing)),
            tuple(dict.fromkeys(self.warnings)),
            tuple(group for group in self.groups if group),
            tuple(because),
        )


def choices(
    licences: Sequence[Licence], case: Case, rules: Rules, born: date | None, sex: Sex | None, on: date
) -> Choices:
    """Every class that these licences may become in this case."""
    if case.classes == "none":
        return Choices((), ())
    search = _Search(rules, age_on(born, on) if born else None, sex)
    if case.classes == "free":
        _free(case, search)
        return search.result()
    for licence in licences:
        group: dict[str, None] = {}
        restriction = rules.restrictions.get(licence.restriction)
        for choice, rule in _converted(licence, case, search):
            for code in _lower(choice.code, rules) if case.classes == "lower" else (choice.code,):
                wanted = choice if code == choice.code else ClassChoice(code, None, None, choice.verified)
                allowed = _allowed(wanted, (rule,), search)
                kept = _restricted(allowed[0], restriction, search) if allowed else None
                if allowed is None or kept is None:
                    continue
                group[kept.code] = None
                search.keep(kept, allowed[1] if restriction is None else (*allowed[1], restriction.rule))
        search.groups.append(tuple(group))
    return search.result()


def _free(case: Case, search: _Search) -> None:
    """Every class of the day that the age allows: which one it will be is decided elsewhere."""
    regimes = {regime for regime, _ in search.rules.classes}
    regime = "new" if "new" in regimes else "old"
    group: dict[str, None] = {}
    for code in (code for (known, code) in search.rules.classes if known == regime):
        allowed = _allowed(ClassChoice(code, None, None, "partial"), (case.rule,), search)
        if allowed is not None and allowed[0].code == code:
            group[code] = None
            search.keep(*allowed)
    # Which classes somebody is too old or too young for is said only of the class that is asked for.
    search.warnings.clear()
    if group:
        search.missing.clear()
    search.groups.append(tuple(group))
    search.warnings.append(
        Words(
            "Hạng mới do đơn vị giải quyết đối chiếu từ giấy phép gốc hoặc kết quả sát hạch.",
            "The new class follows from the original licence or the passed test; the unit that decides maps it.",
        )
    )


def _restricted(choice: ClassChoice, restriction: Restriction | None, search: _Search) -> ClassChoice | None:
    """The class with the line of the old card on it; None where that line allows no such class."""
    if restriction is None:
        return choice
    if choice.code not in restriction.classes:
        listed = ", ".join(restriction.classes)
        said = Words(
            f"Hạng {choice.code} không cấp cho giấy phép có hạn chế “{restriction.words.vi}”; chỉ cấp: {listed}.",
            f"Class {choice.code} does not follow from a card restricted to “{restriction.words.en}”; only: {listed}.",
        )
        search.missing.append(("RESTRICTED", replace(restriction.rule, because=said)))
        return None
    words, own = restriction.words, choice.restriction
    if own is not None and own != words:
        words = Words(f"{own.vi}; {words.vi}", f"{own.en}; {words.en}")
    return replace(choice, restriction=words)


def _converted(licence: Licence, case: Case, search: _Search) -> list[tuple[ClassChoice, Rule]]:
    rows = search.rules.conversions.get((licence.regime, licence.code), ())
    result = [(ClassChoice(row.to, row.restriction, row.extra, row.rule.verified), row.rule) for row in rows if row.to]
    if not result:
        extra = next((row.extra for row in rows if row.extra), None)
        rule = rows[0].rule if rows else case.rule
        vi = f"Hạng {licence.code} ({'cũ' if licence.regime == 'old' else 'mới'}) không có hạng giấy phép tương ứng."
        en = f"Class {licence.code} ({licence.regime}) has no class of licence that follows it."
        if extra:
            vi, en = f"{vi} Thay bằng: {extra.vi}.", f"{en} Instead: {extra.en}."
        search.missing.append(("NO_NEW_CLASS", replace(rule, because=Words(vi, en))))
    return result


def _lower(code: str, rules: Rules) -> tuple[str, ...]:
    row = _row(code, rules)
    return row.includes if row else ()


def _allowed(
    choice: ClassChoice, used: tuple[Rule, ...], search: _Search
) -> tuple[ClassChoice, tuple[Rule, ...]] | None:
    """The class for somebody of this age: itself, a lower one above the upper limit, or none below the lower one."""
    row, age = _row(choice.code, search.rules), search.age
    if row is None or age is None:
        return choice, used
    if age < row.min_age:
        said = Words(f"Hạng {row.code} cần đủ {row.min_age} tuổi.", f"Class {row.code} needs an age of {row.min_age}.")
        search.missing.append(("AGE_BELOW_MINIMUM", replace(row.rule, because=said)))
        return None
    limit = 0 if search.sex is None else row.max_age_male if search.sex == "M" else row.max_age_female
    if row.over_age and limit and age > limit:
        said = Words(
            f"Hạng {row.code} chỉ cấp cho người đến {limit} tuổi; đổi xuống hạng {row.over_age}.",
            f"Class {row.code} is issued up to the age of {limit}; it becomes class {row.over_age}.",
        )
        search.warnings.append(said)
        lower = ClassChoice(row.over_age, choice.restriction, choice.extra, "no")
        return lower, (replace(row.rule, verified="no", because=said),)
    return choice, used


def age_limits_known(
    groups: Sequence[Sequence[str]], born: date | None, sex: Sex | None, on: date, rules: Rules
) -> bool:
    """Whether enough is known about somebody to say that the age allows these classes."""
    for code in {code for group in groups for code in group}:
        row = _row(code, rules)
        if row is None or not (row.min_age or row.over_age):
            continue
        if born is None:
            return False
        if sex is None and row.over_age and age_on(born, on) > min(row.max_age_male, row.max_age_female):
            return False
    return True


def issuer_kind(issuer: str, rules: Rules) -> str:
    """`civil`, `military` or `police` by the words in an issuer's name; empty where it says nothing that is known."""
    if not issuer:
        return ""
    said = search_key(issuer)
    for kind in reversed(ISSUERS):
        if any(key in said for key in _keys_of(rules.settings.get(f"issuers_{kind}", ""))):
            return kind
    return ""


@lru_cache(maxsize=64)
def _keys_of(words: str) -> tuple[str, ...]:
    """The search keys of words of the catalogue that are parted by bars."""
    return tuple(search_key(part) for part in words.split("|") if part.strip())


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


def validity_rule(code: str, rules: Rules) -> tuple[Rule, Rule] | None:
    """The row that says how long a class is valid: as it stands, and with words for that."""
    row = _row(code, rules)
    if row is None:
        return None
    match row.validity:
        case "none":
            said = Words(f"Hạng {code} không có thời hạn.", f"Class {code} has no expiry.")
        case "years":
            years = row.validity_years
            vi = f"Hạng {code} có giá trị {years} năm kể từ ngày cấp."
            said = Words(vi, f"Class {code} is valid for {years} years from its issue.")
        case "age":
            men, women = row.max_age_male, row.max_age_female
            said = Words(
                f"Hạng {code} có giá trị đến {women} tuổi (nữ), {men} tuổi (nam); cấp trong 10 năm cuối: 10 năm.",
                f"Class {code} is valid to the age of {women} (women), {men} (men); issued in the last ten years: ten.",
            )
    return row.rule, replace(row.rule, because=said)


def permit_until(licences: Sequence[Licence], issued: date, rules: Rules) -> date | None:
    """The last valid day of an international permit: some years, and not beyond the national licence.

    None where nobody knows how long that is, or where it is over.
    """
    years = rules.settings.get("permit_valid_years", "")
    if not licences or not years.isdigit() or any(expires_at_all(one, rules) is None for one in licences):
        return None
    end = min([add_years(issued, int(years)), *(one.expires for one in licences if one.expires is not None)])
    return end if end >= issued else None


def permit_number(licences: Sequence[Licence]) -> str:
    """The number of an international permit, bound to the national licence: VN and its twelve digits; else empty."""
    numbers = (one.number for one in licences)
    found = next((one for one in numbers if len(one) == NUMBER_DIGITS and one.isascii() and one.isdigit()), "")
    return f"VN{found}" if found else ""


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
