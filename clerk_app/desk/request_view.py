"""One request for an exception with everything that somebody decides on, written out."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.desk.approval_views import ApprovalRow, EvidencePage, PinTarget, RequestView
from clerk_app.desk.comparison import comparison_of
from clerk_app.desk.evidence_view import same
from clerk_app.desk.views import ExceptionView, IntakeView, PageView
from clerk_app.domain.calendar import day, format_day
from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.dossier import Dossier, Step
from clerk_app.domain.exceptions import shown_of
from clerk_app.domain.facts import waiver
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

PHOTO = "ANH"
"""The item of the checklist that is the licence photo."""
_NOT_FACTS = frozenset({"reason"})


def request_view(
    dossier: Dossier, asked: ExceptionState, row: ApprovalRow, view: IntakeView, rules: Rules, names: Mapping[str, str]
) -> RequestView:
    """The whole of it. `view` is the same dossier as the clerk sees it."""
    compared = comparison_of(dossier, rules)
    needed = exception_view(view, asked.code)
    who = view.identity
    return RequestView(
        row=row,
        shown=shown_of(dossier, asked.code),
        title=who.name,
        number=dossier.text("applicant.number"),
        born=_day(dossier.text("applicant.born")),
        badge=who.badge,
        portrait=who.portrait,
        photo=photo_of(dossier),
        face=who.face,
        words=needed.words if needed is not None else kind_of(asked.code, rules),
        details=needed.details if needed is not None else (),
        comparison=compared,
        reason=asked.reason,
        facts=_facts(view, {one.field for one in compared.rows}),
        amount=_amount(asked.amount_vnd),
        pages=_pages(view, asked),
        pins=_pins(view, tuple((one.field, one.label) for one in compared.rows)),
        granted_by=needed.granted_by if needed is not None else None,
        doubt=needed.doubt if needed is not None else None,
        before=before_of(asked, names),
        whys=needed.whys if needed is not None else (),
    )


def exception_view(view: IntakeView, code: str) -> ExceptionView | None:
    """The exception as the clerk sees it, while a rule asks for it."""
    return next((one for one in view.application.exceptions if one.code == code), None)


def kind_of(code: str, rules: Rules) -> Words:
    """What the catalogue says of this kind of exception; its code where it says nothing."""
    row = rules.exception(code)
    if row is None:
        return same(code)
    paper = next((one.name for one in rules.papers if code == waiver(one.code)), None)
    because = row.rule.because
    if paper is None:
        return because
    return Words(f"{paper.vi}: {because.vi}", f"{paper.en}: {because.en}")


def short(said: Words) -> Words:
    """The first clause of it, for a list."""
    vi, en = (one.partition(":")[0].strip().rstrip(".") for one in (said.vi, said.en))
    return Words(vi, en)


def photo_of(dossier: Dossier) -> str:
    """The picture of the camera: the one compared with the chip's portrait, else the licence photo; or nothing."""
    if dossier.face is not None and dossier.face.photo:
        return dossier.face.photo
    return next((page.sheet for page in dossier.pages if page.paper == PHOTO and not page.raw), "")


def before_of(asked: ExceptionState, names: Mapping[str, str]) -> tuple[Words, ...]:
    """What was said to this request so far, and how many must still grant it."""
    said = []
    for who in asked.granted_by if asked.is_open else ():
        said.append(Words(f"{names.get(who, who)} đã duyệt.", f"{names.get(who, who)} granted it."))
    if asked.lacking > 1 or (asked.granted_by and asked.lacking):
        said.append(Words(f"Còn cần {asked.lacking} người duyệt.", f"{asked.lacking} more people must grant it."))
    if asked.more is not None:
        who = names.get(asked.more_by, asked.more_by)
        said.append(
            Words(f"{who} yêu cầu bổ sung: {asked.more.comment}", f"{who} asked for more: {asked.more.comment}")
        )
    return tuple(said)


def step_of(field: str, rules: Rules, procedure: str) -> Step:
    """The step in which a field or an item of the checklist stands."""
    definition = rules.forms.get(procedure)
    found = definition.field(field) if definition is not None else None
    if found is None:
        return "papers"
    if found.group in ("identity", "licence"):
        return "identity"
    return "papers" if found.group == "papers" else "application"


def label_of(field: str, rules: Rules, procedure: str) -> Words:
    """What people call it."""
    definition = rules.forms.get(procedure)
    found = definition.field(field) if definition is not None else None
    if found is not None:
        return found.label
    name = next((row.name for row in rules.papers if row.code == field), None)
    return name if name is not None else same(field)


def _day(text: str) -> str:
    on = day(text)
    return format_day(on) if on is not None else text


def _amount(amount_vnd: int) -> Words | None:
    if not amount_vnd:
        return None
    text, spelled = format_vnd(amount_vnd), amount_vnd_in_words(amount_vnd)
    return Words(f"{text} ({spelled})", text)


def _facts(view: IntakeView, compared: set[str]) -> tuple[tuple[Words, Words], ...]:
    """What the application asks for and what follows from it."""
    facts = [(Words("Trường hợp", "Case"), view.subtitle)]
    facts += [(line.label, line.value) for line in view.summary if line.key not in ("code", "case")]
    for field in view.application.fields:
        if field.value and field.name not in compared | _NOT_FACTS and field.kind != "choice":
            facts.append((field.label, same(field.value)))
    facts += [(line.name, line.state.words) for line in view.papers.lines if line.required and not line.done]
    return tuple(facts)


def _pages(view: IntakeView, asked: ExceptionState) -> tuple[EvidencePage, ...]:
    """The pages of the dossier, those named as evidence first, then those of the paper that it is about."""
    about = asked.code.partition(":")[2]

    def place(page: PageView) -> tuple[bool, bool]:
        return page.sheet not in asked.evidence, not about or page.paper != about

    pages = [page for page in view.papers.pages if not page.raw and not page.aside]
    return tuple(
        EvidencePage(page.sheet, page.turned, page.caption, page.sheet in asked.evidence)
        for page in sorted(pages, key=place)
    )


def _pins(view: IntakeView, compared: tuple[tuple[str, Words], ...]) -> tuple[PinTarget, ...]:
    named = dict(compared)
    for field in (*view.identity.fields, *view.application.fields):
        named.setdefault(field.name, field.label)
    for line in view.papers.lines:
        named.setdefault(line.code, line.name)
    return tuple(PinTarget(name, label) for name, label in named.items())
