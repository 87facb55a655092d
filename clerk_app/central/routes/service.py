"""What balancers, operators and other programs ask: alive, ready, and what else can be asked."""

from __future__ import annotations

import msgspec
from anyio import to_thread
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation


async def health(call: Call) -> Response:
    """This process lives."""
    parts = call.parts

    def work() -> wire.Health:
        newest, database = parts.packs.newest(), parts.database
        version = newest.version if newest else ""
        return wire.Health("ok", wire.VERSION, database.central_id, database.practice, version, parts.clock())

    return await call.answer(work)


async def ready(call: Call) -> Response:
    """This process can work."""
    parts = call.parts

    def work() -> wire.Ready:
        parts.readiness.check()
        return wire.Ready("ready", parts.clock())

    return await call.answer(work)


async def description(_call: Call) -> Response:
    """This description."""
    from clerk_app.central.openapi import document
    from clerk_app.central.routes import OPERATIONS as EVERYTHING

    data = await to_thread.run_sync(lambda: msgspec.json.encode(document(EVERYTHING)))
    return Response(data, media_type="application/json")


OPERATIONS = (
    Operation(
        "health",
        "GET",
        "/v1/health",
        "Whether this process lives, and which central it belongs to.",
        health,
        access="anybody",
        answers=wire.Health,
        only_json=True,
    ),
    Operation(
        "ready",
        "GET",
        "/v1/ready",
        "Whether this process can work: database, schema, store of sheets, law.",
        ready,
        access="anybody",
        answers=wire.Ready,
        refusals=("READY_DATABASE", "READY_SCHEMA", "READY_SHEETS", "READY_LAW"),
        only_json=True,
    ),
    Operation(
        "openapi",
        "GET",
        "/v1/openapi.json",
        "This description.",
        description,
        access="anybody",
        answers=dict,
        only_json=True,
    ),
)
