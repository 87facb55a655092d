"""Which desk has a dossier open, while there is a line."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import leases
from clerk_app.central.acting import REFUSALS
from clerk_app.central.answering import Call, unreadable
from clerk_app.central.operation import Operation, Parameter

_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DOSSIER = Parameter("dossier", "path", "The dossier.", pattern=_UUID)


def _dossier(call: Call) -> UUID:
    try:
        return UUID(call.request.path_params["dossier"])
    except ValueError:
        raise unreadable() from None


async def look(call: Call) -> Response:
    """Who has it open."""
    dossier, station, parts = _dossier(call), call.station, call.parts
    return await call.answer(lambda: leases.look(parts.database, dossier, station, parts.clock()))


async def hold(call: Call) -> Response:
    """It is open at this station, or still is."""
    dossier, station, parts = _dossier(call), call.station, call.parts
    asked = await call.message(wire.LeaseAsked)
    return await call.answer(lambda: leases.hold(parts.database, dossier, asked, station, parts.roles(), parts.clock()))


async def release(call: Call) -> Response:
    """It is not open at this station any more."""
    dossier, station, parts = _dossier(call), call.station, call.parts
    return await call.answer(lambda: leases.release(parts.database, dossier, station, parts.clock()))


OPERATIONS = (
    Operation(
        "look_at_lease",
        "GET",
        "/v1/leases/{dossier}",
        "Which station has a dossier of this office open, and since when.",
        look,
        answers=wire.LeaseState,
        parameters=(_DOSSIER,),
        refusals=("DOSSIER_FOREIGN",),
    ),
    Operation(
        "hold_lease",
        "POST",
        "/v1/leases/{dossier}",
        "Say that a dossier is open here; the answer says who has it then, which may be another station.",
        hold,
        asks=wire.LeaseAsked,
        answers=wire.LeaseState,
        parameters=(_DOSSIER,),
        refusals=("DOSSIER_FOREIGN", *REFUSALS),
    ),
    Operation(
        "release_lease",
        "DELETE",
        "/v1/leases/{dossier}",
        "Say that a dossier is not open here any more.",
        release,
        answers=wire.LeaseState,
        parameters=(_DOSSIER,),
    ),
)
