"""Who looks at which request for an exception, while there is a line."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import handlings
from clerk_app.central.acting import REFUSALS
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation


async def handle(call: Call) -> Response:
    """It is looked at here, or nothing is any more."""
    station, parts = call.station, call.parts
    asked = await call.message(wire.HandlingAsked)
    return await call.answer(lambda: handlings.handle(parts.database, asked, station, parts.roles(), parts.clock()))


OPERATIONS = (
    Operation(
        "handle_request",
        "POST",
        "/v1/handlings",
        "Say which request for an exception is looked at here; the answer says who of the office looks at which.",
        handle,
        asks=wire.HandlingAsked,
        answers=wire.Handlings,
        refusals=REFUSALS,
    ),
)
