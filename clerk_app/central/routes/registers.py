"""The State's registers that central asks for a station, each question written down with who asks it and what for."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from clerk_app import wire
from clerk_app.central.acting import REFUSALS, acting
from clerk_app.central.answering import Call, unreadable
from clerk_app.central.leases import check_office
from clerk_app.central.operation import Operation
from clerk_app.central.parts import Parts
from clerk_app.central.register import accepted
from clerk_app.central.registers.asking import RECEPTION, Asker
from clerk_app.central.stations import KnownStation
from clerk_app.wire_registers import LicencesOf, Question, RegisterAsked, RegisterSaid


def _asked(
    parts: Parts,
    station: KnownStation,
    question: Question,
    who: str,
    purpose: str,
    dossier: UUID | None,
    live: bool,
) -> RegisterSaid:
    with parts.database.read() as connection:
        if dossier is not None:
            check_office(connection, dossier, station)
        story = None if dossier is None else lambda: accepted(connection, dossier)
        acting(connection, who, "register.ask", station, parts.roles(), story)
    return parts.asking.ask(question, Asker(who, station, purpose, dossier), parts.setting, live)


async def ask(call: Call) -> Response:
    """One question to one register, for somebody who may ask it."""
    asked, parts, station = await call.message(RegisterAsked), call.parts, call.station
    return await call.answer(
        lambda: _asked(parts, station, asked.question, asked.who, asked.purpose, asked.dossier, asked.live)
    )


async def licences(call: Call) -> Response:
    """What the licence register says about a person now, to somebody who may ask it."""
    asked, parts, station = await call.message(wire.LicencesAsked), call.parts, call.station

    def work() -> wire.LicencesFound:
        if not asked.number:
            raise unreadable()
        said = _asked(parts, station, LicencesOf(asked.number), asked.who, RECEPTION, asked.dossier, True)
        assert said.licences is not None
        return said.licences

    return await call.answer(work)


OPERATIONS = (
    Operation(
        "ask_register",
        "POST",
        "/v1/registers/ask",
        "One question to one of the State's registers, written down; the answer may be that nobody knows.",
        ask,
        asks=RegisterAsked,
        answers=RegisterSaid,
        refusals=("DOSSIER_FOREIGN", "PURPOSE_UNKNOWN", *REFUSALS),
    ),
    Operation(
        "licences",
        "POST",
        "/v1/registers/licences",
        "Whose licences are these: what the national register says, or that it did not answer.",
        licences,
        asks=wire.LicencesAsked,
        answers=wire.LicencesFound,
        refusals=("DOSSIER_FOREIGN", "PURPOSE_UNKNOWN", *REFUSALS),
    ),
)
