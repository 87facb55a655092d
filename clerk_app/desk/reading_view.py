"""What was read of each page as ready values: the proposals that wait for the clerk, beside what the form holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from clerk_app.desk.face import PHOTO
from clerk_app.desk.views import PageView, PapersView, ProposalView
from clerk_app.domain.calendar import day, format_day
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.evidence import PROVEN
from clerk_app.domain.forms import FormField
from clerk_app.domain.pages import Page, Proposal
from clerk_app.domain.people import search_key
from clerk_app.domain.rules import Rules
from clerk_app.domain.withdrawn import brought, is_withdrawn

SURE = 0.75
"""From here on a value is shown as read clearly."""
SAME_NAME = 0.92
"""How alike two names are, without marks, when one letter was read wrong."""
NAME = "applicant.name"
LICENCE = "licence."


def with_readings(view: PapersView, dossier: Dossier, rules: Rules) -> PapersView:
    """The step with what was read of its pages."""
    fields = asked_fields(dossier, rules)

    def shown(page: PageView) -> PageView:
        read = dossier.readings_of_pages.get(page.sheet)
        if read is None:
            return page
        waiting = [one for one in read.proposals if one.field not in read.settled and one.field in fields]
        proposals = (_proposal(dossier, one, fields[one.field]) for one in waiting if not agrees(dossier, one))
        proposing = dossier.status == "draft" and not is_withdrawn(dossier, page.sheet)
        return replace(page, read=True, proposals=tuple(proposals) if proposing else ())

    pages = tuple(shown(page) for page in view.pages)
    return replace(view, pages=pages, tray=tuple(shown(page) for page in view.tray), unread=len(unread(dossier)))


def unread(dossier: Dossier) -> list[Page]:
    """The pages as made that were not read as they now lie and for the paper that they now are; a portrait never is,
    nor what the citizen took back.
    """
    if dossier.status == "discarded":
        return []
    pages = [page for page in brought(dossier) if not page.raw and page.paper != PHOTO]
    # One sheet may be several pages: the same file that was brought twice. It is read for one of them.
    done = {page.sheet for page in pages if _read_so(dossier, page)}
    left = {page.sheet: page for page in reversed(pages) if page.sheet not in done}
    return [page for page in pages if left.get(page.sheet) is page]


def _read_so(dossier: Dossier, page: Page) -> bool:
    read = dossier.readings_of_pages.get(page.sheet)
    if read is None or read.turned != page.turned:
        return False
    return dossier.status != "draft" or page.paper in ("", read.paper)


def asked_fields(dossier: Dossier, rules: Rules) -> Mapping[str, FormField]:
    """The fields of the dossier's form, by name."""
    definition = rules.forms.get(dossier.procedure)
    return {field.name: field for field in definition.fields} if definition else {}


def can_take(dossier: Dossier, name: str) -> bool:
    """Whether what a paper says may go into this field. Who somebody is follows from the identity document alone, and
    the licences from the register where it knows them.
    """
    return name not in PROVEN and not (name.startswith(LICENCE) and _registered(dossier))


def agrees(dossier: Dossier, proposal: Proposal) -> bool:
    """Whether the form, or the register, says the same already."""
    return any(_same(proposal.field, text, proposal.text) for text in _held(dossier, proposal.field))


def _registered(dossier: Dossier) -> bool:
    return dossier.register is not None and dossier.register.answered and bool(dossier.register.licences)


def _held(dossier: Dossier, name: str) -> tuple[str, ...]:
    if name.startswith(LICENCE) and dossier.register is not None and _registered(dossier):
        told = [
            {
                "licence.number": one.number,
                "licence.class": one.code,
                "licence.issued": one.issued.isoformat() if one.issued else "",
                "licence.expires": one.expires.isoformat() if one.expires else "",
            }.get(name, "")
            for one in dossier.register.licences
        ]
        return tuple(text for text in told if text)
    return (dossier.text(name),) if dossier.text(name) else ()


def _same(name: str, one: str, other: str) -> bool:
    if name == NAME:
        keys = search_key(one), search_key(other)
        return keys[0] == keys[1] or SequenceMatcher(None, *keys, autojunk=False).ratio() >= SAME_NAME
    plain = [day(text) or "".join(search_key(text).split()) for text in (one, other)]
    return plain[0] == plain[1]


def _proposal(dossier: Dossier, one: Proposal, field: FormField) -> ProposalView:
    held = ", ".join(_shown(text, field) for text in _held(dossier, one.field))
    return ProposalView(
        name=one.field,
        label=field.label,
        text=_shown(one.text, field),
        sure=f"{round(one.sure * 100)} %",
        doubtful=one.sure < SURE,
        box=one.box,
        differs=bool(held),
        held=held,
        can_take=can_take(dossier, one.field),
    )


def _shown(text: str, field: FormField) -> str:
    """A date as people write it, a choice by its Vietnamese words."""
    if field.kind == "date" and (found := day(text)) is not None:
        return format_day(found)
    return next((words.vi for value, words in field.choices if value == text), text)
