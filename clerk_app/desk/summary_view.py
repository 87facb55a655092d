"""What follows from the rules, line by line: class, test, appointment, fee, validity, code; each with its reasons."""

from __future__ import annotations

from datetime import date, datetime

from clerk_app.desk import counting, words
from clerk_app.desk.application_view import class_whys
from clerk_app.desk.evidence_view import moment, same
from clerk_app.desk.facts import class_groups
from clerk_app.desk.grounds import Grounds
from clerk_app.desk.views import SummaryLine, Why
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.licence import Licence
from clerk_app.domain.licensing import overdue, subject
from clerk_app.domain.money import format_vnd
from clerk_app.domain.procedure import Decision
from clerk_app.domain.refusals import Words


def summary_lines(dossier: Dossier, decision: Decision, grounds: Grounds, chosen: bool) -> tuple[SummaryLine, ...]:
    """The facts of a dossier. `chosen`: somebody took the case; else all of it is a forecast, and the first line says
    so.
    """
    lines = [] if chosen else [_forecast(grounds)]
    lines += [_class(decision, grounds), _test(decision, grounds), _due(dossier, decision, grounds)]
    lines.append(_fee(decision, grounds))
    if decision.valid_until is not None:
        lines.append(_valid(decision.valid_until, decision, grounds))
    label = words.CODE if dossier.code else words.LOCAL_CODE
    code = same(dossier.code or dossier.local_code)
    lines.append(SummaryLine("code", label, code, None, (grounds.said(label, words.CODE_WHY),)))
    return tuple(lines)


def _line(key: str, label: Words, value: Words, detail: Words | None, whys: tuple[Why, ...]) -> SummaryLine:
    return SummaryLine(key, label, value, detail, whys, any(one.doubt is not None for one in whys))


def _nothing(label: Words, grounds: Grounds) -> tuple[Why, ...]:
    return (grounds.said(label, words.NO_REASON),)


def _forecast(grounds: Grounds) -> SummaryLine:
    case = grounds.rules.case(grounds.facts.case)
    if case is None:
        return SummaryLine("case", words.CASE, words.CASE_NOT_CHOSEN)
    detail = Words(f"Tính thử theo: {case.name.vi}", f"Worked out for: {case.name.en}")
    why = grounds.why(words.CASE, case.rule, detail)
    return _line("case", words.CASE, words.CASE_NOT_CHOSEN, detail, (why,))


def _class(decision: Decision, grounds: Grounds) -> SummaryLine:
    facts = grounds.facts
    old = " + ".join(licence.code for licence in facts.licences) or "–"
    groups = class_groups(facts, grounds.rules)
    targets = [(facts.wanted_class,) if facts.wanted_class in group else group for group in groups]
    listed = dict.fromkeys(" / ".join(group) if len(group) < 4 else "…" for group in targets)
    label, about = words.CLASS_CHANGE, words.CLASS_CHANGE
    case = grounds.rules.case(facts.case)
    whys = tuple(
        why
        for code in dict.fromkeys(c for g in targets for c in g)
        for why in class_whys(code, about, decision, grounds)
    )
    if case is not None:
        whys += (grounds.why(words.CASE, case.rule),)
    open_now = [group for group in targets if len(group) > 1]
    detail = words.BY_CHOICE if open_now else None
    if case is not None and case.classes == "none":
        return _line("class", label, same(old), words.NO_CLASS_OF_ITS_OWN, whys)
    if open_now and case is not None and case.classes == "free":
        detail = words.BY_ORIGINAL
    return _line("class", label, same(f"{old} → {' + '.join(listed) or '–'}"), detail, whys or _nothing(label, grounds))


def _test(decision: Decision, grounds: Grounds) -> SummaryLine:
    """The test and the days it follows from, licence by licence; and from which day it would be another."""
    facts, rules = grounds.facts, grounds.rules
    on = in_hanoi(facts.received_at).date()
    licences = subject(facts.licences, rules.case(facts.case))
    value = words.TESTS[decision.test]
    if not licences:
        return _line("test", words.TEST, words.NOTHING_KNOWN, None, _nothing(words.TEST, grounds))
    stand = [(one, counting.standing(one, on, rules, grounds.view)) for one in licences]
    alone = len(stand) == 1
    said = [how if alone else Words(f"{one.code}: {how.vi}", f"{one.code}: {how.en}") for one, how in stand]
    detail = Words("; ".join(one.vi for one in said), "; ".join(one.en for one in said))
    whys = tuple(_test_why(one, how, grounds) for one, how in stand)
    return _line("test", words.TEST, value, detail, whys)


def _test_why(licence: Licence, how: Words, grounds: Grounds) -> Why:
    on = in_hanoi(grounds.facts.received_at).date()
    about = Words(f"{words.TEST.vi}, hạng {licence.code}", f"{words.TEST.en}, class {licence.code}")
    held = Words(f"Hạng {licence.code} {how.vi}.", f"Class {licence.code}: {how.en}.")
    band = counting.band_of(licence, on, grounds.rules, grounds.view)
    if band is None:
        return grounds.said(about, held)
    end = counting.ends_on(licence, band)
    vi, en = f"{held.vi} {band.rule.because.vi}", f"{held.en} {band.rule.because.en}"
    if end is not None:
        then = words.TESTS[overdue((licence,), end, grounds.rules, grounds.view).test]
        vi = f"{vi} Từ {format_day(end)}: sát hạch {then.vi.lower()}."
        en = f"{en} From {format_day(end)}: {then.en.lower()} test."
    return grounds.why(about, band.rule, Words(vi, en), band.when)


def _due(dossier: Dossier, decision: Decision, grounds: Grounds) -> SummaryLine:
    rules, facts = grounds.rules, grounds.facts
    case = rules.case(facts.case)
    limit = rules.limits.get(case.limit) if case is not None else None
    at: datetime = dossier.submitted.due_at if dossier.submitted else decision.due_at
    if limit is None:
        return _line("due", words.DUE, words.NOTHING_KNOWN, None, _nothing(words.DUE, grounds))
    full = counting.counted_in_full(facts.received_at, at, limit, rules.calendar)
    whys = [grounds.why(words.DUE, limit.rule, full)]
    half = counting.half_day_words(rules.calendar)
    whys += [grounds.why(words.DUE, rule, half) for rule in decision.why("due") if rule.table == "settings"]
    for day in counting.special_days(facts.received_at, at, rules.calendar):
        about = Words(f"Ngày {format_day(day.day)}", format_day(day.day))
        whys.append(grounds.said(about, day.name, day.basis, day.verified))
    detail = counting.counted(facts.received_at, at, limit, rules.calendar)
    return _line("due", words.DUE, same(moment(at)), detail, tuple(whys))


def _fee(decision: Decision, grounds: Grounds) -> SummaryLine:
    whys = tuple(grounds.why(words.FEE, rule) for rule in decision.why("fee"))
    detail = same("; ".join(one.basis for one in whys)) if whys else None
    value = same(format_vnd(decision.fee_vnd))
    return _line("fee", words.FEE, value, detail, whys or _nothing(words.FEE, grounds))


def _valid(until: date, decision: Decision, grounds: Grounds) -> SummaryLine:
    whys = tuple(grounds.why(words.VALID_UNTIL, rule) for rule in decision.why("valid_until"))
    case = grounds.rules.case(grounds.facts.case)
    permit = case is not None and case.classes == "none"
    detail = words.NOT_BEYOND if permit else words.UNTIL_ISSUED
    return _line(
        "valid", words.VALID_UNTIL, same(format_day(until)), detail, whys or _nothing(words.VALID_UNTIL, grounds)
    )
