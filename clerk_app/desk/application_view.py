"""Step 2 as ready values: which cases can apply today and why the others cannot, what each class allows, what is
refused and what else may fit, what somebody must decide. Each with the row of the law behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from clerk_app.desk import evidence_view, words
from clerk_app.desk.facts import class_groups, of_another_issuer, open_classes
from clerk_app.desk.grounds import Grounds, refusal_row
from clerk_app.desk.views import (
    ApplicationView,
    ChoiceView,
    ExceptionView,
    FieldView,
    RefusalView,
    VerdictView,
    Why,
)
from clerk_app.domain import licensing
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.decision import ExceptionNeeded
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.exceptions import shown_of
from clerk_app.domain.facts import IDENTITY_WEAK, exception_of, waiver
from clerk_app.domain.forms import FormField
from clerk_app.domain.licensing import ClassChoice
from clerk_app.domain.procedure import Case, Decision, Reason, applicable, decide, exception_needed
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import ClassRow, Rules

DIGITS = "123456789"
"""Keys that choose by place."""

NAMED = 1
"""How many other cases a refusal names; the list of cases shows them all."""

Offered = tuple[tuple[Case, bool, Words], ...]
"""Every case of the procedure, whether it can apply today, and the reason why or why not."""


def application_view(
    dossier: Dossier, shown: Sequence[tuple[FormField, FieldView]], decision: Decision, grounds: Grounds
) -> ApplicationView:
    """The step, from its fields as the catalogue has them and as the dossier holds them. What the law follows from
    stands first.
    """
    offered = applicable(grounds.facts, grounds.rules)
    filled = (_field(dossier, field, view, offered, decision, grounds) for field, view in shown)
    fields = tuple(sorted((view for view in filled if view is not None), key=lambda view: not view.options))
    refusals = tuple(_refusal(reason, offered, grounds) for reason in decision.refusals if grounds.facts.case)
    exceptions = tuple(_exception(dossier, one, grounds) for one in decision.exceptions_needed)
    verdict = _verdict(fields, refusals, exceptions, grounds)
    waivers = tuple(_exception(dossier, one, grounds) for one in _waivers(dossier, decision, grounds))
    raised = tuple(_exception(dossier, one, grounds) for one in _raised(dossier, decision, grounds))
    return ApplicationView(fields, refusals, decision.warnings, (*exceptions, *waivers, *raised), verdict)


def _verdict(
    fields: tuple[FieldView, ...],
    refusals: tuple[RefusalView, ...],
    exceptions: tuple[ExceptionView, ...],
    grounds: Grounds,
) -> VerdictView:
    """What the law says to the application as it stands: the first thing in its way, or that nothing is."""
    if refusals:
        first, more = refusals[0], len(refusals) - 1
        vi = f"{first.instead.vi} Còn {more} lý do khác ở dưới." if more else first.instead.vi
        en = f"{first.instead.en} {more} more below." if more else first.instead.en
        return VerdictView(first.words, Words(vi, en), "bad", tuple(why for one in refusals for why in one.whys))
    for field in fields:
        if field.options and not field.value:
            case = grounds.rules.case(grounds.facts.case)
            mapped = field.name == "wanted_class" and case is not None and case.classes == "free"
            return words.TO_MAP if mapped else words.TO_CHOOSE[field.name]
    waiting = [one for one in exceptions if one.state != "granted"]
    if waiting:
        who = waiting[0].granted_by or words.SOMEBODY_ELSE
        vi = f"Người quyết định: {who.vi}, ở cuối trang."
        detail = Words(vi, f"Decided by: {who.en}, at the end of the page.")
        return VerdictView(waiting[0].words, detail, "warn", tuple(why for one in waiting for why in one.whys))
    return words.CAN_BE_ACCEPTED


def _field(
    dossier: Dossier, field: FormField, shown: FieldView, offered: Offered, decision: Decision, grounds: Grounds
) -> FieldView | None:
    if field.name == "case":
        return _case_field(dossier, shown, offered, grounds)
    if field.name == "wanted_class":
        return _class_field(shown, decision, grounds)
    if field.kind == "choice" and field.required and not shown.value and field.choices:
        return replace(shown, value=field.choices[0][0])
    return shown


# ---- cases ----------------------------------------------------------------------------------------------------------


def _case_field(dossier: Dossier, shown: FieldView, offered: Offered, grounds: Grounds) -> FieldView:
    """Those that can apply first, with the digits that choose them; the only one there is stands chosen."""
    fitting = sorted((case for case, applies, _ in offered if applies), key=of_another_issuer)
    only = fitting[0].code if len(fitting) == 1 else ""
    chosen = dossier.text("case") or (grounds.facts.case if dossier.status != "draft" else only)
    forecast = "" if chosen else grounds.facts.case
    options = [_open_case(case, place, case.code == forecast, grounds) for place, case in enumerate(fitting)]
    options += [_closed_case(case, reason, case.code == chosen, grounds) for case, fits, reason in offered if not fits]
    held = grounds.rules.case(chosen)
    choices = tuple((case.code, case.name) for case in fitting)
    if held is not None and held not in fitting:
        choices = ((held.code, held.name), *choices)
    whys = next((one.whys for one in options if one.value == (chosen or forecast)), ())
    return replace(shown, value=chosen, choices=choices, options=tuple(options), whys=whys, wide=True)


def _open_case(case: Case, place: int, forecast: bool, grounds: Grounds) -> ChoiceView:
    why = grounds.why(case.name, case.rule)
    mark = words.FORECAST if forecast else None
    return ChoiceView(case.code, case.name, True, None, DIGITS[place : place + 1], mark, (why,))


def _closed_case(case: Case, reason: Words, held: bool, grounds: Grounds) -> ChoiceView:
    """What would refuse it, with the values that do; then the case itself."""
    there = grounds.for_case(case.code)
    row = refusal_row(grounds.rules, case.code, reason)
    about = Words(f"{words.APPLIES_NOT.vi}: {case.name.vi}", f"{words.APPLIES_NOT.en}: {case.name.en}")
    first = there.why(about, row.rule, when=row.when) if row is not None else there.said(about, reason)
    mark = words.HELD if held else None
    return ChoiceView(case.code, case.name, False, reason, mark=mark, whys=(first, grounds.why(case.name, case.rule)))


# ---- classes --------------------------------------------------------------------------------------------------------


def _class_field(shown: FieldView, decision: Decision, grounds: Grounds) -> FieldView | None:
    """The classes among which the law leaves a choice, else the one that follows; none where a case has no class."""
    case = grounds.rules.case(grounds.facts.case)
    if case is not None and case.classes == "none":
        return None
    open_now = open_classes(grounds.facts, grounds.rules)
    offered = [one for one in decision.new_classes if not open_now or one.code in open_now]
    options = tuple(_class(choice, place, decision, grounds) for place, choice in enumerate(offered))
    wanted = grounds.facts.wanted_class
    if not options:
        return replace(shown, value=wanted, whys=())
    whys = next((one.whys for one in options if one.value == wanted), tuple(w for one in options for w in one.whys))
    beside = sorted({group[0] for group in class_groups(grounds.facts, grounds.rules) if len(group) == 1})
    hint = shown.hint
    if open_now and beside:
        listed = ", ".join(beside)
        hint = Words(
            f"Cùng với hạng {listed}, không phải chọn.", f"Together with class {listed}, which needs no choice."
        )
    return replace(
        shown,
        value=wanted,
        choices=tuple((one.value, one.words) for one in options),
        options=options,
        hint=hint,
        whys=whys,
        wide=True,
    )


def _class(choice: ClassChoice, place: int, decision: Decision, grounds: Grounds) -> ChoiceView:
    row = grounds.rules.classes.get(("new", choice.code)) or grounds.rules.classes.get(("old", choice.code))
    covers = row.covers if row else Words("", "")
    said = Words(f"{choice.code} – {covers.vi}", f"{choice.code} – {covers.en}")
    name = Words(f"Hạng {choice.code}", f"Class {choice.code}")
    facts = [_validity(row, grounds)] if row else []
    if choice.restriction is not None:
        facts.append(Words(f"hạn chế: {choice.restriction.vi}", f"restricted: {choice.restriction.en}"))
    if choice.extra is not None:
        facts.append(Words(f"kèm: {choice.extra.vi}", f"with: {choice.extra.en}"))
    detail = Words(" · ".join(one.vi for one in facts), " · ".join(one.en for one in facts)) if facts else None
    return ChoiceView(
        choice.code,
        said,
        True,
        detail,
        DIGITS[place : place + 1],
        None,
        (*class_whys(choice.code, name, decision, grounds), *([grounds.why(name, row.rule)] if row else [])),
    )


def class_whys(code: str, about: Words, decision: Decision, grounds: Grounds) -> tuple[Why, ...]:
    """The rows by which the licences of this dossier become a class."""
    rows = {row.rule.id: row for rows in grounds.rules.conversions.values() for row in rows}
    whys = []
    for rule in decision.why(f"class:{code}"):
        row = rows.get(rule.id)
        whys.append(grounds.why(about, rule, _conversion(row.regime, row.code, row.to) if row is not None else None))
    return tuple(whys)


def _conversion(regime: str, code: str, to: str) -> Words:
    old = Words("cũ", "old") if regime == "old" else Words("mới", "new")
    return Words(f"Hạng {code} ({old.vi}) đổi sang hạng {to}.", f"Class {code} ({old.en}) becomes class {to}.")


def _validity(row: ClassRow, grounds: Grounds) -> Words:
    """`10 năm, đến 23/11/2036`, counted from the day of reception."""
    if row.validity == "none":
        return words.NEVER_ENDS
    person, on = grounds.facts.applicant, in_hanoi(grounds.facts.received_at).date()
    end = licensing.valid_until(row.code, on, person.born, person.sex, grounds.rules)
    until = Words(f"đến {format_day(end)}", f"until {format_day(end)}") if end is not None else words.NOTHING_KNOWN
    if row.validity == "age":
        return until
    years = "năm", "year" if row.validity_years == 1 else "years"
    return Words(f"{row.validity_years} {years[0]}, {until.vi}", f"{row.validity_years} {years[1]}, {until.en}")


# ---- refusals and exceptions ----------------------------------------------------------------------------------------


def _refusal(reason: Reason, offered: Offered, grounds: Grounds) -> RefusalView:
    row = refusal_row(grounds.rules, grounds.facts.case, reason.words)
    if row is not None:
        why = grounds.why(words.REFUSED_BECAUSE, row.rule, when=row.when)
    else:
        why = grounds.said(words.REFUSED_BECAUSE, reason.words, reason.basis)
    return RefusalView(reason.words, reason.basis, _instead(offered, grounds), (why,))


def _instead(offered: Offered, grounds: Grounds) -> Words:
    """The cases that the same facts would let through, by name."""
    fitting = [
        case.name
        for case, applies, _ in sorted(offered, key=lambda one: of_another_issuer(one[0]))
        if applies
        and case.code != grounds.facts.case
        and not decide(replace(grounds.facts, case=case.code, wanted_class=""), grounds.rules).refusals
    ]
    if not fitting:
        return words.NO_OTHER_CASE
    first, more = fitting[:NAMED], len(fitting) - NAMED
    vi, en = "; ".join(one.vi for one in first), "; ".join(one.en for one in first)
    if more > 0:
        return Words(f"Có thể phù hợp: {vi}; và {more} trường hợp khác.", f"May fit: {en}; and {more} more.")
    return Words(f"Có thể phù hợp: {vi}.", f"May fit: {en}.")


def _waivers(dossier: Dossier, decision: Decision, grounds: Grounds) -> Iterator[ExceptionNeeded]:
    """The papers of this case that somebody asked to do without: no rule asks for that, so they follow the others."""
    for paper in decision.papers:
        row = grounds.rules.exception(waiver(paper.code))
        if row is not None and exception_of(dossier, waiver(paper.code)) is not None:
            because = row.rule.because
            said = Words(f"{because.vi} ({paper.name.vi})", f"{because.en} ({paper.name.en})")
            yield replace(exception_needed(row, grounds.rules, waiver(paper.code)), words=said)


def _raised(dossier: Dossier, decision: Decision, grounds: Grounds) -> Iterator[ExceptionNeeded]:
    """What somebody raised by hand for this dossier, where no rule asks for it."""
    needed = {one.code for one in decision.exceptions_needed}
    for code in dossier.exceptions:
        row = grounds.rules.exception(code)
        if row is not None and row.raised in ("draft", "always", "step") and code not in needed:
            yield exception_needed(row, grounds.rules, code)


def _exception(dossier: Dossier, needed: ExceptionNeeded, grounds: Grounds) -> ExceptionView:
    state = exception_of(dossier, needed.code)
    row = grounds.rules.exception(needed.code)
    outcome: Literal["needed", "asked", "granted", "refused"] = "needed"
    if state is not None:
        outcome = "asked" if state.granted is None else "granted" if state.granted else "refused"
    return ExceptionView(
        code=needed.code,
        words=needed.words,
        state=outcome,
        reason=state.reason if state is not None else "",
        decided_by=state.decided_by if state is not None and not state.is_open else "",
        details=evidence_view.weaknesses(dossier) if needed.code == IDENTITY_WEAK else (),
        granted_by=named_roles(needed.granted_by, grounds.rules),
        # Who decides reads it in the panel, whoever signed in at this desk.
        doubt=words.DOUBTS.get(row.rule.verified) if row is not None else None,
        whys=(grounds.why(needed.words, row.rule, when=row.when),) if row is not None else (),
        approvers=max(needed.approvers, state.approvers if state is not None else 1),
        has_amount=row is not None and row.has_amount,
        shown=shown_of(dossier, needed.code) if state is not None else "",
        comment=state.comment if state is not None else "",
        field=_pointed_at(state),
        asked_by=state.asked_by if state is not None else "",
        asked_at=state.asked_at if state is not None else None,
        amount_vnd=state.amount_vnd if state is not None else 0,
        evidence=state.evidence if state is not None else (),
        granted_so_far=state.granted_by if state is not None else (),
        more=state.more.comment if state is not None and state.more is not None else "",
        more_by=state.more_by if state is not None else "",
    )


def _pointed_at(state: ExceptionState | None) -> str:
    """The field that a supervisor's last comment points at."""
    if state is None:
        return ""
    return state.more.field if state.more is not None else state.field


def named_roles(roles: Sequence[str], rules: Rules) -> Words | None:
    """These roles as people call them; nothing where the catalogue names none of them."""
    named = [rules.role_names[role] for role in roles if role in rules.role_names]
    return Words(" / ".join(one.vi for one in named), " / ".join(one.en for one in named)) if named else None
