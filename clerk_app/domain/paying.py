"""What a payment that was asked for on the payment platform means for taking the fee another way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.exceptions import is_granted
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.systems import FAILED, NOT_FOUND, PAID, Ordered, payment_of

ANOTHER_WAY = "PAYMENT_OPEN"
"""The exception by which the fee is taken another way although the platform may still take it."""

REFUND = "REFUND"
"""The exception by which a fee is paid back."""

REFERENCE = "portal.payment_reference"
"""The field in which the portal says by which name the payment platform knows what the citizen paid there."""
_TELLS = ("portal.payment", REFERENCE)
_DIGITS = 12


_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A payment that the portal says is made. `reference` is its name on the payment platform, empty where the portal
    gives none that can be asked about; `amount_vnd` 0 where it tells no amount; `at` when it came to us.
    """

    reference: str
    amount_vnd: int
    at: datetime | None


def claimed(dossier: Dossier) -> Claim | None:
    """The payment that the portal says is made, and of which nobody heard the platform's own word: neither that it is
    paid or failed, nor that there is none of this very reference. What came of another payment says nothing of it.

    It stands also where the fee was taken another way, or the dossier came to its end: money may have been paid. One
    that names no transaction stands until the fee is taken: nothing can be asked about it, and what the portal was told
    of the fee by us comes back so.
    """
    if dossier.text("portal.payment") != "claimed":
        return None
    written = dossier.text(REFERENCE)
    reference = written if _NAME.fullmatch(written) else ""
    if not reference and dossier.fee is not None:
        return None
    if reference and any(_answers(one, reference) for one in dossier.orders):
        return None
    amount = dossier.text("portal.fee_vnd")
    came = [one.at for name in _TELLS if (one := dossier.fields.get(name)) is not None and one.at is not None]
    figure = amount.isascii() and amount.isdigit() and len(amount) <= _DIGITS
    return Claim(reference, int(amount) if figure else 0, max(came, default=None))


def case_fees(rules: Rules, channel: str) -> frozenset[int]:
    """Every fee that the law knows for a case that came by this channel, in đồng."""
    rows = (rules.fee(case.fee, channel) for case in rules.cases)
    return frozenset(row.amount_vnd for row in rows if row is not None and row.amount_vnd)


def asked_vnd(dossier: Dossier, claim: Claim, rules: Rules) -> int:
    """For how much the platform is asked about what is claimed, in đồng: what the portal told; else the fee as it was
    taken; else that of the case, or the only one there is. 0 where nobody can know it.
    """
    if claim.amount_vnd:
        return claim.amount_vnd
    if dossier.fee is not None:
        return dossier.fee.fee_vnd
    case = next((one for one in rules.cases if one.code == dossier.text("case")), None)
    row = rules.fee(case.fee, dossier.channel) if case is not None else None
    if row is not None and row.amount_vnd:
        return row.amount_vnd
    fees = case_fees(rules, dossier.channel)
    return min(fees) if len(fees) == 1 else 0


def _answers(one: Ordered, reference: str) -> bool:
    """Whether the platform said what is with the payment of this reference."""
    heard = one.heard
    if heard is None or one.placed.system != "payment" or heard.reference != reference:
        return False
    return heard.outcome in (PAID, FAILED) or (heard.state, heard.cause) == ("rejected", NOT_FOUND)


def asked_another_way(dossier: Dossier) -> ExceptionState | None:
    """What was asked of a supervisor about what may be paid online as it stands; about what was before, nothing was."""
    known, claim = payment_of(dossier.orders), claimed(dossier)
    since = [at for at in (known.at if known else None, claim.at if claim else None) if at is not None]
    return _asked_since(dossier, max(since, default=None)) if known is not None or claim is not None else None


def _asked_since(dossier: Dossier, at: datetime | None) -> ExceptionState | None:
    asked = dossier.exceptions.get(ANOTHER_WAY)
    if asked is None or asked.asked_at is None or (at is not None and asked.asked_at < at):
        return None
    return asked


def _let_go(dossier: Dossier, at: datetime | None, rules: Rules) -> bool:
    """Whether a supervisor let go of what there was to pay online since then."""
    return _asked_since(dossier, at) is not None and is_granted(dossier, ANOTHER_WAY, rules)


