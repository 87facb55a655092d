"""A dossier as the national portal is told it: all of it at once, by the shape of DongBoHoSoMC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from clerk_app.central.officers import Officer
from clerk_app.domain.collecting import made_states
from clerk_app.domain.contact import contact_of
from clerk_app.domain.course import Passed
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.rules import Rules
from clerk_app.domain.withdrawn import brought
from clerk_app.wire_orders import FeeLine, PortalFile, PortalSupplement, PortalSync

MOST = 500
"""Characters of one text of the portal."""
ONLINE, AT_THE_DESK = "2", "1"
"""HinhThucThu: how the fee was taken (inferred)."""
_MOST_SUPPLEMENTS = 20


def whole(
    dossier: Dossier, rules: Rules, status: int, unit: str, entry: Entry, who: Callable[[str], Officer]
) -> PortalSync:
    """How it stands after this entry; `who` names the people of its supplements."""
    case, procedure = rules.case(dossier.text("case")), rules.procedures.get(dossier.procedure)
    contact, course, submitted = contact_of(dossier), dossier.course, dossier.submitted
    name = procedure.name.vi if procedure is not None else dossier.procedure
    number = (case.tthc if case is not None else "") or (procedure.tthc if procedure is not None else "")
    fee = dossier.fee
    line = FeeLine("2", case.fee if case is not None else dossier.procedure, name, fee.fee_vnd) if fee else None
    return PortalSync(
        dossier_code=dossier.portal_code,
        procedure=number or dossier.procedure,
        procedure_name=name,
        owner=dossier.text("applicant.name") or dossier.portal_code,
        unit=unit,
        status=status,
        received_at=submitted.received_at if submitted is not None else _since(dossier, entry),
        channel="2",
        owner_number=dossier.text("applicant.number"),
        email=contact.email,
        phone=contact.phone,
        summary=case.name.vi[:MOST] if case is not None else "",
        due_at=course.due_at,
        returned_at=dossier.handing.given_at if dossier.handing.state == "given" else None,
        ended_at=_over_since(dossier, rules),
        return_note=_return_note(dossier),
        by_post=by_post(dossier),
        note=dossier.code,
        papers=_papers(dossier, rules),
        fees=[line] if line is not None else [],
        fee_way="" if fee is None else ONLINE if fee.method == "online" else AT_THE_DESK,
        supplements=_supplements(dossier, rules, who),
        results=_results(dossier, name, rules),
    )


def by_post(dossier: Dossier) -> bool:
    """Whether the result goes to the citizen by post: as it went, and before it goes as they wished."""
    handing = dossier.handing
    match handing.state:
        case "posting" | "posted":
            return True
        case "given":
            return handing.handed is None and handing.order is not None
        case "returning":
            return False
        case _:
            return handing.back_at is None and dossier.text("result_place") == "post"


def _return_note(dossier: Dossier) -> str:
    """How the result came to the citizen; no name stands in it."""
    handing = dossier.handing
    if handing.handed is not None and handing.state == "given":
        whom = {"holder": "Trả trực tiếp cho chủ hồ sơ", "authorised": "Trả cho người được ủy quyền"}
        return whom[handing.handed.to]
    return f"Bưu gửi {handing.item}" if handing.item and by_post(dossier) else ""


def _since(dossier: Dossier, entry: Entry) -> datetime:
    return dossier.course.passed[0].at if dossier.course.passed else entry.at


def _over_since(dossier: Dossier, rules: Rules) -> datetime | None:
    """Since when the office is done with it, without a break until now."""
    found, made = None, made_states(rules)
    for one in reversed(dossier.course.passed):
        state = rules.states.get(one.what.to)
        if state is None or not (state.ends or state.code in made):
            break
        found = one.at
    return found


def _papers(dossier: Dossier, rules: Rules) -> list[PortalFile]:
    """The components that are there, each once. Where they lie is nobody's business outside: no place is told."""
    names = {row.code: row.name.vi for row in reversed(rules.papers)}
    codes = dict.fromkeys(page.paper for page in brought(dossier) if page.paper)
    return [PortalFile(f"{dossier.portal_code}-{code}", names.get(code, code)[:MOST], code) for code in codes][:100]


def _results(dossier: Dossier, name: str, rules: Rules) -> list[PortalFile]:
    """What came of it, once there is something: named by the dossier, no picture of it is told."""
    submitted = dossier.submitted
    if submitted is None or dossier.course.state not in made_states(rules):
        return []
    title = f"{name}, hạng {submitted.new_class}" if submitted.new_class else name
    return [PortalFile(dossier.code, title[:MOST], submitted.case)]


def _supplements(dossier: Dossier, rules: Rules, who: Callable[[str], Officer]) -> list[PortalSupplement]:
    """Every time that the citizen was asked for something, and when the clock went on after it."""
    found: list[PortalSupplement] = []
    passed = dossier.course.passed
    for at, one in enumerate(passed):
        if one.what.clock != "paused" or (at and passed[at - 1].what.clock == "paused"):
            continue
        after = next((later for later in passed[at + 1 :] if later.what.clock != "paused"), None)
        before = next((b.what.due_at for b in reversed(passed[: at + 1]) if b.what.due_at is not None), None)
        found.append(_supplement(one, before, after, rules, who))
    return found[-_MOST_SUPPLEMENTS:]


def _supplement(
    asked: Passed, before: datetime | None, after: Passed | None, rules: Rules, who: Callable[[str], Officer]
) -> PortalSupplement:
    names = {row.code: row.name.vi for row in reversed(rules.papers)}
    items = "; ".join(names.get(item, item) for item in asked.what.items)
    words = "; ".join(part for part in (asked.what.reason, items) if part) or asked.what.step
    return PortalSupplement(
        id=str(asked.entry),
        asked_by=who(asked.who).name,
        words=words[:MOST],
        asked_at=asked.at,
        received_by=who(after.who).name if after is not None else "",
        received_at=after.at if after is not None else None,
        due_before=before,
        due_after=after.what.due_at if after is not None else None,
    )
