"""Entries in, entries out, and the numbers that entries need."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import blocks
from clerk_app.central.answering import Call
from clerk_app.central.entry_codes import ENTRY_CODES
from clerk_app.central.operation import Operation, Parameter

MOST_PULLED = 500


async def take(call: Call) -> Response:
    """Record a batch. The answers stand in its order."""
    data = await call.whole()
    parts, station = call.parts, call.station
    counted: list[tuple[int, list[wire.Answer]]] = []

    def work() -> wire.Answers:
        batch = call.decoded(data, wire.Batch)
        answers = parts.register.take(batch, station, parts.clock())
        counted.append((len(batch.entries), answers.answers))
        return answers

    response = await call.answer(work)
    for size, answers in counted:
        parts.figures.took(size, answers)
    return response


async def pull(call: Call) -> Response:
    """What others did, the newest law, and whether people changed."""
    parts, station = call.parts, call.station
    after, limit = call.number("after", 0), call.number("limit", MOST_PULLED)

    def work() -> wire.Pulled:
        pulled = parts.register.pull(station, after, max(1, min(limit, MOST_PULLED)))
        return msgspec.structs.replace(pulled, catalogue=parts.packs.newest(), people=station.people)

    return await call.answer(work)


async def lend(call: Call) -> Response:
    """Numbers that no other station has."""
    parts, station = call.parts, call.station
    asked = await call.message(wire.BlockAsked)
    return await call.answer(lambda: blocks.lend(parts.database, asked, station, parts.clock()))


OPERATIONS = (
    Operation(
        "take_entries",
        "POST",
        "/v1/entries",
        "Record sealed entries. Each gets its own answer, the same for ever, up to the first that cannot be taken.",
        take,
        asks=wire.Batch,
        answers=wire.Answers,
        refusals=(
            "SEAL_BROKEN",
            "CHAIN_FORKED",
            "ENTRY_TOO_BIG",
            "SHEET_NOT_HERE",
            "CENTRAL_TOO_OLD",
            "PACK_AHEAD",
        ),
        answer_codes=ENTRY_CODES,
    ),
    Operation(
        "pull_entries",
        "GET",
        "/v1/entries",
        "What the other stations of this office did after a cursor, in central's order; never one's own.",
        pull,
        answers=wire.Pulled,
        parameters=(
            Parameter("after", "query", "The cursor of the last answer; 0 for everything.", default=0),
            Parameter(
                "limit", "query", f"How many at most; more than {MOST_PULLED} is {MOST_PULLED}.", default=MOST_PULLED
            ),
        ),
    ),
    Operation(
        "lend_numbers",
        "POST",
        "/v1/blocks",
        "Lend numbers for dossiers or receipts; the same key gets the same ones.",
        lend,
        asks=wire.BlockAsked,
        answers=wire.Block,
        refusals=("BLOCK_SIZE", "BLOCK_KEY_USED", "NUMBERS_RUN_OUT"),
    ),
)
