"""What a station's office awaits of the printing office."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation
from clerk_app.wire_results import ExpectedCards


async def expected(call: Call) -> Response:
    """Which cards are awaited."""
    station, parts = call.station, call.parts
    return await call.answer(lambda: parts.expected.of(station.office, parts.clock()))


OPERATIONS = (
    Operation(
        "expected_results",
        "GET",
        "/v1/results/expected",
        "The printed cards that this office awaits: granted, and checked in at no counter.",
        expected,
        answers=ExpectedCards,
    ),
)