def held_by(dossier: Dossier, rules: Rules, fee_vnd: int = 0) -> Ordered | None:
    """The payment for which the fee cannot be taken another way: it is paid, or may be and nobody let go of it.

    With `fee_vnd`, what has to be paid, one of another amount that is paid can be let go of, too: it is given back.
    """
    known = payment_of(dossier.orders)
    if known is None or (known.over and not known.paid):
        return None
    if known.paid and fee_vnd in (0, known.placed.amount_vnd):
        return known
    return None if _let_go(dossier, known.at, rules) else known


def asked_first(dossier: Dossier, rules: Rules) -> Claim | None:
    """What the portal says is paid, and the platform is asked about before the fee is taken another way, unless a
    supervisor let go of that.
    """
    claim = claimed(dossier)
    return None if claim is None or _let_go(dossier, claim.at, rules) else claim


def owed_back(dossier: Dossier) -> Ordered | None:
    """The payment that the platform took and that has to be given back: the fee was taken another way, or the dossier
    ended before it was accepted.
    """
    taken, ended = dossier.fee, dossier.status == "discarded"
    if taken is None and not ended:
        return None
    paid = (one for one in dossier.orders if one.placed.system == "payment" and one.paid)
    return next((one for one in paid if ended or taken is None or taken.order != one.placed.order), None)


def must_give_back(dossier: Dossier) -> bool:
    """Whether its citizen is owed money: what the platform took beside the fee, or any fee of a dossier that ended
    before it was accepted. Until a supervisor approved that it is paid back: nothing that comes after is on record.
    What came in since the request is another debt.
    """
    approved = dossier.exceptions.get(REFUND)
    if approved is not None and approved.granted:
        stood = approved.stood
        if stood is None or _came_in(dossier) <= _came_in(stood):
            return False
    return owed_back(dossier) is not None or (dossier.status == "discarded" and dossier.fee is not None)


def _came_in(dossier: Dossier) -> frozenset[UUID | str]:
    """The money that was taken for a dossier, by receipt and by payment."""
    paid = {one.placed.order for one in dossier.orders if one.placed.system == "payment" and one.paid}
    return frozenset(paid | {dossier.fee.receipt}) if dossier.fee is not None else frozenset(paid)


def check_let_go(dossier: Dossier, rules: Rules) -> None:
    """Whether a draft may come to its end as far as money goes. What the platform took already stops nothing: it is
    known, and shown as to be given back.

    Raises `Refusal` PAYMENT_CLAIMED where nobody asked the platform about what the portal says is paid, PAYMENT_OPEN
    where it may still take the fee and nobody let go of that.
    """
    if dossier.status != "draft" or dossier.fee is not None:
        return
    held = held_by(dossier, rules)
    if held is not None and not held.paid:
        raise payment_open(held)
    if (claim := asked_first(dossier, rules)) is not None:
        raise paid_by_claim(claim)


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


def paid_by_claim(claim: Claim) -> Refusal:
    """The portal says that the citizen paid, and the platform did not say what is with that."""
    words = Words("Cổng báo người dân đã nộp lệ phí này.", "The portal says that the citizen paid this fee.")
    remedy = Words(
        "Lập yêu cầu trực tuyến để hỏi nền tảng: đã nộp thì ghi nhận, không có thì làm cách khác.",
        "Ask for a payment online: what the platform confirms is taken, else do it another way.",
    )
    if not claim.reference:
        words = Words(
            "Cổng báo người dân đã nộp lệ phí này nhưng không ghi mã giao dịch dùng được.",
            "The portal says that the citizen paid this fee, and names no transaction that can be asked about.",
        )
        remedy = Words(
            "Đối chiếu biên lai của người dân; không có thì xin lãnh đạo cho làm cách khác.",
            "Look at the citizen's receipt; without one ask a supervisor to let it be done another way.",
        )
    return Refusal("PAYMENT_CLAIMED", words, remedy)


def paid_otherwise(known: Ordered, fee_vnd: int) -> Refusal:
    """What the citizen paid on the platform is not the fee."""
    paid, fee = format_vnd(known.placed.amount_vnd), format_vnd(fee_vnd)
    return Refusal(
        "PAYMENT_DIFFERS",
        Words(f"Người dân đã nộp {paid} trực tuyến; lệ phí là {fee}.", f"{paid} were paid online; the fee is {fee}."),
        Words(
            "Xem lại trường hợp; đúng thì xin lãnh đạo cho thu đủ cách khác và hoàn khoản trực tuyến.",
            "Look at the case again; if it is right, ask a supervisor: take it in full, give back the other.",
        ),
    )
