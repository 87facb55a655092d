"""What a payment that was asked for on the payment platform means for taking the fee another way."""

from __future__ import annotations

from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.exceptions import is_granted
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.systems import Ordered, payment_of

ANOTHER_WAY = "PAYMENT_OPEN"
"""The exception by which the fee is taken another way although the platform may still take it."""

REFERENCE = "portal.payment_reference"
"""The field in which the portal says by which name the payment platform knows what the citizen paid there."""


def claimed(dossier: Dossier) -> str:
    """The reference of a payment that the portal says is made, and of which nobody heard the platform's own word; empty
    where it says none, and once the platform answered that it has no such payment.
    """
    asked = any(one.placed.system == "payment" and one.over for one in dossier.orders)
    return "" if asked or dossier.text("portal.payment") != "claimed" else dossier.text(REFERENCE)


def asked_another_way(dossier: Dossier) -> ExceptionState | None:
    """What was asked of a supervisor about the payment that counts; about one of before it nothing was."""
    asked, known = dossier.exceptions.get(ANOTHER_WAY), payment_of(dossier.orders)
    if asked is None or known is None or asked.asked_at is None or asked.asked_at < known.at:
        return None
    return asked


def held_by(dossier: Dossier, rules: Rules) -> Ordered | None:
    """The payment for which the fee cannot be taken another way: it is paid, or may be and nobody let go of it."""
    known = payment_of(dossier.orders)
    if known is None or (known.over and not known.paid):
        return None
    if known.paid:
        return known
    let_go = asked_another_way(dossier) is not None and is_granted(dossier, ANOTHER_WAY, rules)
    return None if let_go else known


def owed_back(dossier: Dossier) -> Ordered | None:
    """The payment that the platform took and that has to be given back: the fee was taken another way, or the dossier
    ended before it was accepted.
    """
    taken, ended = dossier.fee, dossier.status == "discarded"
    if taken is None and not ended:
        return None
    paid = (one for one in dossier.orders if one.placed.system == "payment" and one.paid)
    return next((one for one in paid if ended or taken is None or taken.order != one.placed.order), None)


def check_let_go(dossier: Dossier, rules: Rules) -> None:
    """Whether a draft may come to its end as far as money goes. What the platform took already stops nothing: it is
    known, and shown as to be given back.

    Raises `Refusal` PAYMENT_CLAIMED where nobody asked the platform about what the portal says is paid, PAYMENT_OPEN
    where it may still take the fee and nobody let go of that.
    """
    if dossier.status != "draft" or dossier.fee is not None:
        return
    if payment_of(dossier.orders) is None and claimed(dossier):
        raise paid_by_claim()
    held = held_by(dossier, rules)
    if held is not None and not held.paid:
        raise payment_open(held)


def payment_open(known: Ordered) -> Refusal:
    """The citizen may still pay on the platform."""
    amount = format_vnd(known.placed.amount_vnd)
    return Refusal(
        "PAYMENT_OPEN",
        Words(
            f"Đang có yêu cầu nộp {amount} trên nền tảng thanh toán.",
            f"A payment of {amount} is open on the payment platform.",
        ),
        Words(
            "Hỏi lại nền tảng: đã nộp thì ghi nhận, không thành công thì làm cách khác, hoặc xin lãnh đạo.",
            "Ask the platform again: what is paid is taken, what failed is let go of; or ask a supervisor.",
        ),
    )


def paid_by_claim() -> Refusal:
    """The portal says that the citizen paid, and nobody asked the platform."""
    return Refusal(
        "PAYMENT_CLAIMED",
        Words("Cổng báo người dân đã nộp lệ phí này.", "The portal says that the citizen paid this fee."),
        Words(
            "Lập yêu cầu trực tuyến để hỏi nền tảng: đã nộp thì ghi nhận, không có thì làm cách khác.",
            "Ask for a payment online: what the platform confirms is taken, else do it another way.",
        ),
    )
