"""One pure function from facts and the rules of a day to a decision. The same at the desk and at central.

`decide` is total: whatever the facts, there is an answer, and every refusal has a reason. What nobody knows is never
taken for clear: it asks for an exception, or it is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from clerk_app.domain import licensing
from clerk_app.domain.calendar import age_on, format_day, in_hanoi
from clerk_app.domain.conditions import Fact, View, explain, verdict
from clerk_app.domain.dossier import Channel
from clerk_app.domain.evidence import Level
from clerk_app.domain.licence import Licence, Sanctions
from clerk_app.domain.licensing import Choices, ClassChoice
from clerk_app.domain.people import Sex
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Case, PaperRow, Rule, Rules, Test

__all__ = [
    "VIEW_FIELDS",
    "Applicant",
    "Case",
    "ClassChoice",
    "Decision",
    "ExceptionNeeded",
    "Facts",
    "PaperNeeded",
    "Reason",
    "Rule",
    "Rules",
    "applicable",
    "decide",
    "view_of",
]


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the rules ask about a person."""

    born: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    nationality: str = field(default="VNM", repr=False)
    residence_abroad: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision depends on. `wanted_class` is a code of the new regime, empty while not chosen."""

    procedure: str
    case: str
    received_at: datetime
    channel: Channel
    applicant: Applicant
    licences: tuple[Licence, ...]
    wanted_class: str = ""
    identity_level: Level = "manual"
    sanctions: Sanctions = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something may not be accepted."""

    code: str
    words: Words
    basis: str


