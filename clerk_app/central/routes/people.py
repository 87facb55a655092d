"""Who gets in: stations by a one-time code and a key, people by a password."""

from __future__ import annotations

from datetime import datetime

from anyio import CapacityLimiter
from starlette.responses import Response

from clerk_app import wire
from clerk_app.central import keys, people, stations, tokens, unlocking
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation
from clerk_app.central.parts import Parts
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.sign_in import policy_of

_PASSWORDS = CapacityLimiter(4)
"""Each password that is tried takes 38 MiB for a moment."""


async def enrol(call: Call) -> Response:
    """Become a station."""
    asked, parts = await call.message(wire.Enrolment), call.parts
    await parts.rates.patient(call.address, "wrong_codes")
    try:
        return await call.answer(lambda: stations.enrol(parts.database, asked, parts.clock()))
    except Refusal:
        await parts.rates.wrong(call.address, "wrong_codes")
        raise


async def token(call: Call) -> Response:
    """A token for the holder of a key."""
    asked, parts = await call.message(wire.TokenAsked), call.parts
    await parts.rates.patient(call.address, "wrong")
    try:
        return await call.answer(lambda: tokens.grant(parts.database, asked, parts.clock()))
    except Refusal:
        await parts.rates.wrong(call.address, "wrong")
        raise


def _today(parts: Parts, at: datetime) -> tuple[people.Policy, RoleTable]:
    """What the law of this moment asks of who signs in, and which scopes each role has."""
    pack, law = parts.packs.in_force(), parts.register.law
    if pack is None:
        return lambda roles: policy_of(roles, lambda name: law.setting(name, at)), law.roles(at)
    rules = pack.as_of(in_hanoi(at).date())
    return lambda roles: policy_of(roles, lambda name: rules.settings.get(name, "")), rules.roles


async def sign_in(call: Call) -> Response:
    """Let a person in."""
    asked, parts, station = await call.message(wire.SignInAsked), call.parts, call.station

    def work() -> wire.SignedIn:
        now = parts.clock()
        policy, _ = _today(parts, now)
        return people.sign_in(parts.database, asked, station.code, station.office, now, policy)

    return await call.answer(work, _PASSWORDS)


async def unlock(call: Call) -> Response:
    """Let a supervisor end the wait of somebody."""
    asked, parts, station = await call.message(wire.UnlockAsked), call.parts, call.station

    def work() -> wire.SignedIn:
        now = parts.clock()
        return unlocking.unlock(parts.database, asked, station, now, *_today(parts, now))

    return await call.answer(work, _PASSWORDS)


async def of_office(call: Call) -> Response:
    """Everybody of the station's office."""
    parts, station = call.parts, call.station
    return await call.answer(lambda: people.of_office(parts.database, station.office))


async def central_keys(call: Call) -> Response:
    """Central's keys for what is carried by hand, and the station's secret for grace codes."""
    database, station = call.parts.database, call.station
    return await call.answer(lambda: keys.of_station(database, station.code))


_SIGN_IN = (
    *("SIGN_IN_WRONG", "SIGN_IN_WAIT", "USER_INACTIVE", "OFFICE_FOREIGN", "CENTRAL_NO_MEMORY"),
    *("SECOND_FACTOR_MISSING", "CODE_NEEDED", "CODE_WRONG", "CODE_USED", "CODE_CLOCK", "TOKEN_NEEDED"),
    *(
        "CODE_OR_TOKEN_NEEDED",
        "TOKEN_NOT_WANTED",
        "PROOF_WRONG",
        "PROOF_OTHER_TOKEN",
        "PROOF_EXPIRED",
        "PROOF_CLOCK",
        "PROOF_USED",
    ),
)
OPERATIONS = (
    Operation(
        "central_keys",
        "GET",
        "/v1/keys",
        "Central's keys for what is carried by hand, and the secret by which this station knows a grace code.",
        central_keys,
        answers=wire.StationKeys,
    ),
    Operation(
        "enrol",
        "POST",
        "/v1/enrol",
        "Become the station that a one-time code was made for.",
        enrol,
        access="anybody",
        asks=wire.Enrolment,
        answers=wire.Enrolled,
        refusals=("ENROL_CODE_WRONG",),
        budget="enrol",
    ),
    Operation(
        "token",
        "POST",
        "/v1/token",
        "A short-lived token for the station that signed the assertion (RFC 7523); each assertion works once.",
        token,
        access="anybody",
        asks=wire.TokenAsked,
        answers=wire.Token,
        refusals=("TOKEN_WRONG", "CLOCK_WRONG", "STATION_UNKNOWN", "STATION_REVOKED"),
        budget="token",
    ),
    Operation(
        "sign_in",
        "POST",
        "/v1/sign-in",
        "Somebody proves who they are at a station of their own office.",
        sign_in,
        asks=wire.SignInAsked,
        answers=wire.SignedIn,
        refusals=_SIGN_IN,
        budget="sign_in",
    ),
    Operation(
        "unlock",
        "POST",
        "/v1/unlock",
        "A supervisor proves who they are at a station of their office and ends the wait of somebody there.",
        unlock,
        asks=wire.UnlockAsked,
        answers=wire.SignedIn,
        refusals=(*_SIGN_IN, "ROLE_MISSING", "FOUR_EYES", "USER_UNKNOWN"),
        budget="sign_in",
    ),
    Operation(
        "people",
        "GET",
        "/v1/people",
        "Everybody of this station's office, and whether they have access. No verifier of a password leaves central.",
        of_office,
        answers=wire.People,
    ),
)
