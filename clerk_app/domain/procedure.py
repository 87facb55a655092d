"""One pure function from facts and the rules of a day to a decision. The same at the desk and at central.

`decide` is total: whatever the facts, there is an answer, and every refusal has a reason. What nobody knows is never
taken for clear: it asks for an exception, or it is said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from clerk_app.domain import licensing
from clerk_app.domain.asked import VIEW_FIELDS, Applicant, Facts, Foreign, first_view
from clerk_app.domain.calendar import age_on, format_day, in_hanoi
from clerk_app.domain.conditions import Fact, View, explain, verdict
from clerk_app.domain.decision import Account, Decision, ExceptionNeeded, PaperNeeded, Reason, Why
from clerk_app.domain.licence import Licence
from clerk_app.domain.licensing import Choices, ClassChoice
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Case, ExceptionRow, PaperRow, Rule, Rules

__all__ = [
    "VIEW_FIELDS",
    "Applicant",
    "Case",
    "ClassChoice",
    "Decision",
    "ExceptionNeeded",
    "Facts",
    "Foreign",
    "PaperNeeded",
    "Reason",
    "Rule",
    "Rules",
    "Why",
    "applicable",
    "decide",
    "exception_needed",
    "view_of",
]


HALF_A_DAY = {
    "noon": Words("Nửa ngày được đọc là 12 giờ trưa của ngày cuối.", "Half a day is read as noon of the last day."),
    "hours": Words(
        "Nửa ngày được đọc là giờ làm việc kể từ phút tiếp nhận.",
        "Half a day is read as working hours from the minute of reception.",
    ),
}
"""How the office reads half a working day, for the line that says when the result is due."""


def decide(facts: Facts, rules: Rules) -> Decision:
    """The decision for these facts under these rules, which are those of the reception day."""
    received = in_hanoi(facts.received_at)
    on = received.date()
    case = rules.case(facts.case)
    refusals: list[Reason] = _names(facts, case, rules)
    subject = licensing.subject(facts.licences, case)
    view = first_view(facts, on, subject, rules)
    late = licensing.overdue(subject, on, rules, view)
    view |= _late_view(late)
    choices = _choices(facts, case, subject, rules, on)
    targets = _targets(facts, choices)
    view |= _target_view(facts, targets, case, on, rules)
    account = Account(view, warnings=[*late.warnings, *choices.warnings])
    if case is not None:
        account.use("case", case.rule)
        for reason in refusals:
            if reason.basis:
                account.use(f"refusal:{reason.code}", replace(case.rule, because=reason.words))
    for code, rule in choices.because:
        account.use(f"class:{code}", rule)
    for rule in late.rules:
        account.use("test", rule)
    refusals += _refusals(facts.case, rules, account)
    refusals += _class_reasons(facts, case, choices, on, rules, account)
    if choices.classes:
        account.warnings += [rule.because for _, rule in choices.missing]
    papers = _papers(facts, targets, rules, account)
    fee_vnd = _fee(facts, case, rules, account)
    due_at = _due(received, case, rules, account)
    exceptions = _exceptions(facts.case, rules, account)
    for row in rules.notices:
        if row.scope.covers(facts.case) and verdict(row.when, view) == "yes":
            account.use(f"notice:{row.code}", row.rule)
            account.warnings.append(row.rule.because)
    return Decision(
        allowed=not refusals,
        refusals=tuple(dict.fromkeys(refusals)),
        new_classes=choices.classes,
        papers=papers,
        fee_vnd=fee_vnd,
        due_at=due_at,
        test=late.test,
        valid_until=_validity(facts, case, subject, targets, on, rules, account),
        exceptions_needed=exceptions,
        rules=tuple(dict.fromkeys(account.rules)),
        warnings=tuple(dict.fromkeys(account.warnings)),
        reasons=tuple(dict.fromkeys(account.reasons)),
        permit_number=licensing.permit_number(subject) if case is not None and case.classes == "none" else "",
    )


def applicable(facts: Facts, rules: Rules) -> tuple[tuple[Case, bool, Words], ...]:
    """Every case of the procedure: whether it can apply to these licences today, and the reason why or why not.

    `facts.case` does not count. What is about the person (an open violation) stops no case here: `decide` says it.
    """
    result = []
    for case in rules.cases:
        if facts.procedure not in case.procedures:
            continue
        asked = replace(facts, case=case.code, wanted_class="")
        on = in_hanoi(facts.received_at).date()
        subject = licensing.subject(facts.licences, case)
        view = first_view(asked, on, subject, rules)
        view |= _late_view(licensing.overdue(subject, on, rules, view))
        account = Account(view)
        reasons = _refusals(case.code, rules, account, about="case")
        reasons += _class_reasons(asked, case, _choices(asked, case, subject, rules, on), on, rules, account)
        result.append((case, not reasons, reasons[0].words if reasons else case.rule.because))
    return tuple(result)


def view_of(facts: Facts, rules: Rules) -> View:
    """The facts as conditions see them, by the names of the vocabulary."""
    on = in_hanoi(facts.received_at).date()
    case = rules.case(facts.case)
    subject = licensing.subject(facts.licences, case)
    view = first_view(facts, on, subject, rules)
    late = _late_view(licensing.overdue(subject, on, rules, view))
    targets = _targets(facts, _choices(facts, case, subject, rules, on))
    return view | late | _target_view(facts, targets, case, on, rules)


def _late_view(late: licensing.Overdue) -> dict[str, Fact]:
    return {
        "overdue_days": late.days,
        "test": late.test,
        "tested": late.test != "none",
        "exchange_open": late.exchange_open,
    }


def _names(facts: Facts, case: Case | None, rules: Rules) -> list[Reason]:
    day = format_day(in_hanoi(facts.received_at).date())
    if facts.procedure not in rules.procedures:
        words = Words(
            f"Không có thủ tục “{facts.procedure}” vào ngày {day}.",
            f"There is no procedure “{facts.procedure}” on {day}.",
        )
        return [Reason("PROCEDURE_UNKNOWN", words, "")]
    if case is None:
        words = Words(
            f"Không có trường hợp “{facts.case}” vào ngày {day}.", f"There is no case “{facts.case}” on {day}."
        )
        return [Reason("CASE_UNKNOWN", words, "")]
    if facts.procedure not in case.procedures:
        words = Words(
            f"Trường hợp “{case.name.vi}” thuộc thủ tục khác.", f"The case “{case.name.en}” is of another procedure."
        )
        return [Reason("CASE_OF_OTHER_PROCEDURE", words, case.rule.basis)]
    return []


def _choices(facts: Facts, case: Case | None, subject: tuple[Licence, ...], rules: Rules, on: date) -> Choices:
    if case is None:
        return Choices((), ())
    return licensing.choices(subject, case, rules, facts.applicant.born, facts.applicant.sex, on)


def _targets(facts: Facts, choices: Choices) -> tuple[tuple[str, ...], ...]:
    """The classes each licence will become: the one asked for where it is possible, else all that are."""
    wanted = facts.wanted_class
    return tuple((wanted,) if wanted in group else group for group in choices.groups)


def _target_view(
    facts: Facts, targets: tuple[tuple[str, ...], ...], case: Case | None, on: date, rules: Rules
) -> dict[str, Fact]:
    codes = {code for group in targets for code in group}
    classless = case is not None and case.classes == "none"
    person = facts.applicant
    return {
        "new_class": codes.pop() if len(codes) == 1 else None,
        "health_needed": False if classless else licensing.health_needed(targets, rules),
        "age_limits": licensing.age_limits_known(targets, person.born, person.sex, on, rules) or None,
    }


def _refusals(case: str, rules: Rules, account: Account, about: str = "") -> list[Reason]:
    found = []
    for row in rules.refusals:
        if (not about or row.about == about) and row.scope.covers(case) and verdict(row.when, account.view) == "yes":
            account.use(f"refusal:{row.code}", row.rule)
            found.append(Reason(row.code, row.rule.because, row.rule.basis))
    return found


def _class_reasons(
    facts: Facts, case: Case | None, choices: Choices, on: date, rules: Rules, account: Account
) -> list[Reason]:
    if case is None or case.classes == "none" or not (facts.licences or case.classes == "free"):
        return []
    found = []
    for code, rule in _class_refusals(facts, case, choices, on, rules):
        account.use(f"refusal:{code}", rule)
        found.append(Reason(code, rule.because, rule.basis))
    return found


def _class_refusals(facts: Facts, case: Case, choices: Choices, on: date, rules: Rules) -> tuple[tuple[str, Rule], ...]:
    """Why no class can follow, or not the one that is asked for."""
    codes = [choice.code for choice in choices.classes]
    impossible = facts.wanted_class not in codes if facts.wanted_class else False
    if impossible and case.classes == "free" and (by_age := _age_refusal(facts, on, rules)):
        return (by_age,)
    if not codes:
        words = Words("Không có hạng nào có thể cấp trong trường hợp này.", "No class can be issued in this case.")
        # Where every class of the day was possible, the first says enough.
        said = choices.missing[:1] if case.classes == "free" else choices.missing
        return said or (("NO_NEW_CLASS", replace(case.rule, because=words)),)
    if not impossible:
        return ()
    listed = ", ".join(codes)
    words = Words(
        f"Không thể cấp hạng {facts.wanted_class} trong trường hợp này; có thể cấp: {listed}.",
        f"Class {facts.wanted_class} cannot be issued in this case; possible: {listed}.",
    )
    return (("CLASS_NOT_POSSIBLE", replace(case.rule, because=words)),)


def _age_refusal(facts: Facts, on: date, rules: Rules) -> tuple[str, Rule] | None:
    """Why the age of this person does not allow the class asked for, where every class would do otherwise."""
    person, row = facts.applicant, rules.classes.get(("new", facts.wanted_class))
    if row is None or person.born is None:
        return None
    if age_on(person.born, on) < row.min_age:
        words = Words(f"Hạng {row.code} cần đủ {row.min_age} tuổi.", f"Class {row.code} needs an age of {row.min_age}.")
        return "AGE_BELOW_MINIMUM", replace(row.rule, because=words)
    words = Words(
        f"Hạng {row.code} không cấp cho người ở tuổi này; hạng thấp hơn: {row.over_age}.",
        f"Class {row.code} is not issued at this age; the lower class is {row.over_age}.",
    )
    return "AGE_ABOVE_MAXIMUM", replace(row.rule, because=words)


def _papers(
    facts: Facts, targets: tuple[tuple[str, ...], ...], rules: Rules, account: Account
) -> tuple[PaperNeeded, ...]:
    if rules.case(facts.case) is None:
        return ()
    found: dict[str, PaperNeeded] = {}
    places = {"new_class": " / ".join(licensing.healthy(targets, rules)) or "…"}
    for row in rules.papers:
        if row.code in found or not row.scope.covers(facts.case):
            continue
        answer = verdict(row.when, account.view)
        if answer == "no":
            continue
        because = row.rule.because.filled(**places)
        account.use(f"paper:{row.code}", replace(row.rule, because=because))
        found[row.code] = _paper(row, answer == "yes", facts, because)
    return tuple(found.values())


def _paper(row: PaperRow, sure: bool, facts: Facts, because: Words) -> PaperNeeded:
    if not sure:
        because = Words(
            f"{because.vi.rstrip('.')} (nếu {explain(row.when, 'vi')}).",
            f"{because.en.rstrip('.')} (if {explain(row.when, 'en')}).",
        )
    by_chip = row.by_chip and facts.identity_level == "chip"
    return PaperNeeded(
        row.code, row.name, row.required and sure, because, row.rule.basis, by_chip, row.by_seeing, row.generated
    )


def _fee(facts: Facts, case: Case | None, rules: Rules, account: Account) -> int:
    if case is None or not case.fee:
        return 0
    fee = rules.fee(case.fee, facts.channel)
    if fee is None or fee.amount_vnd is None:
        account.warnings.append(
            Words("Danh mục không có mức lệ phí cho ngày này.", "The catalogue has no fee for this day.")
        )
        return 0
    account.use("fee", fee.rule)
    return fee.amount_vnd


def _due(received: datetime, case: Case | None, rules: Rules, account: Account) -> datetime:
    limit = rules.limits.get(case.limit) if case else None
    if limit is None:
        account.warnings.append(
            Words("Danh mục không có thời hạn giải quyết cho ngày này.", "The catalogue has no limit for this day.")
        )
        return received
    account.use("due", limit.rule)
    if limit.half_days % 2 and "half_day_reading" in rules.setting_rules:
        reading = rules.setting_rules["half_day_reading"]
        account.use("due", reading, replace(reading, because=HALF_A_DAY[rules.calendar.reading]))
    due = rules.calendar.due(received, limit.half_days, limit.hours)
    for day, special in sorted(rules.calendar.special.items()):
        if received.date() < day <= due.at.date():
            account.use("due", Rule(f"holidays:{day}", special.basis, special.verified, special.name))
    account.warnings += due.doubts()
    return due.at


def _exceptions(case: str, rules: Rules, account: Account) -> tuple[ExceptionNeeded, ...]:
    found = []
    for row in rules.exceptions:
        if row.scope.covers(case) and verdict(row.when, account.view) != "no":
            account.use(f"exception:{row.code}", row.rule)
            found.append(exception_needed(row, rules))
    return tuple(found)


def exception_needed(row: ExceptionRow, rules: Rules, code: str = "") -> ExceptionNeeded:
    """That this exception is to be decided, by whom; `code` where it is about a single thing of the kind."""
    code = code or row.code
    roles = tuple(dict.fromkeys(one.role for one in rules.grants(code)))
    return ExceptionNeeded(code, row.rule.because, roles, row.approvers)


def _validity(
    facts: Facts,
    case: Case | None,
    subject: tuple[Licence, ...],
    targets: tuple[tuple[str, ...], ...],
    on: date,
    rules: Rules,
    account: Account,
) -> date | None:
    if case is not None and case.classes == "none":
        if "permit_valid_years" in rules.setting_rules:
            years, rule = rules.settings["permit_valid_years"], rules.setting_rules["permit_valid_years"]
            said = Words(
                f"Giấy phép quốc tế có giá trị {years} năm, không quá giấy phép quốc gia.",
                f"An international permit is valid for {years} years, not beyond the national licence.",
            )
            account.use("valid_until", rule, replace(rule, because=said))
        return licensing.permit_until(subject, on, rules)
    for code in dict.fromkeys(code for group in targets for code in group):
        found = licensing.validity_rule(code, rules)
        # While any class may follow, nothing is said of each of them.
        if found is not None and (case is None or case.classes != "free" or code == facts.wanted_class):
            account.use("valid_until", *found)
    return licensing.validity(targets, on, facts.applicant.born, facts.applicant.sex, rules)
