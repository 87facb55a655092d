"""Orders to foreign systems for a station: made once, however often they are asked for."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

import msgspec
from starlette.responses import Response

from clerk_app.central.acting import REFUSALS, acting
from clerk_app.central.answering import Call, unreadable
from clerk_app.central.erasing import check_held
from clerk_app.central.leases import check_office
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.orders import Placed
from clerk_app.central.parts import Parts
from clerk_app.central.register import accepted
from clerk_app.central.registers.line import NOT_JOINED, Unknown
from clerk_app.central.registers.portal import HttpPortal
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire_orders import (
    Order,
    OrderAsked,
    OrderState,
    PaymentOrder,
    PortalStep,
    PortalSync,
    PostOrder,
)

_ID = Parameter("order", "path", "The order's id.", pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_FRESH = Parameter("fresh", "query", "1: ask the other system first what came of it.", most=1, default=0)


def _scope(order: Order) -> str:
    match order:
        case PaymentOrder():
            return "fee.take"
        case PostOrder():
            return "result.deliver"
        case PortalSync() | PortalStep():
            return "dossier.submit"
        case _:
            assert_never(order)


def _placed(parts: Parts, asked: OrderAsked) -> Placed:
    order, registers = asked.order, parts.registers
    match order:
        case PaymentOrder():
            if registers.payment is None:
                raise _not_joined()
            reference, body = registers.payment.message(asked.id, order, parts.clock())
            system, about, lane = "payment", str(order.amount_vnd), ""
        case PostOrder():
            if registers.post is None:
                raise _not_joined()
            reference, body = registers.post.message(asked.id, order)
            system, about, lane = "post", "", ""
        case PortalSync() | PortalStep():
            if not isinstance(registers.portal, HttpPortal):
                raise _not_joined()
            reference, body = registers.portal.message(asked.id, order)
            # What happened later must not be told before what happened first.
            system, about, lane = "portal", order.dossier_code, order.dossier_code
        case _:
            assert_never(order)
    return Placed(asked.id, system, reference, msgspec.json.encode(order), body, asked.dossier, about, lane)


async def make_order(call: Call) -> Response:
    """Write an order down, try it once at once, and say how it stands."""
    asked, parts, station = await call.message(OrderAsked), call.parts, call.station

    def work() -> OrderState:
        named = asked.dossier
        with parts.database.read() as connection:
            if named is not None:
                check_office(connection, named, station)
                check_held(connection, named)
            story = None if named is None else lambda: accepted(connection, named)
            acting(connection, asked.who, _scope(asked.order), station, parts.roles(), story)
        stands = parts.orders.place(_placed(parts, asked), asked.who, station)
        if stands.state == "waiting" and not stands.tries:
            parts.orders.try_one(asked.id)
        return parts.orders.find(asked.id, station.office) or stands

    return await call.answer(work)


async def order_state(call: Call) -> Response:
    """How an order of this office stands."""
    parts, station, order, fresh = call.parts, call.station, _id_of(call), call.number("fresh", 0)

    def work() -> OrderState:
        if (stands := parts.orders.find(order, station.office)) is None:
            raise _unknown()
        if not fresh:
            return stands
        parts.orders.hear(order)
        return parts.orders.find(order, station.office) or stands

    return await call.answer(work)


async def order_paper(call: Call) -> Response:
    """The PDF that the other system has for an order that is made: the platform's receipt, the post's label."""
    parts, station, order = call.parts, call.station, _id_of(call)

    def work() -> bytes:
        stands = parts.orders.find(order, station.office)
        if stands is None:
            raise _unknown()
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
        refusals=("DOSSIER_FOREIGN", "DOSSIER_ERASED", "SYSTEM_NOT_JOINED", "ORDER_DIFFERS", *REFUSALS),
    ),
    Operation(
        "order_state",
        "GET",
        "/v1/orders/{order}",
        "How an order of this office stands.",
        order_state,
        answers=OrderState,
        parameters=(_ID, _FRESH),
        refusals=("ORDER_UNKNOWN",),
    ),
    Operation(
        "order_paper",
        "GET",
        "/v1/orders/{order}/paper",
        "The PDF that the other system has for an order: the receipt of a payment, the label of a parcel.",
        order_paper,
        gives_octets=True,
        parameters=(_ID,),
        refusals=("ORDER_UNKNOWN", "ORDER_PAPER"),
    ),
)