@dataclass(frozen=True, slots=True)
class PaperNeeded:
    """A paper of this very case, and why. Not `required`: only when what `because` names is so."""

    code: str
    name: Words
    required: bool
    because: Words
    basis: str
    by_chip: bool
    by_seeing: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class ExceptionNeeded:
    """Something a supervisor must approve before the dossier can be submitted."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules of the reception day say. Everything is worked out even where a refusal stands."""

    allowed: bool
    refusals: tuple[Reason, ...]
    new_classes: tuple[ClassChoice, ...]
    papers: tuple[PaperNeeded, ...]
    fee_vnd: int
    due_at: datetime
    test: Test
    valid_until: date | None
    exceptions_needed: tuple[ExceptionNeeded, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[Words, ...] = ()


VIEW_FIELDS = frozenset(
    (
        *("procedure", "case", "channel", "received_on", "identity_level", "sanctions", "nationality", "citizen"),
        *("residence_abroad", "age", "sex", "wanted_class", "licence_count", "subject_count", "statuses", "regimes"),
        *("classes", "has_expiry", "has_no_expiry", "points", "first_issued", "force_majeure", "represented"),
        *("overdue_days", "test", "exchange_open", "new_class", "health_needed", "switches"),
    )
)
"""Every name that `view_of` answers, and so every field a condition may ask."""


def decide(facts: Facts, rules: Rules) -> Decision:
    """The decision for these facts under these rules, which are those of the reception day."""
    received = in_hanoi(facts.received_at)
    on = received.date()
    case = rules.case(facts.case)
    refusals: list[Reason] = _names(facts, case, rules)
    subject = licensing.subject(facts.licences, case)
    view = _first_view(facts, on, subject, rules)
    late = licensing.overdue(subject, on, rules, view)
    view |= {"overdue_days": late.days, "test": late.test, "exchange_open": late.exchange_open}
    choices = _choices(facts, case, subject, rules, on)
    targets = _targets(facts, choices)
    view |= _target_view(targets, case, rules)
    used: list[Rule] = [case.rule] if case else []
    used += [*choices.rules, *late.rules]
    warnings = [*late.warnings, *choices.warnings]
    refusals += _refusals(facts.case, view, rules, used)
    refusals += _class_reasons(facts, case, choices)
    if choices.classes:
        warnings += [words for _, words, _ in choices.missing]
    papers = _papers(facts, targets, view, rules, used)
    fee_vnd = _fee(facts, case, rules, used, warnings)
    due_at = _due(received, case, rules, used, warnings)
    exceptions = _exceptions(facts.case, view, rules, used)
    for row in rules.notices:
        if row.scope.covers(facts.case) and verdict(row.when, view) == "yes":
            used.append(row.rule)
            warnings.append(row.rule.because)
    return Decision(
        allowed=not refusals,
        refusals=tuple(dict.fromkeys(refusals)),
        new_classes=choices.classes,
        papers=papers,
        fee_vnd=fee_vnd,
        due_at=due_at,
        test=late.test,
        valid_until=_validity(facts, case, subject, targets, on, rules),
        exceptions_needed=exceptions,
        rules=tuple(dict.fromkeys(used)),
        warnings=tuple(dict.fromkeys(warnings)),
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
        view = _first_view(asked, on, subject, rules)
        late = licensing.overdue(subject, on, rules, view)
        view |= {"overdue_days": late.days, "test": late.test, "exchange_open": late.exchange_open}
        reasons = _refusals(case.code, view, rules, [], about="case")
        reasons += _class_reasons(asked, case, _choices(asked, case, subject, rules, on))
        result.append((case, not reasons, reasons[0].words if reasons else case.rule.because))
    return tuple(result)


def view_of(facts: Facts, rules: Rules) -> View:
    """The facts as conditions see them, by the names of the vocabulary."""
    on = in_hanoi(facts.received_at).date()
    case = rules.case(facts.case)
    subject = licensing.subject(facts.licences, case)
    view = _first_view(facts, on, subject, rules)
    late = licensing.overdue(subject, on, rules, view)
    late_view: dict[str, Fact] = {
        "overdue_days": late.days,
        "test": late.test,
        "exchange_open": late.exchange_open,
    }
    targets = _targets(facts, _choices(facts, case, subject, rules, on))
    return view | late_view | _target_view(targets, case, rules)


def _first_view(facts: Facts, on: date, subject: tuple[Licence, ...], rules: Rules) -> dict[str, Fact]:
    kinds = {licensing.expires_at_all(licence, rules) for licence in subject}
    points = [licence.points for licence in subject if licence.points is not None]
    issued = [licence.issued for licence in subject if licence.issued is not None]
    return {
        "procedure": facts.procedure,
        "case": facts.case,
        "channel": facts.channel,
        "received_on": on,
        "identity_level": facts.identity_level,
        "sanctions": facts.sanctions,
        "nationality": facts.applicant.nationality or None,
        "citizen": facts.applicant.nationality == "VNM" if facts.applicant.nationality else None,
        "residence_abroad": facts.applicant.residence_abroad,
        "age": age_on(facts.applicant.born, on) if facts.applicant.born else None,
        "sex": facts.applicant.sex,
        "wanted_class": facts.wanted_class or None,
        "licence_count": len(facts.licences),
        "subject_count": len(subject),
        "statuses": frozenset(licence.status for licence in facts.licences),
        "regimes": frozenset(licence.regime for licence in subject),
        "classes": frozenset(f"{licence.regime}:{licence.code}" for licence in subject),
        "has_expiry": True if True in kinds else None if None in kinds else False,
        "has_no_expiry": False in kinds,
        "points": min(points) if points else None,
        "first_issued": min(issued) if issued else None,
        "force_majeure": None,
        "represented": None,
        "switches": frozenset(name for name, value in rules.settings.items() if value == "on"),
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


def _target_view(targets: tuple[tuple[str, ...], ...], case: Case | None, rules: Rules) -> dict[str, Fact]:
    codes = {code for group in targets for code in group}
    free = case is not None and case.classes == "none"
    return {
        "new_class": codes.pop() if len(codes) == 1 else None,
        "health_needed": False if free else licensing.health_needed(targets, rules),
    }


def _refusals(case: str, view: View, rules: Rules, used: list[Rule], about: str = "") -> list[Reason]:
    found = []
    for row in rules.refusals:
        if (not about or row.about == about) and row.scope.covers(case) and verdict(row.when, view) == "yes":
            used.append(row.rule)
            found.append(Reason(row.code, row.rule.because, row.rule.basis))
    return found


def _class_reasons(facts: Facts, case: Case | None, choices: Choices) -> list[Reason]:
    if case is None or case.classes == "none" or not facts.licences:
        return []
    if not choices.classes:
        said = [Reason(code, words, basis) for code, words, basis in choices.missing]
        words = Words("Không có hạng nào có thể cấp trong trường hợp này.", "No class can be issued in this case.")
        return said or [Reason("NO_NEW_CLASS", words, case.rule.basis)]
    codes = [choice.code for choice in choices.classes]
    if facts.wanted_class and facts.wanted_class not in codes:
        listed = ", ".join(codes)
        words = Words(
            f"Không thể cấp hạng {facts.wanted_class} trong trường hợp này; có thể cấp: {listed}.",
            f"Class {facts.wanted_class} cannot be issued in this case; possible: {listed}.",
        )
        return [Reason("CLASS_NOT_POSSIBLE", words, case.rule.basis)]
    return []


def _papers(
    facts: Facts, targets: tuple[tuple[str, ...], ...], view: View, rules: Rules, used: list[Rule]
) -> tuple[PaperNeeded, ...]:
    if rules.case(facts.case) is None:
        return ()
    found: dict[str, PaperNeeded] = {}
    places = {"new_class": " / ".join(licensing.healthy(targets, rules)) or "…"}
    for row in rules.papers:
        if row.code in found or not row.scope.covers(facts.case):
            continue
        answer = verdict(row.when, view)
        if answer == "no":
            continue
        because = row.rule.because.filled(**places)
        used.append(replace(row.rule, because=because))
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


def _fee(facts: Facts, case: Case | None, rules: Rules, used: list[Rule], warnings: list[Words]) -> int:
    if case is None or not case.fee:
        return 0
    fee = rules.fee(case.fee, facts.channel)
    if fee is None or fee.amount_vnd is None:
        warnings.append(Words("Danh mục không có mức lệ phí cho ngày này.", "The catalogue has no fee for this day."))
        return 0
    used.append(fee.rule)
    return fee.amount_vnd


def _due(received: datetime, case: Case | None, rules: Rules, used: list[Rule], warnings: list[Words]) -> datetime:
    limit = rules.limits.get(case.limit) if case else None
    if limit is None:
        warnings.append(
            Words("Danh mục không có thời hạn giải quyết cho ngày này.", "The catalogue has no limit for this day.")
        )
        return received
    used.append(limit.rule)
    due = rules.calendar.due(received, limit.half_days, limit.hours)
    if due.unconfirmed:
        days = ", ".join(format_day(special.day) for special in due.unconfirmed)
        warnings.append(
            Words(
                f"Ngày hẹn trả đi qua ngày nghỉ hoặc làm bù chưa được xác nhận: {days}.",
                f"The appointment was counted across days off or swaps that are not confirmed: {days}.",
            )
        )
    if due.beyond:
        warnings.append(
            Words(
                f"Danh mục chưa có ngày nghỉ của năm {due.at.year}.",
                f"The catalogue has no holidays of {due.at.year} yet.",
            )
        )
    return due.at


def _exceptions(case: str, view: View, rules: Rules, used: list[Rule]) -> tuple[ExceptionNeeded, ...]:
    found = []
    for row in rules.exceptions:
        if row.scope.covers(case) and verdict(row.when, view) != "no":
            used.append(row.rule)
            found.append(ExceptionNeeded(row.code, row.rule.because))
    return tuple(found)


def _validity(
    facts: Facts,
    case: Case | None,
    subject: tuple[Licence, ...],
    targets: tuple[tuple[str, ...], ...],
    on: date,
    rules: Rules,
) -> date | None:
    if case is not None and case.classes == "none":
        return licensing.permit_until(subject, on, rules)
    return licensing.validity(targets, on, facts.applicant.born, facts.applicant.sex, rules)
