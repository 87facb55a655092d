"""Sheets by their SHA-256, resumable from the byte where the line broke."""

from __future__ import annotations

from contextlib import aclosing
from uuid import UUID

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import returning
from clerk_app.central.answering import BROKEN_OFF, Call, unreadable
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.sheets import check_digest
from clerk_app.central.streams import received_sheets
from clerk_app.wire import MAX_SHEET_BYTES

MOST_IN_A_BUNDLE = 64 * 1024 * 1024
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DIGEST = Parameter("digest", "path", "SHA-256 of the whole sheet, lower-case hexadecimal.", pattern="^[0-9a-f]{64}$")


async def state(call: Call) -> Response:
    """How much of a sheet is here."""
    digest, station = call.request.path_params["digest"], call.station

    def work() -> wire.SheetState:
        return call.parts.sheets.state(digest, station.code)

    return await call.answer(work)


async def receive(call: Call) -> Response:
    """Bytes of a sheet from `Upload-Offset` on, of `Upload-Length` in all (draft-ietf-httpbis-resumable-upload).

    What arrived before a line broke stays. The proof does not name these bytes: their digest in the address does.
    """
    digest, station = call.request.path_params["digest"], call.station
    offset, total = call.header("upload-offset"), call.header("upload-length")
    sheets = call.parts.sheets
    if await call.aside(lambda: sheets.whole(digest)):
        async with aclosing(call.chunks(MAX_SHEET_BYTES)) as chunks:
            async for _ in chunks:
                continue
        return await call.answer(lambda: sheets.state(digest, station.code))
    part = await call.aside(lambda: sheets.open_part(digest, station.code, offset, total))
    done: list[wire.SheetState] = []

    def work() -> wire.SheetState:
        done.append(part.finish())
        return done[0]

    try:
        async with aclosing(call.chunks(MAX_SHEET_BYTES)) as chunks:
            async for data in chunks:
                part.write(data)
                if part.full:
                    await call.aside(part.keep)
        response = await call.answer(work)
    except ClientDisconnect:
        return BROKEN_OFF
    finally:
        await call.aside(part.close)
    if done[0].complete:
        call.parts.figures.sheet()
    return response


async def receive_many(call: Call) -> Response:
    """Many sheets in one breath. What arrived before a line broke stays; their digests name them, not the proof."""
    async with aclosing(call.chunks(MOST_IN_A_BUNDLE)) as chunks:
        states = await received_sheets(chunks, call.parts.sheets, call.station.code)
    if states is None:
        return BROKEN_OFF
    for one in states.states:
        if one.complete:
            call.parts.figures.sheet()
    return await call.answer(lambda: states)


async def states_of(call: Call) -> Response:
    """How much of each of these sheets is here."""
    asked = await call.message(wire.SheetsAsked)
    sheets, station = call.parts.sheets, call.station

    def work() -> wire.SheetStates:
        return wire.SheetStates([sheets.state(digest.hex(), station.code) for digest in asked.digests])

    return await call.answer(work)


async def content(call: Call) -> Response:
    """The bytes of a sheet, for a desk that lost it, took its place, removed its own copy or takes a second look."""
    digest, station, parts = call.request.path_params["digest"], call.station, call.parts
    try:
        dossier = UUID(call.request.query_params.get("dossier", ""))
    except ValueError:
        raise unreadable() from None

    now = parts.clock()

    def work() -> bytes:
        waits = parts.reviewing.waiting(station.office, now)
        return returning.sheet_of(parts.database, parts.sheets, station, digest, dossier, now, waits)

    return Response(await call.aside(work), media_type="application/octet-stream")


async def lost(call: Call) -> Response:
    """Do not wait for a sheet."""
    digest, station, parts = call.request.path_params["digest"], call.station, call.parts
    check_digest(digest)
    return await call.answer(lambda: parts.register.sheet_lost(digest, station, parts.clock()))


OPERATIONS = (
    Operation(
        "sheet_state",
        "GET",
        "/v1/sheets/{digest}",
        "How many bytes of a sheet central has from this station, and whether it is whole.",
        state,
        answers=wire.SheetState,
        parameters=(_DIGEST,),
        refusals=("SHEET_NAME",),
    ),
    Operation(
        "receive_sheet",
        "PATCH",
        "/v1/sheets/{digest}",
        "Bytes of a sheet from an offset on. It is there for others once its digest was found right.",
        receive,
        octets=True,
        answers=wire.SheetState,
        parameters=(
            _DIGEST,
            Parameter("Upload-Offset", "header", "Where these bytes begin: what central has already."),
            Parameter("Upload-Length", "header", "How long the whole sheet is.", most=MAX_SHEET_BYTES),
        ),
        refusals=("SHEET_NAME", "SHEET_TOO_BIG", "SHEET_TOO_LONG", "SHEET_OFFSET", "SHEET_DAMAGED"),
    ),
    Operation(
        "receive_sheets",
        "POST",
        "/v1/sheets",
        "Several sheets, or the rest of them, one after the other: the length of a `SheetBundle` in four octets (big "
        "endian), the bundle packed, then the bytes of each piece. Each is there once its digest was found right.",
        receive_many,
        octets=True,
        answers=wire.SheetStates,
    ),
    Operation(
        "sheet_states",
        "POST",
        "/v1/sheets/states",
        "How many bytes of each of these sheets central has from this station, and which are whole.",
        states_of,
        asks=wire.SheetsAsked,
        answers=wire.SheetStates,
    ),
    Operation(
        "sheet_content",
        "GET",
        "/v1/sheets/{digest}/content",
        "A sheet of a dossier of this office that is open, waits for a second look, or lost its copies at this desk.",
        content,
        gives_octets=True,
        parameters=(
            _DIGEST,
            Parameter("dossier", "query", "The dossier that mentions it.", pattern=_UUID),
        ),
        refusals=("SHEET_NAME", "SHEET_NOT_OPEN", "SHEET_NOT_KEPT"),
    ),
    Operation(
        "sheet_lost",
        "POST",
        "/v1/sheets/{digest}/lost",
        "The station cannot read this sheet any more: entries that mention it are refused instead of waited for.",
        lost,
        parameters=(_DIGEST,),
        refusals=("SHEET_NAME",),
    ),
)
