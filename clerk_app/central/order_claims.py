"""What a station asks to have ordered, held against what central has of the dossier that it is for.

Central may be a little behind the desk: of a dossier that it has not heard of yet it knows no more than the law of
today, and that nothing is ordered twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from clerk_app.central.database import orders
from clerk_app.central.foreign_claims import check_one_payment, is_answered
from clerk_app.central.parcels import check_not_posted
from clerk_app.central.rules import Law
from clerk_app.domain.collecting import check_posting
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.money import format_vnd
from clerk_app.domain.parcels import SETTINGS
from clerk_app.domain.paying import REFERENCE, asked_first, case_fees, paid_by_claim
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.wire_orders import OrderAsked, PaymentClaim, PaymentOrder, PortalStep, PortalSync, PostOrder

_LOOK = Words(
    "Đợi quầy gửi xong hồ sơ lên trung tâm, xem lại hồ sơ rồi lập lại.",
    "Wait until the desk has delivered the dossier, look at it again, then order anew.",
)


def check_new(
    connection: Connection,
    asked: OrderAsked,
    dossier: Dossier | None,
    story: Sequence[Entry],
    law: Law,
    now: datetime,
) -> None:
    """Raises `Refusal` where a new order may not be made for its dossier: ORDER_BY_CENTRAL for what the portal is told,
    ORDER_OVER, ORDER_DOSSIER, ORDER_AMOUNT, DOSSIER_CLOSED, FEE_TWICE, PAYMENT_OPEN, PAYMENT_CLAIMED, POST_TWICE,
    POST_OVER, CARD_NOT_HERE, RESULT_NOT_READY, POST_CLOSED.

    `dossier` is what the accepted entries, `story`, make of it; None where nothing was accepted yet.
    """
    rules = law.rules_of(dossier, now) if dossier is not None else law.rules(now)
    order = asked.order
    match order:
        case PaymentOrder():
            check_one_payment(connection, dossier, asked.dossier, asked.id)
            _check_amount(dossier, asked, order, rules)
            claim = asked_first(dossier, rules) if dossier is not None else None
            if claim is not None and not is_answered(connection, asked.dossier, claim):
                raise paid_by_claim(claim)
        case PaymentClaim():
            # Nothing is made by asking: beside another payment, and once the fee was taken or the dossier ended.
            _check_claim(connection, dossier, order)
            _check_amount(dossier, asked, order, rules)
        case PostOrder():
            settings = law.rules(now).settings
            words = {name: settings.get(name, "") for name in SETTINGS}
            check_not_posted(connection, asked.id, asked.dossier, story, words)
            if dossier is not None and (dossier.handing.state, dossier.handing.order) != ("posting", asked.id):
                check_posting(dossier, rules)
        case PortalSync() | PortalStep():
            raise _by_central()
    if dossier is None:
        return
    _check_open(dossier, asked)
    if order.dossier_code not in {dossier.code, dossier.local_code} - {""}:
        raise _another()


def _check_open(dossier: Dossier, asked: OrderAsked) -> None:
    known = next((one for one in dossier.orders if one.placed.order == asked.id), None)
    if known is not None and known.heard is not None and known.heard.state == "rejected":
        raise Refusal(
            "ORDER_OVER",
            Words("Yêu cầu này đã được ghi là không thành.", "This order was written down as never made."),
            Words("Lập yêu cầu mới.", "Make a new one."),
        )


def _check_amount(dossier: Dossier | None, asked: OrderAsked, order: PaymentOrder | PaymentClaim, rules: Rules) -> None:
    """The amount is a fee of the law for a case of the dossier's channel, or, of a payment that the portal claims, what
    it says of it; and what the dossier itself says.
    """
    channels = (dossier.channel,) if dossier is not None else ("counter", "online", "post")
    fees = {fee_vnd for channel in channels for fee_vnd in case_fees(rules, channel)}
    stated = dossier.text("portal.fee_vnd") if dossier is not None and isinstance(order, PaymentClaim) else ""
    if stated:
        fees = {order.amount_vnd} if stated == str(order.amount_vnd) else set()
    written = {one.placed.amount_vnd for one in (dossier.orders if dossier else ()) if one.placed.order == asked.id}
    if order.amount_vnd not in fees or not written <= {order.amount_vnd}:
        amount = format_vnd(order.amount_vnd)
        raise Refusal(
            "ORDER_AMOUNT",
            Words(f"{amount} không phải lệ phí của hồ sơ này.", f"{amount} is not the fee of this dossier."),
            _LOOK,
        )


def _check_claim(connection: Connection, dossier: Dossier | None, order: PaymentClaim) -> None:
    """The portal itself said so of this dossier, and nobody has this payment already."""
    mine = (orders.c.system == "payment") & (orders.c.reference == order.reference)
    taken = connection.execute(select(orders.c.id).where(mine)).first() is not None
    if taken or dossier is None or dossier.text(REFERENCE) != order.reference:
        raise Refusal(
            "PAYMENT_CLAIMED",
            Words(
                "Giao dịch này không phải của hồ sơ, hoặc đã được hỏi.", "It is another's payment, or was asked about."
            ),
            _LOOK,
        )


def _another() -> Refusal:
    return Refusal(
        "ORDER_DOSSIER",
        Words("Yêu cầu ghi mã của hồ sơ khác.", "The order names the code of another dossier."),
        _LOOK,
    )


def _by_central() -> Refusal:
    """The portal hears of what was accepted here, from central alone."""
    return Refusal(
        "ORDER_BY_CENTRAL",
        Words("Trung tâm tự báo Cổng dịch vụ công.", "Central itself tells the portal."),
        Words("Ghi bước của hồ sơ; trung tâm báo Cổng theo đó.", "Take the step; the portal is told of it by itself."),
    )
