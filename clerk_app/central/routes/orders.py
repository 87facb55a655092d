"""Orders to foreign systems for a station: made once, however often they are asked for."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from clerk_app.central.acting import REFUSALS, acting
from clerk_app.central.answering import Call, unreadable
from clerk_app.central.erasing import check_held
from clerk_app.central.leases import check_office
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.order_claims import check_new
from clerk_app.central.orders import Placed
from clerk_app.central.parts import Parts
from clerk_app.central.register import accepted, story_of
from clerk_app.central.registers.line import NOT_JOINED, Unknown
from clerk_app.central.registers.portal import HttpPortal
from clerk_app.central.rules import ORDER_SCOPES
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import replay
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire_orders import (
    Order,
    OrderAsked,
    OrderLook,
    OrderState,
    PaymentClaim,
    PaymentOrder,
    PortalStep,
    PortalSync,
    PostOrder,
)

_ID = Parameter("order", "path", "The order's id.", pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def _system(order: Order) -> str:
    match order:
        case PaymentOrder() | PaymentClaim():
            return "payment"
        case PostOrder():
            return "post"
        case PortalSync() | PortalStep():
            return "portal"
        case _:
            assert_never(order)


def _placed(parts: Parts, asked: OrderAsked) -> Placed:
    order, registers = asked.order, parts.registers
    match order:
        case PaymentOrder():
            if registers.payment is None:
                raise _not_joined()
            reference, body = registers.payment.message(asked.id, order, parts.clock())
            about, lane = str(order.amount_vnd), ""
        case PaymentClaim():
            if registers.payment is None:
                raise _not_joined()
            reference, body = registers.payment.claim(order)
            about, lane = str(order.amount_vnd), ""
        case PostOrder():
            if registers.post is None:
                raise _not_joined()
            reference, body = registers.post.message(asked.id, order)
            about, lane = "", ""
        case PortalSync() | PortalStep():
            if not isinstance(registers.portal, HttpPortal):
                raise _not_joined()
            reference, body = registers.portal.message(asked.id, order)
            # What happened later must not be told before what happened first.
            about, lane = order.dossier_code, order.dossier_code
        case _:
            assert_never(order)
    return Placed(asked.id, _system(order), reference, _said(order), body, asked.dossier, about, lane)


def _said(order: Order) -> bytes:
    """What was asked for, as its digest is made of."""
    return msgspec.json.encode(order)


async def make_order(call: Call) -> Response:
    """Write an order down, try it once at once, and say how it stands."""
    asked, parts, station = await call.message(OrderAsked), call.parts, call.station

    def work() -> OrderState:
        named, system, law = asked.dossier, _system(asked.order), parts.standing()
        with parts.database.read() as connection:
            check_office(connection, named, station)
            check_held(connection, named)
            acting(
                connection, asked.who, ORDER_SCOPES[system], station, parts.roles(), lambda: accepted(connection, named)
            )

        def once(held: Connection) -> None:
            story = story_of(held, named)
            check_new(held, asked, replay(story) if story else None, story, law, parts.clock())

        # What was made stays made, also where its system was taken away since.
        stands = parts.orders.made(asked.id, system, _said(asked.order), station.office, named)
        if stands is None:
            stands = parts.orders.place(_placed(parts, asked), asked.who, station, once)
        if stands.state == "waiting" and not stands.tries:
            parts.orders.try_one(asked.id)
        return parts.orders.find(asked.id, station.office) or stands

    return await call.answer(work)


def _looked_at(parts: Parts, station: KnownStation, order: UUID, who: str) -> OrderState:
    """An order of this office, for who may make such ones for its dossier."""
    held = parts.orders.held(order, station.office)
    if held is None:
        raise _unknown()
    stands, named = held
    with parts.database.read() as connection:
        story = None if named is None else lambda: accepted(connection, named)
        acting(connection, who, ORDER_SCOPES[stands.system], station, parts.roles(), story)
    return stands


async def order_state(call: Call) -> Response:
    """How an order of this office stands."""
    look, parts, station, order = await call.message(OrderLook), call.parts, call.station, _id_of(call)

    def work() -> OrderState:
        stands = _looked_at(parts, station, order, look.who)
        if not look.fresh:
            return stands
        parts.orders.hear(order)
        return parts.orders.find(order, station.office) or stands

    return await call.answer(work)


async def order_paper(call: Call) -> Response:
    """The PDF that the other system has for an order that is made: the platform's receipt, the post's label."""
    look, parts, station, order = await call.message(OrderLook), call.parts, call.station, _id_of(call)

    def work() -> bytes:
        stands = _looked_at(parts, station, order, look.who)
        registers = parts.registers
        paper: bytes | Unknown = NOT_JOINED
        if stands.system == "payment" and registers.payment is not None:
            paper = registers.payment.bill(stands.reference)
        elif stands.system == "post" and registers.post is not None:
            paper = registers.post.label(stands.reference)
        if isinstance(paper, Unknown):
            raise _no_paper(paper.cause)
        return paper

    return Response(await call.aside(work), media_type="application/octet-stream")


def _id_of(call: Call) -> UUID:
    try:
        return UUID(call.request.path_params["order"])
    except ValueError:
        raise unreadable() from None


def _unknown() -> Refusal:
    return Refusal(
        "ORDER_UNKNOWN",
        Words("Đơn vị không có yêu cầu này.", "The office has no such order."),
        Words("Gửi lại yêu cầu đó.", "Send that order again."),
    )


def _not_joined() -> Refusal:
    return Refusal(
        "SYSTEM_NOT_JOINED",
        Words("Trung tâm chưa kết nối hệ thống này.", "This system is not joined to central."),
        Words("Làm theo cách khác; báo người quản trị trung tâm.", "Do it another way; tell whoever runs central."),
    )


def _no_paper(cause: str) -> Refusal:
    return Refusal(
        "ORDER_PAPER",
        Words(f"Chưa lấy được bản in ({cause}).", f"Its paper could not be had ({cause})."),
        Words("Thử lại sau ít phút.", "Try again in a few minutes."),
    )


OPERATIONS = (
    Operation(
        "make_order",
        "POST",
        "/v1/orders",
        "Have a foreign system make something once: a payment, a parcel. The same order again says how it stands.",
        make_order,
        asks=OrderAsked,
        answers=OrderState,
        refusals=(
            "DOSSIER_FOREIGN",
            "DOSSIER_ERASED",
            "SYSTEM_NOT_JOINED",
            "ORDER_DIFFERS",
            "ORDER_BY_CENTRAL",
            "ORDER_OVER",
            "ORDER_DOSSIER",
            "ORDER_AMOUNT",
            "PAYMENT_CLAIMED",
            "DOSSIER_CLOSED",
            "CARD_NOT_HERE",
            "RESULT_NOT_READY",
            "POST_CLOSED",
            "POST_TWICE",
            "POST_OVER",
            "FEE_TWICE",
            "PAYMENT_OPEN",
            *REFUSALS,
        ),
    ),
    Operation(
        "order_state",
        "POST",
        "/v1/orders/{order}/state",
        "How an order of this office stands, for who may have such ones made.",
        order_state,
        asks=OrderLook,
        answers=OrderState,
        parameters=(_ID,),
        refusals=("ORDER_UNKNOWN", *REFUSALS),
    ),
    Operation(
        "order_paper",
        "POST",
        "/v1/orders/{order}/paper",
        "The PDF that the other system has for an order: the receipt of a payment, the label of a parcel.",
        order_paper,
        asks=OrderLook,
        gives_octets=True,
        parameters=(_ID,),
        refusals=("ORDER_UNKNOWN", "ORDER_PAPER", *REFUSALS),
    ),
)
