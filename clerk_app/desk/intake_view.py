"""Builds the view of a dossier at the desk: every rule applied, every text written out, nothing left to a widget."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from clerk_app.desk import evidence_view, face_words, words
from clerk_app.desk.evidence_view import moment
from clerk_app.desk.facts import decision_of
from clerk_app.desk.findings import findings
from clerk_app.desk.views import (
    ApplicationView,
    Badge,
    ExceptionView,
    FeeView,
    FieldView,
    Finding,
    IdentityView,
    IntakeView,
    LicenceRow,
    PageView,
    PaperLine,
    PapersView,
    ReceiptView,
    StepView,
    SummaryLine,
)
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.dossier import STEPS, Dossier, Step
from clerk_app.domain.facts import (
    IDENTITY_WEAK,
    chosen_licences,
    evidence_of,
    exception_of,
    known_licences,
    paper_done,
    proven,
)
from clerk_app.domain.forms import FormField
from clerk_app.domain.licence import Licence
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.procedure import Decision, Facts, PaperNeeded
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

NUMBER_CHANGED = "NUMBER_CHANGED"
"""Why the register has not answered: what it said was about another ID number."""

OWN_NATIONALITY = "VNM"
WIDE_FROM = 100
"""Fields for longer texts take the whole width."""
"""What a nationality is that nobody typed: the facts of a decision take it so."""


def size_words(size_bytes: int) -> str:
    """`14,2 MB`, `310 KB`: as people write it here."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(size_bytes / 1000)) if size_bytes else 0} KB"


def intake_view(
    dossier: Dossier, rules: Rules, now: datetime, waiting: int = 0, refused: int = 0, checked: Step | None = None
) -> IntakeView:
    """The whole view. `checked` names the step whose problems are shown beside its fields."""
    facts, decision = decision_of(dossier, now, rules)
    found = findings(dossier, decision, rules) if dossier.status == "draft" else ()
    problems = {one.field: one.words for one in found if checked is not None and one.step == checked and one.field}
    case = rules.case(facts.case)
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
        application=_application(dossier, facts, decision, rules, problems),
        papers=_papers(dossier, decision),
        fee=_fee(dossier, decision, rules, facts),
        receipt=_receipt(dossier, found, waiting, refused),
        summary=_summary(dossier, facts, decision),
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


def _group(dossier: Dossier, rules: Rules, group: str) -> tuple[FormField, ...]:
    definition = rules.forms.get(dossier.procedure)
    return tuple(field for field in definition.fields if field.group == group) if definition else ()


