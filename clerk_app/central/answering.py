"""How a request is read and answered: who asks, the message that came with it, the answer or the refusal."""

from __future__ import annotations

import logging
from asyncio import get_running_loop, timeout
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import tokens
from clerk_app.central.failures import described
from clerk_app.central.operation import Operation, status_of
from clerk_app.central.parts import Parts
from clerk_app.central.rates import RateLimited
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words

T = TypeVar("T")
_LOG = logging.getLogger("quay.central")
MEDIA = "application/x-quay"
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_TRICKLE_BYTES_S = 1024
_ONCE = ("authorization", "proof", "content-type", "content-length", "upload-offset", "upload-length")


@dataclass(slots=True)
class Call:
    """One request to one operation, and who was proven to send it."""

    parts: Parts
    operation: Operation
    request: Request
    proven: tokens.Proven | None = None
    received: int = 0

    @property
    def station(self) -> KnownStation:
        """The station that asks; only operations for stations may want to know."""
        assert self.proven is not None
        return self.proven.station

    @property
    def address(self) -> str:
        """Where the request comes from, as far as the line tells."""
        return self.request.client.host if self.request.client else ""

    @property
    def speaks_json(self) -> bool:
        """Whether the answer shall be JSON."""
        asked = self.request.headers.get("accept", "") + self.request.headers.get("content-type", "")
        return self.operation.only_json or _JSON in asked

    @property
    def media(self) -> str:
        """The kind of answer."""
        return _JSON if self.speaks_json else MEDIA

    def prove(self) -> None:
        """Look again who sent this: raises `Refusal` STATION_REVOKED for who was revoked since."""
        self.proven = _prove(self)

    # ---- what came ----

    async def chunks(self, most: int) -> AsyncGenerator[bytes, None]:
        """The body as it comes. Raises `Refusal`: MESSAGE_TOO_BIG past `most` bytes, BODY_SLOW for one that drips."""
        declared = self.request.headers.get("content-length", "")
        if declared.isdigit() and len(declared) < 19 and int(declared) > most:
            raise _too_big()
        stream = aiter(self.request.stream())
        now = get_running_loop().time
        begun = now()
        while True:
            patience_s = self.parts.patience_s + self.received / _TRICKLE_BYTES_S - (now() - begun)
            try:
                async with timeout(patience_s):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _slow() from None
            self.received += len(chunk)
            if self.received > most:
                raise _too_big()
            yield chunk

    async def message(self, kind: type[T]) -> T:
        """The message in the body, which is the one that was proven. Raises `Refusal` MESSAGE_…, TOKEN_WRONG."""
        return self.decoded(await self.whole(), kind)

    async def whole(self) -> bytes:
        """The body of a message, still packed."""
        data = bytearray()
        async for chunk in self.chunks(wire.MAX_BATCH_BYTES):
            data += chunk
        body = bytes(data)
        if self.proven is not None and self.proven.body != (wire.body_mark(body) if body else ""):
            raise tokens.wrong()
        return body

    def decoded(self, data: bytes, kind: type[T]) -> T:
        """The message in these bytes, JSON or packed. Raises `Refusal` MESSAGE_UNREADABLE."""
        try:
            if self.request.headers.get("content-type", "").startswith(_JSON):
                return msgspec.json.decode(data, type=kind)
            return wire.unpack(data, kind)
        except (wire.Unreadable, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise unreadable() from None

    def number(self, name: str, default: int) -> int:
        """A number of the query."""
        given = self.request.query_params.getlist(name)
        if len(given) > 1:
            raise unreadable()
        return _whole_number(given[0] if given else str(default))

    def header(self, name: str) -> int:
        """A number of a header."""
        return _whole_number(self.request.headers.get(name, ""))

    # ---- what goes back ----

    async def aside(self, work: Callable[[], T]) -> T:
        """What `work` gives; it blocks, in a thread of its own."""
        return await to_thread.run_sync(work)

    async def answer(self, work: Callable[[], object], limiter: CapacityLimiter | None = None) -> Response:
        """What `work` says; it blocks, in a thread of its own."""

        def worked() -> bytes:
            said = work()
            return msgspec.json.encode(said) if self.speaks_json else wire.pack(said)

        data = await to_thread.run_sync(worked, limiter=limiter)
        return Response(data, media_type=self.media)


BROKEN_OFF = Response(status_code=400)
"""Nobody reads it: the line broke while the request came in."""


async def served(parts: Parts, operation: Operation, request: Request) -> Response:
    """The answer of one operation to one request, counted; never raises."""
    with parts.figures.working(operation.method, operation.path):
        return await _counted(parts, operation, request)


async def _counted(parts: Parts, operation: Operation, request: Request) -> Response:
    call = Call(parts, operation, request)
    now = get_running_loop().time
    begun = now()
    try:
        response = await _served(call)
    except ClientDisconnect:
        response = Response(status_code=400)
    except Refusal as refusal:
        parts.figures.refused(operation.method, operation.path, refusal.code)
        response = refused(refusal, parts, call.speaks_json)
    except Exception as problem:  # noqa: BLE001 whatever it was, it is told calmly and without what a citizen said
        response = failed(problem, parts, request, call.speaks_json)
        parts.figures.refused(operation.method, operation.path, "CENTRAL_FAILED")
    # What is sent while it is made is not counted.
    sent = len(getattr(response, "body", b""))
    parts.figures.answered(operation.method, operation.path, response.status_code, now() - begun, call.received, sent)
    return response


async def _served(call: Call) -> Response:
    operation, request, rates = call.operation, call.request, call.parts.rates
    for name in _ONCE:
        # Two of them are for two readers that each believe another one.
        if len(request.headers.getlist(name)) > 1:
            raise unreadable()
    if "transfer-encoding" in request.headers and "content-length" in request.headers:
        raise unreadable()
    if operation.budget:
        await rates.address(call.address, operation.budget)
    if operation.access == "anybody":
        return await operation.serve(call)
    await rates.patient(call.address, "wrong")
    try:
        call.proven = await to_thread.run_sync(_prove, call)
    except Refusal as refusal:
        if refusal.code == "TOKEN_WRONG":
            await rates.wrong(call.address, "wrong")
        raise
    async with rates.station(call.station.code):
        return await operation.serve(call)


def _prove(call: Call) -> tokens.Proven:
    request, parts = call.request, call.parts
    query = request.scope["query_string"].decode("latin-1")
    target = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    authorization = request.headers.get("authorization", "")
    proof = request.headers.get(wire.PROOF_HEADER, "")
    return tokens.proven(parts.database, authorization, proof, request.method, target, parts.clock())


def refused(problem: Refusal, parts: Parts, speaks_json: bool) -> Response:
    """A refusal as it goes over the line."""
    words, remedy = problem.words, problem.remedy
    said = wire.Problem(problem.code, words.vi, words.en, remedy.vi, remedy.en, parts.clock())
    headers: dict[str, str] = {}
    if isinstance(problem, RateLimited):
        headers["Retry-After"] = str(problem.after_s)
    elif problem.wait_s:
        headers["Retry-After"] = str(ceil(problem.wait_s))
    if problem.code in ("BODY_SLOW", "MESSAGE_UNREADABLE"):
        # What follows on this connection may not be what somebody in between takes it for.
        headers["Connection"] = "close"
    data, media = (msgspec.json.encode(said), _PROBLEM) if speaks_json else (wire.pack(said), MEDIA)
    return Response(data, status_of(problem.code), headers, media)


def failed(problem: BaseException, parts: Parts, request: Request, speaks_json: bool) -> Response:
    """A mistake of central's own: its kind and place go to the log, calm words over the line."""
    _LOG.error("%s %s failed: %s", request.method, request.scope["path"], described(problem))
    words = Words("Trung tâm gặp lỗi.", "Central made a mistake.")
    remedy = Words("Máy trạm giữ mọi việc và sẽ gửi lại.", "The station keeps everything and tries again.")
    return refused(Refusal("CENTRAL_FAILED", words, remedy), parts, speaks_json)


def unreadable() -> Refusal:
    """The request, or what came with it, is not in a form that central reads."""
    return Refusal(
        "MESSAGE_UNREADABLE",
        Words("Trung tâm không hiểu yêu cầu.", "Central does not understand the request."),
        Words("Kiểm tra phiên bản của máy trạm.", "Check the version of the station."),
    )


def _too_big() -> Refusal:
    return Refusal(
        "MESSAGE_TOO_BIG",
        Words("Yêu cầu lớn hơn mức cho phép.", "The request is larger than allowed."),
        Words("Gửi từng phần nhỏ hơn.", "Send it in smaller parts."),
    )


def _slow() -> Refusal:
    return Refusal(
        "BODY_SLOW",
        Words("Dữ liệu đến quá chậm.", "The request came too slowly."),
        Words("Kiểm tra đường truyền; máy trạm sẽ gửi lại.", "Check the line; the station sends it again."),
    )


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise unreadable()
    return int(text)
