"""Sheets by their SHA-256, resumable from the byte where the line broke."""

from __future__ import annotations

from contextlib import aclosing

from anyio import to_thread
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.sheets import MAX_SHEET_BYTES, check_digest

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
    new = not await to_thread.run_sync(sheets.whole, digest)
    part = await to_thread.run_sync(sheets.open_part, digest, station.code, offset, total) if new else None
    try:
        async with aclosing(call.chunks(MAX_SHEET_BYTES)) as chunks:
            async for data in chunks:
                if part is not None:
                    part.write(data)
    except ClientDisconnect:
        return Response(status_code=400)
    finally:
        if part is not None:
            part.close()
    done: list[wire.SheetState] = []

    def work() -> wire.SheetState:
        done.append(sheets.finish(digest, station.code, total))
        return done[0]

    response = await call.answer(work)
    if new and done[0].complete:
        call.parts.figures.sheet()
    return response


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
        "sheet_lost",
        "POST",
        "/v1/sheets/{digest}/lost",
        "The station cannot read this sheet any more: entries that mention it are refused instead of waited for.",
        lost,
        parameters=(_DIGEST,),
        refusals=("SHEET_NAME",),
    ),
)
