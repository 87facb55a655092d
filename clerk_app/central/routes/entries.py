"""Entries in, entries out, and the numbers that entries need."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import msgspec
from starlette.responses import Response, StreamingResponse

from clerk_app import wire
from clerk_app.central import blocks, proofs, returning
from clerk_app.central.answering import BROKEN_OFF, Call, unreadable
from clerk_app.central.entry_codes import ENTRY_CODES
from clerk_app.central.operation import Operation, Parameter
from clerk_app.central.streams import EntryStream
from clerk_app.domain.refusals import Refusal

MOST_PULLED = 500
MOST_ANSWERS = 1000
_LAST_N = 2**31 - 1
"""No station has a running number beyond it, and no column holds one."""
_ERA = "^[0-9a-f]{0,8}$"


async def take(call: Call) -> Response:
    """Record entries, one batch or frames of them as they come. The answers stand in their order."""
    parts, station = call.parts, call.station
    counted: list[tuple[int, list[wire.Answer]]] = []

    def recorded(batch: wire.Batch) -> wire.Answers:
        answers = parts.register.take(batch, station, parts.clock())
        counted.append((len(batch.entries), answers.answers))
        return answers

    try:
        if call.request.headers.get("content-type") == wire.STREAM:
            async with aclosing(call.chunks(wire.MAX_BATCH_BYTES)) as chunks:
                answers = await EntryStream(recorded).received(chunks)
            return BROKEN_OFF if answers is None else await call.answer(lambda: answers)
        data = await call.whole()
        return await call.answer(lambda: recorded(call.decoded(data, wire.Batch)))
    finally:
        for size, said in counted:
            parts.figures.took(size, said)
        if counted:
            parts.news.ring()


async def answers(call: Call) -> Response:
    """What was said to this station before."""
    parts, station = call.parts, call.station
    after, limit = call.number("after", 0), call.number("limit", MOST_PULLED)
    return await call.answer(
        lambda: parts.register.answers(station, min(after, _LAST_N), max(1, min(limit, MOST_ANSWERS)), parts.clock())
    )


async def returned(call: Call) -> Response:
    """What this station sent before, for a desk that lost it."""
    parts, station = call.parts, call.station
    after, limit = call.number("after", 0), call.number("limit", MOST_PULLED)
    return await call.answer(
        lambda: returning.own_entries(parts.database, station, min(after, _LAST_N), max(1, min(limit, MOST_PULLED)))
    )


async def pull(call: Call) -> Response:
    """What others did, the newest law, and whether people changed; with `wait` seconds, as soon as there is any."""
    parts, station = call.parts, call.station
    after, limit, wait = call.number("after", 0), call.number("limit", MOST_PULLED), call.number("wait", 0)
    era = call.request.query_params.get("era", "")
    if not re.fullmatch(_ERA, era):
        raise unreadable()

    def pulled() -> wire.Pulled:
        found = parts.register.pull(station, after, max(1, min(limit, MOST_PULLED)), era)
        draw = parts.reviewing.told(station.office, parts.clock())
        return msgspec.structs.replace(found, catalogue=parts.packs.newest(), people=station.people, draw=draw)

    def news() -> bool:
        found = pulled()
        return bool(found.entries or found.refused)

    if not wait or await call.aside(news):
        return await call.answer(pulled)

    async def later() -> AsyncIterator[bytes]:
        # Whoever is revoked meanwhile hears nothing; the next request says why.
        with suppress(Refusal):
            async with parts.news.waiter(station) as waiter:
                # Looked at again once it would be called: something may have come in between.
                if not await call.aside(news):
                    await parts.news.called(waiter, wait)
            await call.aside(call.prove)
            yield bytes((await call.answer(pulled)).body)

    # The head goes out at once: a station that may go hears that it is heard, and leaves by closing.
    return StreamingResponse(later(), media_type=call.media)


async def prove(call: Call) -> Response:
    """What is here of dossiers."""
    parts, station = call.parts, call.station
    asked = await call.message(wire.ProofsAsked)
    return await call.answer(lambda: proofs.proofs(parts.database, parts.sheets, station, asked, parts.clock()))


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
        streams=True,
        answers=wire.Answers,
        refusals=(
            "SEAL_BROKEN",
            "CHAIN_FORKED",
            "ENTRY_TOO_BIG",
            "SHEET_NOT_HERE",
            "CENTRAL_TOO_OLD",
            "PACK_AHEAD",
            "DOSSIER_AWAITED",
            "POST_AWAITED",
            "ERA_OVER",
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
            Parameter("era", "query", "The era that came with that cursor.", pattern=_ERA),
            Parameter(
                "wait", "query", "Seconds to wait for something new, 60 at most, before an empty answer.", default=0
            ),
        ),
    ),
    Operation(
        "own_entries",
        "GET",
        "/v1/entries/own",
        "What this very station sent before, each with the answer of then: for a desk that lost it.",
        returned,
        answers=wire.Returned,
        parameters=(
            Parameter("after", "query", "The running number after which it wants them.", default=0),
            Parameter(
                "limit", "query", f"How many at most; more than {MOST_PULLED} is {MOST_PULLED}.", default=MOST_PULLED
            ),
        ),
        answer_codes=ENTRY_CODES,
    ),
    Operation(
        "said_answers",
        "GET",
        "/v1/answers",
        "What was said to the entries of this station after a running number, in their order: an answer may get lost.",
        answers,
        answers=wire.Answers,
        parameters=(
            Parameter("after", "query", "The running number of the last entry whose answer is known.", default=0),
            Parameter(
                "limit", "query", f"How many at most; more than {MOST_ANSWERS} is {MOST_ANSWERS}.", default=MOST_PULLED
            ),
        ),
        answer_codes=ENTRY_CODES,
    ),
    Operation(
        "prove_dossiers",
        "POST",
        "/v1/proofs",
        "What central has of dossiers of this office: without it a station removes none of its own copies.",
        prove,
        asks=wire.ProofsAsked,
        answers=wire.Proofs,
        refusals=("SHEETS_AWAY",),
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
