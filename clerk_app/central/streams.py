"""What comes in one long breath: entries in frames, each recorded as it arrives; sheets, each kept as it is whole.

What arrived before a line broke stays, so a cut costs the frame it fell into, or no byte of a sheet at all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from clerk_app import wire
from clerk_app.central.answering import unreadable
from clerk_app.central.register import MAX_BATCH
from clerk_app.central.sheets import Part, SheetStore
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import Answer, Answers, Batch, SheetBundle, SheetPiece, SheetState, SheetStates

FINISHING_AT_ONCE = 4
"""Sheets of one bundle that are checked and settled on the disk while the next ones come in."""
_MOST_TOGETHER = 2 * wire.MAX_FRAME_PLAIN_BYTES
"""Bytes of entries that are recorded in one transaction, however well they were compressed."""


class EntryStream:
    """Entries in frames from one station: read off the line at once, recorded in turn while more arrive."""

    def __init__(self, take: Callable[[Batch], Answers]) -> None:
        """`take` records one batch, in a thread of its own."""
        self._take = take
        self._frames: deque[bytes] = deque()
        self._more = asyncio.Event()
        self._ended = False
        self._stopped = False
        self._answers: list[Answer] = []
        self._last: Answers | None = None

    async def received(self, chunks: AsyncIterator[bytes]) -> Answers | None:
        """The answers to everything up to the first entry that could not be recorded; None where the line broke.

        Raises `Refusal` as `Register.take` does, for the first entry, and MESSAGE_UNREADABLE.
        """
        recording = asyncio.create_task(self._record())
        whole = False
        try:
            await self._read(chunks)
            whole = True
        except ClientDisconnect:
            pass
        finally:
            self._ended = True
            self._more.set()
            await asyncio.wait([recording])
        recording.result()
        if not whole:
            return None
        assert self._last is not None
        return Answers(self._answers, self._last.next_n, self._last.at)

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        frames = wire.Frames()
        async for data in chunks:
            if self._stopped:
                continue
            try:
                self._frames.extend(frames.feed(data))
            except wire.Unreadable:
                raise unreadable() from None
            if self._frames:
                self._more.set()

    async def _record(self) -> None:
        """Whatever is here is recorded together, so that a quick line costs few transactions."""
        while not self._stopped:
            self._more.clear()
            frames = list(self._frames)
            self._frames.clear()
            if frames:
                await run_in_threadpool(self._take_all, frames)
            elif self._ended:
                break
            else:
                await self._more.wait()
        if self._last is None:
            await run_in_threadpool(self._take_batch, Batch([]))

    def _take_all(self, frames: list[bytes]) -> None:
        entries: list[wire.Sealed] = []
        size, era = 0, ""
        for packed in frames:
            try:
                batch = wire.unpack(packed, Batch, wire.MAX_FRAME_PLAIN_BYTES)
            except wire.Unreadable:
                self._stopped = True
                if entries or self._answers:
                    break
                raise unreadable() from None
            size += sum(len(sealed.body) for sealed in batch.entries)
            if entries and (len(entries) + len(batch.entries) > MAX_BATCH or size > _MOST_TOGETHER):
                self._take_batch(Batch(entries, era=era))
                entries, size = [], 0
                if self._stopped:
                    return
            entries += batch.entries
            era = batch.era
        if entries:
            self._take_batch(Batch(entries, era=era))

    def _take_batch(self, batch: Batch) -> None:
        try:
            answers = self._take(batch)
        except Refusal:
            self._stopped = True
            if not self._answers:
                raise
            return
        except BaseException:
            self._stopped = True
            raise
        self._last = answers
        self._answers += answers.answers
        self._stopped = self._stopped or len(answers.answers) < len(batch.entries)


class _Body:
    """The body of a request, taken in pieces of a known length."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._stream = chunks
        self._kept = b""

    async def up_to(self, size: int) -> AsyncIterator[bytes]:
        """`size` bytes as they come. Raises `ClientDisconnect`, and `Refusal` where the body ends before."""
        while size:
            data = self._kept or await self._next()
            self._kept = data[size:]
            taken = data[:size]
            size -= len(taken)
            yield taken

    async def _next(self) -> bytes:
        async for data in self._stream:
            if data:
                return data
        raise unreadable()

    async def exactly(self, size: int) -> bytes:
        return b"".join([data async for data in self.up_to(size)])

    async def drain(self) -> None:
        async for _ in self._stream:
            continue


async def received_sheets(chunks: AsyncIterator[bytes], sheets: SheetStore, station: str) -> SheetStates | None:
    """Keep the sheets of a bundle; the state of each in its order. None where the line broke.

    A sheet that is not taken (another part of it is here, it arrived damaged) says so by its state alone: the station
    then sends it by itself and hears why. Raises `Refusal` MESSAGE_UNREADABLE.
    """
    body = _Body(chunks)
    finishing: list[asyncio.Task[SheetState]] = []
    try:
        for piece in await _head(body):
            while len(under_way := [one for one in finishing if not one.done()]) >= FINISHING_AT_ONCE:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            finishing.append(await _piece(body, piece, sheets, station))
        await body.drain()
    except ClientDisconnect:
        return None
    finally:
        # Also where the line broke: what fails then is told when the sheet comes again.
        await asyncio.gather(*finishing, return_exceptions=True)
    return SheetStates([one.result() for one in finishing])


async def _head(body: _Body) -> list[SheetPiece]:
    size = int.from_bytes(await body.exactly(4), "big")
    if size > wire.MAX_FRAME_BYTES:
        raise unreadable()
    try:
        pieces = wire.unpack(await body.exactly(size), SheetBundle, wire.MAX_FRAME_PLAIN_BYTES).pieces
    except wire.Unreadable:
        raise unreadable() from None
    if len({piece.digest for piece in pieces}) != len(pieces) or any(one.offset > one.total for one in pieces):
        raise unreadable()
    return pieces


async def _piece(body: _Body, piece: SheetPiece, sheets: SheetStore, station: str) -> asyncio.Task[SheetState]:
    digest = piece.digest.hex()

    def opened() -> Part | None:
        try:
            return None if sheets.whole(digest) else sheets.open_part(digest, station, piece.offset, piece.total)
        except Refusal:
            return None

    part = await run_in_threadpool(opened)
    try:
        async for data in body.up_to(piece.total - piece.offset):
            if part is not None:
                part.write(data)
                if part.full:
                    await run_in_threadpool(part.keep)
    except BaseException:
        if part is not None:
            await run_in_threadpool(part.close)
        raise

    def finished() -> SheetState:
        if part is not None:
            try:
                return part.finish()
            except Refusal as refusal:
                if refusal.code != "SHEET_DAMAGED":
                    raise
            finally:
                part.close()
        return sheets.state(digest, station)

    return asyncio.create_task(run_in_threadpool(finished))
