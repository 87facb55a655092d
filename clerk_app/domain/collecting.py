"""What may happen to a result, and with what: one answer for the desk, the command line and central.

Rows of the catalogue say who may collect, by which proof and paper, what is done with the old licence and how it is
signed. A catalogue from before they were written down asks for none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Dossier, Happening
from clerk_app.domain.evidence import worth
from clerk_app.domain.handing import (
    HANDINGS,
    CardArrived,
    CardShelved,
    CollectionReminded,
    HandedOver,
    HandingKind,
    HandingRow,
    HandingState,
    PostOrdered,
    PostOutcome,
    PostTold,
)
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.shelving import places

LONGEST = 500
"""How long a name, note or reason may be, in characters."""
TOLD_IN: Mapping[PostOutcome, tuple[HandingState, ...]] = {
    "sent": ("posting",),
    "rejected": ("posting",),
    "delivered": ("posted", "returning"),
    "returned": ("posted",),
}
"""Where a result is when the post says so of it: what it brings back may be delivered after all."""
_GIVING_BEFORE = "hand-over"
"""The step of a catalogue from before hand-overs had happenings of their own."""
_LOOK = Words("Xem lại hồ sơ ở trang Kết quả.", "Look at the dossier again on the page Results.")


def rows_of(dossier: Dossier, rules: Rules, kind: HandingKind) -> tuple[HandingRow, ...]:
    """The rows of one kind for a dossier, in the order of the catalogue."""
    return tuple(row for row in rules.handings if row.kind == kind and row.of(dossier.procedure))


def awaits_card(dossier: Dossier, rules: Rules) -> bool:
    """Whether a card of this dossier may come to the counter: approved, or waiting for it."""
    return any(
        dossier.course.state in step.start and {"card", "handing"} & set(step.needs)
        for step in rules.steps
        if step.of(dossier.procedure)
    )


def card_states(rules: Rules) -> frozenset[str]:
    """The states in which a card may be awaited."""
    return frozenset(name for step in rules.steps if {"card", "handing"} & set(step.needs) for name in step.start)


def made_states(rules: Rules) -> frozenset[str]:
    """The states in which there is a result: a card may be awaited or lies here, or its holder has it."""
    here = card_states(rules)
    ends = {code for code, state in rules.states.items() if state.ends}
    return here | {step.to for step in rules.steps if step.to in ends and here.issuperset(step.start)}


def arrival_step(dossier: Dossier, rules: Rules) -> str:
    """The step that the arrival of a card is; empty where the dossier waits for it already."""
    own = (step for step in rules.steps if step.of(dossier.procedure) and "card" in step.needs)
    return next((step.code for step in own if dossier.course.state in step.start), "")


def giving_step(dossier: Dossier, rules: Rules) -> str:
    """The step that a hand-over is; empty where it cannot be taken from here."""
    own = [step for step in rules.steps if step.of(dossier.procedure) and "handing" in step.needs]
    if not rules.handings:
        own = [step for step in rules.steps if step.of(dossier.procedure) and step.code == _GIVING_BEFORE]
    return next((step.code for step in own if dossier.course.state in step.start), "")


def reminder_due(dossier: Dossier, rules: Rules) -> datetime | None:
    """When the next reminder to collect the card is due; None where there is none any more."""
    handing = dossier.handing
    arrived_at = handing.arrived_at if handing.at_hand else None
    last = handing.reminded[-1] if handing.reminded else None
    return reminder_after(dossier.procedure, arrived_at, len(handing.reminded), last, rules)


def reminder_after(
    procedure: str, arrived_at: datetime | None, reminded: int, last: datetime | None, rules: Rules
) -> datetime | None:
    """When a card that is here since `arrived_at` is next reminded of, after so many times, the `last` one then.

    On its day; after one that came late as long as there is between them, so that no two come at once.
    """
    days = sorted(int(row.value) for row in rules.handings if row.kind == "reminder" and row.of(procedure))
    if arrived_at is None or reminded >= len(days):
        return None
    due = arrived_at + timedelta(days=days[reminded])
    if last is None or not reminded:
        return due
    return max(due, last + timedelta(days=days[reminded] - days[reminded - 1]))


def check_handing(dossier: Dossier, what: HANDINGS, at: datetime, rules: Rules) -> None:
    """Raises `Refusal` where this may not happen to the result of the dossier at `at`: RESULT_NOT_READY, CARD_HERE,
    CARD_NOT_HERE, PLACE_UNKNOWN, COLLECTOR_UNKNOWN, COLLECTOR_UNPROVEN, AUTHORITY_MISSING, OLD_LICENCE,
    SIGNATURE_MISSING, POST_CLOSED, POST_UNKNOWN, REMINDER_EARLY.
    """
    match what:
        case CardArrived():
            _check_arrival(dossier, rules)
        case CardShelved():
            if dossier.handing.state != "returning":
                _check_here(dossier)
            if what.place and rules.handings and what.place not in set(places(rules.settings)):
                raise _refusal(
                    "PLACE_UNKNOWN",
                    f"Kệ không có ô “{what.place}”.",
                    f"The shelf has no place “{what.place}”.",
                    Words("Chọn ô khác, hoặc để máy chọn ô trống.", "Choose another one, or let the next free one be."),
                )
        case HandedOver():
            _check_here(dossier)
            _check_ready(dossier, rules)
            _check_collector(dossier, what, rules)
            _check_old(dossier, what, rules)
            _check_signed(dossier, what, rules)
        case PostOrdered():
            check_posting(dossier, rules)
        case PostTold():
            _check_told(dossier, what)
        case CollectionReminded():
            due = reminder_due(dossier, rules)
            if rules.handings and (due is None or in_hanoi(at).date() < in_hanoi(due).date()):
                raise _refusal(
                    "REMINDER_EARLY",
                    "Chưa đến ngày nhắc công dân nhận kết quả.",
                    "The reminder to collect the result is not due yet.",
                    Words("Nhắc vào ngày ghi trong danh sách.", "Remind on the day that the list names."),
                )


def told_again(dossier: Dossier, what: Happening) -> bool:
    """Whether two desks heard or did the same: this word of the post stands there already, or the step that follows
    from it; or the holder was reminded that often. It is no news, and counts for nothing.
    """
    handing, passed = dossier.handing, dossier.course.passed
    match what:
        case PostTold():
            return what.order == handing.order and what.outcome in handing.told
        case StepTaken():
            return "delivered" in handing.told and bool(passed) and passed[-1].what == what
        case CollectionReminded():
            return handing.at_hand and what.stage <= len(handing.reminded)
        case _:
            return False


def overtaken(dossier: Dossier, what: Happening) -> bool:
    """Whether what others did meanwhile leaves nothing of it to count, however true it is: an earlier word about a
    parcel that is with the citizen, a word about a parcel before this one, a call about a card that is gone.
    """
    handing = dossier.handing
    match what:
        case PostTold():
            return what.order != handing.order or ("delivered" in handing.told and what.outcome != "rejected")
        case CollectionReminded():
            return not handing.at_hand
        case _:
            return False


def check_posting(dossier: Dossier, rules: Rules) -> None:
    """Raises `Refusal` CARD_NOT_HERE, RESULT_NOT_READY, POST_CLOSED where a result may not be given to the post now."""
    _check_here(dossier)
    _check_ready(dossier, rules)
    if rules.handings and not rows_of(dossier, rules, "post"):
        raise _refusal(
            "POST_CLOSED",
            "Kết quả của thủ tục này không gửi qua bưu chính.",
            "Results of this procedure are not posted.",
            Words("Trả kết quả tại quầy.", "Hand it over at the counter."),
        )


def _check_arrival(dossier: Dossier, rules: Rules) -> None:
    if dossier.handing.state:
        raise _refusal(
            "CARD_HERE",
            "Thẻ của hồ sơ này đã được nhận trước đó.",
            "The card of this dossier came in before.",
            _LOOK,
        )
    if not awaits_card(dossier, rules):
        raise _refusal(
            "RESULT_NOT_READY",
            "Hồ sơ này chưa được duyệt cấp nên chưa có thẻ để nhận.",
            "This dossier is not approved, so no card of it is awaited.",
            Words(
                "Để thẻ riêng và báo nơi giải quyết ghi bước duyệt.",
                "Lay the card aside and have the deciding office record the approval.",
            ),
        )


def _check_here(dossier: Dossier) -> None:
    if not dossier.handing.at_hand:
        raise card_not_here()


def card_not_here() -> Refusal:
    """The card lies somewhere else."""
    return _refusal(
        "CARD_NOT_HERE",
        "Thẻ của hồ sơ này không có ở quầy.",
        "The card of this dossier is not at the counter.",
        Words("Nhận thẻ từ hộp trước, hoặc xem thẻ đang ở đâu.", "Check it in first, or see where it is."),
    )


def _check_ready(dossier: Dossier, rules: Rules) -> None:
    if rules.handings and not giving_step(dossier, rules):
        raise _refusal(
            "RESULT_NOT_READY",
            "Hồ sơ chưa ở bước trả kết quả.",
            "The dossier is not where its result is handed over.",
            _LOOK,
        )


def _check_collector(dossier: Dossier, what: HandedOver, rules: Rules) -> None:
    _allowed(dossier, rules, "collector", what.to, "COLLECTOR_UNKNOWN")
    _allowed(dossier, rules, "proof", what.proof, "COLLECTOR_UNPROVEN")
    holder = dossier.text("applicant.number")
    if what.to == "authorised":
        if not what.name.strip() or not what.number.strip() or what.number == holder:
            raise _refusal(
                "COLLECTOR_UNKNOWN",
                "Chưa ghi họ tên và số giấy tờ của người nhận thay.",
                "Name and number of whoever collects for the holder are missing.",
                Words("Đọc căn cước của người nhận thay, hoặc nhập tay.", "Read their ID card, or type both."),
            )
        papers = {row.value for row in rows_of(dossier, rules, "authority")}
        if rules.handings and what.authority not in papers:
            raise _refusal(
                "AUTHORITY_MISSING",
                "Người nhận thay chưa xuất trình giấy tờ chứng minh được nhận.",
                "Whoever collects for the holder showed no paper that lets them.",
                Words("Chọn giấy tờ họ xuất trình; không có thì không trả.", "Choose the paper; without one: no card."),
            )
        if what.proof == "receipt":
            raise _unproven()
    elif what.number and what.number != holder:
        raise _refusal(
            "COLLECTOR_UNKNOWN",
            "Giấy tờ vừa đọc là của người khác, không phải chủ hồ sơ.",
            "What was read is somebody else's, not the holder's.",
            Words("Ghi người này là người được ủy quyền.", "Record this person as authorised."),
        )
    _check_evidence(dossier, what)


def _check_evidence(dossier: Dossier, what: HandedOver) -> None:
    """A chip or a code counts by what it proved, never by the word of whoever writes it down."""
    evidence = what.evidence
    if what.proof in ("receipt", "seen"):
        return
    if evidence is None or not what.number or worth(evidence, dossier.practice) not in _WORTH[what.proof]:
        raise _unproven()


_WORTH = {"chip": ("chip",), "qr": ("chip", "qr")}


def _unproven() -> Refusal:
    return _refusal(
        "COLLECTOR_UNPROVEN",
        "Chưa xác minh được người nhận theo cách đã ghi.",
        "Who collects was not proven in the way that is recorded.",
        Words("Đọc lại thẻ, hoặc ghi đúng cách đã xác minh.", "Read the card again, or record how it was really done."),
    )


def _check_old(dossier: Dossier, what: HandedOver, rules: Rules) -> None:
    _allowed(dossier, rules, "old", what.old, "OLD_LICENCE")
    choices = [row.value for row in rows_of(dossier, rules, "old")]
    if what.old == "none" and choices and choices[0] != "none" and not what.note.strip():
        raise _refusal(
            "OLD_LICENCE",
            "Chưa ghi vì sao không có giấy phép cũ.",
            "It is not said why there is no old licence.",
            Words("Ghi lý do, ví dụ: đã mất.", "Say why, such as: lost."),
        )


def _check_signed(dossier: Dossier, what: HandedOver, rules: Rules) -> None:
    _allowed(dossier, rules, "signature", what.signed, "SIGNATURE_MISSING")
    missing = not what.reason.strip() if what.signed == "unable" else not what.sheets
    if missing:
        raise _refusal(
            "SIGNATURE_MISSING",
            "Chưa có chữ ký của người nhận, hoặc lý do không ký được.",
            "The signature of whoever collects is missing, or why they could not sign.",
            Words("Ký trên bảng, quét tờ đã ký, hoặc ghi lý do.", "Sign on the pad, scan the signed page, or say why."),
        )


_SAID = {
    "collector": ("Người này không được nhận kết quả của thủ tục này.", "This person may not collect this result."),
    "proof": ("Cách xác minh này không được dùng ở đây.", "This way to prove who collects is not allowed here."),
    "old": (
        "Việc đã làm với giấy phép cũ không đúng quy định của ngày tiếp nhận.",
        "What was done with the old licence is not what the rule of the reception day says.",
    ),
    "signature": ("Cách ký này không được dùng ở đây.", "This way to sign is not allowed here."),
}


def _allowed(dossier: Dossier, rules: Rules, kind: HandingKind, value: str, code: str) -> None:
    if rules.handings and value not in {row.value for row in rows_of(dossier, rules, kind)}:
        raise _refusal(code, *_SAID[kind], Words("Chọn một trong các cách cho phép.", "Choose one that is allowed."))


def _check_told(dossier: Dossier, what: PostTold) -> None:
    handing = dossier.handing
    if what.order != handing.order or handing.state not in TOLD_IN[what.outcome]:
        raise _refusal(
            "POST_UNKNOWN",
            "Bưu gửi này không phải của hồ sơ, hoặc đã được ghi nhận.",
            "This parcel is none of the dossier's, or that was recorded before.",
            _LOOK,
        )


def _refusal(code: str, vi: str, en: str, remedy: Words) -> Refusal:
    return Refusal(code, Words(vi, en), remedy)
