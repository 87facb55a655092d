"""The law that central hands out, and the State's registers that it asks for a station."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app import wire
from clerk_app.central.acting import REFUSALS, acting
from clerk_app.central.answering import Call
from clerk_app.central.leases import check_office
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.register import accepted


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


async def licences(call: Call) -> Response:
    """What the licence register says about a person, to somebody who may ask it."""
    asked, parts, station = await call.message(wire.LicencesAsked), call.parts, call.station

    def work() -> wire.LicencesFound:
        with parts.database.read() as connection:
            named = asked.dossier
            if named is not None:
                check_office(connection, named, station)
            story = None if named is None else lambda: accepted(connection, named)
            acting(connection, asked.who, "register.ask", station, parts.roles(), story)
        return parts.licences.licences(asked.number)

    return await call.answer(work)


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
    Operation(
        "licences",
        "POST",
        "/v1/registers/licences",
        "Whose licences are these: what the national register says, or that it did not answer.",
        licences,
        asks=wire.LicencesAsked,
        answers=wire.LicencesFound,
        refusals=("DOSSIER_FOREIGN", *REFUSALS),
    ),
)
