"""What holds on a day as one JSON document: codes and figures for programs, words in one language beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.showing.day import Day, when_of
from clerk_app.catalogue.showing.law import near_days
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Case, PaperRow, Rule, Scope

Document = dict[str, object]
Say = Callable[[Words], str]


def document_of(pack: Pack, on: date, procedure: str, language: str) -> Document:
    """Everything that holds on a day. Raises `Refusal` `PROCEDURE_UNKNOWN`."""
    day = Day(pack, on, procedure)
    rules = day.rules

    def say(words: Words) -> str:
        return words.of(language)

    document: Document = {
        "on": on.isoformat(),
        "rule_set": rules.rule_set,
        "version": pack.version,
        "since": rules.since.isoformat(),
        "until": rules.until.isoformat() if rules.until else None,
        "procedures": [{"code": one.code, "name": say(one.name), **_of(one.rule)} for one in day.procedures],
        "cases": [_case(day, case, say) for case in day.cases],
        "fees": [
            {"code": fee.code, "channel": fee.channel, "fee_vnd": fee.amount_vnd, **_of(fee.rule)} for fee in rules.fees
        ],
        "limits": [
            {"key": one.key, "days": one.half_days / 2, "hours": one.hours, **_of(one.rule)}
            for one in rules.limits.values()
        ],
        "refusals": [
            {"code": row.code, "about": row.about, **_when(day, row.scope, when_of(row.when), row.rule, say)}
            for row in rules.refusals
            if day.covers(row.scope)
        ],
        "exceptions": [
            {
                "code": row.code,
                "granted_by": " ".join(one.role for one in rules.grants(row.code)),
                "grants": [{"role": one.role, "up_to_vnd": one.up_to_vnd} for one in rules.grants(row.code)],
                "approvers": row.approvers,
                "raised": row.raised,
                "amount": row.has_amount,
                **_when(day, row.scope, when_of(row.when), row.rule, say),
            }
            for row in rules.exceptions
            if day.covers(row.scope)
        ],
        "notices": [
            {"code": row.code, **_when(day, row.scope, when_of(row.when), row.rule, say)}
            for row in rules.notices
            if day.covers(row.scope)
        ],
        "settings": dict(sorted(rules.settings.items())),
        "purposes": [
            {"code": one.code, "words": say(one.words), "roles": sorted(one.roles), **_of(one.rule)}
            for one in rules.purposes.values()
        ],
        "reviews": [
            {
                "code": one.code,
                "procedures": list(one.procedures),
                "cases": [case.code for case in day.covers(one.scope)],
                "ordinary": one.ordinary,
                "share_percent": one.share / 100,
                **_of(one.rule),
            }
            for one in rules.reviews
        ],
        "handings": [
            {
                "code": one.code,
                "kind": one.kind,
                "procedures": list(one.procedures),
                "value": one.value,
                "words": say(one.words),
                **_of(one.rule),
            }
            for one in rules.handings
        ],
        "review_causes": [
            {"code": one.code, "name": say(one.name), **_of(one.rule)} for one in rules.review_causes.values()
        ],
        "retentions": [
            {"kind": one.kind, "name": say(one.name), "days": one.days, **_of(one.rule)}
            for one in (*rules.retentions.values(), *rules.records.values())
        ],
    }
    return document | _papers(day) | _classes(day, say) | _calendar(day, say) | _life(day, say)


def _papers(day: Day) -> Document:
    """How papers are scanned, and what may be taken from record instead."""
    return {
        "profiles": [
            {
                "paper": one.paper,
                "key": one.key,
                "source": one.source,
                "dpi": one.dpi,
                "colour": one.colour,
                "cut": one.cut,
                "sides": one.sides,
                "pages": [one.pages_min, one.pages_max or None],
                "codes": list(one.codes),
                **_of(one.rule),
            }
            for one in day.rules.profiles.values()
        ],
        "reuses": [
            {
                "paper": one.paper,
                "source": one.source,
                "cases": [case.code for case in day.covers(one.scope)],
                "max_age": f"{one.max_age.count} {one.max_age.unit}" if one.max_age is not None else None,
                "counted_from": one.counted_from or None,
                "state": one.state,
                **_of(one.rule),
            }
            for one in day.rules.reuses
        ],
    }


def _of(rule: Rule) -> Document:
    return {"basis": rule.basis, "verified": rule.verified}


def _when(day: Day, scope: Scope, when: Words, rule: Rule, say: Say) -> Document:
    cases = [case.code for case in day.covers(scope)]
    return {"cases": cases, "when": say(when), "words": say(rule.because), **_of(rule)}


def _case(day: Day, case: Case, say: Say) -> Document:
    rules = day.rules
    limit = rules.limits.get(case.limit)
    fees = {channel: rules.fee(case.fee, channel) for channel in ("counter", "online", "post")}
    return {
        "code": case.code,
        "name": say(case.name),
        "procedures": sorted(case.procedures),
        "tthc": case.tthc,
        "days": limit.half_days / 2 if limit else None,
        "fees_vnd": {channel: fee.amount_vnd if fee else None for channel, fee in fees.items()},
        "papers": [_paper(row, say) for row in rules.papers if row.scope.covers(case.code)],
        "exceptions": [row.code for row in rules.exceptions if row.scope.covers(case.code)],
        **_of(case.rule),
    }


def _paper(row: PaperRow, say: Say) -> Document:
    return {
        "code": row.code,
        "name": say(row.name),
        "required": row.required,
        "when": say(when_of(row.when)),
        "by_chip": row.by_chip,
        "by_seeing": row.by_seeing,
        "generated": row.generated,
        **_of(row.rule),
    }


def _classes(day: Day, say: Say) -> Document:
    rules = day.rules
    return {
        "classes": [
            {
                "regime": one.regime,
                "code": one.code,
                "covers": say(one.covers),
                "validity": one.validity,
                "years": one.validity_years,
                "min_age": one.min_age,
                "max_age": {"M": one.max_age_male or None, "F": one.max_age_female or None},
                "health": one.health,
                "includes": list(one.includes),
                **_of(one.rule),
            }
            for one in rules.classes.values()
        ],
        "conversions": [
            {
                "regime": one.regime,
                "from": one.code,
                "to": one.to or None,
                "restriction": say(one.restriction) if one.restriction else None,
                "extra": say(one.extra) if one.extra else None,
                **_of(one.rule),
            }
            for group in rules.conversions.values()
            for one in group
        ],
        "expiry": [
            {
                "from": f"{band.start.count} {band.start.unit}",
                "to": f"{band.end.count} {band.end.unit}" if band.end else None,
                "when": say(when_of(band.when)),
                "test": band.test,
                "exchange_open": band.exchange_open,
                **_of(band.rule),
            }
            for band in rules.expiry
        ],
    }


def _calendar(day: Day, say: Say) -> Document:
    hours = day.rules.calendar.hours
    return {
        "holidays": [
            {
                "day": one.day.isoformat(),
                "name": say(one.name),
                "works": one.works,
                "basis": one.basis,
                "verified": one.verified,
            }
            for one in near_days(day)
        ],
        "hours": [f"{moment:%H:%M}" for moment in (hours.opens, hours.noon, hours.resumes, hours.closes)],
    }


def _life(day: Day, say: Say) -> Document:
    codes = {one.code for one in day.procedures}
    return {
        "states": [
            {
                "code": one.code,
                "name": say(one.name),
                "status": one.status,
                "ends": one.ends,
                "stage": one.stage,
                **_of(one.rule),
            }
            for one in day.rules.states.values()
        ],
        "steps": [
            {
                "code": step.code,
                "name": say(step.name),
                "procedures": sorted(code for code in codes if step.of(code)),
                "from": list(step.start),
                "to": step.to,
                "by": step.by,
                "clock": step.clock,
                "form": step.form or None,
                **_of(step.rule),
            }
            for step in day.rules.steps
            if any(step.of(code) for code in codes)
        ],
    }
