"""The queue of online dossiers of a station's office."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app.central.answering import Call
from clerk_app.central.online_queue import unknown_filter
from clerk_app.central.operation import Operation, Parameter
from clerk_app.domain.online import FILTERS
from clerk_app.wire_online import OnlineQueue

_STATE = Parameter(
    "state", "query", "Which part of the queue; without it all that are open.", pattern="|".join(FILTERS)
)


async def queue(call: Call) -> Response:
    """Which dossiers wait, until when, and who has which open."""
    wanted = call.request.query_params.get("state", "open")
    if wanted not in FILTERS:
        raise unknown_filter()
    station, parts = call.station, call.parts
    return await call.answer(lambda: parts.online_queues.of(station.office, wanted, parts.clock()))


OPERATIONS = (
    Operation(
        "online_queue",
        "GET",
        "/v1/online",
        "The online dossiers of this office that wait, until when, and who has which open.",
        queue,
        answers=OnlineQueue,
        parameters=(_STATE,),
        refusals=("FILTER_UNKNOWN",),
    ),
)
