"""Central on HTTP: routes, and nothing that decides.

Plain Starlette: bodies are compressed MessagePack of the structs in `wire`, decoded strictly by msgspec, so the JSON
models that FastAPI would add on top of Starlette would be a second description of the same shapes. A client that sends
`application/json` gets the same structs as JSON.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from clerk_app import wire
from clerk_app.central import blocks, leases, people, stations, tokens
from clerk_app.central.database import Database
from clerk_app.central.failures import described
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.register import Register
from clerk_app.central.registers.licence import LicenceRegister
from clerk_app.central.sheets import SheetStore, check_digest
from clerk_app.central.stations import KnownStation
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal, Words

T = TypeVar("T")
_LOG = logging.getLogger("quay.central")
_MEDIA = "application/x-quay"

_STATUS = {
    "TOKEN_WRONG": 401,
    "TOKEN_EXPIRED": 401,
    "CLOCK_WRONG": 401,
    "SIGN_IN_WRONG": 403,
    "USER_INACTIVE": 403,
    "OFFICE_FOREIGN": 403,
    "STATION_UNKNOWN": 401,
    "STATION_REVOKED": 401,
    "ENROL_CODE_WRONG": 403,
    "SIGN_IN_WAIT": 429,
    "NOT_FOUND": 404,
    "PACK_UNKNOWN": 404,
    "METHOD_WRONG": 405,
    "MESSAGE_UNREADABLE": 400,
    "MESSAGE_TOO_BIG": 413,
    "ENTRY_TOO_BIG": 413,
    "SHEET_TOO_BIG": 413,
    "SHEET_NAME": 400,
    "SEAL_BROKEN": 422,
    "SHEET_DAMAGED": 422,
    "CENTRAL_FAILED": 500,
}
"""HTTP status by refusal code; any other refusal is a conflict with what central has (409)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work on, joined by `server`."""

    database: Database
    register: Register
    sheets: SheetStore
    licences: LicenceRegister
    packs: PublishedPacks
    clock: Callable[[], datetime]


def hanoi_now() -> datetime:
    """The time at central."""
    return datetime.now(HANOI)


def build(parts: Parts) -> Starlette:
    """The application. Every route but health, enrol and token wants a station's token and proof."""
    desk = _Desk(parts)
    routes = [
        Route("/v1/health", desk.health),
        Route("/v1/enrol", desk.enrol, methods=["POST"]),
        Route("/v1/token", desk.token, methods=["POST"]),
        Route("/v1/sign-in", desk.sign_in, methods=["POST"]),
        Route("/v1/entries", desk.take, methods=["POST"]),
        Route("/v1/entries", desk.pull),
        Route("/v1/sheets/{digest}", desk.sheet_state),
        Route("/v1/sheets/{digest}", desk.receive_sheet, methods=["PATCH"]),
        Route("/v1/sheets/{digest}/lost", desk.sheet_lost, methods=["POST"]),
        Route("/v1/blocks", desk.lend, methods=["POST"]),
        Route("/v1/leases/{dossier:uuid}", desk.lease_state),
        Route("/v1/leases/{dossier:uuid}", desk.hold_lease, methods=["POST"]),
        Route("/v1/leases/{dossier:uuid}", desk.release_lease, methods=["DELETE"]),
        Route("/v1/registers/licences", desk.licences, methods=["POST"]),
        Route("/v1/catalogue", desk.catalogue),
        Route("/v1/catalogue/{digest}", desk.rule_pack),
    ]
    app = Starlette(routes=routes)
    app.add_exception_handler(Refusal, desk.refused)
    app.add_exception_handler(HTTPException, desk.not_a_route)
    app.add_exception_handler(Exception, desk.failed)
    return app


