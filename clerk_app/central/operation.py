"""What central can be asked: each operation once. Its route, limits, figures and description all come from this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.responses import Response

    from clerk_app.central.answering import Call

Serve = Callable[["Call"], Awaitable["Response"]]
Method = Literal["GET", "POST", "PATCH", "DELETE"]

STATUS = {
    "TOKEN_WRONG": 401,
    "TOKEN_EXPIRED": 401,
    "CLOCK_WRONG": 401,
    "STATION_UNKNOWN": 401,
    "STATION_REVOKED": 401,
    "SIGN_IN_WRONG": 403,
    "USER_INACTIVE": 403,
    "ROLE_REACH": 403,
    "OFFICE_FOREIGN": 403,
    "SECOND_FACTOR_MISSING": 403,
    "CODE_NEEDED": 403,
    "CODE_WRONG": 403,
    "CODE_USED": 403,
    "CODE_CLOCK": 403,
    "ROLE_MISSING": 403,
    "FOUR_EYES": 403,
    "ENROL_CODE_WRONG": 403,
    "SIGN_IN_WAIT": 429,
    "RATE_LIMITED": 429,
    "NOT_FOUND": 404,
    "PACK_UNKNOWN": 404,
    "ORDER_UNKNOWN": 404,
    "METHOD_WRONG": 405,
    "BODY_SLOW": 408,
    "MESSAGE_UNREADABLE": 400,
    "MESSAGE_TOO_BIG": 413,
    "ENTRY_TOO_BIG": 413,
    "SHEET_TOO_BIG": 413,
    "SHEET_NAME": 400,
    "SHEET_NOT_OPEN": 404,
    "SHEET_NOT_KEPT": 404,
    "SEAL_BROKEN": 422,
    "SHEET_DAMAGED": 422,
    "CENTRAL_FAILED": 500,
    "READY_DATABASE": 503,
    "READY_SCHEMA": 503,
    "READY_SHEETS": 503,
    "READY_LAW": 503,
    "CENTRAL_NO_MEMORY": 503,
    "DATABASE_AWAY": 503,
    "SHEETS_AWAY": 503,
}
"""HTTP status by refusal code; any other refusal is a conflict with what central has (409)."""

ALWAYS = ("MESSAGE_UNREADABLE", "CENTRAL_FAILED", "DATABASE_AWAY", "SHEETS_AWAY")
STATIONS = ("TOKEN_WRONG", "TOKEN_EXPIRED", "CLOCK_WRONG", "STATION_UNKNOWN", "STATION_REVOKED", "RATE_LIMITED")
BODIES = ("MESSAGE_TOO_BIG", "BODY_SLOW")


def status_of(code: str) -> int:
    """The HTTP status of a refusal."""
    return STATUS.get(code, 409)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the path, the query or a header. `pattern` is for texts; numbers are whole and not negative."""

    name: str
    where: Literal["path", "query", "header"]
    says: str
    pattern: str = ""
    most: int = 10**18 - 1
    default: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that central can be asked.

    `asks` is the struct in the body (`octets`: the bytes themselves; `streams`: also in frames, as `wire.STREAM`),
    `answers` the one that comes back (None: no more than that it was done; `gives_octets`: bytes). `refusals` are those
    beyond what every operation of its kind may answer.
    """

    name: str
    method: Method
    path: str
    says: str
    serve: Serve
    answers: type | None = None
    asks: type | None = None
    octets: bool = False
    streams: bool = False
    gives_octets: bool = False
    access: Literal["anybody", "station"] = "station"
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[str, ...] = ()
    budget: Literal["", "sign_in", "token", "enrol"] = ""
    only_json: bool = False
    answer_codes: tuple[str, ...] = ()
    """Codes within an answer of 200: what each part of it may be refused with."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that this operation may refuse with."""
        codes = [*ALWAYS, *self.refusals]
        if self.access == "station":
            codes += STATIONS
        if self.asks is not None or self.octets:
            codes += BODIES
        if self.budget:
            codes.append("RATE_LIMITED")
        return tuple(dict.fromkeys(codes))
