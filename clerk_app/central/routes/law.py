"""The law that central hands out."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app import wire
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation, Parameter


async def catalogue(call: Call) -> Response:
    """Every pack that was ever handed out."""
    packs = call.parts.packs

    def work() -> wire.PublishedPacks:
        return wire.PublishedPacks([wire.OfferedPack(one.version, one.digest) for one in packs.standing()])

    return await call.answer(work)


async def rule_pack(call: Call) -> Response:
    """One pack as it was signed."""
    digest = call.request.path_params["digest"]
    return await call.answer(lambda: call.parts.packs.sent(digest))


OPERATIONS = (
    Operation(
        "catalogue",
        "GET",
        "/v1/catalogue",
        "Every rule pack that central ever handed out, the newest first.",
        catalogue,
        answers=wire.PublishedPacks,
    ),
    Operation(
        "rule_pack",
        "GET",
        "/v1/catalogue/{digest}",
        "A whole rule pack.",
        rule_pack,
        answers=wire.PackSent,
        parameters=(Parameter("digest", "path", "SHA-256 of its signed manifest.", pattern="^[0-9a-f]{64}$"),),
        refusals=("PACK_UNKNOWN",),
    ),
)