class _Desk:
    """The routes of one central."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # ---- anybody ----

    async def health(self, request: Request) -> Response:
        database = self._parts.database
        newest = await run_in_threadpool(self._parts.packs.newest)
        said = {
            "state": "ok",
            "version": wire.VERSION,
            "central_id": database.central_id,
            "practice": database.practice,
            "catalogue": newest.version if newest else "",
            "at": self._parts.clock(),
        }
        return Response(msgspec.json.encode(said), media_type="application/json")

    async def enrol(self, request: Request) -> Response:
        asked = await _body(request, wire.Enrolment)
        return await self._answer(request, lambda: stations.enrol(self._parts.database, asked, self._parts.clock()))

    async def token(self, request: Request) -> Response:
        asked = await _body(request, wire.TokenAsked)
        return await self._answer(request, lambda: tokens.grant(self._parts.database, asked, self._parts.clock()))

    # ---- stations ----

    def _station(self, request: Request) -> KnownStation:
        query = request.scope["query_string"].decode("latin-1")
        target = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        authorization = request.headers.get("authorization", "")
        proof = request.headers.get(wire.PROOF_HEADER, "")
        return tokens.proven(self._parts.database, authorization, proof, request.method, target, self._parts.clock())

    async def sign_in(self, request: Request) -> Response:
        station = await run_in_threadpool(self._station, request)
        asked = await _body(request, wire.SignInAsked)
        database, now = self._parts.database, self._parts.clock()
        return await self._answer(request, lambda: people.sign_in(database, asked, station.code, station.office, now))

    async def take(self, request: Request) -> Response:
        station = await run_in_threadpool(self._station, request)
        data = await _bytes(request)

        def work() -> wire.Answers:
            batch = _decode(request, data, wire.Batch)
            return self._parts.register.take(batch, station, self._parts.clock())

        return await self._answer(request, work)

    async def pull(self, request: Request) -> Response:
        after, limit = _number(request, "after", 0), _number(request, "limit", 500)

        def work() -> wire.Pulled:
            pulled = self._parts.register.pull(self._station(request), after, max(1, min(limit, 500)))
            return msgspec.structs.replace(pulled, catalogue=self._parts.packs.newest())

        return await self._answer(request, work)

    async def sheet_state(self, request: Request) -> Response:
        digest = request.path_params["digest"]

        def work() -> wire.SheetState:
            return self._parts.sheets.state(digest, self._station(request).code)

        return await self._answer(request, work)

    async def receive_sheet(self, request: Request) -> Response:
        """Bytes of a sheet from `Upload-Offset` on, of `Upload-Length` in all (draft-ietf-httpbis-resumable-upload).

        What arrived before a line broke stays.
        """
        station = await run_in_threadpool(self._station, request)
        digest = request.path_params["digest"]
        offset, total = _header(request, "upload-offset"), _header(request, "upload-length")
        sheets = self._parts.sheets
        if sheets.whole(digest):
            async for _ in request.stream():
                continue
        else:
            part = sheets.open_part(digest, station.code, offset, total)
            try:
                async for data in request.stream():
                    part.write(data)
            except ClientDisconnect:
                return Response(status_code=400)
            finally:
                part.close()
        return await self._answer(request, lambda: sheets.finish(digest, station.code, total))

    async def sheet_lost(self, request: Request) -> Response:
        digest = request.path_params["digest"]
        check_digest(digest)

        def work() -> None:
            self._parts.register.sheet_lost(digest, self._station(request), self._parts.clock())

        return await self._answer(request, work)

    async def lend(self, request: Request) -> Response:
        station = await run_in_threadpool(self._station, request)
        asked = await _body(request, wire.BlockAsked)
        return await self._answer(
            request, lambda: blocks.lend(self._parts.database, asked, station, self._parts.clock())
        )

    async def lease_state(self, request: Request) -> Response:
        dossier: UUID = request.path_params["dossier"]

        def work() -> wire.LeaseState:
            return leases.look(self._parts.database, dossier, self._station(request), self._parts.clock())

        return await self._answer(request, work)

    async def hold_lease(self, request: Request) -> Response:
        station = await run_in_threadpool(self._station, request)
        dossier: UUID = request.path_params["dossier"]
        asked = await _body(request, wire.LeaseAsked)
        database, now = self._parts.database, self._parts.clock()
        return await self._answer(request, lambda: leases.hold(database, dossier, asked, station, now))

    async def release_lease(self, request: Request) -> Response:
        dossier: UUID = request.path_params["dossier"]

        def work() -> wire.LeaseState:
            return leases.release(self._parts.database, dossier, self._station(request), self._parts.clock())

        return await self._answer(request, work)

    async def licences(self, request: Request) -> Response:
        await run_in_threadpool(self._station, request)
        asked = await _body(request, wire.LicencesAsked)
        return await self._answer(request, lambda: self._parts.licences.licences(asked.number))

    async def catalogue(self, request: Request) -> Response:
        packs = self._parts.packs

        def work() -> wire.PublishedPacks:
            self._station(request)
            return wire.PublishedPacks([wire.OfferedPack(one.version, one.digest) for one in packs.standing()])

        return await self._answer(request, work)

    async def rule_pack(self, request: Request) -> Response:
        digest = request.path_params["digest"]

        def work() -> wire.PackSent:
            self._station(request)
            return self._parts.packs.sent(digest)

        return await self._answer(request, work)

    # ---- answers ----

    async def _answer(self, request: Request, work: Callable[[], object]) -> Response:
        def worked() -> bytes:
            said = work()
            return msgspec.json.encode(said) if _speaks_json(request) else wire.pack(said)

        data = await run_in_threadpool(worked)
        return Response(data, media_type="application/json" if _speaks_json(request) else _MEDIA)

    async def refused(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Refusal)
        words, remedy = problem.words, problem.remedy
        said = wire.Problem(problem.code, words.vi, words.en, remedy.vi, remedy.en, self._parts.clock())
        status = _STATUS.get(problem.code, 409)
        if _speaks_json(request):
            return Response(msgspec.json.encode(said), status, media_type="application/problem+json")
        return Response(wire.pack(said), status, media_type=_MEDIA)

    async def not_a_route(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        code = "METHOD_WRONG" if problem.status_code == 405 else "NOT_FOUND"
        words = Words("Trung tâm không có địa chỉ này.", "Central has no such address.")
        remedy = Words("Kiểm tra phiên bản của máy trạm và trung tâm.", "Compare the versions of station and central.")
        return await self.refused(request, Refusal(code, words, remedy))

    async def failed(self, request: Request, problem: Exception) -> Response:
        _LOG.error("%s %s failed: %s", request.method, request.scope["path"], described(problem))
        words = Words("Trung tâm gặp lỗi.", "Central made a mistake.")
        remedy = Words("Máy trạm giữ mọi việc và sẽ gửi lại.", "The station keeps everything and tries again.")
        return await self.refused(request, Refusal("CENTRAL_FAILED", words, remedy))


Endpoint = Callable[[Request], Awaitable[Response]]


def _speaks_json(request: Request) -> bool:
    asked = request.headers.get("accept", "") + request.headers.get("content-type", "")
    return "application/json" in asked


def _unreadable() -> Refusal:
    return Refusal(
        "MESSAGE_UNREADABLE",
        Words("Trung tâm không hiểu yêu cầu.", "Central does not understand the request."),
        Words("Kiểm tra phiên bản của máy trạm.", "Check the version of the station."),
    )


async def _bytes(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > wire.MAX_BATCH_BYTES:
            raise Refusal(
                "MESSAGE_TOO_BIG",
                Words("Yêu cầu lớn hơn mức cho phép.", "The request is larger than allowed."),
                Words("Gửi từng phần nhỏ hơn.", "Send it in smaller parts."),
            )
    return bytes(data)


def _decode(request: Request, data: bytes, kind: type[T]) -> T:
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return msgspec.json.decode(data, type=kind)
        return wire.unpack(data, kind)
    except (wire.Unreadable, msgspec.MsgspecError, UnicodeDecodeError):
        raise _unreadable() from None


async def _body(request: Request, kind: type[T]) -> T:
    return _decode(request, await _bytes(request), kind)


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _unreadable()
    return int(text)


def _number(request: Request, name: str, default: int) -> int:
    return _whole_number(request.query_params.get(name, str(default)))


def _header(request: Request, name: str) -> int:
    return _whole_number(request.headers.get(name, ""))
