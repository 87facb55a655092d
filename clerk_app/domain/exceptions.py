"""What a request for an exception and a decision about it must be: the same rules at the desk and at central.

What somebody who decides has before their eyes is one text with a digest of its own. A decision names that digest, so
that it holds for what was shown: desk and central work it out from the same entries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from clerk_app.domain.conditions import NEVER
from clerk_app.domain.deciding import NOBODY, ExceptionState, may_decide
from clerk_app.domain.dossier import BESIDE, Dossier, ExceptionAsked, Reading
from clerk_app.domain.evidence import Evidence, worth
from clerk_app.domain.facts import exception_of, level_of
from clerk_app.domain.licence import Licence
from clerk_app.domain.money import format_vnd
from clerk_app.domain.pages import in_force
from clerk_app.domain.people import said_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]


def shown_of(dossier: Dossier, code: str) -> str:
    """SHA-256 (lower-case hex) of what is shown to whoever decides this exception; the empty text where nobody asked.

    Who granted before does not count: two who look at the same see the same.
    """
    asked = dossier.exceptions.get(code)
    return hashlib.sha256(shown_text(dossier, asked).encode()).hexdigest() if asked is not None else ""


def shown_text(dossier: Dossier, asked: ExceptionState) -> str:
    """The same as canonical JSON: names in order, no blanks, moments in UTC, days as ISO text."""
    whole: dict[str, Plain] = {
        "v": 1,
        "dossier": str(dossier.id),
        "about": [dossier.procedure, dossier.channel, dossier.office, dossier.clerk, dossier.practice],
        "request": _request(asked),
        "level": level_of(dossier),
        "evidence": _evidence(dossier.evidence, dossier.practice),
        "readings": {source: _reading(one, dossier.practice) for source, one in dossier.readings.items()},
        "disproven": {number: _reading(one, dossier.practice) for number, one in dossier.disproven.items()},
        "face": [dossier.face.result, dossier.face.portrait, dossier.face.photo] if dossier.face is not None else None,
        "fields": {
            name: [value.text, value.source]
            for name, value in dossier.fields.items()
            if value.text and name not in BESIDE
        },
        "typed": {name: one.text for name, one in dossier.typed.items() if one.text and name not in BESIDE},
        "register": _register(dossier),
        "pages": [[page.sheet, page.paper, page.side] for page in in_force(dossier.pages) if not page.raw],
        "taken": {paper: [one.source, one.reference, one.state] for paper, one in dossier.taken.items()},
        "marks": dict(dossier.marks),
        "fee": [dossier.fee.receipt, dossier.fee.fee_vnd] if dossier.fee is not None else None,
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _request(asked: ExceptionState) -> Plain:
    return [
        asked.code,
        str(asked.request or ""),
        asked.asked_by,
        _moment(asked.asked_at),
        asked.reason,
        asked.amount_vnd,
        list(asked.evidence),
        asked.approvers,
    ]


def _evidence(evidence: Evidence | None, practice: bool) -> Plain:
    if evidence is None:
        return None
    verdicts: list[Plain] = [[one.name, one.state, one.reason] for one in evidence.verdicts]
    return [
        evidence.source,
        worth(evidence, practice),
        _moment(evidence.at),
        verdicts,
        evidence.portrait,
        list(evidence.problems),
    ]


def _reading(reading: Reading, practice: bool) -> Plain:
    said: Mapping[str, str] = said_of(reading.person)
    return [dict(said), _evidence(reading.evidence, practice), reading.taken]


def _register(dossier: Dossier) -> Plain:
    register = dossier.register
    if register is None:
        return None
    holder = register.holder
    return [
        register.answered,
        register.source,
        register.sanctions,
        [holder.name, _day(holder.born)] if holder is not None else None,
        [_licence(one) for one in register.licences],
    ]


def _licence(one: Licence) -> Plain:
    return [
        one.regime,
        one.code,
        one.number,
        _day(one.issued),
        _day(one.expires),
        one.status,
        one.restriction,
        one.points,
        one.sanction,
        _day(one.fraud_decided),
    ]


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at is not None else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


# ---- the request ---------------------------------------------------------------------------------------------------


def check_request(dossier: Dossier, asked: ExceptionAsked, rules: Rules) -> None:
    """Raises `Refusal` where an exception cannot be asked for so: EXCEPTION_KIND where the law has none of that code,
    APPROVERS_FEWER, AMOUNT_WRONG, EVIDENCE_UNKNOWN.
    """
    row = rules.exception(asked.code)
    if row is None:
        raise Refusal(
            "EXCEPTION_KIND",
            Words("Quy định không có ngoại lệ này.", "The rules have no exception of this kind."),
            Words("Chọn một loại ngoại lệ trong danh sách.", "Choose one of the kinds that are listed."),
        )
    if asked.approvers < row.approvers:
        raise Refusal(
            "APPROVERS_FEWER",
            Words(f"Ngoại lệ này cần {row.approvers} người duyệt.", f"This needs {row.approvers} people to approve."),
            Words("Đề nghị lại theo danh mục hiện hành.", "Ask again by the catalogue in force."),
        )
    _check_amount(dossier, asked.amount_vnd, row.has_amount)
    pages = {page.sheet for page in in_force(dossier.pages) if not page.raw}
    if not pages.issuperset(asked.evidence):
        raise Refusal(
            "EVIDENCE_UNKNOWN",
            Words("Trang dẫn chứng không có trong hồ sơ.", "A page named as evidence is not in the dossier."),
            Words("Quét trang đó, rồi đề nghị lại.", "Scan that page, then ask again."),
        )


def _check_amount(dossier: Dossier, amount_vnd: int, has_amount: bool) -> None:
    """Money is asked for where the exception is about some, and no more of it than was taken for the dossier."""
    taken_vnd = _taken_vnd(dossier)
    least, most = (1, taken_vnd) if has_amount else (0, 0)
    if least <= amount_vnd <= most:
        return
    if not has_amount:
        vi, en = "Ngoại lệ này không có số tiền.", "This exception is about no amount."
    elif not taken_vnd:
        vi, en = "Hồ sơ này chưa thu lệ phí.", "No fee was taken for this dossier."
    else:
        said = format_vnd(taken_vnd)
        vi, en = f"Số tiền phải từ 1 đồng đến {said}.", f"The amount must be from 1 đồng to {said}."
    raise Refusal("AMOUNT_WRONG", Words(vi, en), Words("Sửa số tiền rồi đề nghị lại.", "Mend the amount, ask again."))


def _taken_vnd(dossier: Dossier) -> int:
    """What came in for a dossier, in đồng: its fee, and what the platform took beside it."""
    fee = dossier.fee
    beside = (
        one.placed.amount_vnd
        for one in dossier.orders
        if one.placed.system == "payment" and one.paid and (fee is None or fee.order != one.placed.order)
    )
    return (fee.fee_vnd if fee is not None else 0) + sum(beside)


def may_ask_closed(code: str, rules: Rules) -> bool:
    """Whether this exception can be asked for and decided after the dossier was accepted or given up."""
    row = rules.exception(code)
    return row is not None and row.raised in ("always", "step")


def by_hand(dossier: Dossier, rules: Rules) -> tuple[str, ...]:
    """The exceptions that no rule ever asks for, and that somebody raised for this draft: they must be granted too."""
    found = []
    for code in dossier.exceptions:
        row = rules.exception(code)
        if row is not None and row.raised == "draft" and row.when == NEVER and exception_of(dossier, code) is not None:
            found.append(code)
    return tuple(found)


def is_granted(dossier: Dossier, code: str, rules: Rules) -> bool:
    """Whether enough people granted the exception that is needed now."""
    state = exception_of(dossier, code)
    return state is not None and state.granted is True and len(set(state.granted_by)) >= rules.approvers(code)


# ---- the decision --------------------------------------------------------------------------------------------------


def check_decision(
    dossier: Dossier,
    code: str,
    request: UUID | None,
    granted: bool,
    who: str,
    roles: Iterable[str],
    rules: Rules,
    persons: Mapping[str, str] = NOBODY,
) -> ExceptionState:
    """The request that `who` may decide now; asking for more is no grant. `persons`: account → natural person.

    Raises `Refusal`: EXCEPTION_UNKNOWN, REQUEST_OTHER, EXCEPTION_DECIDED, FOUR_EYES, GRANTED_BY_OTHERS,
    AMOUNT_TOO_HIGH.
    """
    asked = dossier.exceptions.get(code)
    if asked is None:
        raise Refusal(
            "EXCEPTION_UNKNOWN", Words("Không ai xin ngoại lệ này.", "Nobody asked for this exception."), _LOOK
        )
    if request is not None and request != asked.request:
        raise Refusal(
            "REQUEST_OTHER",
            Words("Quyết định này là về một đề nghị cũ.", "This decision is about an earlier request."),
            Words("Xem đề nghị hiện tại rồi quyết định.", "Look at the present request, then decide."),
        )
    if not asked.is_open:
        raise Refusal(
            "EXCEPTION_DECIDED", Words("Ngoại lệ này đã được quyết định.", "This exception was decided before."), _LOOK
        )
    if not may_decide(dossier, asked, who, persons):
        raise four_eyes()
    _check_right(asked, code, granted, tuple(roles), rules)
    return asked


def four_eyes() -> Refusal:
    """Nobody decides what they had a hand in."""
    return Refusal(
        "FOUR_EYES",
        Words(
            "Người mở, nhập hoặc sửa hồ sơ, người đề nghị hoặc người đã duyệt không được duyệt nữa.",
            "Whoever opened or changed the dossier, asked for this or granted it before may not decide it.",
        ),
        Words("Nhờ một lãnh đạo khác quyết định.", "Let another supervisor decide."),
    )


_LOOK = Words("Tải lại hồ sơ rồi xem lại.", "Look at the dossier again.")


def _check_right(asked: ExceptionState, code: str, granted: bool, roles: tuple[str, ...], rules: Rules) -> None:
    if not rules.grants(code, roles):
        named = [rules.role_names.get(row.role, Words(row.role, row.role)) for row in rules.grants(code)]
        vi, en = " / ".join(one.vi for one in named) or "…", " / ".join(one.en for one in named) or "…"
        raise Refusal(
            "GRANTED_BY_OTHERS",
            Words(f"Ngoại lệ này chỉ do người có vai trò “{vi}” duyệt.", f"Only a {en} may decide this."),
            Words(f"Nhờ người có vai trò “{vi}” quyết định.", f"Ask a {en} to decide it."),
        )
    if granted and not rules.may_grant(roles, code, asked.amount_vnd):
        most = max(row.up_to_vnd or 0 for row in rules.grants(code, roles))
        raise Refusal(
            "AMOUNT_TOO_HIGH",
            Words(
                f"Bạn chỉ được duyệt đến {format_vnd(most)}; đề nghị này là {format_vnd(asked.amount_vnd)}.",
                f"You may grant up to {format_vnd(most)}; this asks for {format_vnd(asked.amount_vnd)}.",
            ),
            Words("Chuyển cho người được duyệt số tiền lớn hơn.", "Hand it to somebody who may grant more."),
        )
