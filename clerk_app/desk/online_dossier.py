"""An online dossier as the clerk examines it: the citizen's form beside the registers and the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from clerk_app.desk import online_words as said
from clerk_app.desk.facts import decision_of
from clerk_app.desk.online_views import OnlineDossierView, OnlineRow, Other, StatedPaper, StatedRow
from clerk_app.desk.telling_names import ONLINE
from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.calendar import day, format_day
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import paper_done
from clerk_app.domain.forms import FormField
from clerk_app.domain.online import said_paid
from clerk_app.domain.paying import must_give_back
from clerk_app.domain.people import said_of, same_address, same_name
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.withdrawn import brought, withdrawn

OURS = ("portal.licence", "portal.licence_class", "portal.email")
"""What the portal's form has and ours has no field for."""
_NOTHING = Words("", "")


def dossier_view(
    state: Dossier, stated: Mapping[str, str], row: OnlineRow, rules: Rules, now: datetime
) -> OnlineDossierView:
    """All of it, from the dossier and what its citizen `stated`."""
    definition = rules.forms.get(state.procedure)
    fields = {one.name: one for one in definition.fields} if definition is not None else {}
    labels = {name: one.label for name, one in fields.items()} | {name: ONLINE[name] for name in OURS}
    known, register = _identity(state), _register(state, stated)
    rows = tuple(
        _row(name, labels[name], stated[name], register.get(name, ""), known.get(name, ""), fields.get(name))
        for name in labels
        if stated.get(name)
    )
    return OnlineDossierView(
        row,
        rows,
        _papers(state, stated, rules),
        _payment_badge(state),
        _register_badge(state),
        _identity_badge(state),
        _helped(state),
        _lacking(state, row, rules, now),
    )


def _row(name: str, label: Words, stated: str, register: str, identity: str, field: FormField | None) -> StatedRow:
    others: tuple[tuple[Other, str], ...] = (("register", register), ("identity", identity))
    differs = frozenset(who for who, text in others if text and not _same(name, stated, text))
    return StatedRow(name, label, _told(stated, field), _told(register, field), _told(identity, field), differs)


def _same(name: str, one: str, other: str) -> bool:
    if name == "applicant.name":
        return same_name(one, other)
    if name == "applicant.residence":
        return same_address(one, other)
    if name == "portal.licence_class":
        return one.upper() in other.upper().split(", ")
    if name == "portal.licence":
        return one in other.split(", ")
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _told(text: str, field: FormField | None) -> Words:
    on = day(text) if field is not None and field.kind == "date" else None
    if on is not None:
        return Words(format_day(on), format_day(on))
    chosen = next((words for code, words in field.choices if code == text), None) if field is not None else None
    return chosen or Words(text, text)


def _identity(state: Dossier) -> dict[str, str]:
    """What the document in evidence says of the person."""
    return said_of(state.person) if state.person is not None else {}


def _register(state: Dossier, stated: Mapping[str, str]) -> dict[str, str]:
    """What the licence register said, by the names of what the citizen stated."""
    register = state.register
    if register is None or not register.answered:
        return {}
    found = {
        "portal.licence": ", ".join(dict.fromkeys(one.number for one in register.licences)),
        "portal.licence_class": ", ".join(dict.fromkeys(one.code for one in register.licences)),
    }
    if register.holder is not None:
        found["applicant.name"] = register.holder.name
        found["applicant.born"] = register.holder.born.isoformat() if register.holder.born else ""
    return found


def _papers(state: Dossier, stated: Mapping[str, str], rules: Rules) -> tuple[StatedPaper, ...]:
    names = {row.code: row.name for row in rules.papers}
    other = Words("Trang chưa rõ loại", "Pages of no named paper")
    here, gone = (Counter(page.paper for page in pages) for pages in (brought(state), withdrawn(state)))
    found = [StatedPaper(names.get(code, other), count, code=code) for code, count in here.items()]
    found += [StatedPaper(names.get(code, other), count, withdrawn=True, code=code) for code, count in gone.items()]
    unread = stated.get("portal.unread", "").split()
    return (*found, *(StatedPaper(names.get(code, Words(code, code)), 0, readable=False, code=code) for code in unread))


def _payment_badge(state: Dossier) -> Badge:
    how = said_paid(state)
    tone: Tone = "good" if how == "paid" else "bad" if how == "back" else "warn"
    return Badge(said.PAYMENTS.get(how, _NOTHING), tone)


def _register_badge(state: Dossier) -> Badge:
    register = state.register
    if register is None:
        return Badge(Words("Chưa tra cứu", "Not asked yet"), "calm")
    if not register.answered or register.sanctions == "unknown":
        return Badge(Words("Chưa rõ: cơ sở dữ liệu không trả lời", "Unknown: the register did not answer"), "warn")
    if register.sanctions == "clear":
        return Badge(Words("Không vướng vi phạm", "No open sanction"), "good")
    return Badge(Words("Còn vi phạm chưa giải quyết", "A sanction is not settled"), "bad")


def _identity_badge(state: Dossier) -> Badge:
    if state.evidence is None:
        return Badge(Words("Chưa xác thực", "Not identified yet"), "calm")
    if state.evidence.level == "chip":
        return Badge(Words("Chip căn cước xác thực", "Proven by the chip"), "good")
    return Badge(Words("Chưa được chip chứng thực", "Not proven by a chip"), "warn")


def _helped(state: Dossier) -> Words | None:
    who, where = state.text("assisted.by"), state.text("assisted.at")
    if not who:
        return None
    return Words(f"{who} hỗ trợ nộp tại {where}", f"{who} helped to hand it in, at {where}")


def _lacking(state: Dossier, row: OnlineRow, rules: Rules, now: datetime) -> tuple[Words, ...]:
    if state.status != "draft":
        return (said.GIVE_BACK if must_give_back(state) else said.AFTERWARDS.get(row.stage, said.ACCEPTED),)
    _, decision = decision_of(state, now, rules)
    found = [one.name for one in decision.papers if one.required and not paper_done(state, one)]
    if state.evidence is None or state.evidence.level != "chip":
        found.insert(0, Words("Đối chiếu người nộp (căn cước)", "Identify the person (ID card)"))
    if state.fee is None:
        found.append(Words("Lệ phí", "The fee"))
    return tuple(found)
