"""What an entry says of another system and of orders to it, held against what central itself has of that order.

Central sends the orders, so nobody but central knows what came of one: a desk's word that something is paid counts
where central heard the same of the platform, for this dossier and this amount.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from clerk_app.central.database import orders, submissions
from clerk_app.central.given_answers import was_forgotten
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry, FeeTaken, Opened
from clerk_app.domain.online import COUNTER
from clerk_app.domain.paying import REFERENCE, Claim, asked_first, held_by, paid_by_claim
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.systems import FAILED, NOT_FOUND, PAID, OrderHeard, OrderPlaced

_ASK_AGAIN = Words("Hỏi lại nền tảng thanh toán rồi ghi lại.", "Ask the payment platform again, then write it anew.")


def check_own_code(connection: Connection, opened: Opened, station: KnownStation) -> None:
    """Raises `Refusal` CODE_PORTAL for a dossier that a desk opens under a code by which the portal knows another: one
    that a citizen sent, or for what came online one that is not of the desk's own counter.
    """
    if station.counter == COUNTER:
        return
    sent = select(submissions.c.code).where(submissions.c.code == opened.local_code)
    strange = opened.channel == "online" and not opened.local_code.startswith(f"{station.counter}-")
    if strange or connection.execute(sent).first() is not None:
        raise Refusal(
            "CODE_PORTAL",
            Words("Mã này là của hồ sơ trên Cổng dịch vụ công.", "This is the code of a dossier of the portal."),
            Words("Mở hồ sơ đó ở trang Trực tuyến.", "Open that dossier on the page Online."),
        )


def check_placed(placed: OrderPlaced, before: Dossier, known: Dossier | None = None) -> None:
    """Raises `Refusal` FEE_TWICE for a payment of a fee that was taken, DOSSIER_CLOSED for one of a dossier that is no
    draft any more; `known` is the dossier as whoever ordered it had it, where that is not all that is known by now.
    What the portal says is paid is asked about at any time: nothing is made by that.
    """
    if placed.system != "payment" or (
        placed.reference and placed.reference in {one.text(REFERENCE) for one in (before, known or before)}
    ):
        return
    if before.fee is not None:
        raise Refusal(
            "FEE_TWICE",
            Words("Lệ phí đã được thu.", "The fee was taken before."),
            Words("Không lập yêu cầu nộp tiền nữa.", "Ask for no other payment."),
        )
    if (known or before).status != "draft":
        raise closed()


def check_heard(
    connection: Connection, entry: Entry, heard: OrderHeard, station: KnownStation, before: Dossier
) -> OrderPlaced:
    """The order that something was heard of, as the dossier has it.

    Raises `Refusal` ORDER_UNKNOWN for one that is not this dossier's, ORDER_NOT_PAID for one called paid that is not,
    ORDER_OPEN for one called over.
    """
    placed = next((one.placed for one in before.orders if one.placed.order == heard.order), None)
    row = _row(connection, heard.order, entry.dossier, station)
    if placed is None or (row is None and heard.state != "rejected"):
        raise unknown()
    if _is_forgotten(connection, placed, heard, row):
        return placed
    if row is None:
        if heard.cause == NOT_FOUND:
            # The platform was asked by central alone.
            raise unknown()
        # Central would not even write it down.
        return placed
    if placed.system == "payment" and {placed.reference, heard.reference} - {"", row.reference}:
        # Its answer is about another payment.
        raise unknown()
    if heard.outcome == PAID and row.outcome != PAID:
        raise not_paid()
    # What was heard as over frees the fee to be taken another way. A failure that was paid since was one then, as far
    # as central itself heard of it before.
    failed = row.outcome == FAILED or row.failed_ms is not None
    if heard.outcome == FAILED and not failed:
        raise not_over()
    # So was one that was not found, and came to be there, whatever became of it since.
    late = heard.cause == NOT_FOUND and row.absent_ms is not None and row.state == "done"
    unfound = heard.cause == NOT_FOUND and row.cause != NOT_FOUND
    if heard.state == "rejected" and not late and (row.state != "rejected" or unfound):
        raise not_over()
    return placed


def _is_forgotten(connection: Connection, placed: OrderPlaced, heard: OrderHeard, row: Any) -> bool:
    """Whether central can have said that there is no such payment in a time of which a restored copy has no record. It
    is believed, as the answers of registers are.
    """
    same = bool(placed.reference) and placed.reference == heard.reference
    # A restored copy asked once more may have found it since.
    lost = row is None or (row.state in ("waiting", "done") and row.reference == heard.reference)
    said = (heard.state, heard.cause) == ("rejected", NOT_FOUND)
    return same and lost and said and was_forgotten(connection, heard.heard_at)


def check_other_way(connection: Connection, before: Dossier, rules: Rules, known: Dossier, fee_vnd: int) -> None:
    """Whether the fee of a dossier, `fee_vnd`, may be taken another way than on the platform. `known` is the dossier as
    whoever took it had it: who could not know what the portal says is not held to that, nor who had heard that an order
    is over to its being paid since. That is given back.

    Raises `Refusal` PAYMENT_OPEN for a fee that the platform has taken, or may still take while nobody let go, also by
    an order that the dossier's story does not name yet; PAYMENT_CLAIMED where nobody asked the platform about what the
    portal says is paid.
    """
    named = {one.placed.order for one in before.orders}
    over = {one.placed.order for one in known.orders if one.over}
    still = replace(before, orders=tuple(one for one in before.orders if one.placed.order not in over))
    if held_by(still, rules, fee_vnd) is not None or not _standing(connection, before.id) <= named:
        raise Refusal(
            "PAYMENT_OPEN",
            Words("Khoản này đang được nộp trên nền tảng thanh toán.", "It is being paid on the payment platform."),
            _ASK_AGAIN,
        )
    claim = asked_first(known, rules)
    if claim is not None and not is_answered(connection, before.id, claim):
        raise paid_by_claim(claim)


def is_answered(connection: Connection, dossier: UUID, claim: Claim) -> bool:
    """Whether the platform said to central what is with a payment that the portal claims for a dossier."""
    mine = (orders.c.dossier == dossier) & (orders.c.system == "payment") & (orders.c.reference == claim.reference)
    over = orders.c.outcome.in_((PAID, FAILED)) | ((orders.c.state == "rejected") & (orders.c.cause == NOT_FOUND))
    return bool(claim.reference) and connection.execute(select(orders.c.id).where(mine, over)).first() is not None


def _standing(connection: Connection, dossier: UUID) -> set[UUID]:
    """The payments that central has for a dossier and that can be paid, or are."""
    mine = (orders.c.dossier == dossier) & (orders.c.system == "payment")
    stands = (orders.c.state != "rejected") & (orders.c.outcome != FAILED)
    return set(connection.execute(select(orders.c.id).where(mine & stands)).scalars())


def check_one_payment(connection: Connection, known: Dossier | None, dossier: UUID, order: UUID) -> None:
    """Raises `Refusal` FEE_TWICE, PAYMENT_OPEN where this would be a second payment of a dossier's fee, DOSSIER_CLOSED
    where nothing is paid for it any more; `known` is what was accepted of the dossier so far.
    """
    if known is not None:
        check_placed(OrderPlaced(order, "payment"), known)
    if _standing(connection, dossier) - {order}:
        raise Refusal(
            "PAYMENT_OPEN",
            Words("Hồ sơ này đã có yêu cầu nộp tiền.", "A payment was asked for already for this dossier."),
            Words("Tải lại hồ sơ rồi hỏi yêu cầu đó.", "Look at the dossier again and ask about that one."),
        )


def check_paid(connection: Connection, entry: Entry, fee: FeeTaken, station: KnownStation) -> None:
    """Raises `Refusal` ORDER_NOT_PAID unless the platform said that this very fee is paid."""
    row = None if fee.order is None else _row(connection, fee.order, entry.dossier, station)
    paid = row is not None and (row.system, row.outcome, row.about) == ("payment", PAID, str(fee.fee_vnd))
    if not paid or fee.method != "online":
        raise not_paid()


def _row(connection: Connection, order: UUID, dossier: UUID, station: KnownStation) -> Any:
    mine = (orders.c.id == order) & (orders.c.dossier == dossier) & (orders.c.office == station.office)
    return connection.execute(select(orders).where(mine)).first()


def closed() -> Refusal:
    """Nothing is paid for a dossier that was accepted, declined or given up."""
    return Refusal(
        "DOSSIER_CLOSED",
        Words("Hồ sơ này đã được tiếp nhận hoặc đã hủy.", "This dossier was submitted or given up."),
        Words("Không lập yêu cầu nộp tiền nữa.", "Ask for no other payment."),
    )


def unknown() -> Refusal:
    """The dossier has no such order."""
    return Refusal(
        "ORDER_UNKNOWN",
        Words("Hồ sơ không có yêu cầu này ở trung tâm.", "Central has no such order of this dossier."),
        Words("Gửi lại yêu cầu đó.", "Send that order again."),
    )


def not_over() -> Refusal:
    """The order still stands."""
    return Refusal(
        "ORDER_OPEN",
        Words("Yêu cầu này chưa kết thúc ở hệ thống kia.", "The other system did not end this order."),
        _ASK_AGAIN,
    )


def not_paid() -> Refusal:
    """The platform did not say that it is paid."""
    return Refusal(
        "ORDER_NOT_PAID",
        Words("Nền tảng thanh toán chưa báo đã nộp khoản này.", "The platform did not say that this is paid."),
        _ASK_AGAIN,
    )
