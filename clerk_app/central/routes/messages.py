"""The messages to the citizen about a dossier: how each stands."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from clerk_app.central.answering import Call, unreadable
from clerk_app.central.erasing import check_held
from clerk_app.central.leases import check_office
from clerk_app.central.operation import Operation, Parameter
from clerk_app.wire_messages import DossierMessages

_DOSSIER = Parameter("dossier", "path", "The dossier.", pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


async def dossier_messages(call: Call) -> Response:
    """Every message about one dossier of the station's office, as its own entries: whoever works here may see them."""
    parts, station = call.parts, call.station
    try:
        dossier = UUID(call.request.path_params["dossier"])
    except ValueError:
        raise unreadable() from None

    def work() -> DossierMessages:
        with parts.database.read() as connection:
            check_office(connection, dossier, station)
            check_held(connection, dossier)
        return DossierMessages(parts.messages.of_dossier(dossier, station.office), parts.clock())

    return await call.answer(work)


OPERATIONS = (
    Operation(
        "dossier_messages",
        "GET",
        "/v1/dossiers/{dossier}/messages",
        "The messages to the citizen about a dossier: what was sent by which right, and whether it arrived.",
        dossier_messages,
        answers=DossierMessages,
        parameters=(_DOSSIER,),
        refusals=("DOSSIER_FOREIGN", "DOSSIER_ERASED"),
    ),
)