def _identity(dossier: Dossier, problems: dict[str, Words], now: datetime, rules: Rules) -> IdentityView:
    fields = [_value(dossier, field, problems) for field in _group(dossier, rules, "identity")]
    fields = [
        replace(one, value=one.value or OWN_NATIONALITY) if one.name == "applicant.nationality" else one
        for one in fields
    ]
    register = dossier.register
    if dossier.text("applicant.number") and (register is None or not register.answered or not register.licences):
        # Typed from the card because no register named it: then all but the expiry must be there.
        fields += [
            replace(_value(dossier, field, problems), required=field.name != "licence.expires")
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
    if register is None or register.problem == NUMBER_CHANGED:
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


def _application(
    dossier: Dossier, facts: Facts, decision: Decision, rules: Rules, problems: dict[str, Words]
) -> ApplicationView:
    fields = [_form_field(dossier, field, facts, decision, problems) for field in _group(dossier, rules, "application")]
    return ApplicationView(
        fields=tuple(fields),
        refusals=tuple((reason.words, reason.basis) for reason in decision.refusals),
        warnings=decision.warnings,
        exceptions=tuple(_exception(dossier, one.code, one.words) for one in decision.exceptions_needed),
    )


def _form_field(
    dossier: Dossier, field: FormField, facts: Facts, decision: Decision, problems: dict[str, Words]
) -> FieldView:
    shown = _value(dossier, field, problems)
    if field.name == "case":
        return replace(shown, value=facts.case)
    if field.name == "wanted_class":
        possible = {choice.code: choice for choice in decision.new_classes}
        why = possible[facts.wanted_class].restriction if facts.wanted_class in possible else None
        narrowed = tuple((code, name) for code, name in field.choices if code in possible)
        return replace(shown, value=facts.wanted_class, choices=narrowed or field.choices, why=why)
    if field.kind == "choice" and field.required and not shown.value and field.choices:
        return replace(shown, value=field.choices[0][0])
    return shown


def _exception(dossier: Dossier, code: str, said: Words) -> ExceptionView:
    state = exception_of(dossier, code)
    details = evidence_view.weaknesses(dossier) if code == IDENTITY_WEAK else ()
    if state is None:
        return ExceptionView(code, said, "needed", "", "", details)
    if state.granted is None:
        return ExceptionView(code, said, "asked", state.reason, "", details)
    outcome: Literal["granted", "refused"] = "granted" if state.granted else "refused"
    return ExceptionView(code, said, outcome, state.reason, state.decided_by, details)


def _papers(dossier: Dossier, decision: Decision) -> PapersView:
    names = {paper.code: paper.name for paper in decision.papers}
    count: dict[str, int] = {}
    pages = []
    for index, page in enumerate(dossier.pages):
        count[page.paper] = count.get(page.paper, 0) + 1
        number = count[page.paper]
        name = names.get(page.paper, Words(page.paper, page.paper))
        caption = Words(f"Trang {number} · {name.vi}", f"Page {number} · {name.en}")
        pages.append(
            PageView(
                index,
                page.sheet,
                page.paper,
                caption,
                page.turned,
                page.width,
                page.height,
                size_words(page.size_bytes),
            )
        )
    return PapersView(
        lines=tuple(_paper(dossier, paper, count.get(paper.code, 0)) for paper in decision.papers),
        pages=tuple(pages),
        can_undo=bool(dossier.past_pages),
        can_redo=bool(dossier.future_pages),
        total_size=size_words(sum(page.size_bytes for page in dossier.pages)),
    )


def _paper(dossier: Dossier, paper: PaperNeeded, pages: int) -> PaperLine:
    how = dossier.marks.get(paper.code, "")
    if pages:
        state = Badge(Words(f"{pages} trang", f"{pages} page{'s' if pages > 1 else ''}"), "good")
        detail = words.SCANNED
    elif paper.by_chip or how == "chip":
        state, detail = words.BY_CHIP, words.BY_CHIP_DETAIL
    elif paper.generated:
        state, detail = words.GENERATED, words.GENERATED_DETAIL
    elif how == "seen":
        state, detail = words.SEEN, words.SEEN_DETAIL
    else:
        state = words.MISSING if paper.required else words.OPTIONAL
        detail = words.CAN_BE_SEEN if paper.by_seeing else words.TO_SCAN
    return PaperLine(
        code=paper.code,
        name=paper.name,
        detail=detail,
        state=state,
        pages=pages,
        done=paper_done(dossier, paper),
        required=paper.required,
        why=Words(f"{paper.because.vi} ({paper.basis})", f"{paper.because.en} ({paper.basis})"),
        can_scan=dossier.status == "draft",
        can_mark=paper.by_seeing and dossier.status == "draft",
    )


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


def _summary(dossier: Dossier, facts: Facts, decision: Decision) -> tuple[SummaryLine, ...]:
    basis = "; ".join(dict.fromkeys(rule.basis for rule in decision.rules if rule.basis))
    doubtful = any(rule.verified != "yes" for rule in decision.rules)
    why = _because(decision, "due")
    old = " + ".join(licence.code for licence in facts.licences) or "–"
    new = facts.wanted_class or " / ".join(choice.code for choice in decision.new_classes) or "–"
    due_at = dossier.submitted.due_at if dossier.submitted else decision.due_at
    lines = [
        SummaryLine("class", words.CLASS_CHANGE, f"{old} → {new}", _because(decision, "class"), basis, doubtful),
        SummaryLine("due", words.DUE, moment(due_at), why, basis, doubtful),
        SummaryLine("fee", words.FEE, format_vnd(decision.fee_vnd), _because(decision, "fee"), basis, doubtful),
    ]
    if decision.test != "none":
        lines.append(SummaryLine("test", words.TEST, words.TESTS[decision.test].vi, words.TEST, basis, doubtful))
    if decision.valid_until:
        until = format_day(decision.valid_until)
        lines.append(SummaryLine("valid", words.VALID_UNTIL, until, words.VALID_UNTIL, basis, doubtful))
    label = words.CODE if dossier.code else words.LOCAL_CODE
    lines.append(SummaryLine("code", label, dossier.code or dossier.local_code, words.CODE_WHY, "", False))
    return tuple(lines)


def _because(decision: Decision, topic: str) -> Words:
    said = [rule.because for rule in decision.rules if rule.id.split(".")[0] in words.TOPICS[topic]]
    if not said:
        return words.NO_REASON
    return Words(" ".join(one.vi for one in said), " ".join(one.en for one in said))
