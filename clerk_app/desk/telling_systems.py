"""Questions to the State's systems and orders to them, as sentences of the trail."""

from __future__ import annotations

from clerk_app.desk.system_words import SANCTIONS, SYSTEM_NAMES, cause_words, outcome_words
from clerk_app.desk.telling_names import money
from clerk_app.desk.telling_parts import Told
from clerk_app.domain.private import Part, same, say
from clerk_app.domain.refusals import Words
from clerk_app.domain.systems import OrderHeard, OrderPlaced, SystemAnswered


def answered(what: SystemAnswered) -> Told:
    """What a system said, without what it holds of the person."""
    system = SYSTEM_NAMES[what.system]
    if what.outcome == "unknown":
        return Told(
            say(
                "hỏi {system} nhưng chưa được trả lời ({cause}): chưa rõ, không phải là không có",
                "asked the {system} and got no answer ({cause}): unknown, which is not clear",
                system=system,
                cause=cause_words(what.cause),
            )
        )
    if what.outcome == "kept":
        return Told(
            say(
                "hỏi {system}, hệ thống im lặng ({cause}), dùng câu trả lời trước đó: {said}",
                "asked the {system}, which was silent ({cause}): an answer of before, {said}",
                system=system,
                cause=cause_words(what.cause),
                said=_said(what),
            )
        )
    return Told(say("hỏi {system}: {said}", "asked the {system}: {said}", system=system, said=_said(what)))


def _said(what: SystemAnswered) -> Part:
    if what.violations is not None:
        return SANCTIONS[what.violations.state]
    if what.identity is not None:
        if what.identity.held == "no":
            return Words("không có người này", "it has no such person")
        differs = sum(found == "differs" for _, found in what.identity.fields)
        return Words(
            f"{len(what.identity.fields)} mục được đối chiếu, {differs} mục khác",
            f"{len(what.identity.fields)} fields compared, {differs} different",
        )
    if what.health is not None:
        count = len(what.health.certificates)
        return Words(f"{count} giấy khám sức khỏe", f"{count} health certificates")
    if what.results is not None:
        count = len(what.results.results)
        return Words(f"{count} kết quả trước đây", f"{count} earlier {'result' if count == 1 else 'results'}")
    if what.portal is not None and what.portal.held == "yes":
        return Words(f"trạng thái {what.portal.status}", f"state {what.portal.status}")
    return Words("không có", "nothing")


def placed(what: OrderPlaced) -> Told:
    """Something was ordered, or asked about."""
    if what.reference:
        return Told(
            say(
                "hỏi {system} về khoản {amount} mà Cổng báo đã nộp",
                "asked the {system} about {amount} that the portal says is paid",
                amount=money(what.amount_vnd),
                system=SYSTEM_NAMES["payment"],
            )
        )
    if what.system == "payment":
        return Told(
            say(
                "lập yêu cầu nộp {amount} trên {system}",
                "asked for a payment of {amount} on the {system}",
                amount=money(what.amount_vnd),
                system=SYSTEM_NAMES["payment"],
            )
        )
    return Told(say("gửi yêu cầu tới {system}", "sent an order to the {system}", system=SYSTEM_NAMES[what.system]))


def heard(what: OrderHeard) -> Told:
    """How an order stands by the other system's word."""
    why = cause_words(what.cause) if what.cause else None
    return Told(
        say(
            "nghe về một yêu cầu: {state}{cause}",
            "heard of an order: {state}{cause}",
            state=outcome_words(what.state, what.outcome),
            cause=Words(f" ({why.vi})", f" ({why.en})") if why is not None else same(""),
        )
    )
