"""Builds the view of a dossier at the desk: every rule applied, every text written out, nothing left to a widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from clerk_app.desk import evidence_view, face_words, words
from clerk_app.desk.application_view import application_view
from clerk_app.desk.evidence_view import moment
from clerk_app.desk.facts import case_is_chosen, decision_of, fee_open
from clerk_app.desk.findings import findings
from clerk_app.desk.grounds import Grounds
from clerk_app.desk.papers_view import papers_view
from clerk_app.desk.payment_view import payment_view
from clerk_app.desk.reading_view import with_readings
from clerk_app.desk.summary_view import summary_lines
from clerk_app.desk.views import (
    Badge,
    FeeView,
    FieldView,
    Finding,
    IdentityView,
    IntakeView,
    LicenceRow,
    PapersView,
    ReceiptView,
    StepView,
)
from clerk_app.domain import addresses
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.conditions import verdict
from clerk_app.domain.dossier import STEPS, Dossier, Step
from clerk_app.domain.facts import (
    chosen_licences,
    evidence_of,
    known_licences,
    proven,
)
from clerk_app.domain.forms import FormField
from clerk_app.domain.licence import Licence
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.procedure import Decision, Facts, view_of
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

NUMBER_CHANGED, ASK_AGAIN = "NUMBER_CHANGED", "ASK_AGAIN"
UNASKED = frozenset({NUMBER_CHANGED, ASK_AGAIN})
"""Why the licence register counts as not asked: what it said was about another ID number, or of another moment."""

MAYBE_EMPTY = ("licence.expires", "licence.restriction")
"""What a card that is typed from need not say."""
OWN_NATIONALITY = "VNM"
WIDE_FROM = 100
"""Fields for longer texts take the whole width."""
"""What a nationality is that nobody typed: the facts of a decision take it so."""


def intake_view(
    dossier: Dossier,
    rules: Rules,
    now: datetime,
    waiting: int = 0,
    refused: int = 0,
    checked: Step | None = None,
    doubts: bool = False,
    earlier: Sequence[Dossier] = (),
    supervised: bool = False,
) -> IntakeView:
    """The whole view. `checked` names the step whose problems are shown beside its fields; with `doubts` every line
    says where its basis was not read surely. `earlier` are accepted dossiers of the same person. `supervised`: a second
    person looks at what whoever sits here accepts.
    """
    facts, decision = decision_of(dossier, now, rules, supervised)
    grounds = Grounds(rules, facts, view_of(facts, rules), doubts)
    found = findings(dossier, facts, decision, rules) if dossier.status == "draft" else ()
    problems = {one.field: one.words for one in found if checked is not None and one.step == checked and one.field}
    chosen = case_is_chosen(dossier, facts, rules)
    case = rules.case(facts.case) if chosen else None
    return IntakeView(
        dossier=dossier.id,
        title=dossier.text("applicant.name"),
        subtitle=case.name if case else words.EXCHANGE,
        local_code=dossier.local_code,
        code=dossier.code,
        status=dossier.status,
        practice=dossier.practice,
        opened_at=dossier.opened_at or now,
        saved_at=dossier.changed_at or now,
        step=dossier.step,
        focus=dossier.focus,
        steps=_steps(dossier, found),
        identity=_identity(dossier, problems, now, rules),
        application=application_view(dossier, _filled(dossier, grounds, problems), decision, grounds),
        papers=_papers(dossier, decision, grounds, problems, earlier),
        fee=_fee(dossier, decision, rules, facts),
        receipt=_receipt(dossier, found, waiting, refused),
        summary=summary_lines(dossier, decision, grounds, chosen),
    )


def read_only(view: IntakeView, holder: Words | None = None) -> IntakeView:
    """The same dossier where nothing may be entered: another desk (`holder`) has it open, or the role reaches no
    further. Everything can be looked at.
    """

    def locked(fields: tuple[FieldView, ...]) -> tuple[FieldView, ...]:
        return tuple(replace(field, locked=True) for field in fields)

    return replace(
        view,
        identity=replace(view.identity, fields=locked(view.identity.fields)),
        application=replace(view.application, fields=locked(view.application.fields)),
        papers=replace(view.papers, fields=locked(view.papers.fields)),
        elsewhere=holder,
    )


def _steps(dossier: Dossier, found: tuple[Finding, ...]) -> tuple[StepView, ...]:
    missing = {one.step for one in found if one.blocking}
    closed = dossier.status == "submitted"
    started = {
        "identity": bool(dossier.text("applicant.number")),
        "application": bool(dossier.text("applicant.number")) and bool(known_licences(dossier)),
        "papers": bool(dossier.pages or dossier.marks),
        "fee": dossier.fee is not None,
        "receipt": closed,
    }
    return tuple(
        StepView(step, words.STEPS[step], closed or (step not in missing and started[step]), True) for step in STEPS
    )


def _value(dossier: Dossier, field: FormField, problems: dict[str, Words]) -> FieldView:
    value = dossier.fields.get(field.name)
    source, proof, told = evidence_view.source_of(dossier, field.name)
    bare = field.name == evidence_view.unfinished(dossier)
    return FieldView(
        name=field.name,
        label=field.label,
        kind="number" if field.check == "id_number" else field.kind,
        value=value.text if value else "",
        source=source,
        locked=proven(dossier, field.name) or dossier.status != "draft",
        required=field.required,
        max_length=field.max_length,
        choices=field.choices,
        hint=words.NAME_WITHOUT_MARKS if bare else field.hint if field.hint.vi else None,
        problem=problems.get(field.name),
        wide=field.max_length > WIDE_FROM,
        proof=proof,
        told=told,
    )


def _told_of_address(shown: FieldView, rules: Rules) -> FieldView:
    """An address that names a district, or a province of before, is kept as printed; the clerk hears that it is old."""
    address = addresses.read(shown.value, rules.provinces.values())
    if not address.old:
        return shown
    hint = words.OLD_ADDRESS
    if address.province != address.province_now:
        hint = words.OLD_PROVINCE.filled(now=address.province_now)
    return replace(shown, hint=hint)


def _group(dossier: Dossier, rules: Rules, group: str) -> tuple[FormField, ...]:
    definition = rules.forms.get(dossier.procedure)
    return tuple(field for field in definition.fields if field.group == group) if definition else ()


def _identity(dossier: Dossier, problems: dict[str, Words], now: datetime, rules: Rules) -> IdentityView:
    fields = [_value(dossier, field, problems) for field in _group(dossier, rules, "identity")]
    fields = [
        replace(one, value=one.value or OWN_NATIONALITY) if one.name == "applicant.nationality" else one
        for one in fields
    ]
    fields = [_told_of_address(one, rules) if one.name == "applicant.residence" else one for one in fields]
    register = dossier.register
    if dossier.text("applicant.number") and (register is None or not register.answered or not register.licences):
        # Typed from the card because no register named it: then all but the expiry must be there.
        fields += [
            replace(_value(dossier, field, problems), required=field.name not in MAYBE_EMPTY)
            for field in _group(dossier, rules, "licence")
            if field.name != "licences"
        ]
    evidence = evidence_of(dossier)
    differing = evidence_view.difference_views(dossier, rules)
    chosen = {one.number for one in chosen_licences(dossier)}
    prompt, remedy = evidence_view.prompt(dossier)
    shown = known_licences(dossier) if register and register.answered else ()
    return IdentityView(
        name=dossier.text("applicant.name"),
        badge=evidence_view.badge_of(dossier),
        portrait=evidence.portrait if evidence else "",
        fields=tuple(fields),
        checks=evidence_view.checks(dossier, differing),
        took=evidence_view.took(dossier),
        licences=tuple(_licence(one, one.number in chosen, now) for one in shown),
        register=_register(dossier),
        prompt=prompt,
        remedy=remedy,
        unfinished=evidence_view.unfinished(dossier),
        differences=differing,
        face=face_words.check_line(dossier.face) if dossier.face and evidence and evidence.source == "chip" else None,
    )


def _register(dossier: Dossier) -> Badge:
    register = dossier.register
    if register is None or register.problem in UNASKED:
        return words.REGISTER_NOT_ASKED
    if not register.answered:
        return words.REGISTER_SILENT
    if register.sanctions == "blocked":
        return words.REGISTER_BLOCKED
    if register.sanctions == "unknown":
        return words.REGISTER_SANCTIONS_UNKNOWN
    return words.REGISTER_CLEAR if register.licences else words.REGISTER_NOTHING


def _licence(licence: Licence, chosen: bool, now: datetime) -> LicenceRow:
    today = in_hanoi(now).date()
    expires: Badge | Words = words.NO_EXPIRY
    if licence.expires:
        left = (licence.expires - today).days
        text = format_day(licence.expires)
        if left < 0:
            expires = Badge(Words(f"{text} · quá {-left} ngày", f"{text} · {-left} days over"), "bad")
        elif left <= 90:
            expires = Badge(Words(f"{text} · {left} ngày", f"{text} · {left} days"), "warn")
        else:
            expires = Words(text, text)
    return LicenceRow(
        number=licence.number,
        code=licence.code,
        issued=format_day(licence.issued) if licence.issued else "–",
        expires=expires,
        issuer=licence.issuer or "–",
        points="–" if licence.points is None else str(licence.points),
        state=words.LICENCE_STATES[licence.status],
        chosen=chosen,
    )


def _filled(dossier: Dossier, grounds: Grounds, problems: dict[str, Words]) -> list[tuple[FormField, FieldView]]:
    """The fields of the application that are asked for now, as the catalogue has them and as the dossier holds them."""
    fields = _group(dossier, grounds.rules, "application")
    asked = [field for field in fields if verdict(field.when, grounds.view) != "no"]
    return [(field, _value(dossier, field, problems)) for field in asked]


def _papers(
    dossier: Dossier,
    decision: Decision,
    grounds: Grounds,
    problems: dict[str, Words],
    earlier: Sequence[Dossier],
) -> PapersView:
    """The step with what was read of its pages, and the fields that the papers fill."""
    fields = _group(dossier, grounds.rules, "papers")
    asked = tuple(_value(dossier, one, problems) for one in fields if verdict(one.when, grounds.view) != "no")
    shown = papers_view(dossier, decision, grounds, earlier)
    return replace(with_readings(shown, dossier, grounds.rules), fields=asked)


def _fee(dossier: Dossier, decision: Decision, rules: Rules, facts: Facts) -> FeeView:
    paid = dossier.fee
    case = rules.case(facts.case)
    row = rules.fee(case.fee, dossier.channel) if case and case.fee else None
    due = paid.fee_vnd if paid else decision.fee_vnd
    return FeeView(
        fee_vnd=due,
        fee=format_vnd(due),
        fee_words=amount_vnd_in_words(due),
        name=row.name if row else words.FEE,
        basis=row.rule.basis if row else "",
        paid=paid is not None,
        receipt=paid.receipt if paid else "",
        method=paid.method if paid else "cash",
        tendered=format_vnd(paid.tendered_vnd) if paid else "",
        change=format_vnd(paid.change_vnd) if paid else "",
        suggestions=_notes(due),
        payment=payment_view(dossier, fee_open(dossier, facts, decision)),
    )


def _notes(due: int) -> tuple[int, ...]:
    """What people hand over for this amount: exactly it, and the next round sums of notes."""
    rounded = {due} | {-(-due // note) * note for note in (10_000, 50_000, 100_000, 200_000, 500_000)}
    return tuple(sorted(rounded))[:4] if due else ()


def _receipt(dossier: Dossier, found: tuple[Finding, ...], waiting: int, refused: int) -> ReceiptView:
    submitted = dossier.submitted
    if refused:
        delivery = words.REFUSED
    elif waiting:
        delivery = words.WAITING
    else:
        delivery = words.DELIVERED if submitted else words.NOT_YET
    return ReceiptView(
        findings=found,
        submitted=submitted is not None,
        code=dossier.code,
        due=moment(submitted.due_at) if submitted else "",
        prints=tuple((form, words.FORMS[form], dossier.prints.get(form, 0)) for form in ("M01", "fee_receipt")),
        delivery=delivery,
    )
